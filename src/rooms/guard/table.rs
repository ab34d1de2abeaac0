//! What is remembered of clients, ranges and blocks: never more than so many, and never for long.
//!
//! Each shard has a young and an old generation. What is used is young. When the young are as many
//! as may be, or have been young for long enough, they become the old, and the old are forgotten. So
//! nothing has to be swept, and a flood of strangers pushes out who was not seen for longest.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use foldhash::fast::RandomState;

/// A bounded table. Its keys are hashes that nobody outside can choose.
pub(super) struct Table<V> {
    shards: Box<[Mutex<Shard<V>>]>,
    /// The most in one generation of one shard.
    most: usize,
    /// How long a generation is young, in seconds.
    young_for: u64,
}

struct Shard<V> {
    young: HashMap<u64, V, RandomState>,
    old: HashMap<u64, V, RandomState>,
    turned: u64,
}

/// Enough that two threads seldom want the same.
const SHARDS: usize = 32;

impl<V> Table<V> {
    /// A table of at most so many entries, each forgotten when it was not used for `young_for`
    /// seconds, or twice that.
    pub(super) fn new(most: usize, young_for: u64) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            most: (most / SHARDS / 2).max(1),
            young_for,
        }
    }

    /// Does something with an entry, which is made if there is none. Nothing else happens in its
    /// shard meanwhile, so it has to be short.
    pub(super) fn with<R>(
        &self,
        key: u64,
        now: u64,
        fresh: impl FnOnce() -> V,
        act: impl FnOnce(&mut V) -> R,
    ) -> R {
        let Some(shard) = self.shard(key) else {
            return act(&mut fresh());
        };
        let mut shard = lock(shard);
        if shard.young.len() >= self.most || now >= shard.turned + self.young_for {
            shard.turn(now);
        }
        let Shard { young, old, .. } = &mut *shard;
        let entry = young
            .entry(key)
            .or_insert_with(|| old.remove(&key).unwrap_or_else(fresh));
        act(entry)
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        let count = |shard: &Mutex<Shard<V>>| {
            let shard = lock(shard);
            shard.young.len() + shard.old.len()
        };
        self.shards.iter().map(count).sum()
    }

    /// How many of them are like this.
    pub(super) fn count(&self, like: impl Fn(&V) -> bool) -> usize {
        let count = |shard: &Mutex<Shard<V>>| {
            let shard = lock(shard);
            let all = shard.young.values().chain(shard.old.values());
            all.filter(|value| like(value)).count()
        };
        self.shards.iter().map(count).sum()
    }

    fn shard(&self, key: u64) -> Option<&Mutex<Shard<V>>> {
        let shards = u64::try_from(self.shards.len()).ok()?;
        // The map below uses the hash of the key, so the key's own low bits are free.
        self.shards
            .get(usize::try_from(key.checked_rem(shards)?).ok()?)
    }
}

impl<V> Shard<V> {
    fn turn(&mut self, now: u64) {
        self.old = mem::take(&mut self.young);
        self.turned = now;
    }
}

impl<V> Default for Shard<V> {
    fn default() -> Self {
        Self {
            young: HashMap::default(),
            old: HashMap::default(),
            turned: 0,
        }
    }
}

/// What breaks elsewhere leaves a count that is off by one, which is no reason to stop counting.
fn lock<V>(shard: &Mutex<Shard<V>>) -> MutexGuard<'_, Shard<V>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_does_not_make_it_grow() {
        let table = Table::new(1000, 3600);
        for key in 0..100_000 {
            table.with(key, 0, || 0_u8, |_| ());
        }
        assert!(table.len() <= 1000, "{}", table.len());
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let table = Table::new(SHARDS * 64, 10);
        let add = |key, now| {
            table.with(
                key,
                now,
                || 0_u32,
                |count| {
                    *count += 1;
                    *count
                },
            )
        };
        assert_eq!(add(1, 0), 1);
        assert_eq!(add(33, 0), 1);
        for now in 1..100 {
            add(1, now);
        }
        assert_eq!(add(1, 100), 101);
        assert_eq!(add(33, 100), 1);
    }
}
