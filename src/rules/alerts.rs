//! What must not be missed: the alerts that a dossier's records raise.
//!
//! The only thing about a code that may change the public answer after its production.

use saoma_pages::{Alert, AlertKind, Audience, Shown};

use super::dossier::Dossier;
use super::show::{Reader, show};
use crate::words::catalog::RecordKind;
use crate::words::moment::Moment;
use crate::words::policy::{Policy, Theft};
use crate::words::record::Record;

/// An alert, and when it came to stand as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// What the reader sees, or nothing where a notice was lifted again.
    pub alert: Option<Alert>,
    /// Since when it reads like this.
    pub at: Moment,
}

/// The kinds of records that can raise an alert, gravest first.
const RAISING: [(RecordKind, AlertKind); 5] = [
    (RecordKind::NoticeClone, AlertKind::Clone),
    (RecordKind::NoticeStolen, AlertKind::Stolen),
    (RecordKind::PlateCancelled, AlertKind::Cancelled),
    (RecordKind::RecycleReceipt, AlertKind::Recycled),
    (RecordKind::NoticeRecall, AlertKind::Recalled),
];

/// A number that is smaller the graver an alert is.
pub fn gravity(kind: AlertKind) -> usize {
    let place = RAISING.iter().position(|(_, raised)| *raised == kind);
    place.unwrap_or(RAISING.len())
}

/// The alerts that this reader may see, gravest first.
pub fn alerts(dossier: Dossier<'_>, reader: Reader<'_>, policy: Policy) -> Vec<Raised> {
    // Most dossiers raise none, and one look tells.
    if !dossier.has_records_where(|kind| RAISING.iter().any(|(raising, _)| *raising == kind)) {
        return Vec::new();
    }
    RAISING
        .into_iter()
        .filter_map(|(from, kind)| raised(dossier, from, kind, reader, policy))
        .collect()
}

fn raised(
    dossier: Dossier<'_>,
    from: RecordKind,
    kind: AlertKind,
    reader: Reader<'_>,
    policy: Policy,
) -> Option<Raised> {
    if kind == AlertKind::Stolen && !may_know_of_theft(reader.audience(), policy) {
        return None;
    }
    let mut notices = dossier.records_of(from).peekable();
    notices.peek()?;
    let registered = dossier
        .records_of(RecordKind::RegistrationPlate)
        .map(|record| record.at)
        .max();
    // A plate that was registered again after it was cancelled is a live plate.
    let stands = |record: &Record<'_>| {
        !is_lifted(record)
            && (kind != AlertKind::Cancelled || registered.is_none_or(|at| record.at >= at))
    };
    let mut last: Option<Raised> = None;
    for notice in notices {
        let alert = stands(&notice).then(|| alert(kind, &notice, reader));
        // The same words again are no change: it stands since it first read like this.
        if last.as_ref().is_none_or(|last| last.alert != alert) {
            last = Some(Raised {
                alert,
                at: notice.at,
            });
        }
    }
    last
}

/// The alert that one notice raises.
pub fn alert(kind: AlertKind, notice: &Record<'_>, reader: Reader<'_>) -> Alert {
    let shown = |key: &str| {
        let (_, field) = crate::words::record::find(notice.kind, key)?;
        match show(field, &notice.value(key)?, reader)? {
            Shown::Plain(text) | Shown::Masked(text) => Some(text),
            Shown::List(_) => None,
        }
    };
    let key = if notice.kind == RecordKind::RecycleReceipt {
        "receive_time"
    } else {
        "since"
    };
    let since = shown(key);
    Alert {
        kind,
        since: since.or_else(|| Some(notice.at.month_text())),
        text: shown("text"),
    }
}

/// Whether a notice takes an earlier one back.
pub fn is_lifted(notice: &Record<'_>) -> bool {
    notice.open("lifted") == Some("true")
}

fn may_know_of_theft(audience: Audience, policy: Policy) -> bool {
    match audience {
        Audience::Police | Audience::Recycler | Audience::Holder => true,
        Audience::Public | Audience::App => policy.theft == Theft::Public,
    }
}

#[cfg(test)]
mod tests;
