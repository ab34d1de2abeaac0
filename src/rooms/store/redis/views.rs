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
/// The first byte of each moment between 1970 and 2106. It is left out: with it a row is the byte
/// too long for the smaller of two blocks that Redis has for it.
const OUR_TIMES: u8 = 0;
/// What the keys of common parts begin with.
pub(super) const COMMON: &[u8] = b"s:";

/// What a common part is called.
pub(super) type Name = [u8; NAME_LEN];

/// A view, taken apart.
pub(super) struct Parts<'v> {
    pub(super) name: Name,
    pub(super) common: &'v [u8],
    /// What lies under the code: the name of the common part, then what is the code's own.
    pub(super) row: Vec<u8>,
}

impl<'v> Parts<'v> {
    /// The parts of a view.
    pub(super) fn of(view: &'v [u8]) -> Option<Self> {
        let (common, own) = stored::split(view)?;
        let name = name(common);
        let own = own.strip_prefix(&[OUR_TIMES]).unwrap_or(&own);
        let row = [&name[..], own].concat();
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
    let (name, own) = row.split_first_chunk()?;
    let is_whole = own.len() == stored::MOMENT_LEN || own.len() + 1 == stored::MOMENT_LEN;
    is_whole.then_some(*name)
}

/// The view that a row and its common part make.
pub(super) fn whole(common: &[u8], row: &[u8]) -> Vec<u8> {
    let own = row.get(NAME_LEN..).unwrap_or_default();
    let left_out: &[u8] = if own.len() < stored::MOMENT_LEN {
        &[OUR_TIMES]
    } else {
        &[]
    };
    [common, left_out, own].concat()
}

/// Where a common part lies.
pub(super) fn common_key(name: Name) -> Vec<u8> {
    [COMMON, &name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_comes_together_again_from_its_parts_and_takes_twelve_bytes_of_its_own() {
        let ours = [&b"a long pattern"[..], &[OUR_TIMES, 0x66, 0, 0, 1]].concat();
        let others = [&b"a long pattern"[..], &[0xff, 0x66, 0, 0, 1]].concat();
        for (view, len) in [(ours, 12), (others, 13)] {
            let parts = Parts::of(&view).unwrap();
            assert_eq!(parts.row.len(), len);
            assert_eq!(named_in(&parts.row), Some(parts.name));
            assert_eq!(whole(parts.common, &parts.row), view);
            assert_eq!(name(parts.common), parts.name);
        }
    }

    #[test]
    fn what_is_no_row_names_nothing() {
        for row in [&b""[..], &[0; 8], &[0; 11], &[0; 14], &[0; 160]] {
            assert_eq!(named_in(row), None);
        }
    }
}
