//! From a dossier to what the public may see of it, computed when a record is written.
//!
//! Two promises are kept here. *Non-interference*: a record without a public field changes no
//! byte of the result, not even its date. *Order does not matter*: the result is a function of
//! the set of records.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use saoma_pages::{Audience, Shown};

use super::alerts::alerts;
use super::dossier::Dossier;
use super::show::{Reader, show};
use super::stored::{Kept, StoredCell, StoredSheet, StoredView};
use crate::words::catalog::{Field, FieldKind, RecordKind, Rule};
use crate::words::code::{Code, Kind};
use crate::words::moment::Moment;
use crate::words::party::CreditCode;
use crate::words::policy::{Owner, Policy};
use crate::words::record::Record;
use crate::words::subject::Maker;

/// The rows of one record type, and when they last changed.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The rows.
    pub sheet: StoredSheet,
    /// When they came to read like this.
    pub at: Moment,
}

/// Which of several records of one type are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// Each source's newest: a source corrects itself, two sources contradict each other.
    NewestOfEachSource,
    /// The newest: what it says replaces what was.
    Newest,
    /// Each that reads differently.
    Distinct,
    /// None: it raises an alert, or belongs to a whole class of products.
    None,
}

/// What the public may see of a code, or nothing if no record has a public field for it.
pub fn public_view(code: Code, dossier: Dossier<'_>, policy: Policy) -> Option<StoredView> {
    let reader = Reader::Masked(Audience::Public);
    let settled = sheets(Some(code), dossier, reader, policy);
    let raised = alerts(dossier, reader, policy);
    if settled.is_empty() && raised.iter().all(|raised| raised.alert.is_none()) {
        return None;
    }
    let by_sheet = settled
        .iter()
        .map(|settled| precise(settled.sheet.kind, settled.at));
    let by_alert = raised.iter().map(|raised| raised.at.month());
    Some(StoredView {
        stamp: policy.stamp(),
        as_of: by_sheet
            .chain(by_alert)
            .max()
            .unwrap_or(Moment::from_seconds(0)),
        maker: submitter(code, dossier, policy),
        alerts: raised
            .into_iter()
            .filter_map(|raised| raised.alert)
            .collect(),
        sheets: settled.into_iter().map(|settled| settled.sheet).collect(),
    })
}

/// What this reader may see of a dossier's records, in the order of the standard's tables.
pub fn sheets(
    code: Option<Code>,
    dossier: Dossier<'_>,
    reader: Reader<'_>,
    policy: Policy,
) -> Vec<Settled> {
    let all = Wanted {
        kind: |_any| true,
        field: |_any: &Field| true,
    };
    sheets_where(code, dossier, reader, policy, &all)
}

/// The same, of the records of one type.
pub fn sheets_of(
    kind: RecordKind,
    code: Code,
    dossier: Dossier<'_>,
    reader: Reader<'_>,
    policy: Policy,
) -> Vec<Settled> {
    let wanted = Wanted {
        kind: |of| of == kind,
        field: |_any: &Field| true,
    };
    sheets_where(Some(code), dossier, reader, policy, &wanted)
}

/// What is wanted of a dossier.
pub(super) struct Wanted<K, F> {
    /// The types of records.
    pub(super) kind: K,
    /// The fields. What several records say of other fields comes too: it tells which are shown.
    pub(super) field: F,
}

/// The same, of what is wanted.
pub(super) fn sheets_where(
    code: Option<Code>,
    dossier: Dossier<'_>,
    reader: Reader<'_>,
    policy: Policy,
    wanted: &Wanted<impl Fn(RecordKind) -> bool, impl Fn(&Field) -> bool>,
) -> Vec<Settled> {
    let records: Vec<Record<'_>> = dossier
        .records()
        .filter(|record| (wanted.kind)(record.kind))
        .collect();
    records
        .chunk_by(|one, next| one.kind == next.kind)
        .filter_map(|group| match group {
            [record] => lone(code, record, reader, policy, &wanted.field),
            group => sheet(code, group, reader, policy),
        })
        .collect()
}

