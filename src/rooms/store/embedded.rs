//! The embedded store: one folder, read by many processes while one of them writes.
//!
//! LMDB, through heed. Of the engines measured it is the only one that lets `import` write beside
//! a serving process, it answers fastest, and a commit is whole or not there at all, also after
//! `kill -9`. Its price: the file is mapped into memory, and opening it is an `unsafe` call.
//!
//! The public rooms hold some eight small things for each vehicle, and a tree keeps no small thing in few
//! bytes. So neighbours are packed, by [`views`] and [`pairs`], and nothing outside of here can tell:
//! entries are put, found, walked over and counted under the keys that they have in every engine.

use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use heed::types::Bytes;
use heed::{CommitOrAbort, Database, Env, EnvOpenOptions, RoRange, RoTxn, WithoutTls};

use super::engine::about;
use super::pairs::Tag;
use super::{Kept, Rack, StoreError};
use crate::rules::stored;
use crate::words::code::Code;
use crate::words::fault::Fault;
use crate::words::policy::Policy;
use crate::words::subject::{Maker, Subject};

mod bundle;
mod drawer;
mod laying;
mod pairs;
mod racks;
mod views;
mod writer;

use pairs::Pairs;
use views::Views;

/// The layout that this release reads and writes.
const FORMAT: u8 = 3;
/// The one before, whose dossiers lie as they do now. What is made from them lies in tables of other
/// names, so that a release that reads those finds them until they were made anew.
const FORMAT_BEFORE: u8 = 2;
/// The tables that only the format before has.
const TABLES_BEFORE: [&str; 3] = ["views", "common", "pairs"];
/// What it is noted under.
const FORMAT_NAME: &[u8] = b"format";
/// Addresses set aside for the file, not memory and not disk: room for a nation's codes.
const MAP_BYTES: usize = 1 << 40;
/// Reading threads of all processes together.
const MAX_READERS: u32 = 1024;

/// More than there are.
const MAX_TABLES: u32 = 16;

/// A table: bytes under bytes.
type Table = Database<'static, Bytes, Bytes>;

/// The tables of a store.
#[derive(Clone, Copy, Debug)]
struct Tables {
    /// What is said of the store itself.
    meta: Table,
    /// Public views by code.
    views: Views,
    /// Public parts of makers' dossiers.
    classes: Table,
    /// Sealed holder views under the keyed hash of a pair.
    pairs: Pairs,
    /// Dossiers by subject.
    dossiers: Table,
    /// Digests of records by source and id.
    records: Table,
    /// Which makers' names go with which organisations' codes.
    claims: Table,
}

/// The folder, open.
#[derive(Debug)]
pub(super) struct Room {
    env: Env<WithoutTls>,
    tables: Tables,
    /// Whether the last batch brought mostly what was here already, as when an import that was cut
    /// off is run again: then there is no use in working out the next one beforehand.
    is_repeating: AtomicBool,
}

/// The reading side of a store: views, classes and sealed pairs, nothing else.
#[derive(Debug)]
pub struct EmbeddedReader {
    env: Env<WithoutTls>,
    views: Views,
    classes: Table,
    pairs: Pairs,
    meta: Table,
    policy: Policy,
}

impl Room {
    /// Opens the folder, making it first if there is none.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let room = Self::open_unseen(path)?;
        room.check_format(&[FORMAT])?;
        Ok(room)
    }

    /// The same, also if its public rooms are in the format before, to make them anew.
    pub(super) fn open_any(path: &Path) -> Result<Self, StoreError> {
        let room = Self::open_unseen(path)?;
        room.check_format(&[FORMAT, FORMAT_BEFORE])?;
        Ok(room)
    }

    fn open_unseen(path: &Path) -> Result<Self, StoreError> {
        let fail = |source: Box<dyn std::error::Error + Send + Sync>| StoreError::Open {
            path: path.to_owned(),
            source,
        };
        std::fs::create_dir_all(path).map_err(|error| fail(error.into()))?;
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        options
            .map_size(MAP_BYTES)
            .max_readers(MAX_READERS)
            .max_dbs(MAX_TABLES);
        #[expect(
            unsafe_code,
            reason = "heed's open is unsafe because the file is mapped: nobody else may cut or \
                      rewrite it. It is ours, written through this engine only, and its lock \
                      file keeps other processes in order"
        )]
        // SAFETY: see the reason above.
        let env = unsafe { options.open(path) }.map_err(|error| fail(error.into()))?;
        // Readers that died without a word would hold old pages for ever.
        env.clear_stale_readers()
            .map_err(|error| fail(error.into()))?;
        let tables = Tables::open(&env)?;
        Ok(Self {
            env,
            tables,
            is_repeating: AtomicBool::new(false),
        })
    }

    /// Clears what was left for readers of the release before.
    fn clear_before(&self) -> Result<(), StoreError> {
        let txn = self.env.write_txn()?;
        self.env.create_databases_and_commit(txn, |opener, txn| {
            for name in TABLES_BEFORE {
                if let Some(table) = opener.open_database::<Bytes, Bytes>(txn, Some(name))? {
                    table.clear(txn)?;
                }
            }
            Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit(()))
        })?;
        Ok(())
    }

    /// A new store takes this release's format; an old one has to have one of these.
    fn check_format(&self, known: &[u8]) -> Result<(), StoreError> {
        let txn = self.env.read_txn()?;
        let found = self
            .tables
            .meta
            .get(&txn, FORMAT_NAME)?
            .and_then(|bytes| bytes.first())
            .copied();
        drop(txn);
        match found {
            Some(found) if known.contains(&found) => Ok(()),
            Some(found @ FORMAT_BEFORE) => Err(StoreError::FormatBefore {
                found,
                known: FORMAT,
            }),
            Some(found) => Err(StoreError::Format {
                found,
                known: FORMAT,
            }),
            None => {
                let mut txn = self.env.write_txn()?;
                self.tables.meta.put(&mut txn, FORMAT_NAME, &[FORMAT])?;
                Ok(txn.commit()?)
            }
        }
    }
}

