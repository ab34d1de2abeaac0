//! The guard of a public door: who asks too much, who copies the register, and when there is more to
//! do than can be done.
//!
//! 1. [`Guard::admit`]: its client has not asked too often, and there is room for one more request
//!    at all. A hit costs one; what costs us more or helps a guesser costs more, and is charged
//!    afterwards by [`Guard::settle`].
//! 2. [`Guard::watch`]: its client reads stickers and does not walk through them
//!    ([`crate::rules::harvest`] says what that is). Who walks is slowed, then refused.
//!
//! Whether the answer is a 429 depends on who asked for what before, and never on what is kept under
//! a code. What is remembered is hashes under keys that die with this process, in bounded tables.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    mem,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use governor::{Quota, clock::Clock as _};
use http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    rooms::{
        meter::{Meter, Refused},
        settings::guard::{GuardSettings, ThisMachine},
    },
    rules::{
        harvest::{Ground, Seen, Step, Tide, Verdict, WALKED_KIND, WALKED_RANGE, WINDOW_SECONDS},
        later::{Budget, Why},
        sketch::Novelty,
        walk,
    },
    words::{code::Code, peer::Peer},
};

pub mod clock;
mod raids;
mod table;
mod tracks;

use clock::Clock;
use raids::Raids;
use table::Table;
use tracks::{Client, Field, Patch, Share};

/// The guard of one door.
pub struct Guard {
    settings: GuardSettings,
    quota: Option<Quota>,
    clock: Clock,
    key: RandomState,
    clients: Table<Client>,
    shares: Table<Share>,
    fields: Table<Field>,
    patches: Table<Patch>,
    raids: Raids,
    room: Semaphore,
    reserve: Semaphore,
    slow: Semaphore,
    meter: Meter,
    /// When the sizes of the tables were last told to the meter, in seconds.
    told: AtomicU64,
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Everybody behind one address.
    Network(IpAddr),
    /// Whoever shows this token, wherever they are: a number of it that is not secret. Their codes
    /// are not watched: who they are is known, and what they may ask for is in their grant.
    Token(u64),
}

/// Room for one request, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Place<'g>(#[expect(dead_code, reason = "given back when dropped")] SemaphorePermit<'g>);

/// No, for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch {
    /// Why.
    pub why: Why,
    /// When to come back.
    pub retry_after: Duration,
}

/// What a request costs that was refused because it makes no sense: nobody types so badly so often.
const MALFORMED_COST: u32 = 10;
/// What a code costs that nobody has registered: it took a read of the store, and may be a guess.
const MISS_COST: u32 = 5;
/// How long who is slowed has to wait. A reader waits as long for a slow network; a machine that
/// takes one code after another gets an hour for 3,600 of them.
const SLOWED_FOR: Duration = Duration::from_secs(1);
/// How many wait at once, at most. Further ones are refused: slowing must not take all the room.
const SLOWED_MOST: usize = 256;
/// When to come back for who would have been slowed.
const SLOWED_RETRY: Duration = Duration::from_secs(5);
/// When to come back when there is no room: long enough that not all are back at once.
pub const SHED_RETRY: Duration = Duration::from_secs(2);
/// One part in so many: that much room there is for tokens beyond that of strangers, and that much of
/// the strangers' room may be taken by who is slowed.
const RESERVE: usize = 8;
/// Blocks for each client that is told apart: most clients ask for one code or two.
const PATCHES: usize = 2;
/// How often the sizes of the tables are told, in seconds.
const TELL_SECONDS: u64 = 10;

impl Guard {
    /// A guard that goes by the machine's clock, or so much faster as the settings say.
    pub fn new(settings: GuardSettings, meter: Meter) -> Self {
        Self::by(Clock::machine_at(settings.speed), settings, meter)
    }

