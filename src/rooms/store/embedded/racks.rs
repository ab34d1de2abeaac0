//! What lies on a rack, whatever way its table packs it: entries under keys, as every engine has them.

use std::array::TryFromSliceError;
use std::ops::ControlFlow;

use heed::{RoTxn, RwTxn};

use super::drawer::Drawer;
use super::{Room, Table, Tables, from, views};
use crate::rooms::store::engine::{Place, Step};
use crate::rooms::store::{Rack, StoreError};

const NO_TAG: StoreError = StoreError::Corrupt("a pair's tag");

impl Room {
    /// The next entries of a rack, at most so many.
    pub(super) fn step(
        &self,
        rack: Rack,
        prefix: &[u8],
        from: &Place,
        most: usize,
    ) -> Result<Step, StoreError> {
        let txn = self.env.read_txn()?;
        let mut entries = Vec::new();
        let begin = if from.0.is_empty() { prefix } else { &from.0 };
        let is_passed = |key: &[u8]| key < begin || (key == begin && !from.0.is_empty());
        self.tables.each_from(rack, &txn, begin, |key, value| {
            if is_passed(key) {
                return Ok(ControlFlow::Continue(()));
            }
            if !key.starts_with(prefix) || entries.len() == most {
                return Ok(ControlFlow::Break(()));
            }
            entries.push((key.to_vec(), value()?));
            Ok(ControlFlow::Continue(()))
        })?;
        let last = entries.last().map(|(key, _)| Place(key.clone()));
        let next = last.filter(|_| entries.len() == most);
        Ok(Step { entries, next })
    }
}

impl Tables {
    /// What lies on a rack under this key.
    pub(super) fn get(
        self,
        rack: Rack,
        txn: &RoTxn<'_>,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        match rack {
            Rack::Views => self.views.get(txn, key),
            Rack::Pairs => {
                let tag = key.try_into().map_err(|_longer| NO_TAG)?;
                Ok(self.pairs.get(txn, tag)?.map(<[u8]>::to_vec))
            }
            Rack::Classes | Rack::Dossiers | Rack::Records | Rack::Claims => {
                Ok(get(self.of(rack), txn, key)?)
            }
        }
    }

    /// Keeps entries on a rack from now on, or nothing under their keys.
    pub(super) fn keep<'e>(
        self,
        rack: Rack,
        txn: &mut RwTxn<'_>,
        entries: impl Iterator<Item = (&'e [u8], Option<&'e [u8]>)>,
    ) -> Result<(), StoreError> {
        match rack {
            Rack::Views => self.views.keep(txn, entries)?,
            Rack::Pairs => {
                // No pair that was made is ever taken back by itself.
                let puts = entries.filter_map(|(key, entry)| Some((key, entry?)));
                let puts = puts.map(|(key, entry)| Ok((key.try_into()?, entry)));
                let puts: Result<_, TryFromSliceError> = puts.collect();
                self.pairs.put(txn, puts.map_err(|_longer| NO_TAG)?)?;
            }
            Rack::Classes | Rack::Dossiers | Rack::Records | Rack::Claims => {
                for (key, value) in entries {
                    if let Some(value) = value {
                        put(self.of(rack), txn, key, value)?;
                    } else {
                        self.of(rack).delete(txn, key)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Shows what lies on a rack from this key on, in order, and somewhat before it, until that is
    /// enough.
    fn each_from(
        self,
        rack: Rack,
        txn: &RoTxn<'_>,
        begin: &[u8],
        mut visit: impl FnMut(
            &[u8],
            &dyn Fn() -> Result<Vec<u8>, StoreError>,
        ) -> Result<ControlFlow<()>, StoreError>,
    ) -> Result<(), StoreError> {
        match rack {
            Rack::Views => {
                for found in from(self.views.drawers, txn, begin)? {
                    let (_, drawer) = found?;
                    for row in Drawer::read(drawer).ok_or(views::DAMAGED)?.rows() {
                        let (key, row) = row.ok_or(views::DAMAGED)?;
                        if visit(key.as_bytes(), &|| self.views.whole(txn, &row))?.is_break() {
                            return Ok(());
                        }
                    }
                }
                Ok(())
            }
            Rack::Pairs => self
                .pairs
                .each_from(txn, begin, |tag, entry| visit(tag, &|| Ok(entry.to_vec()))),
            Rack::Classes | Rack::Dossiers | Rack::Records | Rack::Claims => {
                for found in from(self.of(rack), txn, begin)? {
                    let (key, value) = found?;
                    if visit(key, &|| Ok(value.to_vec()))?.is_break() {
                        return Ok(());
                    }
                }
                Ok(())
            }
        }
    }

    /// How many entries lie on a rack.
    pub(super) fn count(self, rack: Rack, txn: &RoTxn<'_>) -> Result<u64, StoreError> {
        match rack {
            Rack::Views => self.views.count(txn),
            Rack::Pairs => self.pairs.count(txn),
            Rack::Classes | Rack::Dossiers | Rack::Records | Rack::Claims => {
                Ok(self.of(rack).len(txn)?)
            }
        }
    }
}

/// The value under a key, copied so that it outlives the next write.
pub(super) fn get(
    table: Table,
    txn: &RoTxn<'_>,
    key: &[u8],
) -> Result<Option<Vec<u8>>, heed::Error> {
    Ok(table.get(txn, key)?.map(<[u8]>::to_vec))
}

/// Puts a value under a key unless it is there already. Nearly always nothing is, and then its place
/// is looked for once.
pub(super) fn put(
    table: Table,
    txn: &mut RwTxn<'_>,
    key: &[u8],
    value: &[u8],
) -> Result<(), heed::Error> {
    match table.get_or_put(txn, key, value)? {
        Some(known) if known != value => table.put(txn, key, value),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
