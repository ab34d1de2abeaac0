//! What this process counts, and how that looks to a scraper.
//!
//! - A [`Meter`] is handed to whoever has something to count. Clones count into the same.
//! - Everything is there from the start, at zero: an alert rule must not wait for a first failure.
//! - Labels are words of [`labels`], so no metric can hold a code or an address.

use std::{fmt, sync::Arc, time::Duration};

use prometheus_client::{
    encoding::text,
    metrics::{counter::Counter, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

mod audit;
pub mod labels;
mod process;
mod tally;

pub use audit::AuditMeter;

pub use labels::{
    Breaker, Cache, Label, Refused, Status, StoreTrouble, Subject, Tracking, TurnedAway,
};
use tally::{Grid, State, Tally};

/// The metrics of this process.
#[derive(Clone)]
pub struct Meter(Arc<Counts>);

/// What is counted about the store.
#[derive(Clone, Debug)]
pub struct StoreMeter {
    latency: Histogram,
    errors: Tally<StoreTrouble>,
    breaker: State<Breaker>,
    invalidations: Counter,
    tracking: State<Tracking>,
    emptied: Gauge,
}

/// What is counted about connections.
#[derive(Clone, Debug)]
pub struct ConnectionMeter {
    opened: Counter,
    open: Gauge,
    turned_away: Tally<TurnedAway>,
}

/// What is counted about clients that ask too much.
#[derive(Clone, Debug)]
pub struct GuardMeter {
    refused: Tally<Refused>,
    slowed: Counter,
    waiting: Gauge,
    tracked: Gauge,
    walked: Gauge,
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub struct OpenConnection(Gauge);

/// A request that counts as under way, or as made to wait, until this is dropped.
#[derive(Debug)]
pub struct Waiting<'m>(&'m Gauge);

struct Counts {
    registry: Registry,
    answers: Grid<Subject, Status>,
    seconds: Histogram,
    cache: Tally<Cache>,
    under_way: Gauge,
    store: StoreMeter,
    connections: ConnectionMeter,
    guard: GuardMeter,
    audit: AuditMeter,
}

/// What a scraper is told that it gets.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// From a page out of memory to the deadline of a read, in seconds.
const ANSWER_SECONDS: [f64; 12] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.01, 0.05, 0.1, 0.25, 1.0, 2.5,
];
/// From the embedded store to the deadline of a read, in seconds.
const STORE_SECONDS: [f64; 13] = [
    0.000_01, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.1, 0.25,
    1.0,
];

impl Meter {
    /// Everything at zero.
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("saoma");
        let answers = Grid::register(
            &mut registry,
            "answers",
            "Answers of the public door, by what was asked and how it ended",
        );
        let seconds = Histogram::new(ANSWER_SECONDS);
        registry.register(
            "answer_seconds",
            "From a request's head to its answer, waiting for the store included",
            seconds.clone(),
        );
        let under_way = Gauge::default();
        registry.register(
            "requests_under_way",
            "Requests that are being answered",
            under_way.clone(),
        );
        let cache = Tally::register(
            &mut registry,
            "cache_lookups",
            "Codes looked up, by what memory could do",
        );
        let store = StoreMeter::register(&mut registry);
        let connections = ConnectionMeter::register(&mut registry);
        let guard = GuardMeter::register(&mut registry);
        let audit = AuditMeter::register(&mut registry);
        process::register(&mut registry);
        Self(Arc::new(Counts {
            registry,
            answers,
            seconds,
            cache,
            under_way,
            store,
            connections,
            guard,
            audit,
        }))
    }

    /// An answer has been given.
    pub fn answered(&self, subject: Subject, status: Status, took: Duration) {
        self.0.answers.count(subject, status);
        self.0.seconds.observe(took.as_secs_f64());
    }

    /// A code was looked up.
    pub fn looked_up(&self, outcome: Cache) {
        self.0.cache.count(outcome);
    }

    /// A request is being answered, until what is returned is dropped.
    pub fn under_way(&self) -> Waiting<'_> {
        Waiting::new(&self.0.under_way)
    }

    /// For whoever asks the store.
    pub fn store(&self) -> &StoreMeter {
        &self.0.store
    }

    /// For whoever accepts connections.
    pub fn connections(&self) -> &ConnectionMeter {
        &self.0.connections
    }

    /// For whoever turns clients down.
    pub fn guard(&self) -> &GuardMeter {
        &self.0.guard
    }

    /// For whoever copies the audit log.
    pub fn audit(&self) -> &AuditMeter {
        &self.0.audit
    }

    /// Everything, as [`CONTENT_TYPE`] has it.
    pub fn render(&self) -> String {
        let mut text = String::with_capacity(16 * 1024);
        let written = text::encode(&mut text, &self.0.registry);
        debug_assert!(written.is_ok(), "a String takes everything");
        text
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter").finish_non_exhaustive()
    }
}

