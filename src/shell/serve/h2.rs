//! HTTP/2 on one connection. Every limit is a number here; hyper's own defaults are for programs
//! that exchange much more than a page.
//!
//! A head that is too long is refused by the protocol itself: 431 and nothing else, no body and no
//! header of ours, because no request is ever made of it. There is nothing in it to dress: it
//! cannot be kept, framed or read as a page, and HSTS stands on every answer beside it.

use std::{
    pin::{Pin, pin},
    sync::{Arc, LazyLock},
    time::Duration,
};

use hyper::{server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::{Instant, sleep};

use super::{
    Door, HEAD_DEADLINE, HEAD_MAX, WRITE_DEADLINE,
    answering::Service,
    arrival::{Wakes, woken},
    spot::OnTheSpot,
};
use crate::shell::drain::Stop;

/// Requests at once: what a client takes for granted until it has been told (RFC 9113, 6.5.2). With
/// fewer, an app that begins with a hundred had most of them refused, and then lost its connection
/// for all that were.
const STREAMS: u32 = 100;
/// What a stranger may send us of a body before it is asked for: the largest question fits twice.
const STREAM_WINDOW: u32 = 16 * 1024;
/// The same over all streams; the protocol allows no less.
const CONNECTION_WINDOW: u32 = 65_535;
/// The least the protocol allows; a page is one frame, or two.
const FRAME_MAX: u32 = 16 * 1024;
/// What waits to be written, per stream: one page.
const SEND_MAX: usize = 16 * 1024;
/// The dictionary of header lines, per direction: a phone sends the same dozen each time.
const TABLE: u32 = 4096;
/// Requests taken back before we have seen them (rapid reset): more is no reader.
const RESETS_MAX: usize = 20;
/// Requests that we had to take back for their mistakes ("made you reset"): more is no reader.
const OWN_RESETS_MAX: usize = 32;
/// Whether anything was asked is looked at this often. Who has asked nothing in between rests, and
/// gives up the place if somebody else waits for one.
const LOOK: Duration = Duration::from_secs(1);
/// How long one may rest.
const REST: Duration = HEAD_DEADLINE.saturating_sub(LOOK.saturating_mul(2));
/// A connection has lived long enough then: an honest one is simply opened again.
const LIFE: Duration = Duration::from_mins(10);
/// For who rests and is told to go because somebody waits: long enough to read what was answered last,
/// on all but the worst networks.
const GIVE_WAY: Duration = Duration::from_secs(3);
/// Whether somebody is still there, while an answer is under way.
const PING: Duration = Duration::from_secs(10);
const PONG: Duration = Duration::from_secs(5);

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Now {
    /// Something was asked lately.
    Awake,
    /// Nothing was.
    Resting,
    /// It was told to go.
    Leaving,
}

static PROTOCOL: LazyLock<http2::Builder<OnTheSpot>> = LazyLock::new(|| {
    let mut protocol = http2::Builder::new(OnTheSpot);
    let head_max = u32::try_from(HEAD_MAX).unwrap_or(u32::MAX);
    protocol
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(FRAME_MAX)
        .max_send_buf_size(SEND_MAX)
        .header_table_size(TABLE)
        .max_header_list_size(head_max)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(OWN_RESETS_MAX)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG);
    protocol
});

/// Answers what is asked on this connection until either end has had enough.
///
/// HTTP/2 has no deadline for a head or for the reading of an answer: a reader can grant no room
/// and keep everything waiting. So who has asked for nothing for a while is told to go, and cut off
/// if they have not gone by the time any answer could have been read.
pub(super) async fn drive<T: Wakes, D: Door>(
    mut stream: T,
    service: Arc<Service<D>>,
    mut stop: Stop,
) {
    // Nothing of the protocol is kept for who has not begun it.
    if !woken(&mut stream).await {
        return;
    }
    let pulse = Arc::clone(&service.pulse);
    let wanted = Arc::clone(&service.way.wanted);
    // Boxed, since each may become a task of its own, and would be copied on its way there.
    let answer = service_fn(move |request| Box::pin(Arc::clone(&service).answer(request)));
    let connection = PROTOCOL.serve_connection(TokioIo::new(stream), answer);
    let mut connection = Box::pin(connection);
    let born = Instant::now();
    let mut look = pin!(sleep(LOOK));
    let mut asked = 0;
    let mut now = Now::Awake;
    loop {
        let patience = tokio::select! {
            biased;
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::trace!(%error, "a connection broke");
                }
                return;
            }
            () = stop.said(), if now != Now::Leaving => WRITE_DEADLINE,
            () = wanted.notified(), if now == Now::Resting => {
                if pulse.asked() == asked {
                    GIVE_WAY
                } else {
                    // Not this one: it is at work again.
                    wanted.notify_one();
                    now = Now::Awake;
                    look.as_mut().reset(Instant::now() + LOOK);
                    continue;
                }
            }
            () = &mut look => {
                let rested = pulse.asked() == asked;
                asked = pulse.asked();
                match now {
                    Now::Leaving => return,
                    Now::Resting if rested => WRITE_DEADLINE,
                    Now::Awake | Now::Resting if born.elapsed() > LIFE => WRITE_DEADLINE,
                    Now::Awake | Now::Resting => {
                        now = if rested { Now::Resting } else { Now::Awake };
                        look.as_mut().reset(Instant::now() + now.lasts());
                        continue;
                    }
                }
            }
        };
        now = Now::Leaving;
        Pin::as_mut(&mut connection).graceful_shutdown();
        look.as_mut().reset(Instant::now() + patience);
    }
}

impl Now {
    /// Until it is looked at again.
    const fn lasts(self) -> Duration {
        match self {
            Self::Awake | Self::Leaving => LOOK,
            Self::Resting => REST,
        }
    }
}
