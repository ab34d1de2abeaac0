//! Settings of the pair check: its secret and its limits.

use std::{num::NonZeroU32, path::PathBuf};

use super::sheet::Sheet;

/// The pair check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// The secret that pairs are found with, if not beside the store.
    pub pair_key_file: Option<PathBuf>,
    /// Checks that one client may make in a minute.
    pub client_per_minute: NonZeroU32,
    /// Checks that one code may be part of in an hour.
    pub code_per_hour: NonZeroU32,
}

/// Who tries every battery of a shop on every bike makes four checks a bike; who guesses makes
/// thousands.
const CLIENT_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// A set is compared when it is bought, sold or repaired. A guess at a code's partner succeeds once
/// in many thousands, so at this pace within years.
const CODE_PER_HOUR: NonZeroU32 = NonZeroU32::new(60).unwrap();
const MOST: u32 = 1_000_000;

pub(super) fn read(sheet: &mut Sheet) -> Option<Matching> {
    let pair_key_file = sheet.text("pair_key_file", "", |path| {
        Ok((!path.is_empty()).then(|| PathBuf::from(path)))
    });
    let mut limit = |key, default: NonZeroU32| {
        let number = sheet.number(key, default.get(), 1..=MOST);
        number.and_then(NonZeroU32::new)
    };
    let client_per_minute = limit("match.client_per_minute", CLIENT_PER_MINUTE);
    let code_per_hour = limit("match.code_per_hour", CODE_PER_HOUR);
    Some(Matching {
        pair_key_file: pair_key_file?,
        client_per_minute: client_per_minute?,
        code_per_hour: code_per_hour?,
    })
}
