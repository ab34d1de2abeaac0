//! The keys that tokens are signed with, what was taken back, and whether somebody is let in.
//!
//! A folder, which the issuer writes and the door only reads:
//!
//! ```text
//! {key}.public.pem    a key whose tokens are good; taking the file away ends them all
//! {key}.private.pem   what signs; the door neither needs nor reads it
//! revoked             what was taken back, a line each
//! ```
//!
//! It is looked at again while running, so a revocation is in force within [`LOOK_AGAIN`]. What
//! cannot be read lets nobody in.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::settings::CertificateRule;
use crate::words::grant::{NotGranted, Verified};
use crate::words::moment::Moment;

mod certificate;
mod folder;
mod issue;
mod revoked;
mod token;

pub use issue::{Issuer, Order, Revocation, revoke};

/// How long a look at the folder counts. A revocation is promised within five seconds; this leaves
/// four for a slow disk.
pub const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// What stands in the way of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what its name says.
    #[error("{path}: {what}")]
    Unsound {
        /// Which.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// There is no key.
    #[error("{0}: there is no key here; `saoma token keygen` makes one")]
    NoKey(PathBuf),
    /// The cryptography said no, which only a broken machine explains.
    #[error("no key or number could be made")]
    Cryptography,
    /// What should be signed makes no sense.
    #[error("{0}")]
    Order(&'static str),
}

/// The keys of a folder, as they are now.
#[derive(Debug)]
pub struct Keys {
    folder: PathBuf,
    seen: Mutex<Seen>,
}

/// What was seen of the folder, and when.
#[derive(Debug)]
struct Seen {
    at: Instant,
    /// Nothing if it could not be read.
    ring: Option<Arc<folder::Ring>>,
}

impl Keys {
    /// Opens a folder with at least one key in it.
    pub fn open(folder: &Path) -> Result<Self, KeysError> {
        let ring = folder::Ring::read(folder, None)?;
        if ring.is_empty() {
            return Err(KeysError::NoKey(folder.to_owned()));
        }
        Ok(Self {
            folder: folder.to_owned(),
            seen: Mutex::new(Seen {
                at: Instant::now(),
                ring: Some(Arc::new(ring)),
            }),
        })
    }

    /// Who holds this token, if it is good at this moment.
    pub fn verify(&self, token: &str, now: Moment) -> Result<Verified, NotGranted> {
        token::verify(&*self.ring()?, token, now)
    }

    /// Whom this client certificate names, if it is good at this moment. The listener has verified
    /// it; here it is read by these rules, and looked for among what was taken back.
    pub fn verify_certificate(
        &self,
        certificate: &[u8],
        rules: &[CertificateRule],
        now: Moment,
    ) -> Result<Verified, NotGranted> {
        let (bearer, given) = certificate::read(certificate, rules, now)?;
        if self.ring()?.revoked.holds(&bearer, given) {
            return Err(NotGranted::Revoked);
        }
        Ok(token::vouch(bearer))
    }

    /// The keys and revocations, looked at again if it is time.
    fn ring(&self) -> Result<Arc<folder::Ring>, NotGranted> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.at.elapsed() >= LOOK_AGAIN {
            let read = folder::Ring::read(&self.folder, seen.ring.as_deref());
            seen.ring = match read {
                Ok(ring) => Some(Arc::new(ring)),
                Err(error) => {
                    tracing::error!(%error, "nobody can be let in");
                    None
                }
            };
            seen.at = Instant::now();
        }
        seen.ring.clone().ok_or(NotGranted::Unknowable)
    }
}

#[cfg(test)]
mod tests;
