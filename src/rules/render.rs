//! Views and refusals as bytes: the page or the JSON of each.

use saoma_pages::{Lang, NotACode, Refusal, View, words};
use serde_json::{Value, json};

use crate::rules::{
    answer::Answer,
    ask::Shape,
    qr,
    reply::{self, Keeping, Media},
};

/// What is there under a code.
pub fn found(view: &View, shape: Shape, lang: Lang) -> Answer {
    let keeping = if view.stale {
        Keeping::Stale
    } else {
        Keeping::Found
    };
    let (media, body) = match shape {
        Shape::Page => (Media::Html, saoma_pages::found(view, lang).into_bytes()),
        // A view is plain data: strings, lists and maps with string keys, which always serialise.
        Shape::Json => (Media::Json, serde_json::to_vec(view).unwrap_or_default()),
        // An address has at most 250 characters, a symbol room for ten times as many.
        Shape::QrSvg => (
            Media::Svg,
            qr::svg(&view.code.url).unwrap_or_default().into_bytes(),
        ),
        Shape::QrPng => (Media::Png, qr::png(&view.code.url).unwrap_or_default()),
    };
    reply::answer(media, keeping, body)
}

/// A refusal for a person.
pub fn refusal_page(refusal: &Refusal, lang: Lang) -> Vec<u8> {
    saoma_pages::refusal(refusal, lang).into_bytes()
}

/// A refusal for a program, as the bytes of `application/problem+json`.
pub fn problem(refusal: &Refusal, lang: Lang) -> Vec<u8> {
    problem_value(refusal, lang).to_string().into_bytes()
}

/// A refusal for a program: `application/problem+json` (RFC 9457). `type` never changes.
pub fn problem_value(refusal: &Refusal, lang: Lang) -> Value {
    let (status, _keeping) = reply::verdict(refusal);
    let mut problem = json!({
        "type": format!("urn:saoma:problem:{}", kind(refusal)),
        "title": words::refusal_title(refusal, lang),
        "status": status.as_u16(),
        "detail": words::refusal_detail(refusal, lang),
    });
    let more = match refusal {
        Refusal::NotACode { kind, why } => vec![
            ("kind", kind.map_or(Value::Null, |kind| json!(kind))),
            ("why", reason(*why)),
        ],
        Refusal::NotRegistered { code } => vec![("code", json!(code))],
        Refusal::Method { allow } => vec![("allow", json!(allow))],
        Refusal::NotAcceptable { offered } => vec![("offered", json!(offered))],
        Refusal::TooMany { retry_after } | Refusal::Unavailable { retry_after } => {
            vec![("retryAfter", json!(retry_after.as_secs().max(1)))]
        }
        Refusal::TooLarge { most } => vec![("most", json!(most))],
        Refusal::BadRequest | Refusal::NoSuchPage | Refusal::SignIn | Refusal::NotAllowed => {
            vec![]
        }
    };
    if let Value::Object(map) = &mut problem {
        map.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    problem
}

const fn kind(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotACode { .. } => "not-a-code",
        Refusal::BadRequest => "bad-request",
        Refusal::SignIn => "sign-in",
        Refusal::NotAllowed => "not-allowed",
        Refusal::TooLarge { .. } => "too-large",
        Refusal::NotRegistered { .. } => "not-registered",
        Refusal::NoSuchPage => "no-such-page",
        Refusal::Method { .. } => "method",
        Refusal::NotAcceptable { .. } => "not-acceptable",
        Refusal::TooMany { .. } => "too-many",
        Refusal::Unavailable { .. } => "unavailable",
    }
}

fn reason(why: NotACode) -> Value {
    match why {
        NotACode::Empty => json!({"reason": "empty"}),
        NotACode::UnknownKind => json!({"reason": "unknown-kind"}),
        NotACode::Digits { got, want } => json!({"reason": "digits", "got": got, "want": want}),
        NotACode::NotADigit { at } => json!({"reason": "not-a-digit", "at": at}),
        NotACode::NotALetterOrDigit { at } => json!({"reason": "not-a-letter-or-digit", "at": at}),
        NotACode::TooShort { got } => json!({"reason": "too-short", "got": got}),
        NotACode::TooLong { got } => json!({"reason": "too-long", "got": got}),
    }
}
