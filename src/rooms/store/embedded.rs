//! The embedded store: one folder, read by many processes while one of them writes.
//!
//! LMDB, through heed. Of the engines measured it is the only one that lets `import` write beside
//! a serving process, it answers fastest, and a commit is whole or not there at all, also after
//! `kill -9`. Its price: the file is mapped into memory, and opening it is an `unsafe` call.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use heed::types::Bytes;
use heed::{CommitOrAbort, Database, Env, EnvOpenOptions, WithoutTls};

use super::engine::about;
use super::pairs::Tag;
use super::{Kept, Rack, StoreError};
use crate::rules::stored;
use crate::words::code::Code;
use crate::words::fault::Fault;
use crate::words::policy::Policy;
use crate::words::subject::{Maker, Subject};

mod laying;
mod views;
mod writer;

use views::Views;

/// The layout that this release reads and writes.
const FORMAT: u8 = 2;
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
    pairs: Table,
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
    pairs: Table,
    meta: Table,
    policy: Policy,
}

impl Room {
    /// Opens the folder, making it first if there is none.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
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
        let room = Self {
            env,
            tables,
            is_repeating: AtomicBool::new(false),
        };
        room.check_format()?;
        Ok(room)
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let txn = self.env.read_txn()?;
        let found = self
            .tables
            .meta
            .get(&txn, FORMAT_NAME)?
            .and_then(|bytes| bytes.first())
            .copied();
        drop(txn);
        match found {
            Some(FORMAT) => Ok(()),
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
            "meta", "views", "common", "classes", "pairs", "dossiers", "records", "claims",
        ];
        let txn = env.write_txn()?;
        let tables = env.create_databases_and_commit(txn, |opener, txn| {
            let mut open = |name| opener.create_database::<Bytes, Bytes>(txn, Some(name));
            let [
                meta,
                views,
                common,
                classes,
                pairs,
                dossiers,
                records,
                claims,
            ] = NAMES;
            let tables = [
                open(meta)?,
                open(views)?,
                open(common)?,
                open(classes)?,
                open(pairs)?,
                open(dossiers)?,
                open(records)?,
                open(claims)?,
            ];
            Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit(tables))
        })?;
        let CommitOrAbort::Commit(
            [
                meta,
                rows,
                common,
                classes,
                pairs,
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
            views: Views { rows, common },
            classes,
            pairs,
            dossiers,
            records,
            claims,
        })
    }
}

impl Tables {
    /// The table whose keys are those of the rack.
    const fn of(self, rack: Rack) -> Table {
        match rack {
            Rack::Views => self.views.rows,
            Rack::Classes => self.classes,
            Rack::Pairs => self.pairs,
            Rack::Dossiers => self.dossiers,
            Rack::Records => self.records,
            Rack::Claims => self.claims,
        }
    }
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
        let found = || -> Result<_, heed::Error> {
            let txn = self.env.read_txn()?;
            let one = |tag: &Tag| Ok(self.pairs.get(&txn, tag)?.map(<[u8]>::to_vec));
            tags.iter().map(one).collect()
        };
        found().map_err(|error| Fault::Store(error.into()))
    }
}
