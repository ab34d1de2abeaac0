//! How many different codes each subject has looked at today, and how many are left: the law
//! counts records, so who reads the register code by code is stopped.
//!
//! Days are China's. A restart reads today's lines of the audit log, so it makes nobody's day
//! longer.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use saoma_pages::Audience;

use super::audit::{Wanted, search};
use super::settings::CodesPerDay;
use crate::words::code::Code;
use crate::words::grant::{Bearer, Handle, STAFF};
use crate::words::moment::Moment;

/// Codes of all subjects that are remembered in one day: 64 MiB of digests in their tables. Four
/// hundred applications that use up their day; beyond it nobody new can be counted.
const CODES_MAX: usize = 4_000_000;
const DAY: i64 = 24 * 3600;
/// China's clock is so many seconds ahead.
const AHEAD: i64 = 8 * 3600;

/// The budgets of a day.
#[derive(Debug)]
pub struct Budgets {
    limits: CodesPerDay,
    most: usize,
    /// Codes are remembered as digests under a key that dies with this process.
    key: RandomState,
    today: Mutex<Today>,
}

#[derive(Debug, Default)]
struct Today {
    /// Days since 1970, in China.
    day: i64,
    looked: HashMap<(Audience, Handle), HashSet<u64>>,
    /// Codes of all subjects.
    codes: usize,
}

/// What is left of somebody's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Codes a day.
    pub limit: u32,
    /// Codes left.
    pub left: u32,
    /// Until the next day.
    pub resets_in: Duration,
}

/// Why somebody may not look at more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInBudget {
    /// It would be more than their day has.
    Spent(Left),
    /// There is no room to count any more.
    Full,
}

impl Budgets {
    /// Budgets of which nothing is spent.
    pub fn new(limits: CodesPerDay) -> Self {
        Self {
            limits,
            most: CODES_MAX,
            key: RandomState::new(),
            today: Mutex::default(),
        }
    }

    /// Counts what the audit log says of today.
    pub fn recall(&self, log: &Path, now: Moment) -> io::Result<()> {
        let midnight = day_of(now) * DAY - AHEAD;
        let wanted = Wanted {
            from: Timestamp::from_second(midnight).ok(),
            ..Wanted::default()
        };
        search(log, &wanted, |look, _line| {
            let audience = STAFF.into_iter().find(|audience| look.is_by(*audience));
            if let (Some(audience), Some(subject)) = (audience, Handle::parse(&look.who)) {
                let codes: Vec<Code> = look.codes().collect();
                self.count(&(audience, subject), &codes, now);
            }
        })
    }

    /// Takes these codes out of a subject's day: all of them or none. One that was looked at today
    /// costs nothing.
    pub fn take(&self, who: &Bearer, codes: &[Code], now: Moment) -> Result<Left, NotInBudget> {
        let limit = self.limit(who.audience);
        let subject = (who.audience, who.subject.clone());
        let mut today = self.today(now);
        let looked = today.looked.get(&subject);
        let known = looked.map_or(0, HashSet::len);
        let mut new: Vec<u64> = codes.iter().map(|code| self.key.hash_one(code)).collect();
        new.sort_unstable();
        new.dedup();
        new.retain(|code| looked.is_none_or(|looked| !looked.contains(code)));
        let after = u32::try_from(known + new.len()).unwrap_or(u32::MAX);
        let left = |spent: u32| Left {
            limit,
            left: limit.saturating_sub(spent),
            resets_in: until_midnight(now),
        };
        if after > limit && !new.is_empty() {
            let known = u32::try_from(known).unwrap_or(u32::MAX);
            return Err(NotInBudget::Spent(left(known)));
        }
        if today.codes + new.len() > self.most {
            return Err(NotInBudget::Full);
        }
        today.codes += new.len();
        today.looked.entry(subject).or_default().extend(new);
        Ok(left(after))
    }

    fn count(&self, subject: &(Audience, Handle), codes: &[Code], now: Moment) {
        let mut today = self.today(now);
        for code in codes {
            if today.codes < self.most {
                let code = self.key.hash_one(code);
                let new = today
                    .looked
                    .entry(subject.clone())
                    .or_default()
                    .insert(code);
                today.codes += usize::from(new);
            }
        }
    }

