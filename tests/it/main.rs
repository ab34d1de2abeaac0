//! The doors, asked over real sockets. One binary, so that everything is linked once.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]

// A door on port 0, a shelf of views behind it, and a client that speaks bytes.
mod support;
// Each row of the public table, in every form.
mod scan;
// What travels beside the answer: encodings, entity tags, languages, headers.
mod travel;
// What kept an answer back, and how it is counted.
mod troubles;
// What the answers owe to the store: changes, outages.
mod coherence;
// Whether codes belong together, and what is told then.
mod matching;
// What apps are told that they can call, and whether it is so.
mod openapi;
// What no browser sends.
mod rubbish;
// Who asks too much, and what is counted.
mod limits;
// Which differences between answers are meant.
mod shapes;
// The end of a door.
mod drain;
// What the log must not know.
mod logs;
// The hint that leads an officer's phone to the staff door.
mod hint;
// A real store behind the door, and somebody who writes to it.
mod embedded;
