//! What is still proven: counters that move when something may have changed.
//!
//! A cached page remembers the number it was proven at. An invalidation moves the number of its
//! code; a lost connection moves all of them. Codes share counters, which costs at most a question
//! too many.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::FixedState;

/// Enough that a thousand changes a minute unprove few pages that did not change: 64 KiB.
const COUNTERS: usize = 8 << 10;

/// The numbers of all codes.
pub(super) struct Epochs {
    counters: Box<[AtomicU64]>,
    all: AtomicU64,
}

impl Epochs {
    pub(super) fn new() -> Self {
        Self {
            counters: (0..COUNTERS).map(|_| AtomicU64::new(0)).collect(),
            all: AtomicU64::new(0),
        }
    }

    /// The number of what has this key: another whenever it may have changed. Both parts only
    /// grow, so their sum never comes back.
    pub(super) fn of(&self, key: &[u8]) -> u64 {
        self.all()
            + self
                .counter(key)
                .map_or(0, |one| one.load(Ordering::Acquire))
    }

    /// The number of everything.
    pub(super) fn all(&self) -> u64 {
        self.all.load(Ordering::Acquire)
    }

    pub(super) fn move_one(&self, key: &[u8]) {
        if let Some(counter) = self.counter(key) {
            counter.fetch_add(1, Ordering::AcqRel);
        }
    }

    pub(super) fn move_all(&self) {
        self.all.fetch_add(1, Ordering::AcqRel);
    }

    fn counter(&self, key: &[u8]) -> Option<&AtomicU64> {
        let hash = FixedState::default().hash_one(key);
        let count = u64::try_from(self.counters.len()).ok()?;
        self.counters.get(usize::try_from(hash % count).ok()?)
    }
}

impl std::fmt::Debug for Epochs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Epochs(..)")
    }
}
