//! Stores: what is kept, behind two handles.
//!
//! [`PublicStore`] is all that a public door ever holds: it reads views and what belongs to a
//! maker's whole class of products, and has no way to a dossier. [`core::Core`] is the writer's:
//! dossiers in, views and pairs out, all in one transaction.

use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use saoma_pages::{Alert, Audience, Lang, Sheet, View};

use address::RedisUrl;
use pairs::{PairKey, Tag};

use crate::rooms::meter::StoreMeter;
use crate::rooms::moulds;
use crate::rooms::readiness::Readiness;
use crate::rules::answer::Answer;
use crate::rules::card;
use crate::rules::class::{Class, Warranty};
use crate::rules::stored::{MODELS, StoredView, open_sheets};
use crate::words::code::Code;
use crate::words::fault::Fault;
use crate::words::policy::{Policy, Stamp};

pub mod address;
pub mod batch;
mod classes;
pub mod core;
mod embedded;
mod engine;
pub mod pairs;
pub mod plan;
mod redis;
mod seen;
pub mod shelves;
pub mod transfer;

pub use address::{Rooms, StoreUrl};
pub use embedded::EmbeddedReader;
pub use redis::{RedisReader, Stream};
pub use seen::Seen;

/// What the operator is told when a store cannot be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address is of no kind that there is.
    #[error("{0} is not a store: write `embedded:PATH` or `redis://HOST`")]
    Url(String),
    /// The folder or the engine said no.
    #[error("the store in {path}: {source}")]
    Open {
        /// Where it is.
        path: PathBuf,
        /// What was said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The engine said no in the middle.
    #[error("the store: {0}")]
    Engine(#[from] heed::Error),
    /// Redis, or the way there, said no.
    #[error("redis: {0}")]
    Redis(String),
    /// A folder has both rooms.
    #[error("an embedded store keeps views and dossiers in one folder: name one store")]
    Rooms,
    /// There are no dossiers.
    #[error("this store has public rooms only and no dossier: use the one that it was copied from")]
    PublicRooms,
    /// Something is there already.
    #[error("the store to copy to holds other records: name an empty one")]
    NotEmpty,
    /// Redis was emptied under a writer.
    #[error("redis was emptied in the middle; start again from the first file")]
    Emptied,
    /// A file beside the store could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What was said.
        source: std::io::Error,
    },
    /// Another release wrote it.
    #[error("the store has format {found}, this release reads {known}")]
    Format {
        /// Its format.
        found: u8,
        /// Ours.
        known: u8,
    },
    /// The release before wrote it.
    #[error(
        "the public rooms of this store have format {found}, this release reads {known}; `saoma reproject` makes them anew"
    )]
    FormatBefore {
        /// Its format.
        found: u8,
        /// Ours.
        known: u8,
    },
    /// The pair key is not the one the store was written with.
    #[error(
        "{0} is not the key that the pairs in this store were made with; `saoma reproject` makes them anew"
    )]
    PairKey(PathBuf),
    /// The store was made under another policy.
    #[error(
        "the store was made under the policy `{found}`, not `{wanted}`; run `saoma reproject --policy {wanted}`"
    )]
    Policy {
        /// The store's.
        found: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// Bytes that are not what was written.
    #[error("the store is damaged: {0} cannot be read")]
    Corrupt(&'static str),
}

/// What a store is made of, in either engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rack {
    /// Public views by code.
    Views,
    /// Public parts of makers' dossiers.
    Classes,
    /// Sealed holder views under the keyed hash of a pair.
    Pairs,
    /// Dossiers by subject.
    Dossiers,
    /// Digests of records by source and id.
    Records,
    /// Which makers' names go with which organisations' codes.
    Claims,
}

impl Rack {
    /// Its name, for an operator.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Views => "views",
            Self::Classes => "classes",
            Self::Pairs => "pairs",
            Self::Dossiers => "dossiers",
            Self::Records => "records",
            Self::Claims => "claims",
        }
    }

    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Views,
        Self::Classes,
        Self::Pairs,
        Self::Dossiers,
        Self::Records,
        Self::Claims,
    ];
}

/// A store as a public door sees it.
#[derive(Debug)]
pub enum PublicStore {
    /// On this machine.
    Embedded(EmbeddedReader),
    /// On Redis.
    Redis(Box<RedisReader>),
}

/// What is kept for a code, as bytes: enough to prove a cached answer, or to make a new one.
#[derive(Debug)]
pub struct Kept {
    view: Box<[u8]>,
    /// The class of the code's maker, and that of whoever submitted it.
    classes: Vec<Box<[u8]>>,
    policy: Policy,
}

