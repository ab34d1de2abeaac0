//! When somebody reads stickers, and when somebody copies a register.
//!
//! Nothing here knows what a code leads to: only who asked for which codes within the hour. So a
//! refusal says nothing about a code.
//!
//! | sign | an honest reader | limit |
//! |---|---|---|
//! | different codes from one client | a carrier's address with 2,000 phones: some thousands | [`Limits::codes`] |
//! | those of them in one range | the same address: spread over makers and districts; a workshop: 200 of one maker | [`Limits::range`] |
//! | codes from blocks it fills alone | the same workshop, on a delivery | [`Limits::walk`] |
//! | codes from blocks that many clients fill | next to none: somebody shares a walk out | [`JOINED_FREE`] |

/// What one client may do within an hour. Nothing stands for as much as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Different codes.
    pub codes: Option<u32>,
    /// Different codes of one range, for a client that asks for little else; one that asks for much
    /// else may have [`WIDE`] times as many.
    pub range: Option<u32>,
    /// Codes of blocks that it fills alone.
    pub walk: Option<u32>,
}

/// What a client has done within the hour, and what is being done around the code it asks for.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Different codes it asked for.
    pub codes: f64,
    /// Those of the range of this code.
    pub of_range: f64,
    /// Codes of blocks that it filled alone.
    pub led: u32,
    /// Codes of blocks that many filled.
    pub joined: u32,
    /// What the code it asks for now is part of.
    pub step: Step,
    /// Whether somebody walks through this range.
    pub range: Range,
}

/// What asking for a code looks like, beside what was asked for next to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Somebody reads a sticker.
    Alone,
    /// One or two clients fill this block.
    Led,
    /// Many clients fill this block.
    Joined,
}

/// Whether somebody walks through a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Nobody does.
    Calm,
    /// More of its blocks are being filled than workshops and fleets fill.
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
/// Of a hundred neighbours so many make a block that one client fills: more than the stickers on a
/// rack, fewer than a box of batteries.
pub const FILLED_BY_ONE: u32 = 12;
/// The same, when three clients or more do. Ten million codes scanned a million times a day are
/// 0.4 of a block in an hour: eight at once are one in a hundred million.
pub const FILLED_BY_MANY: u32 = 8;
/// The same, in a range that somebody walks through.
pub const FILLED_IN_WALKED: u32 = 3;
/// From so many clients on a block is filled by many. A phone has two addresses, its own and the
/// wireless network's.
pub const MANY: usize = 3;
/// So many filled blocks make a walk through a range: five thousand codes in an hour.
pub const WALKED_BLOCKS: u32 = 50;
/// How many codes of other people's walks a client may ask for. An honest reader gets into one by
/// having a sticker there, which happens once or twice; who walks does nothing else.
pub const JOINED_FREE: u32 = 5;
/// A carrier's address gets into walks more often, because it asks for so much. So a step counts
/// only if steps are at least this part of all it asked for.
const SHARE_OF_STEPS: f64 = 0.25;
/// From this part on, a client asks for one range and little else.
const NARROW: f64 = 0.6;
/// How many times [`Limits::range`] a client may have of one range that asks for much else.
const WIDE: f64 = 4.0;
/// In a range that somebody walks through, what one client may fill alone is this much less.
const WALKED_DIVISOR: f64 = 5.0;
/// From this part of a limit on, a client is slowed.
const SLOW_FROM: f64 = 2.0 / 3.0;

impl Seen {
    /// What is done about it.
    pub fn verdict(&self, limits: &Limits) -> Verdict {
        [
            self.of_codes(limits),
            self.of_range(limits),
            self.of_led(limits),
            self.of_joined(),
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
        against(
            self.of_range,
            limits.range.map(|range| f64::from(range) * width),
        )
    }

    fn of_led(&self, limits: &Limits) -> Verdict {
        if self.step != Step::Led || f64::from(self.led) < SHARE_OF_STEPS * self.codes {
            return Verdict::Pass;
        }
        let divisor = match self.range {
            Range::Calm => 1.0,
            Range::Walked => WALKED_DIVISOR,
        };
        against(
            f64::from(self.led),
            limits.walk.map(|walk| f64::from(walk) / divisor),
        )
    }

    fn of_joined(&self) -> Verdict {
        if self.step != Step::Joined || f64::from(self.joined) < SHARE_OF_STEPS * self.codes {
            Verdict::Pass
        } else if self.joined > JOINED_FREE {
            Verdict::Refuse
        } else {
            Verdict::Slow
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
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        codes: Some(9000),
        range: Some(500),
        walk: Some(300),
    };
    const READER: Seen = Seen {
        codes: 3.0,
        of_range: 1.0,
        led: 0,
        joined: 0,
        step: Step::Alone,
        range: Range::Calm,
    };

    #[test]
    fn honest_readers_pass() {
        let workshop = Seen {
            codes: 200.0,
            of_range: 200.0,
            led: 176,
            step: Step::Led,
            ..READER
        };
        let carrier = Seen {
            codes: 4000.0,
            of_range: 800.0,
            led: 300,
            joined: 40,
            step: Step::Joined,
            ..READER
        };
        for honest in [READER, workshop, carrier] {
            assert_eq!(honest.verdict(&LIMITS), Verdict::Pass, "{honest:?}");
        }
    }

    #[test]
    fn who_walks_is_slowed_and_then_refused() {
        let walk = |led: u32, range| {
            let codes = f64::from(led) + 12.0;
            Seen {
                codes,
                of_range: codes,
                led,
                step: Step::Led,
                range,
                ..READER
            }
            .verdict(&LIMITS)
        };
        assert_eq!(walk(150, Range::Calm), Verdict::Pass);
        assert_eq!(walk(250, Range::Calm), Verdict::Slow);
        assert_eq!(walk(301, Range::Calm), Verdict::Refuse);
        assert_eq!(walk(61, Range::Walked), Verdict::Refuse);
    }

    #[test]
    fn a_reader_who_gets_into_a_walk_is_slowed_at_most() {
        let joined = |joined| {
            Seen {
                codes: 6.0,
                joined,
                step: Step::Joined,
                range: Range::Walked,
                ..READER
            }
            .verdict(&LIMITS)
        };
        assert_eq!(joined(1), Verdict::Pass);
        assert_eq!(joined(2), Verdict::Slow);
        assert_eq!(joined(6), Verdict::Refuse);
    }

    #[test]
    fn without_limits_only_a_shared_walk_is_refused() {
        let limits = Limits {
            codes: None,
            range: None,
            walk: None,
        };
        let much = Seen {
            codes: 1e6,
            of_range: 1e6,
            led: 1_000_000,
            step: Step::Led,
            ..READER
        };
        assert_eq!(much.verdict(&limits), Verdict::Pass);
    }
}
