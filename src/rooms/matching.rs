//! The pair check behind its limits: from a question to what is known of the whole set.
//!
//! 1. Every couple gets its tag: as many derivations as there are couples, whatever is kept.
//! 2. One question to the store for all tags: as many lookups.
//! 3. A yes follows only where all codes hang together. Until then nothing is opened and no code is
//!    looked up, so a no takes the same steps whether codes are unknown, known, or somebody else's.
//! 4. After a yes the sealed parts are opened with the codes themselves, and laid over the pages.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    pin::pin,
    sync::OnceLock,
    time::Duration,
};

use jiff::Timestamp;
use saoma_pages::View;

use crate::{
    rooms::{
        limit::within,
        source::{Held as _, Source},
        store::pairs::{Pair, PairKey},
        turns::Turns,
    },
    rules::{
        holder::{self, Held},
        pairing::{Couple, Question},
        parts::{Part, read_parts},
    },
    words::{code::Code, fault::Fault},
};

/// What the pair check needs beside the store.
#[derive(Debug)]
pub struct Matching {
    /// The limits.
    pub turns: Turns,
    key_file: PathBuf,
    key: OnceLock<PairKey>,
    public_url: Box<str>,
}

/// For all that is asked of the store, one answer after the other. A holder of six stickers waits
/// for seven answers, which come within milliseconds or not at all.
const DEADLINE: Duration = Duration::from_secs(2);

impl Matching {
    /// A check whose secret is in this file. It may not be there yet: whoever imports first makes
    /// it.
    pub fn new(key_file: &Path, public_url: &str, turns: Turns) -> Self {
        Self {
            turns,
            key_file: key_file.to_owned(),
            key: OnceLock::new(),
            public_url: public_url.into(),
        }
    }

    /// What the holder of all these codes may see of each; nothing if they do not belong together,
    /// or if nobody knows that they do.
    pub async fn ask<S: Source>(
        &self,
        question: &Question,
        source: &S,
    ) -> Result<Option<Vec<View>>, Fault> {
        let key = self.key()?;
        let asked = within(DEADLINE, pin!(self.ask_with(key, question, source))).await;
        asked.map_err(|_late| Fault::Deadline)?
    }

    async fn ask_with<S: Source>(
        &self,
        key: &PairKey,
        question: &Question,
        source: &S,
    ) -> Result<Option<Vec<View>>, Fault> {
        let couples = question.couples();
        let mut pairs = Vec::with_capacity(couples.len());
        for Couple {
            codes: [one, other],
            ..
        } in &couples
        {
            let pair = key.pair(*one, *other);
            pairs.push(pair.map_err(|_same| Fault::Corrupt { what: "a pair" })?);
        }
        let tags: Vec<_> = pairs.iter().map(|pair| pair.tag).collect();
        let found = source.pairs(&tags).await?;
        let kept = couples.into_iter().zip(pairs).zip(found);
        let kept: Vec<(Couple, Pair, Vec<u8>)> = kept
            .filter_map(|((couple, pair), sealed)| Some((couple, pair, sealed?)))
            .collect();
        let bound: Vec<Couple> = kept.iter().map(|(couple, ..)| *couple).collect();
        if !question.is_one_set(&bound) {
            return Ok(None);
        }
        let mut parts = opened(&kept)?;
        let mut set = Vec::with_capacity(question.codes().len());
        for place in 0..question.codes().len() {
            let part = parts.remove(&place);
            let (code, part) = part.ok_or(Fault::Corrupt { what: "a set" })?;
            set.push(self.held(code, part, source).await?);
        }
        Ok(Some(holder::views(set, &self.public_url, Timestamp::now())))
    }

    async fn held<S: Source>(&self, code: Code, part: Part, source: &S) -> Result<Held, Fault> {
        let mut held = Held {
            code,
            public: None,
            part,
            warranties: Vec::new(),
        };
        if let Some(kept) = source.read(code).await? {
            let view = kept.open(code, &self.public_url)?;
            held.warranties = kept.warranties(&view)?;
            held.public = Some(view);
        }
        Ok(held)
    }

    fn key(&self) -> Result<&PairKey, Fault> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        // A file of 32 bytes, and only until it is there.
        let read = PairKey::open(&self.key_file).map_err(|error| Fault::Store(error.into()))?;
        let key = read.ok_or(Fault::NoPairKey)?;
        Ok(self.key.get_or_init(|| key))
    }
}

/// The parts in these entries, by the place of their code in the question, and the reading of it
/// that is the registered one. A code's part is the same in all its pairs.
fn opened(kept: &[(Couple, Pair, Vec<u8>)]) -> Result<HashMap<usize, (Code, Part)>, Fault> {
    let damaged = || Fault::Corrupt { what: "a pair" };
    let mut parts = HashMap::new();
    for (couple, pair, sealed) in kept {
        let content = pair.open(sealed).map_err(|_damaged| damaged())?;
        let ([one, other], [first, second]) = (couple.codes, couple.places);
        // The smaller code's part comes first.
        let mut members = [(one, first), (other, second)];
        members.sort_unstable();
        let both = read_parts(&members.map(|(code, _)| code), &content).ok_or_else(damaged)?;
        for ((code, place), part) in members.into_iter().zip(both) {
            parts.entry(place).or_insert((code, part));
        }
    }
    Ok(parts)
}
