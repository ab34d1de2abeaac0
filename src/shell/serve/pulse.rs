//! What a connection's driver knows of its requests.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

/// Shared by the driver, the stream and the answers of one connection, which all run in one task or
/// tell each other through its wakers: the order of these is nobody's proof of anything.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    asked: AtomicU32,
    answering: AtomicU32,
    /// Whether bytes came that were not yet a request.
    begun: AtomicBool,
    /// Whether bytes went out that may not have left yet.
    unflushed: AtomicBool,
    parting: AtomicBool,
}

/// An answer being made. Over when it is dropped.
#[derive(Debug)]
pub(super) struct Answering<'p>(&'p Pulse);

impl Pulse {
    /// A request has been read.
    pub(super) fn ask(&self) -> Answering<'_> {
        self.asked.fetch_add(1, Relaxed);
        self.answering.fetch_add(1, Relaxed);
        self.begun.store(false, Relaxed);
        // What is answered will be written.
        self.unflushed.store(true, Relaxed);
        Answering(self)
    }

    /// How many requests there have been. Starts again after four thousand million.
    pub(super) fn asked(&self) -> u32 {
        self.asked.load(Relaxed)
    }

    /// Bytes came in.
    pub(super) fn read(&self) {
        self.begun.store(true, Relaxed);
    }

    /// Bytes went out.
    pub(super) fn wrote(&self) {
        self.unflushed.store(true, Relaxed);
    }

    /// All of them have left.
    pub(super) fn flushed(&self) {
        self.unflushed.store(false, Relaxed);
    }

    /// Whether an answer is being made.
    pub(super) fn answers(&self) -> bool {
        self.answering.load(Relaxed) > 0
    }

    /// Whether everything that was asked has been answered and nothing more has been said.
    pub(super) fn rests(&self) -> bool {
        !self.answers() && !self.begun.load(Relaxed) && !self.unflushed.load(Relaxed)
    }

    /// From now on every answer says that it is the last.
    pub(super) fn part(&self) {
        self.parting.store(true, Relaxed);
    }

    /// Whether this answer is the last.
    pub(super) fn parts(&self) -> bool {
        self.parting.load(Relaxed)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.answering.fetch_sub(1, Relaxed);
    }
}
