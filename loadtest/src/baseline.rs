//! The floor of speed: the smallest hyper server that returns the same bytes.
//!
//! At the start it takes one answer, from a server or from a file, and keeps it. Then it gives
//! that answer to everybody: same status, same headers (hyper adds `Date` on its own), same
//! body. It parses no path, so whatever a real door does is measured as the difference.
//!
//! With a certificate it shakes hands as the real door does: rustls on aws-lc-rs, one ticket, HTTP/2
//! for who offers it. So what TLS costs is in both figures.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject};
use rustls::server::NoServerSessionStorage;
use rustls::version::{TLS12, TLS13};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::loopback::{Loopback, Target};
use crate::message::{self, BODY_MOST, HEAD_MOST, Header, Unreadable};

/// How long the answer may take: a first page from a cold store takes far less.
const FETCH_DEADLINE: Duration = Duration::from_secs(10);

const HTTP2: &[u8] = b"h2";

/// What `baseline` is told.
#[derive(Debug, Args)]
pub(crate) struct Baseline {
    /// Where to listen; a loopback address.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: Loopback,
    /// The URL whose answer to give.
    #[arg(long, required_unless_present = "from_file")]
    from: Option<Target>,
    /// A file with a whole answer, head and body, instead.
    #[arg(long, conflicts_with = "from")]
    from_file: Option<PathBuf>,
    /// A header to send when asking, as in `Accept-Encoding: br`.
    #[arg(long)]
    header: Vec<Header>,
    /// Behind TLS with this certificate, a PEM file.
    #[arg(long, requires = "key")]
    certificate: Option<PathBuf>,
    /// And its key.
    #[arg(long, requires = "certificate")]
    key: Option<PathBuf>,
    /// Workers of a multi-threaded runtime; without it, a current-thread runtime.
    #[arg(long)]
    threads: Option<usize>,
    /// Stop by itself after so many seconds.
    #[arg(long, default_value_t = 600)]
    stop_after: u64,
}

/// Why there is no baseline.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoBaseline {
    #[error("cannot get the answer: {0}")]
    Fetch(#[source] io::Error),
    #[error("cannot read the answer: {0}")]
    Unreadable(#[from] Unreadable),
    #[error("cannot listen: {0}")]
    Listen(#[source] io::Error),
    #[error("cannot read the certificate: {0}")]
    Pem(#[from] pem::Error),
    #[error("cannot use the certificate: {0}")]
    Certificate(#[from] rustls::Error),
}

/// The one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Serves until the time is up.
pub(crate) fn run(told: &Baseline) -> Result<(), NoBaseline> {
    let wire = match (&told.from, &told.from_file) {
        (Some(target), _) => fetch(target, &told.header)?,
        (None, Some(path)) => read_file(path).map_err(NoBaseline::Fetch)?,
        (None, None) => Vec::new(),
    };
    let answer = Answer::parse(&wire)?;
    let files = told.certificate.as_deref().zip(told.key.as_deref());
    let tls = files.map(|(certificate, key)| acceptor(certificate, key));
    let tls = tls.transpose()?;
    let mut runtime = match told.threads {
        None => tokio::runtime::Builder::new_current_thread(),
        Some(threads) => {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            runtime.worker_threads(threads.max(1));
            runtime
        }
    };
    let runtime = runtime.enable_all().build().map_err(NoBaseline::Listen)?;
    let end = Duration::from_secs(told.stop_after);
    let listen = told.listen;
    runtime.block_on(async move {
        let listener = TcpListener::bind(listen.address())
            .await
            .map_err(NoBaseline::Listen)?;
        let at = listener.local_addr().map_err(NoBaseline::Listen)?;
        let mut out = io::stdout().lock();
        let scheme = if tls.is_some() { "https" } else { "http" };
        writeln!(out, "{scheme}://{at}").map_err(NoBaseline::Listen)?;
        out.flush().map_err(NoBaseline::Listen)?;
        drop(out);
        // Spawned, so that a worker drives it as it drives the connections.
        let serving = tokio::spawn(serve(listener, tls, answer));
        match tokio::time::timeout(end, serving).await {
            Ok(Ok(Err(why))) => Err(NoBaseline::Listen(why)),
            _ => Ok(()),
        }
    })
}

async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, answer: Answer) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (tls, answer) = (tls.clone(), answer.clone());
        tokio::spawn(async move {
            let Some(tls) = tls else {
                return speak_http1(stream, answer).await;
            };
            // Who cannot agree is no news here.
            let Ok(stream) = tls.accept(stream).await else {
                return;
            };
            match stream.get_ref().1.alpn_protocol() {
                Some(HTTP2) => speak_http2(stream, answer).await,
                Some(_) | None => speak_http1(stream, answer).await,
            }
        });
    }
}

// A peer that goes away is no news either.
async fn speak_http1(stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer) {
    let reply = service_fn(move |_| {
        let reply = answer.reply();
        async move { Ok::<_, Infallible>(reply) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), reply)
        .await
        .unwrap_or_default();
}

async fn speak_http2(stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer) {
    let reply = service_fn(move |_| {
        let reply = answer.reply();
        async move { Ok::<_, Infallible>(reply) }
    });
    http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), reply)
        .await
        .unwrap_or_default();
}

