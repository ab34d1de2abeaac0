//! What the operator is told when nothing could be started.

use std::{fmt, io, net::SocketAddr};

/// Why there is no door.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings make no sense; every mistake is listed.
    #[error("{0}")]
    Settings(Mistakes),
    /// An address could not be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A socket that was handed over is not what a door can use.
    #[error("cannot use the socket that was handed over as `{name}`: {source}")]
    HandedOver {
        /// What it was called.
        name: String,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A certificate or a key cannot be used.
    #[error("{file}: {what}")]
    Certificate {
        /// Its file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// The system does not let us wait for its signals.
    #[error("cannot wait for signals: {0}")]
    Signals(#[source] io::Error),
}

/// All that is wrong with the settings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

/// One thing that is wrong with the settings.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where: a key such as `public.listen`, a variable such as `SAOMA_CONTACT`, or a file.
    pub place: String,
    /// What is wrong there, and what would be right.
    pub what: String,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mistake(s) in the settings", self.0.len())?;
        for Mistake { place, what } in &self.0 {
            write!(f, "\n  {place}: {what}")?;
        }
        Ok(())
    }
}
