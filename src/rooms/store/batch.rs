//! One batch of records into the store, in one transaction: the only way anything gets in.
//!
//! 1. Records that are there already are passed over; an id that stands for other content is
//!    refused.
//! 2. What is new is folded into the dossiers of its subjects and of the codes it names.
//! 3. The public view of each dossier that changed is made anew.
//! 4. So is the sealed entry of each pair that one of them belongs to.
//!
//! Each table is written in the order of its keys, which is what makes bulk import fast.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeSet, HashMap};

use aws_lc_rs::digest::{SHA256, digest};
use foldhash::fast::FixedState;
use heed::{RoTxn, RwTxn};

use super::StoreError;
use super::embedded::{Room, Tables, get, put};
use super::pairs::PairKey;
pub use crate::rules::admit::Incoming;
use crate::rules::bonds::{self, holder_part, partners};
use crate::rules::class::Class;
use crate::rules::contradictions::{self, Claim};
use crate::rules::dossier::{self, Dossier};
use crate::rules::project::public_view;
use crate::words::catalog::RecordKind;
use crate::words::code::Code;
use crate::words::policy::Policy;
use crate::words::record::Record;
use crate::words::subject::{Maker, Subject};

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Records that are new.
    pub added: u64,
    /// Records that were there already.
    pub known: u64,
    /// Lines whose id stands for other content.
    pub clashes: Vec<u64>,
    /// Codes whose records may contradict each other.
    pub suspects: BTreeSet<Code>,
    /// Makers' names and the organisations they went with.
    pub claims: BTreeSet<Claim>,
    /// Whether a maker's own record was among them, which may prove old claims wrong.
    pub makers: bool,
}

/// Digests are cut to this: enough that no two contents meet by chance.
const DIGEST_LEN: usize = 16;

/// A batch under way.
pub(super) struct Batch<'a, 't> {
    pub(super) tables: Tables,
    pub(super) txn: &'a mut RwTxn<'t>,
    pub(super) policy: Policy,
    pub(super) pair_key: &'a PairKey,
    /// Dossiers as they stand within this batch, so that none is read twice.
    dossiers: HashMap<Subject, Vec<u8>, FixedState>,
    /// Codes whose holders may see something new.
    restless: BTreeSet<Code>,
}

