//! Taking connections off the kernel's queue, as many as there are permits.

use std::{future::poll_fn, io, net::SocketAddr, sync::Arc, task::Poll, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, TryAcquireError},
    time::timeout,
};

use super::{Way, queue::Queue};

/// A connection, from where, and its permit.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) stream: TcpStream,
    pub(super) from: SocketAddr,
    pub(super) permit: OwnedSemaphorePermit,
}

/// Out of file descriptors: something has to close first, so do not spin.
const BACK_OFF: Duration = Duration::from_millis(100);
/// Who is asked to give up a place may be in the middle of something, or gone from the network: then
/// another is asked.
const ASK_ANOTHER: Duration = Duration::from_millis(5);
/// The longest queue a kernel keeps for us; what comes while it is emptied is another's.
const QUEUE_MAX: usize = 4096;

/// The next connection; nothing if there will be no permits any more.
pub(super) async fn next(listener: &TcpListener, way: &Way, queue: &mut Queue) -> Option<Accepted> {
    let permit = place(way).await?;
    loop {
        let at_once = poll_fn(|context| Poll::Ready(listener.poll_accept(context)));
        let accepted = match at_once.await {
            Poll::Ready(accepted) => accepted,
            Poll::Pending => {
                queue.ran_dry();
                listener.accept().await
            }
        };
        match accepted {
            Ok((stream, from)) => {
                queue.took(listener);
                return Some(Accepted {
                    stream,
                    from,
                    permit,
                });
            }
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(BACK_OFF).await;
            }
        }
    }
}

/// A place: a free one, or one that somebody gives up who only rests in it.
async fn place(way: &Way) -> Option<OwnedSemaphorePermit> {
    loop {
        match Arc::clone(&way.permits).try_acquire_owned() {
            Ok(permit) => return Some(permit),
            Err(TryAcquireError::Closed) => return None,
            Err(TryAcquireError::NoPermits) => way.wanted.notify_one(),
        }
        let given_up = Arc::clone(&way.permits).acquire_owned();
        if let Ok(permit) = timeout(ASK_ANOTHER, given_up).await {
            return permit.ok();
        }
    }
}

/// Those that already wait, without waiting for more.
pub(super) async fn waiting(listener: &TcpListener, way: &Way) -> Vec<Accepted> {
    let mut waiting = Vec::new();
    while waiting.len() < QUEUE_MAX {
        let Ok(permit) = Arc::clone(&way.permits).try_acquire_owned() else {
            break;
        };
        let accepted = poll_fn(|context| match listener.poll_accept(context) {
            Poll::Ready(accepted) => Poll::Ready(Some(accepted)),
            Poll::Pending => Poll::Ready(None),
        });
        match accepted.await {
            Some(Ok((stream, from))) => waiting.push(Accepted {
                stream,
                from,
                permit,
            }),
            Some(Err(error)) if is_the_peers(&error) => {}
            Some(Err(_)) | None => break,
        }
    }
    waiting
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
