//! Who may ask for how many pairs: a limit for each client, and one for each code whoever asks.
//!
//! Clients and codes share a fixed number of counters, dealt out by a hash whose key dies with this
//! process: no flood of addresses or of made-up codes makes the table grow, and nobody can choose
//! with whom they share. To share costs the innocent a little patience, once in a while. A code
//! counts whether it exists or not, so the limit tells nothing of it.

use std::{
    fmt,
    hash::{BuildHasher as _, DefaultHasher, Hash, Hasher as _, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};

use crate::words::code::Code;

/// The limits, and how much of them is used up.
pub struct Turns {
    clients: DefaultKeyedRateLimiter<u16>,
    codes: DefaultKeyedRateLimiter<u16>,
    clock: DefaultClock,
    secret: [u64; 2],
}

/// Not now, but after this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon(pub Duration);

/// At once, a client may use a minute's turns and a code a sixth of an hour's: a mistyped code is
/// tried again straight away, and then it should do.
const CODE_BURST_OF_AN_HOUR: u32 = 6;

impl Turns {
    /// So many turns for each client in a minute, and for each code in an hour.
    pub fn new(client_per_minute: NonZeroU32, code_per_hour: NonZeroU32) -> Self {
        let random = RandomState::new();
        let secret = [0, 1].map(|half| random.hash_one(half));
        Self::dealt(client_per_minute, code_per_hour, secret)
    }

    /// The same with the counters dealt out by this secret.
    pub fn dealt(
        client_per_minute: NonZeroU32,
        code_per_hour: NonZeroU32,
        secret: [u64; 2],
    ) -> Self {
        let burst = NonZeroU32::new(code_per_hour.get() / CODE_BURST_OF_AN_HOUR);
        let burst = burst.unwrap_or(NonZeroU32::MIN);
        Self {
            clients: RateLimiter::keyed(Quota::per_minute(client_per_minute)),
            codes: RateLimiter::keyed(Quota::per_hour(code_per_hour).allow_burst(burst)),
            clock: DefaultClock::default(),
            secret,
        }
    }

    /// A turn for this client, taken before anything it sends is read.
    pub fn client(&self, network: IpAddr) -> Result<(), TooSoon> {
        let counter = self.counter(network);
        self.clients
            .check_key(&counter)
            .map_err(|until| self.after(&until))
    }

    /// A turn for each of these codes. Those before one that has none left have used theirs.
    pub fn codes(&self, codes: &[Code]) -> Result<(), TooSoon> {
        codes.iter().try_for_each(|code| {
            let counter = self.counter(code.in_capitals().unwrap_or(*code));
            let checked = self.codes.check_key(&counter);
            checked.map_err(|until| self.after(&until))
        })
    }

    fn counter(&self, of: impl Hash) -> u16 {
        let mut hasher = DefaultHasher::new();
        (self.secret, of).hash(&mut hasher);
        let [low, high, ..] = hasher.finish().to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    fn after(
        &self,
        until: &NotUntil<<DefaultClock as governor::clock::Clock>::Instant>,
    ) -> TooSoon {
        TooSoon(until.wait_time_from(self.clock.now()))
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::words::code::Kind;

    fn few() -> Turns {
        let number = |number| NonZeroU32::new(number).unwrap();
        Turns::dealt(number(3), number(12), [7, 11])
    }

    #[test]
    fn a_client_has_so_many_turns_and_then_waits() {
        let turns = few();
        let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
        for _ in 0..3 {
            assert_eq!(turns.client(client), Ok(()));
        }
        let TooSoon(wait) = turns.client(client).unwrap_err();
        assert!(wait <= Duration::from_secs(20), "{wait:?}");
    }

    #[test]
    fn a_code_has_its_own_turns_however_it_is_written() {
        let turns = few();
        let codes =
            ["76392965TN21", "76392965tn21"].map(|text| Code::parse(Kind::Pwb, text).unwrap());
        assert_eq!(turns.codes(&codes), Ok(()));
        let TooSoon(wait) = turns.codes(&codes[..1]).unwrap_err();
        assert!(wait <= Duration::from_mins(5), "{wait:?}");
    }

    #[test]
    fn a_flood_of_clients_fills_no_more_than_the_table() {
        let turns = few();
        for number in 0..200_000 {
            let _full = turns.client(IpAddr::V4(Ipv4Addr::from_bits(number)));
        }
        assert!(turns.clients.len() <= 1 << 16);
    }
}
