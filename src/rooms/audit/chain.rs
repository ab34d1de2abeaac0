//! The end of the log: where lines are added, under a lock that all processes share.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::lines::{Head, Link, digest_of, full_file, full_files, head_file};
use crate::words::moment::Moment;

/// What is read of a file's end at first: some dozens of lines.
const TAIL: u64 = 64 << 10;

/// A log that can be added to.
#[derive(Debug)]
pub(super) struct Chain {
    path: PathBuf,
    rotate_bytes: u64,
    /// Locked while anything is written; it stays when the log begins a new file.
    head: File,
}

impl Chain {
    pub(super) fn open(path: &Path, rotate_bytes: u64) -> io::Result<Self> {
        let mut options = options();
        options.truncate(false);
        let head = options.open(head_file(path))?;
        // That lines can be added is said now, not when somebody waits for an answer.
        open_end(path)?;
        Ok(Self {
            path: path.to_owned(),
            rotate_bytes,
            head,
        })
    }

    /// Adds these lines, and returns when they are on disk: all of them, or none that anybody was
    /// answered for. They come back as they stand there.
    pub(super) fn append(&self, bodies: &[&str], at: Moment) -> io::Result<String> {
        // Only one writer at a time may add to the chain.
        self.head.lock()?;
        let appended = self.append_locked(bodies, at);
        self.head.unlock()?;
        appended
    }

    fn append_locked(&self, bodies: &[&str], at: Moment) -> io::Result<String> {
        let mut file = open_end(&self.path)?;
        let mut len = file.metadata()?.len();
        let (mut head, torn) = self.end(&mut file, len)?;
        let today = at.day_text();
        // Later, not other: a look of last night may be written this morning.
        if len > 0 && (len >= self.rotate_bytes || head.day < today) {
            drop(file);
            self.rotate(&head)?;
            file = open_end(&self.path)?;
            len = 0;
        }
        if len == 0 {
            head.first = head.n + 1;
            head.day = today;
        }
        // A line that was cut off, with the machine perhaps, keeps its place and its digest.
        let mut text = String::from(if torn && len > 0 { "\n" } else { "" });
        for body in bodies {
            head.n += 1;
            let fields = body.strip_prefix('{').unwrap_or(body);
            let line = format!("{{\"n\":{},\"before\":\"{}\",{fields}", head.n, head.digest);
            head.digest = digest_of(line.as_bytes());
            text.push_str(&line);
            text.push('\n');
        }
        let written = file.write_all(text.as_bytes());
        if let Err(error) = written.and_then(|()| file.sync_data()) {
            // What is half written was promised to nobody. If it cannot be taken back, it stays as
            // a line that was cut off.
            drop(file.set_len(len));
            return Err(error);
        }
        head.len = len + u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.remember(&head)?;
        Ok(text)
    }

    /// The last line, and whether it has no end.
    fn end(&self, file: &mut File, len: u64) -> io::Result<(Head, bool)> {
        let Some(head) = Head::read(&self.path) else {
            return self.end_from_files(file, len);
        };
        // Shorter than it was: somebody cut it. The chain goes on where it was, so the gap shows.
        if len <= head.len {
            return Ok((head, false));
        }
        // Longer: lines were written, and the machine stopped before they were remembered.
        let mut after = Vec::new();
        file.seek(SeekFrom::Start(head.len))?;
        file.read_to_end(&mut after)?;
        let torn = after.last() != Some(&b'\n');
        let day = head.day.clone();
        let mut end = head;
        for line in split(&after) {
            end.n += 1;
            end.digest = digest_of(line);
        }
        end.day = day;
        Ok((end, torn))
    }

    /// The last line, where nothing remembers it.
    fn end_from_files(&self, file: &mut File, len: u64) -> io::Result<(Head, bool)> {
        let full = full_files(&self.path)?;
        if len == 0 {
            let Some((first, path)) = full.last() else {
                let nothing = Head {
                    n: 0,
                    digest: digest_of(b""),
                    len: 0,
                    first: 1,
                    day: String::new(),
                };
                return Ok((nothing, false));
            };
            let mut last = File::open(path)?;
            let len = last.metadata()?.len();
            let (mut head, _torn) = tail(&mut last, len, *first)?;
            head.len = 0;
            return Ok((head, false));
        }
        tail(file, len, 1)
    }

    /// Puts the full file aside.
    fn rotate(&self, head: &Head) -> io::Result<()> {
        let full = full_file(&self.path, head.first);
        // Two files that begin with one line: one of them is not ours. Neither is lost.
        if full.try_exists()? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        fs::rename(&self.path, full)?;
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    /// Not synced: it may be older than the log after a power cut, never newer.
    fn remember(&self, head: &Head) -> io::Result<()> {
        let text = serde_json::to_string(head)?;
        self.head.write_all_at(text.as_bytes(), 0)?;
        self.head
            .set_len(u64::try_from(text.len()).unwrap_or(u64::MAX))
    }
}

/// The last line of a file that begins with line `first`, found from its end.
fn tail(file: &mut File, len: u64, first: u64) -> io::Result<(Head, bool)> {
    let mut size = TAIL;
    loop {
        let from = len.saturating_sub(size);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        file.read_to_end(&mut bytes)?;
        let torn = bytes.last().is_some_and(|byte| *byte != b'\n');
        let mut lines: Vec<&[u8]> = split(&bytes).collect();
        if from > 0 && !lines.is_empty() {
            // It may have begun before.
            lines.remove(0);
        }
        let last = lines.last().copied();
        let found = lines
            .iter()
            .rev()
            .zip(0_u64..)
            .find_map(|(line, after)| Some((Link::read(line)?, after)));
        let (n, day) = match found {
            Some((link, after)) => (link.n + after, day_of(&link)),
            None if from > 0 => {
                size *= 2;
                continue;
            }
            None => {
                let count = u64::try_from(lines.len()).unwrap_or(0);
                (first.saturating_sub(1) + count, String::new())
            }
        };
        let head = Head {
            n,
            digest: digest_of(last.unwrap_or_default()),
            len,
            first: first_of(file)?.unwrap_or(first),
            day,
        };
        return Ok((head, torn));
    }
}

/// The number of the first line of a file, if it says one.
fn first_of(file: &mut File) -> io::Result<Option<u64>> {
    let mut bytes = vec![0; usize::try_from(TAIL).unwrap_or(0)];
    let read = file.read_at(&mut bytes, 0)?;
    let line = bytes.get(..read).and_then(|bytes| split(bytes).next());
    Ok(line.and_then(Link::read).map(|link| link.n))
}

fn day_of(link: &Link) -> String {
    Moment::parse(&link.at).map_or_else(|_none| String::new(), Moment::day_text)
}

/// The lines among these bytes. The last may have no end.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n');
    lines.take(if bytes.is_empty() { 0 } else { usize::MAX })
}

fn open_end(path: &Path) -> io::Result<File> {
    let mut options = options();
    options.append(true);
    options.open(path)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // Who looked at what is nobody's business but the auditor's.
    options.read(true).write(true).create(true).mode(0o600);
    options
}
