//! The audit log: who looked at what that is not public, and which fields they were shown.
//!
//! A line is on disk before the answer leaves; if it cannot be written there is no answer. Each
//! line holds the digest of the one before it, so that a line changed or taken out shows. No line
//! holds a value of any field.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use saoma_pages::Audience;

use crate::rules::bytes::hex;
use crate::words::code::Code;
use crate::words::policy::Policy;

/// An audit log, open at its end.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    file: File,
}

/// One look at what is not public.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// When.
    pub at: String,
    /// Who, as far as is known.
    pub who: &'a str,
    /// As what.
    pub audience: Audience,
    /// At which code.
    pub code: Code,
    /// The fields that were shown, `record/field`.
    pub fields: Vec<String>,
    /// Under which policy.
    pub policy: Policy,
}

/// No line, no answer.
#[derive(Debug, thiserror::Error)]
#[error("the audit log {path}: {source}")]
pub struct NotAudited {
    path: PathBuf,
    source: io::Error,
}

impl Audit {
    /// Opens the log, making it if there is none.
    pub fn open(path: &Path) -> Result<Self, NotAudited> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        match options.open(path) {
            Ok(file) => Ok(Self {
                path: path.to_owned(),
                file,
            }),
            Err(source) => Err(NotAudited {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Writes one line and waits until it is on disk.
    pub fn write(&mut self, look: &Look<'_>) -> Result<(), NotAudited> {
        self.append(look).map_err(|source| NotAudited {
            path: self.path.clone(),
            source,
        })
    }

    fn append(&mut self, look: &Look<'_>) -> io::Result<()> {
        // Only one writer at a time may add to the chain.
        self.file.lock()?;
        let appended = self.last_line().and_then(|last| {
            let line = serde_json::json!({
                "before": hex(digest(&SHA256, last.as_bytes()).as_ref()),
                "at": look.at,
                "who": look.who,
                "audience": look.audience,
                "code": format!("{}/{}", look.code.kind(), look.code.value()),
                "fields": look.fields,
                "policy": look.policy.name(),
            });
            // A line that was cut off, with the machine perhaps, keeps its place and its digest.
            let end = if self.is_torn()? { "\n" } else { "" };
            self.file.write_all(format!("{end}{line}\n").as_bytes())?;
            self.file.sync_data()
        });
        self.file.unlock()?;
        appended
    }

    /// Whether the last line has no end.
    fn is_torn(&self) -> io::Result<bool> {
        let mut file = File::open(&self.path)?;
        if file.metadata()?.len() == 0 {
            return Ok(false);
        }
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }

    fn last_line(&self) -> io::Result<String> {
        let file = File::open(&self.path)?;
        BufReader::new(file)
            .lines()
            .last()
            .transpose()
            .map(Option::unwrap_or_default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::code::Kind;

    fn look() -> Look<'static> {
        Look {
            at: "2026-11-21T08:00:00Z".to_owned(),
            who: "somebody",
            audience: Audience::Police,
            code: Code::parse(Kind::Vin, "218622108311027").unwrap(),
            fields: vec!["sale.binding/create_time".to_owned()],
            policy: Policy::default(),
        }
    }

    /// How many lines there are, each of which holds the digest of the one before it.
    fn chained(path: &Path) -> usize {
        let text = std::fs::read_to_string(path).unwrap();
        let mut before = "";
        for line in text.lines() {
            let digest = hex(digest(&SHA256, before.as_bytes()).as_ref());
            assert!(line.contains(&digest), "{line} does not follow {before}");
            before = line;
        }
        text.lines().count()
    }

    #[test]
    fn of_many_that_write_at_once_each_adds_its_line_to_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.ndjson");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut audit = Audit::open(&path).unwrap();
                    (0..5).for_each(|_| audit.write(&look()).unwrap());
                });
            }
        });
        assert_eq!(chained(&path), 20);
    }

    #[test]
    fn a_line_that_was_cut_off_keeps_its_place_and_the_next_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.ndjson");
        Audit::open(&path).unwrap().write(&look()).unwrap();
        let whole = std::fs::read_to_string(&path).unwrap();
        let torn: String = whole.chars().take(whole.len() / 2).collect();
        std::fs::write(&path, format!("{whole}{torn}")).unwrap();
        Audit::open(&path).unwrap().write(&look()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let last: serde_json::Value = serde_json::from_str(lines[2]).unwrap();
        assert_eq!(
            last["before"],
            hex(digest(&SHA256, torn.as_bytes()).as_ref())
        );
    }

    #[test]
    fn each_line_holds_the_digest_of_the_one_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.ndjson");
        let look = look();
        Audit::open(&path).unwrap().write(&look).unwrap();
        Audit::open(&path).unwrap().write(&look).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let second: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
        assert_eq!(
            second["before"],
            hex(digest(&SHA256, lines[0].as_bytes()).as_ref())
        );
        assert_ne!(lines[0], lines[1]);
    }
}
