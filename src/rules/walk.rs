//! What makes two codes neighbours. Whoever reads stickers reads one here and one there; whoever
//! copies a register goes through it, in order or not, and leaves no number out.
//!
//! - A [`range`] is what one party numbers by itself: a maker's year, a battery maker, a district.
//! - A [`Block`] is a hundred numbers of one range that differ in their last two digits only. Where a
//!   battery's number stands in its own code is each maker's secret, and a date or a voltage may
//!   stand beside it; so every run of digits that is long enough may be it, and only its last
//!   digits count.

use std::fmt;

use crate::words::code::{Code, Kind, ORG_LEN};

/// A hundred numbers that differ in their last two digits only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block {
    kind: Kind,
    range: [u8; RANGE_MAX],
    /// Which run of digits it is.
    run: usize,
    /// The digits before the last two, as far as they count.
    before: [u8; BEFORE_MAX],
}

/// The longest range's name: an organisation's.
const RANGE_MAX: usize = ORG_LEN;
/// The standard's own example has five digits of number, right behind a date. So numbers are told
/// apart up to a hundred thousand, which is more than anybody scans of one range in a minute.
const BEFORE_MAX: usize = 3;
/// A shorter run is a voltage, a capacity or a month, and numbers nothing.
const RUN_MIN: usize = 3;
/// An own code has 32 characters. With more runs than this it has no number.
const RUNS_MAX: usize = 4;
/// Behind the number of a plate stands its technology.
const PLATE_TECHNOLOGY: usize = 1;

impl fmt::Debug for Block {
    /// Not the text: it is most of a code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({}/…)", self.kind)
    }
}

/// What this code's party numbers by itself.
pub fn range(code: &Code) -> (Kind, &str) {
    let length = match code.kind() {
        // Enterprise, class and year.
        Kind::Vin => 7,
        // The organisation.
        Kind::Pwb => 8,
        // The division.
        Kind::Lic => 6,
    };
    let text = code.value();
    (code.kind(), text.get(..length).unwrap_or(text))
}

/// The blocks that this code stands in, and its place in each.
pub fn blocks(code: &Code) -> impl Iterator<Item = (Block, u8)> {
    let (kind, range) = range(code);
    let name = range.as_bytes();
    let rest = code.as_bytes().get(name.len()..).unwrap_or_default();
    let number = match kind {
        Kind::Vin | Kind::Pwb => rest,
        Kind::Lic => rest
            .get(..rest.len().saturating_sub(PLATE_TECHNOLOGY))
            .unwrap_or_default(),
    };
    let mut range = [0; RANGE_MAX];
    copy(name, &mut range);
    runs(number)
        .take(RUNS_MAX)
        .enumerate()
        .filter_map(move |(run, digits)| {
            let (before, last) = digits.split_last_chunk::<2>()?;
            let [tens, ones] = last.map(|digit| digit.wrapping_sub(b'0'));
            let place = tens.checked_mul(10)?.checked_add(ones)?;
            let counted = before.len().saturating_sub(BEFORE_MAX);
            let mut block = Block {
                kind,
                range,
                run,
                before: [0; BEFORE_MAX],
            };
            copy(before.get(counted..)?, &mut block.before);
            Some((block, place))
        })
}

fn copy(from: &[u8], to: &mut [u8]) {
    for (slot, byte) in to.iter_mut().zip(from) {
        *slot = *byte;
    }
}

/// The runs of digits that are long enough to number something.
fn runs(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !byte.is_ascii_digit())
        .filter(|run| run.len() >= RUN_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(Block, u8)> {
        blocks(&Code::parse_any(text).unwrap()).collect()
    }

    #[test]
    fn neighbours_share_a_block_and_others_do_not() {
        for (one, other) in [
            ("vin/218622108311027", "vin/218622108311028"),
            ("vin/218622108311000", "vin/218622108311099"),
            ("lic/33010621822480", "lic/33010621822490"),
            (
                "pwb/76392965TN21080500543B48V121513522",
                "pwb/76392965XL21080600544B12V20",
            ),
        ] {
            let shared = of(one)
                .into_iter()
                .filter(|(block, _)| of(other).iter().any(|(theirs, _)| theirs == block));
            assert_eq!(shared.count(), 1, "{one} {other}");
        }
        let far = of("vin/218622108311127");
        assert!(
            of("vin/218622108311027")
                .iter()
                .all(|one| !far.contains(one))
        );
    }

    #[test]
    fn a_place_in_a_block_is_its_two_digits() {
        assert_eq!(of("vin/218622108311027")[0].1, 27);
        assert_eq!(of("lic/33010621822480")[0].1, 48);
        let places: Vec<u8> = of("pwb/76392965TN21080500543B48V121513522")
            .into_iter()
            .map(|(_, place)| place)
            .collect();
        assert_eq!(places, [43, 22]);
    }

    #[test]
    fn a_code_without_a_number_is_in_no_block() {
        assert_eq!(of("pwb/76392965ABC").len(), 0);
        assert_eq!(of("pwb/76392965A1B22").len(), 0);
        assert_eq!(of("pwb/763929651a222b333c444d555e666").len(), RUNS_MAX);
    }

    #[test]
    fn a_range_is_what_one_party_numbers() {
        for (text, want) in [
            ("vin/218622108311027", "2186221"),
            ("pwb/76392965TN21080500543B48V121513522", "76392965"),
            ("lic/33010621822480", "330106"),
        ] {
            assert_eq!(range(&Code::parse_any(text).unwrap()).1, want);
        }
    }
}
