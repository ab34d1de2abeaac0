//! Pairs by shelf: all that lie on one are one value, a [`Bundle`], under the shelf's name.
//!
//! A shelf has the pairs of some hundred codes, some twenty kilobytes; and as many as a maker likes whose
//! codes all begin alike. So a shelf that grows too large for one value is divided by the next byte of
//! the tags: a mark lies under its name then, and under its name and each byte, what has that byte. Tags
//! are a keyed hash, so no part grows before the others, and two looks find everything that there is.
//!
//! Who copies the store sees what they saw when each entry lay alone: how many lie on a shelf that only
//! the secret can name, and how long they are.

use std::ops::ControlFlow;

use heed::{RoTxn, RwTxn};

use super::Table;
use super::bundle::{Bundle, OwnTag, Sealed, merge, pack};
use crate::rooms::store::StoreError;
use crate::rooms::store::pairs::{SHELF_LEN, TAG_LEN, Tag};

/// What a bundle may take before it is divided, so that what is written for one entry stays small: three
/// times what a hundred vehicles' pairs take.
const MOST: usize = 64 * 1024;
/// Lies where a shelf is that was divided. No bundle is as short.
const DIVIDED: &[u8] = b"/";
const DAMAGED: StoreError = StoreError::Corrupt("a bundle of pairs");

/// The table that pairs are kept in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pairs(pub(super) Table);

/// A tag and what is to lie under it.
pub(super) type Put<'a> = (&'a Tag, &'a [u8]);

impl Pairs {
    /// The entry under a tag, where it lies.
    pub(super) fn get<'t>(
        self,
        txn: &'t RoTxn<'_>,
        tag: &Tag,
    ) -> Result<Option<&'t [u8]>, StoreError> {
        let own: &OwnTag = tag.last_chunk().ok_or(DAMAGED)?;
        for len in SHELF_LEN..=TAG_LEN {
            let Some(bytes) = self.0.get(txn, tag.get(..len).unwrap_or_default())? else {
                return Ok(None);
            };
            if bytes != DIVIDED {
                let bundle = Bundle::read(bytes);
                let found = bundle.and_then(|bundle| bundle.find(*own)).ok_or(DAMAGED)?;
                return Ok(found.here());
            }
        }
        Err(DAMAGED)
    }

    /// Puts entries, in any order; of two under one tag, the later.
    pub(super) fn put(self, txn: &mut RwTxn<'_>, mut puts: Vec<Put<'_>>) -> Result<(), StoreError> {
        puts.sort_by_key(|(tag, _)| *tag);
        puts.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                kept.1 = later.1;
            }
            is_same
        });
        self.put_on(txn, SHELF_LEN, &puts, MOST)
    }

    /// Puts entries, which come in order, under as many bytes of their tags as `len`, or under more
    /// where that is divided.
    fn put_on(
        self,
        txn: &mut RwTxn<'_>,
        len: usize,
        puts: &[Put<'_>],
        most: usize,
    ) -> Result<(), StoreError> {
        for puts in puts.chunk_by(|(one, _), (next, _)| one.get(..len) == next.get(..len)) {
            let first = puts.first().and_then(|(tag, _)| tag.get(..len));
            let key = first.ok_or(DAMAGED)?;
            let old = self.0.get(txn, key)?;
            if old == Some(DIVIDED) {
                self.put_on(txn, len + 1, puts, most)?;
                continue;
            }
            let bundle = match old {
                Some(old) => Some(Bundle::read(old).ok_or(DAMAGED)?),
                None => None,
            };
            let new: Vec<Sealed<'_>> = puts
                .iter()
                .filter_map(|(tag, entry)| Some((tag.last_chunk()?, *entry)))
                .collect();
            let merged = merge(bundle, &new).ok_or(DAMAGED)?;
            match pack(&merged).filter(|new| new.len() <= most || merged.len() == 1) {
                Some(new) if old == Some(new.as_slice()) => {}
                Some(new) => self.0.put(txn, key, &new)?,
                None => {
                    // Owned, since what is merged lies where it is about to be written.
                    let all: Vec<(Tag, Vec<u8>)> = merged
                        .iter()
                        .filter_map(|(own, entry)| {
                            let tag = [key.get(..SHELF_LEN)?, *own].concat();
                            Some((tag.try_into().ok()?, entry.to_vec()))
                        })
                        .collect();
                    self.0.put(txn, key, DIVIDED)?;
                    let all: Vec<Put<'_>> =
                        all.iter().map(|(tag, e)| (tag, e.as_slice())).collect();
                    self.put_on(txn, len + 1, &all, most)?;
                }
            }
        }
        Ok(())
    }

    /// Shows all entries whose shelves are not before this, in order, until that is enough.
    pub(super) fn each_from(
        self,
        txn: &RoTxn<'_>,
        from: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        let begin = from.get(..SHELF_LEN).unwrap_or(from);
        for found in super::from(self.0, txn, begin)? {
            let (key, bytes) = found?;
            if bytes == DIVIDED {
                continue;
            }
            let place = key.get(..SHELF_LEN).ok_or(DAMAGED)?;
            for entry in Bundle::read(bytes).ok_or(DAMAGED)?.entries() {
                let (own, entry) = entry.ok_or(DAMAGED)?;
                let mut tag = [0; TAG_LEN];
                for (slot, byte) in tag.iter_mut().zip(place.iter().chain(own)) {
                    *slot = *byte;
                }
                if visit(&tag, entry)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// How many entries there are.
    pub(super) fn count(self, txn: &RoTxn<'_>) -> Result<u64, StoreError> {
        let mut count = 0;
        for found in self.0.iter(txn)? {
            let (_, bytes) = found?;
            if bytes != DIVIDED {
                let bundle = Bundle::read(bytes).ok_or(DAMAGED)?;
                count += u64::try_from(bundle.len()).unwrap_or(0);
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
