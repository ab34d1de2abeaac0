//! Records: one row of one table, as a party submitted it.
//!
//! A record is kept as one run of bytes whose order is its place in a dossier: type, moment,
//! source, id, then its fields. [`Record`] reads such a run without copying it. The text of a
//! field comes out only as a [`Value`], so that what is personal is a `Personal` from the start.

use std::fmt;
use std::ops::Range;

use saoma_pages::personal::{Address, IdCard, Name, Personal, Phone, Secret, When};

use super::catalog::{Field, FieldKind, Level, RecordKind};
use super::moment::Moment;

/// The longest id, in bytes. Ids are keys; a source that needs more than this has put data in it.
pub const ID_MAX: usize = 64;
/// The longest name of a source, in bytes. A credit code has 18.
pub const SOURCE_MAX: usize = 64;
/// The longest field, in bytes. The longest real one is an address.
pub const FIELD_MAX: usize = 1024;
/// What stands between the codes of a list.
pub const LIST_SEPARATOR: char = '|';

/// One record, read where it lies.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Its type.
    pub kind: RecordKind,
    /// When the source says it was made.
    pub at: Moment,
    /// Who submitted it, as UTF-8. Read as text where it is needed, which is seldom.
    pub source: &'a [u8],
    /// Its name at the source, as UTF-8.
    pub id: &'a [u8],
    /// Its fields.
    pub fields: Fields<'a>,
}

/// The fields of a record, in the catalog's order.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fields<'a>(&'a [u8]);

/// A field's value, as guarded as its grade demands.
#[derive(Debug)]
pub enum Value<'a> {
    /// Not personal.
    Open(&'a str),
    /// One or more codes, with [`LIST_SEPARATOR`] between them.
    Codes(&'a str),
    /// A person's name.
    Name(Personal<Name>),
    /// A person's telephone.
    Phone(Personal<Phone>),
    /// An identity card's number.
    IdCard(Personal<IdCard>),
    /// Where a person lives or something happened to one.
    Address(Personal<Address>),
    /// When something happened to a person.
    When(Personal<When>),
    /// Anything else about a person.
    Secret(Personal<Secret>),
}

impl<'a> Record<'a> {
    /// Reads what [`write`](Self::write) wrote.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&kind, rest) = bytes.split_first()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (source, rest) = short_text(rest)?;
        let (id, rest) = short_text(rest)?;
        Some(Self {
            kind: RecordKind::from_number(kind)?,
            at: Moment::from_seconds(unordered(u64::from_be_bytes(*at))),
            source,
            id,
            fields: Fields(rest),
        })
    }

    /// Appends the record. Texts longer than their bound are cut; import refuses them before.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(self.kind.number());
        out.extend_from_slice(&ordered(self.at.seconds()).to_be_bytes());
        write_short(out, self.source);
        write_short(out, self.id);
        out.extend_from_slice(self.fields.0);
    }

    /// How many bytes [`write`](Self::write) appends, if no text is longer than its bound.
    pub const fn written_len(&self) -> usize {
        1 + 8 + 1 + self.source.len() + 1 + self.id.len() + self.fields.0.len()
    }

    /// Who submitted it, as text.
    pub fn submitter(&self) -> &'a str {
        utf8(self.source)
    }

    /// The value of the field with this key.
    pub fn value(&self, key: &str) -> Option<Value<'a>> {
        let (slot, field) = find(self.kind, key)?;
        let text = self.fields.text(slot)?;
        Some(Value::of(field, text))
    }

    /// The open text of the field with this key; nothing if it is not open.
    pub fn open(&self, key: &str) -> Option<&'a str> {
        match self.value(key)? {
            Value::Open(text) | Value::Codes(text) => Some(text),
            Value::Name(_)
            | Value::Phone(_)
            | Value::IdCard(_)
            | Value::Address(_)
            | Value::When(_)
            | Value::Secret(_) => None,
        }
    }

    /// All values, in the catalog's order.
    pub fn values(&self) -> impl Iterator<Item = (&'static Field, Value<'a>)> + use<'a> {
        self.values_where(|_any| true)
            .map(|(_, field, value)| (field, value))
    }

    /// The values of the fields that are wanted, each with its field's number. What is not wanted
    /// is not even read.
    pub fn values_where<W>(
        &self,
        wanted: W,
    ) -> impl Iterator<Item = (u8, &'static Field, Value<'a>)> + use<'a, W>
    where
        W: Fn(&Field) -> bool,
    {
        let kind = self.kind;
        self.fields.iter().filter_map(move |(slot, text)| {
            let field = kind
                .fields()
                .get(usize::from(slot))
                .filter(|field| wanted(field))?;
            Some((slot, field, Value::of(field, utf8(text))))
        })
    }
}

