//! What ties codes together: which codes a record names, which of them make pairs, and what the
//! holder of both may see beyond what anybody may.

use std::collections::BTreeSet;

use saoma_pages::{Alert, Audience};

use super::alerts::alerts;
use super::bytes::{self, put_count};
use super::dossier::Dossier;
use super::project::{is_withheld, sheets_where};
use super::show::Reader;
use super::stored::{self, StoredSheet};
use crate::words::catalog::{Field, FieldKind, RecordKind};
use crate::words::code::{Code, Kind};
use crate::words::policy::Policy;
use crate::words::record::{LIST_SEPARATOR, Record, Value};
use crate::words::subject::Subject;

/// The codes that a record names in its fields, its own subject left out.
pub fn mentions(record: &Record<'_>, subject: Subject) -> Vec<Code> {
    let mut found = Vec::new();
    if record.kind == RecordKind::StockItem {
        // Its one code is its subject. A battery's can be fifteen digits and read like a vehicle's.
        return Vec::new();
    }
    let is_code = |field: &Field| {
        matches!(
            field.entry.kind,
            FieldKind::CodeVin | FieldKind::CodePwb | FieldKind::CodePwbList
        )
    };
    for (_, field, value) in record.values_where(is_code) {
        if let Value::Codes(codes) = value {
            let kind = if field.entry.kind == FieldKind::CodeVin {
                Kind::Vin
            } else {
                Kind::Pwb
            };
            found.extend(
                codes
                    .split(LIST_SEPARATOR)
                    .filter_map(|code| Code::parse(kind, code).ok()),
            );
        }
    }
    found.retain(|code| Subject::Code(*code) != subject);
    found.sort_unstable();
    found.dedup();
    found
}

/// The types of records that say that the codes they name belong together.
pub const BINDING: [RecordKind; 2] = [RecordKind::SaleBinding, RecordKind::RegistrationPlate];

/// Whether a record of this type says that the codes it names belong together.
pub fn binds(kind: RecordKind) -> bool {
    BINDING.contains(&kind)
}

/// The codes that make a pair with this one: its vehicle, its batteries, its plate.
pub fn partners(code: Code, dossier: Dossier<'_>) -> BTreeSet<Code> {
    let mut found = BTreeSet::new();
    for kind in BINDING {
        for record in dossier.records_of(kind) {
            found.extend(mentions(&record, Subject::Code(code)));
        }
        for link in dossier.links_of(kind) {
            found.extend(link.from.code());
            found.extend(link.others);
        }
    }
    // Four batteries of one set are each a pair with the vehicle, not with each other.
    found.retain(|partner| partner.kind() != code.kind());
    found
}

/// What the holder of a pair may see of one of its codes beyond the public view, as bytes.
pub fn holder_part(code: Code, dossier: Dossier<'_>, policy: Policy) -> Vec<u8> {
    let holder = Reader::Masked(Audience::Holder);
    let extra: Vec<StoredSheet> = sheets_where(Some(code), dossier, holder, policy, |kind| {
        shows_holders_more(kind, policy)
    })
    .into_iter()
    .filter_map(|settled| beyond_public(settled.sheet, policy))
    .collect();
    let raised = alerts(dossier, holder, policy);
    let public = if raised.is_empty() {
        Vec::new()
    } else {
        alerts(dossier, Reader::Masked(Audience::Public), policy)
    };
    let extra_alerts: Vec<_> = raised
        .into_iter()
        .filter(|raised| public.iter().all(|public| public.alert != raised.alert))
        .filter_map(|raised| raised.alert)
        .collect();
    let mut part = Vec::with_capacity(64);
    put_count(&mut part, extra_alerts.len());
    for alert in &extra_alerts {
        stored::put_alert(&mut part, alert);
    }
    stored::put_sheets(&mut part, &extra);
    part
}

/// What [`holder_part`] made of one code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Warnings that the public does not see, or sees less exactly.
    pub alerts: Vec<Alert>,
    /// The rows, without what the public sees of them.
    pub sheets: Vec<StoredSheet>,
}

/// Reads the parts of a pair's two codes, the smaller code's first.
pub fn read_parts(bytes: &[u8]) -> Option<[Part; 2]> {
    let mut from = bytes::Reader::new(bytes);
    let mut part = || {
        let alerts = (0..from.count()?)
            .map(|_| stored::alert(&mut from))
            .collect::<Option<_>>()?;
        let sheets = stored::sheets(&mut from)?;
        Some(Part { alerts, sheets })
    };
    let parts = [part()?, part()?];
    from.is_empty().then_some(parts)
}

/// Whether a holder sees anything in records of this type that the public does not.
fn shows_holders_more(kind: RecordKind, policy: Policy) -> bool {
    let mut fields = kind.fields().iter();
    fields.any(|field| is_beyond_public(field, policy))
}

/// A holder sees the masked owner under every policy.
fn is_beyond_public(field: &Field, policy: Policy) -> bool {
    field.entry.rule(Audience::Holder) != field.entry.rule(Audience::Public)
        || is_withheld(field, Audience::Public, policy)
}

fn beyond_public(mut sheet: StoredSheet, policy: Policy) -> Option<StoredSheet> {
    let fields = sheet.kind.fields();
    for row in &mut sheet.rows {
        row.retain(|cell| {
            fields
                .get(usize::from(cell.slot))
                .is_some_and(|field| is_beyond_public(field, policy))
        });
    }
    sheet.rows.retain(|row| !row.is_empty());
    (!sheet.rows.is_empty()).then_some(sheet)
}
