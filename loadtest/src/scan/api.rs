//! An app's connection: HTTP/2, with many requests under way at once.

use std::cell::{Cell, RefCell};
use std::io;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http::{HeaderMap, Request, Uri, Version};
use tokio::sync::Mutex;

use super::dial::Dial;
use super::phone::Outcome;
use super::tally::Handshakes;
use crate::loopback::{Scheme, Target};
use crate::message::{BODY_MOST, Header};

/// As long as a phone waits.
const ASK_DEADLINE: Duration = Duration::from_secs(10);
/// After a connection was refused, so that a dead server is not met with a storm.
const PAUSE: Duration = Duration::from_millis(20);
/// What answers may take up before they are read: more than a hundred pages.
const WINDOW: u32 = 4 * 1024 * 1024;

/// A connection that is made when it is needed, shared by its streams.
#[derive(Debug)]
pub(crate) struct App {
    /// Whoever holds it makes the connection; the others wait for that.
    dial: Mutex<Dial>,
    sender: RefCell<Option<SendRequest<Bytes>>>,
    form: Form,
    handshakes: Cell<Handshakes>,
}

/// What is sent with every request.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    base: String,
    headers: HeaderMap,
}

impl Form {
    pub(crate) fn new(target: &Target, headers: &[Header]) -> Self {
        let scheme = match target.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let parsed = headers.iter().filter_map(|header| {
            let (name, value) = header.parts();
            let name = http::HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, http::HeaderValue::from_str(value).ok()?))
        });
        Self {
            base: format!("{scheme}://{}", target.at.address()),
            headers: parsed.collect(),
        }
    }

    fn request(&self, path: &str) -> Option<Request<()>> {
        let mut request = Request::new(());
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = format!("{}{path}", self.base).parse::<Uri>().ok()?;
        request.headers_mut().clone_from(&self.headers);
        Some(request)
    }
}

impl App {
    pub(crate) fn new(dial: Dial, form: Form) -> Self {
        Self {
            dial: Mutex::new(dial),
            sender: RefCell::new(None),
            form,
            handshakes: Cell::default(),
        }
    }

    /// What shaking hands took so far; counted once, whoever asks first.
    pub(crate) fn take_handshakes(&self) -> Handshakes {
        self.handshakes.take()
    }

    /// Asks on one stream, and reads the whole answer.
    pub(crate) async fn ask(&self, path: &str) -> Outcome {
        let asked = tokio::time::timeout(ASK_DEADLINE, self.ask_in_time(path)).await;
        let outcome = asked.unwrap_or(Outcome::TooLate);
        match outcome {
            Outcome::Status(_) => {}
            Outcome::Refused => tokio::time::sleep(PAUSE).await,
            Outcome::Broken | Outcome::Unreadable | Outcome::TooLate => {
                self.sender.replace(None);
            }
        }
        outcome
    }

    async fn ask_in_time(&self, path: &str) -> Outcome {
        let Some(request) = self.form.request(path) else {
            return Outcome::Unreadable;
        };
        let Ok(sender) = self.sender().await else {
            return Outcome::Refused;
        };
        let answer = async {
            let (answer, _) = sender.ready().await?.send_request(request, true)?;
            let (head, mut body) = answer.await?.into_parts();
            let mut length = 0_usize;
            while let Some(part) = body.data().await {
                let part = part?;
                length = length.saturating_add(part.len());
                body.flow_control().release_capacity(part.len())?;
            }
            Ok::<_, h2::Error>((head.status, length))
        };
        match answer.await {
            Ok((_, length)) if length > BODY_MOST => Outcome::Unreadable,
            Ok((status, _)) => Outcome::Status(status.as_u16()),
            Err(_) => Outcome::Broken,
        }
    }

    async fn sender(&self) -> io::Result<SendRequest<Bytes>> {
        if let Some(sender) = self.sender.borrow().clone() {
            return Ok(sender);
        }
        let mut dial = self.dial.lock().await;
        // Somebody else may have made it meanwhile.
        if let Some(sender) = self.sender.borrow().clone() {
            return Ok(sender);
        }
        let line = dial.connect().await?;
        let mut handshakes = self.handshakes.get();
        handshakes.count(&line);
        self.handshakes.set(handshakes);
        let (sender, connection) = h2::client::Builder::new()
            .initial_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .handshake(line)
            .await
            .map_err(io::Error::other)?;
        // It ends with its last sender; how it ends is seen by whoever asked.
        tokio::task::spawn_local(async move { drop(connection.await) });
        self.sender.replace(Some(sender.clone()));
        Ok(sender)
    }
}
