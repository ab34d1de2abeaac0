//! Where a page waits that was asked for once.
//!
//! Most codes are scanned once and not again for hours. To keep each of their pages would cost as much
//! as making it, and push out what is asked for often. So what nobody has asked for before stays here
//! for a moment, and whoever asks for it again has it kept.
//!
//! 1. Of all who ask for a key at once one is sent to the store; the others wait for what is brought.
//! 2. The last few pages that were brought are here.
//! 3. Which keys were brought not long ago is known, a few of them wrongly.

use std::{
    array,
    collections::{HashMap, VecDeque},
    fmt,
    hash::{BuildHasher as _, Hash},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
};

use foldhash::quality::RandomState;
use tokio::sync::Semaphore;

/// Enough that cores seldom meet at one of them.
const SHELVES: usize = 32;
/// Pages on a shelf. All shelves together fit a core's own cache: what is made next is written where
/// the processor has just been.
const PLACES: usize = 8;
/// How many keys are remembered before all are forgotten.
const REMEMBERED: u32 = 1 << 14;
/// Eight bits for each of them.
const BITS: usize = 8 << 14;

/// The lobby of one cache.
pub(super) struct Lobby<K, P> {
    shelves: Box<[Mutex<Shelf<K, P>>; SHELVES]>,
    memory: Memory,
    hasher: RandomState,
}

/// What who asks for a key finds.
pub(super) enum Met<'l, K: Eq + Hash, P> {
    /// The page, which was asked for before.
    Again(Arc<P>),
    /// Somebody is on the way. Closed when they are back, with or without a page.
    Coming(Arc<Semaphore>),
    /// Nobody: who asks is sent.
    First(Errand<'l, K, P>),
}

/// Being sent for a page. Over when it is dropped: then another is sent.
pub(super) struct Errand<'l, K: Eq + Hash, P> {
    shelf: &'l Mutex<Shelf<K, P>>,
    key: K,
}

struct Shelf<K, P> {
    /// By key, what those wait at who came later.
    sent: HashMap<K, Option<Arc<Semaphore>>, RandomState>,
    /// The oldest first.
    pages: VecDeque<(K, Arc<P>)>,
}

/// One bit for each key, as its hash falls.
struct Memory {
    bits: Box<[AtomicU64]>,
    count: AtomicU32,
}

impl<K: Copy + Eq + Hash, P> Lobby<K, P> {
    pub(super) fn new() -> Self {
        let shelf = || Shelf {
            sent: HashMap::default(),
            pages: VecDeque::with_capacity(PLACES),
        };
        Self {
            shelves: Box::new(array::from_fn(|_| Mutex::new(shelf()))),
            memory: Memory {
                bits: (0..BITS / 64).map(|_| AtomicU64::new(0)).collect(),
                count: AtomicU32::new(0),
            },
            hasher: RandomState::default(),
        }
    }

    /// Asks for a key.
    pub(super) fn meet(&self, key: K) -> Met<'_, K, P> {
        let at = self.shelf(&key);
        let mut row = held(at);
        if let Some((_, page)) = row.pages.iter().find(|(known, _)| *known == key) {
            return Met::Again(Arc::clone(page));
        }
        if let Some(waiting) = row.sent.get_mut(&key) {
            let back = waiting.get_or_insert_with(|| Arc::new(Semaphore::new(0)));
            return Met::Coming(Arc::clone(back));
        }
        row.sent.insert(key, None);
        Met::First(Errand { shelf: at, key })
    }

    /// What is here under this key is no longer so.
    pub(super) fn forget(&self, key: &K) {
        let mut row = held(self.shelf(key));
        row.pages.retain(|(known, _)| known != key);
    }

    /// Whether this key was asked about here not long ago. It was now.
    pub(super) fn knows(&self, key: &K) -> bool {
        self.memory.knows(self.hasher.hash_one(key))
    }

    fn shelf(&self, key: &K) -> &Mutex<Shelf<K, P>> {
        let [first, ..] = &*self.shelves;
        let at = usize::try_from(self.hasher.hash_one(key)).unwrap_or_default() % SHELVES;
        self.shelves.get(at).unwrap_or(first)
    }
}

