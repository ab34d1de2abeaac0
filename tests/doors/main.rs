//! The staff door beside the public one, asked over real sockets.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]

// Both doors before one store, and a client that speaks bytes.
mod support;
// A record of every type, with a value in every field.
mod world;
// Every field of the catalog for every audience.
mod matrix;
// Who is let in, and who is not.
mod grants;
// What travels beside the answer, and what is not there.
mod answers;
// Many codes at once.
mod batches;
// Looks written down.
mod audited;
// What apps are told, against what they get.
mod contract;
// The staff door as a browser meets it.
mod desk;
