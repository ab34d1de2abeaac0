//! The writer's side of a store: dossiers in, views and pairs out.
//!
//! Nothing a public door holds can reach this: it is made from a path and the pair key, by the
//! commands that write and, in time, by the staff door.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::{Path, PathBuf};

use heed::RoTxn;

use super::batch::{self, Batch, Incoming, Outcome};
use super::embedded::{Room, get, meta, put};
use super::pairs::PairKey;
use super::{EmbeddedReader, StoreError};
use crate::rules::contradictions::{self, Claim, Contradiction};
use crate::rules::dossier::Dossier;
use crate::words::catalog::RecordKind;
use crate::words::code::{Code, Kind};
use crate::words::policy::{Policy, Stamp};
use crate::words::subject::{Maker, Subject};

/// File-backed memory that an import may hold before it gives it back. Pages of the mapped file
/// count as ours while we hold them, though the system could take them at any time.
const RESIDENT_MAX: u64 = 48 << 20;
/// Dossiers in one transaction of a reprojection: readers see each step whole.
const STEP: usize = 20_000;

/// A store that can be written.
#[derive(Debug)]
pub struct Core {
    room: Room,
    policy: Policy,
    pair_key: PairKey,
    pair_key_file: PathBuf,
}

/// Two records that cannot both be true, as the list of conflicts has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The code that it is about.
    pub code: Code,
    /// What contradicts what.
    pub what: Contradiction,
}

impl Core {
    /// Opens the store in `path` for writing under the policy it was made under; a new store is
    /// made under `policy`.
    pub fn open(path: &Path, policy: Policy, pair_key_file: &Path) -> Result<Self, StoreError> {
        let core = Self::open_any(path, policy, pair_key_file)?;
        core.claim()?;
        Ok(core)
    }

    /// Opens the store in `path` whatever policy and key it was made with, to make it anew.
    pub fn open_any(path: &Path, policy: Policy, pair_key_file: &Path) -> Result<Self, StoreError> {
        let room = Room::open(path)?;
        let pair_key = PairKey::open_or_make(pair_key_file)?;
        Ok(Self {
            room,
            policy,
            pair_key,
            pair_key_file: pair_key_file.to_owned(),
        })
    }

    /// The public side of the same folder, for the one process that has both doors.
    pub fn reader(&self) -> EmbeddedReader {
        EmbeddedReader::of(&self.room, self.policy)
    }

    /// Takes a batch of records in: all of it, or nothing.
    pub fn ingest(&self, incoming: &[Incoming]) -> Result<Outcome, StoreError> {
        batch::ingest(
            &self.room,
            self.policy,
            &self.pair_key,
            incoming,
            // Somebody may have made the store anew since it was opened here.
            |txn| self.check_claim(txn),
        )
    }

    /// All that is known of a subject, as a dossier's bytes; empty if nothing is.
    pub fn dossier(&self, subject: Subject) -> Result<Vec<u8>, StoreError> {
        let txn = self.room.env.read_txn()?;
        Ok(get(self.room.tables.dossiers, &txn, &subject.key())?.unwrap_or_default())
    }

    /// What contradicts what about a code.
    pub fn conflicts_of(&self, code: Code) -> Result<Vec<Conflict>, StoreError> {
        let mut found: Vec<Conflict> = self.binding_conflicts(code)?.into_iter().collect();
        let bytes = self.dossier(Subject::Code(code))?;
        if code.kind() == Kind::Pwb && self.is_foreign(code, Dossier::from_bytes(&bytes))? {
            found.push(Conflict {
                code,
                what: Contradiction::OrganisationNotItsMakers,
            });
        }
        Ok(found)
    }

    /// What contradicts what about a code, as far as bindings go.
    pub fn binding_conflicts(&self, code: Code) -> Result<Option<Conflict>, StoreError> {
        let bytes = self.dossier(Subject::Code(code))?;
        let found = contradictions::of_bindings(code, Dossier::from_bytes(&bytes), |other| {
            self.dossier(Subject::Code(other))
        })?;
        Ok(found.map(|what| Conflict { code, what }))
    }

