//! What the cache keeps: an answer, and what is needed to prove it again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use saoma_pages::Refusal;

use super::{Looked, Origin, Outcome, PROVEN_FOR, RETRY_AFTER, STALE_FOR};
use crate::{rooms::source::Source, rules::answer::Answer, words::code::Code};

pub(super) struct Page<K> {
    pub(super) answer: Arc<Answer>,
    pub(super) kept: Arc<K>,
    pub(super) proof: Proof,
    mark: u64,
    /// When the store was last found failing, for an answer that says so; `FRESH` for another.
    failed_at: AtomicU64,
}

pub(super) struct Gap {
    pub(super) why: Why,
    pub(super) proof: Proof,
}

pub(super) enum Why {
    NotRegistered(Arc<Answer>),
    InCapitals(Code),
    Failed,
}

/// At which epoch, and when (milliseconds of this cache's life), the store last said so.
pub(super) struct Proof {
    epoch: AtomicU64,
    at: AtomicU64,
}

const FRESH: u64 = u64::MAX;
/// What an entry keeps beside its answer: key, proof, and the view as the store has it.
const BESIDE: usize = 1024;

/// The epoch of everything an answer about this code depends on: when nobody has registered it,
/// that is also the same code in capitals.
pub(super) fn epoch_of<S: Source>(source: &S, code: Code) -> u64 {
    let capitals = code.in_capitals();
    // Both only grow, so the sum changes when either does.
    source.epoch(code) + capitals.map_or(0, |capitals| source.epoch(capitals))
}

/// What an entry weighs whose answer weighs so much.
pub(super) fn weight(answer: usize) -> u32 {
    u32::try_from(answer + BESIDE).unwrap_or(u32::MAX)
}

impl<K> Page<K> {
    /// What the store has just said.
    pub(super) fn fresh(answer: Answer, kept: K, mark: u64, proof: Proof) -> Self {
        Self {
            answer: Arc::new(answer),
            kept: Arc::new(kept),
            proof,
            mark,
            failed_at: AtomicU64::new(FRESH),
        }
    }

    /// The same, said again while the store fails. Its proof is as old as it is.
    pub(super) fn stale(&self, answer: Answer, now: u64) -> Self {
        Self {
            answer: Arc::new(answer),
            kept: Arc::clone(&self.kept),
            proof: self.proof.copy(),
            mark: self.mark,
            failed_at: AtomicU64::new(now),
        }
    }

    /// The store has failed once more.
    pub(super) fn still_failing(&self, now: u64) {
        self.failed_at.store(now, Relaxed);
    }

    pub(super) fn looked(&self, epoch: u64, now: u64) -> Option<Looked> {
        let failed_at = self.failed_at.load(Relaxed);
        if failed_at == FRESH {
            let holds = self.proof.holds(epoch, now);
            holds.then(|| answered(&self.answer, Origin::Memory))
        } else {
            let resting = since(failed_at, now) < RETRY_AFTER && self.proof.age(now) < STALE_FOR;
            resting.then(|| answered(&self.answer, Origin::Stale))
        }
    }

    /// Whether this is what the store has, and does not say otherwise.
    pub(super) fn is(&self, mark: u64) -> bool {
        self.mark == mark && !self.is_stale()
    }

    pub(super) fn is_stale(&self) -> bool {
        self.failed_at.load(Relaxed) != FRESH
    }
}

impl Gap {
    /// Whether the store has said so, and not merely failed.
    pub(super) const fn is_said(&self) -> bool {
        !matches!(self.why, Why::Failed)
    }

    pub(super) fn looked(&self, epoch: u64, now: u64) -> Option<Looked> {
        let holds = match self.why {
            Why::Failed => self.proof.age(now) < RETRY_AFTER,
            Why::NotRegistered(_) | Why::InCapitals(_) => self.proof.holds(epoch, now),
        };
        holds.then(|| self.why.looked(Origin::Memory))
    }
}

impl Why {
    pub(super) fn looked(&self, origin: Origin) -> Looked {
        match self {
            Self::NotRegistered(answer) => answered(answer, origin),
            Self::InCapitals(code) => Looked {
                outcome: Outcome::Moved(*code),
                origin,
            },
            Self::Failed => unavailable(),
        }
    }

    pub(super) fn weight(&self) -> usize {
        match self {
            Self::NotRegistered(answer) => answer.weight(),
            Self::InCapitals(_) | Self::Failed => 0,
        }
    }
}

impl Proof {
    pub(super) const fn new(epoch: u64, at: u64) -> Self {
        Self {
            epoch: AtomicU64::new(epoch),
            at: AtomicU64::new(at),
        }
    }

    pub(super) fn copy(&self) -> Self {
        Self::new(self.epoch.load(Relaxed), self.at.load(Relaxed))
    }

    pub(super) fn renew(&self, epoch: u64, now: u64) {
        self.epoch.store(epoch, Relaxed);
        self.at.store(now, Relaxed);
    }

    pub(super) fn holds(&self, epoch: u64, now: u64) -> bool {
        self.epoch.load(Relaxed) == epoch && self.age(now) < PROVEN_FOR
    }

    pub(super) fn age(&self, now: u64) -> Duration {
        since(self.at.load(Relaxed), now)
    }
}

pub(super) fn answered(answer: &Arc<Answer>, origin: Origin) -> Looked {
    Looked {
        outcome: Outcome::Answer(Arc::clone(answer)),
        origin,
    }
}

pub(super) fn unavailable() -> Looked {
    Looked {
        outcome: Outcome::Refused(Refusal::Unavailable {
            retry_after: RETRY_AFTER,
        }),
        origin: Origin::Store,
    }
}

const fn since(then: u64, now: u64) -> Duration {
    Duration::from_millis(now.saturating_sub(then))
}
