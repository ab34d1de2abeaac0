//! The life of one scan, on one screen. START READING HERE.
//!
//! ```text
//! accept → guard admits → Ask read → guard watches → page cache → view store → page rendered → reply
//! ```
//!
//! Accepting is [`crate::shell::serve`]'s. Everything after it is a line below.

use std::{
    error::Error,
    fmt,
    hash::{BuildHasher as _, RandomState},
    time::{Duration, Instant},
};

use http::Request;
use hyper::body::Body;
use jiff::{SignedDuration, Timestamp};
use saoma_pages::{Lang, Refusal};
use tracing::Level;

use crate::{
    rooms::{
        cache::{Origin, Outcome, PageCache, Wanted},
        guard::{Caller, Guard, TooMuch},
        matching::Matching,
        meter::{self, Meter},
        settings::guard::GuardSettings,
        source::Source,
    },
    rules::{
        answer::{Answer, Reply},
        ask::{Ask, Cookies, Manner, Shape},
        fixed::Fixed,
        later::Later,
        render, reply,
        staff::hint,
    },
    words::{code::Code, peer::Peer},
};

mod pair;
pub mod staff;

/// A public door: what it shows, and where that comes from. It holds views and nothing else.
pub struct Edge<S: Source> {
    source: S,
    cache: PageCache<S>,
    fixed: Box<Fixed>,
    /// Without it, the pair check is out of order.
    matching: Option<Matching>,
    later: Box<Later>,
    guard: Guard,
    meter: Meter,
    /// Where phones reach the staff door, if hinted ones are led there.
    staff: Option<String>,
    /// Codes are logged under a hash that dies with this process.
    log_key: RandomState,
}

/// RFC 9116 asks for less than a year; a month of grace for who looks late.
const CONTACT_VALID: SignedDuration = SignedDuration::from_hours(24 * 335);

impl<S: Source> Edge<S> {
    /// A door that shows what `source` has, in `cache_bytes` of memory.
    pub fn new(source: S, public_url: &str, contact: &str, cache_bytes: u64) -> Self {
        let expires = Timestamp::now() + CONTACT_VALID;
        let meter = Meter::new();
        let guard = Guard::new(GuardSettings::default(), meter.clone());
        Self {
            source,
            cache: PageCache::new(cache_bytes, public_url),
            fixed: Box::new(Fixed::new(public_url, contact, expires)),
            matching: None,
            later: Box::new(Later::new(guard.budget())),
            guard,
            meter,
            staff: None,
            log_key: RandomState::new(),
        }
    }

    /// The same door with a pair check.
    #[must_use]
    pub fn with_matching(self, matching: Matching) -> Self {
        Self {
            matching: Some(matching),
            ..self
        }
    }

    /// The same door with this guard, counting here.
    #[must_use]
    pub fn guarded(self, guard: Guard, meter: Meter) -> Self {
        let later = Box::new(Later::new(guard.budget()));
        Self {
            later,
            guard,
            meter,
            ..self
        }
    }

    /// Leads phones that carry the staff door's hint to this address of it.
    #[must_use]
    pub fn leading_staff_to(mut self, staff_url: Option<&str>) -> Self {
        self.staff = staff_url.map(str::to_owned);
        self
    }

