//! Views in parts: what thousands of products of one model have in common is kept once, under a hash
//! of itself, and for each code are kept that hash and what is the code's own. Of a vehicle's view that
//! is two parts with two hashes: a maker sells a few models with whatever batteries there are, and of
//! models and batteries together there are nearly as many as vehicles (see [`halves`]).
//!
//! Sixty-four bits of SHA-256 name a common part. Nobody meets another's by chance; who searched
//! for two that collide could make one of their own products read like another of their own, which
//! they may write anyway.
//!
//! A row is a dozen bytes, and a tree has some twenty-five around each thing that it keeps. So
//! neighbours lie in one [`Drawer`], which the tree has under the last key that may be in it: a look-up
//! goes down the tree once, to the first drawer that is not before the key, and searches it in place.
//! Where a drawer ends is said by the keys themselves ([`ends_a_drawer`]), so the same codes lie in the
//! same drawers, whatever came first; only where that would make too large a one, it is cut.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use foldhash::fast::FixedState;
use heed::{RoTxn, RwTxn};

use super::Table;
use super::drawer::{Drawer, NO_NAME, Row, RowKey, pack};
use crate::rooms::store::StoreError;
use crate::rules::halves::halves;
use crate::rules::stored;
use crate::words::policy::Stamp;

/// Bytes of the hash that names a common part.
pub(super) const NAME_LEN: usize = 8;

/// Each part begins with the stamp of the policy that it was made under, for who sweeps.
const STAMP_LEN: usize = 1;

/// What a common part is called.
pub(super) type Name = [u8; NAME_LEN];

/// One key in so many is the last of its drawer. Of a drawer, some fifty bytes are nobody's row; and a
/// page of the tree is filled well by drawers that are small beside it.
const USUAL: u32 = 32;
/// Rows that a drawer has at most: one in three thousand would have more. It bounds what has to be
/// written for one row, to some four kilobytes.
const MOST: usize = 256;

/// The two tables that views are kept in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Views {
    /// Drawers by the last key that may be in them.
    pub(super) drawers: Table,
    /// Common parts by name.
    pub(super) parts: Table,
}

/// What is to lie under a key from now on; nothing if nothing is.
type Change = (RowKey, Option<Row>);

impl Views {
    /// The view under a key.
    pub(super) fn get(self, txn: &RoTxn<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.drawers.get_greater_than_or_equal_to(txn, key)?;
        let Some((_, drawer)) = found.filter(|(last, _)| is_for(last, key)) else {
            return Ok(None);
        };
        let row = Drawer::read(drawer).and_then(|drawer| drawer.find(key));
        let row = row.ok_or(DAMAGED)?;
        row.here().map(|row| self.whole(txn, &row)).transpose()
    }

    /// The view that a row stands for.
    pub(super) fn whole(self, txn: &RoTxn<'_>, row: &Row) -> Result<Vec<u8>, StoreError> {
        let part = |name: &Name| -> Result<&[u8], StoreError> {
            let part = self.parts.get(txn, name)?;
            part.ok_or(StoreError::Corrupt("what views have in common"))
        };
        let [first, second] = &row.names;
        let first = part(first)?;
        let second = match second {
            &NO_NAME => &[],
            second => part(second)?.get(STAMP_LEN..).ok_or(DAMAGED)?,
        };
        let mut view = Vec::with_capacity(first.len() + second.len() + row.own.len());
        for part in [first, second, &row.own] {
            view.extend_from_slice(part);
        }
        Ok(view)
    }

