//! The codes on the stickers, parsed once, at the door.
//!
//! A [`Code`] is a small `Copy` value and its own key: two texts make the same code only if the
//! standard says they are one. Nothing here asks whether a code was ever issued.
//!
//! | kind | grammar | parts |
//! |---|---|---|
//! | vin | 15 digits | enterprise 4, class 1, year 2, serial 8 |
//! | pwb | 8 digits or capitals, then 1 to 32 letters or digits | organisation 8, own code |
//! | lic | 14 digits | division 6, number 7, technology 1 |

use std::fmt;

pub use key::Key;
pub use saoma_pages::{NotACode, view::Kind};

mod key;

/// Digits in a vehicle's code.
pub const VIN_LEN: usize = 15;
/// Digits in a plate's code.
pub const LIC_LEN: usize = 14;
/// Characters of the organisation's code that begin a battery's code.
pub const ORG_LEN: usize = 8;
/// The longest own code that resolves. Table B.1 says 24, its own example has 26, so the ceiling
/// leaves room for what makers have printed in good faith.
pub const OWN_MAX: usize = 32;
/// The longest own code that the standard allows.
pub const OWN_CONFORMING: usize = 24;
const LEN_MAX: usize = ORG_LEN + OWN_MAX;

/// A well-formed code. Ordered by kind, then as texts are: the order of its [`Key`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code {
    kind: Kind,
    // Zeros past the end; before `len`, so that the derived order is that of the texts.
    bytes: [u8; LEN_MAX],
    len: u8,
}

impl Code {
    /// Reads the code of a sticker of this kind. A battery's code may have a slash after its
    /// first eight characters (Table B.2) or not (example B.3.2): both are one code.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, NotACode> {
        if text.is_empty() {
            return Err(NotACode::Empty);
        }
        match kind {
            Kind::Vin => digits(kind, text, VIN_LEN),
            Kind::Lic => digits(kind, text, LIC_LEN),
            Kind::Pwb => battery(text),
        }
    }

    /// Reads what an operator or an app may write: `vin/218622108311027`, a path, or a whole URL.
    pub fn parse_any(text: &str) -> Result<Self, NotACode> {
        let text = text.trim();
        // First, so that an address inside a query is never taken for the sticker's.
        let text = text.split(['?', '#']).next().unwrap_or_default();
        let path = match text.split_once("://") {
            Some((_scheme, rest)) => after_host(rest),
            None => match text.trim_start_matches('/') {
                // What a browser's address bar gives: a host without its scheme.
                rest if begins_with_host(rest) => after_host(rest),
                path => path,
            },
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let (keyword, code) = path.split_once('/').ok_or(NotACode::UnknownKind)?;
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| kind.keyword().eq_ignore_ascii_case(keyword))
            .ok_or(NotACode::UnknownKind)?;
        Self::parse(kind, code)
    }

    /// Which sticker it is from.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The whole code, as it is printed.
    pub fn value(&self) -> &str {
        // Only ASCII letters and digits are ever stored.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The bytes of [`value`](Self::value).
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The key under which a store keeps what belongs to this code.
    pub fn key(&self) -> Key {
        Key::of(self.kind, self.as_bytes())
    }

    /// What the keys of all batteries of an organisation begin with.
    pub fn key_prefix_of(org: &[u8; ORG_LEN]) -> Key {
        // Eight characters fill whole bytes, so nothing of a ninth is in the last one.
        Key::of(Kind::Pwb, org)
    }

    /// The code whose key this is. Bytes that no [`key`](Self::key) made give nothing.
    pub fn from_key(key: &[u8]) -> Option<Self> {
        key::read(key)
    }

    /// A code without a text yet.
    const fn blank(kind: Kind) -> Self {
        Self {
            kind,
            bytes: [0; LEN_MAX],
            len: 0,
        }
    }

    /// The whole code with its kind, as a record or an app names it: `vin/218622108311027`.
    pub fn in_full(&self) -> String {
        [self.kind.keyword(), "/", self.value()].concat()
    }

    /// The canonical path: `/vin/218622108311027`.
    pub fn path(&self) -> impl fmt::Display + '_ {
        struct Path<'a>(&'a Code);
        impl fmt::Display for Path<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "/{}/{}", self.0.kind.keyword(), self.0.value())
            }
        }
        Path(self)
    }

    /// The parts in printed order, each with its name.
    pub fn parts(&self) -> Vec<(&'static str, &str)> {
        let cuts: &[(&'static str, usize, usize)] = match self.kind {
            Kind::Vin => &[
                ("enterprise", 0, 4),
                ("class", 4, 5),
                ("year", 5, 7),
                ("serial", 7, VIN_LEN),
            ],
            Kind::Pwb => &[("org", 0, ORG_LEN), ("own", ORG_LEN, LEN_MAX)],
            Kind::Lic => &[
                ("division", 0, 6),
                ("number", 6, 13),
                ("technology", 13, LIC_LEN),
            ],
        };
        cuts.iter()
            .map(|&(name, from, to)| (name, self.between(from, to)))
            .collect()
    }

    /// The part called `name`, or nothing.
    pub fn part(&self, name: &str) -> &str {
        self.parts()
            .into_iter()
            .find(|(part, _)| *part == name)
            .map_or("", |(_, value)| value)
    }

    /// A plate's seven digits.
    pub fn number(&self) -> Option<&str> {
        (self.kind == Kind::Lic).then(|| self.between(6, 13))
    }

    /// Who made it, as the code itself says: the four digits of a vehicle's enterprise or the
    /// eight characters of a battery's organisation. A plate has no maker.
    pub fn maker(&self) -> Option<&str> {
        match self.kind {
            Kind::Vin => Some(self.between(0, 4)),
            Kind::Pwb => Some(self.between(0, ORG_LEN)),
            Kind::Lic => None,
        }
    }

    /// Where it departs from the letter of the standard though it resolves.
    pub fn nonconforming(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        match self.kind {
            Kind::Vin => {
                if self.between(4, 5) != "2" {
                    found.push("class-not-2");
                }
            }
            Kind::Pwb => {
                if usize::from(self.len) - ORG_LEN > OWN_CONFORMING {
                    found.push("own-code-too-long");
                }
                if self.as_bytes().iter().any(u8::is_ascii_lowercase) {
                    found.push("small-letters");
                }
            }
            Kind::Lic => {
                if !matches!(self.between(13, LIC_LEN), "0" | "1") {
                    found.push("technology-reserved");
                }
            }
        }
        found
    }

    /// The same code in capitals, if it has small letters. What a reader types by hand is tried
    /// once like this when the code as typed is not known.
    pub fn in_capitals(&self) -> Option<Self> {
        let mut capitals = *self;
        capitals.bytes.make_ascii_uppercase();
        (capitals != *self).then_some(capitals)
    }

    fn between(&self, from: usize, to: usize) -> &str {
        let value = self.value();
        value.get(from..to.min(value.len())).unwrap_or_default()
    }
}

