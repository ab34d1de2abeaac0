//! The store on Redis, on real servers that each test starts and ends by itself.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]

// Servers on free loopback ports, in folders of their own.
mod server;
// A public door without its socket.
mod door;
// Records, the same for every engine.
mod sample;
// The same records make the same store, by whomever and in whatever order.
mod writing;
// What lies where, and how much of it.
mod layout;
// What changed is gone from every page within the second.
mod coherence;
// Whether codes belong together.
mod matching;
// Who may do what.
mod access;
// A master that dies.
mod sentinel;
// Six nodes, of which any may move, die or come back empty.
mod cluster;
mod nodes;
// The same requests, the same bytes, whatever is behind the door.
mod suite;
// From one engine to another.
mod transfer;
// The same with a bad way, a full server, a demoted one and rotten views.
mod faults;
mod proxy;
// What a run of loadtest/faults.sh measures.
mod figures;
// What an operator is told, and what an edge notes for bad days.
mod told;
// What a door says when the store does not.
mod outages;
// The other door.
mod staff;
