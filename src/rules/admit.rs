//! What a party submitted, checked and brought into the one form in which it is kept.
//!
//! Every check that needs no store is here. A reason for a refusal names the field and says what
//! is wrong, and never repeats what was in it.

use std::borrow::Cow;
use std::fmt;

use self::about::subject;
use self::field::{Given, canonical, has_control};
use super::bonds::mentions;
use super::dossier;
use crate::words::catalog::{Field, FieldKind, RecordKind};
use crate::words::code::Code;
use crate::words::moment::Moment;
use crate::words::record::{Fields, FieldsBuilder, ID_MAX, Record, SOURCE_MAX, find};
use crate::words::subject::Subject;

mod about;
pub mod field;
pub mod line;

/// A record as a party wrote it, before any check.
#[derive(Debug, Default)]
pub struct Draft<'a> {
    /// Its name at the source.
    pub id: Cow<'a, str>,
    /// The name of its type.
    pub record: Cow<'a, str>,
    /// Who submits it.
    pub source: Cow<'a, str>,
    /// When it was made.
    pub at: Cow<'a, str>,
    /// What it is about, where no field says so.
    pub subject: Option<Cow<'a, str>>,
    /// Its fields by name.
    pub fields: Vec<(Cow<'a, str>, Given<'a>)>,
}

/// A record that passed every check that needs no store.
#[derive(Debug)]
pub struct Incoming {
    /// What it is about.
    pub subject: Subject,
    /// The record, as an entry of its dossier.
    pub entry: Vec<u8>,
    /// The codes it names besides.
    pub mentions: Vec<Code>,
    /// Where it came from, for the list of rejects.
    pub line: u64,
}

impl Incoming {
    /// The record.
    pub fn record(&self) -> Option<Record<'_>> {
        dossier::record_of(&self.entry)
    }

    /// Its type, without reading the rest.
    pub fn kind(&self) -> Option<RecordKind> {
        dossier::kind_of(&self.entry)
    }
}

/// A record that is not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Where the mistake is.
    pub field: Place,
    /// What is wrong there.
    pub reason: Reason,
}

