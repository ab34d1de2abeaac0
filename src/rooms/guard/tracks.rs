//! What is remembered of a client, of a range and of a block.

use governor::{
    Quota, RateLimiter,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};

use super::clock::Clock;
use crate::rules::{
    harvest::{FILLED, Ground, JUST_BEFORE_SECONDS, MOST, NEIGHBOURS, Step, WINDOW_SECONDS},
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
    pub(super) stayed: u32,
    pub(super) followed: u32,
    pub(super) unordered: u32,
    /// What is usual for this client, once it has asked for enough that it matters.
    pub(super) usual: Option<u32>,
    /// How many of its codes were unusual.
    pub(super) unusual: u32,
    /// The range of the last code.
    last: u64,
}

/// What a client asked for of one range.
pub(super) struct Share {
    since: u64,
    codes: Distinct,
}

/// What all asked for of one range, or of one kind.
#[derive(Default)]
pub(super) struct Field {
    since: u64,
    codes: u32,
    led: u32,
}

/// A hundred neighbours.
#[derive(Default)]
pub(super) struct Patch {
    since: u64,
    /// Who asked for most of them, and for which.
    leader: u32,
    led: u128,
    /// The last who asked, in a ring.
    last: [Visit; RECENT],
    next: usize,
}

/// Who asked for one of a hundred neighbours, and when.
#[derive(Clone, Copy, Default)]
struct Visit {
    client: u32,
    place: u8,
    at: u64,
}

/// As many visits to a block are remembered as there are neighbours of a code.
const RECENT: usize = 6;

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
    pub(super) fn new(now: u64) -> Self {
        Self {
            since: now,
            codes: Distinct::default(),
            led: 0,
            stayed: 0,
            followed: 0,
            unordered: 0,
            usual: None,
            unusual: 0,
            last: 0,
        }
    }

    /// A new hour, if this one is over.
    pub(super) fn turn(&mut self, now: u64) {
        if is_over(self.since, now) {
            *self = Self::new(now);
        }
    }

    /// When it began.
    pub(super) const fn since(&self) -> u64 {
        self.since
    }

    /// One more code, of this range.
    pub(super) fn see(&mut self, code: u64, range: u64, step: Step) -> Novelty {
        let novelty = self.codes.see(code);
        if novelty == Novelty::New {
            let count = match step {
                Step::Led | Step::Filled => &mut self.led,
                Step::Followed => &mut self.followed,
                Step::Alone => &mut self.unordered,
            };
            *count = count.saturating_add(1);
            if step == Step::Filled {
                // Those before turned out to be in order too.
                self.unordered = self.unordered.saturating_sub(FILLED - 1);
            }
            if self.last == range {
                self.stayed = self.stayed.saturating_add(1);
            }
            self.last = range;
        }
        novelty
    }
}

impl Share {
    /// Within the client's hour that began then.
    pub(super) fn new(since: u64) -> Self {
        Self {
            since,
            codes: Distinct::default(),
        }
    }

    /// About how many codes it has asked for in that hour, with this one.
    pub(super) fn see(&mut self, code: u64, since: u64) -> f64 {
        if self.since != since {
            *self = Self::new(since);
        }
        self.codes.see(code);
        self.codes.count()
    }
}

impl Field {
    pub(super) fn new(now: u64) -> Self {
        Self {
            since: now,
            ..Self::default()
        }
    }

    /// One more of its codes was asked for, by a client that had not asked for it before.
    pub(super) fn count(&mut self, step: Step, now: u64) {
        if is_over(self.since, now) {
            *self = Self::new(now);
        }
        self.codes = self.codes.saturating_add(1);
        if matches!(step, Step::Led | Step::Filled) {
            self.led = self.led.saturating_add(1);
        }
    }

    /// Whether somebody walks through it, if `walk` codes make a walk.
    pub(super) const fn ground(&self, walk: u32, now: u64) -> Ground {
        if !is_over(self.since, now)
            && self.led >= walk
            && self.led.saturating_mul(MOST) >= self.codes
        {
            Ground::Walked
        } else {
            Ground::Calm
        }
    }
}