/// What one record shows that nothing of its type competes with.
fn lone(
    code: Option<Code>,
    record: &Record<'_>,
    reader: Reader<'_>,
    policy: Policy,
    wanted: &impl Fn(&Field) -> bool,
) -> Option<Settled> {
    if keep(record.kind, reader.audience()) == Keep::None {
        return None;
    }
    let row: Vec<StoredCell> = cells(code, record, reader, policy, wanted).collect();
    (!row.is_empty()).then(|| Settled {
        sheet: StoredSheet {
            kind: record.kind,
            rows: vec![row],
        },
        at: record.at,
    })
}

fn sheet(
    code: Option<Code>,
    group: &[Record<'_>],
    reader: Reader<'_>,
    policy: Policy,
) -> Option<Settled> {
    let kind = group.first()?.kind;
    let cells = |record: &Record<'_>| row(code, record, reader, policy);
    let mut rows: Vec<(Moment, Vec<StoredCell>)> = match keep(kind, reader.audience()) {
        Keep::None => Vec::new(),
        Keep::Newest => settled(group.iter().map(|record| (record.at, cells(record))))
            .into_iter()
            .collect(),
        Keep::NewestOfEachSource => {
            let mut sources: Vec<&[u8]> = group.iter().map(|record| record.source).collect();
            sources.sort_unstable();
            sources.dedup();
            sources
                .into_iter()
                .filter_map(|source| {
                    let own = group.iter().filter(|record| record.source == source);
                    settled(own.map(|record| (record.at, cells(record))))
                })
                .collect()
        }
        Keep::Distinct => {
            let mut first_seen = BTreeMap::new();
            for record in group {
                first_seen.entry(cells(record)).or_insert(record.at);
            }
            first_seen
                .into_iter()
                .map(|(cells, at)| (at, cells))
                .collect()
        }
    };
    rows.retain(|(_, cells)| !cells.is_empty());
    // Two sources that say the same are one row, since the earlier of the two.
    rows.sort_by(|one, next| (&one.1, one.0).cmp(&(&next.1, next.0)));
    rows.dedup_by(|later, earlier| later.1 == earlier.1);
    rows.sort();
    let at = rows.iter().map(|(at, _)| *at).max()?;
    let rows = rows.into_iter().map(|(_, cells)| cells).collect();
    Some(Settled {
        sheet: StoredSheet { kind, rows },
        at,
    })
}

/// The last of a history, and when it came to read like this. What shows this reader nothing is
/// no part of the history: it must not show by what it pushes out either.
fn settled(
    history: impl Iterator<Item = (Moment, Vec<StoredCell>)>,
) -> Option<(Moment, Vec<StoredCell>)> {
    let visible = history.filter(|(_, cells)| !cells.is_empty());
    visible.fold(None, |last, (at, cells)| match last {
        Some((since, before)) if before == cells => Some((since, before)),
        Some(_) | None => Some((at, cells)),
    })
}

fn row(
    code: Option<Code>,
    record: &Record<'_>,
    reader: Reader<'_>,
    policy: Policy,
) -> Vec<StoredCell> {
    cells(code, record, reader, policy, &|_any: &Field| true).collect()
}

/// What this reader may see of a record's fields, as far as they are wanted.
fn cells<'r>(
    code: Option<Code>,
    record: &Record<'r>,
    reader: Reader<'r>,
    policy: Policy,
    wanted: &'r impl Fn(&Field) -> bool,
) -> impl Iterator<Item = StoredCell> {
    let audience = reader.audience();
    let kept = move |kind: FieldKind, shown: Shown| match (&shown, code) {
        (Shown::Plain(text), Some(code)) if kind == FieldKind::Url && is_address(text, code) => {
            Kept::EchoUrl
        }
        (Shown::Plain(text), Some(code)) if kind == FieldKind::Plate => {
            if Some(text.as_str()) == code.number() {
                Kept::EchoNumber
            } else {
                Kept::Shown(shown)
            }
        }
        (Shown::Plain(text), Some(code)) if text.as_bytes() == code.as_bytes() => Kept::Echo,
        _ => Kept::Shown(shown),
    };
    let may_be_seen = move |field: &Field| {
        field.entry.rule(audience) != Rule::Withheld
            && !is_withheld(field, audience, policy)
            && wanted(field)
    };
    record
        .values_where(may_be_seen)
        .filter_map(move |(slot, field, value)| {
            let shown = show(field, &value, reader)?;
            let kept = kept(field.entry.kind, shown);
            Some(StoredCell { slot, kept })
        })
}

