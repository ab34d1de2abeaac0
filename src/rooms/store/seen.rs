//! What this edge has seen of a store, on its own disk: so that one that starts in an outage still
//! answers what it knew.
//!
//! Two files, together up to [`VOLUMES_BYTES`]. What is read is appended to the young one; when that is
//! full it becomes the old one, and the old one is forgotten. What was cut off in the middle, or
//! rotted, is passed over: each entry has its checksum. Only public views are in them, and nothing
//! from them is ever served as fresh.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use foldhash::quality::FixedState;
use jiff::Timestamp;

use super::{Kept, StoreError};
use crate::words::code::Code;
use crate::words::policy::Policy;

mod volume;

use volume::{Entry, Volume};

/// Some two hundred thousand views in both files: the codes that one edge shows in weeks.
const VOLUMES_BYTES: u64 = 128 << 20;
/// Notes waiting to be written. What comes while the disk is that far behind is noted next time.
const WAITING: usize = 1024;
/// A view that has not changed is noted again after this: its age counts against the day for which
/// it may be served.
const AGAIN_AFTER: Duration = Duration::from_mins(5);
const YOUNG: &str = "seen.young";
const OLD: &str = "seen.old";
const LOCK: &str = "seen.lock";

/// What this edge has seen.
#[derive(Debug)]
pub struct Seen {
    files: Arc<RwLock<Files>>,
    notes: Option<SyncSender<Note>>,
    scribe: Option<JoinHandle<()>>,
    policy: Policy,
    /// Nobody else writes here while we do.
    _lock: File,
}

#[derive(Debug)]
struct Files {
    folder: PathBuf,
    young: Volume,
    old: Option<Volume>,
    /// What is known to lie there in its present form, and since when.
    marks: HashMap<Code, (u64, Timestamp)>,
}

#[derive(Debug)]
struct Note {
    code: Code,
    mark: u64,
    entry: Entry,
}

impl Seen {
    /// Opens this folder, making it first if there is none.
    pub fn open(folder: &Path, policy: Policy) -> Result<Self, StoreError> {
        Self::with(folder, policy, VOLUMES_BYTES)
    }

    fn with(folder: &Path, policy: Policy, volumes_bytes: u64) -> Result<Self, StoreError> {
        let fail = |source| StoreError::File {
            path: folder.to_owned(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(fail)?;
        let lock = writable(&folder.join(LOCK)).map_err(fail)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => fail(error),
            TryLockError::WouldBlock => fail(std::io::ErrorKind::ResourceBusy.into()),
        })?;
        let open = |name: &str| Volume::open(writable(&folder.join(name))?);
        let files = Arc::new(RwLock::new(Files {
            young: open(YOUNG).map_err(fail)?,
            old: Some(open(OLD).map_err(fail)?),
            folder: folder.to_owned(),
            marks: HashMap::new(),
        }));
        let (notes, written) = sync_channel(WAITING);
        let scribe = {
            let files = Arc::clone(&files);
            std::thread::Builder::new()
                .name("saoma-seen".to_owned())
                .spawn(move || write(&files, &written, volumes_bytes))
                .map_err(fail)?
        };
        Ok(Self {
            files,
            notes: Some(notes),
            scribe: Some(scribe),
            policy,
            _lock: lock,
        })
    }

    /// Notes what the store has just said. Never waits.
    pub fn note(&self, code: Code, kept: Option<&Kept>) {
        let now = Timestamp::now();
        let mark = kept.map_or(0, Kept::mark);
        {
            let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
            let known = files.marks.get(&code);
            if known.is_some_and(|(known, at)| *known == mark && age(*at, now) < AGAIN_AFTER) {
                return;
            }
            // Of what was never there, nothing has to be said.
            if kept.is_none() && files.find(code).is_none() {
                return;
            }
        }
        let entry = Entry {
            at: now,
            key: code.key().to_vec(),
            parts: kept.map_or_else(Vec::new, |kept| {
                std::iter::once(&kept.view)
                    .chain(&kept.classes)
                    .cloned()
                    .collect()
            }),
        };
        if let Some(notes) = &self.notes {
            // A full queue loses this note, not the reader's time.
            let _noted = notes.try_send(Note { code, mark, entry }).is_ok();
        }
    }

    /// What was kept for this code when it was last seen, and how long ago that was.
    pub fn recall(&self, code: Code) -> Option<(Kept, Duration)> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let entry = files.find(code)?;
        let mut parts = entry.parts.into_iter();
        let kept = Kept {
            view: parts.next()?,
            classes: parts.collect(),
            policy: self.policy,
        };
        Some((kept, age(entry.at, Timestamp::now())))
    }
}

impl Drop for Seen {
    /// Waits for what is noted to be written: a moment, since the queue is short.
    fn drop(&mut self) {
        self.notes = None;
        if let Some(scribe) = self.scribe.take() {
            // One that panicked has written what it could.
            let _ended = scribe.join().is_ok();
        }
    }
}