impl StoreMeter {
    fn register(registry: &mut Registry) -> Self {
        let latency = Histogram::new(STORE_SECONDS);
        registry.register(
            "store_seconds",
            "What the store took for one question, answered or not",
            latency.clone(),
        );
        let invalidations = Counter::default();
        registry.register(
            "store_invalidations",
            "Changes that the store has told of",
            invalidations.clone(),
        );
        let emptied = Gauge::default();
        registry.register(
            "store_emptied",
            "1 while the store is empty or older than what was seen of it",
            emptied.clone(),
        );
        Self {
            latency,
            errors: Tally::register(registry, "store_errors", "Questions without an answer"),
            breaker: State::register(
                registry,
                "store_breaker",
                "1 for the state of the store's circuit breaker",
                Breaker::Closed,
            ),
            invalidations,
            tracking: State::register(
                registry,
                "store_tracking",
                "1 for whether the store tells what changes",
                Tracking::Off,
            ),
            emptied,
        }
    }

    /// What one question took, answered or not.
    pub fn latency(&self, took: Duration) {
        self.latency.observe(took.as_secs_f64());
    }

    /// A question had no answer.
    pub fn error(&self, kind: StoreTrouble) {
        self.errors.count(kind);
    }

    /// Whether the store is asked at all.
    pub fn breaker(&self, state: Breaker) {
        self.breaker.set(state);
    }

    /// The store has told of this many changes.
    pub fn invalidations(&self, changes: u64) {
        self.invalidations.inc_by(changes);
    }

    /// Whether the store tells what changes.
    pub fn tracking(&self, state: Tracking) {
        self.tracking.set(state);
    }

    /// Whether the store has lost what it had.
    pub fn emptied(&self, emptied: bool) {
        self.emptied.set(i64::from(emptied));
    }
}

impl ConnectionMeter {
    fn register(registry: &mut Registry) -> Self {
        let (opened, open) = (Counter::default(), Gauge::default());
        registry.register("connections", "Public connections accepted", opened.clone());
        registry.register("connections_open", "Public connections open", open.clone());
        Self {
            opened,
            open,
            turned_away: Tally::register(
                registry,
                "connections_turned_away",
                "Connections closed before they asked anything",
            ),
        }
    }

    /// A connection was accepted. It counts as open until what is returned is dropped.
    pub fn opened(&self) -> OpenConnection {
        self.opened.inc();
        self.open.inc();
        OpenConnection(self.open.clone())
    }

    /// A connection was closed before it asked anything.
    pub fn turned_away(&self, why: TurnedAway) {
        self.turned_away.count(why);
    }
}

impl GuardMeter {
    fn register(registry: &mut Registry) -> Self {
        let (slowed, waiting) = (Counter::default(), Gauge::default());
        let (tracked, walked) = (Gauge::default(), Gauge::default());
        registry.register("slowed", "Requests that were made to wait", slowed.clone());
        registry.register(
            "slowed_now",
            "Requests that are being made to wait",
            waiting.clone(),
        );
        registry.register(
            "clients_tracked",
            "Clients whose requests are being counted",
            tracked.clone(),
        );
        registry.register(
            "prefixes_walked",
            "Ranges of codes through which somebody walks",
            walked.clone(),
        );
        Self {
            refused: Tally::register(
                registry,
                "refused",
                "Requests refused for what the client does, or for what all do together",
            ),
            slowed,
            waiting,
            tracked,
            walked,
        }
    }

    /// A request was refused.
    pub fn refused(&self, why: Refused) {
        self.refused.count(why);
    }

    /// A request waits, until what is returned is dropped.
    pub fn slowed(&self) -> Waiting<'_> {
        self.slowed.inc();
        Waiting::new(&self.waiting)
    }

    /// How many clients are being counted.
    pub fn tracked(&self, clients: usize) {
        self.tracked.set(i64::try_from(clients).unwrap_or(i64::MAX));
    }

    /// Through how many ranges of codes somebody walks.
    pub fn walked(&self, prefixes: usize) {
        self.walked.set(i64::try_from(prefixes).unwrap_or(i64::MAX));
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl<'m> Waiting<'m> {
    fn new(gauge: &'m Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests;
