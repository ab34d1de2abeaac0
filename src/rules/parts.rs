//! What the holder of a pair may see of its codes beyond what anybody may: the two parts of a pair's
//! sealed entry.
//!
//! There are more pairs than codes, so their entries are short: see `parts/packed.rs`.

use saoma_pages::{Alert, Audience};

use super::alerts::alerts;
use super::dossier::Dossier;
use super::project::{Wanted, is_withheld, sheets_where};
use super::show::Reader;
use super::stored::StoredSheet;
use crate::words::catalog::{Field, RecordKind};
use crate::words::code::Code;
use crate::words::policy::Policy;

mod packed;
mod texts;

pub use packed::{read_parts, write_parts};

/// What a holder may see of one code beyond its public view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Warnings that the public does not see, or sees less exactly.
    pub alerts: Vec<Alert>,
    /// The rows, without what the public sees of them.
    pub sheets: Vec<StoredSheet>,
}

impl Part {
    /// What a holder may see of this code beyond what anybody may.
    pub fn of(code: Code, dossier: Dossier<'_>, policy: Policy) -> Self {
        let holder = Reader::Masked(Audience::Holder);
        let wanted = Wanted {
            kind: |kind| shows_holders_more(kind, policy),
            field: |field: &Field| is_beyond_public(field, policy),
        };
        let extra = sheets_where(Some(code), dossier, holder, policy, &wanted);
        let raised = alerts(dossier, holder, policy);
        let public = if raised.is_empty() {
            Vec::new()
        } else {
            alerts(dossier, Reader::Masked(Audience::Public), policy)
        };
        Self {
            alerts: raised
                .into_iter()
                .filter(|raised| public.iter().all(|public| public.alert != raised.alert))
                .filter_map(|raised| raised.alert)
                .collect(),
            sheets: extra
                .into_iter()
                .filter_map(|settled| beyond_public(settled.sheet, policy))
                .collect(),
        }
    }
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

#[cfg(test)]
mod tests;