/// Takes a batch in and commits it.
pub(super) fn ingest(
    room: &Room,
    policy: Policy,
    pair_key: &PairKey,
    incoming: &[Incoming],
    may_write: impl FnOnce(&RoTxn<'_>) -> Result<(), StoreError>,
) -> Result<Outcome, StoreError> {
    let mut txn = room.env.write_txn()?;
    may_write(&txn)?;
    let mut batch = Batch::new(room.tables, &mut txn, policy, pair_key);
    let mut outcome = Outcome::default();
    let fresh = batch.sift(incoming, &mut outcome)?;
    let changed = batch.fold(&fresh, incoming)?;
    batch.suspect(incoming, &mut outcome)?;
    batch.project(&changed)?;
    batch.seal()?;
    txn.commit()?;
    Ok(outcome)
}

impl<'a, 't> Batch<'a, 't> {
    pub(super) fn new(
        tables: Tables,
        txn: &'a mut RwTxn<'t>,
        policy: Policy,
        pair_key: &'a PairKey,
    ) -> Self {
        Self {
            tables,
            txn,
            policy,
            pair_key,
            dossiers: HashMap::default(),
            restless: BTreeSet::new(),
        }
    }

    /// Notes each record's digest under its source and id. Gives back the ones that are new.
    fn sift(
        &mut self,
        incoming: &[Incoming],
        outcome: &mut Outcome,
    ) -> Result<Vec<usize>, StoreError> {
        let mut keyed: Vec<(Vec<u8>, usize)> = Vec::with_capacity(incoming.len());
        for (at, one) in incoming.iter().enumerate() {
            let record =
                Record::read(&one.bytes).ok_or(StoreError::Corrupt("a record just made"))?;
            let mut key = Vec::with_capacity(48);
            key.extend_from_slice(record.source.as_bytes());
            // No source holds this byte, so no two pairs of source and id make one key.
            key.push(0);
            key.extend_from_slice(record.id.as_bytes());
            keyed.push((key, at));
        }
        keyed.sort_unstable();
        let mut fresh = Vec::with_capacity(keyed.len());
        for (key, at) in keyed {
            let Some(one) = incoming.get(at) else {
                continue;
            };
            let mut content = one.subject.key();
            content.extend_from_slice(&one.bytes);
            let digest = digest(&SHA256, &content);
            let digest = digest.as_ref().get(..DIGEST_LEN).unwrap_or_default();
            match self.tables.records.get_or_put(self.txn, &key, digest)? {
                None => {
                    outcome.added += 1;
                    fresh.push(at);
                }
                Some(known) if known == digest => outcome.known += 1,
                Some(_) => outcome.clashes.push(one.line),
            }
        }
        Ok(fresh)
    }

    /// Folds new records into dossiers. Gives back the subjects whose dossiers changed.
    fn fold(
        &mut self,
        fresh: &[usize],
        incoming: &[Incoming],
    ) -> Result<BTreeSet<Subject>, StoreError> {
        let mut entries: Vec<(Subject, Vec<u8>)> = Vec::with_capacity(fresh.len() * 2);
        for one in fresh.iter().filter_map(|at| incoming.get(*at)) {
            spread(one, &mut entries);
        }
        entries.sort_unstable();
        let mut changed = BTreeSet::new();
        for group in entries.chunk_by(|(one, _), (next, _)| one == next) {
            let Some((subject, _)) = group.first() else {
                continue;
            };
            let key = subject.key();
            let old = self
                .tables
                .dossiers
                .get(self.txn, &key)?
                .unwrap_or_default();
            let added = group.iter().map(|(_, entry)| entry.as_slice());
            if let Some(new) = dossier::fold(old, added) {
                self.tables.dossiers.put(self.txn, &key, &new)?;
                changed.insert(*subject);
                self.restless.extend(subject.code());
                self.dossiers.insert(*subject, new);
            }
        }
        Ok(changed)
    }

    /// Looks for what may contradict. Records that were there already count too: a file that is
    /// read twice lists the same conflicts twice.
    fn suspect(&mut self, incoming: &[Incoming], outcome: &mut Outcome) -> Result<(), StoreError> {
        let mut named = BTreeSet::new();
        for one in incoming {
            let Some(record) = Record::read(&one.bytes) else {
                continue;
            };
            outcome.makers |= record.kind == RecordKind::PartyMaker;
            if let (Some(name), Some(maker)) = (
                contradictions::claimed_maker(&record),
                one.subject.code().and_then(Maker::of_code),
            ) {
                outcome.claims.insert(Claim {
                    name: name.to_owned(),
                    maker,
                });
            }
            if bonds::binds(record.kind) {
                named.extend(one.subject.code());
                named.extend(&one.mentions);
            }
        }
        for code in named {
            let dossier = Dossier::from_bytes(self.dossier(Subject::Code(code))?);
            if contradictions::is_suspect(code, dossier) {
                outcome.suspects.insert(code);
            }
        }
        for claim in &outcome.claims {
            put(self.tables.claims, self.txn, &claim.key(), &[])?;
        }
        Ok(())
    }

    /// Makes the public view of these subjects anew.
    pub(super) fn project(&mut self, changed: &BTreeSet<Subject>) -> Result<(), StoreError> {
        for subject in changed {
            let policy = self.policy;
            let dossier = Dossier::from_bytes(self.dossier(*subject)?);
            let (table, view) = match subject {
                Subject::Code(code) => {
                    let view = public_view(*code, dossier, policy);
                    (self.tables.views, view.map(|view| view.encode()))
                }
                Subject::Maker(_) => {
                    let class = Class::of(dossier, policy);
                    (self.tables.classes, class.map(|class| class.encode()))
                }
                // A party has no page of its own; a maker's public record lies with its class.
                Subject::Party(_) => continue,
            };
            let key = subject.key();
            match view {
                Some(view) => drop(put(table, self.txn, &key, &view)?),
                None => drop(table.delete(self.txn, &key)?),
            }
        }
        Ok(())
    }

    /// Seals anew every pair that one of the changed codes belongs to.
    pub(super) fn seal(&mut self) -> Result<(), StoreError> {
        let mut pairs = Vec::new();
        for code in std::mem::take(&mut self.restless) {
            let dossier = Dossier::from_bytes(self.dossier(Subject::Code(code))?);
            let partners = partners(code, dossier);
            pairs.extend(
                partners
                    .into_iter()
                    .map(|other| (code.min(other), code.max(other))),
            );
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut parts: HashMap<Code, Vec<u8>, FixedState> = HashMap::default();
        let mut sealed = Vec::with_capacity(pairs.len());
        for (one, other) in pairs {
            let mut content = Vec::with_capacity(128);
            for code in [one, other] {
                let part = match parts.entry(code) {
                    Slot::Occupied(known) => known.into_mut(),
                    Slot::Vacant(vacant) => {
                        let policy = self.policy;
                        let dossier = Dossier::from_bytes(self.dossier(Subject::Code(code))?);
                        vacant.insert(holder_part(code, dossier, policy))
                    }
                };
                content.extend_from_slice(part);
            }
            let pair = self
                .pair_key
                .pair(one, other)
                .map_err(|_same| StoreError::Corrupt("a pair"))?;
            let entry = pair
                .seal(&content)
                .map_err(|_too_long| StoreError::Corrupt("a pair"))?;
            sealed.push((pair.tag, entry));
        }
        sealed.sort_unstable();
        for (tag, entry) in sealed {
            self.tables.pairs.put(self.txn, &tag, &entry)?;
        }
        Ok(())
    }

    /// Marks a code as one whose pairs have to be sealed anew.
    pub(super) fn disturb(&mut self, code: Code) {
        self.restless.insert(code);
    }

    fn dossier(&mut self, subject: Subject) -> Result<&[u8], StoreError> {
        Ok(match self.dossiers.entry(subject) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(vacant) => {
                let bytes = get(self.tables.dossiers, self.txn, &subject.key())?;
                vacant.insert(bytes.unwrap_or_default())
            }
        })
    }
}

/// The entries that one record makes, in its own dossier and in those of the codes it names.
fn spread(one: &Incoming, entries: &mut Vec<(Subject, Vec<u8>)>) {
    let Some(record) = Record::read(&one.bytes) else {
        return;
    };
    let entry = dossier::record_entry(record);
    if let Subject::Party(party) = one.subject
        && record.kind == RecordKind::PartyMaker
    {
        // A maker's record lies with its class too: there it meets its products when they are read.
        entries.push((Subject::Maker(Maker::of_party(party)), entry.clone()));
    }
    entries.push((one.subject, entry));
    for code in &one.mentions {
        let link = dossier::link_entry(record, one.subject, *code, &one.mentions);
        entries.push((Subject::Code(*code), link));
    }
}
