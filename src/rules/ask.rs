//! A request, read once. Behind this line nobody sees a path, a header or a string that means
//! something.
//!
//! 1. [`Manner::of`] reads how the answer should travel. It cannot fail: a no travels too.
//! 2. [`Ask::read`] refuses what is not a sound message, then what is not a method of ours, then
//!    says what is wanted.

use http::{
    HeaderMap, Method, Uri, Version,
    header::{CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING},
    request::Parts,
};
use saoma_pages::{Lang, NotACode, Refusal};

use crate::{
    rules::{
        find, form,
        negotiate::{self, Encoding, Form},
        reply,
    },
    words::code::{Code, Kind},
};

/// How a reader wants to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'r> {
    /// The form of a found code; nothing if `Accept` excludes both.
    pub form: Option<Form>,
    /// The form of a refusal.
    pub refusals: Form,
    /// The language.
    pub lang: Lang,
    /// The language that the address itself asks for, to be kept in a redirect.
    pub asked: Option<Lang>,
    /// How the bytes travel.
    pub encoding: Encoding,
    /// Whether the connection can be used again.
    pub after: After,
    /// What else was said, for entity tags.
    pub headers: &'r HeaderMap,
}

/// What becomes of the connection after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// As the protocol has it.
    Stay,
    /// It ends: the message had a body, which is not read here.
    Part,
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// What is known about a code.
    Sticker {
        /// The code.
        code: Code,
        /// In which shape.
        shape: Shape,
    },
    /// A code under another spelling of its address.
    Moved {
        /// The code.
        code: Code,
        /// The ending of the address.
        suffix: &'static str,
    },
    /// What was filled in on the home page is this code.
    Typed {
        /// The code.
        code: Code,
    },
    /// The form for scratched stickers.
    Home,
    /// What is done with data.
    Privacy,
    /// What robots may do.
    Robots,
    /// Whom to tell of a hole.
    Security,
    /// The icon.
    Icon,
    /// What a script may do.
    Preflight,
}

/// The shapes of a found code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A page.
    Page,
    /// The view as JSON.
    Json,
    /// The sticker's symbol, in lines.
    QrSvg,
    /// The sticker's symbol, in pixels.
    QrPng,
}

/// Four times the longest address that means something here, with a whole pasted URL in it.
const URI_MAX: usize = 2048;
const OFFERED: &[&str] = &["text/html", "application/json"];
const SUFFIXED: [Shape; 3] = [Shape::Json, Shape::QrSvg, Shape::QrPng];

impl Shape {
    /// The ending of an address that asks for this shape alone.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Page => "",
            Self::Json => ".json",
            Self::QrSvg => ".qr.svg",
            Self::QrPng => ".qr.png",
        }
    }
}

impl<'r> Manner<'r> {
    /// How this request wants to be answered.
    pub fn of(request: &'r Parts) -> Self {
        let headers = &request.headers;
        let form = negotiate::form(headers);
        let asked = lang_asked(&request.uri);
        Self {
            form,
            asked,
            refusals: if request.uri.path().ends_with(Shape::Json.suffix()) {
                Form::Json
            } else {
                negotiate::refusal_form(headers)
            },
            lang: asked.unwrap_or_else(|| negotiate::language(headers)),
            encoding: negotiate::encoding(headers),
            after: if has_body(headers) {
                After::Part
            } else {
                After::Stay
            },
            headers,
        }
    }
}

impl Ask {
    /// What this request wants.
    pub fn read(request: &Parts, manner: &Manner<'_>) -> Result<Self, Refusal> {
        sound(request)?;
        if request.method == Method::OPTIONS {
            return Ok(Self::Preflight);
        }
        if request.method != Method::GET && request.method != Method::HEAD {
            return Err(Refusal::Method {
                allow: reply::ALLOWED,
            });
        }
        // A body on a GET means nothing to us and may mean a second request to somebody else.
        if manner.after == After::Part {
            return Err(Refusal::BadRequest);
        }
        match request.uri.path() {
            "/" => Ok(Self::Home),
            "/find" => typed(&request.uri),
            "/privacy" => Ok(Self::Privacy),
            "/robots.txt" => Ok(Self::Robots),
            "/.well-known/security.txt" => Ok(Self::Security),
            "/icon.svg" => Ok(Self::Icon),
            path => sticker(path, manner),
        }
    }
}

