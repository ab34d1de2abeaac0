//! Records by their names in the store: source and id, with what tells one content from another.

use aws_lc_rs::digest::{SHA256, digest};

use super::Incoming;
use crate::rooms::store::StoreError;

/// Digests are cut to this: enough that no two contents meet by chance.
pub(in super::super) const DIGEST_LEN: usize = 16;

/// Bytes of a record's name that are compared as numbers: a credit code and thirteen of an id.
const BEGINNING: usize = 32;

/// A record by its name in the store, and what tells its content from another.
pub(in super::super) struct Named {
    pub(in super::super) key: Vec<u8>,
    pub(in super::super) digest: [u8; DIGEST_LEN],
    /// Its place in the batch.
    pub(in super::super) at: usize,
}

/// The records of a batch by name, in order.
pub(in super::super) fn named(incoming: &[Incoming]) -> Result<Vec<Named>, StoreError> {
    let mut found = Vec::with_capacity(incoming.len());
    let mut content = Vec::new();
    for (at, one) in incoming.iter().enumerate() {
        let record = one
            .record()
            .ok_or(StoreError::Corrupt("a record just made"))?;
        let mut key = Vec::with_capacity(1 + record.source.len() + record.id.len());
        key.extend_from_slice(record.source);
        // No source holds this byte, so no two pairs of source and id make one key.
        key.push(0);
        key.extend_from_slice(record.id);
        content.clear();
        one.subject.write_key(&mut content);
        content.extend_from_slice(&one.entry);
        let digest = digest(&SHA256, &content);
        let digest = digest.as_ref().first_chunk().copied().unwrap_or_default();
        found.push(Named { key, digest, at });
    }
    // By their beginnings as numbers, as in `Additions::of`; nearly always that is all of them.
    found.sort_by_cached_key(|one| beginning(&one.key));
    if found.iter().any(|one| one.key.len() > BEGINNING) {
        found.sort_by(|one, next| one.key.cmp(&next.key));
    }
    Ok(found)
}

/// The first bytes of a key as numbers, which are in the order of the keys.
fn beginning(key: &[u8]) -> [u128; 2] {
    let mut bytes = [[0; BEGINNING / 2]; 2];
    let len = key.len().min(BEGINNING);
    if let (Some(room), Some(key)) = (bytes.as_flattened_mut().get_mut(..len), key.get(..len)) {
        room.copy_from_slice(key);
    }
    bytes.map(u128::from_be_bytes)
}