    /// Keeps views from now on, or no longer. What they share stays when the last that shares it goes;
    /// it holds nothing that was not public.
    pub(super) fn keep<'v>(
        self,
        txn: &mut RwTxn<'_>,
        views: impl Iterator<Item = (&'v [u8], Option<&'v [u8]>)>,
    ) -> Result<(), StoreError> {
        let mut known: HashMap<&[u8], [Name; 2], FixedState> = HashMap::default();
        let mut changes: Vec<Change> = Vec::with_capacity(views.size_hint().0);
        for (key, view) in views {
            let key = RowKey::new(key).ok_or(StoreError::Corrupt("a code's key"))?;
            let Some(view) = view else {
                changes.push((key, None));
                continue;
            };
            let (common, own) = stored::split(view).ok_or(StoreError::Corrupt("a view"))?;
            let names = match known.get(common) {
                Some(names) => *names,
                None => self.name_parts(txn, common)?,
            };
            known.insert(common, names);
            changes.push((key, Some(Row { names, own })));
        }
        // They nearly always come in this order. Of two for one key the later counts.
        changes.sort_by_key(|(key, _)| *key);
        let mut rest = changes.as_slice();
        while let Some((first, _)) = rest.first() {
            let (last, old) = self.drawer_for(txn, first)?;
            let (own, others) = rest.split_at(rest.partition_point(|(key, _)| *key <= last));
            if own.is_empty() {
                return Err(DAMAGED);
            }
            let new = merge(&old, own);
            if new != old {
                self.replace(txn, &last, &new)?;
            }
            rest = others;
        }
        Ok(())
    }

    /// Keeps the parts of what a view has in common with others.
    fn name_parts(self, txn: &mut RwTxn<'_>, common: &[u8]) -> Result<[Name; 2], StoreError> {
        let (first, second) = halves(common);
        let mut names = [name(first), NO_NAME];
        let _there = self.parts.get_or_put(txn, &name(first), first)?;
        if let [_, other] = &mut names
            && !second.is_empty()
        {
            // Under the stamp of its policy, like the first.
            let second = [common.get(..STAMP_LEN).unwrap_or_default(), second].concat();
            *other = name(&second);
            let _there = self.parts.get_or_put(txn, other, &second)?;
        }
        Ok(names)
    }

    /// The last key of the drawer that this one belongs in, and what is in there.
    fn drawer_for(
        self,
        txn: &RoTxn<'_>,
        key: &RowKey,
    ) -> Result<(RowKey, Vec<(RowKey, Row)>), StoreError> {
        let key = key.as_bytes();
        let found = self.drawers.get_greater_than_or_equal_to(txn, key)?;
        if let Some((last, drawer)) = found.filter(|(last, _)| is_for(last, key)) {
            let last = RowKey::new(last).ok_or(DAMAGED)?;
            let drawer = Drawer::read(drawer).ok_or(DAMAGED)?;
            let rows: Option<Vec<_>> = drawer.rows().collect();
            return Ok((last, rows.ok_or(DAMAGED)?));
        }
        let last = after_all_like(key).and_then(|last| RowKey::new(&[last]));
        Ok((last.ok_or(StoreError::Corrupt("a code's key"))?, Vec::new()))
    }

    /// Puts rows in the place of a drawer: into one, or into more of which it is the last.
    fn replace(
        self,
        txn: &mut RwTxn<'_>,
        last: &RowKey,
        rows: &[(RowKey, Row)],
    ) -> Result<(), StoreError> {
        let mut rest = rows;
        loop {
            let end = rest
                .iter()
                .take(MOST)
                .position(|(key, _)| ends_a_drawer(key.as_bytes()));
            let count = match end {
                Some(end) => end + 1,
                // Half, so that each has room for more.
                None if rest.len() > MOST => MOST / 2,
                None => rest.len(),
            };
            let (own, others) = rest.split_at(count);
            let is_last = others.is_empty();
            let key = match own.last() {
                // A key that ends a drawer, or too many rows without one.
                Some((key, _)) if !is_last || end.is_some() => key,
                Some(_) => last,
                None => {
                    self.drawers.delete(txn, last.as_bytes())?;
                    return Ok(());
                }
            };
            let drawer = pack(own).ok_or(DAMAGED)?;
            self.drawers.put(txn, key.as_bytes(), &drawer)?;
            if key == last {
                return Ok(());
            }
            rest = others;
        }
    }

    /// How many views there are.
    pub(super) fn count(self, txn: &RoTxn<'_>) -> Result<u64, StoreError> {
        let mut count = 0;
        for found in self.drawers.iter(txn)? {
            let drawer = Drawer::read(found?.1).ok_or(DAMAGED)?;
            count += u64::try_from(drawer.len()).unwrap_or(0);
        }
        Ok(count)
    }

    /// Drops the common parts of views made under another policy: under a stricter one they would
    /// hold what nobody may see any more.
    pub(super) fn sweep(self, txn: &mut RwTxn<'_>, stamp: Stamp) -> Result<(), StoreError> {
        let mut old = Vec::new();
        for entry in self.parts.iter(txn)? {
            let (name, common) = entry?;
            if common.first() != Some(&stamp.byte()) {
                old.push(name.to_vec());
            }
        }
        for name in old {
            self.parts.delete(txn, &name)?;
        }
        Ok(())
    }
}

pub(super) const DAMAGED: StoreError = StoreError::Corrupt("a drawer of views");

fn name(common: &[u8]) -> Name {
    let digest = digest(&SHA256, common);
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}

/// Rows with what is to be from now on. Both come in order.
fn merge(old: &[(RowKey, Row)], changes: &[Change]) -> Vec<(RowKey, Row)> {
    let mut merged = Vec::with_capacity(old.len() + changes.len());
    let mut old = old.iter().copied().peekable();
    for same in changes.chunk_by(|(one, _), (next, _)| one == next) {
        let Some((key, row)) = same.last() else {
            continue;
        };
        while let Some(before) = old.next_if(|(old, _)| old < key) {
            merged.push(before);
        }
        let _replaced = old.next_if(|(old, _)| old == key);
        merged.extend(row.map(|row| (*key, row)));
    }
    merged.extend(old);
    merged
}

/// Whether a key is the last of its drawer. Any rule does that all releases keep and that does not
/// follow how codes are numbered: a hash (FNV-1a, its upper bits).
fn ends_a_drawer(key: &[u8]) -> bool {
    let hash = key.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    (hash ^ hash >> 15).wrapping_mul(0x9e37_79b1) < u32::MAX / USUAL
}

/// Whether a drawer with this last key is one for codes of the key's kind.
fn is_for(last: &[u8], key: &[u8]) -> bool {
    let (kind, last_kind) = (key.first(), last.first());
    last_kind == kind || (last.len() == 1 && last_kind.copied() == after_all_like(key))
}

/// What is after all keys of the same kind, and the last key of the drawer that is open at its end.
fn after_all_like(key: &[u8]) -> Option<u8> {
    key.first()?.checked_add(1)
}

#[cfg(test)]
mod tests;
