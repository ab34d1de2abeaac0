//! Every status and every header that leaves the public door, in one place.
//!
//! The same security headers stand on every answer, good or bad: what differs is decided by the
//! tables below, each an exhaustive match.

use std::{sync::Arc, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, ETAG, LOCATION,
        RETRY_AFTER, STRICT_TRANSPORT_SECURITY, VARY, WWW_AUTHENTICATE,
    },
};
use http_body_util::Full;
use saoma_pages::{BadBody, Lang, Refusal};

use crate::rules::{
    answer::{
        Answer, Reply, Squeeze, Text,
        mould::{Filling, Mould},
    },
    negotiate::{Encoding, Form},
    pairing::Typed,
    render,
};

mod sort;

pub use sort::{Keeping, Media};
use sort::{headers, heads};

/// What the public door takes.
pub const ALLOWED: &str = "GET, HEAD, OPTIONS";
/// What it takes where codes can be sent to be compared.
pub const ALLOWED_TO_MATCH: &str = "GET, HEAD, POST, OPTIONS";
/// Not among the names that the http crate knows.
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// An answer of this media, with all its headers.
pub fn answer(media: Media, keeping: Keeping, body: Vec<u8>) -> Answer {
    Answer::new(StatusCode::OK, heads(media, keeping), body, media.squeeze())
}

/// The page of a registered code, out of its mould.
pub fn cast(mould: Arc<Mould>, filling: Filling) -> Answer {
    Answer::new(
        StatusCode::OK,
        heads(Media::Html, Keeping::Found),
        Text::Cast(mould, Box::new(filling)),
        Squeeze::Yes,
    )
}

/// The page of a code that is not registered, out of its mould.
pub fn cast_not_registered(mould: Arc<Mould>, filling: Filling) -> Answer {
    Answer::new(
        NOT_FOUND.0,
        heads(Media::Html, NOT_FOUND.1),
        Text::Cast(mould, Box::new(filling)),
        Squeeze::Soon,
    )
}

/// A no, with its status, its headers and its words. Nothing of what was asked is repeated but a
/// well-formed code.
pub fn refusal(refusal: &Refusal, form: Form, lang: Lang) -> Answer {
    refusal_with(refusal, form, lang, vec![])
}

/// The same, with more headers.
pub fn refusal_with(
    refusal: &Refusal,
    form: Form,
    lang: Lang,
    more: Vec<(HeaderName, HeaderValue)>,
) -> Answer {
    match form {
        Form::Page => {
            let page = render::refusal_page(refusal, lang);
            refused(refusal, Media::Html, page, more)
        }
        Form::Json => refused(
            refusal,
            Media::Problem,
            render::problem(refusal, lang),
            more,
        ),
    }
}

/// The same for who filled in the form of the pair check, with what was well formed still in it.
pub fn match_refusal(refusal: &Refusal, typed: &Typed, form: Form, lang: Lang) -> Answer {
    match form {
        Form::Page => {
            let page = render::match_refusal_page(refusal, typed, lang);
            refused(refusal, Media::Html, page, vec![])
        }
        Form::Json => refusal_with(refusal, form, lang, vec![]),
    }
}

fn refused(
    refusal: &Refusal,
    media: Media,
    body: Vec<u8>,
    more: Vec<(HeaderName, HeaderValue)>,
) -> Answer {
    let (status, keeping) = verdict(refusal);
    let mut headers = headers(Some(media), keeping);
    // Compressed only if it is kept: the others are made for one reader.
    let mut squeeze = Squeeze::No;
    match refusal {
        Refusal::NotRegistered { .. } => squeeze = Squeeze::Yes,
        Refusal::BadRequest => {
            // Who sends one such message may have others hidden in it.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Refusal::SignIn => {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"saoma\""),
            );
        }
        Refusal::TooLarge { .. } => {
            // The rest of it is not read.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Refusal::Method { allow } => {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        Refusal::Body {
            why: BadBody::Media { taken },
        } => {
            headers.insert(ACCEPT_POST, HeaderValue::from_static(taken));
        }
        Refusal::TooMany { retry_after } | Refusal::Unavailable { retry_after } => {
            headers.insert(RETRY_AFTER, seconds(*retry_after));
        }
        Refusal::NotACode { .. }
        | Refusal::NotAllowed
        | Refusal::NoSuchPage
        | Refusal::Body { .. }
        | Refusal::NotAcceptable { .. } => {}
    }
    headers.extend(more);
    Answer::new(status, headers, body, squeeze)
}

/// What is not there, rendered or cast.
const NOT_FOUND: (StatusCode, Keeping) = (StatusCode::NOT_FOUND, Keeping::Negative);

/// Which status a refusal has: the one table.
pub const fn verdict(refusal: &Refusal) -> (StatusCode, Keeping) {
    match refusal {
        Refusal::NotACode { .. } => (StatusCode::BAD_REQUEST, Keeping::Negative),
        Refusal::BadRequest => (StatusCode::BAD_REQUEST, Keeping::Never),
        Refusal::SignIn => (StatusCode::UNAUTHORIZED, Keeping::Never),
        Refusal::NotAllowed => (StatusCode::FORBIDDEN, Keeping::Never),
        Refusal::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, Keeping::Never),
        Refusal::NotRegistered { .. } | Refusal::NoSuchPage => NOT_FOUND,
        Refusal::Method { .. } => (StatusCode::METHOD_NOT_ALLOWED, Keeping::Never),
        Refusal::Body { why } => (bad_body(*why), Keeping::Never),
        Refusal::NotAcceptable { .. } => (StatusCode::NOT_ACCEPTABLE, Keeping::Negative),
        Refusal::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, Keeping::Never),
        Refusal::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, Keeping::Never),
    }
}

