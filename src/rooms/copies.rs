//! A copy of the audit log on a Redis stream, for who watches looks as they happen.
//!
//! The log on disk is what counts. The copy is made afterwards, by a thread of its own, and no
//! answer waits for it or fails with it: while Redis is away lines wait up to a bound, and what is
//! beyond that is counted as lost. A line may come twice after a broken connection; its number in
//! the chain tells.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use super::audit::Follower;
use super::meter::AuditMeter;
use super::settings::AuditStream;
use super::store::Stream;

/// Lines for a stream.
#[derive(Debug)]
pub struct Copies {
    waiting: SyncSender<String>,
    meter: AuditMeter,
}

/// Lines that wait: some eight megabytes, and minutes of a busy door.
const WAITING_MAX: usize = 8192;
/// Lines that are sent together.
const TOGETHER_MAX: usize = 256;
/// The first pause after a failure; each further one is twice as long, up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

impl Copies {
    /// Starts copying to this stream. It need not be there yet.
    pub fn to(stream: &AuditStream, meter: &AuditMeter) -> io::Result<Self> {
        let AuditStream { url, key, max } = stream;
        let stream = Stream::new(url, key, *max);
        let (waiting, lines) = sync_channel(WAITING_MAX);
        let counted = meter.clone();
        std::thread::Builder::new()
            .name("audit-copy".to_owned())
            .spawn(move || copy(stream, &lines, &counted))?;
        Ok(Self {
            waiting,
            meter: meter.clone(),
        })
    }
}

impl Follower for Copies {
    fn written(&self, lines: &str) {
        for line in lines.lines().filter(|line| !line.is_empty()) {
            match self.waiting.try_send(line.to_owned()) {
                Ok(()) => {}
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => self.meter.lost(1),
            }
        }
    }
}

fn copy(mut stream: Stream, lines: &Receiver<String>, meter: &AuditMeter) {
    while let Ok(first) = lines.recv() {
        let mut together = vec![first];
        together.extend(lines.try_iter().take(TOGETHER_MAX - 1));
        let mut pause = PAUSE;
        while let Err(error) = stream.add(&together) {
            tracing::warn!(%error, lines = together.len(), "the audit log is not copied");
            std::thread::sleep(pause);
            pause = (pause * 2).min(PAUSE_MAX);
        }
        meter.copied(together.len());
    }
}
