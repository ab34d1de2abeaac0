use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
};
use saoma::{
    rooms::settings::{KeyPair as Files, TlsSection},
    rules::{
        answer::Reply,
        ask::{After, Ask, Manner},
        reply,
    },
    shell::{
        drain::{Ended, Stopper, pair},
        serve::{Door, Way, listen, serve},
        tls::{Clients, Tls},
    },
    words::peer::Peer,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Longer than anything here takes on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Says who it thinks is there, to whoever makes sense to the real door.
pub(crate) struct Mirror;

/// An open door. It closes when this is dropped.
pub(crate) struct Open {
    pub(crate) address: SocketAddr,
    pub(crate) stopper: Stopper,
    /// How it ended.
    pub(crate) _ended: JoinHandle<Ended>,
}

/// Somebody who vouches, and a folder for certificates.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) folder: TempDir,
}

impl Door for Mirror {
    async fn answer(&self, request: Request<Incoming>, from: &Peer) -> Reply {
        let (head, _body) = request.into_parts();
        let manner = Manner::of(&head);
        if let Err(refused) = Ask::read(&head, &manner) {
            let answer = reply::refusal(&refused, manner.refusals, manner.lang);
            let reply = answer.reply(manner.encoding, manner.headers);
            return match manner.after {
                After::Stay => reply,
                After::Part => reply::parting(reply),
            };
        }
        let text = format!(
            "{} {} {}",
            from.address,
            if from.secure { "tls" } else { "plain" },
            from.certificate.as_ref().map_or(0, |der| der.len()),
        );
        Response::new(Full::new(Bytes::from(text)))
    }
}

impl Open {
    pub(crate) async fn way(way: Way) -> Self {
        let listener = listen(&["127.0.0.1:0".parse().unwrap()])
            .await
            .unwrap()
            .remove(0);
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = pair();
        let drain = Duration::from_secs(10);
        let ended = tokio::spawn(serve(listener, Arc::new(Mirror), way, stop, drain));
        Self {
            address,
            stopper,
            _ended: ended,
        }
    }

    pub(crate) async fn tls(tls: Tls) -> Self {
        Self::way(way().over(tls)).await
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A new certificate for these names, as files of this name.
    pub(crate) fn issue(&self, file: &str, names: &[&str]) -> Files {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let files = Files {
            certificate: self.path(&format!("{file}.pem")),
            key: self.path(&format!("{file}.key")),
        };
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        std::fs::write(&files.certificate, certificate.pem()).unwrap();
        files
    }

    /// Who trusts this authority, and speaks these protocols.
    pub(crate) fn client(&self, protocols: &[&str]) -> ClientConfig {
        let mut config = self.unnamed().with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        config
    }

    /// The same, with a certificate that this authority has issued.
    pub(crate) fn named_client(&self) -> ClientConfig {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["client".to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        self.unnamed()
            .with_client_auth_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }

    /// One who trusts this authority and shows a certificate of another.
    pub(crate) fn client_of(&self, other: &Self) -> ClientConfig {
        let mut config = self.client(&[]);
        config.client_auth_cert_resolver = other.named_client().client_auth_cert_resolver;
        config
    }

    fn unnamed(&self) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
    }
}

pub(crate) fn way() -> Way {
    Way::new(Arc::new(Semaphore::new(1000)))
}

pub(crate) fn tls(pairs: Vec<Files>) -> Tls {
    Tls::new(&TlsSection { pairs }, &Clients::Anybody).unwrap()
}

/// Shakes hands as a client who asks for this name.
pub(crate) async fn shake(
    open: &Open,
    config: ClientConfig,
    name: &str,
) -> io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    timeout(DEADLINE, connector.connect(name, open.connect().await))
        .await
        .expect("the handshake neither succeeded nor failed")
}

/// Everything that comes until the other end closes. A reset is an end too.
pub(crate) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut all = Vec::new();
    let read = timeout(DEADLINE, stream.read_to_end(&mut all)).await;
    let _broken = read.expect("the door neither answered nor closed").is_err();
    String::from_utf8_lossy(&all).into_owned()
}

/// One request on a connection that stays, and its whole answer.
pub(crate) async fn ask(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    lines: &str,
) -> io::Result<String> {
    let request = format!("GET / HTTP/1.1\r\nHost: door\r\n{lines}\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .split("\r\n")
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Ok(text.into_owned());
            }
        }
        let read = timeout(DEADLINE, stream.read_buf(&mut answer)).await;
        if read.expect("no answer in time")? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The body of an answer.
pub(crate) fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

/// Looks until there is something to see.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(started.elapsed() < DEADLINE, "waited too long until {what}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