impl<'a> Fields<'a> {
    /// Fields that [`FieldsBuilder`] put together.
    pub const fn from_bytes(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes themselves.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    fn iter(self) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (&slot, tail) = rest.split_first()?;
            let (len, tail) = tail.split_first_chunk::<2>()?;
            let (text, tail) = tail.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
            rest = tail;
            Some((slot, text))
        })
    }

    fn text(self, wanted: u8) -> Option<&'a str> {
        self.iter()
            .find(|(slot, _)| *slot == wanted)
            .map(|(_, text)| utf8(text))
    }
}

/// Puts fields together in the catalog's order, whatever order they come in.
pub struct FieldsBuilder {
    texts: String,
    /// Each field's number and where its text lies, by number.
    places: Vec<(u8, Range<usize>)>,
}

impl Default for FieldsBuilder {
    fn default() -> Self {
        Self {
            // What most records need.
            texts: String::with_capacity(256),
            places: Vec::with_capacity(12),
        }
    }
}

impl FieldsBuilder {
    /// Adds a field by its number; `false` if it is there already with another text.
    #[must_use]
    pub fn put(&mut self, slot: u8, text: &str) -> bool {
        match self.places.binary_search_by_key(&slot, |(slot, _)| *slot) {
            Ok(_) => self.text(slot) == Some(text),
            Err(at) => {
                let start = self.texts.len();
                self.texts.push_str(text);
                self.places.insert(at, (slot, start..self.texts.len()));
                true
            }
        }
    }

    /// Whether nothing was added.
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The open text put under this number.
    pub fn text(&self, slot: u8) -> Option<&str> {
        let (_, place) = self.places.iter().find(|(put, _)| *put == slot)?;
        self.texts.get(place.clone())
    }

    /// How many bytes [`write`](Self::write) appends at most.
    pub const fn written_len(&self) -> usize {
        3 * self.places.len() + self.texts.len()
    }

    /// All bytes of the fields.
    pub fn write(&self, out: &mut Vec<u8>) {
        for (slot, place) in &self.places {
            let text = self.texts.get(place.clone()).unwrap_or_default().as_bytes();
            let text = text.get(..FIELD_MAX).unwrap_or(text);
            out.push(*slot);
            out.extend_from_slice(&u16::try_from(text.len()).unwrap_or(0).to_le_bytes());
            out.extend_from_slice(text);
        }
    }
}

impl<'a> Value<'a> {
    fn of(field: &Field, text: &'a str) -> Self {
        let entry = field.entry;
        match entry.kind {
            // Codes tie things together and have to be read to do so; who may see them is for
            // the catalog's rules to say.
            FieldKind::CodeVin
            | FieldKind::CodePwb
            | FieldKind::CodePwbList
            | FieldKind::AnyCode => Self::Codes(text),
            _ if entry.level <= Level::L2 => Self::Open(text),
            FieldKind::Name => Self::Name(Personal::new(text.to_owned())),
            FieldKind::Phone => Self::Phone(Personal::new(text.to_owned())),
            FieldKind::IdCard => Self::IdCard(Personal::new(text.to_owned())),
            FieldKind::Address => Self::Address(Personal::new(text.to_owned())),
            FieldKind::Time | FieldKind::Date => Self::When(Personal::new(text.to_owned())),
            FieldKind::Text
            | FieldKind::Url
            | FieldKind::Uscc
            | FieldKind::Division
            | FieldKind::Geo
            | FieldKind::ItemType
            | FieldKind::Number
            | FieldKind::Plate
            | FieldKind::Maker
            | FieldKind::Months
            | FieldKind::Switch => Self::Secret(Personal::new(text.to_owned())),
        }
    }
}

/// The field called `key` and its number.
pub fn find(kind: RecordKind, key: &str) -> Option<(u8, &'static Field)> {
    let at = kind.fields().iter().position(|field| field.key == key)?;
    Some((u8::try_from(at).ok()?, kind.fields().get(at)?))
}

/// Only whole texts are ever kept; what is none was damaged, and reads as nothing.
fn utf8(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// Flips the sign so that the bytes of earlier moments sort first.
const fn ordered(seconds: i64) -> u64 {
    seconds.cast_unsigned() ^ (1 << 63)
}

const fn unordered(seconds: u64) -> i64 {
    (seconds ^ (1 << 63)).cast_signed()
}

fn write_short(out: &mut Vec<u8>, text: &[u8]) {
    let text = text.get(..usize::from(u8::MAX)).unwrap_or(text);
    out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(text);
}

fn short_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(len))
}

impl fmt::Debug for Record<'_> {
    /// The type only: the rest may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({}, ..)", self.kind.name())
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields(..)")
    }
}

impl fmt::Debug for FieldsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FieldsBuilder(..)")
    }
}
