//! A listener: accept → permit → arrival → one protocol until the end.
//!
//! 1. A connection is accepted only when there is a permit for it; the others wait in the kernel's
//!    own queue, where they cost nothing (`accept`).
//! 2. Each is a task of its own: what breaks there breaks for one phone. Who it is, and whether
//!    TLS can be agreed on, is found out there, within a deadline (`arrival`).
//! 3. HTTP/1.1 or HTTP/2, as was agreed in the handshake: their heads, their pauses and their
//!    reading all have deadlines (`h1`, `h2`).
//! 4. Nobody waits for a place that somebody else only rests in: when there is none left, whoever has
//!    rested longest gives theirs up.
//! 5. Stopping, a listener closes first. Who is connected is told so with the next answer, and
//!    whoever asks for nothing more is let go a little later, so that no request meets a closed door.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming};
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, mpsc},
    task::yield_now,
};

use self::{answering::Redirect, queue::Queue};
use crate::{
    path::{
        Edge,
        staff::{StaffDoor, desk::Desk},
    },
    rooms::{crowd::Crowd, meter::ConnectionMeter, settings::Ports, source::Source},
    rules::{answer::Reply, forwarding::Proxies},
    shell::{
        drain::{self, Ended, Stop},
        sockets,
        tls::Tls,
    },
    words::{peer::Peer, start::StartError},
};

mod accept;
mod answering;
mod arrival;
mod h1;
mod h2;
mod line;
mod pulse;
mod queue;
mod spot;

/// From the first byte of a request to the end of its head; also how long a connection may idle
/// between two. A phone that has scanned has sent its request within a second or two.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// From being accepted to the end of the handshake: four round trips and a lost packet on the worst
/// network, and time to wait for a place.
pub const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(8);
/// A page of 14 KB at 2 kB/s, the slowest network on which anybody would still wait.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(8);
/// Longer heads are refused with 431: no browser sends a quarter of it.
const HEAD_MAX: usize = 16 * 1024;
/// Stopping, how long who asks for nothing stays connected: longer than a request is on its way.
const LINGER: Duration = Duration::from_secs(3);

/// What stands behind a listener: a request in, an answer out, always.
pub trait Door: Send + Sync + 'static {
    /// Answers a request that came from this peer.
    fn answer(&self, request: Request<Incoming>, from: &Peer)
    -> impl Future<Output = Reply> + Send;
}

/// The way to a door: what has to be passed before anything is asked. Clones share its places.
#[derive(Clone, Debug)]
pub struct Way {
    permits: Arc<Semaphore>,
    /// Told when somebody waits for a permit. Who rests listens, the longest first.
    wanted: Arc<Notify>,
    crowd: Option<Arc<Crowd>>,
    proxies: Arc<Proxies>,
    tls: Option<Tls>,
    redirect: Option<Redirect>,
    meter: Option<ConnectionMeter>,
}

impl Way {
    /// In the clear, with so many connections at once, and nobody believed but about themselves.
    pub fn new(permits: Arc<Semaphore>) -> Self {
        Self {
            permits,
            wanted: Arc::default(),
            crowd: None,
            proxies: Arc::default(),
            tls: None,
            redirect: None,
            meter: None,
        }
    }

    /// Its connections are counted here.
    #[must_use]
    pub fn counted(mut self, meter: &ConnectionMeter) -> Self {
        self.meter = Some(meter.clone());
        self
    }

    /// No client has more than its share of the connections.
    #[must_use]
    pub fn sharing(mut self, crowd: Arc<Crowd>) -> Self {
        self.crowd = Some(crowd);
        self
    }

    /// These proxies may say whom they speak for.
    #[must_use]
    pub fn behind(mut self, proxies: Proxies) -> Self {
        self.proxies = Arc::new(proxies);
        self
    }

    /// Behind TLS.
    #[must_use]
    pub fn over(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Whether what is said there cannot be overheard.
    pub const fn is_secure(&self) -> bool {
        self.tls.is_some()
    }

    /// Who comes in the clear is sent to the same path of this address.
    #[must_use]
    pub fn redirecting(mut self, public_url: &str) -> Self {
        self.redirect = Some(Redirect::to(public_url));
        self
    }
}

impl From<Arc<Semaphore>> for Way {
    fn from(permits: Arc<Semaphore>) -> Self {
        Self::new(permits)
    }
}

impl<S: Source> Door for Edge<S> {
    fn answer(
        &self,
        request: Request<Incoming>,
        from: &Peer,
    ) -> impl Future<Output = Reply> + Send {
        Self::answer(self, request, from)
    }
}

impl Door for Desk {
    fn answer(
        &self,
        request: Request<Incoming>,
        from: &Peer,
    ) -> impl Future<Output = Reply> + Send {
        Self::answer(self, request, from)
    }
}

impl Door for StaffDoor {
    fn answer(
        &self,
        request: Request<Incoming>,
        from: &Peer,
    ) -> impl Future<Output = Reply> + Send {
        Self::answer(self, request, from)
    }
}

/// Opens every address, or says which one it could not.
#[expect(
    clippy::unused_async,
    reason = "to be called where a runtime is: sockets are registered with it"
)]
pub async fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, StartError> {
    sockets::open(addresses, Ports::Own, Vec::new())
}

/// Serves one listener until it is told to stop, then finishes what is under way within `drain`.
/// Listeners of one door share their permits.
pub async fn serve<D: Door>(
    listener: TcpListener,
    door: Arc<D>,
    way: impl Into<Way>,
    stop: Stop,
    drain: Duration,
) -> Ended {
    let way = Arc::new(way.into());
    let linger = LINGER.min(drain / 2);
    // Nothing is ever sent: it closes when the last connection has dropped its end.
    let (open, all_closed) = mpsc::channel(1);
    let begin = |accepted| {
        let connection = arrival::Connection {
            accepted,
            way: Arc::clone(&way),
            door: Arc::clone(&door),
            stop: stop.clone(),
            linger,
        };
        let open = open.clone();
        tokio::spawn(async move {
            connection.live().await;
            drop(open);
        });
    };
    let (mut stopped, mut queue) = (stop.clone(), Queue::new());
    loop {
        tokio::select! {
            // Stopping comes first: a flood must not keep the door open.
            biased;
            () = stopped.said() => break,
            accepted = accept::next(&listener, &way, &mut queue) => match accepted {
                Some(accepted) => begin(accepted),
                None => break,
            },
        }
        if queue.is_others_turn() {
            yield_now().await;
        }
    }
    // Who had arrived before is not sent away.
    for accepted in accept::waiting(&listener, &way).await {
        begin(accepted);
    }
    // Closed before the wait, so that a load balancer sees it and goes elsewhere.
    drop(listener);
    drop(open);
    drain::drain(all_closed, drain).await
}
