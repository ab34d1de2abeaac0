//! One connection, one question at a time.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::loopback::Loopback;
use crate::message::{self, After, HEAD_MOST};

/// Longer than anybody looks at a white page. An answer that takes longer is a failure.
const ASK_DEADLINE: Duration = Duration::from_secs(10);
/// After a connection was refused, so that a dead server is not met with a storm.
const PAUSE: Duration = Duration::from_millis(20);

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// An answer with this status.
    Status(u16),
    /// No connection.
    Refused,
    /// The connection broke.
    Broken,
    /// The answer was no answer.
    Unreadable,
    /// No whole answer in time.
    TooLate,
}

/// A connection that is made when it is needed, and kept.
#[derive(Debug)]
pub(crate) struct Phone {
    at: Loopback,
    stream: Option<TcpStream>,
    part: Vec<u8>,
}

impl Phone {
    pub(crate) fn new(at: Loopback) -> Self {
        Self {
            at,
            stream: None,
            part: Vec::with_capacity(HEAD_MOST),
        }
    }

    /// Asks, and reads the whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Outcome {
        let asked = tokio::time::timeout(ASK_DEADLINE, self.ask_in_time(request)).await;
        let outcome = asked.unwrap_or(Outcome::TooLate);
        match outcome {
            Outcome::Status(_) => {}
            Outcome::Refused => {
                self.stream = None;
                tokio::time::sleep(PAUSE).await;
            }
            // What is left on the connection belongs to nobody.
            Outcome::Broken | Outcome::Unreadable | Outcome::TooLate => self.stream = None,
        }
        outcome
    }

    async fn ask_in_time(&mut self, request: &[u8]) -> Outcome {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            empty => match connect(self.at).await {
                Ok(stream) => empty.insert(stream),
                Err(_) => return Outcome::Refused,
            },
        };
        if stream.write_all(request).await.is_err() {
            return Outcome::Broken;
        }
        self.part.clear();
        let head = loop {
            match stream.read_buf(&mut self.part).await {
                Ok(0) | Err(_) => return Outcome::Broken,
                Ok(_) => {}
            }
            match message::head(&self.part) {
                Ok(Some(head)) => break head,
                Ok(None) => {}
                Err(_) => return Outcome::Unreadable,
            }
        };
        let whole = head.len + head.body;
        while self.part.len() < whole {
            match stream.read_buf(&mut self.part).await {
                Ok(0) | Err(_) => return Outcome::Broken,
                Ok(_) => {}
            }
        }
        if head.after == After::Closes {
            self.stream = None;
        }
        Outcome::Status(head.status)
    }
}

async fn connect(at: Loopback) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(at.address()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
