//! The life of one scan, on one screen. START READING HERE.
//!
//! ```text
//! accept → Ask read → page cache → view store → page rendered → reply
//! ```
//!
//! Accepting is [`crate::shell::serve`]'s. Everything after it is a line below.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    time::Instant,
};

use http::Request;
use jiff::{SignedDuration, Timestamp};
use saoma_pages::{Lang, Refusal};
use tracing::Level;

use crate::{
    rooms::{
        cache::{Origin, Outcome, PageCache, Wanted},
        source::Source,
    },
    rules::{
        answer::{Answer, Reply},
        ask::{After, Ask, Manner, Shape},
        fixed::Fixed,
        reply,
        staff::hint,
    },
    words::{code::Code, peer::Peer},
};

pub mod staff;

/// A public door: what it shows, and where that comes from. It holds views and nothing else.
pub struct Edge<S: Source> {
    source: S,
    cache: PageCache<S>,
    fixed: Fixed,
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
        Self {
            source,
            cache: PageCache::new(cache_bytes, public_url),
            fixed: Fixed::new(public_url, contact, expires),
            staff: None,
            log_key: RandomState::new(),
        }
    }

    /// Leads phones that carry the staff door's hint to this address of it.
    #[must_use]
    pub fn leading_staff_to(mut self, staff_url: Option<&str>) -> Self {
        self.staff = staff_url.map(str::to_owned);
        self
    }

    /// Answers a request. Infallible: a refusal is an answer too.
    pub async fn answer<B>(&self, request: Request<B>, _from: &Peer) -> Reply {
        let started = tracing::enabled!(Level::DEBUG).then(Instant::now);
        let (request, _body) = request.into_parts();
        // First, how to answer, since even a no has a form and a language.
        let manner = Manner::of(&request);
        // Then what is asked: behind this line there are no strings.
        let asked = Ask::read(&request, &manner);
        let ask = asked.as_ref().ok().copied();
        let (outcome, origin) = match asked {
            // An officer's phone says so and is led to the staff door; there it has to prove it.
            Ok(ask) if let Some(elsewhere) = self.staff_address(ask, &manner) => {
                (Ok(reply::led_to_staff(&elsewhere)), Origin::Memory)
            }
            Ok(ask) => self.resolve(ask, &manner).await,
            Err(refusal) => (Err(refusal), Origin::Memory),
        };
        let reply = outcome.unwrap_or_else(|refusal| {
            reply::refusal(&refusal, manner.refusals, manner.lang)
                .reply(manner.encoding, manner.headers)
        });
        if let Some(started) = started {
            self.log(ask, &reply, origin, started);
        }
        match manner.after {
            After::Stay => reply,
            After::Part => reply::parting(reply),
        }
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
            Ask::Preflight => Ok(reply::preflight()),
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

    /// One line for each answer, for who wants to see them: nothing in it says who asked what.
    fn log(&self, ask: Option<Ask>, reply: &Reply, origin: Origin, started: Instant) {
        let what = ask.as_ref().map_or("refused", Ask::name);
        let code = ask.and_then(|ask| ask.code());
        tracing::debug!(
            what,
            kind = code.map(|code| code.kind().keyword()),
            code = code.map(|code| self.log_key.hash_one(code)),
            status = reply.status().as_u16(),
            from = ?origin,
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
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

/// The one true address of a code. Of a query only the language is kept.
fn address(code: Code, suffix: &str, lang: Option<Lang>) -> String {
    let query = match lang {
        Some(Lang::Zh) => "?lang=zh",
        Some(Lang::En) => "?lang=en",
        None => "",
    };
    format!("{}{suffix}{query}", code.path())
}
