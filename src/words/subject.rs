//! What a record is about: a code, a party, or all products of a maker.
//!
//! Each has a key, a short run of bytes whose first says which of these it is; the store is
//! ordered by it, so that the records of one maker lie together.

use std::fmt;

use super::code::{Code, Key, Kind, NotACode, ORG_LEN};
use super::party::CreditCode;

/// What a record is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A vehicle, battery or plate.
    Code(Code),
    /// A maker, seller, repairer or recycler.
    Party(CreditCode),
    /// All products of a maker, as far as a notice or a warranty narrows them.
    Maker(Maker),
}

/// A maker as its products' codes name it: the four digits of a vehicle's enterprise, or the
/// eight characters of a battery's organisation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Maker {
    len: u8,
    bytes: [u8; ORG_LEN],
}

/// Why a text names no subject. Says nothing of the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASubject {
    /// It does not begin with `vin/`, `pwb/`, `lic/`, `party/` or `maker/`.
    #[error("begins with none of vin/ pwb/ lic/ party/ maker/")]
    UnknownKind,
    /// It begins well, but no code follows.
    #[error("is not a well-formed code")]
    Code(NotACode),
    /// The credit code has a wrong shape or a wrong check digit.
    #[error("is not a credit code with right check digits")]
    Party,
    /// Neither four digits nor eight digits or capitals.
    #[error("is neither an enterprise's four digits nor an organisation's eight characters")]
    Maker,
}

/// What a party's key begins with.
pub const PARTY: u8 = 4;
const MAKER: u8 = 5;

impl Subject {
    /// Reads `vin/…`, `pwb/…`, `lic/…` (or a whole URL), `party/…` or `maker/…`.
    pub fn parse(text: &str) -> Result<Self, NotASubject> {
        if let Some(party) = text.strip_prefix("party/") {
            return CreditCode::parse(party)
                .map(Self::Party)
                .map_err(|_why| NotASubject::Party);
        }
        if let Some(maker) = text.strip_prefix("maker/") {
            return Maker::parse(maker)
                .map(Self::Maker)
                .ok_or(NotASubject::Maker);
        }
        match Code::parse_any(text) {
            Ok(code) => Ok(Self::Code(code)),
            Err(NotACode::UnknownKind) => Err(NotASubject::UnknownKind),
            Err(why) => Err(NotASubject::Code(why)),
        }
    }

    /// The code, if it is one.
    pub const fn code(self) -> Option<Code> {
        match self {
            Self::Code(code) => Some(code),
            Self::Party(_) | Self::Maker(_) => None,
        }
    }

    /// Appends the key.
    pub fn write_key(self, key: &mut Vec<u8>) {
        match self {
            Self::Code(code) => key.extend_from_slice(&code.key()),
            Self::Party(party) => {
                key.push(PARTY);
                key.extend_from_slice(party.as_str().as_bytes());
            }
            Self::Maker(maker) => {
                key.push(MAKER);
                key.extend_from_slice(maker.as_bytes());
            }
        }
    }

    /// The key.
    pub fn key(self) -> Vec<u8> {
        let mut key = Vec::with_capacity(48);
        self.write_key(&mut key);
        key
    }

    /// The key as numbers: in the same order, and quick to compare. No key is longer.
    pub fn order(self) -> [u128; 2] {
        if let Self::Code(code) = self {
            return code.key().order();
        }
        let mut bytes = [0; 32];
        for (slot, byte) in bytes.iter_mut().zip(self.key()) {
            *slot = byte;
        }
        let (first, second) = bytes.split_at(16);
        [first, second].map(|half| half.try_into().map_or(0, u128::from_be_bytes))
    }

    /// Reads a key.
    pub fn from_key(key: &[u8]) -> Option<Self> {
        match key.split_first()? {
            (&PARTY, rest) => CreditCode::parse(std::str::from_utf8(rest).ok()?)
                .ok()
                .map(Self::Party),
            (&MAKER, rest) => Maker::parse(std::str::from_utf8(rest).ok()?).map(Self::Maker),
            _ => Code::from_key(key).map(Self::Code),
        }
    }
}

impl Maker {
    /// Reads four digits, eight digits or capitals, or a whole credit code.
    pub fn parse(text: &str) -> Option<Self> {
        let is_org = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        match text.len() {
            4 if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(Self::of(text)),
            ORG_LEN if text.as_bytes().iter().all(is_org) => Some(Self::of(text)),
            18 => CreditCode::parse(text).ok().map(Self::of_party),
            _ => None,
        }
    }

    /// The maker that a code names.
    pub fn of_code(code: Code) -> Option<Self> {
        code.maker().map(Self::of)
    }

    /// The maker that this party is.
    pub fn of_party(party: CreditCode) -> Self {
        Self::of(party.org_body())
    }

    /// Four or eight characters.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The same as text.
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever stored.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// What the keys of all its batteries begin with; nothing if its codes are vehicles'.
    pub fn battery_keys(&self) -> Option<Key> {
        let whole = self.kind() == Kind::Pwb;
        whole.then(|| Code::key_prefix_of(&self.bytes))
    }

    /// Whose codes name it: an enterprise makes vehicles, an organisation batteries.
    pub const fn kind(&self) -> Kind {
        if self.len == 4 { Kind::Vin } else { Kind::Pwb }
    }

    fn of(text: &str) -> Self {
        let mut bytes = [0; ORG_LEN];
        let mut len = 0;
        for (slot, byte) in bytes.iter_mut().zip(text.bytes()) {
            *slot = byte;
            len += 1;
        }
        Self { len, bytes }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{}/{}", code.kind(), code.value()),
            Self::Party(party) => write!(f, "party/{}", party.as_str()),
            Self::Maker(maker) => write!(f, "maker/{}", maker.as_str()),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Party(_) => f.write_str("Party(…)"),
            Self::Maker(maker) => maker.fmt(f),
        }
    }
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Maker({})", self.as_str())
    }
}
