//! The staff door as a browser meets it: signing in, pages made for the job, and what is
//! remembered between two scans.
//!
//! ```text
//! visit read → window or form of ours → signed in → look, written down → page
//! ```
//!
//! What is not for a person goes on to the door itself.

use std::time::Instant;

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, StatusCode,
    header::{RETRY_AFTER, SET_COOKIE},
};
use hyper::body::Body;
use saoma_pages::{
    Audience, Lang, Refusal,
    staff::{self as pages, No, Signed},
};

use super::StaffDoor;
use crate::{
    rooms::desks::Desks,
    rules::{
        answer::Reply,
        ask::Manner,
        credentials, form, reply,
        staff::{
            hint, page, session,
            session::{Opening, Sender},
            sitting,
        },
    },
    words::{code::Code, grant::Verified, moment::Moment, peer::Peer},
};
use visit::Visit;

mod look;
mod visit;

/// The staff door, and a desk for each who is signed in at a browser.
#[derive(Debug)]
pub struct Desk {
    door: StaffDoor,
    desks: Desks,
    hinting: Hinting,
}

/// Whether signing in sets the hint that leads this phone here from the public door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hinting {
    /// It does not.
    Off,
    /// It does, on this host.
    Host,
    /// It does, on the domain that both doors are under.
    Domain(String),
}

/// Twelve hours.
const SHIFT_SECONDS: u64 = 12 * 60 * 60;

impl Desk {
    /// A desk at this door.
    pub fn new(door: StaffDoor, hinting: Hinting) -> Self {
        Self {
            door,
            desks: Desks::default(),
            hinting,
        }
    }

