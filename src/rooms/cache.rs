//! Finished answers, kept for as long as they can be proven.
//!
//! - An answer remembers the store's epoch at which it was last proven. At the same epoch it is
//!   served as it is. At another, the store is asked: what is kept there has the same mark, and the
//!   answer is proven again; or it has another, and is made anew. So what `import` writes beside a
//!   running door is on the very next page.
//! - Nothing is served as fresh that was not proven within [`PROVEN_FOR`].
//! - When the store fails, what is here is served for [`STALE_FOR`] more, and says that it is stale.
//! - A thousand readers of one code cost one read of the store: they queue at its key, and the
//!   second finds what the first has brought. That holds for a failure too.
//! - What was asked for once is kept as long as there is room, and else for a moment (`lobby`): what
//!   is asked for often is not pushed out by what is not. What is asked for all the time is at hand
//!   (`hooks`).
//! - What is not registered is kept apart, so that a flood of guessed codes evicts no page.

use std::{fmt, pin::pin, sync::Arc, time::Duration};

use foldhash::fast::RandomState;
use moka::{future::Cache, ops::compute::Op};
use saoma_pages::{Lang, Refusal};
use tokio::time::Instant;

use crate::{
    rooms::{
        limit::within,
        moulds,
        source::{Held, Source},
    },
    rules::{answer::Answer, ask::Shape, card::code_card, negotiate::Form, render, reply},
    words::{code::Code, fault::Fault},
};

mod entry;
mod lobby;
mod hooks;

use entry::{Gap, Page, Proof, Why, answered, epoch_of, unavailable, weight};
use hooks::Hooks;
use lobby::{Errand, Lobby, Met};

/// Rule 7: no answer is served as fresh for longer without the store having been asked.
pub const PROVEN_FOR: Duration = Duration::from_secs(30);
/// An outage longer than a day is no outage, and last week's alerts are no answer.
pub const STALE_FOR: Duration = Duration::from_hours(24);
/// How long a failed store is left alone, code by code. Half a second, so that an alert written
/// the moment the store is back is still seen within the second that rule 7 allows.
pub const RETRY_AFTER: Duration = Duration::from_millis(500);
/// How long a "not registered" may occupy memory; it is proven like any other answer.
pub const ABSENT_FOR: Duration = Duration::from_secs(30);
/// A reader waits a second for a page, no more. What comes later is an outage.
pub const READ_DEADLINE: Duration = Duration::from_secs(1);
/// The part of the memory that negative answers may take: one eighth.
const ABSENT_SHARE: u64 = 8;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The code.
    pub code: Code,
    /// The shape of what is found.
    pub shape: Shape,
    /// The language.
    pub lang: Lang,
    /// The form of a refusal.
    pub refusals: Form,
}

/// What came of it.
#[derive(Debug)]
pub struct Looked {
    /// The answer.
    pub outcome: Outcome,
    /// Where it is from.
    pub origin: Origin,
}

/// An answer about a code.
#[derive(Debug)]
pub enum Outcome {
    /// A finished answer, be it a page or a "not registered".
    Answer(Arc<Answer>),
    /// It is registered in capitals.
    Moved(Code),
    /// There is no answer now.
    Refused(Refusal),
}

/// Where an answer is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From memory, nobody was asked.
    Memory,
    /// The store was asked.
    Store,
    /// From memory, because the store could not be asked.
    Stale,
}

/// The pages of one door.
pub struct PageCache<S: Source> {
    found: Cache<FoundKey, Arc<Page<S::Kept>>, RandomState>,
    absent: Cache<AbsentKey, Arc<Gap>, RandomState>,
    lobby: Lobby<FoundKey, Page<S::Kept>>,
    hooks: Hooks<FoundKey, Page<S::Kept>>,
    gap_hooks: Hooks<AbsentKey, Gap>,
    /// As long as what is found weighs less, all of it is kept.
    roomy: u64,
    public_url: Box<str>,
    start: Instant,
    bytes: u64,
}

type FoundKey = (Code, Shape, Lang);
type AbsentKey = (Code, Form, Lang);

impl Wanted {
    const fn found(&self) -> FoundKey {
        (self.code, self.shape, self.lang)
    }

    const fn absent(&self) -> AbsentKey {
        (self.code, self.refusals, self.lang)
    }
}

impl<S: Source> PageCache<S> {
    /// A cache of at most so many bytes. With 0 it keeps nothing, and every answer is made anew.
    pub fn new(bytes: u64, public_url: &str) -> Self {
        let found_bytes = bytes - bytes / ABSENT_SHARE;
        let found = Cache::builder()
            .max_capacity(found_bytes)
            .weigher(|_key, page: &Arc<Page<S::Kept>>| weight(page.answer.weight()))
            // What nobody wanted for a day has not been proven for a day.
            .time_to_idle(STALE_FOR)
            .build_with_hasher(RandomState::default());
        let absent = Cache::builder()
            .max_capacity(bytes / ABSENT_SHARE)
            .weigher(|_key, gap: &Arc<Gap>| weight(gap.why.weight()))
            .time_to_live(ABSENT_FOR)
            .build_with_hasher(RandomState::default());
        Self {
            found,
            absent,
            lobby: Lobby::new(),
            hooks: Hooks::new(),
            gap_hooks: Hooks::new(),
            roomy: found_bytes - found_bytes / 16,
            public_url: public_url.into(),
            start: Instant::now(),
            bytes,
        }
    }

