//! What was taken back, a line each:
//!
//! ```text
//! token 5f0c… 1795600000              the token of this number, taken back at this second
//! subject police 1795600000 警员 0142  all that this subject was given up to this second
//! # anything
//! ```

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use saoma_pages::Audience;

use super::KeysError;
use super::folder::read_at_most;
use crate::words::grant::{Bearer, Handle, ProofId, staff_audience};
use crate::words::moment::Moment;

/// Some hundred thousand revocations. A longer list lets nobody in, and is found by `token revoke`
/// long before.
pub(super) const LIST_MAX: u64 = 8 << 20;

/// The list, and which version of the file it is.
#[derive(Clone, Debug)]
pub(super) struct Revoked {
    pub(super) version: Version,
    tokens: Arc<HashSet<ProofId>>,
    /// Until when what a subject was given is void.
    subjects: Arc<HashMap<(Audience, Handle), Moment>>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    inode: u64,
    len: u64,
    changed: (i64, i64),
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Token(ProofId, Moment),
    Subject(Audience, Handle, Moment),
}

impl Revoked {
    /// Reads the list. That there is none is a mistake: an empty one says that nobody is on it.
    pub(super) fn read(path: &Path) -> Result<Self, KeysError> {
        // The version first: if the list grows in between, it is read once more, not once less.
        let version = Version::of(path)?;
        let unsound = |what| KeysError::Unsound {
            path: path.to_owned(),
            what,
        };
        let content = read_at_most(path, LIST_MAX)?;
        let text = String::from_utf8(content).map_err(|_bytes| unsound("is no text"))?;
        let mut tokens = HashSet::new();
        let mut subjects: HashMap<(Audience, Handle), Moment> = HashMap::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match Line::parse(line) {
                Some(Line::Token(id, _at)) => {
                    tokens.insert(id);
                }
                Some(Line::Subject(audience, subject, at)) => {
                    let until = subjects.entry((audience, subject)).or_insert(at);
                    *until = at.max(*until);
                }
                // To pass over what somebody took back would be to let them in.
                None => return Err(unsound("has a line that is no revocation")),
            }
        }
        Ok(Self {
            version,
            tokens: Arc::new(tokens),
            subjects: Arc::new(subjects),
        })
    }

    /// Whether what this bearer was given at that moment was taken back.
    pub(super) fn holds(&self, bearer: &Bearer, given: Moment) -> bool {
        let who = (bearer.audience, bearer.subject.clone());
        self.tokens.contains(&bearer.proof)
            || self.subjects.get(&who).is_some_and(|until| given <= *until)
    }
}

impl Version {
    pub(super) fn of(path: &Path) -> Result<Self, KeysError> {
        let fail = |source: io::Error| KeysError::File {
            path: path.to_owned(),
            source,
        };
        let found = fs::metadata(path).map_err(fail)?;
        Ok(Self {
            inode: found.ino(),
            len: found.len(),
            changed: (found.ctime(), found.ctime_nsec()),
        })
    }
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (what, rest) = line.split_once(' ')?;
        match what {
            "token" => {
                let (id, at) = rest.split_once(' ')?;
                Some(Self::Token(ProofId::parse(id)?, second(at)?))
            }
            "subject" => {
                let (audience, rest) = rest.split_once(' ')?;
                let (at, subject) = rest.split_once(' ')?;
                let subject = Handle::parse(subject)?;
                Some(Self::Subject(
                    staff_audience(audience)?,
                    subject,
                    second(at)?,
                ))
            }
            _ => None,
        }
    }

    /// The line as it stands in the list.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Token(id, at) => format!("token {} {}", id.as_str(), at.seconds()),
            Self::Subject(audience, subject, at) => {
                let (audience, subject) = (audience.name(), subject.as_str());
                format!("subject {audience} {} {subject}", at.seconds())
            }
        }
    }
}

fn second(text: &str) -> Option<Moment> {
    text.parse().ok().map(Moment::from_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_it_was_written() {
        let at = Moment::from_seconds(1_795_600_000);
        let lines = [
            Line::Token(ProofId::parse("5f0c").unwrap(), at),
            Line::Subject(Audience::Police, Handle::parse("警员 0142").unwrap(), at),
        ];
        for line in lines {
            assert_eq!(Line::parse(&line.text()), Some(line));
        }
    }
}
