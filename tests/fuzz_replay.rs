//! What fuzzing keeps is replayed on stable, with every cut and many a changed byte.

#![expect(
    clippy::unwrap_used,
    reason = "a check that fails is a test that fails"
)]

use std::{
    fs,
    path::{Path, PathBuf},
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
        let corpus = folder().join("corpus").join(name);
        let mut files = 0;
        for entry in fs::read_dir(corpus).unwrap() {
            let path = entry.unwrap().path();
            if is_hash(&path) {
                continue;
            }
            let bytes = fs::read(path).unwrap();
            files += 1;
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
        assert!(files >= 10, "{name} has a corpus of {files}");
    }
}

/// What a fuzzer found on this machine has its hash for a name; what is kept has a name.
fn is_hash(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.len() == 40 && name.iter().all(u8::is_ascii_hexdigit)
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}