/// What the real door does, in fewer lines.
fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, NoBaseline> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    config.send_tls13_tickets = 1;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(TlsAcceptor::from(Arc::new(config)))
}

impl Answer {
    fn parse(wire: &[u8]) -> Result<Self, Unreadable> {
        let head = message::head(wire)?.ok_or(Unreadable::NotHttp)?;
        let mut slots = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Response::new(&mut slots);
        parsed.parse(wire).ok().ok_or(Unreadable::NotHttp)?;
        let mut headers = HeaderMap::new();
        for header in parsed.headers.iter() {
            let name = HeaderName::from_bytes(header.name.as_bytes());
            let value = HeaderValue::from_bytes(header.value);
            let (Ok(name), Ok(value)) = (name, value) else {
                return Err(Unreadable::NotHttp);
            };
            // hyper writes these three itself, for the baseline as for the real thing.
            let own = [
                http::header::DATE,
                http::header::CONNECTION,
                http::header::CONTENT_LENGTH,
            ];
            if !own.contains(&name) {
                headers.append(name, value);
            }
        }
        let body = wire.get(head.len..head.len + head.body);
        Ok(Self {
            status: StatusCode::from_u16(head.status)
                .ok()
                .ok_or(Unreadable::NotHttp)?,
            headers,
            body: Bytes::copy_from_slice(body.ok_or(Unreadable::NotHttp)?),
        })
    }

    fn reply(&self) -> Response<Full<Bytes>> {
        let mut reply = Response::new(Full::new(self.body.clone()));
        *reply.status_mut() = self.status;
        reply.headers_mut().clone_from(&self.headers);
        reply
    }
}

/// One answer as it comes over the wire.
fn fetch(target: &Target, headers: &[Header]) -> Result<Vec<u8>, NoBaseline> {
    let mut stream = TcpStream::connect_timeout(&target.at.address(), FETCH_DEADLINE)
        .map_err(NoBaseline::Fetch)?;
    stream
        .set_read_timeout(Some(FETCH_DEADLINE))
        .map_err(NoBaseline::Fetch)?;
    let request = message::get(target, &target.path, headers);
    stream.write_all(&request).map_err(NoBaseline::Fetch)?;
    let mut wire = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(head) = message::head(&wire)?
            && wire.len() >= head.len + head.body
        {
            return Ok(wire);
        }
        let read = stream.read(&mut part).map_err(NoBaseline::Fetch)?;
        if read == 0 {
            return Err(NoBaseline::Fetch(io::ErrorKind::UnexpectedEof.into()));
        }
        wire.extend_from_slice(part.get(..read).unwrap_or_default());
    }
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let most = u64::try_from(HEAD_MOST + BODY_MOST).unwrap_or(u64::MAX);
    let mut wire = Vec::new();
    std::fs::File::open(path)?
        .take(most)
        .read_to_end(&mut wire)?;
    Ok(wire)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const WIRE: &[u8] = b"HTTP/1.1 404 Not Found\r\nDate: x\r\nETag: \"a\"\r\n\
        Vary: Accept\r\nVary: Accept-Encoding\r\nContent-Length: 5\r\n\r\nhello";

    #[test]
    fn the_baseline_gives_the_answer_it_was_given() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (at, serving) = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let at = listener.local_addr().unwrap();
            (
                at,
                tokio::spawn(serve(listener, None, Answer::parse(WIRE).unwrap())),
            )
        });
        let asking = std::thread::spawn(move || {
            let target: Target = format!("http://{at}/any/path").parse().unwrap();
            fetch(&target, &[]).unwrap()
        });
        let wire = runtime.block_on(async {
            let asked = tokio::task::spawn_blocking(|| asking.join().unwrap());
            tokio::time::timeout(FETCH_DEADLINE, asked)
                .await
                .unwrap()
                .unwrap()
        });
        serving.abort();
        assert_eq!(Answer::parse(&wire), Answer::parse(WIRE));
        let text = String::from_utf8(wire).unwrap();
        assert!(text.starts_with("HTTP/1.1 404 Not Found\r\n"));
        assert!(text.contains("content-length: 5\r\n") && text.ends_with("\r\n\r\nhello"));
    }

    /// A baseline that ends with its runtime; its certificate is made in this folder.
    pub(crate) async fn behind_tls(folder: &Path) -> std::net::SocketAddr {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let tls = acceptor(&certificate, &key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, Some(tls), Answer::parse(WIRE).unwrap()));
        at
    }

    #[test]
    fn half_an_answer_is_none() {
        assert!(Answer::parse(&WIRE[..20]).is_err());
        assert!(Answer::parse(&WIRE[..WIRE.len() - 1]).is_err());
    }
}
