//! What fuzzing keeps is replayed on stable, with every cut and many a changed byte, and then for ten
//! seconds changed at random. That is fuzzing without its eyes: it does not see which change leads
//! somewhere new, which tests/fuzz/run does.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a check that fails is a test that fails"
)]

use std::{
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

#[path = "fuzz/checks/code.rs"]
mod code;
#[path = "fuzz/checks/negotiation.rs"]
mod negotiation;
#[path = "fuzz/checks/proxy.rs"]
mod proxy;
#[path = "fuzz/checks/request.rs"]
mod request;
#[path = "fuzz/checks/stored.rs"]
mod stored;

type Check = fn(&[u8]);

/// Each target of tests/fuzz with its check.
const TARGETS: [(&str, Check); 5] = [
    ("code", code::check),
    ("proxy", proxy::check),
    ("negotiation", negotiation::check),
    ("request", request::check),
    ("stored", stored::check),
];
/// Bytes that mean something somewhere, and some that nowhere do.
const HOSTILE: [u8; 12] = *b"\0/?#:%aZ0 \xc3\xff";
/// How far into a file bytes are changed: past the end of any code, and no file takes long.
const CHANGED: usize = 200;
/// How long all targets are tried at once.
const TRIED_FOR: Duration = Duration::from_secs(10);
/// The longest head that is read is 16 KiB, and no view is a tenth of that.
const LONGEST: usize = 4096;

#[test]
fn every_fuzz_target_is_replayed() {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let bins = manifest["bin"].as_array().unwrap();
    let named: Vec<_> = bins.iter().map(|bin| bin["name"].as_str()).collect();
    let replayed: Vec<_> = TARGETS.iter().map(|(name, _)| Some(*name)).collect();
    assert_eq!(named, replayed);
}

#[test]
fn what_fuzzing_kept_holds_today() {
    for (name, check) in TARGETS {
        let kept = kept(name);
        assert!(kept.len() >= 10, "{name} has a corpus of {}", kept.len());
        for bytes in kept {
            check(&bytes);
            for at in 0..bytes.len().min(CHANGED) {
                check(&bytes[..at]);
                for byte in HOSTILE {
                    let mut changed = bytes.clone();
                    changed[at] = byte;
                    check(&changed);
                    changed.insert(at, byte);
                    check(&changed);
                }
            }
        }
    }
}

#[test]
fn what_is_changed_at_random_holds_too() {
    thread::scope(|scope| {
        for (name, check) in TARGETS {
            scope.spawn(move || {
                let (kept, mut dice) = (kept(name), Dice(0x9E37_79B9_7F4A_7C15));
                let start = Instant::now();
                while start.elapsed() < TRIED_FOR {
                    let bytes = dice.changed(&kept);
                    let holds = catch_unwind(|| check(&bytes)).is_ok();
                    assert!(holds, "{name} does not hold for {bytes:02x?}");
                }
            });
        }
    });
}

/// The same each time, so that what fails fails again.
struct Dice(u64);

impl Dice {
    /// Below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// One of those that were kept, with up to eight changes.
    fn changed(&mut self, kept: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = kept[self.below(kept.len())].clone();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len() + 1);
            let end = (at + 1 + self.below(16)).min(bytes.len());
            let byte = u8::try_from(self.below(256)).unwrap();
            match self.below(7) {
                0 => bytes.insert(at, byte),
                1 => bytes.insert(at, HOSTILE[self.below(HOSTILE.len())]),
                2 => drop(bytes.drain(at.min(end)..end)),
                3 => bytes.truncate(at),
                4 => {
                    let again = bytes[at.min(end)..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, again);
                }
                5 => {
                    let other = &kept[self.below(kept.len())];
                    let from = self.below(other.len() + 1);
                    bytes.truncate(at);
                    bytes.extend_from_slice(&other[from..]);
                }
                _ => {
                    if let Some(place) = bytes.get_mut(at) {
                        *place = byte;
                    }
                }
            }
        }
        bytes.truncate(LONGEST);
        bytes
    }
}

/// What a target's fuzzing kept.
fn kept(name: &str) -> Vec<Vec<u8>> {
    let corpus = folder().join("corpus").join(name);
    let files = fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| !is_hash(path)).collect();
    files.sort_unstable();
    files
        .into_iter()
        .map(|path| fs::read(path).unwrap())
        .collect()
}

/// What a fuzzer found on this machine has its hash for a name; what is kept has a name.
fn is_hash(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.len() == 40 && name.iter().all(u8::is_ascii_hexdigit)
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}
