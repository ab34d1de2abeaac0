//! Dossiers for reading: what a staff door needs of a store, and nothing that writes.
//!
//! It neither claims a store nor knows the pair key, so a staff door on Redis has credentials that
//! read, starts while Redis is away, and answers again as soon as Redis does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::StoreError;
use super::address::RedisUrl;
use super::core::{Conflict, Core};
use super::engine::Entry;
use super::redis::Looker;
use crate::rules::contradictions::{self, Claim, Contradiction};
use crate::rules::dossier::Dossier;
use crate::words::catalog::RecordKind;
use crate::words::code::{Code, Kind};
use crate::words::subject::{Maker, Subject};

/// Something that keeps dossiers.
pub(super) trait Shelves: fmt::Debug + Send + Sync {
    /// All that is known of a subject, as a dossier's bytes; empty if nothing is.
    fn dossier(&self, subject: Subject) -> Result<Vec<u8>, StoreError>;

    /// The dossiers of all parties.
    fn parties(&self) -> Result<Vec<Entry>, StoreError>;
}

/// The organisations behind each maker's name.
pub(super) type Makers = BTreeMap<String, BTreeSet<Maker>>;

/// The dossiers of a store.
#[derive(Debug)]
pub struct Dossiers {
    shelves: Box<dyn Shelves>,
    /// A province has thousands of parties, and every look at a battery asks for all.
    makers: Mutex<Option<(Instant, Arc<Makers>)>>,
}

/// How long the makers' names are good for: they change a few times a year.
const MAKERS_LIFE: Duration = Duration::from_secs(30);

impl Dossiers {
    /// Those of a store that this process has open.
    pub fn of(core: Core) -> Self {
        Self::behind(Box::new(core))
    }

    /// Those in this Redis. Nothing is asked of it yet.
    pub fn on_redis(url: &RedisUrl) -> Self {
        Self::behind(Box::new(Looker::new(url)))
    }

    fn behind(shelves: Box<dyn Shelves>) -> Self {
        Self {
            shelves,
            makers: Mutex::new(None),
        }
    }

    /// All that is known of a subject, as a dossier's bytes; empty if nothing is.
    pub fn dossier(&self, subject: Subject) -> Result<Vec<u8>, StoreError> {
        self.shelves.dossier(subject)
    }

    /// What contradicts what about a code.
    pub fn conflicts_of(&self, code: Code) -> Result<Vec<Conflict>, StoreError> {
        let mut found: Vec<Conflict> = binding_conflicts(&*self.shelves, code)?
            .into_iter()
            .collect();
        if code.kind() == Kind::Pwb {
            let bytes = self.dossier(Subject::Code(code))?;
            let makers = self.makers(Instant::now())?;
            found.extend(foreign(code, Dossier::from_bytes(&bytes), &makers));
        }
        Ok(found)
    }

    fn makers(&self, now: Instant) -> Result<Arc<Makers>, StoreError> {
        let slot = || self.makers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |since: &Instant| now.saturating_duration_since(*since) < MAKERS_LIFE;
        if let Some((_, makers)) = slot().as_ref().filter(|(since, _)| is_fresh(since)) {
            return Ok(Arc::clone(makers));
        }
        // Not under the lock: who has names that are still good waits for nobody.
        let makers = Arc::new(makers(&*self.shelves)?);
        *slot() = Some((now, Arc::clone(&makers)));
        Ok(makers)
    }
}

/// What contradicts what about a code, as far as bindings go.
pub(super) fn binding_conflicts(
    shelves: &dyn Shelves,
    code: Code,
) -> Result<Option<Conflict>, StoreError> {
    let bytes = shelves.dossier(Subject::Code(code))?;
    let found = contradictions::of_bindings(code, Dossier::from_bytes(&bytes), |other| {
        shelves.dossier(Subject::Code(other))
    })?;
    Ok(found.map(|what| Conflict { code, what }))
}

/// Whether a battery names a maker of another organisation than its code does.
pub(super) fn foreign(code: Code, dossier: Dossier<'_>, makers: &Makers) -> Option<Conflict> {
    let maker = Maker::of_code(code)?;
    let is_foreign = |name: &str| {
        let name = name.to_owned();
        Claim { name, maker }.is_foreign(makers)
    };
    let what = Contradiction::OrganisationNotItsMakers;
    contradictions::claimed_makers(dossier)
        .any(is_foreign)
        .then_some(Conflict { code, what })
}

/// The organisations behind each maker's name.
pub(super) fn makers(shelves: &dyn Shelves) -> Result<Makers, StoreError> {
    let mut found = Makers::new();
    for (key, bytes) in shelves.parties()? {
        let Some(Subject::Party(party)) = Subject::from_key(&key) else {
            continue;
        };
        let records = Dossier::from_bytes(&bytes).records();
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
