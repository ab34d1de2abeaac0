//! What time it is for the guard: the machine's, or a simulation's.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use governor::{clock, nanos::Nanos};

/// A clock that only goes forward.
#[derive(Clone)]
pub struct Clock(Source);

/// The hand of a clock that somebody turns.
#[derive(Clone, Debug, Default)]
pub struct Hand(Arc<AtomicU64>);

#[derive(Clone)]
enum Source {
    Machine { start: Instant, speed: u32 },
    Hand(Hand),
}

impl Clock {
    /// The machine's, beginning now.
    pub fn machine() -> Self {
        Self::machine_at(1)
    }

    /// The machine's, so many times as fast: for rehearsals that cannot take an hour.
    pub fn machine_at(speed: u32) -> Self {
        Self(Source::Machine {
            start: Instant::now(),
            speed: speed.max(1),
        })
    }

    /// One that stands still until its hand is turned.
    pub fn by_hand() -> (Self, Hand) {
        let hand = Hand::default();
        (Self(Source::Hand(hand.clone())), hand)
    }

    /// Since it began.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Source::Machine { start, speed } => start.elapsed().saturating_mul(*speed),
            Source::Hand(hand) => Duration::from_nanos(hand.0.load(Ordering::Relaxed)),
        }
    }

    /// How long it takes, for who waits for it, until this clock has gone on by so much.
    pub fn wait(&self, by: Duration) -> Duration {
        match &self.0 {
            Source::Machine { speed, .. } => by / *speed,
            Source::Hand(_) => by,
        }
    }
}

impl Hand {
    /// Turns it to this time since the clock began. It never goes back.
    pub fn turn_to(&self, since_start: Duration) {
        let nanos = u64::try_from(since_start.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_max(nanos, Ordering::Relaxed);
    }
}

impl clock::Clock for Clock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({:?})", self.elapsed())
    }
}
