//! Reading goes on while a batch is being written: the processor has something to do while the disk
//! has, and no more is read than memory was set aside for.

use std::sync::mpsc::SyncSender;

use super::ImportError;
use super::source::{Read1, Source};

/// Records that are handed over at once.
const PIECE: usize = 2_000;
/// Pieces that are read before they are wanted: a batch's worth.
pub(super) const PIECES: usize = 8;

/// Some records of a file, and how far into it they reach.
pub(super) struct Piece {
    pub(super) records: Vec<Read1>,
    pub(super) position: u64,
}

/// Reads a file to its end, a few pieces ahead of who takes them.
pub(super) fn read(mut source: Source, to: &SyncSender<Result<Piece, ImportError>>) {
    loop {
        let mut records = Vec::with_capacity(PIECE);
        let ended = loop {
            match source.next() {
                Ok(Some(read)) => records.push(read),
                Ok(None) => break Some(Ok(())),
                Err(error) => break Some(Err(error)),
            }
            if records.len() == PIECE {
                break None;
            }
        };
        let position = source.position();
        let is_taken = to.send(Ok(Piece { records, position })).is_ok();
        match ended {
            None if is_taken => {}
            Some(Err(error)) => return drop(to.send(Err(error))),
            None | Some(Ok(())) => return,
        }
    }
}