    /// Answers a request. Infallible: a refusal is an answer too.
    pub async fn answer<B>(&self, request: Request<B>, from: &Peer) -> Reply
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let manner = Manner::of(&parts);
        let Some(visit) = Visit::read(&parts, &manner) else {
            let request = Request::from_parts(parts, body);
            return self.door.answer(request, from).await;
        };
        let posted = parts.method == Method::POST;
        // Another site's page may make a browser send or frame what it likes; nothing comes of it.
        let allowed = if posted {
            session::sender(&parts.headers) == Sender::Here
        } else {
            session::opening(&parts.headers) == Opening::Window
        };
        let reply = if allowed {
            let form = if posted {
                visit::read_form(body).await
            } else {
                Ok(String::new())
            };
            match (visit, form) {
                (Ok(visit), Ok(form)) => self.visit(visit, &form, &manner, from).await,
                (Err(refusal), _) | (_, Err(refusal)) => {
                    self.refused(&refusal, None, &manner, from)
                }
            }
        } else {
            no(StatusCode::FORBIDDEN, No::NotFromHere, None, manner.lang)
        };
        // The rest of a body that was not wanted is not read.
        if posted && reply.status().is_client_error() {
            reply::parting(reply)
        } else {
            reply
        }
    }

    async fn visit(&self, visit: Visit, form: &str, manner: &Manner<'_>, from: &Peer) -> Reply {
        let lang = manner.lang;
        match visit {
            Visit::Form => return page::page(StatusCode::OK, pages::sign_in(None, None, lang)),
            Visit::SignIn => return self.sign_in(form, manner, from),
            Visit::SignOut => return self.sign_out(manner, from),
            Visit::Home
            | Visit::Look(_)
            | Visit::Elsewhere(_)
            | Visit::List
            | Visit::Table
            | Visit::Reveal(_)
            | Visit::Clear => {}
        }
        let who = match self.door.admit(manner.headers, from) {
            Ok(who) => who,
            Err(refusal) => return self.at_the_door(&refusal, visit, lang),
        };
        let outcome = match visit {
            Visit::Look(code) => self.look(&who, code, None, manner, from).await,
            Visit::Reveal(code) if who.bearer.audience == Audience::Police => {
                let Some(purpose) = visit::purpose(form) else {
                    let signed = signed(&who);
                    let status = StatusCode::BAD_REQUEST;
                    return no(status, No::PurposeMissing, Some(&signed), lang);
                };
                self.look(&who, code, Some(&purpose), manner, from).await
            }
            Visit::Elsewhere(code) => {
                let place = crate::path::address(code, "", manner.asked);
                Ok(page::see_other(&place))
            }
            Visit::Home => Ok(self.home(&who, lang)),
            Visit::List | Visit::Table | Visit::Clear
                if who.bearer.audience == Audience::Recycler =>
            {
                Ok(self.sitting(&who, visit, manner))
            }
            Visit::Form
            | Visit::SignIn
            | Visit::SignOut
            | Visit::Reveal(_)
            | Visit::List
            | Visit::Table
            | Visit::Clear => Err(Refusal::NotAllowed),
        };
        match outcome {
            Ok(mut reply) => {
                self.hint_by_certificate(&who, &mut reply, manner);
                reply
            }
            Err(refusal) => self.refused(&refusal, Some(&who), manner, from),
        }
    }

    /// Who comes by certificate never signs in, and is led here from the public door all the same.
    /// For a shift at most, and anew with each page: the phone may be somebody else's tomorrow.
    fn hint_by_certificate(&self, who: &Verified, reply: &mut Reply, manner: &Manner<'_>) {
        let by_token = !matches!(credentials::token(manner.headers), Ok(None));
        if by_token || hint::is_there(manner.headers) {
            return;
        }
        let left = who.bearer.until.seconds() - Moment::now().seconds();
        let left = u64::try_from(left).unwrap_or(0).min(SHIFT_SECONDS);
        self.hint(reply, |domain| hint::set(domain, left));
    }

    fn sign_in(&self, form: &str, manner: &Manner<'_>, from: &Peer) -> Reply {
        let lang = form::first_raw(form, "lang")
            .and_then(language)
            .unwrap_or(manner.lang);
        let token = form::values(form, "token").next().unwrap_or_default();
        let next = form::values(form, "next").next();
        // Only a code's own address, made anew: a form from elsewhere leads nowhere else.
        let next = next.filter(|next| next.starts_with('/'));
        let next = next.and_then(|next| Code::parse_any(&next).ok());
        let (who, cookie) = match self.door.sign_in(&token, from) {
            Ok(signed_in) => signed_in,
            Err(refusal) => return sign_in_again(&refusal, next, lang),
        };
        let place = match next {
            Some(code) => crate::path::address(code, "", Some(lang)),
            None => match lang {
                Lang::Zh => "/?lang=zh".to_owned(),
                Lang::En => "/?lang=en".to_owned(),
            },
        };
        let mut reply = page::see_other(&place);
        reply.headers_mut().append(SET_COOKIE, cookie);
        let left = who.bearer.until.seconds() - Moment::now().seconds();
        let left = u64::try_from(left).unwrap_or(0);
        self.hint(&mut reply, |domain| hint::set(domain, left));
        tracing::info!(audience = who.bearer.audience.name(), "somebody signed in");
        reply
    }

    /// Whoever it was: signing out needs no right.
    fn sign_out(&self, manner: &Manner<'_>, from: &Peer) -> Reply {
        if let Ok(who) = self.door.admit(manner.headers, from) {
            self.desks.leave(&who.bearer.proof);
        }
        let mut reply =
            page::forget_all(page::page(StatusCode::OK, pages::signed_out(manner.lang)));
        self.forget(&mut reply);
        reply
    }

    fn home(&self, who: &Verified, lang: Lang) -> Reply {
        let comparing = self.desks.plate(&who.bearer.proof, Instant::now());
        let number = comparing.as_ref().map(|plate| plate.part("number"));
        page::page(StatusCode::OK, pages::home(&signed(who), number, lang))
    }

    fn sitting(&self, who: &Verified, visit: Visit, manner: &Manner<'_>) -> Reply {
        let proof = &who.bearer.proof;
        if visit == Visit::Clear {
            self.desks.clear(proof);
        }
        let list = self.desks.list(proof, Instant::now());
        if visit == Visit::Table {
            return page::table(pages::csv(&list, manner.lang));
        }
        let totals = sitting::totals(&list);
        let html = pages::list(&list, &totals, &signed(who), manner.lang);
        page::page(StatusCode::OK, html)
    }

    /// Not let in. A phone whose session has ended is not led here again by its hint: until
    /// somebody signs in, its scans are the public's.
    fn at_the_door(&self, refusal: &Refusal, visit: Visit, lang: Lang) -> Reply {
        let mut reply = match (refusal, visit) {
            (Refusal::SignIn, Visit::Look(code) | Visit::Elsewhere(code) | Visit::Reveal(code)) => {
                let next = code.path().to_string();
                let html = pages::sign_in(Some(No::SignInFirst), Some(&next), lang);
                page::page(StatusCode::UNAUTHORIZED, html)
            }
            (Refusal::SignIn, _) => {
                let html = pages::sign_in(Some(No::SignInFirst), None, lang);
                page::page(StatusCode::UNAUTHORIZED, html)
            }
            (refusal, _) => return turned_away(refusal, No::TooManyTries, None, lang),
        };
        self.forget(&mut reply);
        reply
    }

    fn refused(
        &self,
        refusal: &Refusal,
        who: Option<&Verified>,
        manner: &Manner<'_>,
        from: &Peer,
    ) -> Reply {
        // What is asked badly is told to who is signed in, and nothing to a stranger.
        let known;
        let who = match who {
            Some(who) => who,
            None => match self.door.admit(manner.headers, from) {
                Ok(who) => {
                    known = who;
                    &known
                }
                Err(refusal) => return self.at_the_door(&refusal, Visit::Home, manner.lang),
            },
        };
        turned_away(refusal, No::EnoughToday, Some(&signed(who)), manner.lang)
    }

    fn forget(&self, reply: &mut Reply) {
        if let Some(cookie) = credentials::signed_out() {
            reply.headers_mut().append(SET_COOKIE, cookie);
        }
        self.hint(reply, hint::clear);
    }

    fn hint(&self, reply: &mut Reply, cookie: impl Fn(Option<&str>) -> HeaderValue) {
        let cookie = match &self.hinting {
            Hinting::Off => return,
            Hinting::Host => cookie(None),
            Hinting::Domain(domain) => cookie(Some(domain)),
        };
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
}

