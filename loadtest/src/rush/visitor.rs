//! One connection of a rush: made when it is needed, over TLS if that is asked for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::NoRush;
use super::figures::End;
use crate::loopback::Loopback;
use crate::message::{self, After};

/// Where everybody is bound, and what they ask.
pub(super) struct Bound {
    pub(super) at: Loopback,
    pub(super) tls: Option<TlsConnector>,
    pub(super) request: Vec<u8>,
}

/// Somebody with a connection, or without one yet.
pub(super) struct Visitor {
    number: u64,
    stream: Option<Box<dyn Stream>>,
    part: Vec<u8>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

/// Where visitors come from, of 127.0.77.0/24: one address has too few ports for a rush.
const HOMES: u64 = 250;

/// Who believes this authority, shakes hands in full, and speaks HTTP/1.1.
pub(super) fn tls(file: &Path) -> Result<TlsConnector, NoRush> {
    let none = || NoRush::Authority(PathBuf::from(file));
    let mut roots = RootCertStore::empty();
    let read = CertificateDer::pem_file_iter(file);
    for root in read.map_err(|_unreadable| none())? {
        let root = root.map_err(|_unreadable| none())?;
        roots.add(root).map_err(|_unusable| none())?;
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(TlsConnector::from(Arc::new(config)))
}

impl Visitor {
    pub(super) fn new(number: u64) -> Self {
        Self {
            number,
            stream: None,
            part: Vec::new(),
        }
    }

    /// Asks, and reads the whole answer, if that can be done by then.
    pub(super) async fn ask(&mut self, bound: &Bound, until: Instant) -> End {
        let asked = timeout_at(until, self.ask_in_time(bound)).await;
        let end = asked.unwrap_or(End::Left);
        match end {
            End::Page | End::Shed(_) => {}
            // What is left on the connection belongs to nobody.
            End::Left | End::Refused | End::Dropped | End::NotSent => self.stream = None,
        }
        end
    }

    async fn ask_in_time(&mut self, bound: &Bound) -> End {
        if let Some(stream) = &mut self.stream
            && is_over(stream).await
        {
            self.stream = None;
        }
        let stream = match &mut self.stream {
            Some(stream) => stream,
            empty => match connect(bound, self.number).await {
                Ok(stream) => empty.insert(stream),
                Err(_) => return End::Refused,
            },
        };
        let sent = stream.write_all(&bound.request).await;
        if sent.is_err() || stream.flush().await.is_err() {
            return End::Dropped;
        }
        self.part.clear();
        let mut whole = None;
        loop {
            match stream.read_buf(&mut self.part).await {
                Ok(0) | Err(_) => return End::Dropped,
                Ok(_) => {}
            }
            if whole.is_none() {
                match message::head(&self.part) {
                    Ok(head) => whole = head,
                    Err(_) => return End::Dropped,
                }
            }
            let Some(head) = &whole else { continue };
            if self.part.len() < head.len + head.body {
                continue;
            }
            if head.after == After::Closes {
                self.stream = None;
            }
            return match head.status {
                200 => End::Page,
                status => End::Shed(status),
            };
        }
    }

    /// Leaves the connection open for a while, unless the server has had enough before.
    pub(super) async fn linger(self, lingers: Duration) {
        let Some(mut stream) = self.stream else {
            return;
        };
        let mut byte = [0; 1];
        // Whichever comes first.
        drop(timeout(lingers, stream.read(&mut byte)).await);
    }
}

/// Whether the server closed a connection while nothing was asked, which it may.
async fn is_over(stream: &mut Box<dyn Stream>) -> bool {
    let mut byte = [0; 1];
    timeout(Duration::ZERO, stream.read(&mut byte))
        .await
        .is_ok()
}

async fn connect(bound: &Bound, number: u64) -> io::Result<Box<dyn Stream>> {
    let at = bound.at.address();
    let stream = match at.ip() {
        IpAddr::V4(_) => {
            let home = u8::try_from(number % HOMES).unwrap_or_default() + 1;
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 77, home), 0)))?;
            socket.connect(at).await?
        }
        IpAddr::V6(_) => TcpStream::connect(at).await?,
    };
    stream.set_nodelay(true)?;
    match &bound.tls {
        None => Ok(Box::new(stream)),
        Some(tls) => {
            let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
            Ok(Box::new(tls.connect(name, stream).await?))
        }
    }
}
