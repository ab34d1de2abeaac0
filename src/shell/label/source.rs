//! Where stickers come from: a line is a code or a record.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use saoma_pages::view::Kind;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::rules::label::{LabelError, Sticker};
use crate::words::catalog::RecordKind;
use crate::words::code::{Code, NotACode};

/// The longest line that is read. A record has at most some thirty short fields.
const LINE_MAX: u64 = 64 * 1024;
/// Names under which makers' systems have written 车身颜色. Figure A.1 prints it and no table of the
/// standard has it.
const COLOURS: [&str; 3] = ["CheShenYS", "CheShenYanSe", "车身颜色"];

/// What a line was.
#[derive(Debug)]
pub(super) enum Entry {
    /// A sticker.
    Sticker(Sticker),
    /// A record of something that has no sticker, or an empty line.
    Skipped,
    /// Neither.
    Bad(BadLine),
}

/// Why a line is no sticker. Quotes nothing: a record may hold a person's name.
#[derive(Debug, thiserror::Error)]
pub enum BadLine {
    /// Not a code.
    #[error("{}", said(*.0))]
    NotACode(NotACode),
    /// Not a record.
    #[error("not a record: no JSON object with `record` and `fields`")]
    NotARecord,
    /// A record that does not name what it is about.
    #[error("the record names no code of its kind in `subject`, its link or its number")]
    NoCode,
    /// Longer than any record.
    #[error("longer than 64 KiB")]
    TooLong,
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotText,
    /// No sticker has room for it.
    #[error(transparent)]
    Label(#[from] LabelError),
}

impl From<NotACode> for BadLine {
    fn from(why: NotACode) -> Self {
        Self::NotACode(why)
    }
}

/// A record, as far as a sticker is concerned.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "record")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    subject: Option<Cow<'a, str>>,
    fields: Map<String, Value>,
}

/// A file being read.
pub(super) struct Source {
    from: Box<dyn BufRead>,
    bytes: Option<u64>,
    read: u64,
    line: u64,
    buffer: Vec<u8>,
}

impl Source {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let (from, bytes): (Box<dyn BufRead>, _) = if path.as_os_str() == "-" {
            (Box::new(io::stdin().lock()), None)
        } else {
            let file = File::open(path)?;
            let data = file.metadata()?;
            // A pipe has no length.
            let bytes = data.is_file().then_some(data.len());
            (Box::new(BufReader::new(file)), bytes)
        };
        Ok(Self {
            from,
            bytes,
            read: 0,
            line: 0,
            buffer: Vec::new(),
        })
    }

    /// How long the whole is, if that is known.
    pub(super) const fn bytes(&self) -> Option<u64> {
        self.bytes
    }

    /// Bytes read so far.
    pub(super) const fn read(&self) -> u64 {
        self.read
    }

    /// The number of the line read last.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// The next line, or nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Entry>> {
        self.buffer.clear();
        let got = self
            .from
            .by_ref()
            .take(LINE_MAX)
            .read_until(b'\n', &mut self.buffer)?;
        if got == 0 {
            return Ok(None);
        }
        self.line += 1;
        self.read += u64::try_from(got).unwrap_or_default();
        if !self.buffer.ends_with(b"\n") && u64::try_from(got).is_ok_and(|got| got == LINE_MAX) {
            self.skip_line()?;
            return Ok(Some(Entry::Bad(BadLine::TooLong)));
        }
        let text = std::str::from_utf8(&self.buffer);
        Ok(Some(text.map_or(Entry::Bad(BadLine::NotText), entry)))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            self.buffer.clear();
            let got = self
                .from
                .by_ref()
                .take(LINE_MAX)
                .read_until(b'\n', &mut self.buffer)?;
            self.read += u64::try_from(got).unwrap_or_default();
            if got == 0 || self.buffer.ends_with(b"\n") {
                return Ok(());
            }
        }
    }
}

/// A code as an operator writes it: `vin/218622108311027`, or an address.
pub(super) fn code(text: &str) -> Result<Code, NotACode> {
    if text.trim().is_empty() {
        return Err(NotACode::Empty);
    }
    Code::parse_any(text)
}

fn entry(text: &str) -> Entry {
    // Files from Windows begin with a byte order mark.
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if text.is_empty() || text.starts_with('#') {
        return Entry::Skipped;
    }
    let sticker = if text.starts_with('{') {
        record(text)
    } else {
        code(text)
            .map(|code| Some(Sticker::of(code)))
            .map_err(BadLine::from)
    };
    match sticker {
        Ok(Some(sticker)) => Entry::Sticker(sticker),
        Ok(None) => Entry::Skipped,
        Err(why) => Entry::Bad(why),
    }
}

fn record(text: &str) -> Result<Option<Sticker>, BadLine> {
    let record: Record<'_> =
        serde_json::from_str(text).map_err(|_may_quote| BadLine::NotARecord)?;
    let (kind, number) = match RecordKind::from_name(&record.kind) {
        Some(RecordKind::ProductionVehicle) => (Kind::Vin, "ZhenCheBM"),
        Some(RecordKind::ProductionBattery) => (Kind::Pwb, "XuDianCWYBH"),
        Some(RecordKind::RegistrationPlate) => (Kind::Lic, "ChePaiHM"),
        _ => return Ok(None),
    };
    let field = |name| record.fields.get(name).and_then(Value::as_str);
    let whole = [
        record.subject.as_deref(),
        field("LinkURL"),
        field("LinkUrl"),
    ];
    let code = whole
        .into_iter()
        .flatten()
        .find_map(|text| {
            Code::parse_any(text)
                .ok()
                .filter(|code| code.kind() == kind)
        })
        .or_else(|| field(number).and_then(|text| Code::parse(kind, text.trim()).ok()))
        .ok_or(BadLine::NoCode)?;
    let mut sticker = Sticker::of(code);
    if kind == Kind::Vin {
        let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        sticker.model = field("ChanPinXH").and_then(text);
        sticker.colour = COLOURS.into_iter().find_map(field).and_then(text);
    }
    Ok(Some(sticker))
}

fn said(why: NotACode) -> String {
    match why {
        NotACode::Empty => "empty".to_owned(),
        NotACode::UnknownKind => "not a code: it begins with none of vin/, pwb/, lic/".to_owned(),
        NotACode::Digits { got, want } => format!("not a code: {got} of {want} digits"),
        NotACode::NotADigit { at } => format!("not a code: character {at} is not a digit"),
        NotACode::NotALetterOrDigit { at } => {
            format!("not a code: character {at} is neither letter nor digit")
        }
        NotACode::TooShort { got } => format!("not a code: {got} characters; 9 or more are needed"),
        NotACode::TooLong { got } => {
            format!("not a code: {got} characters after the first eight; at most 32 are allowed")
        }
    }
}
