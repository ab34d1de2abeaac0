//! The dossiers on Redis for who only reads them: a few connections, made when they are needed.
//!
//! Unlike the writer it is not patient: somebody at a kerb waits for the answer, and the next look
//! finds a server that is back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use ::redis::{RedisError, cmd};

use super::wire::Wire;
use super::{ABOUT, PARTIES, key};
use crate::rooms::store::address::RedisUrl;
use crate::rooms::store::engine::Entry;
use crate::rooms::store::shelves::Shelves;
use crate::rooms::store::{Rack, StoreError};
use crate::words::subject::Subject;

use super::writer::{FORMAT, FORMAT_NAME};

/// Who reads dossiers.
#[derive(Debug)]
pub(in super::super) struct Looker {
    url: RedisUrl,
    lines: [Mutex<Option<Wire>>; LINES],
    next: AtomicUsize,
}

/// Connections at once. A look is a handful of round trips, so eight of them keep one core busy.
const LINES: usize = 8;
/// For one answer. A look gives up after two seconds, so that one line that hangs costs one look.
const PATIENCE: Duration = Duration::from_millis(1500);

impl Looker {
    /// One that connects when it is asked.
    pub(in super::super) fn new(url: &RedisUrl) -> Self {
        let mut url = url.clone();
        url.connect_timeout = url.connect_timeout.min(PATIENCE);
        Self {
            url,
            lines: std::array::from_fn(|_nth| Mutex::new(None)),
            next: AtomicUsize::new(0),
        }
    }

    /// Asks, and once more on a new connection: an old one may have ended long ago.
    fn ask<T>(
        &self,
        question: impl Fn(&mut Wire) -> Result<T, RedisError>,
    ) -> Result<T, StoreError> {
        let mut line = self.line();
        if let Some(wire) = line.as_mut() {
            match question(wire) {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_timeout() => {
                    *line = None;
                    return Err(error.into());
                }
                Err(_broken) => *line = None,
            }
        }
        let mut wire = Wire::open_within(&self.url, PATIENCE)?;
        check_format(&mut wire)?;
        let answer = question(&mut wire)?;
        *line = Some(wire);
        Ok(answer)
    }

    /// A line that nobody uses, or failing that any.
    fn line(&self) -> MutexGuard<'_, Option<Wire>> {
        for line in &self.lines {
            match line.try_lock() {
                Ok(line) => return line,
                Err(TryLockError::Poisoned(line)) => return line.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let nth = self.next.fetch_add(1, Ordering::Relaxed) % LINES;
        let [first, ..] = &self.lines;
        let line = self.lines.get(nth).unwrap_or(first);
        line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelves for Looker {
    fn dossier(&self, subject: Subject) -> Result<Vec<u8>, StoreError> {
        let keys = [key(Rack::Dossiers, &subject.key())];
        let found = self.ask(|wire| wire.get(&keys))?;
        Ok(found.into_iter().next().flatten().unwrap_or_default())
    }

    fn parties(&self) -> Result<Vec<Entry>, StoreError> {
        let names: Vec<Vec<u8>> = self.ask(|wire| wire.one(cmd("SMEMBERS").arg(PARTIES)))?;
        let keys: Vec<Vec<u8>> = names.iter().map(|name| key(Rack::Dossiers, name)).collect();
        let found = self.ask(|wire| wire.get(&keys))?;
        let dossiers = found.into_iter().map(Option::unwrap_or_default);
        Ok(names.into_iter().zip(dossiers).collect())
    }
}

/// An empty Redis has no format yet: whoever imports first says which.
fn check_format(wire: &mut Wire) -> Result<(), StoreError> {
    let name = [ABOUT, FORMAT_NAME.as_bytes()].concat();
    let format: Option<Vec<u8>> = wire.one(cmd("GET").arg(name))?;
    match format.as_deref() {
        None | Some([FORMAT]) => Ok(()),
        Some(other) => Err(StoreError::Format {
            found: other.first().copied().unwrap_or_default(),
            known: FORMAT,
        }),
    }
}
