//! Proofs that were no good, counted by where they came from.
//!
//! A signature cannot be guessed, so this is not what keeps strangers out: it ends the conversation
//! with who tries token after token. A good token passes all the same, for behind one address
//! there may be a whole city's phones, and an officer's among them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A person who pastes the wrong token does so a few times.
const FAILURES_MAX: u32 = 10;
/// After which all is forgotten.
const WINDOW: Duration = Duration::from_mins(5);
/// Networks that are remembered at once: a megabyte.
const NETWORKS_MAX: usize = 16_384;

/// Failures of the last minutes.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<IpAddr, Failures>>);

#[derive(Debug)]
struct Failures {
    since: Instant,
    count: u32,
}

impl Attempts {
    /// Counts one more failure from this network, and says how long to wait if it was one too many.
    pub fn failed(&self, network: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |failures: &Failures| now.duration_since(failures.since) >= WINDOW;
        if known.len() >= NETWORKS_MAX && !known.contains_key(&network) {
            known.retain(|_network, failures| !is_over(failures));
            // From so many places at once there is nothing to count: nobody new is heard.
            if known.len() >= NETWORKS_MAX {
                return Err(WINDOW);
            }
        }
        let failures = known.entry(network).or_insert(Failures {
            since: now,
            count: 0,
        });
        if is_over(failures) {
            *failures = Failures {
                since: now,
                count: 0,
            };
        }
        failures.count = failures.count.saturating_add(1);
        if failures.count > FAILURES_MAX {
            Err(WINDOW.saturating_sub(now.duration_since(failures.since)))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn network(n: u32) -> IpAddr {
        IpAddr::V4(Ipv4Addr::from_bits(n))
    }

    #[test]
    fn who_fails_too_often_waits_and_others_do_not() {
        let attempts = Attempts::default();
        let start = Instant::now();
        for _ in 0..FAILURES_MAX {
            assert_eq!(attempts.failed(network(1), start), Ok(()));
        }
        assert_eq!(attempts.failed(network(1), start), Err(WINDOW));
        assert_eq!(attempts.failed(network(2), start), Ok(()));
        let later = start + Duration::from_secs(299);
        assert_eq!(
            attempts.failed(network(1), later),
            Err(Duration::from_secs(1))
        );
        assert_eq!(attempts.failed(network(1), start + WINDOW), Ok(()));
    }

    #[test]
    fn the_table_has_a_cap_and_forgets() {
        let attempts = Attempts::default();
        let start = Instant::now();
        for n in 0..u32::try_from(NETWORKS_MAX).unwrap() {
            assert_eq!(attempts.failed(network(n), start), Ok(()));
        }
        assert_eq!(attempts.failed(network(u32::MAX), start), Err(WINDOW));
        let later = start + WINDOW;
        assert_eq!(attempts.failed(network(u32::MAX), later), Ok(()));
        assert_eq!(attempts.0.lock().unwrap().len(), 1);
    }
}
