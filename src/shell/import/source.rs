//! Where records are read from: lines of NDJSON or rows of CSV, in UTF-8 or GB18030.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::GB18030;

use super::table::Table;
use super::{ImportArgs, ImportError};
use crate::rules::admit::{Incoming, Reason, Rejection, admit, line};

/// The longest line. The longest record has some sixteen fields of a kibibyte.
const LINE_MAX: usize = 64 << 10;
/// How much is looked at to tell an encoding.
const SNIFF: u64 = 1 << 20;
/// What some programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";
const BUFFER: usize = 256 << 10;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line.
    Ndjson,
    /// One row a record, one type a file.
    Csv,
}

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Encoding {
    /// UTF-8.
    #[value(name = "utf-8")]
    Utf8,
    /// GB 18030, and so GBK and GB 2312.
    #[value(name = "gb18030")]
    Gb18030,
}

/// A record or why it is none, with its line.
pub(super) type Read1 = (u64, Result<Incoming, Rejection>);

/// A file under way.
pub(super) struct Source {
    path: PathBuf,
    size: Option<u64>,
    position: Arc<AtomicU64>,
    rows: Rows,
}

enum Rows {
    Lines(Lines),
    Table(Box<Table>),
}

struct Lines {
    reader: Input,
    encoding: Encoding,
    number: u64,
    buffer: Vec<u8>,
}

/// What the rows are read from.
pub(super) type Input = BufReader<Counted>;

/// Counts what was read, for the progress bar.
pub(super) struct Counted {
    inner: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
}

impl Source {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(path: &Path, args: &ImportArgs) -> Result<Self, ImportError> {
        let fail = |source| ImportError::File {
            path: path.to_owned(),
            source,
        };
        let (mut inner, size): (Box<dyn Read + Send>, _) = if path == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(fail)?;
            let size = file
                .metadata()
                .ok()
                .map(|file| file.len())
                .filter(|size| *size > 0);
            (Box::new(file), size)
        };
        let mut head = Vec::new();
        inner
            .by_ref()
            .take(SNIFF)
            .read_to_end(&mut head)
            .map_err(fail)?;
        let encoding = args.encoding.unwrap_or_else(|| Encoding::of(&head));
        let format = args.format.unwrap_or_else(|| Format::of(path, &head));
        let text = head.strip_prefix(BOM).unwrap_or(&head).to_vec();
        let position = Arc::new(AtomicU64::new(0));
        let inner = Box::new(Cursor::new(text).chain(inner));
        let counted = Counted {
            inner,
            count: Arc::clone(&position),
        };
        let reader = BufReader::with_capacity(BUFFER, counted);
        let rows = match format {
            Format::Ndjson => Rows::Lines(Lines {
                reader,
                encoding,
                number: 0,
                buffer: Vec::new(),
            }),
            Format::Csv => Rows::Table(Box::new(Table::open(path, reader, encoding, args)?)),
        };
        Ok(Self {
            path: path.to_owned(),
            size,
            position,
            rows,
        })
    }

    /// The file's size, if it has one.
    pub(super) const fn size(&self) -> Option<u64> {
        self.size
    }

    /// How much of it has been read.
    pub(super) fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Result<Option<Read1>, ImportError> {
        match &mut self.rows {
            Rows::Lines(lines) => lines.next(),
            Rows::Table(table) => table.next(),
        }
        .map_err(|source| ImportError::File {
            path: self.path.clone(),
            source,
        })
    }
}

impl Lines {
    fn next(&mut self) -> io::Result<Option<Read1>> {
        loop {
            self.buffer.clear();
            let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
            let read = self
                .reader
                .by_ref()
                .take(limit)
                .read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.buffer.len() == LINE_MAX && !self.buffer.ends_with(b"\n") {
                self.skip_line()?;
                return Ok(Some((self.number, Err(Rejection::line(Reason::TooLong)))));
            }
            let line = self.buffer.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let record = match self.encoding.decode(line) {
                Some(text) => line::read_text(&text).and_then(|draft| admit(&draft, self.number)),
                None => Err(Rejection::line(Reason::NotText)),
            };
            return Ok(Some((self.number, record)));
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (skip, done) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(skip);
            if done {
                return Ok(());
            }
        }
    }
}

impl Format {
    fn of(path: &Path, head: &[u8]) -> Self {
        let named = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
        match named.as_deref() {
            Some("csv") => Self::Csv,
            Some("ndjson" | "jsonl" | "json") => Self::Ndjson,
            Some(_) | None if matches!(first, Some(b'{') | None) => Self::Ndjson,
            Some(_) | None => Self::Csv,
        }
    }
}

impl Encoding {
    /// The encoding in which fewer lines are no text. One broken line must not make of all others
    /// what they are not: most Chinese text in UTF-8 is some text in GB 18030 too.
    fn of(head: &[u8]) -> Self {
        if head.starts_with(BOM) || std::str::from_utf8(head).is_ok() {
            return Self::Utf8;
        }
        let broken = |encoding: Self| {
            let mut lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').collect();
            if lines.len() > 1 && u64::try_from(head.len()).is_ok_and(|len| len == SNIFF) {
                // What was looked at may end in the middle of a character.
                lines.pop();
            }
            let text = |line: &&&[u8]| encoding.decode(line).is_none();
            lines.iter().filter(text).count()
        };
        if broken(Self::Gb18030) < broken(Self::Utf8) {
            Self::Gb18030
        } else {
            Self::Utf8
        }
    }

    /// The text of these bytes, if they are text.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count
            .fetch_add(u64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}