    /// The batteries whose records name one of these makers while their codes name another.
    pub fn foreign_batteries(&self, claims: &BTreeSet<Claim>) -> Result<Vec<Conflict>, StoreError> {
        let makers = self.makers()?;
        let mut found = Vec::new();
        for claim in claims.iter().filter(|claim| claim.is_foreign(&makers)) {
            for (code, bytes) in self.batteries(claim.maker)? {
                let dossier = Dossier::from_bytes(&bytes);
                if contradictions::claimed_makers(dossier).any(|name| name == claim.name) {
                    found.push(Conflict {
                        code,
                        what: Contradiction::OrganisationNotItsMakers,
                    });
                }
            }
        }
        Ok(found)
    }

    /// All claims in the store, for when a maker's own record is new.
    pub fn claims(&self) -> Result<BTreeSet<Claim>, StoreError> {
        let txn = self.room.env.read_txn()?;
        let mut found = BTreeSet::new();
        for entry in self.room.tables.claims.iter(&txn)? {
            found.extend(Claim::from_key(entry?.0));
        }
        Ok(found)
    }

    /// Makes every view, class and pair anew, under `policy`. Safe to interrupt and to repeat;
    /// readers see each view whole, under its old stamp or its new one. Says after each step how
    /// many dossiers are done.
    pub fn reproject(
        mut self,
        policy: Policy,
        mut done: impl FnMut(u64),
    ) -> Result<u64, StoreError> {
        self.policy = policy;
        self.start_over()?;
        // An empty key is none to the engine, so the beginning is no key to be after.
        let mut after: Option<Vec<u8>> = None;
        let mut count = 0;
        loop {
            let mut txn = self.room.env.write_txn()?;
            let from = after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            let range = (from, Bound::Unbounded);
            let mut step = BTreeSet::new();
            let mut last = None;
            for entry in self.room.tables.dossiers.range(&txn, &range)?.take(STEP) {
                let (key, _) = entry?;
                step.insert(Subject::from_key(key).ok_or(StoreError::Corrupt("a subject"))?);
                last = Some(key.to_vec());
            }
            let Some(last) = last else { return Ok(count) };
            let mut batch = Batch::new(self.room.tables, &mut txn, policy, &self.pair_key);
            batch.project(&step)?;
            step.iter()
                .filter_map(|subject| subject.code())
                .for_each(|code| batch.disturb(code));
            batch.seal()?;
            txn.commit()?;
            count += u64::try_from(step.len()).unwrap_or(0);
            done(count);
            after = Some(last);
            self = self.breathe()?;
        }
    }

    /// How many dossiers there are.
    pub fn dossiers(&self) -> Result<u64, StoreError> {
        let txn = self.room.env.read_txn()?;
        Ok(self.room.tables.dossiers.len(&txn)?)
    }

