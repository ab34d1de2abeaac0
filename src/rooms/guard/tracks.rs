//! What is remembered of a client, of a range and of a block.

use governor::{
    Quota, RateLimiter,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};

use super::clock::Clock;
use crate::rules::{
    harvest::{
        FILLED_BY_MANY, FILLED_BY_ONE, FILLED_IN_WALKED, MANY, Range, Step, WALKED_BLOCKS,
        WINDOW_SECONDS,
    },
    sketch::{Distinct, Novelty},
};

pub(super) type Bucket = RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Nanos>>;

/// A client.
pub(super) struct Client {
    pub(super) bucket: Option<Bucket>,
    pub(super) hour: Hour,
}

/// What a client did within an hour.
pub(super) struct Hour {
    since: u64,
    pub(super) codes: Distinct,
    pub(super) led: u32,
    pub(super) joined: u32,
}

/// What a client asked for of one range.
pub(super) struct Share {
    since: u64,
    codes: Distinct,
}

/// What all asked for of one range.
#[derive(Default)]
pub(super) struct Ground {
    since: u64,
    filled: u32,
}

/// A hundred neighbours.
#[derive(Default)]
pub(super) struct Patch {
    since: u64,
    places: u128,
    clients: [u32; MANY],
}

/// What a visit made of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) step: Step,
    /// Whether it was this visit that filled it.
    pub(super) filled: bool,
}

impl Client {
    pub(super) fn new(quota: Option<Quota>, clock: &Clock, now: u64) -> Self {
        let bucket = quota.map(|quota| RateLimiter::direct_with_clock(quota, clock.clone()));
        Self {
            bucket,
            hour: Hour::new(now),
        }
    }
}

impl Hour {
    fn new(now: u64) -> Self {
        Self {
            since: now,
            codes: Distinct::default(),
            led: 0,
            joined: 0,
        }
    }

    /// A new hour, if this one is over.
    pub(super) fn turn(&mut self, now: u64) {
        if is_over(self.since, now) {
            *self = Self::new(now);
        }
    }

    /// Seconds until it is over.
    pub(super) const fn left(&self, now: u64) -> u64 {
        (self.since + WINDOW_SECONDS).saturating_sub(now)
    }

    pub(super) const fn count(&mut self, step: Step, novelty: Novelty) {
        match (novelty, step) {
            (Novelty::New, Step::Led) => self.led = self.led.saturating_add(1),
            (Novelty::New, Step::Joined) => self.joined = self.joined.saturating_add(1),
            (Novelty::New, Step::Alone) | (Novelty::Known, _) => {}
        }
    }
}

impl Share {
    pub(super) fn new(now: u64) -> Self {
        Self {
            since: now,
            codes: Distinct::default(),
        }
    }

    /// About how many codes it has asked for, with this one.
    pub(super) fn see(&mut self, code: u64, now: u64) -> f64 {
        if is_over(self.since, now) {
            *self = Self::new(now);
        }
        self.codes.see(code);
        self.codes.count()
    }
}

impl Ground {
    pub(super) fn new(now: u64) -> Self {
        Self {
            since: now,
            filled: 0,
        }
    }

    /// So many more of its blocks are filled.
    pub(super) fn fill(&mut self, blocks: u32, now: u64) -> Range {
        if is_over(self.since, now) {
            *self = Self::new(now);
        }
        self.filled = self.filled.saturating_add(blocks);
        self.range()
    }

    pub(super) const fn range(&self) -> Range {
        if self.filled >= WALKED_BLOCKS {
            Range::Walked
        } else {
            Range::Calm
        }
    }
}

impl Patch {
    pub(super) fn new(now: u64) -> Self {
        Self {
            since: now,
            places: 0,
            clients: [0; MANY],
        }
    }

    pub(super) fn visit(&mut self, place: u8, client: u32, range: Range, now: u64) -> Visit {
        if is_over(self.since, now) {
            *self = Self::new(now);
        }
        let before = self.step(range);
        self.places |= 1_u128.checked_shl(place.into()).unwrap_or_default();
        // 0 is nobody: one client in four thousand million is not seen here.
        if !self.clients.contains(&client)
            && let Some(slot) = self.clients.iter_mut().find(|slot| **slot == 0)
        {
            *slot = client;
        }
        let step = self.step(range);
        Visit {
            step,
            filled: before == Step::Alone && step != Step::Alone,
        }
    }

    fn step(&self, range: Range) -> Step {
        let places = self.places.count_ones();
        let many = self.clients.iter().all(|client| *client != 0);
        let by_many = match range {
            Range::Calm => FILLED_BY_MANY,
            Range::Walked => FILLED_IN_WALKED,
        };
        if many && places >= by_many {
            Step::Joined
        } else if places >= FILLED_BY_ONE {
            Step::Led
        } else {
            Step::Alone
        }
    }
}

const fn is_over(since: u64, now: u64) -> bool {
    now >= since + WINDOW_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_led_by_one_and_joined_by_many() {
        let (mut one, mut many) = (Patch::new(0), Patch::new(0));
        let mut steps = Vec::new();
        for place in 0..12 {
            let led = one.visit(place, 7, Range::Calm, 0);
            let joined = many.visit(place, 1 + u32::from(place), Range::Calm, 0);
            steps.push((led.step, led.filled, joined.step, joined.filled));
        }
        let fills: Vec<_> = steps
            .iter()
            .map(|(_, led, _, joined)| (*led, *joined))
            .collect();
        assert_eq!(fills.iter().position(|(led, _)| *led), Some(11));
        assert_eq!(fills.iter().position(|(_, joined)| *joined), Some(7));
        assert_eq!(steps[6].2, Step::Alone);
        assert_eq!(steps[11], (Step::Led, true, Step::Joined, false));
    }

    #[test]
    fn the_same_sticker_again_fills_nothing() {
        let mut patch = Patch::new(0);
        for client in 1..100 {
            assert_eq!(patch.visit(5, client, Range::Walked, 0).step, Step::Alone);
        }
    }

    #[test]
    fn an_hour_later_it_is_forgotten() {
        let mut patch = Patch::new(0);
        for place in 0..50 {
            patch.visit(place, 1, Range::Calm, 10);
        }
        assert_eq!(patch.visit(50, 1, Range::Calm, 3599).step, Step::Led);
        assert_eq!(patch.visit(51, 1, Range::Calm, 3600).step, Step::Alone);
    }
}
