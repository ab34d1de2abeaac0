//! Views and refusals as bytes: the page or the JSON of each.

use saoma_pages::{BadBody, Lang, NotACode, Refusal, View, words};
use serde_json::{Value, json};

use crate::rules::{
    answer::Answer,
    ask::Shape,
    negotiate::Form,
    pairing::Typed,
    qr,
    reply::{self, Keeping, Media},
};
use crate::words::code::Code;

/// What the pair check says in JSON. Words, because a `false` would say more than is known.
pub const YES: &str = "yes";
/// The other of the two.
pub const NO: &str = "no-or-unknown";

/// What the `type` of a problem begins with.
pub const PROBLEM: &str = "urn:saoma:problem:";
/// All there are.
pub const PROBLEMS: [&str; 16] = [
    "not-a-code",
    "bad-request",
    "sign-in",
    "not-allowed",
    "too-large",
    "not-registered",
    "no-such-page",
    "method",
    "body-too-long",
    "body-too-slow",
    "body-media",
    "body-unreadable",
    "how-many",
    "not-acceptable",
    "too-many",
    "unavailable",
];

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

/// What the holder of a set may see of each of its codes.
pub fn together(views: &[View], form: Form, lang: Lang) -> Answer {
    let (media, body) = match form {
        Form::Page => (Media::Html, saoma_pages::together(views, lang).into_bytes()),
        Form::Json => (Media::Json, verdict(YES, views)),
    };
    reply::answer(media, Keeping::Never, body)
}

/// That codes do not belong together, or that nobody knows that they do.
pub fn not_together(form: Form, lang: Lang) -> Answer {
    let (media, body) = match form {
        Form::Page => (Media::Html, saoma_pages::not_together(lang).into_bytes()),
        Form::Json => (Media::Json, verdict(NO, &[])),
    };
    reply::answer(media, Keeping::Never, body)
}

/// The form of the pair check with this code in it.
pub fn match_form(code: Option<Code>, lang: Lang) -> Answer {
    let code = code.map(|code| code.in_full());
    let page = saoma_pages::match_page(code.as_deref().as_slice(), lang);
    reply::answer(Media::Html, Keeping::Fixed, page.into_bytes())
}

/// A refusal for a person who filled in the form of the pair check.
pub fn match_refusal_page(refusal: &Refusal, typed: &Typed, lang: Lang) -> Vec<u8> {
    let codes: Vec<String> = typed
        .iter()
        .map(|code| code.map_or_else(String::new, |code| code.in_full()))
        .collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    saoma_pages::match_refusal(refusal, &codes, lang).into_bytes()
}

fn verdict(together: &str, views: &[View]) -> Vec<u8> {
    json!({"together": together, "views": views})
        .to_string()
        .into_bytes()
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
        "type": format!("{PROBLEM}{}", kind(refusal)),
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
        Refusal::Body { why } => bad_body(*why),
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
        Refusal::Body { why } => match why {
            BadBody::TooLong { .. } => "body-too-long",
            BadBody::TooSlow => "body-too-slow",
            BadBody::Media { .. } => "body-media",
            BadBody::Unreadable => "body-unreadable",
            BadBody::HowMany { .. } => "how-many",
        },
        Refusal::NotAcceptable { .. } => "not-acceptable",
        Refusal::TooMany { .. } => "too-many",
        Refusal::Unavailable { .. } => "unavailable",
    }
}

fn bad_body(why: BadBody) -> Vec<(&'static str, Value)> {
    match why {
        BadBody::TooLong { most } => vec![("most", json!(most))],
        BadBody::Media { taken } => vec![("taken", json!(taken))],
        BadBody::HowMany { got, least, most } => vec![
            ("got", json!(got)),
            ("least", json!(least)),
            ("most", json!(most)),
        ],
        BadBody::TooSlow | BadBody::Unreadable => vec![],
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
