//! The writer's side of a store: dossiers in, views and pairs out.
//!
//! Nothing a public door holds can reach this: it is made from a path and the pair key, by the
//! commands that write and, in time, by the staff door.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::batch::{Incoming, Ink, Outcome};
use super::engine::{self, Engine, Entry, Place, about};
use super::pairs::PairKey;
use super::plan::Plan;
use super::shelves::{self, Shelves};
use super::{PublicStore, Rack, Rooms, StoreError};
use crate::rules::contradictions::{self, Claim, Contradiction};
use crate::rules::dossier::Dossier;
use crate::words::code::Code;
use crate::words::policy::Policy;
use crate::words::subject::{Maker, Subject};

/// A store that can be written.
#[derive(Debug)]
pub struct Core {
    engine: Box<dyn Engine>,
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
    /// Opens a store for writing under the policy it was made under; a new store is made under
    /// `policy`.
    pub fn open(
        store: impl Into<Rooms>,
        policy: Policy,
        pair_key_file: &Path,
    ) -> Result<Self, StoreError> {
        let core = Self::on(engine::open(store.into())?, policy, pair_key_file)?;
        core.claim()?;
        Ok(core)
    }

    /// Opens a store whatever policy and key it was made with, to make it anew; also one whose public
    /// rooms are in the format of the release before.
    pub fn open_any(
        store: impl Into<Rooms>,
        policy: Policy,
        pair_key_file: &Path,
    ) -> Result<Self, StoreError> {
        Self::on(engine::open_any(store.into())?, policy, pair_key_file)
    }

    fn on(
        engine: Box<dyn Engine>,
        policy: Policy,
        pair_key_file: &Path,
    ) -> Result<Self, StoreError> {
        // Views made of records without the dossiers before them would say less than is known.
        if engine.told(about::PART)?.as_deref() == Some(about::PUBLIC_ROOMS) {
            return Err(StoreError::PublicRooms);
        }
        Ok(Self {
            engine,
            policy,
            pair_key: PairKey::open_or_make(pair_key_file)?,
            pair_key_file: pair_key_file.to_owned(),
        })
    }

    /// The public side of the same store, for the one process that has both doors.
    pub fn reader(&self) -> PublicStore {
        self.engine.reader(self.policy)
    }

    /// Takes a batch of records in. Safe to repeat, whatever it was that cut it off.
    pub fn ingest(&self, incoming: &[Incoming]) -> Result<Outcome, StoreError> {
        self.engine.ingest(self.ink(), incoming)
    }

    /// Works out a batch as far as that can be done without the store, so that it can be done while
    /// the store is busy with another.
    pub fn plan(&self, incoming: Vec<Incoming>) -> Result<Plan, StoreError> {
        self.engine.plan(self.ink(), incoming)
    }

    /// Takes in a batch that was worked out here. Whatever happened in the store meanwhile, the same
    /// comes of it as of [`ingest`](Self::ingest).
    pub fn take_in(&self, plan: &Plan) -> Result<Outcome, StoreError> {
        self.engine.take_in(self.ink(), plan)
    }

    /// What contradicts what about a code, as far as bindings go.
    pub fn binding_conflicts(&self, code: Code) -> Result<Option<Conflict>, StoreError> {
        shelves::binding_conflicts(self, code)
    }

    /// The batteries whose records name one of these makers while their codes name another.
    pub fn foreign_batteries(&self, claims: &BTreeSet<Claim>) -> Result<Vec<Conflict>, StoreError> {
        let makers = shelves::makers(self)?;
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
        let mut found = BTreeSet::new();
        self.each(Rack::Claims, &[], |entries| {
            found.extend(entries.iter().filter_map(|(key, _)| Claim::from_key(key)));
            Ok(())
        })?;
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
        let mut count = 0;
        let mut from = Place::default();
        loop {
            let step = self.engine.walk(Rack::Dossiers, &[], &from)?;
            let subjects = step
                .entries
                .iter()
                .map(|(key, _)| Subject::from_key(key).ok_or(StoreError::Corrupt("a subject")))
                .collect::<Result<Vec<_>, _>>()?;
            self.engine.publish(self.ink(), &subjects)?;
            count += u64::try_from(subjects.len()).unwrap_or(0);
            done(count);
            match step.next {
                Some(next) => from = next,
                None => break,
            }
        }
        self.engine.sweep(policy)?;
        Ok(count)
    }

