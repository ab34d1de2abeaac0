//! Views in two parts, as the embedded store has them: what thousands of products of one model have
//! in common lies once, under a hash of itself, and under each code lie that hash and what is the
//! code's own.
//!
//! A common part never changes, since its name is its content, so an edge that has read it once
//! keeps it, and a code that nobody has asked for yet still costs one round trip. It is written
//! before the first row that names it.
//!
//! Sixty-four bits of SHA-256 name it. Nobody meets another's by chance; who searched for two that
//! collide could make one of their own products read like another of their own, which they may
//! write anyway.

use aws_lc_rs::digest::{SHA256, digest};

use crate::rules::stored;

/// Bytes of the hash that names a common part.
const NAME_LEN: usize = 8;
/// Bytes of a row.
const ROW_LEN: usize = NAME_LEN + stored::MOMENT_LEN;
/// What the keys of common parts begin with.
pub(super) const COMMON: &[u8] = b"s:";

/// What a common part is called.
pub(super) type Name = [u8; NAME_LEN];

/// A view, taken apart.
pub(super) struct Parts<'v> {
    pub(super) name: Name,
    pub(super) common: &'v [u8],
    /// What lies under the code: the name of the common part, then what is the code's own.
    pub(super) row: [u8; ROW_LEN],
}

impl<'v> Parts<'v> {
    /// The parts of a view.
    pub(super) fn of(view: &'v [u8]) -> Option<Self> {
        let (common, own) = stored::split(view)?;
        let name = name(common);
        let mut row = [0; ROW_LEN];
        let bytes = name.iter().chain(&own);
        row.iter_mut()
            .zip(bytes)
            .for_each(|(slot, byte)| *slot = *byte);
        Some(Self { name, common, row })
    }
}

/// What is called like this.
pub(super) fn name(common: &[u8]) -> Name {
    let digest = digest(&SHA256, common);
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}

/// The name in a row.
pub(super) fn named_in(row: &[u8]) -> Option<Name> {
    let row: &[u8; ROW_LEN] = row.try_into().ok()?;
    row.first_chunk().copied()
}

/// The view that a row and its common part make.
pub(super) fn whole(common: &[u8], row: &[u8]) -> Vec<u8> {
    let own = row.get(NAME_LEN..).unwrap_or_default();
    [common, own].concat()
}

/// Where a common part lies.
pub(super) fn common_key(name: Name) -> Vec<u8> {
    [COMMON, &name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_comes_together_again_from_its_parts() {
        let view = b"a long pattern and a moment";
        let parts = Parts::of(view).unwrap();
        assert_eq!(named_in(&parts.row), Some(parts.name));
        assert_eq!(whole(parts.common, &parts.row), view);
        assert_eq!(name(parts.common), parts.name);
    }

    #[test]
    fn what_is_no_row_names_nothing() {
        for row in [&b""[..], &[0; ROW_LEN - 1], &[0; ROW_LEN + 1], &[0; 160]] {
            assert_eq!(named_in(row), None);
        }
    }
}