    /// A guard that goes by this clock.
    pub fn by(clock: Clock, settings: GuardSettings, meter: Meter) -> Self {
        let rate = NonZeroU32::new(settings.requests_per_second);
        let burst = NonZeroU32::new(settings.burst);
        let quota = rate.zip(burst);
        let clients = settings.clients;
        Self {
            quota: quota.map(|(rate, burst)| Quota::per_second(rate).allow_burst(burst)),
            clock,
            key: RandomState::new(),
            clients: Table::new(clients, WINDOW_SECONDS),
            shares: Table::new(clients, WINDOW_SECONDS),
            fields: Table::new(clients, WINDOW_SECONDS),
            patches: Table::new(clients.saturating_mul(PATCHES), WINDOW_SECONDS),
            raids: Raids::new(clients),
            room: Semaphore::new(settings.requests_at_once),
            reserve: Semaphore::new(settings.requests_at_once.div_ceil(RESERVE)),
            slow: Semaphore::new(SLOWED_MOST.min(settings.requests_at_once.div_ceil(RESERVE))),
            settings,
            meter,
            told: AtomicU64::new(0),
        }
    }

    /// Whether this caller may ask once more, and there is room to answer.
    pub fn admit(&self, caller: Caller) -> Result<Place<'_>, TooMuch> {
        // The client first: whoever floods takes no room.
        if let Some(retry_after) = self.wait(caller) {
            let why = Why::Rate;
            return Err(self.refused(TooMuch { why, retry_after }));
        }
        let stranger = self.room.try_acquire();
        let room = match caller {
            Caller::Network(_) => stranger,
            // Whoever is known has room of their own, when strangers have taken all of theirs.
            Caller::Token(_) => stranger.or_else(|_full| self.reserve.try_acquire()),
        };
        room.map(Place).map_err(|_full| {
            self.refused(TooMuch {
                why: Why::Full,
                retry_after: SHED_RETRY,
            })
        })
    }

    /// How long this caller has to wait until it may ask, if it has to.
    fn wait(&self, caller: Caller) -> Option<Duration> {
        if self.is_free(caller) {
            return None;
        }
        self.with((caller, self.key.hash_one(caller)), self.now(), |client| {
            let refused = client.bucket.as_ref()?.check().err()?;
            Some(self.clock.wait(refused.wait_time_from(self.clock.now())))
        })
    }

    /// Whether this caller may have this code: at once, after a while, or not now.
    pub async fn watch(&self, caller: Caller, code: &Code) -> Result<(), TooMuch> {
        let (verdict, retry_after) = self.weigh(caller, code);
        let why = Why::Harvest;
        match verdict {
            Verdict::Pass => Ok(()),
            Verdict::Slow => {
                let Ok(_waits) = self.slow.try_acquire() else {
                    let retry_after = SLOWED_RETRY;
                    return Err(self.refused(TooMuch { why, retry_after }));
                };
                let _counted = self.meter.guard().slowed();
                tokio::time::sleep(self.clock.wait(SLOWED_FOR)).await;
                Ok(())
            }
            Verdict::Refuse => Err(self.refused(TooMuch { why, retry_after })),
        }
    }

    /// What is thought of this caller asking for this code, and when the hour is over in which it
    /// is thought. Remembers that it did.
    pub fn weigh(&self, caller: Caller, code: &Code) -> (Verdict, Duration) {
        if self.is_free(caller) || matches!(caller, Caller::Token(_)) {
            return (Verdict::Pass, Duration::ZERO);
        }
        let now = self.now();
        let (client, mark) = (self.key.hash_one(caller), self.key.hash_one(code));
        let range = self.key.hash_one(walk::range(code));
        let share = self.key.hash_one((client, range));
        let step = self.step(client, code, now);
        self.tell(now);
        let (mut seen, novelty, since) = self.with((caller, client), now, |known| {
            let hour = &mut known.hour;
            hour.turn(now);
            let novelty = hour.see(mark, range, step);
            let codes = hour.codes.count();
            let (usual, tide) = self.raids.count(client, (hour, codes), novelty, now);
            let seen = Seen {
                codes,
                of_range: 0.0,
                led: hour.led,
                stayed: hour.stayed,
                followed: hour.followed,
                unordered: hour.unordered,
                ground: Ground::Calm,
                usual,
                tide,
            };
            (seen, novelty, hour.since())
        });
        // Of the same hour, or a new one would begin with all that was asked of a range in the last.
        seen.of_range = self.shares.with(
            share,
            now,
            || Share::new(since),
            |share| share.see(mark, since),
        );
        // Who is refused whatever others do makes nothing harder for them.
        let tide = mem::replace(&mut seen.tide, Tide::Low);
        let counts =
            novelty == Novelty::New && seen.verdict(&self.settings.harvest) != Verdict::Refuse;
        seen.tide = tide;
        for (field, walk) in [
            (range, WALKED_RANGE),
            (self.key.hash_one(code.kind()), WALKED_KIND),
        ] {
            self.fields.with(
                field,
                now,
                || Field::new(now),
                |field| {
                    if counts {
                        field.count(step, now);
                    }
                    seen.ground = seen.ground.max(field.ground(walk, now));
                },
            );
        }
        let verdict = seen.verdict(&self.settings.harvest);
        if verdict != Verdict::Refuse {
            self.raids.got(client, since, seen.codes, now);
        }
        let left = (since + WINDOW_SECONDS).saturating_sub(now);
        (verdict, self.clock.wait(Duration::from_secs(left)))
    }

    /// Charges what the answer was worth, beyond the one that was paid.
    pub fn settle(&self, caller: Caller, status: StatusCode) {
        let cost = match status {
            StatusCode::NOT_FOUND => MISS_COST,
            StatusCode::BAD_REQUEST => MALFORMED_COST,
            _ => return,
        };
        if self.is_free(caller) {
            return;
        }
        self.with((caller, self.key.hash_one(caller)), self.now(), |client| {
            let Some(bucket) = &client.bucket else { return };
            // What is not there cannot be taken: then as much as there is.
            let mut more = cost - 1;
            while let Some(cells) = NonZeroU32::new(more) {
                if matches!(bucket.check_n(cells), Ok(Ok(()))) {
                    return;
                }
                more /= 2;
            }
        });
    }

    /// How much one client may ask.
    pub fn budget(&self) -> Option<Budget> {
        self.quota.map(|quota| Budget {
            requests: quota.burst_size().get(),
            window: self.clock.wait(quota.burst_size_replenished_in()),
        })
    }

    /// What it is that this client asks for this code.
    fn step(&self, client: u64, code: &Code, now: u64) -> Step {
        // 0 is nobody.
        let tag = u32::try_from(client >> 32).unwrap_or_default().max(1);
        let steps = walk::blocks(code).map(|(block, place)| {
            let key = self.key.hash_one(block);
            self.patches.with(
                key,
                now,
                || Patch::new(now),
                |patch| patch.visit(place, tag, now),
            )
        });
        steps.max().unwrap_or(Step::Alone)
    }

    /// Does something with what is known of a caller, who has this hash.
    fn with<R>(
        &self,
        (caller, hash): (Caller, u64),
        now: u64,
        act: impl FnOnce(&mut Client) -> R,
    ) -> R {
        let quota = match caller {
            Caller::Network(_) => self.quota,
            // Until tokens have quotas of their own.
            Caller::Token(_) => None,
        };
        let fresh = || Client::new(quota, &self.clock, now);
        self.clients.with(hash, now, fresh, act)
    }

    const fn is_free(&self, caller: Caller) -> bool {
        match (caller, self.settings.this_machine) {
            (Caller::Network(address), ThisMachine::Free) => address.is_loopback(),
            (Caller::Network(_), ThisMachine::Counted) | (Caller::Token(_), _) => false,
        }
    }

    fn refused(&self, no: TooMuch) -> TooMuch {
        self.meter.guard().refused(match no.why {
            Why::Rate => Refused::Rate,
            Why::Harvest => Refused::Harvest,
            Why::Full => Refused::Shed,
        });
        no
    }

    fn tell(&self, now: u64) {
        let told = self.told.load(Ordering::Relaxed);
        let order = Ordering::Relaxed;
        if now >= told + TELL_SECONDS
            // Of those who come at once, one tells.
            && self.told.compare_exchange(told, now, order, order).is_ok()
        {
            self.meter.guard().tracked(self.clients.len());
            let walked = |field: &Field| field.ground(WALKED_RANGE, now) == Ground::Walked;
            self.meter.guard().walked(self.fields.count(walked));
        }
    }

    fn now(&self) -> u64 {
        self.clock.elapsed().as_secs()
    }
}

impl From<&Peer> for Caller {
    fn from(peer: &Peer) -> Self {
        Self::Network(peer.network())
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
