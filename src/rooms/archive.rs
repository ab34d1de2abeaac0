//! The dossiers, as the staff door reads them: a code's own, and what other dossiers tell of it.
//!
//! The public door has no way to this. An embedded store is asked on the spot, for it answers from
//! mapped memory within microseconds; Redis is asked on a thread that may wait.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use saoma_pages::Audience;
use tokio::sync::Semaphore;

use super::meter::StoreMeter;
use super::store::StoreError;
use super::store::address::RedisUrl;
use super::store::core::{Conflict, Core};
use super::store::shelves::Dossiers;
use crate::rules::dossier::Dossier;
use crate::rules::staff::{self, Known, set::Together};
use crate::words::catalog::RecordKind;
use crate::words::code::Code;
use crate::words::fault::Fault;
use crate::words::party::CreditCode;
use crate::words::subject::Subject;

/// Threads that wait for Redis at once. Who finds them all taken is told so at once.
const ASKING_MAX: usize = 64;
/// Parties of one story that are looked up: a battery passes through fewer hands in its life.
const PARTIES_MAX: usize = 16;
/// A story is a handful of round trips of a millisecond each.
const READ_DEADLINE: Duration = Duration::from_secs(2);

/// A store of dossiers, open for reading by many at once.
#[derive(Clone)]
pub struct Archive {
    store: Arc<Dossiers>,
    place: Place,
    meter: StoreMeter,
}

/// Where the dossiers are.
#[derive(Clone)]
enum Place {
    /// On this machine, in mapped memory.
    Here,
    /// Beyond a network, with a seat for each who may wait for it.
    Away(Arc<Semaphore>),
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depth {
    /// The records.
    Records,
    /// The records, and which of them cannot all be true.
    Conflicts,
}

/// All that is known of a code.
#[derive(Debug)]
pub struct Story {
    /// What a view is made of.
    pub known: Known,
    /// What contradicts what, if that was asked.
    pub conflicts: Vec<Conflict>,
}

impl Archive {
    /// The dossiers of an embedded store that this process has open. What it cannot answer is counted.
    pub fn here(store: Core, meter: StoreMeter) -> Self {
        Self {
            store: Arc::new(Dossiers::of(store)),
            place: Place::Here,
            meter,
        }
    }

    /// The dossiers in this Redis, which need not be there yet.
    pub fn away(url: &RedisUrl, meter: StoreMeter) -> Self {
        Self {
            store: Arc::new(Dossiers::on_redis(url)),
            place: Place::Away(Arc::new(Semaphore::new(ASKING_MAX))),
            meter,
        }
    }

    /// All that is known of a code.
    pub async fn story(&self, code: Code, audience: Audience) -> Result<Story, Fault> {
        self.read(move |store| Story::read(store, code, audience))
            .await
    }

    /// What is on record with a code: its plate, its vehicle, its batteries.
    pub async fn together(&self, code: Code) -> Result<Together, Fault> {
        self.read(move |store| Together::gather(code, |subject| store.dossier(subject)))
            .await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Dossiers) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let read = self.ask(read).await;
        if let Err(fault) = &read {
            self.meter.error(fault.into());
        }
        read
    }

    async fn ask<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Dossiers) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let seats = match &self.place {
            Place::Here => return Ok(read(&self.store)?),
            Place::Away(seats) => seats,
        };
        let seat = Arc::clone(seats).try_acquire_owned();
        let seat = seat.map_err(|_full| Fault::Busy)?;
        let shared = Arc::clone(&self.store);
        // The seat goes with the thread: one that is given up on still waits.
        let asking = tokio::task::spawn_blocking(move || {
            let found = read(&shared);
            drop(seat);
            found
        });
        match tokio::time::timeout(READ_DEADLINE, asking).await {
            Ok(Ok(found)) => Ok(found?),
            Ok(Err(broken)) => Err(Fault::Store(broken.into())),
            Err(_elapsed) => Err(Fault::Deadline),
        }
    }
}

impl Story {
    /// Reads as much of it as this audience may see.
    pub fn read(store: &Dossiers, code: Code, audience: Audience) -> Result<Self, StoreError> {
        let own = store.dossier(Subject::Code(code))?;
        let others = staff::elsewhere(Dossier::from_bytes(&own), audience)
            .into_iter()
            .map(|subject| Ok((subject, store.dossier(subject)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let whole = staff::whole_story(code, &own, &others);
        let makers = staff::makers(code, Dossier::from_bytes(&own));
        let makers = makers.into_iter().map(Subject::Maker);
        let makers = makers.map(|maker| store.dossier(maker));
        let makers = makers.collect::<Result<Vec<_>, _>>()?;
        let mut named: BTreeMap<CreditCode, Vec<RecordKind>> = BTreeMap::new();
        for (party, kind) in staff::parties(Dossier::from_bytes(&whole), audience) {
            named.entry(party).or_default().push(kind);
        }
        let parties = named
            .into_iter()
            .take(PARTIES_MAX)
            .map(|(party, kinds)| Ok((kinds, store.dossier(Subject::Party(party))?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let conflicts = match Depth::of(audience) {
            Depth::Records => Vec::new(),
            Depth::Conflicts => store.conflicts_of(code)?,
        };
        let known = Known {
            own,
            whole,
            makers,
            parties,
        };
        Ok(Self { known, conflicts })
    }
}

impl Depth {
    /// What somebody of this audience reads.
    const fn of(audience: Audience) -> Self {
        match audience {
            Audience::Police => Self::Conflicts,
            Audience::Public | Audience::Holder | Audience::App | Audience::Recycler => {
                Self::Records
            }
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive").finish_non_exhaustive()
    }
}
