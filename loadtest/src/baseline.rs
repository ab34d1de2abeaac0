//! The floor of speed: the smallest hyper server that returns the same bytes.
//!
//! At the start it takes one answer, from a server or from a file, and keeps it. Then it gives
//! that answer to everybody: same status, same headers (hyper adds `Date` on its own), same
//! body. It parses no path, so whatever a real door does is measured as the difference.

use std::convert::Infallible;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::loopback::{Loopback, Target};
use crate::message::{self, BODY_MOST, HEAD_MOST, Header, Unreadable};

/// How long the answer may take: a first page from a cold store takes far less.
const FETCH_DEADLINE: Duration = Duration::from_secs(10);

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
        writeln!(out, "http://{at}").map_err(NoBaseline::Listen)?;
        out.flush().map_err(NoBaseline::Listen)?;
        drop(out);
        // Spawned, so that a worker drives it as it drives the connections.
        let serving = tokio::spawn(serve(listener, answer));
        match tokio::time::timeout(end, serving).await {
            Ok(Ok(Err(why))) => Err(NoBaseline::Listen(why)),
            _ => Ok(()),
        }
    })
}

async fn serve(listener: TcpListener, answer: Answer) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answer = answer.clone();
        tokio::spawn(async move {
            let reply = service_fn(move |_| {
                let reply = answer.reply();
                async move { Ok::<_, Infallible>(reply) }
            });
            // A peer that goes away is no news here.
            http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), reply)
                .await
                .unwrap_or_default();
        });
    }
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
mod tests {
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
                tokio::spawn(serve(listener, Answer::parse(WIRE).unwrap())),
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

    #[test]
    fn half_an_answer_is_none() {
        assert!(Answer::parse(&WIRE[..20]).is_err());
        assert!(Answer::parse(&WIRE[..WIRE.len() - 1]).is_err());
    }
}
