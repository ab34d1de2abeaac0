//! Whether the log is what was written: no line changed, none missing, none moved, no end cut off.
//!
//! Three things tell: each line's number, the digest of the line before it, and what is remembered
//! of the last one. Who can rewrite all of the log and what is remembered of it leaves no trace
//! here; against that, note the last number and digest elsewhere now and then, and hand them in as
//! an [`Anchor`].

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::lines::{Head, Line, Link, digest_of, each, files};

/// More would not help anybody to find out what happened.
const PROBLEMS_MAX: usize = 100;

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// How many lines there are.
    pub lines: u64,
    /// In how many files.
    pub files: usize,
    /// The number of the first line: above 1, older files were put away.
    pub first: u64,
    /// The last line, to be noted elsewhere.
    pub last: Option<Anchor>,
    /// Lines that a machine left half written when it stopped. They are in the chain.
    pub torn: u64,
    /// Whether something remembers the last line; if not, a cut end does not show.
    pub remembered: bool,
    /// What is wrong, in the order of the log.
    pub problems: Vec<Problem>,
}

/// A line that is known from elsewhere: its number and its digest, as `17:5f0c…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The line's number.
    pub n: u64,
    /// The line's digest.
    pub digest: String,
}

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// In which file; the one after which something is missing.
    pub file: PathBuf,
    /// In which of its lines, from 1.
    pub place: u64,
    /// What.
    pub what: Complaint,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// Line `n` is not as it was written.
    Changed {
        /// Its number, as far as it can be told.
        n: u64,
    },
    /// Lines are missing before this place.
    Missing {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
    /// Line `n` is not where it was written, or is there twice.
    Moved {
        /// Its number.
        n: u64,
    },
    /// The end was cut off: these lines were there.
    Cut {
        /// The first of them.
        from: u64,
        /// The last of them.
        to: u64,
    },
}

/// The last line in its right place.
#[derive(Clone, Debug)]
struct Last {
    n: u64,
    digest: String,
    file: PathBuf,
    place: u64,
    /// Whether it could be read.
    sound: bool,
    /// Whether it has an end.
    whole: bool,
}

/// Walks over the log from its first line to its last.
struct Walk {
    report: Report,
    last: Option<Last>,
    known: Vec<Anchor>,
}

/// Reads all of the log. `anchors` are lines known from elsewhere.
pub fn verify(log: &Path, anchors: &[Anchor]) -> io::Result<Report> {
    let head = Head::read(log);
    let mut known = anchors.to_vec();
    known.extend(head.iter().map(|head| Anchor {
        n: head.n,
        digest: head.digest.clone(),
    }));
    let mut walk = Walk {
        report: Report {
            remembered: head.is_some(),
            ..Report::default()
        },
        last: None,
        known,
    };
    for file in files(log)? {
        walk.report.files += 1;
        each(&file, |line| {
            walk.take(&line);
            Ok(())
        })?;
    }
    Ok(walk.end(log))
}

impl Walk {
    fn take(&mut self, line: &Line) {
        self.report.lines += 1;
        let says = Link::read(&line.bytes);
        let digest = digest_of(&line.bytes);
        let Some(says) = says else {
            // Its place says its number; the next line says whether it was there before.
            let n = self.last.as_ref().map_or(1, |last| last.n + 1);
            self.settle(line, n, digest, false);
            return;
        };
        match &self.last {
            None => {
                self.report.first = says.n;
                if says.n == 1 && says.before != digest_of(b"") {
                    self.complain(line, Complaint::Changed { n: 1 });
                }
            }
            Some(last) if says.n == last.n + 1 => {
                if says.before != last.digest {
                    let (n, file, place) = (last.n, last.file.clone(), last.place);
                    let what = Complaint::Changed { n };
                    self.note(Problem { file, place, what });
                } else if !last.sound {
                    self.report.torn += 1;
                }
            }
            Some(last) if says.n > last.n => {
                let missing = Complaint::Missing {
                    from: last.n + 1,
                    to: says.n - 1,
                };
                self.complain(line, missing);
            }
            Some(_) => {
                // The one that is too late is the one that was moved; the others go on without it.
                self.complain(line, Complaint::Moved { n: says.n });
                return;
            }
        }
        self.settle(line, says.n, digest, true);
    }