impl Ask {
    /// What it is called in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sticker { .. } => "sticker",
            Self::Moved { .. } => "moved",
            Self::Typed { .. } => "typed",
            Self::Home => "home",
            Self::Privacy => "privacy",
            Self::Robots => "robots",
            Self::Security => "security",
            Self::Icon => "icon",
            Self::Preflight => "preflight",
        }
    }

    /// The code it is about, if it is about one.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Sticker { code, .. } | Self::Moved { code, .. } | Self::Typed { code } => {
                Some(*code)
            }
            Self::Home
            | Self::Privacy
            | Self::Robots
            | Self::Security
            | Self::Icon
            | Self::Preflight => None,
        }
    }
}

/// Whether it is one message, to one host, of a size that can mean something.
fn sound(request: &Parts) -> Result<(), Refusal> {
    let mut hosts = request.headers.get_all(HOST).into_iter();
    let host = hosts.next();
    let named = match host {
        Some(host) => is_host(host),
        None => request.version < Version::HTTP_11,
    };
    let short = request
        .uri
        .path_and_query()
        .is_none_or(|target| target.as_str().len() <= URI_MAX);
    if named && hosts.next().is_none() && short {
        Ok(())
    } else {
        Err(Refusal::BadRequest)
    }
}

/// A name, an IPv4 or a bracketed IPv6 address, and perhaps a port. Which one is not our business.
fn is_host(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    !bytes.is_empty()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]%~".contains(byte))
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING)
        || headers
            .get(CONTENT_LENGTH)
            .is_some_and(|length| length.as_bytes() != b"0")
}

fn sticker(path: &str, manner: &Manner<'_>) -> Result<Ask, Refusal> {
    let rest = path.strip_prefix('/').ok_or(Refusal::NoSuchPage)?;
    let (segment, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let kind = find::keyword(segment).ok_or(Refusal::NoSuchPage)?;
    let (text, fixed) = SUFFIXED
        .into_iter()
        .find_map(|shape| Some((rest.strip_suffix(shape.suffix())?, Some(shape))))
        .unwrap_or_else(|| (rest.strip_suffix('/').unwrap_or(rest), None));
    let code = Code::parse(kind, text).map_err(|why| Refusal::NotACode {
        kind: Some(kind),
        why,
    })?;
    if segment != kind.keyword() {
        let suffix = fixed.map_or("", Shape::suffix);
        return Ok(Ask::Moved { code, suffix });
    }
    let shape = match (fixed, manner.form) {
        (Some(shape), _) => shape,
        (None, Some(Form::Page)) => Shape::Page,
        (None, Some(Form::Json)) => Shape::Json,
        (None, None) => return Err(Refusal::NotAcceptable { offered: OFFERED }),
    };
    Ok(Ask::Sticker { code, shape })
}

fn typed(uri: &Uri) -> Result<Ask, Refusal> {
    let not_a_code = |(kind, why): (Option<Kind>, NotACode)| Refusal::NotACode { kind, why };
    let typed = parameter(uri, "code").unwrap_or_default();
    let code = find::find(&form::unescape(typed)).map_err(not_a_code)?;
    Ok(Ask::Typed { code })
}

fn lang_asked(uri: &Uri) -> Option<Lang> {
    let asked = parameter(uri, "lang")?;
    let primary = asked.split('-').next()?;
    if primary.eq_ignore_ascii_case("en") {
        Some(Lang::En)
    } else if primary.eq_ignore_ascii_case("zh") {
        Some(Lang::Zh)
    } else {
        None
    }
}

fn parameter<'u>(uri: &'u Uri, name: &'u str) -> Option<&'u str> {
    form::first_raw(uri.query()?, name)
}

#[cfg(test)]
mod tests;
