//! What is counted about the copy of the audit log.

use prometheus_client::{metrics::counter::Counter, registry::Registry};

/// What is counted about the copy of the audit log.
#[derive(Clone, Debug)]
pub struct AuditMeter {
    copied: Counter,
    lost: Counter,
}

impl AuditMeter {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let (copied, lost) = (Counter::default(), Counter::default());
        registry.register(
            "audit_copies",
            "Lines of the audit log that were copied to the stream",
            copied.clone(),
        );
        registry.register(
            "audit_copies_lost",
            "Lines of the audit log that the stream did not get; the log itself has them",
            lost.clone(),
        );
        Self { copied, lost }
    }

    /// So many lines were copied.
    pub fn copied(&self, lines: usize) {
        self.copied.inc_by(u64::try_from(lines).unwrap_or(u64::MAX));
    }

    /// So many were not, and will not be.
    pub fn lost(&self, lines: u64) {
        self.lost.inc_by(lines);
    }

    /// How many were lost so far.
    pub fn lost_so_far(&self) -> u64 {
        self.lost.get()
    }
}
