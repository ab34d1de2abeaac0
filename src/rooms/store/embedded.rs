//! The embedded store: one folder, read by many processes while one of them writes.
//!
//! LMDB, through heed. Of the engines measured it is the only one that lets `import` write beside
//! a serving process, it answers fastest, and a commit is whole or not there at all, also after
//! `kill -9`. Its price: the file is mapped into memory, and opening it is an `unsafe` call.

use std::path::{Path, PathBuf};

use heed::types::Bytes;
use heed::{CommitOrAbort, Database, Env, EnvOpenOptions, RoTxn, RwTxn, WithoutTls};

use super::{Kept, StoreError};
use crate::rules::stored;
use crate::words::code::Code;
use crate::words::fault::Fault;
use crate::words::policy::Policy;
use crate::words::subject::{Maker, Subject};

/// The layout that this release reads and writes.
const FORMAT: u8 = 1;
/// Addresses set aside for the file, not memory and not disk: room for a nation's codes.
const MAP_BYTES: usize = 1 << 40;
/// Reading threads of all processes together.
const MAX_READERS: u32 = 1024;

/// A table: bytes under bytes.
pub(super) type Table = Database<'static, Bytes, Bytes>;

/// The tables of a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables {
    /// What is said of the store itself.
    pub(super) meta: Table,
    /// Public views by code.
    pub(super) views: Table,
    /// Public parts of makers' dossiers.
    pub(super) classes: Table,
    /// Sealed holder views under the keyed hash of a pair.
    pub(super) pairs: Table,
    /// Dossiers by subject.
    pub(super) dossiers: Table,
    /// Digests of records by source and id.
    pub(super) records: Table,
    /// Which makers' names go with which organisations' codes.
    pub(super) claims: Table,
}

/// The folder, open.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) env: Env<WithoutTls>,
    pub(super) tables: Tables,
    pub(super) path: PathBuf,
}

/// The reading side of a store: views and classes, nothing else.
#[derive(Debug)]
pub struct EmbeddedReader {
    env: Env<WithoutTls>,
    views: Table,
    classes: Table,
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
            .max_dbs(8);
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
            path: path.to_owned(),
        };
        room.check_format()?;
        Ok(room)
    }

    /// Closes the folder and opens it again. The last handle of this process has to be this one.
    pub(super) fn reopen(self) -> Result<Self, StoreError> {
        let Self { env, path, .. } = self;
        env.prepare_for_closing().wait();
        Self::open(&path)
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let txn = self.env.read_txn()?;
        let found = self
            .tables
            .meta
            .get(&txn, meta::FORMAT)?
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
                self.tables.meta.put(&mut txn, meta::FORMAT, &[FORMAT])?;
                Ok(txn.commit()?)
            }
        }
    }
}

/// Keys of what is said of the store itself.
pub(super) mod meta {
    pub(in super::super) const FORMAT: &[u8] = b"format";
    pub(in super::super) const POLICY: &[u8] = b"policy";
    pub(in super::super) const PAIR_KEY_CHECK: &[u8] = b"pair-key-check";
}

impl Tables {
    fn open(env: &Env<WithoutTls>) -> Result<Self, StoreError> {
        const NAMES: [&str; 7] = [
            "meta", "views", "classes", "pairs", "dossiers", "records", "claims",
        ];
        let txn = env.write_txn()?;
        let tables = env.create_databases_and_commit(txn, |opener, txn| {
            let mut open = |name| opener.create_database::<Bytes, Bytes>(txn, Some(name));
            let [meta, views, classes, pairs, dossiers, records, claims] = NAMES;
            let tables = [
                open(meta)?,
                open(views)?,
                open(classes)?,
                open(pairs)?,
                open(dossiers)?,
                open(records)?,
                open(claims)?,
            ];
            Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit(tables))
        })?;
        let CommitOrAbort::Commit([meta, views, classes, pairs, dossiers, records, claims]) =
            tables
        else {
            return Err(StoreError::Corrupt("the list of tables"));
        };
        Ok(Self {
            meta,
            views,
            classes,
            pairs,
            dossiers,
            records,
            claims,
        })
    }
}

impl EmbeddedReader {
    /// Opens the folder for reading, making an empty store if there is none.
    pub(super) fn open(path: &Path, policy: Policy) -> Result<Self, StoreError> {
        Ok(Self::of(&Room::open(path)?, policy))
    }

    /// The reading side of a folder that is open already.
    pub(super) fn of(room: &Room, policy: Policy) -> Self {
        let Tables { views, classes, .. } = room.tables;
        Self {
            env: room.env.clone(),
            views,
            classes,
            policy,
        }
    }

    pub(super) fn epoch(&self) -> u64 {
        u64::try_from(self.env.info().last_txn_id).unwrap_or(u64::MAX)
    }

    pub(super) fn read(&self, code: Code) -> Result<Option<Kept>, Fault> {
        self.find(code).map_err(|error| Fault::Store(error.into()))
    }

    fn find(&self, code: Code) -> Result<Option<Kept>, heed::Error> {
        let txn = self.env.read_txn()?;
        let Some(view) = self.views.get(&txn, &code.key())? else {
            return Ok(None);
        };
        let mut classes = Vec::new();
        for maker in [Maker::of_code(code), stored::maker(view)]
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
}

/// The value under a key, copied so that it outlives the next write.
pub(super) fn get(
    table: Table,
    txn: &RoTxn<'_>,
    key: &[u8],
) -> Result<Option<Vec<u8>>, heed::Error> {
    Ok(table.get(txn, key)?.map(<[u8]>::to_vec))
}

/// Puts a value under a key unless it is there already; says whether it was not.
pub(super) fn put(
    table: Table,
    txn: &mut RwTxn<'_>,
    key: &[u8],
    value: &[u8],
) -> Result<bool, heed::Error> {
    if table.get(txn, key)? == Some(value) {
        return Ok(false);
    }
    table.put(txn, key, value)?;
    Ok(true)
}
