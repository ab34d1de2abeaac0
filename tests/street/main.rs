//! The door to the street, over real sockets: TLS, HTTP/2, proxies, crowds, taking over.
//!
//! `tests/street/run` beside this runs what others wrote against the built server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]
#![expect(clippy::print_stdout, reason = "some tests are run for their figures")]

// A door that says who it thinks is there, certificates, and clients.
mod support;
// Names, protocols, certificates exchanged while connections are open, clients with certificates.
mod tls;
// Frames that no browser sends.
mod h2;
// Messages that two readers could take for different ones.
mod smuggling;
// Whom a proxy speaks for.
mod proxy;
// Who is silent, too many, or not understood.
mod crowd;
// A process that runs out of descriptors, and one that takes over from another.
mod process;
// What it costs to be connected. Takes minutes: `tests/street/run` asks for it.
mod idle;
