//! TLS: who we are, what we speak, and how long anybody may take to agree.
//!
//! 1. TLS 1.2 and 1.3 of rustls, with tickets under keys that it rotates by itself and that never
//!    leave this process. No early data: it can be replayed, and saves a scan nothing.
//! 2. Certificates are looked up at each handshake, so new ones are used without a connection of
//!    the old ones being dropped (`certificates`).
//! 3. Handshakes are computed in turns, one for each core: they cost a hundred times what an answer
//!    costs, and whoever is served already should not wait behind all of them. Only what is computed
//!    takes a turn. Who has not said hello in full, or was answered and says nothing, keeps nobody
//!    from theirs.
//! 4. A handshake is one flight of ours: the ticket behind it goes out with the first answer (`parcel`).

use std::{
    fmt,
    future::poll_fn,
    io,
    num::NonZero,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    thread::available_parallelism,
    time::Duration,
};

use rustls::{
    ProtocolVersion, RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, pem::PemObject as _},
    server::{Acceptor, NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
    version::{TLS12, TLS13},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::{FallibleAccept, LazyConfigAcceptor, StartHandshake, server::TlsStream};

use self::{certificates::Certificates, parcel::Parcel};
use crate::{rooms::settings::TlsSection, shell::drain::Stop, words::start::StartError};

mod certificates;
pub(super) mod parcel;

/// What a door needs to speak TLS. Clones are the same door's.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    certificates: Arc<Certificates>,
    turns: Arc<Semaphore>,
}

/// Whether a door wants to know who comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clients {
    /// Anybody.
    Anybody,
    /// Who has a certificate of these authorities is told apart; others come in as anybody.
    Told(PathBuf),
    /// Only who has a certificate of these authorities.
    Only(PathBuf),
}

/// What was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoken {
    Http1,
    Http2,
}

/// How long anybody waits for a turn. When it takes longer, more come than can be served: a page
/// would come when its reader has given up, and everybody behind would be late as well. Longer than
/// a machine stands still that has done so for a moment.
const TURN_DEADLINE: Duration = Duration::from_secs(4);
/// One ticket is used by who comes back; a second costs a cold scan a tenth of its handshake.
const TICKETS: usize = 1;
const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";
/// How often files are looked at. A certificate is renewed days before it ends.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

impl Tls {
    /// A door with the certificates of the settings.
    pub fn new(section: &TlsSection, clients: &Clients) -> Result<Self, StartError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let certificates = Certificates::read(&section.pairs, &provider)?;
        Self::with(certificates, clients, &provider)
    }

    /// A door with a certificate for these names that nobody else vouches for, made on the spot.
    pub fn made_here(names: Vec<String>) -> Result<Self, StartError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let certificates = Certificates::made_here(names, &provider)?;
        Self::with(certificates, &Clients::Anybody, &provider)
    }

    fn with(
        certificates: Certificates,
        clients: &Clients,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, StartError> {
        let certificates = Arc::new(certificates);
        let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(unusable)?;
        let builder = match verifier(clients, provider)? {
            None => builder.with_no_client_auth(),
            Some(verifier) => builder.with_client_cert_verifier(verifier),
        };
        let mut config = builder.with_cert_resolver(Arc::<Certificates>::clone(&certificates));
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(unusable)?;
        config.send_tls13_tickets = TICKETS;
        // Who resumes brings a ticket; a table of sessions would be memory for nothing.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(Self {
            config: Arc::new(config),
            certificates,
            turns: Arc::new(Semaphore::new(
                available_parallelism().map_or(1, NonZero::get),
            )),
        })
    }

    /// Reads certificates again whenever their files have changed, and when SIGHUP says so, until
    /// it is told to stop. What cannot be used is said in the log, and what was there stays.
    pub async fn keep_fresh(self, stop: Stop) {
        self.certificates.keep_fresh(LOOK_AGAIN, stop).await;
    }

    /// Shakes hands. The caller sets the deadline.
    ///
    /// Boxed at every step: a handshake is a kilobyte and more, which a future would keep a place for
    /// each time that it is handed on.
    pub(super) async fn accept<T>(&self, stream: T) -> io::Result<Box<TlsStream<Parcel<T>>>>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), Parcel::new(stream));
        let hello = hello.await.map(Box::new)?;
        let turn = timeout(TURN_DEADLINE, self.turns.acquire()).await?;
        let mut turn = Some(turn.map_err(io::Error::other)?);
        let mut handshake = self.answer(*hello);
        let ended = poll_fn(|context| {
            let polled = Pin::new(&mut *handshake).poll(context);
            // All that costs something is done before the first answer leaves. From then on it waits
            // for the client.
            turn = None;
            polled
        });
        match ended.await.map(Box::new) {
            Ok(mut stream) => {
                let (parcel, session) = stream.get_mut();
                parcel.keep_no_more();
                // With 1.3 a ticket is left, which nobody waits for. Before, it was our last word.
                if session.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
                    stream.flush().await?;
                }
                Ok(stream)
            }
            // The alert that says why is among what was kept.
            Err((error, mut stream)) => {
                stream.keep_no_more();
                drop(stream.flush().await);
                Err(error)
            }
        }
    }

    fn answer<T>(&self, mut hello: StartHandshake<Parcel<T>>) -> Box<FallibleAccept<Parcel<T>>>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        hello.io.keep();
        let handshake = hello.into_stream(Arc::clone(&self.config));
        Box::new(handshake.into_fallible())
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("certificates", &self.certificates)
            .finish_non_exhaustive()
    }
}

impl Spoken {
    /// Who says nothing speaks what was there before.
    pub(super) fn on<T>(stream: &TlsStream<T>) -> Self {
        match stream.get_ref().1.alpn_protocol() {
            Some(HTTP2) => Self::Http2,
            Some(_) | None => Self::Http1,
        }
    }
}

/// The certificate that the other end proved to have, if it was asked for one.
pub(super) fn certificate<T>(stream: &TlsStream<T>) -> Option<Arc<[u8]>> {
    let chain = stream.get_ref().1.peer_certificates()?;
    chain.first().map(|leaf| Arc::from(leaf.as_ref()))
}

fn verifier(
    clients: &Clients,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, StartError> {
    let (file, alone) = match clients {
        Clients::Anybody => return Ok(None),
        Clients::Told(file) => (file, false),
        Clients::Only(file) => (file, true),
    };
    let mut roots = RootCertStore::empty();
    let read = CertificateDer::pem_file_iter(file).map_err(|error| wrong(file, error))?;
    for root in read {
        let root = root.map_err(|error| wrong(file, error))?;
        roots.add(root).map_err(|error| wrong(file, error))?;
    }
    let builder =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    let builder = if alone {
        builder
    } else {
        builder.allow_unauthenticated()
    };
    builder
        .build()
        .map(Some)
        .map_err(|error| wrong(file, error))
}

fn wrong(file: &Path, what: impl fmt::Display) -> StartError {
    StartError::Certificate {
        file: file.display().to_string(),
        what: what.to_string(),
    }
}

/// Something that no file explains.
fn unusable(what: impl fmt::Display) -> StartError {
    StartError::Certificate {
        file: "TLS".to_owned(),
        what: what.to_string(),
    }
}

#[cfg(test)]
mod tests;
