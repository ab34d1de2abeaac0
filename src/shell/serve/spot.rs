//! Where the answers of one HTTP/2 connection are made: on the spot if they can be, else in a task of
//! their own. Most are there at once, and a task costs more than looking.

use std::task::{Context, Poll, Waker};

use hyper::rt::Executor;
use tokio::task::coop;

/// Begins an answer at once, within the turn of its connection. What has to wait goes on in a task,
/// and so does whatever comes when the connection has had its share of this turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnTheSpot;

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for OnTheSpot {
    fn execute(&self, answer: F) {
        let mut answer = Box::pin(answer);
        // Whom this would wake is not known yet: a task asks again with a waker of its own.
        let mut nobody = Context::from_waker(Waker::noop());
        if let Poll::Ready(share) = coop::poll_proceed(&mut nobody) {
            share.made_progress();
            if answer.as_mut().poll(&mut nobody).is_ready() {
                return;
            }
        }
        tokio::spawn(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    };

    use tokio::sync::{Notify, Semaphore};

    use super::*;

    #[tokio::test]
    async fn what_is_there_is_answered_on_the_spot_and_what_is_not_when_it_comes() {
        let (answered, go, done) = (
            Arc::new(AtomicU32::new(0)),
            Arc::new(Notify::new()),
            Arc::new(Semaphore::new(0)),
        );
        let one = Arc::clone(&answered);
        OnTheSpot.execute(async move {
            one.fetch_add(1, Relaxed);
        });
        assert_eq!(answered.load(Relaxed), 1);

        let (later, wait, end) = (Arc::clone(&answered), Arc::clone(&go), Arc::clone(&done));
        OnTheSpot.execute(async move {
            wait.notified().await;
            later.fetch_add(1, Relaxed);
            end.add_permits(1);
        });
        assert_eq!(answered.load(Relaxed), 1);
        go.notify_one();
        drop(done.acquire().await);
        assert_eq!(answered.load(Relaxed), 2);
    }

    #[tokio::test]
    async fn a_connection_has_a_share_of_each_turn_and_no_more() {
        let answered = Arc::new(AtomicU32::new(0));
        let all = 10_000;
        // In a task, for only a task has turns.
        let ours = Arc::clone(&answered);
        let at_once = tokio::spawn(async move {
            for _ in 0..all {
                let one = Arc::clone(&ours);
                OnTheSpot.execute(async move {
                    one.fetch_add(1, Relaxed);
                });
            }
            ours.load(Relaxed)
        })
        .await
        .unwrap();
        assert!(0 < at_once && at_once < all / 10, "{at_once}");
        while answered.load(Relaxed) < all {
            tokio::task::yield_now().await;
        }
    }
}
