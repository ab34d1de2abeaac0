//! The files of a log, and their lines.
//!
//! `saoma-data.audit.ndjson` is written to; `saoma-data.audit.000000000001.ndjson` is full, and
//! begins with line 1. `saoma-data.audit.ndjson.head` remembers the last line.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::rules::bytes::hex;

/// Digits of a line's number in a file's name: names sort as numbers do.
const DIGITS: usize = 12;
/// Far more than any line has; what is longer was not written here.
const LINE_MAX: u64 = 16 << 20;

/// What every line has in front.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    /// Its number.
    pub(super) n: u64,
    /// The digest of the line before it.
    pub(super) before: String,
    /// When it was written.
    pub(super) at: String,
}

/// What is remembered of the last line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// Its number.
    pub(super) n: u64,
    /// Its digest.
    pub(super) digest: String,
    /// How long the file was with it.
    pub(super) len: u64,
    /// The number of the first line in that file.
    pub(super) first: u64,
    /// The day of that line.
    pub(super) day: String,
}

/// A line where it lies.
#[derive(Debug)]
pub(super) struct Line {
    /// Its file.
    pub(super) file: PathBuf,
    /// Its place in the file, from 1.
    pub(super) place: u64,
    /// Its bytes, without its end.
    pub(super) bytes: Vec<u8>,
    /// Whether it has an end.
    pub(super) whole: bool,
}

impl Link {
    /// What a line says of itself, if it is one.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

impl Head {
    /// Reads it; nothing if there is none that can be read.
    pub(super) fn read(log: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(head_file(log)).ok()?).ok()
    }
}

/// The digest of a line, as the next one has it.
pub(super) fn digest_of(line: &[u8]) -> String {
    hex(digest(&SHA256, line).as_ref())
}

/// Where the last line is remembered.
pub(super) fn head_file(log: &Path) -> PathBuf {
    let mut name = log.as_os_str().to_owned();
    name.push(".head");
    name.into()
}

/// Where a full file goes that begins with this line.
pub(super) fn full_file(log: &Path, first: u64) -> PathBuf {
    let mut name = log.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{first:0DIGITS$}"));
    if let Some(end) = log.extension() {
        name.push(".");
        name.push(end);
    }
    log.with_file_name(name)
}

/// The files of a log that are full, oldest first, with the number of the first line of each.
pub(super) fn full_files(log: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let folder = match log.parent() {
        None => return Ok(Vec::new()),
        Some(here) if here.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| {
            let stem = log.file_stem()?.to_str()?;
            let rest = name.strip_prefix(stem)?.strip_prefix('.')?;
            let digits = rest.get(..DIGITS)?;
            let end = rest.get(DIGITS..)?;
            let wanted = log.extension().and_then(|end| end.to_str());
            (end.strip_prefix('.') == wanted).then(|| digits.parse().ok())?
        });
        if let Some(number) = number {
            found.push((number, log.with_file_name(name)));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// All files of a log, oldest first; the last may not be there.
pub(super) fn files(log: &Path) -> io::Result<Vec<PathBuf>> {
    let full = full_files(log)?;
    let mut files: Vec<PathBuf> = full.into_iter().map(|(_first, path)| path).collect();
    if log.try_exists()? {
        files.push(log.to_owned());
    }
    Ok(files)
}

/// Hands each line of a file to `take`, in order.
pub(super) fn each(file: &Path, mut take: impl FnMut(Line) -> io::Result<()>) -> io::Result<()> {
    let mut reader = BufReader::new(File::open(file)?);
    for place in 1.. {
        let mut bytes = Vec::new();
        let read = io::Read::take(&mut reader, LINE_MAX).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            break;
        }
        let whole = bytes.pop_if(|byte| *byte == b'\n').is_some();
        take(Line {
            file: file.to_owned(),
            place,
            bytes,
            whole,
        })?;
    }
    Ok(())
}
