//! Whether many at once ask for what none of them ever asked for before, and what each usually asks for.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::{table::Table, tracks::Hour};
use crate::rules::{
    harvest::{Excess, FOLLOWED_FREE, RAIDER, STRANGER, Tide, WINDOW_SECONDS},
    sketch::Novelty,
};

/// All clients together within an hour, and the busy ones before it.
pub(super) struct Raids {
    pasts: Table<Past>,
    since: AtomicU64,
    asked: AtomicU32,
    unusual: AtomicU32,
    /// In which of the last 64 hours there was a raid, a bit each.
    raided: AtomicU64,
    /// In its first hour nobody is known yet, so nobody is a stranger.
    knows: AtomicBool,
}

/// What a busy client did in the hours before this one.
#[derive(Default)]
pub(super) struct Past {
    /// When the last hour began that is noted, and what it had asked for by then.
    hour: u32,
    codes: u32,
    /// The busiest hour of its last day, and of the day before.
    day: u32,
    busiest: [u32; 2],
}

const DAY_SECONDS: u64 = 24 * 3600;
/// One client in so many is busy.
const BUSY: usize = 4;
/// A busy client is noted when it becomes one, and each time it has asked for so many more codes.
const NOTED: u32 = 8;

impl Raids {
    /// Of at most so many clients.
    pub(super) fn new(clients: usize) -> Self {
        Self {
            pasts: Table::new(clients / BUSY, DAY_SECONDS),
            since: AtomicU64::new(0),
            asked: AtomicU32::new(0),
            unusual: AtomicU32::new(0),
            raided: AtomicU64::new(0),
            knows: AtomicBool::new(false),
        }
    }

    /// This client has asked for one more code, for so many within its hour. Says what is usual for it, and what is going on.
    pub(super) fn count(
        &self,
        client: u64,
        (hour, codes): (&mut Hour, f64),
        novelty: Novelty,
        now: u64,
    ) -> (u32, Tide) {
        self.turn(now);
        let codes = whole(codes);
        // Most clients are phones, of whom nothing is noted. Nor does it matter what is usual for who
        // has asked for little, unless they are about to be refused for following others.
        if codes <= STRANGER && hour.followed <= FOLLOWED_FREE {
            if novelty == Novelty::New {
                self.asked.fetch_add(1, Ordering::Relaxed);
            }
            return (0, self.tide());
        }
        let since = hour.since();
        let usual = *hour.usual.get_or_insert_with(|| {
            self.pasts.with(client, now, Past::default, |past| {
                past.usual(since, |hour| self.was_raided(hour))
            })
        });
        if novelty == Novelty::New {
            let before = hour.unusual;
            hour.unusual = before.max(unusual(hour.unordered, usual)).min(RAIDER);
            self.unusual
                .fetch_add(hour.unusual - before, Ordering::Relaxed);
            // What is left out of the one is left out of the other.
            if before < RAIDER {
                self.asked.fetch_add(1, Ordering::Relaxed);
            }
        }
        let tide = self.tide();
        if tide == Tide::Raid && !self.was_raided(now) {
            self.raided.fetch_or(bit_of(now), Ordering::Relaxed);
        }
        (usual, tide)
    }

    /// Whether there was a raid in the hour that this moment is in.
    fn was_raided(&self, at: u64) -> bool {
        self.raided.load(Ordering::Relaxed) & bit_of(at) != 0
    }

    /// This client got one more code, the `codes`-th different one since then. What is done in a raid
    /// becomes nobody's habit.
    pub(super) fn got(&self, client: u64, since: u64, codes: f64, now: u64) {
        let codes = whole(codes);
        if codes > STRANGER && codes % NOTED == (STRANGER + 1) % NOTED && self.tide() == Tide::Low {
            self.pasts.with(client, now, Past::default, |past| {
                past.note(since, codes, |hour| self.was_raided(hour));
            });
        }
    }

    /// What is going on.
    pub(super) fn tide(&self) -> Tide {
        if self.knows.load(Ordering::Relaxed) {
            self.excess().tide()
        } else {
            Tide::Low
        }
    }

    fn excess(&self) -> Excess {
        Excess {
            asked: self.asked.load(Ordering::Relaxed),
            unusual: self.unusual.load(Ordering::Relaxed),
        }
    }

    /// A new hour, if this one is over. Of those who come at once, one turns it.
    fn turn(&self, now: u64) {
        let (since, order) = (self.since.load(Ordering::Relaxed), Ordering::Relaxed);
        if now < since + WINDOW_SECONDS
            || self
                .since
                .compare_exchange(since, now, order, order)
                .is_err()
        {
            return;
        }
        let next = if self.knows.swap(true, order) {
            self.excess().turned()
        } else {
            Excess::default()
        };
        self.raided.fetch_and(!bit_of(now), order);
        self.asked.store(next.asked, order);
        self.unusual.store(next.unusual, order);
    }
}

