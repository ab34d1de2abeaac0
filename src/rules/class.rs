//! What is true of all products of a maker: its public record, its recalls, its warranties.
//!
//! A recall of a model and a range of numbers may name a million codes. It is kept once, with the
//! maker, and meets the code when the code is read: so it stands on every page the moment it is
//! written, also on pages of codes that are imported later.

use saoma_pages::{Alert, AlertKind, Audience};

use super::alerts::{alert, is_lifted};
use super::bytes::{Reader, put_count, put_number, put_text};
use super::dossier::Dossier;
use super::project::sheets;
use super::show;
use super::stored::{self, StoredSheet};
use crate::words::catalog::RecordKind;
use crate::words::code::Code;
use crate::words::moment::Moment;
use crate::words::policy::Policy;

/// The public part of a maker's dossier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// The maker's own public record.
    pub sheets: Vec<StoredSheet>,
    /// When that last changed.
    pub sheets_at: Option<Moment>,
    /// Its recalls, also those that were lifted.
    pub recalls: Vec<Recall>,
    /// What it promises to repair, for how long.
    pub warranties: Vec<Warranty>,
}

/// A recall, narrowed by model and by range of codes where the notice says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// What the reader sees, or nothing where it was lifted again.
    pub alert: Option<Alert>,
    /// When it came to stand as it stands, to the month.
    pub at: Moment,
    /// The model, or empty for all.
    pub model: String,
    /// The first code, if the range has one.
    pub from: Option<Code>,
    /// The last code, if the range has one.
    pub to: Option<Code>,
}

/// How long a part is repaired without charge, and how long it is safe to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warranty {
    /// The model, or empty for all.
    pub model: String,
    /// The part, in the maker's words.
    pub part: String,
    /// For how many months from the sale.
    pub months: String,
    /// For how many months from its production it is safe to use; empty where nobody says.
    pub safe_months: String,
}

impl Class {
    /// The public part of a maker's dossier, or nothing if there is none.
    pub fn of(dossier: Dossier<'_>, policy: Policy) -> Option<Self> {
        Self::seen_by(show::Reader::Masked(Audience::Public), dossier, policy)
    }

    /// What this reader may see of a maker's dossier, or nothing if there is none.
    pub fn seen_by(reader: show::Reader<'_>, dossier: Dossier<'_>, policy: Policy) -> Option<Self> {
        let settled = sheets(None, dossier, reader, policy);
        let class = Self {
            sheets_at: settled.iter().map(|settled| settled.at.month()).max(),
            sheets: settled.into_iter().map(|settled| settled.sheet).collect(),
            recalls: recalls(dossier, reader),
            warranties: warranties(dossier),
        };
        (class != Self::default()).then_some(class)
    }

    /// The recalls that concern this code, of one of these models.
    pub fn recalls_of(&self, code: Code, models: &[&str]) -> impl Iterator<Item = &Recall> {
        self.recalls
            .iter()
            .filter(move |recall| recall.concerns(code, models))
    }

