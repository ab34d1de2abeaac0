//! A token: a JWT signed with Ed25519 (RFC 7519, RFC 8037), and nothing else that a JWT can be.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use saoma_pages::{Audience, Grant};
use serde::{Deserialize, Serialize};

use super::folder::Ring;
use crate::words::grant::{Bearer, Handle, NotGranted, ProofId, Verified, staff_audience};
use crate::words::moment::Moment;

/// Four times what the longest names make.
const TOKEN_MAX: usize = 2048;
/// How far two clocks of one office may be apart, in seconds: a token just made is good at once.
const CLOCKS_APART: i64 = 30;
const DAY: i64 = 24 * 3600;

/// What is signed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) aud: String,
    pub(super) sub: String,
    pub(super) unit: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    pub(super) jti: String,
}

/// The longest that a token of this audience may be good for, in seconds. A person signs in again
/// when the month's duty roster is new; a program's token is changed once a year.
pub(super) const fn life_max(audience: Audience) -> i64 {
    match audience {
        Audience::Public | Audience::Holder => 0,
        Audience::Police | Audience::Recycler => 31 * DAY,
        Audience::App => 366 * DAY,
    }
}

/// Who holds this token, if it is good at this moment.
pub(super) fn verify(ring: &Ring, token: &str, now: Moment) -> Result<Verified, NotGranted> {
    if token.len() > TOKEN_MAX {
        return Err(NotGranted::Malformed);
    }
    // Before any signature is looked at, the head may only choose among our own keys. It says what
    // algorithm it would like; there is one, and `none` does not even parse.
    let head = decode_header(token).map_err(|_syntax| NotGranted::Malformed)?;
    if head.alg != Algorithm::EdDSA {
        return Err(NotGranted::Algorithm);
    }
    // What has to be understood and is not (RFC 7515, 4.1.11).
    if head.crit.is_some() {
        return Err(NotGranted::Malformed);
    }
    let id = head.kid.ok_or(NotGranted::UnknownKey)?;
    let key = ring.key(&id).ok_or(NotGranted::UnknownKey)?;
    let mut wanted = Validation::new(Algorithm::EdDSA);
    // Times and audience are read below, against the moment that was handed in.
    wanted.validate_exp = false;
    wanted.validate_aud = false;
    wanted.required_spec_claims.clear();
    let data = decode::<Claims>(token, key, &wanted).map_err(|error| {
        if *error.kind() == ErrorKind::InvalidSignature {
            NotGranted::Forged
        } else {
            NotGranted::Malformed
        }
    })?;
    let (bearer, given) = read(&data.claims, now)?;
    if ring.revoked.holds(&bearer, given) {
        return Err(NotGranted::Revoked);
    }
    Ok(vouch(bearer))
}

/// Makes the grant of somebody whose proof was verified.
pub(super) fn vouch(bearer: Bearer) -> Verified {
    #[expect(
        clippy::disallowed_methods,
        reason = "both callers have checked times, audience and revocations just before; the \
                  signature was checked here, or in the handshake of the listener"
    )]
    let grant = Grant::assertion(bearer.audience);
    Verified { bearer, grant }
}

/// What signed claims say at this moment, and when they were signed.
fn read(claims: &Claims, now: Moment) -> Result<(Bearer, Moment), NotGranted> {
    let audience = staff_audience(&claims.aud).ok_or(NotGranted::Audience)?;
    let now = now.seconds();
    if claims.nbf.saturating_sub(CLOCKS_APART) > now {
        return Err(NotGranted::TooEarly);
    }
    if claims.exp <= now {
        return Err(NotGranted::Expired);
    }
    let start = claims.nbf.min(claims.iat);
    if claims.exp.saturating_sub(start) > life_max(audience) {
        return Err(NotGranted::TooLong);
    }
    let name = |text: &str| Handle::parse(text).ok_or(NotGranted::Malformed);
    let bearer = Bearer {
        audience,
        subject: name(&claims.sub)?,
        unit: name(&claims.unit)?,
        proof: ProofId::parse(&claims.jti).ok_or(NotGranted::Malformed)?,
        until: Moment::from_seconds(claims.exp),
    };
    Ok((bearer, Moment::from_seconds(claims.iat)))
}
