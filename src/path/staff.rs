//! The life of a look at what is not public, on one screen.
//!
//! ```text
//! accept → grant → ask → budget → dossier → view → audit → reply
//! ```
//!
//! The order is the promise: nobody without a grant learns even whether a code is one, and no byte
//! of an answer leaves before its line is on disk.

use std::{fmt, time::Duration, time::Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, request::Parts};
use hyper::body::Body;
use jiff::{SignedDuration, Timestamp};
use saoma_pages::{Audience, Refusal, View, staff::Dispute};

use crate::{
    rooms::{
        archive::Archive,
        attempts::Attempts,
        audit::{Audit, Look, Seen, SeenOf, VERSION},
        budgets::{Budgets, Left, NotInBudget},
        keys::Keys,
        settings::CertificateRule,
    },
    rules::{
        answer::Reply,
        ask::{After, Ask, Manner, Shape},
        card::code_card,
        dossier::Dossier,
        fixed::Fixed,
        negotiate::Encoding,
        render,
        reply::{self, Keeping, Media},
        show::Reader,
        staff::{self, Makers, Told, dispute},
    },
    words::{
        code::Code,
        grant::{Purpose, Verified},
        moment::Moment,
        peer::Peer,
        policy::Policy,
    },
};

mod asked;
pub mod desk;
mod gate;
mod many;

pub use asked::PURPOSE;
use asked::{StaffAsk, purpose};

/// The staff door: who it lets in, and what they see.
#[derive(Debug)]
pub struct StaffDoor {
    rooms: StaffRooms,
    attempts: Attempts,
    fixed: Box<Fixed>,
}

/// What the staff door is made of.
pub struct StaffRooms {
    /// Whose tokens are good.
    pub keys: Keys,
    /// Whom client certificates name.
    pub certificates: Vec<CertificateRule>,
    /// The dossiers.
    pub archive: Archive,
    /// Where looks are written down.
    pub audit: Audit,
    /// How much each may look at.
    pub budgets: Budgets,
    /// Under which policy.
    pub policy: Policy,
    /// What stands before the path on a sticker.
    pub public_url: String,
    /// Whom to tell of a hole.
    pub contact: String,
}

/// What somebody saw of a code. Its audit line is on disk.
#[derive(Debug)]
pub struct Sight {
    /// The code, in the letters it is registered in.
    pub code: Code,
    /// What they may see; nothing if it is not registered for them.
    pub view: Option<View>,
    /// What contradicts what; police only.
    pub conflicts: Vec<Dispute>,
    /// What is left of their day.
    pub left: Left,
}

/// A disk or a store that failed needs a moment.
const RETRY_AFTER: Duration = Duration::from_secs(5);
const CONTACT_VALID: SignedDuration = SignedDuration::from_hours(24 * 335);

impl StaffDoor {
    /// A door before these rooms.
    pub fn new(rooms: StaffRooms) -> Self {
        let expires = Timestamp::now() + CONTACT_VALID;
        Self {
            fixed: Box::new(Fixed::new(&rooms.public_url, &rooms.contact, expires)),
            attempts: Attempts::default(),
            rooms,
        }
    }

