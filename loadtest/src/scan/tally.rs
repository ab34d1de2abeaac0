//! What came back and how long it took.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use rustls::HandshakeKind;

use super::dial::Line;
use super::phone::Outcome;

/// Handshakes of TLS, by how much of them had to be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Handshakes {
    pub(crate) whole: u64,
    pub(crate) resumed: u64,
}

/// Counts and times of one run.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) handshakes: Handshakes,
    times: Histogram<u64>,
    pub(crate) statuses: BTreeMap<u16, u64>,
    pub(crate) failures: BTreeMap<&'static str, u64>,
    pub(crate) unsent: u64,
}

impl Handshakes {
    pub(crate) fn count(&mut self, line: &Line) {
        match line.handshake() {
            Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest) => self.whole += 1,
            Some(HandshakeKind::Resumed) => self.resumed += 1,
            None => {}
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.whole += other.whole;
        self.resumed += other.resumed;
    }
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            handshakes: Handshakes::default(),
            times: new_times(),
            statuses: BTreeMap::new(),
            failures: BTreeMap::new(),
            unsent: 0,
        }
    }

    /// Notes an outcome. Only answers have a time; failures are counted and never averaged in.
    pub(crate) fn note(&mut self, outcome: Outcome, took: Duration) {
        let failure = match outcome {
            Outcome::Status(status) => {
                *self.statuses.entry(status).or_default() += 1;
                let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
                self.times.saturating_record(micros.max(1));
                return;
            }
            Outcome::Refused => "refused",
            Outcome::Broken => "broken",
            Outcome::Unreadable => "unreadable",
            Outcome::TooLate => "too late",
        };
        *self.failures.entry(failure).or_default() += 1;
    }

    /// A scan that was due and could not be sent before the run was over.
    pub(crate) fn unsent(&mut self) {
        self.unsent += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.times += &other.times;
        self.handshakes.add(other.handshakes);
        for (status, count) in &other.statuses {
            *self.statuses.entry(*status).or_default() += count;
        }
        for (failure, count) in &other.failures {
            *self.failures.entry(failure).or_default() += count;
        }
        self.unsent += other.unsent;
    }

    pub(crate) fn answered(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// The time in microseconds that so many of a hundred answers did not exceed.
    pub(crate) fn percentile(&self, percent: f64) -> u64 {
        self.times.value_at_percentile(percent)
    }

    pub(crate) fn longest(&self) -> u64 {
        self.times.max()
    }

    /// What happened instead of answers.
    pub(crate) fn why_not(&self) -> String {
        let reasons: Vec<_> = self
            .failures
            .iter()
            .map(|(why, count)| format!("{count} {why}"))
            .collect();
        reasons.join(", ")
    }
}

/// Microseconds up to a minute, to two significant digits: one percent. With one histogram for
/// each connection, finer ones would not fit a cache.
#[expect(clippy::expect_used, reason = "the bounds are constants")]
pub(crate) fn new_times() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 2).expect("one is below a minute")
}