/// Where a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The line as a whole.
    Line,
    /// A part of the envelope, or a field of the catalog.
    Named(&'static str),
    /// A field the catalog does not have, by its place. Its name could be a value gone astray.
    Unknown(usize),
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each says what it is in its own words")]
pub enum Reason {
    #[error("is not a JSON object of the shape of a record")]
    NotARecord,
    #[error("is longer than a record can be")]
    TooLong,
    #[error("is not text in the file's encoding")]
    NotText,
    #[error("is missing")]
    Missing,
    #[error("is none of the record types there are")]
    UnknownRecord,
    #[error("is not a field of this record type")]
    UnknownField,
    #[error("is not a moment in RFC 3339, such as 2024-05-01T09:30:00+08:00")]
    NotAMoment,
    #[error("is not text of one line and of the length allowed")]
    BadText,
    #[error("is not a well-formed code")]
    NotACode,
    #[error("is not one of the subjects this record type can have")]
    WrongSubject,
    #[error("is not the code that the record is about")]
    OtherSubject,
    #[error("is not a credit code of 18 characters with right check digits")]
    NotACreditCode,
    #[error("is neither a maker's four digits, nor eight characters, nor a credit code")]
    NotAMaker,
    #[error("is neither 整车 nor 蓄电池")]
    NotAnItemType,
    #[error("is neither true nor false")]
    NotASwitch,
    #[error("is not a whole number of months")]
    NotMonths,
    #[error("stands here twice and differs")]
    Twice,
    #[error("was used before by the same source for other content")]
    OtherContent,
}

/// Checks a draft and brings it into its kept form.
pub fn admit(draft: &Draft<'_>, line: u64) -> Result<Incoming, Rejection> {
    let kind = RecordKind::from_name(&draft.record)
        .ok_or(Rejection::named("record", Reason::UnknownRecord))?;
    let id = short_text("id", &draft.id, ID_MAX)?;
    let source = short_text("source", &draft.source, SOURCE_MAX)?;
    let at =
        Moment::parse(&draft.at).map_err(|_not_one| Rejection::named("at", Reason::NotAMoment))?;
    let mut fields = FieldsBuilder::default();
    // Fields mostly come in the catalog's order, so the next is looked for after the last.
    let mut next = 0;
    for (place, (name, given)) in draft.fields.iter().enumerate() {
        match field::expected(kind, next, name) {
            Some((at, known)) => {
                next = at + 1;
                put_known(kind, known, given, &mut fields)?;
            }
            None => put_field(kind, place, name, given, &mut fields)?,
        }
    }
    let subject = subject(kind, draft.subject.as_deref(), &fields)?;
    check_own_address(kind, subject, &fields)?;
    check_own_number(subject, kind, &fields)?;
    if kind == RecordKind::SaleBinding {
        required(kind, "XuDianCWYBH", &fields)?;
    }
    let bare = Record {
        kind,
        at,
        source: source.as_bytes(),
        id: id.as_bytes(),
        fields: Fields::default(),
    };
    let mut entry = dossier::record_entry(bare, fields.written_len());
    fields.write(&mut entry);
    let mentions = dossier::record_of(&entry)
        .map(|record| mentions(&record, subject))
        .unwrap_or_default();
    Ok(Incoming {
        subject,
        entry,
        mentions,
        line,
    })
}

fn put_field(
    kind: RecordKind,
    place: usize,
    name: &str,
    given: &Given<'_>,
    fields: &mut FieldsBuilder,
) -> Result<(), Rejection> {
    if field::is_location(kind, name)
        && let Given::Text(text) = given
    {
        return put_location(kind, text, fields);
    }
    let Some(known) = field::lookup(kind, name) else {
        return Err(Rejection {
            field: Place::Unknown(place + 1),
            reason: Reason::UnknownField,
        });
    };
    put_known(kind, known, given, fields)
}

fn put_known(
    kind: RecordKind,
    (slot, field): (u8, &'static Field),
    given: &Given<'_>,
    fields: &mut FieldsBuilder,
) -> Result<(), Rejection> {
    let reject = |reason| Rejection::named(field.key, reason);
    let Some(text) = canonical(kind, field, given).map_err(reject)? else {
        return Ok(());
    };
    if fields.put(slot, &text) {
        Ok(())
    } else {
        Err(reject(Reason::Twice))
    }
}

/// The standard has longitude, latitude and location number in one row: `120.1,30.2` or digits.
fn put_location(kind: RecordKind, text: &str, fields: &mut FieldsBuilder) -> Result<(), Rejection> {
    let parts: Vec<(&'static str, &str)> = match text.split_once([',', '，', '\\', ' ']) {
        Some((longitude, latitude)) => vec![("longitude", longitude), ("latitude", latitude)],
        None => vec![("gln", text)],
    };
    parts.into_iter().try_for_each(|(key, text)| {
        put_field(kind, 0, key, &Given::Text(text.trim().into()), fields)
    })
}

/// A sticker's address has to be that of the subject's own sticker.
fn check_own_address(
    kind: RecordKind,
    subject: Subject,
    fields: &FieldsBuilder,
) -> Result<(), Rejection> {
    let own_address =
        |field: &Field| field.entry.kind == FieldKind::Url && field.key != "generalimgpath";
    for (slot, field) in (0..).zip(kind.fields()) {
        if !own_address(field) {
            continue;
        }
        let text = fields.text(slot);
        if text.is_some_and(|text| !is_address_of(subject, text)) {
            return Err(Rejection::named(field.key, Reason::OtherSubject));
        }
    }
    Ok(())
}

fn is_address_of(subject: Subject, text: &str) -> bool {
    match subject {
        Subject::Code(code) => text.split_once('/').is_some_and(|(kind, value)| {
            kind == code.kind().keyword() && value.as_bytes() == code.as_bytes()
        }),
        Subject::Party(_) | Subject::Maker(_) => false,
    }
}

/// A plate's seven digits have to be those in the plate's code.
fn check_own_number(
    subject: Subject,
    kind: RecordKind,
    fields: &FieldsBuilder,
) -> Result<(), Rejection> {
    let number = find(kind, "ChePaiHM").and_then(|(slot, _)| fields.text(slot));
    match (subject, number) {
        (Subject::Code(code), Some(number))
            if number.bytes().all(|byte| byte.is_ascii_digit())
                && Some(number) != code.number() =>
        {
            Err(Rejection::named("ChePaiHM", Reason::OtherSubject))
        }
        _ => Ok(()),
    }
}

fn required(kind: RecordKind, key: &'static str, fields: &FieldsBuilder) -> Result<(), Rejection> {
    let there = find(kind, key)
        .and_then(|(slot, _)| fields.text(slot))
        .is_some();
    if there {
        Ok(())
    } else {
        Err(Rejection::named(key, Reason::Missing))
    }
}

fn short_text<'t>(name: &'static str, text: &'t str, max: usize) -> Result<&'t str, Rejection> {
    match text {
        "" => Err(Rejection::named(name, Reason::Missing)),
        _ if text.len() > max || has_control(text) => Err(Rejection::named(name, Reason::BadText)),
        text => Ok(text),
    }
}

impl Rejection {
    /// A mistake in a part that has a name of ours.
    pub const fn named(field: &'static str, reason: Reason) -> Self {
        Self {
            field: Place::Named(field),
            reason,
        }
    }

    /// A mistake of the whole line.
    pub const fn line(reason: Reason) -> Self {
        Self {
            field: Place::Line,
            reason,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line => f.write_str("(line)"),
            Self::Named(name) => f.write_str(name),
            Self::Unknown(place) => write!(f, "(field {place})"),
        }
    }
}

#[cfg(test)]
mod tests;