/// No keyword has a dot or a colon; a host has its dots or its port.
fn begins_with_host(address: &str) -> bool {
    let (first, _) = address.split_once('/').unwrap_or_default();
    first.contains(['.', ':'])
}

fn after_host(address: &str) -> &str {
    address.split_once('/').map_or("", |(_host, path)| path)
}

fn digits(kind: Kind, text: &str, want: usize) -> Result<Code, NotACode> {
    if text.len() == want && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(store(kind, text.as_bytes()));
    }
    if let Some(at) = text.chars().position(|c| !c.is_ascii_digit()) {
        return Err(NotACode::NotADigit { at: at + 1 });
    }
    Err(NotACode::Digits {
        got: text.len(),
        want,
    })
}

fn battery(text: &str) -> Result<Code, NotACode> {
    let alone = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if alone && text.len() > ORG_LEN && text.len() <= LEN_MAX {
        return Ok(store(Kind::Pwb, text.as_bytes()));
    }
    // The slash of Table B.2 stands for nothing; it is tolerated in that one place.
    let slashed = text.as_bytes().get(ORG_LEN) == Some(&b'/');
    let plain = |at: usize| !(slashed && at == ORG_LEN);
    let bad = text
        .chars()
        .enumerate()
        .position(|(at, c)| plain(at) && !c.is_ascii_alphanumeric());
    if let Some(at) = bad {
        return Err(NotACode::NotALetterOrDigit { at: at + 1 });
    }
    let len = text.len() - usize::from(slashed);
    if len <= ORG_LEN {
        return Err(NotACode::TooShort { got: len });
    }
    if len > LEN_MAX {
        return Err(NotACode::TooLong { got: len - ORG_LEN });
    }
    let mut bytes = text.as_bytes().to_vec();
    bytes.retain(|byte| *byte != b'/');
    Ok(store(Kind::Pwb, &bytes))
}

/// A code of this text, which is none too long.
fn store(kind: Kind, text: &[u8]) -> Code {
    let mut code = Code::blank(kind);
    if let Some(room) = code.bytes.get_mut(..text.len()) {
        room.copy_from_slice(text);
        code.len = u8::try_from(text.len()).unwrap_or(0);
    }
    if kind == Kind::Pwb {
        // An organisation's code has no small letters, so raising them merges nothing.
        let (org, _own) = code.bytes.split_at_mut(ORG_LEN);
        org.make_ascii_uppercase();
    }
    code
}

impl fmt::Debug for Code {
    /// The kind only: a code in a log would be a list of who scanned what.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({}/…)", self.kind)
    }
}

#[cfg(test)]
mod tests;
