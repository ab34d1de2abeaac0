//! What is asked for all the time hangs here, at hand: to look into the cache takes longer, since that
//! keeps books on who asked.
//!
//! Nothing lives here. What the cache lets go is gone from here too, and of what hangs here the cache
//! hears once in [`UNHEARD_MS`], so that it knows what is wanted.

use std::{
    fmt,
    hash::{BuildHasher as _, Hash},
    sync::{Arc, Mutex, PoisonError, TryLockError, Weak},
};

use foldhash::quality::RandomState;

/// Four times as many as are asked for all the time, on a busy day: few share a hook.
const MANY: usize = 1024;
/// For so long, in milliseconds, the cache may not hear of what is asked for: a moment beside the
/// time in which it forgets.
const UNHEARD_MS: u64 = 1000;

/// The hooks of one cache.
pub(super) struct Hooks<K, P> {
    hooks: Box<[Hook<K, P>]>,
    hasher: RandomState,
}

type Hook<K, P> = Mutex<Option<Hung<K, P>>>;

struct Hung<K, P> {
    key: K,
    page: Weak<P>,
    /// When the cache last heard of it, by its clock.
    heard: u64,
}

impl<K: Copy + Eq + Hash, P> Hooks<K, P> {
    pub(super) fn new() -> Self {
        Self {
            hooks: (0..MANY).map(|_| Mutex::new(None)).collect(),
            hasher: RandomState::default(),
        }
    }

    /// What hangs here under this key, unless the cache should hear of it again. Waits for nobody.
    pub(super) fn take(&self, key: &K, now: u64) -> Option<Arc<P>> {
        self.at(key, |hook| {
            let hung = hook.as_ref().filter(|hung| hung.key == *key)?;
            let is_heard = now.saturating_sub(hung.heard) < UNHEARD_MS;
            is_heard.then(|| hung.page.upgrade()).flatten()
        })
        .flatten()
    }

    /// Hangs up what the cache has just heard of.
    pub(super) fn hang(&self, key: K, page: &Arc<P>, now: u64) {
        self.at(&key, |hook| {
            *hook = Some(Hung {
                key,
                page: Arc::downgrade(page),
                heard: now,
            });
        });
    }

    /// Nothing if somebody else is there.
    fn at<R>(&self, key: &K, act: impl FnOnce(&mut Option<Hung<K, P>>) -> R) -> Option<R> {
        let at = usize::try_from(self.hasher.hash_one(key)).unwrap_or_default() % MANY;
        let mut hook = match self.hooks.get(at)?.try_lock() {
            Ok(hook) => hook,
            Err(TryLockError::Poisoned(hook)) => PoisonError::into_inner(hook),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(act(&mut hook))
    }
}

impl<K, P> fmt::Debug for Hooks<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_hung_up_is_at_hand_until_the_cache_should_hear_of_it() {
        let (hooks, page) = (Hooks::new(), Arc::new("page"));
        assert_eq!(hooks.take(&7, 0), None);
        hooks.hang(7, &page, 5);
        assert_eq!(hooks.take(&7, 5), Some(Arc::clone(&page)));
        assert_eq!(hooks.take(&7, 4 + UNHEARD_MS), Some(Arc::clone(&page)));
        assert_eq!(hooks.take(&7, 5 + UNHEARD_MS), None);
        hooks.hang(7, &page, 5 + UNHEARD_MS);
        assert_eq!(hooks.take(&7, 5 + UNHEARD_MS), Some(page));
        assert_eq!(hooks.take(&8, 5 + UNHEARD_MS), None);
    }

    #[test]
    fn what_the_cache_lets_go_is_gone() {
        let (hooks, page) = (Hooks::new(), Arc::new("page"));
        hooks.hang(7, &page, 0);
        drop(page);
        assert_eq!(hooks.take(&7, 0), None);
    }

    #[test]
    fn who_shares_a_hook_takes_nothing_of_the_other() {
        let hooks = Hooks::new();
        let pages: Vec<_> = (0..10 * MANY).map(Arc::new).collect();
        for page in &pages {
            hooks.hang(**page, page, 0);
        }
        let found = |key: &usize| hooks.take(key, 0).map(|page| (*key, *page));
        let found: Vec<_> = (0..10 * MANY).filter_map(|key| found(&key)).collect();
        assert!(found.len() <= MANY && found.len() > MANY / 2);
        assert!(found.iter().all(|(key, page)| key == page));
    }

    #[test]
    fn who_meets_somebody_does_not_wait() {
        let (hooks, page) = (Hooks::new(), Arc::new("page"));
        hooks.hang(7, &page, 0);
        let met = hooks.at(&7, |_hook| (hooks.take(&7, 0), hooks.at(&7, |_hook| ())));
        assert_eq!(met, Some((None, None)));
        assert_eq!(hooks.take(&7, 0), Some(page));
    }
}