impl Tables {
    fn open(env: &Env<WithoutTls>) -> Result<Self, StoreError> {
        const NAMES: [&str; 8] = [
            "meta", "drawers", "parts", "classes", "bundles", "dossiers", "records", "claims",
        ];
        let txn = env.write_txn()?;
        let tables = env.create_databases_and_commit(txn, |opener, txn| {
            let mut open = |name| opener.create_database::<Bytes, Bytes>(txn, Some(name));
            let [
                meta,
                drawers,
                parts,
                classes,
                bundles,
                dossiers,
                records,
                claims,
            ] = NAMES;
            let tables = [
                open(meta)?,
                open(drawers)?,
                open(parts)?,
                open(classes)?,
                open(bundles)?,
                open(dossiers)?,
                open(records)?,
                open(claims)?,
            ];
            Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit(tables))
        })?;
        let CommitOrAbort::Commit(
            [
                meta,
                drawers,
                parts,
                classes,
                bundles,
                dossiers,
                records,
                claims,
            ],
        ) = tables
        else {
            return Err(StoreError::Corrupt("the list of tables"));
        };
        Ok(Self {
            meta,
            views: Views { drawers, parts },
            classes,
            pairs: Pairs(bundles),
            dossiers,
            records,
            claims,
        })
    }
}

impl Tables {
    /// The table that has what lies on the rack, under keys of its own if it is packed.
    const fn of(self, rack: Rack) -> Table {
        match rack {
            Rack::Views => self.views.drawers,
            Rack::Classes => self.classes,
            Rack::Pairs => self.pairs.0,
            Rack::Dossiers => self.dossiers,
            Rack::Records => self.records,
            Rack::Claims => self.claims,
        }
    }
}

/// What a look into packed bytes comes to, if they are not damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found<T> {
    Here(T),
    Nothing,
}

impl<T> Found<T> {
    fn here(self) -> Option<T> {
        match self {
            Self::Here(here) => Some(here),
            Self::Nothing => None,
        }
    }
}

/// What a table has, from the first key that is not before this one.
fn from<'t>(
    table: Table,
    txn: &'t RoTxn<'_>,
    key: &[u8],
) -> Result<RoRange<'t, Bytes, Bytes>, heed::Error> {
    // An empty key is none to the engine, so the beginning is no key to be at or after.
    let start = if key.is_empty() {
        Bound::Unbounded
    } else {
        Bound::Included(key)
    };
    table.range(txn, &(start, Bound::Unbounded))
}

impl EmbeddedReader {
    /// Opens the folder for reading, making an empty store if there is none.
    pub(super) fn open(path: &Path, policy: Policy) -> Result<Self, StoreError> {
        Ok(Self::of(&Room::open(path)?, policy))
    }

    /// The reading side of a folder that is open already.
    pub(super) fn of(room: &Room, policy: Policy) -> Self {
        let Tables {
            views,
            classes,
            pairs,
            meta,
            ..
        } = room.tables;
        Self {
            env: room.env.clone(),
            views,
            classes,
            pairs,
            meta,
            policy,
        }
    }

    pub(super) fn epoch(&self) -> u64 {
        u64::try_from(self.env.info().last_txn_id).unwrap_or(u64::MAX)
    }

    pub(super) fn read(&self, code: Code) -> Result<Option<Kept>, Fault> {
        self.find(code).map_err(|error| Fault::Store(error.into()))
    }

    fn find(&self, code: Code) -> Result<Option<Kept>, StoreError> {
        let txn = self.env.read_txn()?;
        let Some(view) = self.views.get(&txn, &code.key())? else {
            return Ok(None);
        };
        let mut classes = Vec::new();
        for maker in [Maker::of_code(code), stored::maker(&view)]
            .into_iter()
            .flatten()
        {
            let class = self.classes.get(&txn, &Subject::Maker(maker).key())?;
            classes.extend(class.map(Box::from));
        }
        Ok(Some(Kept {
            view: view.into(),
            classes,
            policy: self.policy,
        }))
    }

    /// Tells the secret that pairs were made with from another; nothing if none were made.
    pub(super) fn pair_key_check(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let txn = self.env.read_txn()?;
        let check = self.meta.get(&txn, about::PAIR_KEY_CHECK.as_bytes())?;
        Ok(check.map(<[u8]>::to_vec))
    }

    /// What lies under these tags, all as of one moment.
    pub(super) fn pairs(&self, tags: &[Tag]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let found = || -> Result<_, StoreError> {
            let txn = self.env.read_txn()?;
            let one = |tag: &Tag| Ok(self.pairs.get(&txn, tag)?.map(<[u8]>::to_vec));
            tags.iter().map(one).collect()
        };
        found().map_err(|error| Fault::Store(error.into()))
    }
}
