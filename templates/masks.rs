//! What anybody may read of a personal value, one rule a kind, in words above each.
//!
//! Every mask is a pure function of the text, gives the same every time, and gives nothing for a
//! text that does not look like what it should be: what is in the wrong field is withheld whole.

use crate::personal::{Address, Hides, IdCard, Mask, Masking, Name, Phone, Secret, When};

mod address;
mod moment;
mod name;
mod phone;

pub(crate) use moment::date;
pub use moment::{day_of, month_of};

/// Digits of an identity number of today.
const ID_LEN: usize = 18;
/// Digits of an identity number of before 1999, still on old records.
const OLD_ID_LEN: usize = 15;

impl Mask for Name {
    const NAME: &'static str = "Name";

    fn mask(raw: &str) -> Option<Masking> {
        name::mask(raw)
    }
}

impl Mask for Phone {
    const NAME: &'static str = "Phone";

    fn mask(raw: &str) -> Option<Masking> {
        phone::mask(raw)
    }
}

/// The first and the last character. Six and four would look safer than it is: the first six are
/// the county, the last is a check on what is hidden, and between them is only a birthday.
impl Mask for IdCard {
    const NAME: &'static str = "IdCard";

    fn mask(raw: &str) -> Option<Masking> {
        id_keeping(raw, 1, 1)
    }
}

impl Mask for Address {
    const NAME: &'static str = "Address";

    fn mask(raw: &str) -> Option<Masking> {
        address::mask(raw)
    }
}

/// The month.
impl Mask for When {
    const NAME: &'static str = "When";

    fn mask(raw: &str) -> Option<Masking> {
        Some(Masking {
            text: month_of(raw)?,
            hides: Hides::Part,
        })
    }
}

/// Nothing. What has no mask stays, or is disclosed.
impl Mask for Secret {
    const NAME: &'static str = "Secret";

    fn mask(_raw: &str) -> Option<Masking> {
        None
    }
}

/// The first six and last four characters of an identity number.
pub(crate) fn id_edges(raw: &str) -> Option<Masking> {
    id_keeping(raw, 6, 4)
}

/// An identity number is fifteen digits, or seventeen and a digit or X. Its length is no secret,
/// so each hidden character has its star.
fn id_keeping(raw: &str, first: usize, last: usize) -> Option<Masking> {
    let id: String = narrow(raw).collect::<String>().to_ascii_uppercase();
    let digits = match id.len() {
        ID_LEN => id.strip_suffix('X').unwrap_or(&id),
        OLD_ID_LEN => &id,
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let end = id.len() - last;
    let masked = id
        .char_indices()
        .map(|(at, c)| if (first..end).contains(&at) { '*' } else { c });
    Some(Masking::part(masked.collect()))
}

/// The characters of a text as a form would have them: no spaces of any kind, and the full-width
/// letters, digits and marks of a Chinese keyboard as their plain twins.
fn narrow(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            // The block repeats ASCII from `!` to `~` at a fixed distance.
            '\u{ff01}'..='\u{ff5e}' => u32::from(c)
                .checked_sub(0xfee0)
                .and_then(char::from_u32)
                .unwrap_or(c),
            _ => c,
        })
}

#[cfg(test)]
mod tests;