    /// Answers a request. Infallible: a refusal is an answer too.
    pub async fn answer<B>(&self, request: Request<B>, from: &Peer) -> Reply
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let started = Instant::now();
        let _under_way = self.meter.under_way();
        let (request, body) = request.into_parts();
        // First, how to answer, since even a no has a form and a language.
        let mut manner = Manner::of(&request);
        // Then whether, before anything is read that a flood could make expensive.
        let caller = Caller::from(from);
        let place = match self.guard.admit(caller) {
            Ok(place) => place,
            Err(no) => return self.later(&no, &manner, started),
        };
        // Then what is asked: behind this line there are no strings.
        let asked = Ask::read(&request, &manner);
        let ask = asked.as_ref().ok().copied();
        // Then who walks through codes, before it can matter what is kept under one.
        if let Some(Ask::Sticker { code, .. }) = ask
            && let Err(no) = self.guard.watch(caller, &code).await
        {
            return self.later(&no, &manner, started);
        }
        let (outcome, origin) = match asked {
            // An officer's phone says so and is led to the staff door; there it has to prove it.
            Ok(ask) if let Some(elsewhere) = self.staff_address(ask, &manner) => {
                (Ok(reply::led_to_staff(&elsewhere)), Origin::Memory)
            }
            // The only thing that is sent along, and never kept on its way back.
            Ok(Ask::Match) => {
                let matched = Box::pin(self.compare(&mut manner, body, from)).await;
                (Ok(reply::unkept(matched)), Origin::Store)
            }
            Ok(ask) => self.resolve(ask, &manner).await,
            Err(refusal) => (Err(refusal), Origin::Memory),
        };
        drop(place);
        let reply = outcome.unwrap_or_else(|refusal| refused(&refusal, &manner));
        // A guess costs its client more than a page.
        self.guard.settle(caller, reply.status());
        self.told(ask, &reply, origin, started.elapsed());
        manner.after.send(reply)
    }

    /// No, for now.
    fn later(&self, no: &TooMuch, manner: &Manner<'_>, started: Instant) -> Reply {
        let answer = self
            .later
            .answer(no.why, no.retry_after, manner.refusals, manner.lang);
        let reply = answer.reply(manner.encoding, manner.headers);
        self.told(None, &reply, Origin::Memory, started.elapsed());
        manner.after.send(reply)
    }

    async fn resolve(&self, ask: Ask, manner: &Manner<'_>) -> (Result<Reply, Refusal>, Origin) {
        let send = |answer: &Answer| Ok(answer.reply(manner.encoding, manner.headers));
        let reply = match ask {
            Ask::Sticker { code, shape } => return self.sticker(code, shape, manner).await,
            Ask::Moved { code, suffix } => Ok(reply::moved(&address(code, suffix, manner.asked))),
            Ask::Typed { code } => Ok(reply::see_other(&address(code, "", manner.asked))),
            Ask::Home => send(self.fixed.home(manner.lang)),
            Ask::Privacy => send(self.fixed.privacy(manner.lang)),
            Ask::Robots => send(&self.fixed.robots),
            Ask::Security => send(&self.fixed.security),
            Ask::Icon => send(&self.fixed.icon),
            Ask::OpenApi => send(&self.fixed.openapi),
            Ask::MatchForm { code } => send(&render::match_form(code, manner.lang)),
            Ask::Preflight { allow } => Ok(reply::preflight(allow)),
            // It has a body, which is not here.
            Ask::Match => Err(Refusal::BadRequest),
        };
        (reply, Origin::Memory)
    }

    async fn sticker(
        &self,
        code: Code,
        shape: Shape,
        manner: &Manner<'_>,
    ) -> (Result<Reply, Refusal>, Origin) {
        let wanted = Wanted {
            code,
            shape,
            lang: manner.lang,
            refusals: manner.refusals,
        };
        // The cache asks the store when it cannot prove what it has, and renders what is new.
        let looked = self.cache.find(wanted, &self.source).await;
        self.meter.looked_up(match looked.origin {
            Origin::Memory => meter::Cache::Hit,
            Origin::Store => meter::Cache::Miss,
            Origin::Stale => meter::Cache::Stale,
        });
        let reply = match looked.outcome {
            Outcome::Answer(answer) => Ok(answer.reply(manner.encoding, manner.headers)),
            Outcome::Moved(code) => Ok(reply::moved(&address(code, shape.suffix(), manner.asked))),
            Outcome::Refused(refusal) => Err(refusal),
        };
        (reply, looked.origin)
    }

    /// The same page of the staff door, for who carries its hint. Not for data or pictures: what
    /// asks for those is no camera.
    fn staff_address(&self, ask: Ask, manner: &Manner<'_>) -> Option<String> {
        let staff = self.staff.as_deref()?;
        if manner.cookies == Cookies::None {
            return None;
        }
        let Ask::Sticker {
            code,
            shape: Shape::Page,
        } = ask
        else {
            return None;
        };
        hint::is_hinted(manner.headers)
            .then(|| format!("{staff}{}", address(code, "", manner.asked)))
    }

    /// Counts an answer, and writes a line for who wants to see it: nothing says who asked what.
    fn told(&self, ask: Option<Ask>, reply: &Reply, origin: Origin, took: Duration) {
        let what = ask.as_ref().map_or("refused", Ask::name);
        let code = ask.and_then(|ask| ask.code());
        let subject = match (ask, code) {
            (_, Some(code)) => code.kind().into(),
            (Some(_), None) => meter::Subject::Page,
            (None, None) => meter::Subject::Nothing,
        };
        self.meter.answered(subject, reply.status().into(), took);
        if !tracing::enabled!(Level::DEBUG) {
            return;
        }
        tracing::debug!(
            what,
            kind = code.map(|code| code.kind().keyword()),
            code = code.map(|code| self.log_key.hash_one(code)),
            status = reply.status().as_u16(),
            from = ?origin,
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "answered"
        );
    }
}

impl<S: Source> fmt::Debug for Edge<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge")
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

fn refused(refusal: &Refusal, manner: &Manner<'_>) -> Reply {
    reply::refusal(refusal, manner.refusals, manner.lang).reply(manner.encoding, manner.headers)
}

/// The one true address of a code. Of a query only the language is kept.
fn address(code: Code, suffix: &str, lang: Option<Lang>) -> String {
    let query = match lang {
        Some(Lang::Zh) => "?lang=zh",
        Some(Lang::En) => "?lang=en",
        None => "",
    };
    format!("{}{suffix}{query}", code.path())
}