impl Past {
    /// By now it has asked for so many codes in the hour that began then.
    fn note(&mut self, since: u64, codes: u32, raided: impl FnOnce(u64) -> bool) {
        self.close(since, raided);
        self.codes = self.codes.max(codes);
    }

    /// The busiest hour before the one that began then.
    fn usual(&mut self, since: u64, raided: impl FnOnce(u64) -> bool) -> u32 {
        self.close(since, raided);
        self.busiest.into_iter().max().unwrap_or_default()
    }

    /// The hour that was noted is over, if it is not this one. What was new in an hour with a raid,
    /// also before it was noticed, becomes nobody's habit.
    fn close(&mut self, since: u64, raided: impl FnOnce(u64) -> bool) {
        let hour = u32::try_from(since).unwrap_or(u32::MAX);
        let day = u32::try_from(since / DAY_SECONDS).unwrap_or(u32::MAX);
        let known = self.busiest.into_iter().max().unwrap_or_default();
        let [today, before] = &mut self.busiest;
        if self.hour != hour {
            let codes = if raided(self.hour.into()) {
                self.codes.min(known)
            } else {
                self.codes
            };
            *today = codes.max(*today);
            (self.hour, self.codes) = (hour, 0);
        }
        if self.day != day {
            *before = if day.checked_sub(self.day) == Some(1) {
                *today
            } else {
                0
            };
            (self.day, *today) = (day, 0);
        }
    }
}

const fn bit_of(at: u64) -> u64 {
    1 << (at / WINDOW_SECONDS % 64)
}

/// How many of so many codes in no order are unusual, where so many are usual.
const fn unusual(unordered: u32, usual: u32) -> u32 {
    match usual {
        // What a stranger asked for before it was one too many counts as well.
        0 if unordered > STRANGER => unordered,
        0..=STRANGER => unordered.saturating_sub(STRANGER),
        _ => unordered.saturating_sub(usual),
    }
}

/// A count of codes, which is never below none.
fn whole(count: f64) -> u32 {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sketch counts up to some fifteen thousand, and `as` saturates"
    )]
    let whole = count.round() as u32;
    whole
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher as _;

    use super::*;
    use crate::rules::harvest::Step;

    /// So many codes of one client, beginning then. The last answer.
    fn ask(raids: &Raids, client: u64, codes: u64, now: u64) -> (u32, Tide) {
        let hasher = foldhash::quality::FixedState::with_seed(7);
        let mut hour = Hour::new(now);
        let mut last = (0, Tide::Low);
        for code in 0..codes {
            let hash = hasher.hash_one((client, code));
            let novelty = hour.see(hash, 0, Step::Alone);
            let codes = hour.codes.count();
            last = raids.count(client, (&mut hour, codes), novelty, now);
            raids.got(client, now, codes, now);
        }
        last
    }

    const HOUR: u64 = WINDOW_SECONDS;

    #[test]
    fn what_is_usual_is_the_busiest_hour_of_a_day_or_two() {
        let raids = Raids::new(1024);
        assert_eq!(ask(&raids, 1, 400, 0).0, 0);
        ask(&raids, 1, 100, HOUR);
        let usual = |now| ask(&raids, 1, 30, now).0;
        let near = |count: u32| (360..=440).contains(&count);
        assert!(near(usual(2 * HOUR)));
        assert!(near(usual(30 * HOUR)));
        assert!((24..=40).contains(&usual(60 * HOUR)));
    }

    #[test]
    fn many_strangers_at_once_are_a_raid_and_a_few_are_none() {
        let raids = Raids::new(65_536);
        let tide = |clients: std::ops::Range<u64>, now| {
            clients.map(|client| ask(&raids, client, 30, now).1).last()
        };
        // Whoever is there in the first hour.
        assert_eq!(tide(0..1000, 0), Some(Tide::Low));
        assert_eq!(tide(0..1000, HOUR), Some(Tide::Low));
        assert_eq!(tide(2000..2100, 2 * HOUR), Some(Tide::Low));
        assert_eq!(tide(2000..3000, 3 * HOUR), Some(Tide::Raid));
        assert_eq!(raids.tide(), Tide::Raid);
        // They go on, and are no more at home than before.
        assert_eq!(tide(2000..3000, 4 * HOUR), Some(Tide::Raid));
        // They are gone, and others ask for as much.
        assert_eq!(tide(0..1000, 5 * HOUR), Some(Tide::Low));
    }

    #[test]
    fn phones_are_no_raid_however_many_there_are() {
        let raids = Raids::new(65_536);
        ask(&raids, 1, 1, 0);
        for phone in 0..20_000 {
            assert_eq!(ask(&raids, phone, 3, HOUR), (0, Tide::Low));
        }
    }

    #[test]
    fn little_is_remembered_of_each() {
        assert!(size_of::<Past>() <= 20);
    }
}
