//! What somebody other than the public may see of a code, computed from dossiers when it is read.

pub mod hint;
pub mod session;
pub mod page;
pub mod set;
pub mod standing;
pub mod comparison;
pub mod intake;
pub mod sitting;

use saoma_pages::{Audience, View};
use serde::Serialize;

use super::alerts::alerts;
use super::bonds::mentions;
use super::card::code_card;
use super::dossier::{self, Dossier};
use super::project::sheets;
use super::show::Reader;
use super::stored::open_sheets;
use crate::words::code::Code;
use crate::words::moment::Moment;
use crate::words::policy::Policy;
use crate::words::subject::Subject;

/// The subjects whose records name this code: where the rest of its story is.
pub fn elsewhere(dossier: Dossier<'_>) -> Vec<Subject> {
    let mut found: Vec<Subject> = dossier.links().map(|link| link.from).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A code's dossier with the records of other dossiers that name it.
pub fn whole_story(code: Code, own: &[u8], others: &[(Subject, Vec<u8>)]) -> Vec<u8> {
    let mut entries = Vec::new();
    for (subject, bytes) in others {
        for record in Dossier::from_bytes(bytes).records() {
            if mentions(&record, *subject).contains(&code) {
                entries.push(dossier::record_entry(record));
            }
        }
    }
    entries.sort_unstable();
    dossier::fold(own, entries.iter().map(Vec::as_slice)).unwrap_or_else(|| own.to_vec())
}

/// What this reader may see of a code and its story; nothing if no record of it is for them.
///
/// Warnings are those of the code's own dossier: that a vehicle's old battery was recycled is in
/// its story, and says nothing against the vehicle.
pub fn view(
    code: Code,
    own: Dossier<'_>,
    story: Dossier<'_>,
    reader: Reader<'_>,
    policy: Policy,
    public_url: &str,
) -> Option<View> {
    let settled = sheets(Some(code), story, reader, policy);
    let raised = alerts(own, reader, policy);
    // Only what this reader sees dates the answer: they must not read the rest off it.
    let by_sheet = settled.iter().map(|settled| settled.at);
    let as_of = by_sheet
        .chain(raised.iter().map(|raised| raised.at))
        .max()?;
    let alerts: Vec<_> = raised
        .into_iter()
        .filter_map(|raised| raised.alert)
        .collect();
    if settled.is_empty() && alerts.is_empty() {
        return None;
    }
    let at = |audience| match audience {
        // Who may not see when things happened may not read it off the date either.
        Audience::Public | Audience::App | Audience::Recycler => Moment::month,
        Audience::Holder | Audience::Police => |at: Moment| at,
    };
    let stored: Vec<_> = settled.into_iter().map(|settled| settled.sheet).collect();
    Some(View {
        code: code_card(code, public_url),
        audience: reader.audience(),
        alerts,
        records: open_sheets(&stored, code, public_url),
        as_of: at(reader.audience())(as_of).to_string(),
        stale: false,
    })
}

/// The fields that a view shows, `record/field`: what an audit line says of it.
pub fn fields(view: &View) -> Vec<String> {
    let mut found: Vec<String> = view
        .records
        .iter()
        .flat_map(|sheet| sheet.rows.iter().map(move |row| (sheet.record, row)))
        .flat_map(|(record, row)| {
            let cells = row.0.iter();
            cells.map(move |cell| format!("{record}/{}", cell.key))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A view as JSON, with the names of what contradicts it where there is anything.
#[derive(Clone, Debug, Serialize)]
pub struct Told<'a> {
    /// The view.
    #[serde(flatten)]
    pub view: &'a View,
    /// What contradicts what.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<&'static str>,
}
