//! Dossiers for tests, made of records as parties write them.

use serde_json::{Value, json};

use super::{fold, link_entry};
use crate::rules::admit::{Incoming, admit, line};
use crate::words::code::Code;
use crate::words::subject::Subject;

pub(crate) const VIN: &str = "vin/218622108311027";
pub(crate) const PWB: &str = "pwb/76392965TN21080500543B48V121513522";
pub(crate) const LIC: &str = "lic/33010621822480";
pub(crate) const CYCLES: &str = "91331082MA2RJ6WH89";
pub(crate) const CELLS: &str = "91330522763929651A";

pub(crate) fn code(text: &str) -> Code {
    Code::parse_any(text).unwrap()
}

/// The number in a code's text.
pub(crate) fn value(text: &str) -> &str {
    text.split_once('/').unwrap().1
}

/// A record about `subject`, of this month. Where `subject` is empty a field says it.
pub(crate) fn told(subject: &str, kind: &str, month: &str, fields: &Value) -> Incoming {
    told_by(CYCLES, subject, kind, month, fields)
}

pub(crate) fn told_by(
    source: &str,
    subject: &str,
    kind: &str,
    month: &str,
    fields: &Value,
) -> Incoming {
    let mut record = json!({"id": format!("{kind} {month}"), "record": kind, "source": source,
        "at": format!("{month}-15T08:00:00+08:00"), "fields": fields});
    if !subject.is_empty() {
        record["subject"] = subject.into();
    }
    let record = record.to_string();
    admit(&line::read(record.as_bytes()).unwrap(), 1).unwrap()
}

/// The dossier of `subject` once these records are in.
pub(crate) fn dossier(subject: &str, told: &[Incoming]) -> Vec<u8> {
    let subject = Subject::parse(subject).unwrap();
    let mut entries = Vec::new();
    for one in told {
        let record = one.record().unwrap();
        if one.subject == subject {
            entries.push(one.entry.clone());
        }
        let named = one
            .mentions
            .iter()
            .filter(|code| Subject::Code(**code) == subject);
        entries.extend(named.map(|code| link_entry(record, one.subject, *code, &one.mentions)));
    }
    entries.sort_unstable();
    fold(&[], entries.iter().map(Vec::as_slice)).unwrap_or_default()
}
