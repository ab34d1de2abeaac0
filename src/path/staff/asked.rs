//! What is asked of the staff door, read from a request before anybody is let in.

use http::{HeaderMap, HeaderName, Method, request::Parts};
use saoma_pages::{BadBody, Refusal};

use crate::{
    rules::{
        ask::{Ask, Manner},
        batch,
    },
    words::grant::Purpose,
};

/// What is asked of this door.
#[derive(Clone, Copy, Debug)]
pub(super) enum StaffAsk {
    /// What any door is asked.
    Common(Ask),
    /// A batch of codes.
    Batch,
}

/// With which an officer says what for: an identity number is then shown whole.
pub const PURPOSE: HeaderName = HeaderName::from_static("saoma-purpose");
/// Where a batch is sent.
const BATCH_PATH: &str = "/v1/resolve";

impl StaffAsk {
    pub(super) fn read(parts: &Parts, manner: &Manner<'_>) -> Result<Self, Refusal> {
        if parts.uri.path() != BATCH_PATH {
            return Ask::read(parts, manner).map(Self::Common);
        }
        if parts.method != Method::POST {
            return Err(Refusal::Method { allow: "POST" });
        }
        if parts.uri.query().is_some() {
            return Err(Refusal::BadRequest);
        }
        if !batch::is_json(&parts.headers) {
            let why = BadBody::Media {
                taken: batch::TAKEN,
            };
            return Err(Refusal::Body { why });
        }
        Ok(Self::Batch)
    }
}

/// What for, if they said so. What is said badly is not taken for nothing.
pub(super) fn purpose(headers: &HeaderMap) -> Result<Option<Purpose>, Refusal> {
    let Some(said) = headers.get(PURPOSE) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(said.as_bytes()).ok();
    let purpose = text.and_then(Purpose::parse);
    purpose.ok_or(Refusal::BadRequest).map(Some)
}
