//! What the staff door remembers between two scans: the plate an officer scanned before, and the
//! batteries of a recycler's sitting.
//!
//! Kept here and not in a cookie: a phone that is lost would carry them, a list of two hundred
//! batteries is longer than a cookie may be, and what is forgotten by the clock is forgotten for
//! certain. The price is that it is this process's own: after a restart, or at another one, an
//! officer scans the plate again and a recycler has a shorter list. Neither is ever told anything
//! false for it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use saoma_pages::staff::{Room, Taken};

use crate::words::code::Code;
use crate::words::grant::ProofId;

/// A plate, a frame and four batteries take a few minutes; later than this it is another bike.
pub const COMPARE_FOR: Duration = Duration::from_mins(10);
/// A lunch break at a yard.
pub const SITTING_FOR: Duration = Duration::from_hours(2);
/// People at work at one door at once.
const DESKS_MAX: usize = 4096;
/// Batteries in one list: more than a van holds.
const LIST_MAX: usize = 500;
/// Batteries in all lists. At some 250 bytes each, 25 MB.
const ALL_LISTS_MAX: usize = 100_000;

/// What is remembered, by the token that each is signed in with.
#[derive(Debug, Default)]
pub struct Desks(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    desks: HashMap<ProofId, Desk>,
    /// Batteries in all lists.
    listed: usize,
}

#[derive(Debug)]
struct Desk {
    used: Instant,
    plate: Option<(Code, Instant)>,
    list: Vec<Taken>,
}

impl Desks {
    /// Remembers the plate that was scanned last.
    pub fn scanned(&self, who: &ProofId, plate: Code, now: Instant) {
        self.table().desk(who, now).plate = Some((plate, now));
    }

    /// The plate that the next scan is compared with.
    pub fn plate(&self, who: &ProofId, now: Instant) -> Option<Code> {
        let table = self.table();
        let (plate, since) = table.desks.get(who)?.plate?;
        (now.saturating_duration_since(since) < COMPARE_FOR).then_some(plate)
    }

    /// Puts a battery on the list. One that is on it already is brought up to date.
    pub fn take(&self, who: &ProofId, taken: Taken, now: Instant) -> Room {
        let mut table = self.table();
        let full = table.listed >= ALL_LISTS_MAX;
        let list = &mut table.desk(who, now).list;
        let before = list.len();
        list.retain(|one| one.code != taken.code);
        if list.len() == before && (full || before >= LIST_MAX) {
            return Room::Full;
        }
        list.push(taken);
        let after = list.len();
        table.listed += after - before;
        Room::On(after)
    }

    /// The list, first scanned first.
    pub fn list(&self, who: &ProofId, now: Instant) -> Vec<Taken> {
        let mut table = self.table();
        table.sweep(now);
        let desk = table.desks.get(who);
        desk.map(|desk| desk.list.clone()).unwrap_or_default()
    }

    /// Begins a new list.
    pub fn clear(&self, who: &ProofId) {
        let mut table = self.table();
        if let Some(desk) = table.desks.get_mut(who) {
            let gone = std::mem::take(&mut desk.list).len();
            table.listed = table.listed.saturating_sub(gone);
        }
    }

    /// Forgets everything of somebody who signs out.
    pub fn leave(&self, who: &ProofId) {
        self.table().remove(who);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn desk(&mut self, who: &ProofId, now: Instant) -> &mut Desk {
        if !self.desks.contains_key(who) {
            self.sweep(now);
            if self.desks.len() >= DESKS_MAX {
                // Whoever has been away longest makes room.
                let away = self.desks.iter().min_by_key(|(_, desk)| desk.used);
                if let Some(who) = away.map(|(who, _)| who.clone()) {
                    self.remove(&who);
                }
            }
        }
        let desk = self.desks.entry(who.clone()).or_insert_with(|| Desk {
            used: now,
            plate: None,
            list: Vec::new(),
        });
        desk.used = now;
        desk
    }

    /// Forgets who has been away too long.
    fn sweep(&mut self, now: Instant) {
        let mut gone = 0;
        self.desks.retain(|_, desk| {
            let stays = now.saturating_duration_since(desk.used) < SITTING_FOR;
            gone += if stays { 0 } else { desk.list.len() };
            stays
        });
        self.listed = self.listed.saturating_sub(gone);
    }

    fn remove(&mut self, who: &ProofId) {
        if let Some(desk) = self.desks.remove(who) {
            self.listed = self.listed.saturating_sub(desk.list.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use saoma_pages::staff::Verdict;

    use super::*;

    fn who(n: usize) -> ProofId {
        ProofId::parse(&n.to_string()).unwrap()
    }

    fn plate() -> Code {
        Code::parse_any("lic/33010621822480").unwrap()
    }

    fn battery(n: usize) -> Taken {
        Taken {
            code: n.to_string(),
            chemistry: None,
            capacity: None,
            produced: None,
            verdict: Verdict::Yes,
            at: String::new(),
        }
    }

    #[test]
    fn a_plate_is_remembered_for_some_minutes_and_for_one_officer_only() {
        let (desks, start) = (Desks::default(), Instant::now());
        desks.scanned(&who(1), plate(), start);
        let later = start + COMPARE_FOR / 2;
        assert_eq!(desks.plate(&who(1), later), Some(plate()));
        assert_eq!(desks.plate(&who(2), later), None);
        assert_eq!(desks.plate(&who(1), start + COMPARE_FOR), None);
        desks.leave(&who(1));
        assert_eq!(desks.plate(&who(1), later), None);
    }

    #[test]
    fn a_battery_scanned_twice_is_on_the_list_once() {
        let (desks, now) = (Desks::default(), Instant::now());
        assert_eq!(desks.take(&who(1), battery(1), now), Room::On(1));
        assert_eq!(desks.take(&who(1), battery(2), now), Room::On(2));
        assert_eq!(desks.take(&who(1), battery(1), now), Room::On(2));
        let codes: Vec<_> = desks
            .list(&who(1), now)
            .into_iter()
            .map(|one| one.code)
            .collect();
        assert_eq!(codes, ["2", "1"]);
        desks.clear(&who(1));
        assert!(desks.list(&who(1), now).is_empty());
        assert_eq!(desks.table().listed, 0);
    }

    #[test]
    fn lists_and_desks_have_a_cap_and_what_is_left_is_forgotten() {
        let (desks, start) = (Desks::default(), Instant::now());
        for n in 0..LIST_MAX {
            assert_eq!(desks.take(&who(0), battery(n), start), Room::On(n + 1));
        }
        assert_eq!(desks.take(&who(0), battery(LIST_MAX), start), Room::Full);
        assert_eq!(desks.take(&who(0), battery(7), start), Room::On(LIST_MAX));
        for n in 1..=DESKS_MAX {
            desks.scanned(&who(n), plate(), start + Duration::from_secs(1));
        }
        assert_eq!(desks.table().desks.len(), DESKS_MAX);
        assert_eq!(
            desks.table().listed,
            0,
            "the first one had been away longest"
        );
        desks.take(&who(1), battery(1), start + Duration::from_secs(2));
        assert!(desks.list(&who(1), start + SITTING_FOR * 2).is_empty());
        assert_eq!(desks.table().listed, 0);
        assert!(desks.table().desks.is_empty());
    }
}