    /// How many dossiers there are; an engine that cannot count says about how many.
    pub fn dossiers(&self) -> Result<u64, StoreError> {
        self.engine.count(Rack::Dossiers)
    }

    /// A digest over every rack: two stores made from the same records under the same key have
    /// the same, whatever keeps them.
    pub fn digest(&self) -> Result<String, StoreError> {
        use std::fmt::Write;

        use aws_lc_rs::digest::{SHA256, digest};
        // The sum of the entries' digests, since not every engine keeps an order.
        let mut sum = [0_u8; 32];
        for (number, rack) in (0_u8..).zip(Rack::ALL) {
            let mut seen = BTreeSet::new();
            self.each(rack, &[], |entries| {
                for (key, value) in entries {
                    let mut content = vec![number];
                    content.extend_from_slice(
                        &u64::try_from(key.len()).unwrap_or(u64::MAX).to_le_bytes(),
                    );
                    content.extend_from_slice(&key);
                    content.extend_from_slice(&value);
                    let one = digest(&SHA256, &content);
                    // A walk may show an entry twice; it counts once.
                    if seen.insert(one.as_ref().first_chunk::<16>().copied()) {
                        add(&mut sum, one.as_ref());
                    }
                }
                Ok(())
            })?;
        }
        Ok(sum.iter().fold(String::new(), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        }))
    }

    /// A new store takes this policy and key; an old one has to have them already.
    fn claim(&self) -> Result<(), StoreError> {
        let stamp = self.policy.stamp().byte();
        let policy = self.engine.claim(about::POLICY, &[stamp])?;
        self.ink().may_write(Some(&policy), None)?;
        let check = self.pair_key.check();
        let check = self.engine.claim(about::PAIR_KEY_CHECK, &check)?;
        self.ink().may_write(None, Some(&check))
    }

    /// Notes a new policy and key, and drops all pairs if the key is another: those of an old key
    /// lie under tags that nobody can find any more.
    fn start_over(&self) -> Result<(), StoreError> {
        let stamp = self.policy.stamp().byte();
        self.engine.note(about::POLICY, &[stamp])?;
        let check = self.pair_key.check();
        if self.engine.claim(about::PAIR_KEY_CHECK, &check)? != check {
            self.engine.clear(Rack::Pairs)?;
            // After the pairs, so that an interruption between the two is noticed.
            self.engine.note(about::PAIR_KEY_CHECK, &check)?;
        }
        Ok(())
    }

    /// The dossiers of all batteries whose codes name this maker.
    fn batteries(&self, maker: Maker) -> Result<BTreeMap<Code, Vec<u8>>, StoreError> {
        let Some(prefix) = maker.battery_keys() else {
            return Ok(BTreeMap::new());
        };
        let mut found = BTreeMap::new();
        self.each(Rack::Dossiers, &prefix, |entries| {
            found.extend(
                entries
                    .into_iter()
                    .filter_map(|(key, value)| Some((Code::from_key(&key)?, value))),
            );
            Ok(())
        })?;
        Ok(found)
    }

    /// Walks over a rack.
    fn each(
        &self,
        rack: Rack,
        prefix: &[u8],
        mut visit: impl FnMut(Vec<Entry>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut from = Place::default();
        loop {
            let step = self.engine.walk(rack, prefix, &from)?;
            visit(step.entries)?;
            match step.next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    fn ink(&self) -> Ink<'_> {
        Ink {
            policy: self.policy,
            pair_key: &self.pair_key,
            pair_key_file: &self.pair_key_file,
        }
    }
}

impl Shelves for Core {
    fn dossier(&self, subject: Subject) -> Result<Vec<u8>, StoreError> {
        let found = self.engine.get(Rack::Dossiers, &[subject.key()])?;
        Ok(found.into_iter().next().flatten().unwrap_or_default())
    }

    fn parties(&self) -> Result<Vec<Entry>, StoreError> {
        self.engine.parties()
    }
}

/// Adds one big number to another.
fn add(sum: &mut [u8; 32], other: &[u8]) {
    let mut carry = 0;
    for (digit, more) in sum.iter_mut().zip(other) {
        let total = u16::from(*digit) + u16::from(*more) + carry;
        let [low, high] = total.to_le_bytes();
        *digit = low;
        carry = u16::from(high);
    }
}

#[cfg(test)]
mod tests;
