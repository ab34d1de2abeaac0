//! A request, read once. Behind this line nobody sees a path, a header or a string that means
//! something.
//!
//! 1. [`Manner::of`] reads how the answer should travel. It cannot fail: a no travels too.
//! 2. [`Ask::read`] refuses what is not a sound message, then what is not a method of ours, then
//!    says what is wanted.

use http::{
    HeaderMap, HeaderValue, Method, Uri, Version,
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST,
        TRANSFER_ENCODING,
    },
    request::Parts,
};
use saoma_pages::{Lang, NotACode, Refusal};

use crate::{
    rules::{
        answer::Reply,
        find, form,
        negotiate::{Encodings, Form, Forms, Languages, Wish},
        pairing, reply,
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
    pub encoding: Wish,
    /// Whether the connection can be used again.
    pub after: After,
    /// Whether it carries cookies.
    pub cookies: Cookies,
    /// Whom it says that it speaks to.
    host: Host<'r>,
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

/// Whether a request carries cookies, of ours or of somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// It does.
    Some,
    /// It does not.
    None,
}

/// What is said in `Host`.
#[derive(Clone, Copy, Debug)]
enum Host<'r> {
    Unsaid,
    Said(&'r HeaderValue),
    SaidTwice,
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
    /// What an app can call, in the words of OpenAPI.
    OpenApi,
    /// The form of the pair check.
    MatchForm {
        /// A code to fill in.
        code: Option<Code>,
    },
    /// Whether the codes sent along belong together.
    Match,
    /// What a script may do.
    Preflight {
        /// The methods there are.
        allow: &'static str,
    },
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
/// The forms there are.
pub const OFFERED: &[&str] = &["text/html", "application/json"];
/// Where codes are compared: the one place that takes something sent along.
const MATCH: &str = "/match";
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
        let (mut forms, mut languages, mut encodings) =
            (Forms::default(), Languages::default(), Encodings::default());
        let mut in_doubt = Form::Page;
        let mut after = After::Stay;
        let mut cookies = Cookies::None;
        let mut host = Host::Unsaid;
        // Once through what was sent is less work than looking for each of these.
        for (name, value) in headers {
            if name == ACCEPT {
                forms.hear(value);
            } else if name == ACCEPT_ENCODING {
                encodings.hear(value);
            } else if name == ACCEPT_LANGUAGE {
                languages.hear(value);
            } else if name == HOST {
                host = match host {
                    Host::Unsaid => Host::Said(value),
                    Host::Said(_) | Host::SaidTwice => Host::SaidTwice,
                };
            } else if name == COOKIE {
                cookies = Cookies::Some;
            } else if name == TRANSFER_ENCODING || (name == CONTENT_LENGTH && value != "0") {
                after = After::Part;
            } else if name == CONTENT_TYPE && pairing::is_json(headers) {
                // Who sends JSON reads it too, if they do not say.
                in_doubt = Form::Json;
            }
        }
        let form = forms.form(in_doubt);
        let asked = lang_asked(&request.uri);
        Self {
            form,
            asked,
            refusals: if request.uri.path().ends_with(Shape::Json.suffix()) {
                Form::Json
            } else {
                form.unwrap_or(Form::Json)
            },
            lang: asked.unwrap_or_else(|| languages.language()),
            encoding: encodings.wish(),
            after,
            cookies,
            host,
            headers,
        }
    }
}

impl After {
    /// The answer as it is sent.
    pub fn send(self, reply: Reply) -> Reply {
        match self {
            Self::Stay => reply,
            Self::Part => reply::parting(reply),
        }
    }
}

impl Ask {
    /// What this request wants.
    pub fn read(request: &Parts, manner: &Manner<'_>) -> Result<Self, Refusal> {
        sound(request, manner)?;
        let path = request.uri.path();
        let allow = if path == MATCH {
            reply::ALLOWED_TO_MATCH
        } else {
            reply::ALLOWED
        };
        match &request.method {
            &Method::OPTIONS => Ok(Self::Preflight { allow }),
            &Method::POST if path == MATCH => Ok(Self::Match),
            // A body on a GET means nothing to us and may mean a second request to somebody else.
            &Method::GET | &Method::HEAD if manner.after == After::Part => Err(Refusal::BadRequest),
            &Method::GET | &Method::HEAD => Self::of(request, manner),
            // Where there is nothing, no method would help.
            _other => match Self::of(request, manner) {
                Err(Refusal::NoSuchPage) => Err(Refusal::NoSuchPage),
                Ok(_) | Err(_) => Err(Refusal::Method { allow }),
            },
        }
    }

    /// What a `GET` of this address wants.
    fn of(request: &Parts, manner: &Manner<'_>) -> Result<Self, Refusal> {
        match request.uri.path() {
            "/" => Ok(Self::Home),
            MATCH => Ok(Self::MatchForm {
                code: typed(&request.uri).ok().and_then(|ask| ask.code()),
            }),
            "/openapi.json" => Ok(Self::OpenApi),
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
            Self::OpenApi => "openapi",
            Self::MatchForm { .. } => "match form",
            Self::Match => "match",
            Self::Preflight { .. } => "preflight",
        }
    }

    /// The code it is about, if it is about one.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Sticker { code, .. } | Self::Moved { code, .. } | Self::Typed { code } => {
                Some(*code)
            }
            Self::MatchForm { code } => *code,
            Self::Home
            | Self::Privacy
            | Self::Robots
            | Self::Security
            | Self::Icon
            | Self::OpenApi
            | Self::Match
            | Self::Preflight { .. } => None,
        }
    }
}

/// Whether it is one message, to one host, of a size that can mean something.
fn sound(request: &Parts, manner: &Manner<'_>) -> Result<(), Refusal> {
    let named = match (manner.host, request.uri.authority()) {
        (Host::SaidTwice, _) => false,
        // In HTTP/2 the address has the host; who names one beside it means the same.
        (Host::Said(host), Some(authority)) if request.version > Version::HTTP_11 => {
            let authority = authority.as_str().as_bytes();
            is_host(authority) && host.as_bytes().eq_ignore_ascii_case(authority)
        }
        (Host::Unsaid, Some(authority)) if request.version > Version::HTTP_11 => {
            is_host(authority.as_str().as_bytes())
        }
        (Host::Said(host), _) => is_host(host.as_bytes()),
        (Host::Unsaid, _) => request.version < Version::HTTP_11,
    };
    let short = request
        .uri
        .path_and_query()
        .is_none_or(|target| target.as_str().len() <= URI_MAX);
    if named && short {
        Ok(())
    } else {
        Err(Refusal::BadRequest)
    }
}

/// A name, an IPv4 or a bracketed IPv6 address, and perhaps a port. Which one is not our business.
fn is_host(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]%~".contains(byte))
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