    /// The table of today; yesterday's is forgotten.
    fn today(&self, now: Moment) -> std::sync::MutexGuard<'_, Today> {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        let day = day_of(now);
        if day > today.day {
            *today = Today {
                day,
                ..Today::default()
            };
        }
        today
    }

    const fn limit(&self, audience: Audience) -> u32 {
        match audience {
            Audience::Public | Audience::Holder => 0,
            Audience::Police => self.limits.police,
            Audience::Recycler => self.limits.recycler,
            Audience::App => self.limits.app,
        }
    }
}

const fn day_of(now: Moment) -> i64 {
    (now.seconds() + AHEAD).div_euclid(DAY)
}

fn until_midnight(now: Moment) -> Duration {
    let into = (now.seconds() + AHEAD).rem_euclid(DAY);
    Duration::from_secs(u64::try_from(DAY - into).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::audit::{Audit, Look, Seen, SeenOf, VERSION};
    use crate::words::code::Kind;
    use crate::words::grant::ProofId;

    /// Noon in China.
    const NOON: i64 = 1_795_233_600;

    fn at(second: i64) -> Moment {
        Moment::from_seconds(second)
    }

    fn bearer(audience: Audience, subject: &str) -> Bearer {
        Bearer {
            audience,
            subject: Handle::parse(subject).unwrap(),
            unit: Handle::parse("-").unwrap(),
            proof: ProofId::parse("1").unwrap(),
            until: at(NOON + DAY),
        }
    }

    fn codes(from: u32, to: u32) -> Vec<Code> {
        let code = |n| Code::parse(Kind::Vin, &format!("2186222000{n:05}")).unwrap();
        (from..to).map(code).collect()
    }

    fn budgets() -> Budgets {
        Budgets::new(CodesPerDay {
            police: 5,
            recycler: 5,
            app: 5,
        })
    }

    fn spent(result: Result<Left, NotInBudget>) -> bool {
        matches!(result, Err(NotInBudget::Spent(_)))
    }

    #[test]
    fn a_day_has_so_many_different_codes_and_the_next_has_as_many_again() {
        let budgets = budgets();
        let who = bearer(Audience::App, "a");
        let left = |n| Left {
            limit: 5,
            left: n,
            resets_in: Duration::from_hours(12),
        };
        assert_eq!(budgets.take(&who, &codes(0, 3), at(NOON)), Ok(left(2)));
        assert_eq!(budgets.take(&who, &codes(0, 3), at(NOON)), Ok(left(2)));
        // All or none.
        assert!(spent(budgets.take(&who, &codes(0, 6), at(NOON))));
        assert_eq!(budgets.take(&who, &codes(2, 5), at(NOON)), Ok(left(0)));
        assert!(spent(budgets.take(&who, &codes(9, 10), at(NOON))));
        assert_eq!(budgets.take(&who, &codes(4, 5), at(NOON)), Ok(left(0)));
        let others = [bearer(Audience::App, "b"), bearer(Audience::Police, "a")];
        for other in others {
            assert!(budgets.take(&other, &codes(9, 10), at(NOON)).is_ok());
        }
        let midnight = NOON + 12 * 3600;
        assert!(spent(budgets.take(&who, &codes(9, 10), at(midnight - 1))));
        assert!(budgets.take(&who, &codes(9, 10), at(midnight)).is_ok());
    }

    #[test]
    fn a_restart_makes_nobodys_day_longer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.ndjson");
        let audit = Audit::open(&path, 1 << 30).unwrap();
        let now = Moment::now();
        // Yesterday's do not count.
        for (second, code) in [(now.seconds() - DAY, 7), (now.seconds(), 0)] {
            let look = Look {
                at: Timestamp::from_second(second).unwrap(),
                who: "a",
                unit: "",
                proof: "",
                audience: Audience::Police,
                address: None,
                purpose: "",
                seen: Seen::One(SeenOf {
                    code: codes(code, code + 1)[0],
                    fields: vec![],
                }),
                policy: "standard",
                version: VERSION,
            };
            audit.write_now(&look).unwrap();
        }
        let budgets = budgets();
        budgets.recall(&path, now).unwrap();
        let who = bearer(Audience::Police, "a");
        let left = budgets.take(&who, &codes(0, 1), now).unwrap();
        assert_eq!(left.left, 4);
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let budgets = Budgets {
            most: 3,
            ..budgets()
        };
        let who = bearer(Audience::App, "a");
        assert!(budgets.take(&who, &codes(0, 3), at(NOON)).is_ok());
        let other = bearer(Audience::App, "b");
        let full = Err(NotInBudget::Full);
        assert_eq!(budgets.take(&other, &codes(0, 1), at(NOON)), full);
    }
}
