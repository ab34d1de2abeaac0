//! What a party submitted, checked and brought into the one form in which it is kept.
//!
//! Every check that needs no store is here. A reason for a refusal names the field and says what
//! is wrong, and never repeats what was in it.

use std::borrow::Cow;
use std::fmt;

use self::field::{Given, canonical};
use super::bonds::mentions;
use super::dossier;
use crate::words::catalog::{Field, FieldKind, RecordKind};
use crate::words::code::{Code, Kind};
use crate::words::moment::Moment;
use crate::words::party::CreditCode;
use crate::words::record::{Fields, FieldsBuilder, ID_MAX, Record, SOURCE_MAX, find};
use crate::words::subject::{Maker, Subject};

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
    for (place, (name, given)) in draft.fields.iter().enumerate() {
        put_field(kind, place, name, given, &mut fields)?;
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
    let mut entry = dossier::record_entry(bare);
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
    let Some((slot, field)) = field::lookup(kind, name) else {
        return Err(Rejection {
            field: Place::Unknown(place + 1),
            reason: Reason::UnknownField,
        });
    };
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

/// What the record is about: from its own field, from the envelope, or from both if they agree.
fn subject(
    kind: RecordKind,
    envelope: Option<&str>,
    fields: &FieldsBuilder,
) -> Result<Subject, Rejection> {
    let reject = |reason| Rejection::named("subject", reason);
    let told = envelope
        .map(|text| Subject::parse(text).map_err(|_why| reject(Reason::NotACode)))
        .transpose()?;
    let own = own_subject(kind, fields)?;
    let subject = match (own, told) {
        (Some(own), Some(told)) if own != told => return Err(reject(Reason::OtherSubject)),
        (Some(subject), _) | (None, Some(subject)) => subject,
        (None, None) => return Err(reject(Reason::Missing)),
    };
    if fits(kind, subject) {
        Ok(subject)
    } else {
        Err(reject(Reason::WrongSubject))
    }
}

/// The subject that a field of the record is, if one is.
fn own_subject(kind: RecordKind, fields: &FieldsBuilder) -> Result<Option<Subject>, Rejection> {
    let text = |key: &str| find(kind, key).and_then(|(slot, _)| fields.text(slot));
    let code = |kind, key| text(key).and_then(|text| Code::parse(kind, text).ok());
    let party = |key| {
        text(key)
            .and_then(|text| CreditCode::parse(text).ok())
            .map(Subject::Party)
    };
    Ok(match kind {
        RecordKind::ProductionVehicle | RecordKind::SaleBinding => {
            code(Kind::Vin, "ZhenCheBM").map(Subject::Code)
        }
        RecordKind::ProductionBattery => code(Kind::Pwb, "XuDianCWYBH").map(Subject::Code),
        RecordKind::PartyMaker => party("CreditCode"),
        RecordKind::PartySeller | RecordKind::PartyRepairer | RecordKind::PartyRecycler => {
            party("uniscid")
        }
        RecordKind::StockItem => match (text("chechi_type"), text("chechibm")) {
            (_, None) => None,
            (None, Some(_)) => return Err(Rejection::named("chechi_type", Reason::Missing)),
            (Some(item), Some(_)) => {
                let kind = if item == field::VEHICLE {
                    Kind::Vin
                } else {
                    Kind::Pwb
                };
                let item = code(kind, "chechibm").map(Subject::Code);
                Some(item.ok_or(Rejection::named("chechibm", Reason::NotACode))?)
            }
        },
        RecordKind::RegistrationPlate => text("LinkUrl")
            .and_then(|text| Code::parse_any(text).ok())
            .map(Subject::Code),
        RecordKind::RepairJob => code(Kind::Vin, "ZhenCheBM")
            .or_else(|| code(Kind::Pwb, "XuDianCWYBH"))
            .map(Subject::Code),
        RecordKind::RecycleReceipt => code(Kind::Pwb, "chechibm")
            .or_else(|| code(Kind::Vin, "ZhenCheBM"))
            .map(Subject::Code),
        RecordKind::NoticeRecall | RecordKind::WarrantyPolicy => {
            text("maker").and_then(Maker::parse).map(Subject::Maker)
        }
        RecordKind::RidingUse
        | RecordKind::ChargingSite
        | RecordKind::ChargingFire
        | RecordKind::SwapUse
        | RecordKind::PlateCancelled
        | RecordKind::NoticeStolen
        | RecordKind::NoticeClone => None,
    })
}

/// Whether a record of this type can be about such a subject.
fn fits(kind: RecordKind, subject: Subject) -> bool {
    let code = subject.code().map(|code| code.kind());
    match kind {
        RecordKind::ProductionVehicle | RecordKind::SaleBinding => code == Some(Kind::Vin),
        RecordKind::ProductionBattery => code == Some(Kind::Pwb),
        RecordKind::RegistrationPlate | RecordKind::PlateCancelled => code == Some(Kind::Lic),
        RecordKind::StockItem
        | RecordKind::SwapUse
        | RecordKind::RepairJob
        | RecordKind::RecycleReceipt => matches!(code, Some(Kind::Vin | Kind::Pwb)),
        RecordKind::RidingUse => matches!(code, Some(Kind::Vin | Kind::Lic)),
        RecordKind::NoticeStolen | RecordKind::NoticeClone => code.is_some(),
        RecordKind::NoticeRecall => code.is_some() || matches!(subject, Subject::Maker(_)),
        RecordKind::ChargingSite | RecordKind::ChargingFire => {
            code.is_some() || matches!(subject, Subject::Party(_))
        }
        RecordKind::PartyMaker
        | RecordKind::PartySeller
        | RecordKind::PartyRepairer
        | RecordKind::PartyRecycler => matches!(subject, Subject::Party(_)),
        RecordKind::WarrantyPolicy => matches!(subject, Subject::Maker(_)),
    }
}

/// A sticker's address has to be that of the subject's own sticker.
fn check_own_address(
    kind: RecordKind,
    subject: Subject,
    fields: &FieldsBuilder,
) -> Result<(), Rejection> {
    let own_address =
        |field: &&Field| field.entry.kind == FieldKind::Url && field.key != "generalimgpath";
    for field in kind.fields().iter().filter(own_address) {
        let text = find(kind, field.key).and_then(|(slot, _)| fields.text(slot));
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
        _ if text.len() > max || text.chars().any(char::is_control) => {
            Err(Rejection::named(name, Reason::BadText))
        }
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
