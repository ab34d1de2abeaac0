//! What the log is told when an answer could not be given. A reader never sees any of it.

use std::error::Error;

/// Something of ours failed. No variant carries a value from a record or from a request.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store could not be asked.
    #[error("store: {0}")]
    Store(#[source] Box<dyn Error + Send + Sync>),
    /// The store answered with bytes that are not what was written there.
    #[error("store: {what} cannot be read")]
    Corrupt {
        /// What kind of thing was being read.
        what: &'static str,
    },
    /// The store did not answer in time.
    #[error("store: no answer in time")]
    Deadline,
    /// There is no connection to the store that answers.
    #[error("store: unreachable")]
    Unreachable,
    /// The store is not the one it was: empty, or older than what was seen of it.
    #[error("store: empty, or older than it was")]
    Emptied,
    /// More readers wait for the store than it could answer in time.
    #[error("store: too many readers wait for it")]
    Busy,
    /// The secret of pairs is not where it should be: nothing was imported yet, or it was not copied
    /// to this machine.
    #[error("pairs: the pair key file is not there")]
    NoPairKey,
    /// The view was made under a laxer policy than this edge may show.
    #[error("store: a view was made under another policy; run `saoma reproject`")]
    Policy,
}
