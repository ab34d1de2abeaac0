//! What an edge knows of the store between two readings: what is proven, the makers' classes, and
//! which filling of Redis it is looking at.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::epochs::Epochs;
use super::health::Watcher;
use super::views::Name;
use super::{key, prefix};
use crate::rooms::store::Rack;
use crate::rooms::store::address::RedisUrl;
use crate::words::subject::{Maker, Subject};

/// Makers whose classes are kept: all there are in several provinces. Past that, all are read anew.
const CLASSES_MAX: usize = 4096;
/// Bytes of common parts that are kept: those of some two hundred thousand models. Past that, all are
/// read anew.
const COMMON_BYTES: usize = 32 << 20;

/// What all lanes share.
#[derive(Debug)]
pub(super) struct State {
    pub(super) url: RedisUrl,
    pub(super) epochs: Epochs,
    /// Empty for a maker that has none.
    classes: Mutex<HashMap<Vec<u8>, Box<[u8]>>>,
    commons: Mutex<Commons>,
    generation: Mutex<Vec<u8>>,
    invalidations: AtomicU64,
    pub(super) watcher: OnceLock<Watcher>,
}

/// What views have in common, by name. Nothing ever changes under a name, so nothing here has to be
/// proven.
#[derive(Debug, Default)]
struct Commons {
    found: HashMap<Name, Arc<[u8]>>,
    bytes: usize,
}

impl State {
    pub(super) fn new(url: RedisUrl) -> Self {
        Self {
            url,
            epochs: Epochs::new(),
            classes: Mutex::default(),
            commons: Mutex::default(),
            generation: Mutex::default(),
            invalidations: AtomicU64::new(0),
            watcher: OnceLock::new(),
        }
    }

    /// Whether a store with this mark is the one we know, or a newer one.
    pub(super) fn accept(&self, found: Option<&[u8]>) -> bool {
        let mut known = lock(&self.generation);
        let found = found.unwrap_or_default();
        // Marks begin with when they were made.
        if found.is_empty() || found < known.as_slice() {
            return false;
        }
        if found != known.as_slice() {
            if !known.is_empty() {
                tracing::warn!("the store was filled anew");
                self.epochs.move_all();
                lock(&self.classes).clear();
            }
            found.clone_into(&mut known);
        }
        true
    }

    /// The class of a maker, if it was read and still holds; empty if it has none.
    pub(super) fn class(&self, maker: Maker) -> Option<Box<[u8]>> {
        lock(&self.classes).get(&class_key(maker)).cloned()
    }

    /// Keeps a class that was read when everything stood at `epoch`.
    pub(super) fn keep_class(&self, maker: Maker, class: Box<[u8]>, epoch: u64) {
        let mut classes = lock(&self.classes);
        // Under the lock, so that what was invalidated meanwhile is not put back.
        if self.epochs.all() != epoch {
            return;
        }
        if classes.len() >= CLASSES_MAX {
            classes.clear();
        }
        classes.insert(class_key(maker), class);
    }

    /// What is called like this, if it was read.
    pub(super) fn common(&self, name: Name) -> Option<Arc<[u8]>> {
        lock(&self.commons).found.get(&name).cloned()
    }

    /// Keeps what is called like this.
    pub(super) fn keep_common(&self, name: Name, common: Arc<[u8]>) {
        let mut commons = lock(&self.commons);
        if commons.bytes + common.len() > COMMON_BYTES {
            *commons = Commons::default();
        }
        let (bytes, name_len) = (common.len(), name.len());
        if commons.found.insert(name, common).is_none() {
            commons.bytes += bytes + name_len;
        }
    }

    /// A key has changed.
    pub(super) fn forget(&self, key: &[u8]) {
        self.invalidations.fetch_add(1, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.get() {
            watcher.meter.invalidations(1);
        }
        if let Some(code) = key.strip_prefix(prefix(Rack::Views)) {
            self.epochs.move_one(code);
        } else if key.starts_with(prefix(Rack::Classes)) {
            // It stands on the pages of who knows how many codes.
            self.epochs.move_all();
            lock(&self.classes).remove(key);
        }
    }

    /// Anything may have changed.
    pub(super) fn forget_all(&self) {
        self.epochs.move_all();
        lock(&self.classes).clear();
    }

    /// How many keys were said to have changed.
    pub(super) fn invalidations(&self) -> u64 {
        self.invalidations.load(Ordering::Relaxed)
    }
}

/// Where a maker's class lies.
pub(super) fn class_key(maker: Maker) -> Vec<u8> {
    key(Rack::Classes, &Subject::Maker(maker).key())
}

fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
