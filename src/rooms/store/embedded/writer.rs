//! The writing side of the embedded store: each batch is one transaction.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use heed::{RoTxn, RwTxn};

use super::laying::lay;
use super::racks::{get, put};
use super::{EmbeddedReader, FORMAT, FORMAT_NAME, Room, Tables};
use crate::rooms::store::batch::{
    self, Additions, Couple, Desk, Finished, Incoming, Ink, Named, Outcome, members,
};
use crate::rooms::store::engine::{Engine, Entry, Place, Step, about};
use crate::rooms::store::plan::Plan;
use crate::rooms::store::{PublicStore, Rack, StoreError};
use crate::words::policy::Policy;
use crate::words::subject::{PARTY, Subject};

/// Entries in one step of a walk: few enough to hold, many enough to sort before writing.
const STEP: usize = 20_000;

impl Engine for Room {
    fn ingest(&self, ink: Ink<'_>, incoming: &[Incoming]) -> Result<Outcome, StoreError> {
        let mut txn = self.begin(ink)?;
        let mut outcome = Outcome::default();
        batch::note_makers(incoming, &mut outcome);
        let named = batch::named(incoming)?;
        let fresh = sift(self.tables, &mut txn, &named, incoming, &mut outcome)?;
        fold_in(self.tables, &mut txn, ink, incoming, fresh, &mut outcome)?;
        txn.commit()?;
        Ok(outcome)
    }

    fn plan(&self, ink: Ink<'_>, incoming: Vec<Incoming>) -> Result<Plan, StoreError> {
        if self.is_repeating.load(Ordering::Relaxed) {
            Ok(Plan::bare(incoming))
        } else {
            Plan::of(ink, incoming)
        }
    }

    fn take_in(&self, ink: Ink<'_>, plan: &Plan) -> Result<Outcome, StoreError> {
        let incoming = plan.incoming();
        let outcome = match plan.ahead() {
            None => self.ingest(ink, incoming)?,
            Some(ahead) => {
                let mut txn = self.begin(ink)?;
                let mut outcome = ahead.said.clone();
                let fresh = sift(self.tables, &mut txn, &ahead.named, incoming, &mut outcome)?;
                if outcome.clashes.is_empty() {
                    lay(self.tables, &mut txn, ink, ahead, &mut outcome)?;
                } else {
                    // What was worked out has records in it that are refused.
                    fold_in(self.tables, &mut txn, ink, incoming, fresh, &mut outcome)?;
                }
                txn.commit()?;
                outcome
            }
        };
        let is_repeating = outcome.known > outcome.added;
        self.is_repeating.store(is_repeating, Ordering::Relaxed);
        Ok(outcome)
    }

    fn publish(&self, ink: Ink<'_>, subjects: &[Subject]) -> Result<(), StoreError> {
        let mut txn = self.env.write_txn()?;
        let mut desk = Desk::new(ink);
        fill(
            &mut desk,
            self.tables,
            &txn,
            &subjects.iter().copied().collect(),
        )?;
        publish(&mut desk, self.tables, &mut txn, subjects, &[])?;
        Ok(txn.commit()?)
    }

    fn get(&self, rack: Rack, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let txn = self.env.read_txn()?;
        let one = |key: &Vec<u8>| self.tables.get(rack, &txn, key);
        keys.iter().map(one).collect()
    }

    fn put(&self, rack: Rack, entries: &[Entry]) -> Result<(), StoreError> {
        let mut txn = self.env.write_txn()?;
        let entries = entries.iter().map(|(key, value)| (&**key, Some(&**value)));
        self.tables.keep(rack, &mut txn, entries)?;
        Ok(txn.commit()?)
    }

    fn walk(&self, rack: Rack, prefix: &[u8], from: &Place) -> Result<Step, StoreError> {
        self.step(rack, prefix, from, STEP)
    }

    fn count(&self, rack: Rack) -> Result<u64, StoreError> {
        let txn = self.env.read_txn()?;
        self.tables.count(rack, &txn)
    }

    fn clear(&self, rack: Rack) -> Result<(), StoreError> {
        let mut txn = self.env.write_txn()?;
        self.tables.of(rack).clear(&mut txn)?;
        Ok(txn.commit()?)
    }

    fn sweep(&self, policy: Policy) -> Result<(), StoreError> {
        self.clear_before()?;
        let mut txn = self.env.write_txn()?;
        self.tables.views.sweep(&mut txn, policy.stamp())?;
        self.tables.meta.put(&mut txn, FORMAT_NAME, &[FORMAT])?;
        Ok(txn.commit()?)
    }

    fn parties(&self) -> Result<Vec<Entry>, StoreError> {
        let txn = self.env.read_txn()?;
        let mut found = Vec::new();
        for entry in self.tables.dossiers.prefix_iter(&txn, &[PARTY])? {
            let (key, value) = entry?;
            found.push((key.to_vec(), value.to_vec()));
        }
        Ok(found)
    }

