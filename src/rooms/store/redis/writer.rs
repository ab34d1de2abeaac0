//! The writing side: several writers at once, in any order, and nothing lost.
//!
//! A dossier only ever grows, and every step of its growth is a compare-and-set of its own bytes,
//! so its history is one line, and its length alone tells where on that line it is.
//!
//! A view is replaced only by one computed from at least as many records. No revision lies beside
//! it, since no count may reach the public room. Instead whoever writes it (1) reads the view that
//! is there, (2) *then* makes sure that the dossier it computes from is still the one in the store,
//! and (3) sets the new view only where the old one still is. What was read in (1) was computed
//! from a dossier no longer than the one seen in (2). A view that changed and changed back between
//! (1) and (3) is caught by looking at the dossiers once more afterwards. Pairs and classes alike.
//!
//! A record's digest is marked as pending first and as done last, so that the same import again
//! finishes what one that died had begun.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::redis::{RedisError, cmd};

use super::views::COMMON;
use super::wire::Wire;
use super::{ABOUT, CLAIMS, PARTIES, key, prefix, room};
use crate::rooms::store::address::{RedisUrl, Shape};
use crate::rooms::store::batch::{self, Desk, Incoming, Ink, Outcome};
use crate::rooms::store::engine::{Engine, Entry, Place, Step};
use crate::rooms::store::redis::RedisReader;
use crate::rooms::store::{PublicStore, Rack, StoreError};
use crate::words::policy::Policy;
use crate::words::subject::Subject;
use laid::Commons;
use marks::{holds, lay, mark};
use steps::{Trouble, is_yes, may_write, note, pairs, publish, sift};
use wires::Wires;

mod hands;
mod laid;
mod marks;
mod steps;
mod wires;

/// How long a writer goes on trying: longer than any failover takes.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long a batch waits for a replica to have it.
const REPLICA_PATIENCE: Duration = Duration::from_secs(2);
/// The first pause after a failure; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(100);
/// Keys in one step of a walk: a few milliseconds of the server's time.
const STEP: usize = 2_000;
/// Keys that tell how many there are of each sort, to within some hundredths.
const SAMPLE: usize = 5_000;
/// The layout that this release reads and writes.
pub(super) const FORMAT: u8 = 3;
pub(super) const FORMAT_NAME: &str = "format";

/// A store on Redis that can be written.
#[derive(Debug)]
pub(in super::super) struct Writer {
    core: RedisUrl,
    public: RedisUrl,
    wires: Mutex<Option<Wires>>,
    /// Further connections, while nobody works with them.
    hands: Mutex<Vec<Wires>>,
    /// The generation that this writer works on.
    generation: Vec<u8>,
}

impl Writer {
    /// Opens the store whose dossiers are in one place and whose views in another.
    pub(in super::super) fn open(core: RedisUrl, public: RedisUrl) -> Result<Self, StoreError> {
        let mut writer = Self {
            core,
            public,
            wires: Mutex::new(None),
            hands: Mutex::default(),
            generation: Vec::new(),
        };
        let format = writer.claim(FORMAT_NAME, &[FORMAT])?;
        if format != [FORMAT] {
            return Err(StoreError::Format {
                found: format.first().copied().unwrap_or_default(),
                known: FORMAT,
            });
        }
        let mark = mark();
        writer.generation = writer.patiently(|wires| lay(&mut wires.public, &mark))?;
        Ok(writer)
    }

