//! Reading goes on while a batch is being written: records are checked and batches worked out while
//! the store waits for the disk. No more is read than memory was set aside for.

use std::mem;
use std::sync::mpsc::SyncSender;

use super::source::{Read1, Source};
use super::{BATCH_BYTES, BATCH_RECORDS, ImportError};
use crate::rooms::store::core::Core;
use crate::rooms::store::plan::Plan;
use crate::rules::admit::{Incoming, Rejection};

/// Some records of a file, worked out, and how far into it they reach.
pub(super) struct Batch {
    pub(super) plan: Plan,
    /// What was refused among them, by line.
    pub(super) rejected: Vec<(u64, Rejection)>,
    pub(super) position: u64,
}

/// Records that become a batch.
#[derive(Default)]
pub(super) struct Gathered {
    records: Vec<Incoming>,
    bytes: usize,
    rejected: Vec<(u64, Rejection)>,
}

impl Gathered {
    pub(super) fn push(&mut self, (line, read): Read1) {
        match read {
            Ok(incoming) => {
                self.bytes += incoming.entry.len();
                self.records.push(incoming);
            }
            Err(rejection) => self.rejected.push((line, rejection)),
        }
    }

    /// Whether it is time to write. What is refused takes room too.
    pub(super) fn is_full(&self) -> bool {
        self.records.len().max(self.rejected.len()) >= BATCH_RECORDS || self.bytes >= BATCH_BYTES
    }

    /// The batch, worked out; what comes next is gathered anew.
    pub(super) fn close(&mut self, core: &Core, position: u64) -> Result<Batch, ImportError> {
        let Self {
            records, rejected, ..
        } = mem::take(self);
        Ok(Batch {
            plan: core.plan(records)?,
            rejected,
            position,
        })
    }
}

/// Reads a file to its end, a batch ahead of who takes them. The last one may be empty.
pub(super) fn read(core: &Core, mut source: Source, to: &SyncSender<Result<Batch, ImportError>>) {
    let mut gathered = Gathered::default();
    loop {
        let has_ended = match source.next() {
            Ok(Some(read)) => {
                gathered.push(read);
                false
            }
            Ok(None) => true,
            Err(error) => return drop(to.send(Err(error))),
        };
        if has_ended || gathered.is_full() {
            let is_taken = to.send(gathered.close(core, source.position())).is_ok();
            if has_ended || !is_taken {
                return;
            }
        }
    }
}