    /// Answers a request. Infallible: a refusal is an answer too.
    pub async fn answer<B>(&self, request: Request<B>, from: &Peer) -> Reply
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let manner = Manner::of(&parts);
        let outcome = self.serve(&parts, body, &manner, from).await;
        let after = match &outcome {
            // A batch was read to its end.
            Ok(_) => After::Stay,
            Err(_) => manner.after,
        };
        let reply = outcome.unwrap_or_else(|refusal| {
            let answer = reply::refusal(&refusal, manner.refusals, manner.lang);
            answer.reply(Encoding::Identity.into(), manner.headers)
        });
        tracing::debug!(
            status = reply.status().as_u16(),
            micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            "staff answered"
        );
        // Last, so that nothing leaves without it: nobody else may keep or read any of this.
        let reply = reply::for_staff(reply);
        match after {
            After::Stay => reply,
            After::Part => reply::parting(reply),
        }
    }

    async fn serve<B>(
        &self,
        parts: &Parts,
        body: B,
        manner: &Manner<'_>,
        from: &Peer,
    ) -> Result<Reply, Refusal>
    where
        B: Body<Data = Bytes> + Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let asked = StaffAsk::read(parts, manner);
        if let Ok(StaffAsk::Common(ask)) = asked
            && let Some(open) = self.open_to_all(ask, manner)
        {
            return Ok(open);
        }
        // Who asks, before whether it makes sense: to a stranger there is nothing to say.
        let who = self.admit(manner.headers, from)?;
        match asked? {
            StaffAsk::Common(Ask::Sticker { code, shape }) => {
                let purpose = purpose(manner.headers)?;
                // Budget, dossier, view and audit line are one step, so that none can be left out.
                let sight = self.look(&who, code, purpose.as_ref(), from).await?;
                Ok(self.show(&sight, code, shape, manner)?)
            }
            StaffAsk::Common(Ask::Moved { code, suffix }) => {
                Ok(reply::moved(&super::address(code, suffix, manner.asked)))
            }
            StaffAsk::Common(Ask::Typed { code }) => {
                Ok(reply::see_other(&super::address(code, "", manner.asked)))
            }
            StaffAsk::Batch if who.bearer.audience != Audience::App => Err(Refusal::NotAllowed),
            StaffAsk::Batch => {
                let body = many::whole(body).await?;
                self.batch(&who, &body, manner, from).await
            }
            StaffAsk::Common(
                Ask::Home
                | Ask::Privacy
                | Ask::Robots
                | Ask::Security
                | Ask::Icon
                | Ask::Preflight { .. }
                | Ask::OpenApi
                | Ask::MatchForm { .. }
                | Ask::Match,
            ) => Err(Refusal::NoSuchPage),
        }
    }

    /// What somebody may see of a code. When this returns, it is written down that they did.
    pub async fn look(
        &self,
        who: &Verified,
        code: Code,
        purpose: Option<&Purpose>,
        from: &Peer,
    ) -> Result<Sight, Refusal> {
        self.look_also(who, code, purpose, Vec::new(), from).await
    }

    /// The same, with fields of what is on record with the code, which are shown beside it.
    async fn look_also(
        &self,
        who: &Verified,
        code: Code,
        purpose: Option<&Purpose>,
        also: Vec<String>,
        from: &Peer,
    ) -> Result<Sight, Refusal> {
        let left = self.spend(who, &[code])?;
        let (view, conflicts) = self
            .view(who, code, purpose, &mut Makers::default())
            .await?;
        let mut sight = Sight {
            code,
            view,
            conflicts,
            left,
        };
        // That there is nothing is an answer too.
        let mut fields = sight.view.as_ref().map(staff::fields).unwrap_or_default();
        if sight.view.is_some() {
            fields.extend(also);
            fields.extend(dispute::fields(&sight.conflicts));
            fields.sort_unstable();
            fields.dedup();
        }
        let seen = Seen::One(SeenOf { code, fields });
        self.write_down(who, seen, purpose, from).await?;
        // In capitals, perhaps: then the reader is sent there, and looks there.
        if sight.view.is_none()
            && let Some(capitals) = code.in_capitals()
            && self
                .view(who, capitals, None, &mut Makers::default())
                .await?
                .0
                .is_some()
        {
            sight.code = capitals;
        }
        Ok(sight)
    }

    fn spend(&self, who: &Verified, codes: &[Code]) -> Result<Left, Refusal> {
        let taken = self.rooms.budgets.take(&who.bearer, codes, Moment::now());
        taken.map_err(|why| match why {
            NotInBudget::Spent(left) => Refusal::TooMany {
                retry_after: left.resets_in,
            },
            NotInBudget::Full => {
                tracing::error!("too many codes to count: no budget is left to anybody new");
                Refusal::Unavailable {
                    retry_after: RETRY_AFTER,
                }
            }
        })
    }

    /// Computed now, from the dossier: what a mask hides is hidden here.
    async fn view(
        &self,
        who: &Verified,
        code: Code,
        purpose: Option<&Purpose>,
        makers: &mut Makers,
    ) -> Result<(Option<View>, Vec<Dispute>), Refusal> {
        let StaffRooms {
            archive,
            policy,
            public_url,
            ..
        } = &self.rooms;
        let audience = who.grant.audience();
        let story = archive.story(code, audience).await.map_err(|fault| {
            tracing::error!(%fault, "a dossier cannot be read");
            Refusal::Unavailable {
                retry_after: RETRY_AFTER,
            }
        })?;
        let reader = match purpose {
            Some(_) => Reader::WithPurpose(&who.grant),
            None => Reader::Verified(&who.grant),
        };
        let view = staff::view_among(code, &story.known, reader, *policy, public_url, makers);
        let found = story.conflicts.iter().map(|conflict| &conflict.what);
        let own = Dossier::from_bytes(&story.known.own);
        Ok((view, dispute::disputes(code, own, found, reader)))
    }

    /// No line, no answer.
    async fn write_down(
        &self,
        who: &Verified,
        seen: Seen,
        purpose: Option<&Purpose>,
        from: &Peer,
    ) -> Result<(), Refusal> {
        let bearer = &who.bearer;
        let look = Look {
            at: Timestamp::now(),
            who: bearer.subject.as_str(),
            unit: bearer.unit.as_str(),
            proof: bearer.proof.as_str(),
            audience: who.grant.audience(),
            address: Some(from.address),
            purpose: purpose.map_or("", Purpose::as_str),
            seen,
            policy: self.rooms.policy.name(),
            version: VERSION,
        };
        self.rooms.audit.write(&look).await.map_err(|error| {
            tracing::error!(%error, "no audit line, no answer");
            Refusal::Unavailable {
                retry_after: RETRY_AFTER,
            }
        })
    }

    fn show(
        &self,
        sight: &Sight,
        asked: Code,
        shape: Shape,
        manner: &Manner<'_>,
    ) -> Result<Reply, Refusal> {
        if sight.code != asked {
            let location = super::address(sight.code, shape.suffix(), manner.asked);
            return Ok(reply::moved(&location));
        }
        let view = sight.view.as_ref().ok_or_else(|| self.unknown(asked))?;
        let answer = match shape {
            Shape::Json => {
                let conflicts = &sight.conflicts;
                let told = Told { view, conflicts };
                // Strings, lists and maps with string keys always serialise.
                let body = serde_json::to_vec(&told).unwrap_or_default();
                reply::answer(Media::Json, Keeping::Never, body)
            }
            Shape::Page | Shape::QrSvg | Shape::QrPng => render::found(view, shape, manner.lang),
        };
        // One reader's few kilobytes are not worth an encoder's time.
        let reply = answer.reply(Encoding::Identity.into(), manner.headers);
        Ok(counted(reply, sight.left))
    }

    fn unknown(&self, code: Code) -> Refusal {
        let code = Box::new(code_card(code, &self.rooms.public_url));
        Refusal::NotRegistered { code }
    }

    fn open_to_all(&self, ask: Ask, manner: &Manner<'_>) -> Option<Reply> {
        let answer = match ask {
            Ask::Robots => &self.fixed.robots,
            Ask::Security => &self.fixed.security,
            Ask::Icon => &self.fixed.icon,
            Ask::OpenApi => &self.fixed.openapi,
            Ask::Privacy => self.fixed.privacy(manner.lang),
            Ask::Sticker { .. }
            | Ask::Moved { .. }
            | Ask::Typed { .. }
            | Ask::Home
            | Ask::Preflight { .. }
            | Ask::MatchForm { .. }
            | Ask::Match => return None,
        };
        Some(answer.reply(manner.encoding, manner.headers))
    }
}

impl fmt::Debug for StaffRooms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaffRooms").finish_non_exhaustive()
    }
}

/// Says what is left of the reader's day (draft-ietf-httpapi-ratelimit-headers).
fn counted(mut reply: Reply, left: Left) -> Reply {
    let wait = left.resets_in.as_secs();
    let policy = format!("\"codes-per-day\";q={};w=86400", left.limit);
    let now = format!("\"codes-per-day\";r={};t={wait}", left.left);
    for (name, text) in [("ratelimit-policy", policy), ("ratelimit", now)] {
        if let Ok(value) = HeaderValue::try_from(text) {
            reply
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    reply
}