fn signed(who: &Verified) -> Signed {
    Signed {
        audience: who.bearer.audience,
        subject: who.bearer.subject.as_str().to_owned(),
        unit: who.bearer.unit.as_str().to_owned(),
        until: who.bearer.until.to_string(),
    }
}

fn language(tag: &str) -> Option<Lang> {
    match tag {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

fn sign_in_again(refusal: &Refusal, next: Option<Code>, lang: Lang) -> Reply {
    if !matches!(refusal, Refusal::SignIn) {
        return turned_away(refusal, No::TooManyTries, None, lang);
    }
    let next = next.map(|code| code.path().to_string());
    let html = pages::sign_in(Some(No::NotAccepted), next.as_deref(), lang);
    page::page(StatusCode::UNAUTHORIZED, html)
}

fn no(status: StatusCode, why: No, signed: Option<&Signed>, lang: Lang) -> Reply {
    page::page(status, pages::no(why, signed, lang))
}

/// A refusal as a page. `enough` is what too many are too many of.
fn turned_away(refusal: &Refusal, enough: No, signed: Option<&Signed>, lang: Lang) -> Reply {
    let (status, _never_kept) = reply::verdict(refusal);
    let mut reply = match (refusal, signed) {
        (Refusal::NotAllowed, _) => no(status, No::NotForYou, signed, lang),
        (Refusal::TooMany { .. }, _) => no(status, enough, signed, lang),
        (Refusal::Unavailable { .. }, _) => no(status, No::NotRecorded, signed, lang),
        (Refusal::SignIn, _) | (_, None) => no(status, No::SignInFirst, signed, lang),
        (refusal, Some(signed)) => page::page(status, pages::refused(refusal, signed, lang)),
    };
    if let Refusal::TooMany { retry_after } | Refusal::Unavailable { retry_after } = refusal {
        let wait = HeaderValue::from(retry_after.as_secs().max(1));
        reply.headers_mut().insert(RETRY_AFTER, wait);
    }
    reply
}