    fn claim(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut txn = self.env.write_txn()?;
        if let Some(found) = get(self.tables.meta, &txn, name.as_bytes())? {
            return Ok(found);
        }
        self.tables.meta.put(&mut txn, name.as_bytes(), value)?;
        txn.commit()?;
        Ok(value.to_vec())
    }

    fn told(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let txn = self.env.read_txn()?;
        Ok(get(self.tables.meta, &txn, name.as_bytes())?)
    }

    fn note(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let mut txn = self.env.write_txn()?;
        self.tables.meta.put(&mut txn, name.as_bytes(), value)?;
        Ok(txn.commit()?)
    }

    fn reader(&self, policy: Policy) -> PublicStore {
        PublicStore::Embedded(EmbeddedReader::of(self, policy))
    }
}

impl Room {
    /// A transaction on a store that has this policy and key.
    fn begin(&self, ink: Ink<'_>) -> Result<RwTxn<'_>, StoreError> {
        let txn = self.env.write_txn()?;
        let said = |name: &str| self.tables.meta.get(&txn, name.as_bytes());
        ink.may_write(said(about::POLICY)?, said(about::PAIR_KEY_CHECK)?)?;
        Ok(txn)
    }
}

/// Folds what is new into the dossiers that it belongs to, and makes public what comes of it.
fn fold_in(
    tables: Tables,
    txn: &mut RwTxn<'_>,
    ink: Ink<'_>,
    incoming: &[Incoming],
    fresh: Vec<&Incoming>,
    outcome: &mut Outcome,
) -> Result<(), StoreError> {
    let additions = Additions::of(fresh.into_iter());
    let mut desk = Desk::new(ink);
    fill(&mut desk, tables, txn, &additions.subjects())?;
    let mut changed = Vec::new();
    for change in desk.fold(&additions) {
        let (key, new) = (change.subject.key(), desk.dossier(change.subject));
        tables.dossiers.put(txn, &key, new)?;
        changed.push(change.subject);
    }
    note_claims(tables, txn, outcome)?;
    let bound = batch::bound(incoming);
    fill(&mut desk, tables, txn, &bound)?;
    outcome.suspects = desk.suspects(&bound);
    publish(&mut desk, tables, txn, &changed, &[])
}

pub(super) fn note_claims(
    tables: Tables,
    txn: &mut RwTxn<'_>,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    for claim in &outcome.claims {
        put(tables.claims, txn, &claim.key(), &[])?;
    }
    Ok(())
}

/// Notes each record's digest under its source and id. Gives back the ones that are new.
fn sift<'i>(
    tables: Tables,
    txn: &mut RwTxn<'_>,
    named: &[Named],
    incoming: &'i [Incoming],
    outcome: &mut Outcome,
) -> Result<Vec<&'i Incoming>, StoreError> {
    let mut fresh = Vec::with_capacity(named.len());
    for Named { key, digest, at } in named {
        let Some(one) = incoming.get(*at) else {
            continue;
        };
        match tables.records.get_or_put(txn, key, digest)? {
            None => {
                outcome.added += 1;
                fresh.push(one);
            }
            Some(known) if known == digest => outcome.known += 1,
            Some(_) => outcome.clashes.push(one.line),
        }
    }
    Ok(fresh)
}

/// Makes everything public of these subjects anew, and these couples besides.
pub(super) fn publish(
    desk: &mut Desk<'_>,
    tables: Tables,
    txn: &mut RwTxn<'_>,
    subjects: &[Subject],
    besides: &[Couple],
) -> Result<(), StoreError> {
    let mut couples = desk.couples(subjects.iter().copied());
    if !besides.is_empty() {
        couples.extend_from_slice(besides);
        couples.sort_unstable();
        couples.dedup();
    }
    let finished: Vec<Finished> = desk.project(subjects.iter().copied()).collect();
    keep(tables, txn, &finished)?;
    fill(desk, tables, txn, &members(&couples))?;
    keep(tables, txn, &desk.seal(&couples)?)
}

/// Keeps what is finished. Rack by rack: neighbours are written together.
fn keep(tables: Tables, txn: &mut RwTxn<'_>, finished: &[Finished]) -> Result<(), StoreError> {
    for rack in [Rack::Views, Rack::Classes, Rack::Pairs] {
        let own = finished.iter().filter(|finished| finished.rack == rack);
        let entries = own.map(|finished| (&*finished.key, finished.value.as_deref()));
        tables.keep(rack, txn, entries)?;
    }
    Ok(())
}

/// Lays on the desk what it lacks of these dossiers.
fn fill(
    desk: &mut Desk<'_>,
    tables: Tables,
    txn: &RoTxn<'_>,
    subjects: &BTreeSet<Subject>,
) -> Result<(), StoreError> {
    for subject in desk.lacks(subjects) {
        let dossier = get(tables.dossiers, txn, &subject.key())?;
        desk.lay(subject, dossier.unwrap_or_default());
    }
    Ok(())
}
