//! What makes two codes neighbours. Whoever reads stickers reads one here and one there; whoever
//! copies a register goes through it, in order or not, and leaves no number out.
//!
//! - A [`range`] is what one party numbers by itself: a maker's year, a battery maker, a district.
//! - A [`Block`] is a hundred codes that differ in two digits only: the last two of a serial number.
//!   Where a battery's serial number stands in its own code is each maker's secret, so every run
//!   of digits that is long enough may be it.

use std::fmt;

use crate::words::code::{Code, Kind, ORG_LEN};

/// A hundred codes that differ in the same two digits only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block {
    kind: Kind,
    // The text, with the two digits left out.
    text: [u8; TEXT_MAX],
    len: usize,
    /// Where the two digits are.
    at: usize,
}

/// The longest code.
const TEXT_MAX: usize = 40;
/// A shorter run is a voltage, a capacity or a month, and numbers nothing.
const RUN_MIN: usize = 3;
/// An own code has 32 characters. With more runs than this it has no serial number.
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
    let text = code.as_bytes();
    let mut ends = [0; RUNS_MAX];
    match code.kind() {
        Kind::Vin => ends[0] = text.len(),
        Kind::Lic => ends[0] = text.len().saturating_sub(PLATE_TECHNOLOGY),
        Kind::Pwb => {
            let own = text.get(ORG_LEN..).unwrap_or_default();
            for (slot, end) in ends.iter_mut().zip(runs(own)) {
                *slot = ORG_LEN + end;
            }
        }
    }
    let code = *code;
    ends.into_iter().filter_map(move |end| block(&code, end))
}

/// The block whose two digits end here.
fn block(code: &Code, end: usize) -> Option<(Block, u8)> {
    let at = end.checked_sub(2)?;
    let bytes = code.as_bytes();
    let [tens, ones] = *bytes.get(at..end)? else {
        return None;
    };
    let place = (tens.checked_sub(b'0')?).checked_mul(10)? + ones.checked_sub(b'0')?;
    let mut text = [0; TEXT_MAX];
    let rest = bytes.get(..at)?.iter().chain(bytes.get(end..)?);
    let mut len = 0;
    for (slot, byte) in text.iter_mut().zip(rest) {
        *slot = *byte;
        len += 1;
    }
    let kind = code.kind();
    Some((
        Block {
            kind,
            text,
            len,
            at,
        },
        place,
    ))
}

/// Where the runs of digits end that are long enough to number something.
fn runs(text: &[u8]) -> impl Iterator<Item = usize> {
    let ends = (1..=text.len()).filter(|&end| {
        let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
        digit(end - 1) && !digit(end)
    });
    ends.filter(|&end| {
        let run = text.iter().take(end).rev();
        run.take_while(|byte| byte.is_ascii_digit()).count() >= RUN_MIN
    })
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
                "pwb/76392965TN21080500544B48V121513522",
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