impl PublicStore {
    /// Opens the store that `url` names, to show what `policy` allows.
    pub fn open(url: &StoreUrl, policy: Policy) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Embedded(path) => Ok(Self::Embedded(EmbeddedReader::open(path, policy)?)),
            StoreUrl::Redis(url) => Ok(Self::Redis(Box::new(RedisReader::new(
                RedisUrl::clone(url),
                policy,
            )))),
        }
    }

    /// Tells these two how the store is doing. One that is on this machine is doing well.
    pub fn watch(&self, meter: &StoreMeter, readiness: &Readiness) {
        match self {
            Self::Embedded(_) => {}
            Self::Redis(reader) => reader.watch(meter.clone(), readiness.clone()),
        }
    }

    /// A number that is larger whenever what the public may see of this code may be another. Costs
    /// a few nanoseconds.
    pub fn epoch(&self, code: Code) -> u64 {
        match self {
            Self::Embedded(reader) => reader.epoch(),
            Self::Redis(reader) => reader.epoch(code),
        }
    }

    /// What is kept for this code.
    ///
    /// The embedded store answers from memory-mapped pages within microseconds, so it is asked on
    /// the spot: handing the question to another thread would cost more than the answer.
    pub async fn read(&self, code: Code) -> Result<Option<Kept>, Fault> {
        match self {
            Self::Embedded(reader) => reader.read(code),
            Self::Redis(reader) => reader.read(code).await,
        }
    }

    /// The sealed entries under these tags, in their order: one question, however many they are
    /// and whatever is found.
    pub async fn pairs(&self, tags: &[Tag]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        match self {
            Self::Embedded(reader) => reader.pairs(tags),
            Self::Redis(reader) => reader.pairs(tags).await,
        }
    }

    /// Refuses a secret that the pairs here were not made with, which would find none of them. A
    /// store on Redis does not tell the public side, so there it is the operator's business.
    pub fn check_pair_key(&self, file: &Path) -> Result<(), StoreError> {
        let made_with = match self {
            Self::Embedded(reader) => reader.pair_key_check()?,
            Self::Redis(_) => None,
        };
        let (Some(made_with), Some(key)) = (made_with, PairKey::open(file)?) else {
            return Ok(());
        };
        if key.check().as_slice() == made_with {
            Ok(())
        } else {
            Err(StoreError::PairKey(file.to_owned()))
        }
    }

    /// The same for a command, which has nothing else to do meanwhile.
    pub fn read_now(&self, code: Code) -> Result<Option<Kept>, Fault> {
        match self {
            Self::Embedded(reader) => reader.read(code),
            Self::Redis(reader) => tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| Fault::Store(error.into()))?
                .block_on(reader.read(code)),
        }
    }
}

impl Kept {
    /// A fingerprint of everything the public answer depends on. Stable within a process.
    pub fn mark(&self) -> u64 {
        foldhash::quality::FixedState::default().hash_one((&self.view, &self.classes))
    }

    /// The view that these bytes make.
    pub fn open(&self, code: Code, public_url: &str) -> Result<View, Fault> {
        let stamp = self.view.first().map(|byte| Stamp::from_byte(*byte));
        if !stamp.is_some_and(|stamp| self.policy.admits(stamp)) {
            return Err(Fault::Policy);
        }
        let stored = StoredView::decode(&self.view).ok_or(Fault::Corrupt { what: "a view" })?;
        Ok(assemble(code, stored, &self.classes()?, public_url))
    }

    /// The page of these bytes out of its mould, if they have a shape.
    pub fn cast(&self, code: Code, public_url: &str, lang: Lang) -> Option<Answer> {
        let stamp = Stamp::from_byte(*self.view.first()?);
        let classes = self.classes().ok()?;
        let direct = || {
            let view = self.open(code, public_url).ok()?;
            Some(saoma_pages::found(&view, lang).into_bytes())
        };
        // What it is not allowed to show is refused where a view is opened.
        self.policy
            .admits(stamp)
            .then(|| moulds::found(code, &self.view, &classes, (public_url, lang), direct))?
    }

    /// What its makers promise to repair of this, for how long.
    pub fn warranties(&self, view: &View) -> Result<Vec<Warranty>, Fault> {
        let models = models(&view.records);
        let classes = self.classes()?;
        let all = classes.iter().flat_map(|class| &class.warranties);
        Ok(all.filter(|one| one.covers(&models)).cloned().collect())
    }

    fn classes(&self) -> Result<Vec<Arc<Class>>, Fault> {
        let damaged = || Fault::Corrupt {
            what: "a maker's notices",
        };
        let decoded = |bytes: &[u8]| classes::decoded(bytes).ok_or_else(damaged);
        self.classes.iter().map(|bytes| decoded(bytes)).collect()
    }
}

/// The models of a product, as its maker calls them.
fn models(records: &[Sheet]) -> Vec<String> {
    records
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .filter_map(|row| MODELS.iter().find_map(|key| row.get(key)))
        .map(saoma_pages::Shown::text)
        .collect()
}

/// A code's own view, with what its makers' classes add to it.
fn assemble(code: Code, stored: StoredView, classes: &[Arc<Class>], public_url: &str) -> View {
    let mut records = open_sheets(stored.sheets, code, public_url);
    let models = models(&records);
    let models: Vec<&str> = models.iter().map(String::as_str).collect();
    let mut alerts: Vec<Alert> = stored.alerts;
    let mut as_of = stored.as_of;
    for class in classes {
        for recall in class.recalls_of(code, &models) {
            // That it was lifted dates the answer too.
            alerts.extend(recall.alert.clone());
            as_of = as_of.max(recall.at);
        }
        as_of = class.sheets_at.map_or(as_of, |at| as_of.max(at));
        records.extend(open_sheets(class.sheets.clone(), code, public_url));
    }
    View {
        code: card::code_card(code, public_url),
        audience: Audience::Public,
        alerts,
        records,
        as_of: as_of.to_string(),
        stale: false,
    }
}