    /// The answer about a code: from memory if it can be proven, else from the store.
    pub async fn find(&self, wanted: Wanted, source: &S) -> Looked {
        if self.bytes == 0 {
            return Box::pin(self.ask(wanted, None, source)).await.1;
        }
        let (key, epoch, now) = (wanted.found(), epoch_of(source, wanted.code), self.now());
        let at_hand = self.hooks.take(&key, now);
        if let Some(looked) = at_hand.and_then(|page| page.looked(epoch, now)) {
            return looked;
        }
        let gap_at_hand = self.gap_hooks.take(&wanted.absent(), now);
        if let Some(looked) = gap_at_hand.and_then(|gap| gap.looked(epoch, now)) {
            return looked;
        }
        // Boxed, like whatever is rare: an answer on its way is copied from hand to hand before it
        // is begun, as large as its rarest turn.
        if let Some(page) = self.found.get(&key).await {
            self.hooks.hang(key, &page, now);
            return match page.looked(epoch, now) {
                Some(looked) => looked,
                None => Box::pin(self.queue(wanted, source)).await,
            };
        }
        if let Some(gap) = self.absent.get(&wanted.absent()).await
            && let Some(looked) = gap.looked(epoch, now)
        {
            // Not what has failed: before that, what was found goes.
            if gap.is_said() {
                self.gap_hooks.hang(wanted.absent(), &gap, now);
            }
            return looked;
        }
        Box::pin(self.sought(wanted, source)).await
    }

    /// What was not kept: brought a moment ago, or by who is on the way, or from the store.
    async fn sought(&self, wanted: Wanted, source: &S) -> Looked {
        let key = wanted.found();
        loop {
            match self.lobby.meet(key) {
                Met::First(errand) => return self.first(wanted, source, errand).await,
                Met::Again(page) => {
                    if !self.found.contains_key(&key) {
                        self.found.insert(key, Arc::clone(&page)).await;
                    }
                    let looked = page.looked(epoch_of(source, wanted.code), self.now());
                    return match looked {
                        Some(looked) => looked,
                        None => self.queue(wanted, source).await,
                    };
                }
                Met::Coming(back) => {
                    // It has no permits; it closes.
                    drop(back.acquire().await);
                    let (epoch, now) = (epoch_of(source, wanted.code), self.now());
                    let page = self.found.get(&key).await;
                    let gap = self.absent.get(&wanted.absent()).await;
                    let found = page.and_then(|page| page.looked(epoch, now));
                    let brought = found.or_else(|| gap?.looked(epoch, now));
                    if let Some(looked) = brought {
                        return looked;
                    }
                }
            }
        }
    }

    /// Asks the store what nobody has asked lately.
    async fn first(
        &self,
        wanted: Wanted,
        source: &S,
        errand: Errand<'_, FoundKey, Page<S::Kept>>,
    ) -> Looked {
        let (op, looked) = self.ask(wanted, None, source).await;
        if let Op::Put(page) = op {
            let key = wanted.found();
            let is_known = self.lobby.knows(&key);
            if is_known || page.is_stale() || self.found.weighted_size() < self.roomy {
                self.found.insert(key, Arc::clone(&page)).await;
            }
            errand.bring(page);
        }
        looked
    }

    /// Asks the store whether what is kept still holds, one reader of a key after the other.
    async fn queue(&self, wanted: Wanted, source: &S) -> Looked {
        let mut looked = None;
        let slot = &mut looked;
        self.found
            .entry(wanted.found())
            .and_compute_with(|entry| async move {
                let known = entry.map(moka::Entry::into_value);
                let (op, answer) = Box::pin(self.ask(wanted, known, source)).await;
                *slot = Some(answer);
                op
            })
            .await;
        looked.unwrap_or_else(unavailable)
    }

    async fn ask(
        &self,
        wanted: Wanted,
        known: Option<Arc<Page<S::Kept>>>,
        source: &S,
    ) -> (Op<Arc<Page<S::Kept>>>, Looked) {
        // Read before the store is: what changes in between is another epoch.
        let (epoch, now) = (epoch_of(source, wanted.code), self.now());
        let brought = match &known {
            Some(page) => page.looked(epoch, now),
            None if self.bytes == 0 => None,
            None => {
                let gap = self.absent.get(&wanted.absent()).await;
                gap.and_then(|gap| gap.looked(epoch, now))
            }
        };
        if let Some(looked) = brought {
            return (Op::Nop, looked);
        }
        let kept = match read(source, wanted.code).await {
            Ok(Some(kept)) => kept,
            Ok(None) => return self.absent(wanted, source, epoch, now).await,
            Err(fault) => return self.without(wanted, known, source, &fault).await,
        };
        let mark = kept.mark();
        if let Some(page) = known.as_ref().filter(|page| page.is(mark)) {
            page.proof.renew(epoch, now);
            return (Op::Nop, answered(&page.answer, Origin::Store));
        }
        let answer = match self.made(wanted, &kept) {
            Ok(answer) => answer,
            Err(fault) => return self.without(wanted, known, source, &fault).await,
        };
        let page = Arc::new(Page::fresh(answer, kept, mark, Proof::new(epoch, now)));
        let looked = answered(&page.answer, Origin::Store);
        (Op::Put(page), looked)
    }

