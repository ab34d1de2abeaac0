//! From a stream of bytes to somebody who speaks HTTP: PROXY header, place, handshake.

use std::{
    future::poll_fn,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncBufRead, AsyncRead, AsyncReadExt as _, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::server::TlsStream;

use super::{
    Door, HANDSHAKE_DEADLINE, HEAD_DEADLINE, WRITE_DEADLINE, Way, accept::Accepted,
    answering::Service, h1, h2, pulse::Pulse,
};
use crate::{
    rooms::{
        crowd::Place,
        meter::{ConnectionMeter, labels::TurnedAway},
    },
    rules::proxy_header::{FIXED, Opening},
    shell::{
        drain::Stop,
        patience::Patience,
        tls::{self, Spoken, Tls, parcel::Parcel},
    },
    words::peer::Peer,
};

/// A connection that has been accepted, and all it needs.
pub(super) struct Connection<D> {
    pub(super) accepted: Accepted,
    pub(super) way: Arc<Way>,
    pub(super) door: Arc<D>,
    pub(super) stop: Stop,
    pub(super) linger: Duration,
}

/// A stream that can say that there is something to read without reading it.
pub(super) trait Wakes: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    fn poll_wake(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// Why nobody was served. None of it is anybody's business but the sender's.
#[derive(Debug, thiserror::Error)]
enum Gone {
    #[error("too many connections of one client")]
    Crowded,
    #[error("nothing was said in time")]
    Silent,
    #[error(transparent)]
    Proxy(#[from] crate::rules::proxy_header::NotAHeader),
    #[error(transparent)]
    Broken(#[from] io::Error),
}

impl From<&Gone> for TurnedAway {
    fn from(why: &Gone) -> Self {
        match why {
            Gone::Crowded => Self::Address,
            Gone::Silent | Gone::Broken(_) => Self::Handshake,
            Gone::Proxy(_) => Self::Proxy,
        }
    }
}

impl<D: Door> Connection<D> {
    /// Its whole life. A connection that breaks is the reader's business; there is nobody to tell.
    pub(super) async fn live(self) {
        let Self {
            accepted:
                Accepted {
                    stream,
                    from,
                    permit,
                },
            way,
            door,
            stop,
            linger,
        } = self;
        let _open = way.meter.as_ref().map(ConnectionMeter::opened);
        // Boxed, here and below: what a handshake needs is not kept for as long as a connection
        // idles, and a task is copied from hand to hand as large as its largest part.
        let arrived = timeout(HANDSHAKE_DEADLINE, Box::pin(arrive(stream, from, &way))).await;
        let (arrived, _place) = match arrived.unwrap_or(Err(Gone::Silent)) {
            Ok(arrived) => arrived,
            Err(why) => {
                tracing::trace!(%why, "nobody was served");
                if let Some(meter) = &way.meter {
                    meter.turned_away(TurnedAway::from(&why));
                }
                return;
            }
        };
        let service = |peer: Peer| {
            let carries = way.proxies.carry(from.ip());
            Arc::new(Service {
                door,
                peer,
                way,
                pulse: Arc::new(Pulse::default()),
                carries,
            })
        };
        match arrived {
            Arrived::Plain(stream, client) => {
                Box::pin(h1::drive(
                    stream,
                    service(Peer::plain(client)),
                    stop,
                    linger,
                ))
                .await;
            }
            Arrived::Secure(stream, client) => {
                let peer = Peer {
                    secure: true,
                    certificate: tls::certificate(&stream),
                    ..Peer::plain(client)
                };
                match Spoken::on(&stream) {
                    Spoken::Http1 => {
                        Box::pin(h1::drive(stream, service(peer), stop, linger)).await;
                    }
                    Spoken::Http2 => Box::pin(h2::drive(stream, service(peer), stop)).await,
                }
            }
        }
        drop(permit);
    }
}

/// What TLS runs over sends together what it can; what it runs over in turn has a deadline.
type Secure = TlsStream<Parcel<Patience<TcpStream>>>;

enum Arrived {
    Plain(Patience<TcpStream>, IpAddr),
    Secure(Box<Secure>, IpAddr),
}

async fn arrive(
    mut stream: TcpStream,
    from: SocketAddr,
    way: &Way,
) -> Result<(Arrived, Option<Place>), Gone> {
    let nearest = from.ip().to_canonical();
    let client = if way.proxies.announce(nearest) {
        announced(&mut stream).await?.unwrap_or(nearest)
    } else {
        nearest
    };
    let place = match &way.crowd {
        // A proxy has as many connections as it has clients.
        Some(crowd) if !way.proxies.list(client) => {
            let network = Peer::plain(client).network();
            Some(crowd.enter(network).ok_or(Gone::Crowded)?)
        }
        Some(_) | None => None,
    };
    let arrived = match &way.tls {
        None => Arrived::Plain(Patience::new(stream, WRITE_DEADLINE), client),
        Some(tls) => Arrived::Secure(shake(tls, stream).await?, client),
    };
    Ok((arrived, place))
}

/// Who is silent takes no place among the handshakes.
async fn shake(tls: &Tls, stream: TcpStream) -> io::Result<Box<Secure>> {
    stream.readable().await?;
    let stream = Patience::new(stream, WRITE_DEADLINE);
    tls.accept(stream).await
}

async fn announced(stream: &mut TcpStream) -> Result<Option<IpAddr>, Gone> {
    let mut fixed = [0; FIXED];
    stream.read_exact(&mut fixed).await?;
    let opening = Opening::read(&fixed)?;
    let mut rest = vec![0; opening.rest];
    stream.read_exact(&mut rest).await?;
    Ok(opening.client(&rest)?)
}

/// Waits for the next request to begin, holding nothing of any protocol. False if there will be
/// none, or not in time.
pub(super) async fn woken<T: Wakes>(stream: &mut T) -> bool {
    let wake = poll_fn(|context| Pin::new(&mut *stream).poll_wake(context));
    matches!(timeout(HEAD_DEADLINE, wake).await, Ok(Ok(())))
}

impl Wakes for Patience<TcpStream> {
    fn poll_wake(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_ref().poll_read_ready(context)
    }
}

/// Boxed: it is moved from driver to protocol and back, and it is large.
impl Wakes for Box<Secure> {
    fn poll_wake(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = Pin::new(&mut **self);
        stream.poll_fill_buf(context).map_ok(|_bytes| ())
    }
}
