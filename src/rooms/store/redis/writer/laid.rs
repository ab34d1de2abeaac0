//! What is laid on a public rack: most of it as it is, views in two parts.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use ::redis::RedisError;

use super::steps::Trouble;
use crate::rooms::store::batch::Finished;
use crate::rooms::store::engine::Entry;
use crate::rooms::store::redis::key;
use crate::rooms::store::redis::views::{self, Name, Parts};
use crate::rooms::store::redis::wire::Wire;
use crate::rooms::store::{Rack, StoreError};

/// An entry as it is to lie there.
pub(super) enum Laid<'f> {
    Row(Parts<'f>),
    Whole(&'f [u8]),
}

impl<'f> Laid<'f> {
    /// What this is to be laid as; empty if it is to go.
    pub(super) fn of(finished: &'f Finished) -> Option<Self> {
        match &finished.value {
            Some(view) if finished.rack == Rack::Views => Parts::of(view).map(Self::Row),
            Some(value) => Some(Self::Whole(value)),
            None => Some(Self::Whole(&[])),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Row(parts) => &parts.row,
            Self::Whole(bytes) => bytes,
        }
    }

    /// What has to lie there before it.
    pub(super) fn common(&self) -> Option<(Name, &'f [u8])> {
        match self {
            Self::Row(parts) => Some((parts.name, parts.common)),
            Self::Whole(_) => None,
        }
    }
}

/// Common parts that were laid within one batch, by any hand. Not for longer, since a reprojection
/// may drop what nothing names.
#[derive(Debug, Default)]
pub(super) struct Commons(Mutex<HashSet<Name>>);

impl Commons {
    /// Lays these where they do not lie yet.
    pub(super) fn lay(
        &self,
        public: &mut Wire,
        commons: &HashMap<Name, &[u8]>,
    ) -> Result<(), RedisError> {
        let mut lacking = Vec::new();
        {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let unknown = commons.iter().filter(|(name, _)| !known.contains(*name));
            lacking.extend(unknown.map(|(name, common)| (*name, *common)));
        }
        let keys: Vec<Vec<u8>> = lacking
            .iter()
            .map(|(name, _)| views::common_key(*name))
            .collect();
        // Only where nothing lies: writing the same again would be told to every edge.
        let mut absent = public.get(&keys)?.into_iter();
        let mut new = lacking.iter().zip(&keys).collect::<Vec<_>>();
        new.retain(|_| absent.next().is_some_and(|found| found.is_none()));
        let entries: Vec<(&[u8], &[u8])> = new
            .iter()
            .map(|((_, common), key)| (&key[..], *common))
            .collect();
        public.add(&entries)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(lacking.into_iter().map(|(name, _)| name));
        Ok(())
    }
}

/// Puts these views, whatever lies there.
pub(super) fn put(public: &mut Wire, views: &[Entry]) -> Result<(), Trouble> {
    let parts = views.iter().map(|(_, view)| Parts::of(view));
    let parts = parts.collect::<Option<Vec<_>>>();
    let parts = parts.ok_or(StoreError::Corrupt("a view"))?;
    let commons = parts.iter().map(|parts| (parts.name, parts.common));
    Commons::default().lay(public, &commons.collect())?;
    let keys: Vec<_> = views
        .iter()
        .map(|(code, _)| key(Rack::Views, code))
        .collect();
    let rows = keys.iter().zip(&parts);
    let rows: Vec<(&[u8], &[u8])> = rows
        .map(|(key, parts)| (&key[..], &parts.row[..]))
        .collect();
    Ok(public.set(&rows)?)
}

/// The views that these rows stand for, in their order.
pub(super) fn whole(
    public: &mut Wire,
    rows: Vec<Option<Vec<u8>>>,
) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
    let name = |row: &Vec<u8>| views::named_in(row).ok_or(StoreError::Corrupt("a view's row"));
    let mut names = rows
        .iter()
        .flatten()
        .map(name)
        .collect::<Result<Vec<_>, _>>()?;
    names.sort_unstable();
    names.dedup();
    let keys: Vec<Vec<u8>> = names.iter().map(|name| views::common_key(*name)).collect();
    let found = public.get(&keys)?;
    let commons: HashMap<Name, Option<Vec<u8>>> = names.into_iter().zip(found).collect();
    let one = |row: Option<Vec<u8>>| {
        let Some(row) = row else {
            return Ok(None);
        };
        let common = commons.get(&name(&row)?).and_then(Option::as_ref);
        let common = common.ok_or(StoreError::Corrupt("what views have in common"))?;
        Ok(Some(views::whole(common, &row)))
    };
    rows.into_iter().map(one).collect()
}