    /// A digest over every table but the one about the store itself: two stores made from the same
    /// records under the same key have the same.
    pub fn digest(&self) -> Result<String, StoreError> {
        use std::fmt::Write;
        let txn = self.room.env.read_txn()?;
        let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        let tables = self.room.tables;
        let all = [
            tables.views,
            tables.classes,
            tables.pairs,
            tables.dossiers,
            tables.records,
            tables.claims,
        ];
        for table in all {
            for entry in table.iter(&txn)? {
                let (key, value) = entry?;
                for part in [key, value] {
                    context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
                    context.update(part);
                }
            }
            context.update(b"end of table");
        }
        Ok(context
            .finish()
            .as_ref()
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _infallible = write!(text, "{byte:02x}");
                text
            }))
    }

    /// A new store takes this policy and key; an old one has to have them already.
    fn claim(&self) -> Result<(), StoreError> {
        let mut txn = self.room.env.write_txn()?;
        self.check_claim(&txn)?;
        let stamp = [self.policy.stamp().byte()];
        let check = self.pair_key.check();
        for (key, value) in [
            (meta::POLICY, &stamp[..]),
            (meta::PAIR_KEY_CHECK, &check[..]),
        ] {
            put(self.room.tables.meta, &mut txn, key, value)?;
        }
        Ok(txn.commit()?)
    }

    /// Whether the store has this policy and key, or none yet.
    fn check_claim(&self, txn: &RoTxn<'_>) -> Result<(), StoreError> {
        let table = self.room.tables.meta;
        let stamp = table.get(txn, meta::POLICY)?.and_then(<[u8]>::first);
        let stamp = stamp.copied().map(Stamp::from_byte);
        if let Some(found) = stamp.filter(|found| *found != self.policy.stamp()) {
            return Err(StoreError::Policy {
                found: found.policy().map_or("of another release", Policy::name),
                wanted: self.policy.name(),
            });
        }
        let check = table.get(txn, meta::PAIR_KEY_CHECK)?;
        if check.is_some_and(|found| found != self.pair_key.check()) {
            return Err(StoreError::PairKey(self.pair_key_file.clone()));
        }
        Ok(())
    }

    /// Notes a new policy and key, and drops all pairs: those of an old key lie under tags that
    /// nobody can find any more.
    fn start_over(&self) -> Result<(), StoreError> {
        let mut txn = self.room.env.write_txn()?;
        let tables = self.room.tables;
        tables
            .meta
            .put(&mut txn, meta::POLICY, &[self.policy.stamp().byte()])?;
        let check = self.pair_key.check();
        if tables.meta.get(&txn, meta::PAIR_KEY_CHECK)? != Some(&check[..]) {
            tables.meta.put(&mut txn, meta::PAIR_KEY_CHECK, &check)?;
            tables.pairs.clear(&mut txn)?;
        }
        Ok(txn.commit()?)
    }

    fn is_foreign(&self, code: Code, dossier: Dossier<'_>) -> Result<bool, StoreError> {
        let Some(maker) = Maker::of_code(code) else {
            return Ok(false);
        };
        let makers = self.makers()?;
        Ok(contradictions::claimed_makers(dossier).any(|name| {
            Claim {
                name: name.to_owned(),
                maker,
            }
            .is_foreign(&makers)
        }))
    }

    /// The organisations behind each maker's name.
    fn makers(&self) -> Result<BTreeMap<String, BTreeSet<Maker>>, StoreError> {
        let txn = self.room.env.read_txn()?;
        let mut found: BTreeMap<String, BTreeSet<Maker>> = BTreeMap::new();
        for entry in self
            .room
            .tables
            .dossiers
            .prefix_iter(&txn, &[crate::words::subject::PARTY])?
        {
            let (key, bytes) = entry?;
            let Some(Subject::Party(party)) = Subject::from_key(key) else {
                continue;
            };
            let records = Dossier::from_bytes(bytes).records();
            for record in records.filter(|record| record.kind == RecordKind::PartyMaker) {
                if let Some(name) = record.open("CompanyName") {
                    found
                        .entry(name.to_owned())
                        .or_default()
                        .insert(Maker::of_party(party));
                }
            }
        }
        Ok(found)
    }

    /// The dossiers of all batteries whose codes name this maker.
    fn batteries(&self, maker: Maker) -> Result<Vec<(Code, Vec<u8>)>, StoreError> {
        let txn = self.room.env.read_txn()?;
        let prefix = [
            &[crate::words::code::kind_number(Kind::Pwb)],
            maker.as_bytes(),
        ]
        .concat();
        let mut found = Vec::new();
        for entry in self.room.tables.dossiers.prefix_iter(&txn, &prefix)? {
            let (key, bytes) = entry?;
            found.extend(Code::from_key(key).map(|code| (code, bytes.to_vec())));
        }
        Ok(found)
    }

    /// Gives back the pages that count as ours when they are many, by opening the folder anew.
    pub fn breathe(self) -> Result<Self, StoreError> {
        if resident_file_bytes() < RESIDENT_MAX {
            return Ok(self);
        }
        let Self {
            room,
            policy,
            pair_key,
            pair_key_file,
        } = self;
        Ok(Self {
            room: room.reopen()?,
            policy,
            pair_key,
            pair_key_file,
        })
    }
}

/// File-backed memory of this process, from the kernel; nothing where it does not say.
fn resident_file_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssFile:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests;
