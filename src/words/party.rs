//! Who makes, sells, repairs or recycles: a party, by its unified social credit code.
//!
//! Unlike the codes on stickers this one carries check characters, two of them, and both are
//! verified here, where a party comes in:
//!
//! | positions | what | checked by |
//! |---|---|---|
//! | 1–2 | who registered it, and as what | |
//! | 3–8 | division of the country | |
//! | 9–16 | body of the organisation's code; begins the maker's battery codes | |
//! | 17 | its check character | GB 11714, over 9–16 |
//! | 18 | check character of the whole | GB 32100, over 1–17 |
//!
//! The second alone catches every single wrong character. Of two exchanged characters it misses
//! one pair, the first and the last, whose weights are equal. The first is there for what was not
//! mistyped: an identity card's number, put into the wrong column, passes one check in 31 times
//! and both in some 340.

use std::fmt;
use std::sync::LazyLock;

/// Characters of a credit code.
pub const CREDIT_LEN: usize = 18;
const HEAD_LEN: usize = 8;
const ORG_END: usize = 16;

/// What a credit code is written in: no I, O, S, V or Z. A character's place is its value.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// GB 32100: the powers of 3, modulo 31.
const CREDIT_WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];
/// GB 11714.
const ORG_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A credit code whose check characters are right.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CreditCode([u8; CREDIT_LEN]);

/// Why a text is not a credit code. Says what is wrong with it, never the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAParty {
    /// Not eighteen characters.
    #[error("a credit code has {CREDIT_LEN} characters, this has {got}")]
    Length {
        /// How many there are.
        got: usize,
    },
    /// A character at `at` (counted from 1) that no credit code has.
    #[error(
        "character {at} is not one of a credit code's (digits and capitals without I, O, S, V, Z)"
    )]
    Character {
        /// Which character.
        at: usize,
    },
    /// The last character does not fit the seventeen before it.
    #[error("the last character does not fit the rest (GB 32100): one is mistyped")]
    Check,
    /// The seventeenth character does not fit the eight before it.
    #[error("character 17 does not fit the eight before it (GB 11714)")]
    OrgCheck,
}

impl CreditCode {
    /// Reads a credit code and verifies both of its check characters. Small letters are raised.
    pub fn parse(text: &str) -> Result<Self, NotAParty> {
        let stranger = |c: char| value(c.to_ascii_uppercase()).is_none();
        if let Some(at) = text.chars().position(stranger) {
            return Err(NotAParty::Character { at: at + 1 });
        }
        let mut bytes = <[u8; CREDIT_LEN]>::try_from(text.as_bytes())
            .map_err(|_length| NotAParty::Length { got: text.len() })?;
        bytes.make_ascii_uppercase();
        let code = Self(bytes);
        if code.check_due() != code.last() {
            return Err(NotAParty::Check);
        }
        if code.org_check_due() != code.org_check() {
            return Err(NotAParty::OrgCheck);
        }
        Ok(code)
    }

    /// Puts the two check characters to the eight before an organisation's body and to the body
    /// itself: a credit code for a generated party.
    pub fn complete(head: &str, org_body: &str) -> Result<Self, NotAParty> {
        let text = format!("{head}{org_body}00");
        if let Err(why @ (NotAParty::Length { .. } | NotAParty::Character { .. })) =
            Self::parse(&text)
        {
            return Err(why);
        }
        let mut code = Self([b'0'; CREDIT_LEN]);
        for (slot, byte) in code.0.iter_mut().zip(text.bytes()) {
            *slot = byte.to_ascii_uppercase();
        }
        let due = code.org_check_due();
        if let Some(slot) = code.0.get_mut(ORG_END) {
            *slot = due;
        }
        let due = code.check_due();
        if let Some(slot) = code.0.last_mut() {
            *slot = due;
        }
        Ok(code)
    }

    /// The eighteen characters.
    pub fn as_str(&self) -> &str {
        // Only characters of the alphabet are ever stored.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The organisation's code without its check character (positions 9 to 16): how the party's
    /// own battery codes begin.
    pub fn org_body(&self) -> &str {
        self.as_str().get(HEAD_LEN..ORG_END).unwrap_or_default()
    }

    fn check_due(&self) -> u8 {
        let sum: usize = values(&self.0)
            .zip(CREDIT_WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        // The outer remainder turns 31 into 0.
        let due = (31 - sum % 31) % 31;
        ALPHABET.get(due).copied().unwrap_or_default()
    }

    fn org_check_due(&self) -> u8 {
        // Here letters count on from 10 without a gap: A is 10, Z would be 35.
        let sum: usize = self
            .org_body()
            .chars()
            .filter_map(|c| c.to_digit(36))
            .filter_map(|digit| usize::try_from(digit).ok())
            .zip(ORG_WEIGHTS)
            .map(|(value, weight)| value * weight)
            .sum();
        // 10 is written X; 11 is written 0.
        let due = b"0123456789X".get((11 - sum % 11) % 11);
        due.copied().unwrap_or_default()
    }

    fn org_check(&self) -> u8 {
        self.0.get(ORG_END).copied().unwrap_or_default()
    }

    fn last(&self) -> u8 {
        self.0.last().copied().unwrap_or_default()
    }
}

fn value(c: char) -> Option<usize> {
    let byte = u8::try_from(c).ok()?;
    let place = PLACES.get(usize::from(byte)).copied().flatten();
    place.map(usize::from)
}

/// By byte: its place in the alphabet.
static PLACES: LazyLock<[Option<u8>; 256]> = LazyLock::new(|| {
    let mut places = [None; 256];
    for (place, byte) in (0..).zip(ALPHABET) {
        if let Some(slot) = places.get_mut(usize::from(*byte)) {
            *slot = Some(place);
        }
    }
    places
});

fn values(text: &[u8]) -> impl Iterator<Item = usize> {
    text.iter().filter_map(|byte| value(char::from(*byte)))
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CreditCode {
    /// Only what it was registered as: a trader's credit code leads to a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.as_str().get(..2).unwrap_or_default();
        write!(f, "CreditCode({class}…)")
    }
}

#[cfg(test)]
mod tests;
