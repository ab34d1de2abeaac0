//! The audit log: who looked at what that is not public, and which fields they were shown.
//!
//! A line is on disk before the answer leaves; if it cannot be written there is no answer. Each
//! line has a number and the digest of the one before it, so that a line changed, taken out or
//! moved shows; a small file beside the log remembers the last one, so that a cut end shows too.
//! No line holds a value of any field.
//!
//! Many may write at once, from several processes: those that wait are written together and share
//! one sync. A new file is begun each day and when one is full; the chain goes on in it.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use jiff::Timestamp;
use saoma_pages::Audience;
use serde::Serialize;
use tokio::sync::oneshot;

use chain::Chain;

use crate::words::code::Code;
use crate::words::moment::Moment;

mod chain;
mod lines;
mod search;
mod verify;

pub use search::{Looked, Wanted, search};
pub use verify::{Anchor, Complaint, Problem, Report, verify};

/// Looks that may wait to be written. More than a disk that takes a millisecond could write within
/// [`WRITE_DEADLINE`] would only wait in vain.
const WAITING_MAX: usize = 2048;
/// Looks that are written together: enough to share one sync among all who wait, few enough to be
/// written in one go.
const TOGETHER_MAX: usize = 256;
/// The version of the tables and masks that a look was shown under.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A sync takes milliseconds; a disk that takes longer than this is one that does not answer.
pub const WRITE_DEADLINE: Duration = Duration::from_secs(3);

/// Somebody who is told of each line once it is on disk. Never waits.
pub trait Follower: Send {
    /// These lines, each with its end, were written.
    fn written(&self, lines: &str);
}

/// An audit log, open at its end. What is handed to it is written by a thread of its own.
#[derive(Clone, Debug)]
pub struct Audit {
    path: Arc<Path>,
    writer: SyncSender<Waiting>,
}

/// One look at what is not public.
#[derive(Clone, Debug, Serialize)]
pub struct Look<'a> {
    /// When.
    #[serde(serialize_with = "moment")]
    pub at: Timestamp,
    /// Who, as far as is known.
    pub who: &'a str,
    /// Of which unit.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub unit: &'a str,
    /// By which token or certificate.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub proof: &'a str,
    /// As what.
    pub audience: Audience,
    /// From where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// What for, as they said.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub purpose: &'a str,
    /// At what.
    #[serde(flatten)]
    pub seen: Seen,
    /// Under which policy.
    pub policy: &'static str,
    /// Under which version of it.
    pub version: &'static str,
}

/// What was seen: of one code, or of many at once.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Seen {
    /// One code was looked at.
    One(SeenOf),
    /// A batch was. Codes that showed the same fields stand together.
    Batch {
        /// By what was shown.
        looks: Vec<SeenTogether>,
    },
}

/// The fields that were shown of one code.
#[derive(Clone, Debug, Serialize)]
pub struct SeenOf {
    /// The code.
    #[serde(serialize_with = "as_text")]
    pub code: Code,
    /// The fields, `record/field`.
    pub fields: Vec<String>,
}

/// The fields that were shown of each of these codes.
#[derive(Clone, Debug, Serialize)]
pub struct SeenTogether {
    /// The codes.
    #[serde(serialize_with = "as_texts")]
    pub codes: Vec<Code>,
    /// The fields, `record/field`.
    pub fields: Vec<String>,
}

/// No line, no answer.
#[derive(Debug, thiserror::Error)]
#[error("the audit log {path}: {source}")]
pub struct NotAudited {
    path: PathBuf,
    source: io::Error,
}

/// A line that waits to be written, and who waits for it.
#[derive(Debug)]
struct Waiting {
    at: Moment,
    body: String,
    done: oneshot::Sender<Result<(), io::ErrorKind>>,
}

impl Audit {
    /// Opens the log, making it if there is none. Only its end is read.
    pub fn open(path: &Path, rotate_bytes: u64) -> Result<Self, NotAudited> {
        Self::followed(path, rotate_bytes, None)
    }