impl Patch {
    pub(super) fn new(now: u64) -> Self {
        Self {
            since: now,
            ..Self::default()
        }
    }

    /// What it is that this client asks for this place.
    pub(super) fn visit(&mut self, place: u8, client: u32, now: u64) -> Step {
        if is_over(self.since, now) {
            *self = Self::new(now);
        }
        let follows = self.last.iter().any(|visit| {
            visit.client != 0
                && visit.client != client
                && (1..=NEIGHBOURS).contains(&visit.place.abs_diff(place))
                && now.saturating_sub(visit.at) <= JUST_BEFORE_SECONDS
        });
        if let Some(slot) = self.last.get_mut(self.next) {
            *slot = Visit {
                client,
                place,
                at: now,
            };
        }
        self.next = (self.next + 1) % RECENT;
        // Whoever reads one sticker leads nobody.
        if self.leader != client && self.led.count_ones() <= 1 {
            self.leader = client;
            self.led = 0;
        }
        if self.leader != client {
            return if follows { Step::Followed } else { Step::Alone };
        }
        let before = self.led.count_ones();
        self.led |= 1_u128.checked_shl(place.into()).unwrap_or_default();
        match self.led.count_ones() {
            _ if follows => Step::Followed,
            FILLED if before < FILLED => Step::Filled,
            FILLED.. => Step::Led,
            _ => Step::Alone,
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
    fn who_takes_one_after_another_leads() {
        let mut patch = Patch::new(0);
        let steps: Vec<_> = (0..20).map(|place| patch.visit(place, 7, 0)).collect();
        assert_eq!(steps[6..9], [Step::Alone, Step::Filled, Step::Led]);
        assert_eq!(steps[19], Step::Led);
    }

    #[test]
    fn who_takes_turns_with_others_follows() {
        let mut patch = Patch::new(0);
        let steps = (0..20).map(|place| patch.visit(place, 1 + u32::from(place), 0));
        assert_eq!(steps.filter(|step| *step == Step::Followed).count(), 19);
    }

    #[test]
    fn a_reader_follows_nobody_far_away_long_ago_or_on_the_same_sticker() {
        for (place, at) in [(54, 10), (46, 10), (51, 61), (50, 10)] {
            let mut patch = Patch::new(0);
            patch.visit(50, 1, 0);
            assert_eq!(patch.visit(place, 2, at), Step::Alone, "{place} {at}");
        }
        let mut patch = Patch::new(0);
        patch.visit(50, 1, 0);
        assert_eq!(patch.visit(53, 2, 60), Step::Followed);
    }

    #[test]
    fn a_reader_before_does_not_hide_who_leads() {
        let mut patch = Patch::new(0);
        patch.visit(50, 1, 0);
        let steps = (0..20).map(|place| patch.visit(place, 7, 100));
        assert_eq!(steps.filter(|step| *step >= Step::Led).count(), 13);
    }

    #[test]
    fn an_hour_later_it_is_forgotten() {
        let mut patch = Patch::new(0);
        for place in 0..50 {
            patch.visit(place, 1, 10);
        }
        assert_eq!(patch.visit(50, 1, 3599), Step::Led);
        assert_eq!(patch.visit(51, 1, 3600), Step::Alone);
    }

    #[test]
    fn a_field_is_walked_when_more_of_it_is_led_through_than_read() {
        let (mut busy, mut walked) = (Field::new(0), Field::new(0));
        for _ in 0..100 {
            walked.count(Step::Led, 0);
            for step in [Step::Led, Step::Alone, Step::Followed] {
                busy.count(step, 0);
            }
        }
        assert_eq!(busy.ground(100, 0), Ground::Calm);
        assert_eq!(walked.ground(100, 0), Ground::Walked);
        assert_eq!(walked.ground(100, 3600), Ground::Calm);
    }
}
