//! Everybody at once: the sticker of the evening news.
//!
//! First all connect, since what is to be seen is not handshakes but one code that nobody has
//! asked for yet. Then all ask in the same moment, and everybody's time counts from there.

use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::Asker;
use super::plan::{Connection, Questions};
use super::tally::Tally;

/// How many connect at once. A listener's queue is not what is measured.
const CONNECTING: usize = 200;

/// Connects all, lets them ask the first question, and says what came back.
pub(super) async fn break_loose(askers: Vec<Asker>, questions: Rc<Questions>) -> (Tally, Duration) {
    let connecting = Rc::new(Semaphore::new(CONNECTING));
    let (ready, mut all_ready) = watch::channel(0_usize);
    let (go, gone) = watch::channel(None::<Instant>);
    let ready = Rc::new(ready);
    let count = askers.len();
    let asking: Vec<_> = askers
        .into_iter()
        .map(|asker| {
            let (connecting, ready) = (Rc::clone(&connecting), Rc::clone(&ready));
            let (questions, mut gone) = (Rc::clone(&questions), gone.clone());
            tokio::task::spawn_local(async move {
                let mut tally = Tally::new();
                let Asker::Phone(mut phone) = asker else {
                    return tally;
                };
                let connected = {
                    // It is never closed.
                    let _turn = connecting.acquire().await.ok();
                    phone.connect().await
                };
                ready.send_modify(|ready| *ready += 1);
                let started = gone.wait_for(Option::is_some).await.ok().and_then(|at| *at);
                let started = started.unwrap_or_else(Instant::now);
                let outcome = match connected {
                    Ok(()) => phone.ask(questions.request(0), Connection::Kept).await,
                    Err(why) => why,
                };
                tally.note(outcome, started.elapsed());
                tally.handshakes = phone.handshakes;
                tally
            })
        })
        .collect();
    // It ends only with its senders, which we hold.
    drop(all_ready.wait_for(|&ready| ready == count).await);
    let start = Instant::now();
    go.send_replace(Some(start));
    let mut tally = Tally::new();
    for one in asking {
        if let Ok(one) = one.await {
            tally.add(&one);
        }
    }
    (tally, start.elapsed())
}
