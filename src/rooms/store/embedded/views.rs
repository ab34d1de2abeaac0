//! Views in two parts: what thousands of products of one model have in common is kept once, under
//! a hash of itself, and under each code stand that hash and what is the code's own.
//!
//! Sixty-four bits of SHA-256 name a common part. Nobody meets another's by chance; who searched
//! for two that collide could make one of their own products read like another of their own, which
//! they may write anyway.

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use foldhash::fast::FixedState;
use heed::{RoTxn, RwTxn};

use super::Table;
use crate::rooms::store::StoreError;
use crate::rules::stored;
use crate::words::policy::Stamp;

/// Bytes of the hash that names a common part.
const NAME_LEN: usize = 8;

type Name = [u8; NAME_LEN];

/// Names of common parts that are there for sure, as of one transaction.
pub(super) type Known = HashSet<Name, FixedState>;

/// The two tables that views are kept in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Views {
    /// By code: the name of the common part, then what is the code's own.
    pub(super) rows: Table,
    /// Common parts by name.
    pub(super) common: Table,
}

impl Views {
    /// The view under a key.
    pub(super) fn get(self, txn: &RoTxn<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.rows.get(txn, key)?;
        row.map(|row| self.whole(txn, row)).transpose()
    }

    /// The view that a row stands for.
    pub(super) fn whole(self, txn: &RoTxn<'_>, row: &[u8]) -> Result<Vec<u8>, StoreError> {
        let (name, own) = row
            .split_first_chunk::<NAME_LEN>()
            .ok_or(StoreError::Corrupt("a view's row"))?;
        let common = self.common.get(txn, name)?;
        let common = common.ok_or(StoreError::Corrupt("what views have in common"))?;
        let mut view = Vec::with_capacity(common.len() + own.len());
        view.extend_from_slice(common);
        view.extend_from_slice(own);
        Ok(view)
    }

    /// Keeps a view. What it shares stays when the last view that shares it goes; it holds nothing
    /// that was not public.
    pub(super) fn put(
        self,
        txn: &mut RwTxn<'_>,
        key: &[u8],
        view: &[u8],
        known: &mut Known,
    ) -> Result<(), StoreError> {
        let (common, own) = stored::split(view).ok_or(StoreError::Corrupt("a view"))?;
        let name = name(common);
        let mut row = [0; NAME_LEN + stored::MOMENT_LEN];
        let parts = name.iter().chain(&own);
        row.iter_mut()
            .zip(parts)
            .for_each(|(slot, byte)| *slot = *byte);
        match self.rows.get_or_put(txn, key, &row)? {
            Some(known) if known == row => return Ok(()),
            Some(_) => self.rows.put(txn, key, &row)?,
            None => {}
        }
        if known.insert(name) {
            let _there = self.common.get_or_put(txn, &name, common)?;
        }
        Ok(())
    }

    /// Drops the common parts of views made under another policy: under a stricter one they would
    /// hold what nobody may see any more.
    pub(super) fn sweep(self, txn: &mut RwTxn<'_>, stamp: Stamp) -> Result<(), StoreError> {
        let mut old = Vec::new();
        for entry in self.common.iter(txn)? {
            let (name, common) = entry?;
            if common.first() != Some(&stamp.byte()) {
                old.push(name.to_vec());
            }
        }
        for name in old {
            self.common.delete(txn, &name)?;
        }
        Ok(())
    }
}

fn name(common: &[u8]) -> Name {
    let digest = digest(&SHA256, common);
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}
