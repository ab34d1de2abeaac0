//! HTTP/1.1 on one connection.
//!
//! hyper keeps some 16 KiB for a connection as long as it has one. So it has one only while there
//! is something to do: before the first request and after a pause only the stream is kept, and
//! wakes everything else when bytes come.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, LazyLock},
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::AsyncWriteExt as _,
    time::{Instant, sleep, timeout},
};

use super::{
    Door, HEAD_DEADLINE, HEAD_MAX,
    answering::Service,
    arrival::{Wakes, woken},
    line::{Line, Street},
    pulse::Pulse,
};
use crate::shell::drain::Stop;

/// Room for one head and a few pipelined ones behind it, per connection.
const BUFFER_MAX: usize = 2 * HEAD_MAX;
/// How often silence is looked for. What has lasted from one look to the next is a pause: who asks
/// for page after page is not worth putting to sleep; who does not should soon be able to give up a
/// place.
const LOOK: Duration = Duration::from_millis(250);
/// Who has not said a word yet has two round trips on a bad network before that is called resting.
const FIRST_WORD: Duration = Duration::from_secs(2);
/// To say goodbye. Nobody is waiting for it.
const GOODBYE: Duration = Duration::from_secs(1);

static PROTOCOL: LazyLock<http1::Builder> = LazyLock::new(|| {
    let mut protocol = http1::Builder::new();
    protocol
        // hyper would set a timer for every head anew. The look that finds who rests ends a slow one
        // as surely, one look later at most.
        .header_read_timeout(None)
        .max_header_size(HEAD_MAX)
        .max_buf_size(BUFFER_MAX);
    // Not `pipeline_flush`: with it hyper 1.12 does not send its last answer when bytes are left
    // unread behind it, and that is what every refused message looks like.
    protocol
});

/// Answers what is asked on this connection until either end has had enough.
pub(super) async fn drive<T: Wakes, D: Door>(
    mut stream: T,
    service: Arc<Service<D>>,
    stop: Stop,
    linger: Duration,
) {
    loop {
        let woke = tokio::select! {
            biased;
            woke = woken(&mut stream) => woke,
            () = enough(stop.clone(), &service.pulse, linger) => false,
            () = wanted(&service) => false,
        };
        if !woke {
            // A stream that breaks now is gone, which is what is wanted.
            drop(timeout(GOODBYE, stream.shutdown()).await);
            return;
        }
        // Boxed, so that it is given back in a pause.
        match Box::pin(awake(stream, &service, &stop, linger)).await {
            Some(resting) => stream = resting,
            None => return,
        }
    }
}

/// Answers until the connection ends, or until it rests.
async fn awake<T: Wakes, D: Door>(
    stream: T,
    service: &Arc<Service<D>>,
    stop: &Stop,
    linger: Duration,
) -> Option<T> {
    let pulse = &service.pulse;
    let street = if service.peer.secure {
        Street::Secure
    } else {
        Street::Plain
    };
    let mut stream = stream;
    let mut before = Bytes::new();
    let mut may_rest = true;
    loop {
        let line = Line::new(stream, Arc::clone(pulse), before, street);
        // Boxed, since hyper copies each to where it is answered.
        let answer = service_fn(|request| Box::pin(Arc::clone(service).answer(request)));
        let mut connection = PROTOCOL.serve_connection(TokioIo::new(line), answer);
        let mut enough = pin!(enough(stop.clone(), pulse, linger));
        let mut look = pin!(sleep(LOOK));
        let mut silence = Silence::after(pulse);
        let mut listening = false;
        let mut stopping = false;
        loop {
            let turn = poll_fn(|context| {
                if let Poll::Ready(ended) = Pin::new(&mut connection).poll(context) {
                    return Poll::Ready(Turn::Ended(ended));
                }
                // Asked once, it wakes this task when it comes: to ask each time would take a lock
                // that all connections share.
                if !stopping && (!listening || stop.is_said()) {
                    listening = true;
                    if enough.as_mut().poll(context).is_ready() {
                        return Poll::Ready(Turn::Enough);
                    }
                }
                look.as_mut().poll(context).map(|()| Turn::Look)
            });
            match turn.await {
                Turn::Ended(ended) => {
                    if let Err(error) = ended {
                        tracing::trace!(%error, "a connection broke");
                    }
                    return None;
                }
                Turn::Enough => {
                    stopping = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
                Turn::Look => {
                    silence.look(pulse);
                    if silence.lasts(LOOK) && may_rest && !stopping && pulse.rests() {
                        break;
                    }
                    if silence.lasts(HEAD_DEADLINE) {
                        return None;
                    }
                    look.as_mut().reset(Instant::now() + LOOK);
                }
            }
        }
        let parts = connection.into_parts();
        stream = parts.io.into_inner().into_inner();
        if parts.read_buf.is_empty() {
            return Some(stream);
        }
        // Half a request came right behind a whole one: not a pause, and no second chance to
        // begin the deadline of its head anew.
        before = parts.read_buf;
        may_rest = false;
    }
}

/// What a connection has come to.
enum Turn {
    Ended(hyper::Result<()>),
    Enough,
    Look,
}

/// For how many looks no request has come and none was under way.
struct Silence {
    asked: u32,
    looks: u32,
}

impl Silence {
    fn after(pulse: &Pulse) -> Self {
        Self {
            asked: pulse.asked(),
            looks: 0,
        }
    }

    fn look(&mut self, pulse: &Pulse) {
        let asked = pulse.asked();
        if asked == self.asked && !pulse.answers() {
            self.looks += 1;
        } else {
            self.looks = 0;
        }
        self.asked = asked;
    }

    fn lasts(&self, time: Duration) -> bool {
        LOOK * self.looks >= time
    }
}

/// Comes a little after the stop: until then every answer says that it is the last, and who was
/// about to ask is answered.
async fn enough(mut stop: Stop, pulse: &Pulse, linger: Duration) {
    stop.said().await;
    pulse.part();
    sleep(linger).await;
}

/// Comes when somebody waits for the place of whoever rests here.
async fn wanted<D: Door>(service: &Service<D>) {
    if service.pulse.asked() == 0 {
        sleep(FIRST_WORD).await;
    }
    service.way.wanted.notified().await;
}
