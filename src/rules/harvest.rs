//! When somebody reads stickers, and when somebody copies a register.
//!
//! Nothing here knows what a code leads to: only who asked for which codes within the hour. So a
//! refusal says nothing about a code.
//!
//! | sign | an honest reader | limit |
//! |---|---|---|
//! | different codes from one client | a carrier's address with 2,000 phones: some thousands | [`Limits::codes`] |
//! | those of them in one range | the same address: spread over makers and districts; a workshop: 200 of one maker | [`Limits::range`] |
//! | codes of the same range as the one before | one in ten, at that address; all of them in the workshop | the same: so nobody takes one range after another |
//! | codes from blocks that it fills | the same workshop, on a delivery | [`Limits::walk`], less when many do it in one range |
//! | codes next to those that others asked for just before | next to none: somebody shares a walk out | [`FOLLOWED_FREE`] |
//! | codes in no order from a client that nobody knows, while there are hundreds like it | a phone: three | [`STRANGER`] |
//!
//! The last is for who has a thousand addresses, and asks from each for a few hundred codes in no order:
//! each looks like a small office, and no office is wrong. But offices, carriers and workshops were
//! there yesterday as well. So what a client asked for in its busiest hour of the last day or two is what
//! it [usually](Seen::usual) asks for; what all clients ask for beyond that is an [`Excess`], of which
//! there is next to none on any day; and where half of all that is asked is excess, somebody
//! [raids](Tide::Raid) the register, and what is unusual is refused until it is over. What was
//! new in an hour with a raid makes nobody known.

/// What one client may do within an hour. Nothing stands for as much as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Different codes.
    pub codes: Option<u32>,
    /// Different codes of one range, for a client that asks for little else; one that asks for much
    /// else may have four times as many.
    pub range: Option<u32>,
    /// Codes of blocks that it fills.
    pub walk: Option<u32>,
}

/// What a client has done within the hour, and what is being done around the code it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Different codes it asked for.
    pub codes: f64,
    /// Those of the range of this code.
    pub of_range: f64,
    /// Codes of blocks that it filled.
    pub led: u32,
    /// Codes of the same range as the one before, whichever that was.
    pub stayed: u32,
    /// Codes next to those that others asked for just before.
    pub followed: u32,
    /// Codes that were neither.
    pub unordered: u32,
    /// Whether somebody walks through the range of this code, or through all of its kind.
    pub ground: Ground,
    /// How many codes it asked for in its busiest hour before, as far as anybody remembers. 0 for who
    /// was never busy.
    pub usual: u32,
    /// Whether the register is raided.
    pub tide: Tide,
}

/// How many codes were asked for within the hour, by everybody, and how many of them were unusual for
/// who asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Excess {
    /// Codes, each counted once for each client.
    pub asked: u32,
    /// Those of them that strangers had in no order, once they had more than [`STRANGER`], and others
    /// beyond what is usual for them.
    pub unusual: u32,
}

/// Whether many at once ask for what none of them ever asked for before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tide {
    /// They do not.
    Low,
    /// They do.
    Raid,
}

/// What asking for a code looks like, beside what was asked for next to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Somebody reads a sticker.
    Alone,
    /// The client fills this block.
    Led,
    /// The client fills this block from now on, with those that it asked for before.
    Filled,
    /// Somebody else asked for a neighbour just before.
    Followed,
}

/// Whether somebody walks through a range, or through all codes of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Nobody does.
    Calm,
    /// More of it is being led through than read.
    Walked,
}

/// What is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing.
    Pass,
    /// It has to wait, which a reader hardly notices and a machine does.
    Slow,
    /// No, for now.
    Refuse,
}

