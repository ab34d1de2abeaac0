//! One file of what was seen: entries one after the other, and where each lies.
//!
//! ```text
//! bytes of what follows the checksum: 4 · checksum: 8 · when, in ms: 8 · key · part · part …
//! ```
//!
//! The key and each part stand behind their length, 4 bytes. Numbers are little-endian. An entry
//! without parts says that there is nothing any more.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;

/// Length and checksum.
const HEAD: usize = 12;
/// No view with its maker's notices is longer; what says so is no entry.
const ENTRY_MAX: usize = 1 << 20;

/// An open file.
#[derive(Debug)]
pub(super) struct Volume {
    file: File,
    end: u64,
    /// By the hash of the key; the last one counts.
    places: HashMap<u64, Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    bytes: usize,
}

/// What was seen, and when.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) key: Vec<u8>,
    pub(super) parts: Vec<Box<[u8]>>,
}

impl Volume {
    /// Reads what is there, up to the first entry that is not whole. New ones overwrite the rest.
    pub(super) fn open(mut file: File) -> io::Result<Self> {
        let mut whole = Vec::new();
        file.read_to_end(&mut whole)?;
        let mut volume = Self {
            file,
            end: 0,
            places: HashMap::new(),
        };
        let mut rest = whole.as_slice();
        while let Some((entry, bytes)) = Entry::decode(rest) {
            volume.place(super::hash(&entry.key), bytes);
            rest = rest.get(bytes..).unwrap_or_default();
        }
        volume.file.set_len(volume.end)?;
        Ok(volume)
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.end
    }

    pub(super) fn find(&self, hash: u64, key: &[u8]) -> Option<Entry> {
        let place = self.places.get(&hash)?;
        let mut bytes = vec![0; place.bytes];
        self.file.read_exact_at(&mut bytes, place.start).ok()?;
        let (entry, _bytes) = Entry::decode(&bytes)?;
        (entry.key == key).then_some(entry)
    }

    pub(super) fn append(&mut self, hash: u64, entry: &Entry) -> io::Result<()> {
        let bytes = entry.encode();
        if bytes.len() > ENTRY_MAX {
            return Ok(());
        }
        self.file.write_all_at(&bytes, self.end)?;
        self.place(hash, bytes.len());
        Ok(())
    }

    fn place(&mut self, hash: u64, bytes: usize) {
        let start = self.end;
        self.places.insert(hash, Place { start, bytes });
        self.end += u64::try_from(bytes).unwrap_or_default();
    }
}

impl Entry {
    fn encode(&self) -> Vec<u8> {
        let mut body = self.at.as_millisecond().to_le_bytes().to_vec();
        for part in
            std::iter::once(self.key.as_slice()).chain(self.parts.iter().map(|part| &**part))
        {
            body.extend(length(part));
            body.extend(part);
        }
        [&length(&body)[..], &checksum(&body), &body].concat()
    }

    fn decode(bytes: &[u8]) -> Option<(Self, usize)> {
        let (head, rest) = bytes.split_first_chunk::<4>()?;
        let (check, rest) = rest.split_first_chunk::<8>()?;
        let length = usize::try_from(u32::from_le_bytes(*head)).ok()?;
        let body = rest.get(..length).filter(|_| length <= ENTRY_MAX)?;
        if checksum(body) != *check {
            return None;
        }
        let (at, mut rest) = body.split_first_chunk::<8>()?;
        let mut parts = Vec::new();
        while let Some((length, more)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let (part, more) = more.split_at_checked(length)?;
            parts.push(Box::<[u8]>::from(part));
            rest = more;
        }
        if parts.is_empty() {
            return None;
        }
        let entry = Self {
            at: Timestamp::from_millisecond(i64::from_le_bytes(*at)).ok()?,
            key: parts.remove(0).into_vec(),
            parts,
        };
        Some((entry, HEAD + length))
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

fn checksum(bytes: &[u8]) -> [u8; 8] {
    let digest = digest(&SHA256, bytes);
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}