fn held<T>(shelf: &Mutex<T>) -> MutexGuard<'_, T> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Copy + Eq + Hash, P> Errand<'_, K, P> {
    /// Leaves a page where the next find it.
    pub(super) fn bring(self, page: Arc<P>) {
        let mut row = held(self.shelf);
        // Taken to pieces when nobody has to wait for it.
        let _gone = if row.pages.len() < PLACES {
            None
        } else {
            row.pages.pop_front()
        };
        row.pages.push_back((self.key, page));
        drop(row);
    }
}

impl<K: Eq + Hash, P> Drop for Errand<'_, K, P> {
    fn drop(&mut self) {
        let waiting = held(self.shelf).sent.remove(&self.key);
        if let Some(Some(back)) = waiting {
            back.close();
        }
    }
}

impl Memory {
    /// Whether this hash was there; it is now.
    fn knows(&self, hash: u64) -> bool {
        // Not the bits that choose the shelf.
        let at = usize::try_from(hash >> 32).unwrap_or_default() % BITS;
        let bit = 1 << (at % 64);
        let word = self.bits.get(at / 64);
        let knew = word.is_some_and(|word| word.fetch_or(bit, Relaxed) & bit != 0);
        if !knew && self.count.fetch_add(1, Relaxed) >= REMEMBERED {
            self.count.store(0, Relaxed);
            for word in &self.bits {
                word.store(0, Relaxed);
            }
        }
        knew
    }
}

impl<K, P> fmt::Debug for Lobby<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lobby").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Small = Lobby<u64, u64>;

    fn bring(lobby: &Small, key: u64) {
        match lobby.meet(key) {
            Met::First(errand) => errand.bring(Arc::new(key)),
            Met::Again(_) | Met::Coming(_) => panic!("{key} was asked for before"),
        }
    }

    fn is_here(lobby: &Small, key: u64) -> bool {
        // An errand that ends at once brings nothing.
        matches!(lobby.meet(key), Met::Again(page) if *page == key)
    }

    #[test]
    fn what_was_brought_is_there_for_a_while_and_no_longer() {
        let lobby = Small::new();
        bring(&lobby, 1);
        assert!(is_here(&lobby, 1));
        let many = u64::try_from(SHELVES * PLACES * 8).unwrap();
        (2..many).for_each(|key| bring(&lobby, key));
        assert!(!is_here(&lobby, 1));
        assert!(is_here(&lobby, many - 1));
        let count = (2..many).filter(|key| is_here(&lobby, *key)).count();
        assert_eq!(count, SHELVES * PLACES);
        lobby.forget(&(many - 1));
        assert!(!is_here(&lobby, many - 1));
        bring(&lobby, many - 1);
        assert!(is_here(&lobby, many - 1));
    }

    #[tokio::test]
    async fn one_is_sent_and_all_others_wait_until_they_are_back() {
        let lobby = Small::new();
        for brings in [true, false] {
            let key = u64::from(brings);
            let Met::First(errand) = lobby.meet(key) else {
                panic!("somebody is on the way already");
            };
            let waiting: Vec<_> = (0..3)
                .map(|_| match lobby.meet(key) {
                    Met::Coming(back) => back,
                    Met::First(_) | Met::Again(_) => panic!("sent twice"),
                })
                .collect();
            assert!(waiting.iter().all(|back| !back.is_closed()));
            if brings {
                errand.bring(Arc::new(key));
            } else {
                drop(errand);
            }
            for back in waiting {
                assert!(back.acquire().await.is_err());
            }
            assert_eq!(is_here(&lobby, key), brings);
        }
    }

    #[test]
    fn few_are_taken_for_known_that_are_not_and_all_that_are_for_a_while() {
        let lobby = Small::new();
        let wrong = (0..u64::from(REMEMBERED)).filter(|key| lobby.knows(key));
        assert!(wrong.count() < usize::try_from(REMEMBERED / 8).unwrap());
        assert!((0..1000).all(|key| lobby.knows(&key)));
        (0..u64::from(REMEMBERED) * 3).for_each(|key| {
            lobby.knows(&(key + (1 << 32)));
        });
        let still = (0..1000).filter(|key| lobby.knows(key)).count();
        assert!(still < 500, "{still}");
    }
}