    /// Does this, again if the connection breaks or the server is not itself, for a while.
    /// Everything done here may be done twice.
    fn patiently<T>(
        &self,
        mut step: impl FnMut(&mut Wires) -> Result<T, Trouble>,
    ) -> Result<T, StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = PAUSE;
        let mut slot = self.lock();
        loop {
            let error = match self.connected(&mut slot).map(&mut step) {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(Trouble::Redis(error))) => error,
                Ok(Err(Trouble::Store(error))) | Err(error @ StoreError::File { .. }) => {
                    return Err(error);
                }
                Err(error) => {
                    if Instant::now() >= deadline {
                        return Err(error);
                    }
                    std::thread::sleep(pause);
                    pause *= 2;
                    continue;
                }
            };
            if is_final(&error) || Instant::now() >= deadline {
                return Err(error.into());
            }
            // A new connection finds the new master.
            *slot = None;
            self.hands
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
            std::thread::sleep(pause);
            pause *= 2;
        }
    }

    fn connected<'w>(&self, slot: &'w mut Option<Wires>) -> Result<&'w mut Wires, StoreError> {
        match slot {
            Some(wires) => Ok(wires),
            None => Ok(slot.insert(Wires::open(&self.core, &self.public)?)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Wires>> {
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_in(
        &self,
        wires: &mut Wires,
        ink: Ink<'_>,
        incoming: &[Incoming],
    ) -> Result<Outcome, Trouble> {
        may_write(&mut wires.core, ink)?;
        let mut outcome = Outcome::default();
        let (fresh, unfinished) = sift(&mut wires.core, incoming, &mut outcome)?;
        batch::note_makers(incoming, &mut outcome);
        note(&mut wires.core, &BTreeSet::new(), &outcome.claims)?;
        outcome.suspects = self.share_out(wires, ink, incoming, &fresh)?;
        may_write(&mut wires.core, ink)?;
        // A store that was emptied meanwhile has lost the beginning of this batch.
        if !holds(&mut wires.public, &self.generation)? {
            return Err(Trouble::Store(StoreError::Emptied));
        }
        settle(&mut wires.core, &self.core)?;
        settle(&mut wires.public, &self.public)?;
        wires.core.set(&pairs(&unfinished))?;
        // A failover that forgot this would only have the same records taken in once more; but who
        // imports them again is to hear that they are known.
        settle(&mut wires.core, &self.core)?;
        Ok(outcome)
    }
}

impl Engine for Writer {
    fn ingest(&self, ink: Ink<'_>, incoming: &[Incoming]) -> Result<Outcome, StoreError> {
        self.patiently(|wires| self.take_in(wires, ink, incoming))
    }

    fn publish(&self, ink: Ink<'_>, subjects: &[Subject]) -> Result<(), StoreError> {
        let subjects: BTreeSet<Subject> = subjects.iter().copied().collect();
        self.patiently(|wires| {
            let commons = Commons::default();
            publish(wires, &mut Desk::new(ink), &commons, subjects.clone())
        })
    }

    fn get(&self, rack: Rack, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        if rack == Rack::Claims {
            let there = |keys: &Vec<u8>| {
                let mut there = cmd("SISMEMBER");
                there.arg(CLAIMS).arg(keys);
                there
            };
            return self.patiently(|wires| {
                let answers = wires.core.all(keys.iter().map(there))?;
                Ok(answers
                    .iter()
                    .map(|answer| is_yes(answer).then(Vec::new))
                    .collect())
            });
        }
        let keys: Vec<_> = keys.iter().map(|name| key(rack, name)).collect();
        self.patiently(|wires| wires.look_up(rack, &keys))
    }

    fn put(&self, rack: Rack, entries: &[Entry]) -> Result<(), StoreError> {
        let subjects = entries.iter().filter(|_| rack == Rack::Dossiers);
        let subjects: BTreeSet<Subject> = subjects
            .filter_map(|(name, _)| Subject::from_key(name))
            .collect();
        self.patiently(|wires| {
            wires.put(rack, entries)?;
            note(&mut wires.core, &subjects, [])
        })
    }

    fn walk(&self, rack: Rack, start: &[u8], from: &Place) -> Result<Step, StoreError> {
        self.patiently(|wires| {
            if rack == Rack::Claims {
                let keys: Vec<Vec<u8>> = wires.core.one(cmd("SMEMBERS").arg(CLAIMS))?;
                let entries = keys.into_iter().map(|key| (key, Vec::new())).collect();
                return Ok(Step {
                    entries,
                    next: None,
                });
            }
            let wire = wires.of(room(rack));
            let (next, found) = wire.scan(&from.0, &key(rack, start), STEP)?;
            let values = wires.look_up(rack, &found)?;
            let head = prefix(rack).len();
            let names = found
                .iter()
                .map(|found| found.get(head..).unwrap_or_default().to_vec());
            let entries = names
                .zip(values)
                .filter_map(|(name, value)| Some((name, value?)));
            Ok(Step {
                entries: entries.collect(),
                next: next.map(Place),
            })
        })
    }

    fn count(&self, rack: Rack) -> Result<u64, StoreError> {
        self.patiently(|wires| {
            let wire = wires.of(room(rack));
            if rack == Rack::Claims {
                return Ok(wire.one(cmd("SCARD").arg(CLAIMS))?);
            }
            // No server counts by the beginning of a key. They come in no order, so the first few
            // thousand are like all of them.
            let all: u64 = wire.one(&cmd("DBSIZE"))?;
            let (next, sample) = wire.scan(&[], &[], SAMPLE)?;
            let of_rack = sample.iter().filter(|key| key.starts_with(prefix(rack)));
            let of_rack = u64::try_from(of_rack.count()).unwrap_or(u64::MAX);
            let looked_at = u64::try_from(sample.len()).unwrap_or(u64::MAX).max(1);
            Ok(match next {
                None => of_rack,
                Some(_) => all.saturating_mul(of_rack) / looked_at,
            })
        })
    }

    fn clear(&self, rack: Rack) -> Result<(), StoreError> {
        let mut from = Place::default();
        loop {
            let step = self.walk(rack, &[], &from)?;
            let drop = |(name, _): &Entry| {
                let mut drop = cmd("UNLINK");
                drop.arg(key(rack, name));
                drop
            };
            self.patiently(|wires| {
                wires.of(room(rack)).all(step.entries.iter().map(drop))?;
                Ok(())
            })?;
            match step.next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    fn sweep(&self, policy: Policy) -> Result<(), StoreError> {
        let mut from = Vec::new();
        loop {
            let next = self.patiently(|wires| {
                let (next, found) = wires.public.scan(&from, COMMON, STEP)?;
                let commons = wires.public.get(&found)?;
                let stamp = Some(policy.stamp().byte());
                let old = found.iter().zip(&commons).filter(|(_, common)| {
                    let first = common.as_ref().and_then(|common| common.first());
                    first.copied() != stamp
                });
                let drop = |(key, _): (&Vec<u8>, _)| {
                    let mut drop = cmd("UNLINK");
                    drop.arg(key);
                    drop
                };
                wires.public.all(old.map(drop))?;
                Ok(next)
            })?;
            match next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    fn parties(&self) -> Result<Vec<Entry>, StoreError> {
        let keys: Vec<Vec<u8>> =
            self.patiently(|wires| Ok(wires.core.one(cmd("SMEMBERS").arg(PARTIES))?))?;
        let found = self.get(Rack::Dossiers, &keys)?;
        Ok(keys
            .into_iter()
            .zip(found.into_iter().map(Option::unwrap_or_default))
            .collect())
    }

    fn claim(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.patiently(|wires| {
            Ok(claim(
                &mut wires.core,
                &[ABOUT, name.as_bytes()].concat(),
                value,
            )?)
        })
    }

    fn told(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let key = [ABOUT, name.as_bytes()].concat();
        self.patiently(|wires| Ok(wires.core.one(cmd("GET").arg(&key))?))
    }

    fn note(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.patiently(|wires| {
            let name = [ABOUT, name.as_bytes()].concat();
            Ok(wires.core.one(cmd("SET").arg(name).arg(value))?)
        })
    }

    fn reader(&self, policy: Policy) -> PublicStore {
        PublicStore::Redis(Box::new(RedisReader::new(self.public.clone(), policy)))
    }
}

/// What lies under this key, after putting `value` there if nothing did.
fn claim(wire: &mut Wire, key: &[u8], value: &[u8]) -> Result<Vec<u8>, RedisError> {
    let mut claim = cmd("SET");
    claim.arg(key).arg(value).arg("NX").arg("GET");
    let found: Option<Vec<u8>> = wire.one(&claim)?;
    Ok(found.unwrap_or_else(|| value.to_vec()))
}

/// Waits until a replica has what was written, so that a failover right after does not undo what
/// was said to be done. With no replica there is nobody to wait for: that is the operator's choice.
fn settle(wire: &mut Wire, url: &RedisUrl) -> Result<(), Trouble> {
    if url.shape != Shape::Single {
        let mut wait = cmd("WAIT");
        wait.arg(1).arg(REPLICA_PATIENCE.as_millis().to_string());
        wire.copiers(&wait)?;
    }
    Ok(())
}

/// Whether trying again would only bring the same answer: wrong credentials, wrong kind of key.
fn is_final(error: &RedisError) -> bool {
    matches!(
        error.code(),
        Some("NOAUTH" | "WRONGPASS" | "NOPERM" | "WRONGTYPE" | "ERR")
    )
}
