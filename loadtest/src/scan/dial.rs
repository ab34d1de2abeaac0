//! How a phone reaches the server: from which address, and through which handshake.
//!
//! A phone that scans in the street has never been here: a new connection, and all of a TLS 1.3
//! handshake. Nothing is kept for a second one unless the crowd is of those who come back.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use clap::ValueEnum;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::TLS13;
use rustls::{ClientConfig, DigitallySignedStruct, HandshakeKind, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::loopback::{Loopback, Scheme, Target};

/// A connection.
#[derive(Debug)]
pub(crate) enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// The group that keys are agreed in. Phones of the last years offer the second, older ones the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyExchange {
    #[default]
    X25519,
    /// The hybrid with ML-KEM-768.
    X25519mlkem768,
}

/// What a phone keeps of an earlier visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Memory {
    /// Nothing: every handshake is a whole one.
    None,
    /// The ticket it was given last.
    Ticket,
}

/// What both ends speak once they have shaken hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// What all phones of a crowd have in common.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    target: Target,
    key_exchange: KeyExchange,
    protocol: Protocol,
    /// How many addresses of 127.0.0.0/8 the phones come from.
    addresses: u32,
}

/// One phone's way to the server.
pub(crate) struct Dial {
    to: SocketAddr,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    from: Addresses,
}

/// The addresses of one phone after the other, each in turn.
#[derive(Clone, Copy, Debug)]
struct Addresses {
    next: u32,
    step: u32,
    count: u32,
}

/// Whoever answers on this machine's loopback is who we started.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

/// More than this and 127.0.0.0/8 would run out.
pub(crate) const ADDRESSES_MOST: u64 = 1 << 20;

impl Dial {
    /// The way to a server in the clear, always from the same address.
    pub(crate) fn plain(at: Loopback) -> Self {
        Self {
            to: at.address(),
            tls: None,
            from: Addresses {
                next: 0,
                step: 1,
                count: 1,
            },
        }
    }
}

impl Network {
    pub(crate) fn new(
        target: Target,
        key_exchange: KeyExchange,
        protocol: Protocol,
        addresses: u64,
    ) -> Self {
        Self {
            target,
            key_exchange,
            protocol,
            addresses: u32::try_from(addresses).unwrap_or(1),
        }
    }

    /// The way of the n-th phone of so many, when so many have been here before.
    pub(crate) fn dial(
        &self,
        (nth, of): (u64, u64),
        before: u64,
        memory: Memory,
    ) -> io::Result<Dial> {
        let to = self.target.at.address();
        let tls = match self.target.scheme {
            Scheme::Http => None,
            Scheme::Https => {
                let config = self.tls(memory).map_err(io::Error::other)?;
                let name = ServerName::IpAddress(to.ip().into());
                Some((TlsConnector::from(Arc::new(config)), name))
            }
        };
        let from = Addresses {
            next: u32::try_from((before % ADDRESSES_MOST) + nth).unwrap_or_default(),
            step: u32::try_from(of).unwrap_or(1),
            count: self.addresses,
        };
        Ok(Dial { to, tls, from })
    }

    fn tls(&self, memory: Memory) -> Result<ClientConfig, rustls::Error> {
        let group = match self.key_exchange {
            KeyExchange::X25519 => aws_lc_rs::kx_group::X25519,
            KeyExchange::X25519mlkem768 => aws_lc_rs::kx_group::X25519MLKEM768,
        };
        let provider = Arc::new(CryptoProvider {
            kx_groups: vec![group],
            ..aws_lc_rs::default_provider()
        });
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            .with_no_client_auth();
        config.resumption = match memory {
            Memory::None => Resumption::disabled(),
            Memory::Ticket => Resumption::in_memory_sessions(1),
        };
        config.alpn_protocols = vec![match self.protocol {
            Protocol::Http1 => b"http/1.1".to_vec(),
            Protocol::Http2 => b"h2".to_vec(),
        }];
        Ok(config)
    }
}

impl Dial {
    /// A new connection, ready to be asked on.
    pub(crate) async fn connect(&mut self) -> io::Result<Line> {
        let stream = match (self.to, self.from.take()) {
            (SocketAddr::V4(_), Some(from)) => {
                let socket = TcpSocket::new_v4()?;
                socket.bind(SocketAddr::new(IpAddr::V4(from), 0))?;
                socket.connect(self.to).await?
            }
            (to, _) => TcpStream::connect(to).await?,
        };
        stream.set_nodelay(true)?;
        let Some((connector, name)) = &self.tls else {
            return Ok(Line::Plain(stream));
        };
        let stream = connector.connect(name.clone(), stream).await?;
        Ok(Line::Tls(Box::new(stream)))
    }
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dial")
            .field("to", &self.to)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl Line {
    /// Whether all of the handshake was made, if there was one.
    pub(crate) fn handshake(&self) -> Option<HandshakeKind> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => stream.get_ref().1.handshake_kind(),
        }
    }
}

impl Addresses {
    fn take(&mut self) -> Option<Ipv4Addr> {
        if self.count <= 1 {
            return None;
        }
        let [_, high, middle, low] = (self.next % self.count).to_be_bytes();
        self.next = self.next.wrapping_add(self.step);
        // 127.0.x.y is left to what listens; the bound keeps the second byte from overflowing.
        Some(Ipv4Addr::new(127, high.saturating_add(1), middle, low))
    }
}

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, into),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_come_from_addresses_of_their_own_all_of_them_loopback() {
        let take = |nth, count| {
            let mut from = Addresses {
                next: nth,
                step: 64,
                count,
            };
            (0..1000).filter_map(|_| from.take()).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = (0..64).flat_map(|nth| take(nth, 64_000)).collect();
        assert!(all.iter().all(Ipv4Addr::is_loopback));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 64_000);
        assert!(take(0, 1).is_empty());
    }
}