const fn bad_body(why: BadBody) -> StatusCode {
    match why {
        BadBody::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        BadBody::TooSlow => StatusCode::REQUEST_TIMEOUT,
        BadBody::Media { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        BadBody::Unreadable | BadBody::HowMany { .. } => StatusCode::BAD_REQUEST,
    }
}

/// The same thing under its one true address.
pub fn moved(location: &str) -> Reply {
    elsewhere(StatusCode::PERMANENT_REDIRECT, Keeping::Negative, location)
}

/// What the form was filled in for. Not kept: the address asked for is what somebody typed.
pub fn see_other(location: &str) -> Reply {
    elsewhere(StatusCode::SEE_OTHER, Keeping::Never, location)
}

/// The staff door's page of the same code. No cache may keep it: nobody else is to be led there.
/// The public's answers do not vary by cookie for it. A cache that hands one of them to an officer
/// shows what anybody may see; one told to vary would keep a copy for every stranger's cookie.
pub fn led_to_staff(location: &str) -> Reply {
    elsewhere(StatusCode::TEMPORARY_REDIRECT, Keeping::Never, location)
}

/// What a browser asks before it lets a script read JSON, or send it where `allow` has a `POST`.
pub fn preflight(allow: &'static str) -> Reply {
    let mut reply = bare(StatusCode::NO_CONTENT, Keeping::Fixed);
    let headers = reply.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(allow));
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (ACCESS_CONTROL_ALLOW_METHODS, allow),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            "Accept, Accept-Language, Content-Type, If-None-Match",
        ),
        (ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    reply
}

/// For one reader and this moment only, whatever it is: nothing keeps it, nothing names it.
pub fn unkept(mut reply: Reply) -> Reply {
    let headers = reply.headers_mut();
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(Keeping::Never.cache_control()),
    );
    headers.remove(ETAG);
    reply
}

/// Says that this connection ends here.
pub fn parting(mut reply: Reply) -> Reply {
    reply
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    reply
}

/// Says that nobody should come in the clear any more. Two years; other hosts of the same domain
/// are for their operators to decide on.
pub fn over_tls(mut reply: Reply) -> Reply {
    strictly(reply.headers_mut());
    reply
}

/// An answer of the staff door: for this reader alone. Nobody keeps it, no script of another site
/// reads it, and what it depends on is said.
pub fn for_staff(mut reply: Reply) -> Reply {
    let headers = reply.headers_mut();
    headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(Keeping::Never.cache_control()),
    );
    headers.insert(
        VARY,
        HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language, Authorization, Cookie"),
    );
    reply
}

/// Leaves out what is about the connection, where one connection is all there is (HTTP/2).
pub fn within_one_connection(mut reply: Reply) -> Reply {
    reply.headers_mut().remove(CONNECTION);
    reply
}

/// A no that was not made by the door, which has not answered in time.
pub fn given_up(refused: &Refusal) -> Reply {
    let answer = refusal(refused, Form::Page, Lang::Zh);
    parting(answer.reply(Encoding::Identity.into(), &HeaderMap::new()))
}

/// What stands on a refusal of something that was never understood, beside what HTTP needs.
pub fn unread() -> HeaderMap {
    headers(None, Keeping::Never)
}

/// The same, behind TLS.
pub fn unread_over_tls() -> HeaderMap {
    let mut headers = unread();
    strictly(&mut headers);
    headers
}

/// Two years, as browsers ask for.
fn strictly(headers: &mut HeaderMap) {
    headers.insert(
        STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000"),
    );
}

fn elsewhere(status: StatusCode, keeping: Keeping, location: &str) -> Reply {
    let mut reply = bare(status, keeping);
    // Said here because hyper says it for a GET only, and a HEAD has the same fields.
    let nothing = HeaderValue::from_static("0");
    reply.headers_mut().insert(CONTENT_LENGTH, nothing);
    // A location is built of a keyword, a code and a language: letters, digits and slashes.
    if let Ok(location) = HeaderValue::from_str(location) {
        reply.headers_mut().insert(LOCATION, location);
    }
    reply
}

fn bare(status: StatusCode, keeping: Keeping) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    *reply.headers_mut() = headers(None, keeping);
    reply
}

fn seconds(wait: Duration) -> HeaderValue {
    // Never 0: "at once" is what an overloaded server must not say.
    HeaderValue::from(wait.as_secs().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_never_kept_and_says_when_to_come_back() {
        let refused = Refusal::Unavailable {
            retry_after: Duration::from_millis(200),
        };
        let reply = refusal(&refused, Form::Json, Lang::En)
            .reply(Encoding::Identity.into(), &HeaderMap::new());
        assert_eq!(reply.status(), 503);
        assert_eq!(reply.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(reply.headers()[RETRY_AFTER], "1");
    }
}