    /// The bytes to keep.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_number(
            &mut out,
            self.sheets_at.map_or(0, |at| at.seconds().cast_unsigned()),
        );
        stored::put_sheets(&mut out, &self.sheets);
        put_count(&mut out, self.recalls.len());
        for recall in &self.recalls {
            put_count(&mut out, usize::from(recall.alert.is_some()));
            if let Some(alert) = &recall.alert {
                stored::put_alert(&mut out, alert);
            }
            put_number(&mut out, recall.at.seconds().cast_unsigned());
            put_text(&mut out, &recall.model);
            for bound in [recall.from, recall.to] {
                put_text(
                    &mut out,
                    &bound.map(|code| code.in_full()).unwrap_or_default(),
                );
            }
        }
        put_count(&mut out, self.warranties.len());
        for warranty in &self.warranties {
            put_text(&mut out, &warranty.model);
            put_text(&mut out, &warranty.part);
            put_text(&mut out, &warranty.months);
        }
        // Only where there is any, so that what was written before it existed is read as before.
        if self
            .warranties
            .iter()
            .any(|one| !one.safe_months.is_empty())
        {
            for warranty in &self.warranties {
                put_text(&mut out, &warranty.safe_months);
            }
        }
        out
    }

    /// Reads what [`encode`](Self::encode) made.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let sheets_at = Moment::from_seconds(from.number()?.cast_signed());
        let sheets = stored::sheets(&mut from)?;
        let recalls = from.many(recall)?;
        let mut warranties = from.many(|from| {
            Some(Warranty {
                model: from.text()?.to_owned(),
                part: from.text()?.to_owned(),
                months: from.text()?.to_owned(),
                safe_months: String::new(),
            })
        })?;
        if !from.is_empty() {
            for warranty in &mut warranties {
                from.text()?.clone_into(&mut warranty.safe_months);
            }
        }
        from.is_empty().then_some(Self {
            // Where there is no sheet there is no date either, whatever stands in its place.
            sheets_at: (!sheets.is_empty()).then_some(sheets_at),
            sheets,
            recalls,
            warranties,
        })
    }
}

impl Warranty {
    /// Whether it is for a product of one of these models.
    pub fn covers(&self, models: &[String]) -> bool {
        self.model.is_empty() || models.contains(&self.model)
    }
}

impl Recall {
    fn concerns(&self, code: Code, models: &[&str]) -> bool {
        (self.model.is_empty() || models.contains(&self.model.as_str()))
            && self
                .from
                .is_none_or(|from| from.kind() == code.kind() && from <= code)
            && self
                .to
                .is_none_or(|to| to.kind() == code.kind() && code <= to)
    }
}

fn recalls(dossier: Dossier<'_>, reader: show::Reader<'_>) -> Vec<Recall> {
    let mut standing: Vec<Recall> = Vec::new();
    for notice in dossier.records_of(RecordKind::NoticeRecall) {
        let bound = |key: &str| notice.open(key).and_then(|text| Code::parse_any(text).ok());
        let lifted = is_lifted(&notice);
        let recall = Recall {
            alert: (!lifted).then(|| alert(AlertKind::Recalled, &notice, reader)),
            at: notice.at.month(),
            model: notice.open("model").unwrap_or_default().to_owned(),
            from: bound("from"),
            to: bound("to"),
        };
        let same = |other: &Recall| {
            (&other.model, other.from, other.to) == (&recall.model, recall.from, recall.to)
        };
        // Notices come by moment: a later one of the same products replaces or lifts the earlier.
        let before = standing.iter().position(same).map(|at| standing.remove(at));
        if before.is_none() && lifted {
            continue;
        }
        let unchanged = before.filter(|before| before.alert == recall.alert);
        standing.push(unchanged.unwrap_or(recall));
    }
    standing
}

fn warranties(dossier: Dossier<'_>) -> Vec<Warranty> {
    let mut standing: Vec<Warranty> = Vec::new();
    for policy in dossier.records_of(RecordKind::WarrantyPolicy) {
        let text = |key: &str| policy.open(key).unwrap_or_default().to_owned();
        let new = Warranty {
            model: text("model"),
            part: text("part"),
            months: text("months"),
            safe_months: text("safe_months"),
        };
        standing.retain(|old| (&old.model, &old.part) != (&new.model, &new.part));
        standing.push(new);
    }
    standing
}

fn recall(from: &mut Reader<'_>) -> Option<Recall> {
    let alert = match from.count()? {
        0 => None,
        1 => Some(stored::alert(from)?),
        _ => return None,
    };
    let at = Moment::from_seconds(from.number()?.cast_signed());
    let model = from.text()?.to_owned();
    let mut bound = || from.text().map(|text| Code::parse_any(text).ok());
    Some(Recall {
        alert,
        at,
        model,
        from: bound()?,
        to: bound()?,
    })
}

#[cfg(test)]
mod tests;