impl Files {
    /// What was last written, even if that it is gone.
    fn find(&self, code: Code) -> Option<Entry> {
        let key = code.key();
        let hash = hash(&key);
        let volumes = std::iter::once(&self.young).chain(&self.old);
        volumes
            .into_iter()
            .find_map(|volume| volume.find(hash, &key))
            .filter(|entry| !entry.parts.is_empty())
    }

    fn append(&mut self, note: &Note, volumes_bytes: u64) -> std::io::Result<()> {
        if self.young.bytes() > volumes_bytes / 2 {
            self.old = None;
            std::fs::rename(self.folder.join(YOUNG), self.folder.join(OLD))?;
            let young = Volume::open(writable(&self.folder.join(YOUNG))?)?;
            self.old = Some(std::mem::replace(&mut self.young, young));
            self.marks.clear();
        }
        self.young.append(hash(&note.entry.key), &note.entry)?;
        self.marks.insert(note.code, (note.mark, note.entry.at));
        Ok(())
    }
}

/// Writes what is noted until nobody notes any more.
fn write(files: &RwLock<Files>, notes: &Receiver<Note>, volumes_bytes: u64) {
    let mut was_well = true;
    for note in notes {
        let mut files = files.write().unwrap_or_else(PoisonError::into_inner);
        let written = files.append(&note, volumes_bytes);
        if let (Err(error), true) = (&written, was_well) {
            tracing::error!(%error, "what is seen of the store cannot be noted");
        }
        was_well = written.is_ok();
    }
}

fn writable(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

/// The same in every process, since it is what entries are found by.
fn hash(key: &[u8]) -> u64 {
    FixedState::with_seed(1).hash_one(key)
}

fn age(then: Timestamp, now: Timestamp) -> Duration {
    // A clock that was set back makes nothing younger than just seen.
    now.duration_since(then).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::code::Kind;

    fn code(number: usize) -> Code {
        Code::parse(Kind::Vin, &format!("2186222{number:08}")).unwrap()
    }

    fn kept(text: &str) -> Kept {
        Kept {
            view: text.as_bytes().into(),
            classes: vec![b"class".as_slice().into()],
            policy: Policy::default(),
        }
    }

    fn said(seen: &Seen, number: usize) -> Option<Vec<u8>> {
        seen.recall(code(number))
            .map(|(kept, _age)| kept.view.to_vec())
    }

    fn open(folder: &Path) -> Seen {
        Seen::with(folder, Policy::default(), 8 << 10).unwrap()
    }

    #[test]
    fn what_was_seen_is_there_in_the_next_process_as_it_was_seen_last() {
        let folder = tempfile::TempDir::new().unwrap();
        let seen = open(folder.path());
        seen.note(code(1), Some(&kept("one")));
        seen.note(code(2), Some(&kept("two")));
        seen.note(code(1), Some(&kept("one, recalled")));
        drop(seen);
        let seen = open(folder.path());
        assert_eq!(said(&seen, 1).unwrap(), b"one, recalled");
        let (two, age) = seen.recall(code(2)).unwrap();
        assert_eq!((&*two.view, two.classes.len()), (b"two".as_slice(), 1));
        assert!(age < Duration::from_mins(10));
        assert_eq!(said(&seen, 3), None);
        seen.note(code(2), None);
        drop(seen);
        assert_eq!(said(&open(folder.path()), 2), None);
    }

    #[test]
    fn it_never_grows_past_its_bound_and_keeps_what_came_last() {
        let folder = tempfile::TempDir::new().unwrap();
        for round in 0..20 {
            let seen = open(folder.path());
            for number in 0..20 {
                seen.note(
                    code(round * 20 + number),
                    Some(&kept("a view of some length")),
                );
            }
        }
        let size = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
        assert!(size(YOUNG) + size(OLD) < 9 << 10);
        let seen = open(folder.path());
        assert!(said(&seen, 399).is_some() && said(&seen, 380).is_some());
        assert_eq!(said(&seen, 0), None);
    }

    #[test]
    fn what_was_cut_off_or_rotted_is_passed_over() {
        let folder = tempfile::TempDir::new().unwrap();
        let seen = open(folder.path());
        seen.note(code(1), Some(&kept("one")));
        seen.note(code(2), Some(&kept("two")));
        drop(seen);
        let file = folder.path().join(YOUNG);
        let whole = std::fs::read(&file).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&file, &whole[..cut]).unwrap();
            let seen = open(folder.path());
            assert!(said(&seen, 1).is_none_or(|view| view == b"one"));
            assert_eq!(said(&seen, 2), None);
        }
        for at in 0..whole.len() {
            let mut rotten = whole.clone();
            rotten[at] ^= 0x40;
            std::fs::write(&file, rotten).unwrap();
            let seen = open(folder.path());
            assert!(said(&seen, 1).is_none_or(|view| view == b"one"));
            assert!(said(&seen, 2).is_none_or(|view| view == b"two"));
        }
    }

    #[test]
    fn two_edges_do_not_share_a_folder() {
        let folder = tempfile::TempDir::new().unwrap();
        let _one = open(folder.path());
        assert!(Seen::open(folder.path(), Policy::default()).is_err());
    }
}
