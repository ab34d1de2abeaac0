//! A batch that was worked out beforehand, laid into the tables: what nothing is in the way of goes
//! in as it is, what meets something is made anew from both.

use heed::RwTxn;

use super::Tables;
use super::racks::put;
use super::writer::{note_claims, publish};
use crate::rooms::store::batch::{Desk, Ink, Outcome};
use crate::rooms::store::plan::{Ahead, Planned};
use crate::rooms::store::{Rack, StoreError};
use crate::rules::dossier;
use crate::words::subject::Subject;

/// What became of a subject's dossier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// There was none.
    New,
    /// There was one, and it lacked something.
    Changed,
    /// There was one that had it all.
    Same,
}

/// Lays a batch in, of which no record is refused.
pub(super) fn lay(
    tables: Tables,
    txn: &mut RwTxn<'_>,
    ink: Ink<'_>,
    ahead: &Ahead,
    outcome: &mut Outcome,
) -> Result<(), StoreError> {
    let mut desk = Desk::new(ink);
    let fates = lay_dossiers(tables, txn, ahead, &mut desk)?;
    let fate = |at: usize| fates.get(at).copied().unwrap_or(Fate::Same);
    note_claims(tables, txn, outcome)?;

    let of_fate = |wanted: Fate| {
        let both = ahead.subjects.iter().zip(&fates);
        both.filter_map(move |(planned, fate)| (*fate == wanted).then_some(planned))
    };
    let is_bound = |planned: &&Planned| planned.bound;
    let subject = |planned: &Planned| planned.subject;
    outcome.suspects = of_fate(Fate::New)
        .filter(|planned| planned.suspect)
        .filter_map(|planned| planned.subject.code())
        .collect();
    let met = of_fate(Fate::Changed).chain(of_fate(Fate::Same));
    let met = met.filter(is_bound).map(subject).collect();
    outcome.suspects.append(&mut desk.suspects(&met));

    let public =
        || of_fate(Fate::New).filter_map(|planned| Some((planned, ahead.public(planned)?)));
    let views = public().filter_map(|(planned, (rack, value))| {
        let value = value.filter(|_| rack == Rack::Views)?;
        Some((ahead.key(planned), Some(value)))
    });
    tables.views.keep(txn, views)?;
    for (planned, (rack, value)) in public() {
        if let Some(value) = value.filter(|_| rack != Rack::Views) {
            put(tables.of(rack), txn, ahead.key(planned), value)?;
        }
    }
    let mut pairs = Vec::with_capacity(ahead.pairs.len());
    let mut couples = Vec::new();
    for pair in &ahead.pairs {
        match pair.of.map(fate) {
            [Fate::New, Fate::New] => pairs.push((&pair.tag, ahead.entry(pair))),
            [Fate::Same, Fate::Same] => {}
            _ => {
                let code = |at: usize| ahead.subjects.get(at)?.subject.code();
                let [one, other] = pair.of.map(code);
                couples.extend(one.zip(other));
            }
        }
    }
    tables.pairs.put(txn, pairs)?;
    let changed: Vec<Subject> = of_fate(Fate::Changed).map(subject).collect();
    publish(&mut desk, tables, txn, &changed, &couples)
}

/// Puts the dossiers in. Those that were there lie on the desk afterwards, as they are now.
fn lay_dossiers(
    tables: Tables,
    txn: &mut RwTxn<'_>,
    ahead: &Ahead,
    desk: &mut Desk<'_>,
) -> Result<Vec<Fate>, StoreError> {
    let mut fates = Vec::with_capacity(ahead.subjects.len());
    for planned in &ahead.subjects {
        let (key, dossier) = (ahead.key(planned), ahead.dossier(planned));
        let fate = match tables.dossiers.get_or_put(txn, key, dossier)? {
            None => Fate::New,
            Some(old) => {
                if let Some(new) = dossier::merge(old, dossier) {
                    tables.dossiers.put(txn, key, &new)?;
                    desk.lay(planned.subject, new);
                    Fate::Changed
                } else {
                    desk.lay(planned.subject, old.to_vec());
                    Fate::Same
                }
            }
        };
        fates.push(fate);
    }
    Ok(fates)
}
