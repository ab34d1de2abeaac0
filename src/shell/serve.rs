//! A public listener: accept → permit → connection.
//!
//! 1. A connection is accepted only when there is a permit for it; the others wait in the kernel's
//!    own queue, where they cost nothing.
//! 2. Each is a task of its own: what breaks there breaks for one phone.
//! 3. Its head, its pauses and its reading all have deadlines.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::{
    path::{
        Edge,
        staff::{StaffDoor, desk::Desk},
    },
    rooms::source::Source,
    rules::answer::Reply,
    shell::{
        drain::{self, Ended, Stop},
        patience::Patience,
    },
    words::{peer::Peer, start::StartError},
};

/// From the first byte of a request to the end of its head; also how long a connection may idle
/// between two. A phone that has scanned has sent its request within a second or two.
pub const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// A page of 14 KB at 2 kB/s, the slowest network on which anybody would still wait.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(8);
/// Longer heads are refused with 431: no browser sends a quarter of it.
const HEAD_MAX: usize = 16 * 1024;
/// Room for one head and a few pipelined ones behind it, per connection.
const BUFFER_MAX: usize = 2 * HEAD_MAX;
/// Out of file descriptors: something has to close first, so do not spin.
const BACK_OFF: Duration = Duration::from_millis(100);

/// Opens every address, or says which one it could not.
pub async fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, StartError> {
    let mut listeners = Vec::with_capacity(addresses.len());
    for &address in addresses {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| StartError::Listen { address, source })?;
        listeners.push(listener);
    }
    Ok(listeners)
}

/// What stands behind a listener: a request in, an answer out, always.
pub trait Door: Send + Sync + 'static {
    /// Answers a request that came from this peer.
    fn answer(&self, request: Request<Incoming>, from: &Peer)
    -> impl Future<Output = Reply> + Send;
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

/// Serves one listener until it is told to stop, then finishes what is under way within `drain`.
/// Listeners of one door share their permits.
pub async fn serve<D: Door>(
    listener: TcpListener,
    door: Arc<D>,
    permits: Arc<Semaphore>,
    mut stop: Stop,
    drain: Duration,
) -> Ended {
    let connections = GracefulShutdown::new();
    let protocol = protocol();
    loop {
        let (stream, peer, permit) = tokio::select! {
            // Stopping comes first: a flood must not keep the door open.
            biased;
            () = stop.said() => break,
            accepted = accept(&listener, &permits) => match accepted {
                Some(accepted) => accepted,
                None => break,
            },
        };
        let here = Arc::new((Arc::clone(&door), Peer::plain(peer.ip())));
        let answer = service_fn(move |request| {
            let here = Arc::clone(&here);
            async move {
                let (door, peer) = &*here;
                Ok::<_, Infallible>(door.answer(request, peer).await)
            }
        });
        let io = TokioIo::new(Patience::new(stream, WRITE_DEADLINE));
        let connection = connections.watch(protocol.serve_connection(io, answer));
        tokio::spawn(async move {
            // A connection that breaks is the reader's business; there is nobody to tell.
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection broke");
            }
            drop(permit);
        });
    }
    // Closed before the wait, so that a load balancer sees it and goes elsewhere.
    drop(listener);
    drain::drain(connections, drain).await
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer is one write; waiting for more would only delay it.
                if stream.set_nodelay(true).is_ok() {
                    return Some((stream, peer, permit));
                }
            }
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(BACK_OFF).await;
            }
        }
    }
}

/// Whether a connection died before it was accepted, which says nothing about the next.
fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

fn protocol() -> http1::Builder {
    let mut protocol = http1::Builder::new();
    protocol
        // Without a timer hyper's deadlines never come.
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_header_size(HEAD_MAX)
        .max_buf_size(BUFFER_MAX);
    // Not `pipeline_flush`: with it hyper 1.12 does not send its last answer when bytes are left
    // unread behind it, and that is what every refused message looks like.
    protocol
}
