//! How many may wait to be accepted.
//!
//! A queue that takes longer than people are patient serves nobody: whoever is let in has just gone.
//! So while it has no end it is kept as short as what is taken from it in a tenth of a second. Who
//! does not fit is told nothing and knocks again a second later, which costs us nothing. As soon as it
//! is empty once, there may be a burst again.

use std::time::{Duration, Instant};

use socket2::SockRef;
use tokio::net::TcpListener;

use crate::shell::sockets::BACKLOG;

/// How often the length is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long somebody may wait. It is not all: behind it come a handshake and an answer.
const WAIT: Duration = Duration::from_millis(100);
/// Even where hardly anybody is served, a few may wait.
const LEAST: i32 = 16;
/// How many are let in before those who are in already are served again. Who comes anew costs more than
/// who stays: taken without a pause, an endless queue would be all that is served.
const AT_ONCE: u32 = 16;

/// The queue of one listener, as its reader sees it.
#[derive(Debug)]
pub(super) struct Queue {
    since: Instant,
    taken: u32,
    was_empty: bool,
    length: i32,
    /// How many were taken since others had their turn.
    in_a_row: u32,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            taken: 0,
            was_empty: true,
            length: BACKLOG,
            in_a_row: 0,
        }
    }

    /// Nobody waits.
    pub(super) const fn ran_dry(&mut self) {
        self.was_empty = true;
        self.in_a_row = 0;
    }

    /// Whether those who are in already should be served before the next is taken.
    pub(super) const fn is_others_turn(&mut self) -> bool {
        let is_theirs = self.in_a_row >= AT_ONCE;
        if is_theirs {
            self.in_a_row = 0;
        }
        is_theirs
    }

    /// Somebody was taken from it.
    pub(super) fn took(&mut self, listener: &TcpListener) {
        self.taken += 1;
        self.in_a_row += 1;
        let time = self.since.elapsed();
        if time < LOOK {
            return;
        }
        let length = length(self.taken, time, self.was_empty);
        // A queue whose length cannot be changed is as long as it was.
        if length != self.length && SockRef::from(listener).listen(length).is_ok() {
            self.length = length;
        }
        (self.since, self.taken, self.was_empty) = (Instant::now(), 0, false);
    }
}

/// The length for a queue from which so many were taken in this time.
fn length(taken: u32, time: Duration, was_empty: bool) -> i32 {
    if was_empty {
        return BACKLOG;
    }
    let millis = time.as_millis().max(1);
    let within = u128::from(taken) * WAIT.as_millis() / millis;
    i32::try_from(within)
        .unwrap_or(BACKLOG)
        .clamp(LEAST, BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_without_an_end_is_as_long_as_a_tenth_of_a_second() {
        let second = Duration::from_secs(1);
        assert_eq!(length(5000, second, false), 500);
        assert_eq!(length(500, LOOK, false), 500);
        assert_eq!(length(1, second, false), LEAST);
        assert_eq!(length(u32::MAX, LOOK, false), BACKLOG);
        assert_eq!(length(1, second, true), BACKLOG);
    }

    #[tokio::test]
    async fn those_who_are_in_have_their_turn_when_many_come() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut queue = Queue::new();
        let mut turns = 0;
        for _ in 0..2 * AT_ONCE {
            queue.took(&listener);
            turns += u32::from(queue.is_others_turn());
        }
        assert_eq!(turns, 2);
        // A queue that was empty in between is no crowd.
        for _ in 0..2 * AT_ONCE {
            queue.took(&listener);
            queue.ran_dry();
            assert!(!queue.is_others_turn());
        }
    }

    #[tokio::test]
    async fn it_grows_again_when_nobody_waits() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut queue = Queue::new();
        let long_ago = || Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        (queue.since, queue.taken, queue.was_empty) = (long_ago(), 399, false);
        queue.took(&listener);
        assert!((LEAST..=40).contains(&queue.length), "{}", queue.length);
        queue.since = long_ago();
        queue.ran_dry();
        queue.took(&listener);
        assert_eq!(queue.length, BACKLOG);
        // It still listens.
        let address = listener.local_addr().unwrap();
        let (one, other) = tokio::join!(tokio::net::TcpStream::connect(address), listener.accept());
        assert!(one.is_ok() && other.is_ok());
    }
}
