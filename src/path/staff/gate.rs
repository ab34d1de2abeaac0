//! Who is let in. Why somebody is not, the log is told; the reader hears the same in every case.

use std::time::Instant;

use http::{HeaderMap, HeaderValue};
use saoma_pages::Refusal;

use super::{RETRY_AFTER, StaffDoor, StaffRooms};
use crate::{
    rules::credentials,
    words::{
        grant::{NotGranted, Verified},
        moment::Moment,
        peer::Peer,
    },
};

impl StaffDoor {
    /// Lets somebody in, or not; why not is for the log alone.
    pub fn admit(&self, headers: &HeaderMap, from: &Peer) -> Result<Verified, Refusal> {
        let shown = credentials::token(headers);
        let StaffRooms {
            keys, certificates, ..
        } = &self.rooms;
        let now = Moment::now();
        let verified = match (shown, &from.certificate) {
            // A token is shown on purpose; a certificate comes with every connection.
            (Ok(Some(token)), _) => keys.verify(token, now),
            (Ok(None), Some(certificate)) => {
                keys.verify_certificate(certificate, certificates, now)
            }
            (Ok(None), None) => Err(NotGranted::Nothing),
            (Err(why), _) => Err(why),
        };
        verified.map_err(|why| self.not_admitted(why, from))
    }

    /// Takes a token from a sign-in page: who it is, and the cookie that says so from now on.
    pub fn sign_in(&self, token: &str, from: &Peer) -> Result<(Verified, HeaderValue), Refusal> {
        let now = Moment::now();
        let token = token.trim();
        let verified = self.rooms.keys.verify(token, now);
        let who = verified.map_err(|why| self.not_admitted(why, from))?;
        let cookie = credentials::signed_in(token, &who.bearer, now).ok_or(Refusal::SignIn)?;
        Ok((who, cookie))
    }

    fn not_admitted(&self, why: NotGranted, from: &Peer) -> Refusal {
        match why {
            // Who shows nothing has not tried.
            NotGranted::Nothing => return Refusal::SignIn,
            NotGranted::Unknowable => {
                return Refusal::Unavailable {
                    retry_after: RETRY_AFTER,
                };
            }
            NotGranted::Several
            | NotGranted::Malformed
            | NotGranted::Algorithm
            | NotGranted::UnknownKey
            | NotGranted::Forged
            | NotGranted::TooEarly
            | NotGranted::Expired
            | NotGranted::TooLong
            | NotGranted::Revoked
            | NotGranted::Audience => {}
        }
        tracing::info!(why = why.name(), "somebody was not let in");
        match self.attempts.failed(from.network(), Instant::now()) {
            Ok(()) => Refusal::SignIn,
            Err(retry_after) => Refusal::TooMany { retry_after },
        }
    }
}
