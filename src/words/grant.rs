//! Who somebody proved to be, and why somebody did not.

use std::fmt;

use saoma_pages::{Audience, Grant};

use super::moment::Moment;

/// How a person, a program or a unit is called in tokens and in the audit log. May name a person,
/// so it has no `Display` and prints as dots.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(String);

/// The number of one token or certificate: what a revocation names.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProofId(String);

/// What somebody wants to know it for, as they said. Stands in the audit log, nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Purpose(String);

/// What a token or a certificate says of whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// As what.
    pub audience: Audience,
    /// Who.
    pub subject: Handle,
    /// Of which unit: a police station, a firm.
    pub unit: Handle,
    /// By which token or certificate.
    pub proof: ProofId,
    /// Until when.
    pub until: Moment,
}

/// Somebody whose proof was verified. Only verification makes the grant in it.
#[derive(Debug)]
pub struct Verified {
    /// Who it is.
    pub bearer: Bearer,
    /// What opens personal values.
    pub grant: Grant,
}

/// Why somebody was not let in. For the log; the reader is told the same in every case but the
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NotGranted {
    /// There was no token and no certificate.
    #[error("nothing was shown")]
    Nothing,
    /// More than one token came with one request: which of them counts is a stranger's choice.
    #[error("more than one proof was shown")]
    Several,
    /// It is not in the shape of a token or a certificate.
    #[error("the proof is malformed")]
    Malformed,
    /// It is signed in another way than ours, or says that it is not signed.
    #[error("the proof is signed by another algorithm")]
    Algorithm,
    /// It names a key that is not, or no longer, in the folder of keys.
    #[error("the proof is signed with an unknown key")]
    UnknownKey,
    /// Its signature is not that of the key it names.
    #[error("the proof is forged")]
    Forged,
    /// It is not valid yet.
    #[error("the proof is not valid yet")]
    TooEarly,
    /// It is not valid any more.
    #[error("the proof has expired")]
    Expired,
    /// It would be valid for longer than any of its audience may be.
    #[error("the proof would live too long")]
    TooLong,
    /// It was taken back.
    #[error("the proof was revoked")]
    Revoked,
    /// It is for nobody whom this door serves.
    #[error("the proof is for another audience")]
    Audience,
    /// Whether it was taken back cannot be told: nobody is let in.
    #[error("the keys or the revocations cannot be read")]
    Unknowable,
}

/// The longest name of a subject or a unit, in characters.
const HANDLE_MAX: usize = 64;
/// The longest number of a token: a whole SHA-256 in hexadecimal.
const PROOF_MAX: usize = 64;

/// The longest purpose, in characters: a case number and a sentence.
const PURPOSE_MAX: usize = 200;

/// Whom the staff door serves by a token of their own. A holder's right hangs on two stickers, not
/// on a token, and the public needs none.
pub const STAFF: [Audience; 3] = [Audience::Police, Audience::Recycler, Audience::App];

/// The audience of this name, if it is one that the staff door serves.
pub fn staff_audience(name: &str) -> Option<Audience> {
    STAFF.into_iter().find(|audience| audience.name() == name)
}

impl Handle {
    /// Reads a name: something to be seen at both ends, nothing that moves a cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = !text.is_empty() && text.trim() == text;
        let short = text.chars().count() <= HANDLE_MAX;
        (whole && short && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Purpose {
    /// Reads a purpose: something, of one line.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let short = !text.is_empty() && text.chars().count() <= PURPOSE_MAX;
        (short && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    /// What they said.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ProofId {
    /// Reads a number: letters, digits, `-` and `_`.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let sound = !text.is_empty() && text.len() <= PROOF_MAX && text.bytes().all(plain);
        sound.then(|| Self(text.to_owned()))
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NotGranted {
    /// The name in the log and in counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Several => "several",
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::UnknownKey => "unknown-key",
            Self::Forged => "forged",
            Self::TooEarly => "too-early",
            Self::Expired => "expired",
            Self::TooLong => "too-long",
            Self::Revoked => "revoked",
            Self::Audience => "audience",
            Self::Unknowable => "unknowable",
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle(..)")
    }
}

impl fmt::Debug for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Purpose(..)")
    }
}

impl fmt::Debug for ProofId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_edges_of_space_and_nothing_that_moves_a_cursor() {
        for good in ["警员 0142", "officer-7", "杭州市公安局西湖分局", "a"] {
            assert!(Handle::parse(good).is_some(), "{good}");
        }
        let long = "长".repeat(HANDLE_MAX + 1);
        for bad in ["", " a", "a\n", "a\u{1b}[2J", "a\tb", &long] {
            assert!(Handle::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn who_somebody_is_does_not_get_into_a_log_by_debug() {
        let handle = Handle::parse("警员 0142").unwrap();
        let proof = ProofId::parse("a1b2").unwrap();
        assert_eq!(format!("{handle:?} {proof:?}"), "Handle(..) ProofId(..)");
    }

    #[test]
    fn neither_a_holder_nor_the_public_has_a_token() {
        assert_eq!(staff_audience("police"), Some(Audience::Police));
        for none in ["holder", "public", "Police", "", "admin"] {
            assert_eq!(staff_audience(none), None, "{none}");
        }
    }
}