/// Whether the operator's choice withholds what the table would show.
pub(super) fn is_withheld(field: &Field, audience: Audience, policy: Policy) -> bool {
    audience == Audience::Public
        && policy.owner == Owner::Withheld
        && field.entry.record == RecordKind::RegistrationPlate
        && field.entry.kind == FieldKind::Name
}

/// Whether a stored address is the one on the code's own sticker.
fn is_address(text: &str, code: Code) -> bool {
    text.split_once('/').is_some_and(|(kind, value)| {
        kind == code.kind().keyword() && value.as_bytes() == code.as_bytes()
    })
}

fn keep(kind: RecordKind, audience: Audience) -> Keep {
    // Police see what was submitted, each time it was.
    if audience == Audience::Police {
        return Keep::Distinct;
    }
    match kind {
        RecordKind::ProductionVehicle
        | RecordKind::ProductionBattery
        | RecordKind::PartyMaker
        | RecordKind::PartySeller
        | RecordKind::PartyRepairer
        | RecordKind::PartyRecycler
        | RecordKind::ChargingSite => Keep::NewestOfEachSource,
        RecordKind::RegistrationPlate => Keep::Newest,
        RecordKind::SaleBinding
        | RecordKind::StockItem
        | RecordKind::RidingUse
        | RecordKind::ChargingFire
        | RecordKind::SwapUse
        | RecordKind::RepairJob
        | RecordKind::RecycleReceipt => Keep::Distinct,
        RecordKind::PlateCancelled
        | RecordKind::NoticeRecall
        | RecordKind::NoticeStolen
        | RecordKind::NoticeClone
        | RecordKind::WarrantyPolicy => Keep::None,
    }
}

/// A moment no finer than what the table gives away of this type: where its own times are
/// withheld or cut to the month, the date of the answer is cut to the month too.
fn precise(kind: RecordKind, at: Moment) -> Moment {
    let coarse = COARSE.get(usize::from(kind.number()));
    if coarse.is_none_or(|coarse| *coarse) {
        at.month()
    } else {
        at
    }
}

/// By type of record: whether its times are withheld or cut.
static COARSE: LazyLock<[bool; RecordKind::ALL.len()]> = LazyLock::new(|| {
    RecordKind::ALL.map(|kind| {
        kind.entries().any(|entry| {
            matches!(entry.kind, FieldKind::Time | FieldKind::Date)
                && entry.rule(Audience::Public) != Rule::Full
        })
    })
});

/// The maker behind a vehicle is whoever submitted what is seen of it; a battery's stands in its
/// code.
fn submitter(code: Code, dossier: Dossier<'_>, policy: Policy) -> Option<Maker> {
    if code.kind() != Kind::Vin {
        return None;
    }
    let reader = Reader::Masked(Audience::Public);
    let last = dossier
        .records_of(RecordKind::ProductionVehicle)
        .filter(|record| {
            let mut seen = cells(Some(code), record, reader, policy, &|_any: &Field| true);
            seen.next().is_some()
        })
        .last()?;
    CreditCode::parse(last.submitter())
        .ok()
        .map(Maker::of_party)
}

#[cfg(test)]
mod tests;
