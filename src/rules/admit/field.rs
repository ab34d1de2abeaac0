//! One field: which field a name means, and the one form in which its value is kept.

use std::borrow::Cow;

use super::Reason;
use crate::words::catalog::{Field, FieldKind, RecordKind};
use crate::words::code::{Code, Kind};
use crate::words::party::CreditCode;
use crate::words::record::{FIELD_MAX, LIST_SEPARATOR, find};
use crate::words::subject::Maker;

/// 车池类型 of a vehicle, as it is kept.
pub const VEHICLE: &str = "整车";
/// 车池类型 of a battery, as it is kept.
pub const BATTERY: &str = "蓄电池";
/// The most codes in one list. A lead-acid set has four to six blocks.
const LIST_MAX: usize = 16;

/// How many fields may be left out for the next to be found where it is expected.
const AHEAD: usize = 4;

/// A value as it was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Given<'a> {
    /// Text, or a number as it was written.
    Text(Cow<'a, str>),
    /// Several texts.
    List(Vec<Cow<'a, str>>),
    /// True or false.
    Switch(bool),
    /// Nothing, which is the same as the field not being there.
    Nothing,
}

/// The field that a name means: the standard's English name, ours, or the Chinese label.
pub fn lookup(kind: RecordKind, name: &str) -> Option<(u8, &'static Field)> {
    let name = name.trim();
    find(kind, name)
        .or_else(|| find(kind, alias(kind, name)?))
        .or_else(|| {
            let entry = kind.entries().find(|entry| entry.label == name)?;
            find(kind, entry.keys.split(',').next()?)
        })
}

/// The field of this name if it is the one after the last or one of those just behind it, and its
/// place.
pub(super) fn expected(
    kind: RecordKind,
    next: usize,
    name: &str,
) -> Option<(usize, (u8, &'static Field))> {
    let mut ahead = (next..).zip(kind.fields().get(next..)?).take(AHEAD);
    let (at, field) = ahead.find(|(_, field)| field.key == name)?;
    Some((at, (u8::try_from(at).ok()?, field)))
}

/// Whether this is the name of the row that holds longitude, latitude and location number.
pub fn is_location(kind: RecordKind, name: &str) -> bool {
    // Names without these are most names there are.
    name.contains(['\\', '经'])
        && kind.entries().any(|entry| {
            entry.kind == FieldKind::Geo && (entry.label == name || entry.standard_name == name)
        })
}

/// Spellings that the standard itself is not sure of.
fn alias(kind: RecordKind, name: &str) -> Option<&'static str> {
    match (kind, name) {
        (RecordKind::ChargingSite, "CTDSLSJ") => Some("TDSLSJ"),
        (RecordKind::RegistrationPlate, name) if name.eq_ignore_ascii_case("LinkUrl") => {
            Some("LinkUrl")
        }
        (_, name) if name.eq_ignore_ascii_case("LinkURL") => Some("LinkURL"),
        _ => None,
    }
}

/// The form in which a value is kept; nothing for an empty one.
pub fn canonical<'g>(
    record: RecordKind,
    field: &Field,
    given: &'g Given<'_>,
) -> Result<Option<Cow<'g, str>>, Reason> {
    let kind = field.entry.kind;
    let text: Cow<'g, str> = match given {
        Given::Nothing => return Ok(None),
        Given::Switch(on) if kind == FieldKind::Switch => Cow::Borrowed(true_or_false(*on)),
        Given::List(items) if kind == FieldKind::CodePwbList => {
            Cow::Owned(items.join(&LIST_SEPARATOR.to_string()))
        }
        Given::Switch(_) | Given::List(_) => return Err(Reason::BadText),
        Given::Text(text) => Cow::Borrowed(text.trim()),
    };
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > FIELD_MAX || has_control(&text) {
        return Err(Reason::BadText);
    }
    in_form(record, field, text).map(Some)
}