/// What is seen is forgotten after this, in seconds.
pub const WINDOW_SECONDS: u64 = 3600;
/// Of a hundred neighbours, a client that asks for so many fills the block: more than the stickers on
/// a rack, fewer than a box of batteries.
pub const FILLED: u32 = 8;
/// So far apart neighbours are, at most.
pub const NEIGHBOURS: u8 = 3;
/// Just before, in seconds. Two readers in a hundred have a neighbour who scans within this time
/// where 5,000 of 50,000 codes are scanned in an hour, which is a busy register and a small one.
pub const JUST_BEFORE_SECONDS: u64 = 60;
/// How often a client may follow others. An honest reader does it once; who walks does nothing else.
pub const FOLLOWED_FREE: u32 = 5;
/// So many codes led through within an hour make a range a walked one, if they are [`MOST`] of all
/// that were asked for: ten workshops with a delivery each.
pub const WALKED_RANGE: u32 = 2_000;
/// The same for all codes of a kind: a hundred workshops.
pub const WALKED_KIND: u32 = 20_000;
/// One half.
pub const MOST: u32 = 2;
/// A carrier's address follows and leads more often, because it asks for so much. So steps count
/// only if they are at least this part of all it asked for.
const SHARE_OF_STEPS: f64 = 0.25;
/// From this part on, a client asks for one range and little else.
const NARROW: f64 = 0.6;
/// How many times [`Limits::range`] a client may have of one range that asks for much else.
const WIDE: f64 = 4.0;
/// So many codes in no order a client may have that nobody knows, while the register is raided. Who has
/// no more is not thought about at any time.
pub const STRANGER: u32 = 24;
/// So many unusual codes within an hour are a raid, if they are [`MOST`] of all: two hundred offices that
/// nobody has ever heard of.
pub const RAID: u32 = 5_000;
/// So much of it one client is at most: what one does alone is judged by its own limits.
pub const RAIDER: u32 = 250;
/// How many times what is usual for it a known client may have, whoever else raids or walks.
const GROWTH: u32 = 2;
/// On walked ground, what one client may lead is this much less.
const WALKED_DIVISOR: f64 = 10.0;
/// From this part of a limit on, a client is slowed.
const SLOW_FROM: f64 = 2.0 / 3.0;

impl Seen {
    /// What is done about it.
    pub fn verdict(&self, limits: &Limits) -> Verdict {
        [
            self.of_codes(limits),
            self.of_range(limits),
            self.of_stays(limits),
            self.of_led(limits),
            self.of_followed(),
            self.of_raid(),
        ]
        .into_iter()
        .max()
        .unwrap_or(Verdict::Pass)
    }

    fn of_codes(&self, limits: &Limits) -> Verdict {
        against(self.codes, limits.codes.map(f64::from))
    }

    fn of_range(&self, limits: &Limits) -> Verdict {
        let width = if self.of_range >= NARROW * self.codes {
            1.0
        } else {
            WIDE
        };
        // A recall brings a carrier's whole address to one maker.
        let least = f64::from(self.usual);
        against(
            self.of_range,
            limits
                .range
                .map(|range| (f64::from(range) * width).max(least)),
        )
    }

    fn of_stays(&self, limits: &Limits) -> Verdict {
        let stayed = f64::from(self.stayed);
        if stayed < NARROW * self.codes {
            return Verdict::Pass;
        }
        against(stayed, limits.range.map(f64::from))
    }

    fn of_led(&self, limits: &Limits) -> Verdict {
        if f64::from(self.led) < SHARE_OF_STEPS * self.codes {
            return Verdict::Pass;
        }
        let limit = limits.walk.map(|walk| {
            let walk = f64::from(walk);
            match self.ground {
                Ground::Calm => walk,
                // A workshop that reads its delivery like yesterday's is not the one that walks.
                Ground::Walked => walk.min((walk / WALKED_DIVISOR).max(self.grown())),
            }
        });
        against(f64::from(self.led), limit)
    }

    fn of_raid(&self) -> Verdict {
        match self.tide {
            Tide::Low => Verdict::Pass,
            // What is read in order is judged above.
            Tide::Raid => against(
                f64::from(self.unordered),
                Some(self.grown().max(f64::from(STRANGER))),
            ),
        }
    }

    /// What a client may have that has as much to do as ever, and more.
    fn grown(&self) -> f64 {
        f64::from(self.usual.saturating_mul(GROWTH))
    }

    fn of_followed(&self) -> Verdict {
        if f64::from(self.followed) < SHARE_OF_STEPS * self.codes {
            Verdict::Pass
        } else if f64::from(self.followed) > self.grown().max(f64::from(FOLLOWED_FREE)) {
            Verdict::Refuse
        } else if self.followed > 1 {
            Verdict::Slow
        } else {
            Verdict::Pass
        }
    }
}

impl Excess {
    /// What an hour begins with after one that ended like this.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self.tide() {
            Tide::Low => Self {
                asked: 0,
                unusual: 0,
            },
            // Who raids goes on, until others have asked for as much again.
            Tide::Raid => Self {
                asked: RAID,
                unusual: RAID,
            },
        }
    }

    /// What it says.
    pub const fn tide(self) -> Tide {
        if self.unusual >= RAID && self.unusual.saturating_mul(MOST) >= self.asked {
            Tide::Raid
        } else {
            Tide::Low
        }
    }
}

fn against(count: f64, limit: Option<f64>) -> Verdict {
    match limit {
        Some(limit) if count > limit => Verdict::Refuse,
        Some(limit) if count > limit * SLOW_FROM => Verdict::Slow,
        Some(_) | None => Verdict::Pass,
    }
}

#[cfg(test)]
mod tests;
