//! What a public door needs of a store, and nothing else: the seam between pages and stores.
//!
//! There is one implementation outside tests, for both engines. It is a trait so that an outage, a slow answer or a
//! change in the wrong moment can be played to a real door, which no healthy store will do.

use std::time::Duration;

use saoma_pages::{Lang, View};

use crate::{
    rooms::store::{Kept, PublicStore, pairs::Tag},
    rules::{answer::Answer, class::Warranty},
    words::{code::Code, fault::Fault},
};

/// Where views come from.
pub trait Source: Send + Sync + 'static {
    /// A view as bytes.
    type Kept: Held;

    /// A number that is larger whenever what is kept for this code may be another. Asked on every
    /// request.
    fn epoch(&self, code: Code) -> u64;

    /// What is kept for this code.
    fn read(&self, code: Code) -> impl Future<Output = Result<Option<Self::Kept>, Fault>> + Send;

    /// The sealed entries under these tags, in their order: one question to the store.
    fn pairs(
        &self,
        tags: &[Tag],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, Fault>> + Send;

    /// What was kept when this edge last saw it, and how long ago that was. Asked when the store
    /// fails.
    fn recall(&self, _code: Code) -> Option<(Self::Kept, Duration)> {
        None
    }

    /// Told of each question that had no answer, whatever stood in its way: the store, the bytes in
    /// it, or what is needed to read them.
    fn troubled(&self, _fault: &Fault) {}
}

/// A view as it is kept.
pub trait Held: Send + Sync + 'static {
    /// A fingerprint of everything the public answer depends on.
    fn mark(&self) -> u64;

    /// The view.
    fn open(&self, code: Code, public_url: &str) -> Result<View, Fault>;

    /// The page of it, without the view between, if it is one of many.
    fn cast(&self, _code: Code, _public_url: &str, _lang: Lang) -> Option<Answer> {
        None
    }

    /// What its makers promise to repair, for how long.
    fn warranties(&self, view: &View) -> Result<Vec<Warranty>, Fault>;
}

impl Source for PublicStore {
    type Kept = Kept;

    fn epoch(&self, code: Code) -> u64 {
        Self::epoch(self, code)
    }

    fn read(&self, code: Code) -> impl Future<Output = Result<Option<Kept>, Fault>> + Send {
        Self::read(self, code)
    }

    fn pairs(
        &self,
        tags: &[Tag],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, Fault>> + Send {
        Self::pairs(self, tags)
    }
}

impl Held for Kept {
    fn mark(&self) -> u64 {
        Self::mark(self)
    }

    fn open(&self, code: Code, public_url: &str) -> Result<View, Fault> {
        Self::open(self, code, public_url)
    }

    fn cast(&self, code: Code, public_url: &str, lang: Lang) -> Option<Answer> {
        Self::cast(self, code, public_url, lang)
    }

    fn warranties(&self, view: &View) -> Result<Vec<Warranty>, Fault> {
        Self::warranties(self, view)
    }
}
