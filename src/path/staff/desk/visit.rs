//! What a browser is here for, and what it sent along.

use std::time::Duration;

use bytes::Bytes;
use http::{
    Method, Request,
    header::{AUTHORIZATION, CONTENT_LENGTH, TRANSFER_ENCODING},
    request::Parts,
};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Body;
use saoma_pages::{Refusal, staff::Purpose as Reason};

use crate::{
    rules::{
        ask::{Ask, Manner, Shape},
        form,
        negotiate::Form,
    },
    words::{code::Code, grant::Purpose},
};

/// What a browser is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visit {
    /// The form for a token.
    Form,
    /// The first page.
    Home,
    /// What is known of a code.
    Look(Code),
    /// A code under another spelling or out of the form.
    Elsewhere(Code),
    /// The list of a sitting.
    List,
    /// The same, as a table.
    Table,
    /// Posted: a token.
    SignIn,
    /// Posted: no more of it.
    SignOut,
    /// Posted: a purpose, to see a number whole.
    Reveal(Code),
    /// Posted: a new list.
    Clear,
}

/// A token and a path: several times what either needs.
const BODY_MAX: usize = 8 * 1024;
/// A form of a few hundred bytes, on the slowest network on which anybody would wait.
const BODY_DEADLINE: Duration = Duration::from_secs(5);
/// As a sticker's own page has it: letters, digits, hyphens.
const REFERENCE_MAX: usize = 40;

impl Visit {
    /// What a browser is here for; nothing if it is no browser, or here for something that is the
    /// same for everybody.
    pub(super) fn read(parts: &Parts, manner: &Manner<'_>) -> Option<Result<Self, Refusal>> {
        if parts.headers.contains_key(AUTHORIZATION) || manner.refusals == Form::Json {
            return None;
        }
        let path = parts.uri.path();
        let posted = parts.method == Method::POST;
        let own = match (posted, path) {
            (false, "/signin") => Some(Self::Form),
            (false, "/sitting") => Some(Self::List),
            (false, "/sitting.csv") => Some(Self::Table),
            (true, "/signin") => Some(Self::SignIn),
            (true, "/signout") => Some(Self::SignOut),
            (true, "/sitting") => Some(Self::Clear),
            _ => None,
        };
        // The address is read as if it were opened, also where something is sent to it.
        let mut opened = Request::new(()).into_parts().0;
        opened.uri = parts.uri.clone();
        opened.version = parts.version;
        opened.headers = parts.headers.clone();
        if posted {
            opened.headers.remove(CONTENT_LENGTH);
            opened.headers.remove(TRANSFER_ENCODING);
        } else {
            opened.method = parts.method.clone();
        }
        let ask = Ask::read(&opened, &Manner::of(&opened));
        match (own, posted, ask) {
            // Not one sound message: whatever else it is.
            (_, _, Err(refusal @ (Refusal::BadRequest | Refusal::Method { .. }))) => {
                Some(Err(refusal))
            }
            (Some(own), _, _) => Some(Ok(own)),
            (
                None,
                true,
                Ok(Ask::Sticker {
                    code,
                    shape: Shape::Page,
                }),
            ) => Some(Ok(Self::Reveal(code))),
            (None, true, _) => None,
            (None, false, Ok(ask)) => match ask {
                Ask::Sticker {
                    code,
                    shape: Shape::Page,
                } => Some(Ok(Self::Look(code))),
                Ask::Moved { code, suffix: "" } | Ask::Typed { code } => {
                    Some(Ok(Self::Elsewhere(code)))
                }
                Ask::Home => Some(Ok(Self::Home)),
                Ask::Sticker { .. }
                | Ask::Moved { .. }
                | Ask::Privacy
                | Ask::Robots
                | Ask::Security
                | Ask::Icon
                | Ask::Preflight { .. }
                | Ask::OpenApi
                | Ask::MatchForm { .. }
                | Ask::Match => None,
            },
            (None, false, Err(refusal)) => Some(Err(refusal)),
        }
    }
}

/// A form as it was sent: short, and within its deadline.
pub(super) async fn read_form<B>(body: B) -> Result<String, Refusal>
where
    B: Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limited = Limited::new(body, BODY_MAX);
    let read = tokio::time::timeout(BODY_DEADLINE, Box::pin(limited.collect())).await;
    let Ok(Ok(body)) = read else {
        return Err(Refusal::BadRequest);
    };
    String::from_utf8(body.to_bytes().into()).map_err(|_bytes| Refusal::BadRequest)
}

/// The purpose that was chosen, with the number of a case where one was given.
pub(super) fn purpose(form: &str) -> Option<Purpose> {
    let reason = form::values(form, "purpose").next()?;
    let reason = Reason::named(&reason)?.name();
    let reference = form::values(form, "reference").next().unwrap_or_default();
    let reference = reference.trim();
    let sound = reference.len() <= REFERENCE_MAX
        && reference
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    match (sound, reference) {
        (false, _) => None,
        (true, "") => Purpose::parse(reason),
        (true, reference) => Purpose::parse(&format!("{reason} {reference}")),
    }
}