    /// The same, with somebody who is told of each line.
    pub fn followed(
        path: &Path,
        rotate_bytes: u64,
        follower: Option<Box<dyn Follower>>,
    ) -> Result<Self, NotAudited> {
        let fail = |source| NotAudited {
            path: path.to_owned(),
            source,
        };
        let chain = Chain::open(path, rotate_bytes).map_err(fail)?;
        let (writer, waiting) = sync_channel(WAITING_MAX);
        std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || write_together(&chain, &waiting, follower.as_deref()))
            .map_err(fail)?;
        Ok(Self {
            path: path.into(),
            writer,
        })
    }

    /// Writes one line and waits until it is on disk.
    pub async fn write(&self, look: &Look<'_>) -> Result<(), NotAudited> {
        let done = self.hand_in(look)?;
        let written = match tokio::time::timeout(WRITE_DEADLINE, done).await {
            Ok(done) => done.unwrap_or(Err(io::ErrorKind::BrokenPipe)),
            Err(_elapsed) => Err(io::ErrorKind::TimedOut),
        };
        written.map_err(|kind| self.fail(kind))
    }

    /// The same for a command, which has nothing else to do meanwhile.
    pub fn write_now(&self, look: &Look<'_>) -> Result<(), NotAudited> {
        let done = self.hand_in(look)?;
        let written = done.blocking_recv();
        let written = written.unwrap_or(Err(io::ErrorKind::BrokenPipe));
        written.map_err(|kind| self.fail(kind))
    }

    fn hand_in(
        &self,
        look: &Look<'_>,
    ) -> Result<oneshot::Receiver<Result<(), io::ErrorKind>>, NotAudited> {
        let body = serde_json::to_string(look).map_err(|error| NotAudited {
            path: self.path.to_path_buf(),
            source: error.into(),
        })?;
        let (done, receiver) = oneshot::channel();
        let at = Moment::from_seconds(look.at.as_second());
        match self.writer.try_send(Waiting { at, body, done }) {
            Ok(()) => Ok(receiver),
            Err(TrySendError::Full(_)) => Err(self.fail(io::ErrorKind::ResourceBusy)),
            Err(TrySendError::Disconnected(_)) => Err(self.fail(io::ErrorKind::BrokenPipe)),
        }
    }

    fn fail(&self, kind: io::ErrorKind) -> NotAudited {
        NotAudited {
            path: self.path.to_path_buf(),
            source: kind.into(),
        }
    }
}

/// Writes whatever waits, together, until nobody can hand in any more.
fn write_together(chain: &Chain, waiting: &Receiver<Waiting>, follower: Option<&dyn Follower>) {
    while let Ok(first) = waiting.recv() {
        let at = first.at;
        let mut together = vec![first];
        together.extend(waiting.try_iter().take(TOGETHER_MAX - 1));
        // Who gave up meanwhile was told that there is no line; a line all the same says less than
        // the truth about nobody.
        let bodies: Vec<&str> = together.iter().map(|one| one.body.as_str()).collect();
        let written = chain.append(&bodies, at);
        if let Err(error) = &written {
            tracing::error!(%error, lines = bodies.len(), "the audit log cannot be written");
        }
        let told = match &written {
            Ok(_lines) => Ok(()),
            Err(error) => Err(error.kind()),
        };
        for one in together {
            // Nobody may be waiting any more.
            let _gone = one.done.send(told);
        }
        // Last: nobody waits for a copy.
        if let (Ok(lines), Some(follower)) = (&written, follower) {
            follower.written(lines);
        }
    }
}

fn moment<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn as_text<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{}/{}", code.kind(), code.value()))
}

fn as_texts<S: serde::Serializer>(codes: &[Code], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(codes.iter().map(Code::in_full))
}

#[cfg(test)]
mod tests;