fn in_form<'t>(
    record: RecordKind,
    field: &Field,
    text: Cow<'t, str>,
) -> Result<Cow<'t, str>, Reason> {
    match field.entry.kind {
        FieldKind::CodeVin if field.key == "chechibm" => {
            // Vehicle or battery: the item's type, beside it, says which.
            if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                Ok(text)
            } else {
                any(&text)
            }
        }
        FieldKind::CodeVin => code_text(Kind::Vin, text),
        FieldKind::CodePwb => code_text(Kind::Pwb, text),
        FieldKind::CodePwbList => codes(&text).map(Cow::Owned),
        FieldKind::AnyCode => {
            let code = Code::parse_any(&text).map_err(|_why| Reason::NotACode)?;
            Ok(Cow::Owned(code.in_full()))
        }
        FieldKind::Url if field.key == "generalimgpath" => Ok(text),
        FieldKind::Url => {
            let code = Code::parse_any(&text).map_err(|_why| Reason::NotACode)?;
            Ok(Cow::Owned(code.in_full()))
        }
        FieldKind::Uscc if is_party(record) => {
            let party = CreditCode::parse(&text).map_err(|_why| Reason::NotACreditCode)?;
            Ok(Cow::Owned(party.as_str().to_owned()))
        }
        FieldKind::ItemType => match &*text {
            "整车" | "车" | "vehicle" | "vin" => Ok(Cow::Borrowed(VEHICLE)),
            "蓄电池" | "电池" | "池" | "battery" | "pwb" => Ok(Cow::Borrowed(BATTERY)),
            _ => Err(Reason::NotAnItemType),
        },
        FieldKind::Maker => {
            Maker::parse(&text).ok_or(Reason::NotAMaker)?;
            Ok(text)
        }
        FieldKind::Months => {
            let months: u16 = text.parse().map_err(|_why| Reason::NotMonths)?;
            Ok(Cow::Owned(months.to_string()))
        }
        FieldKind::Switch => match &*text {
            "yes" | "true" | "1" | "是" => Ok(Cow::Borrowed(true_or_false(true))),
            "no" | "false" | "0" | "否" => Ok(Cow::Borrowed(true_or_false(false))),
            _ => Err(Reason::NotASwitch),
        },
        // What does not look like what it should be is kept, for whoever has to clear it up, and
        // withheld where it would be masked.
        FieldKind::Uscc
        | FieldKind::Text
        | FieldKind::Phone
        | FieldKind::Division
        | FieldKind::Address
        | FieldKind::Name
        | FieldKind::IdCard
        | FieldKind::Geo
        | FieldKind::Time
        | FieldKind::Date
        | FieldKind::Number
        | FieldKind::Plate => Ok(text),
    }
}

/// A code alone, or the whole address on its sticker.
fn code(kind: Kind, text: &str) -> Result<Code, Reason> {
    // Nearly always it is a code alone, and no code alone is an address too.
    if let Ok(code) = Code::parse(kind, text) {
        return Ok(code);
    }
    let bare = text
        .strip_prefix(kind.keyword())
        .and_then(|rest| rest.strip_prefix('/'));
    let parsed = match bare {
        None if text.contains("://") => Code::parse_any(text),
        bare => Code::parse(kind, bare.unwrap_or(text)),
    };
    parsed
        .ok()
        .filter(|code| code.kind() == kind)
        .ok_or(Reason::NotACode)
}

/// A code in the form in which it is kept, which is nearly always that in which it came.
fn code_text(kind: Kind, text: Cow<'_, str>) -> Result<Cow<'_, str>, Reason> {
    let code = code(kind, &text)?;
    if code.as_bytes() == text.as_bytes() {
        Ok(text)
    } else {
        Ok(Cow::Owned(code.value().to_owned()))
    }
}

/// Whether a text holds a control character. Of those in UTF-8's two bytes, all begin alike.
pub(super) fn has_control(text: &str) -> bool {
    let may_be = |byte: u8| byte < b' ' || byte == 0x7f || byte == 0xc2;
    // All of them and not only to the first: so many bytes are looked at in one step.
    let bytes = text.bytes();
    bytes.fold(false, |found, byte| found | may_be(byte)) && text.chars().any(char::is_control)
}

fn any<'t>(text: &str) -> Result<Cow<'t, str>, Reason> {
    let code = Code::parse_any(text).map_err(|_why| Reason::NotACode)?;
    Ok(Cow::Owned(code.value().to_owned()))
}

/// The codes of a set, each once and in order, so that the same set is the same text.
fn codes(text: &str) -> Result<String, Reason> {
    let separators = [LIST_SEPARATOR, ',', ';', '，', '；', '、', ' '];
    let texts = text.split(separators).filter(|text| !text.is_empty());
    let mut codes = texts
        .map(|text| code(Kind::Pwb, text))
        .collect::<Result<Vec<Code>, Reason>>()?;
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() || codes.len() > LIST_MAX {
        return Err(Reason::BadText);
    }
    let values: Vec<&str> = codes.iter().map(Code::value).collect();
    Ok(values.join(&LIST_SEPARATOR.to_string()))
}

const fn is_party(record: RecordKind) -> bool {
    matches!(
        record,
        RecordKind::PartyMaker
            | RecordKind::PartySeller
            | RecordKind::PartyRepairer
            | RecordKind::PartyRecycler
    )
}

const fn true_or_false(on: bool) -> &'static str {
    if on { "true" } else { "false" }
}