    /// The answer of what is kept: out of a mould, or rendered.
    fn made(&self, wanted: Wanted, kept: &S::Kept) -> Result<Answer, Fault> {
        let cast = match wanted.shape {
            Shape::Page => kept.cast(wanted.code, &self.public_url, wanted.lang),
            Shape::Json | Shape::QrSvg | Shape::QrPng => None,
        };
        cast.map_or_else(
            || {
                let view = kept.open(wanted.code, &self.public_url)?;
                Ok(render::found(&view, wanted.shape, wanted.lang))
            },
            Ok,
        )
    }

    /// Nobody has registered it; in capitals, perhaps.
    async fn absent(
        &self,
        wanted: Wanted,
        source: &S,
        epoch: u64,
        now: u64,
    ) -> (Op<Arc<Page<S::Kept>>>, Looked) {
        let capitals = match wanted.code.in_capitals() {
            Some(capitals) => match read(source, capitals).await {
                Ok(kept) => kept.map(|_view| capitals),
                Err(fault) => return self.without(wanted, None, source, &fault).await,
            },
            None => None,
        };
        let why = if let Some(code) = capitals {
            Why::InCapitals(code)
        } else {
            Why::NotRegistered(Arc::new(self.not_registered(wanted)))
        };
        let looked = why.looked(Origin::Store);
        self.lobby.forget(&wanted.found());
        self.keep_gap(wanted, why, Proof::new(epoch, now)).await;
        (Op::Remove, looked)
    }

    fn not_registered(&self, wanted: Wanted) -> Answer {
        let refusal = || Refusal::NotRegistered {
            code: Box::new(code_card(wanted.code, &self.public_url)),
        };
        let direct = || Some(render::refusal_page(&refusal(), wanted.lang));
        let cast = match wanted.refusals {
            Form::Page => moulds::absent(wanted.code, &self.public_url, wanted.lang, direct),
            Form::Json => None,
        };
        cast.unwrap_or_else(|| reply::refusal(&refusal(), wanted.refusals, wanted.lang))
    }

    /// The store has failed: what is known, marked as such; or nothing.
    async fn without(
        &self,
        wanted: Wanted,
        known: Option<Arc<Page<S::Kept>>>,
        source: &S,
        fault: &Fault,
    ) -> (Op<Arc<Page<S::Kept>>>, Looked) {
        tracing::error!(kind = wanted.code.kind().keyword(), %fault, "no answer from the store");
        source.troubled(fault);
        let now = self.now();
        let is_usable = |page: &Arc<Page<S::Kept>>| page.proof.age(now) < STALE_FOR;
        let seen = || self.seen(wanted, source, now).filter(is_usable);
        if let Some(page) = known.filter(is_usable).or_else(seen) {
            if page.is_stale() {
                page.still_failing(now);
                return (Op::Nop, answered(&page.answer, Origin::Stale));
            }
            if let Ok(mut view) = page.kept.open(wanted.code, &self.public_url) {
                view.stale = true;
                let answer = render::found(&view, wanted.shape, wanted.lang);
                let stale = Arc::new(page.stale(answer, now));
                let looked = answered(&stale.answer, Origin::Stale);
                return (Op::Put(stale), looked);
            }
        }
        self.keep_gap(wanted, Why::Failed, Proof::new(0, now)).await;
        (Op::Remove, unavailable())
    }

    /// What this edge saw before it was started anew, as a page that is to be marked as stale.
    fn seen(&self, wanted: Wanted, source: &S, now: u64) -> Option<Arc<Page<S::Kept>>> {
        let (kept, age) = source.recall(wanted.code)?;
        let view = kept.open(wanted.code, &self.public_url).ok()?;
        let answer = render::found(&view, wanted.shape, wanted.lang);
        let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let (mark, proof) = (kept.mark(), Proof::new(0, now.saturating_sub(age)));
        Some(Arc::new(Page::fresh(answer, kept, mark, proof)))
    }

    async fn keep_gap(&self, wanted: Wanted, why: Why, proof: Proof) {
        if self.bytes > 0 {
            let gap = Arc::new(Gap { why, proof });
            self.absent.insert(wanted.absent(), gap).await;
        }
    }

    /// Milliseconds on a clock that began long enough ago for what was seen before.
    fn now(&self) -> u64 {
        let now = self.start.elapsed() + STALE_FOR;
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }
}

impl<S: Source> fmt::Debug for PageCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageCache")
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

async fn read<S: Source>(source: &S, code: Code) -> Result<Option<S::Kept>, Fault> {
    within(READ_DEADLINE, pin!(source.read(code)))
        .await
        .unwrap_or(Err(Fault::Deadline))
}

#[cfg(test)]
mod tests;
