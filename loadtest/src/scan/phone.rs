//! One phone, one question at a time.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::dial::{Dial, Line};
use super::plan::Connection;
use super::tally::Handshakes;
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

/// A phone, with the connection it has kept.
#[derive(Debug)]
pub(crate) struct Phone {
    dial: Dial,
    line: Option<Line>,
    part: Vec<u8>,
    pub(crate) handshakes: Handshakes,
}

impl Phone {
    pub(crate) fn new(dial: Dial) -> Self {
        Self {
            dial,
            line: None,
            part: Vec::with_capacity(HEAD_MOST),
            handshakes: Handshakes::default(),
        }
    }

    /// Connects before there is anything to ask.
    pub(crate) async fn connect(&mut self) -> Result<(), Outcome> {
        match tokio::time::timeout(ASK_DEADLINE, self.dial.connect()).await {
            Ok(Ok(line)) => {
                self.handshakes.count(&line);
                self.line = Some(line);
                Ok(())
            }
            Ok(Err(_)) => Err(Outcome::Refused),
            Err(_) => Err(Outcome::TooLate),
        }
    }

    /// Asks, and reads the whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8], on: Connection) -> Outcome {
        let kept = match on {
            Connection::Fresh => self.line.take(),
            Connection::Kept => None,
        };
        let asked = tokio::time::timeout(ASK_DEADLINE, self.ask_in_time(request, on)).await;
        let outcome = asked.unwrap_or(Outcome::TooLate);
        if on == Connection::Fresh {
            self.line = kept;
        }
        if outcome == Outcome::Refused {
            tokio::time::sleep(PAUSE).await;
        }
        outcome
    }

    async fn ask_in_time(&mut self, request: &[u8], on: Connection) -> Outcome {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => match self.dial.connect().await {
                Ok(line) => {
                    self.handshakes.count(&line);
                    line
                }
                Err(_) => return Outcome::Refused,
            },
        };
        match exchange(&mut line, request, &mut self.part).await {
            Ok((status, After::Stays)) if on == Connection::Kept => {
                self.line = Some(line);
                Outcome::Status(status)
            }
            Ok((status, _)) => {
                // A phone says goodbye; whether that arrives is no part of the scan.
                drop(line.shutdown().await);
                Outcome::Status(status)
            }
            Err(why) => why,
        }
    }
}

async fn exchange(
    line: &mut Line,
    request: &[u8],
    part: &mut Vec<u8>,
) -> Result<(u16, After), Outcome> {
    let sent = async {
        line.write_all(request).await?;
        line.flush().await
    };
    sent.await.map_err(|_gone| Outcome::Broken)?;
    part.clear();
    let head = loop {
        match line.read_buf(part).await {
            Ok(0) | Err(_) => return Err(Outcome::Broken),
            Ok(_) => {}
        }
        match message::head(part) {
            Ok(Some(head)) => break head,
            Ok(None) => {}
            Err(_) => return Err(Outcome::Unreadable),
        }
    };
    let whole = head.len + head.body;
    while part.len() < whole {
        match line.read_buf(part).await {
            Ok(0) | Err(_) => return Err(Outcome::Broken),
            Ok(_) => {}
        }
    }
    Ok((head.status, head.after))
}
