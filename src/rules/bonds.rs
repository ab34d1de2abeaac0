//! What ties codes together: which codes a record names, and which of them make pairs.

use std::collections::BTreeSet;

use super::dossier::Dossier;
use crate::words::catalog::{Field, FieldKind, RecordKind};
use crate::words::code::{Code, Kind};
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
