//! What a public door is supplied from: its store, counted; and behind it, if the operator wants
//! that, what this edge has seen of it before.

use std::time::{Duration, Instant};

use crate::{
    rooms::{
        meter::StoreMeter,
        source::Source,
        store::{Kept, PublicStore, Seen, pairs::Tag},
    },
    words::{code::Code, fault::Fault},
};

/// A store, and what stands in for it.
#[derive(Debug)]
pub struct Supply {
    store: PublicStore,
    seen: Option<Seen>,
    meter: StoreMeter,
}

impl Supply {
    /// This store; when it fails, what was seen of it.
    pub const fn new(store: PublicStore, seen: Option<Seen>, meter: StoreMeter) -> Self {
        Self { store, seen, meter }
    }
}

impl Source for Supply {
    type Kept = Kept;

    fn epoch(&self, code: Code) -> u64 {
        self.store.epoch(code)
    }

    async fn read(&self, code: Code) -> Result<Option<Kept>, Fault> {
        let started = Instant::now();
        let read = self.store.read(code).await;
        self.meter.latency(started.elapsed());
        if let (Ok(kept), Some(seen)) = (&read, &self.seen) {
            seen.note(code, kept.as_ref());
        }
        read
    }

    async fn pairs(&self, tags: &[Tag]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let started = Instant::now();
        let found = self.store.pairs(tags).await;
        self.meter.latency(started.elapsed());
        found
    }

    fn recall(&self, code: Code) -> Option<(Kept, Duration)> {
        self.seen.as_ref()?.recall(code)
    }

    fn troubled(&self, fault: &Fault) {
        self.meter.error(fault.into());
    }
}
