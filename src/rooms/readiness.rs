//! Whether this process should be sent readers, as those know it who have to do with it.
//!
//! Each part says how it is; a balancer is told the worst. A part that can still answer from memory
//! is only [`Condition::Degraded`]: if every edge said "not me" when the one store behind them
//! fails, nobody would be left to serve what is cached.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

/// What a balancer may be told.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Parts>);

/// What has to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The public listeners.
    Doors,
    /// The store behind them.
    Store,
}

/// How a part is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// As it should be.
    Fine,
    /// It, or a part of it, cannot be reached; memory answers.
    Unreachable,
    /// It is empty, or older than it was; memory answers.
    Emptied,
    /// Not as it should be, and still worth asking.
    Degraded,
    /// Not yet.
    Starting,
    /// No longer.
    Stopping,
    /// What it would answer is wrong.
    Unfit,
}

#[derive(Debug)]
struct Parts {
    doors: AtomicU8,
    store: AtomicU8,
}

const CONDITIONS: [Condition; 7] = [
    Condition::Fine,
    Condition::Unreachable,
    Condition::Emptied,
    Condition::Degraded,
    Condition::Starting,
    Condition::Stopping,
    Condition::Unfit,
];

impl Readiness {
    /// Says how a part is.
    pub fn set(&self, part: Part, condition: Condition) {
        self.0
            .slot(part)
            .store(condition.number(), Ordering::Relaxed);
    }

    /// How a part is.
    pub fn of(&self, part: Part) -> Condition {
        let number = self.0.slot(part).load(Ordering::Relaxed);
        let known = CONDITIONS
            .into_iter()
            .find(|known| known.number() == number);
        known.unwrap_or(Condition::Unfit)
    }

    /// Whether readers should be sent here.
    pub fn is_ready(&self) -> bool {
        Part::ALL
            .into_iter()
            .all(|part| self.of(part) <= Condition::Degraded)
    }
}

impl Part {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Doors, Self::Store];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Doors => "doors",
            Self::Store => "store",
        }
    }
}

impl Condition {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Unreachable => "unreachable",
            Self::Emptied => "emptied",
            Self::Degraded => "degraded",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::Unfit => "unfit",
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Degraded => 1,
            Self::Starting => 2,
            Self::Stopping => 3,
            Self::Unfit => 4,
            Self::Unreachable => 5,
            Self::Emptied => 6,
        }
    }
}

impl Parts {
    const fn slot(&self, part: Part) -> &AtomicU8 {
        match part {
            Part::Doors => &self.doors,
            Part::Store => &self.store,
        }
    }
}

impl Default for Parts {
    /// The doors are opened by somebody, who will say so. A store is fine until it says otherwise:
    /// one that could not be opened has stopped the process.
    fn default() -> Self {
        Self {
            doors: AtomicU8::new(Condition::Starting.number()),
            store: AtomicU8::new(Condition::Fine.number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_when_no_part_is_worse_than_degraded() {
        let readiness = Readiness::default();
        assert!(!readiness.is_ready());
        readiness.set(Part::Doors, Condition::Fine);
        assert!(readiness.is_ready());
        readiness.set(Part::Store, Condition::Degraded);
        assert!(readiness.is_ready());
        for bad in [Condition::Starting, Condition::Stopping, Condition::Unfit] {
            readiness.clone().set(Part::Store, bad);
            assert!(!readiness.is_ready(), "{bad:?}");
        }
    }
}