    /// The line is in its place.
    fn settle(&mut self, line: &Line, n: u64, digest: String, sound: bool) {
        let belied = |anchor: &Anchor| anchor.n == n && anchor.digest != digest;
        if self.known.iter().any(belied) {
            self.complain(line, Complaint::Changed { n });
        }
        self.last = Some(Last {
            n,
            digest,
            file: line.file.clone(),
            place: line.place,
            sound,
            whole: line.whole,
        });
    }

    fn end(mut self, log: &Path) -> Report {
        let known = self.known.iter().map(|anchor| anchor.n).max();
        let (n, file, place) = match &self.last {
            Some(last) => (last.n, last.file.clone(), last.place),
            None => (0, log.to_owned(), 0),
        };
        if let Some(known) = known.filter(|known| *known > n) {
            let what = Complaint::Cut {
                from: n + 1,
                to: known,
            };
            self.note(Problem { file, place, what });
        } else if let Some(last) = self.last.as_ref().filter(|last| !last.sound) {
            if last.whole {
                let what = Complaint::Changed { n };
                self.note(Problem { file, place, what });
            } else if known.is_none_or(|known| known < n) {
                self.report.torn += 1;
            }
        }
        self.report.last = self.last.take().map(|last| Anchor {
            n: last.n,
            digest: last.digest,
        });
        let moved: BTreeSet<u64> = self.report.problems.iter().filter_map(moved).collect();
        // What was only moved is not missing.
        self.report.problems.retain(|problem| match problem.what {
            Complaint::Missing { from, to } => !(from..=to).all(|n| moved.contains(&n)),
            Complaint::Changed { .. } | Complaint::Moved { .. } | Complaint::Cut { .. } => true,
        });
        self.report
    }

    fn complain(&mut self, line: &Line, what: Complaint) {
        self.note(Problem {
            file: line.file.clone(),
            place: line.place,
            what,
        });
    }

    fn note(&mut self, problem: Problem) {
        let known = self.report.problems.contains(&problem);
        if !known && self.report.problems.len() < PROBLEMS_MAX {
            self.report.problems.push(problem);
        }
    }
}

fn moved(problem: &Problem) -> Option<u64> {
    match problem.what {
        Complaint::Moved { n } => Some(n),
        Complaint::Changed { .. } | Complaint::Missing { .. } | Complaint::Cut { .. } => None,
    }
}

impl FromStr for Anchor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (n, digest) = text.split_once(':')?;
            let is_digest =
                digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            let digest = is_digest.then(|| digest.to_ascii_lowercase())?;
            Some(Self {
                n: n.parse().ok()?,
                digest,
            })
        };
        read().ok_or("should be like 17:5f0c…, as `saoma audit verify` prints it")
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.n, self.digest)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file.display(), self.place)?;
        match self.what {
            Complaint::Changed { n } => write!(f, "第 {n} 行被改过。 Line {n} was changed."),
            Complaint::Missing { from, to } if from == to => {
                write!(f, "此前缺第 {from} 行。 Line {from} is missing before it.")
            }
            Complaint::Missing { from, to } => write!(
                f,
                "此前缺第 {from} 至 {to} 行。 Lines {from} to {to} are missing before it."
            ),
            Complaint::Moved { n } => {
                write!(
                    f,
                    "第 {n} 行不在原处。 Line {n} is not where it was written."
                )
            }
            Complaint::Cut { from, to } => write!(
                f,
                "末尾被截去，缺第 {from} 至 {to} 行。 The end was cut off: lines {from} to {to} are missing."
            ),
        }
    }
}
