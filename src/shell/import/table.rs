//! CSV: one record type a file, a header of the standard's English names or Chinese labels.
//!
//! The envelope comes from columns `id`, `source`, `at` and `subject`, or from the command line.
//! A row without an id gets one made from its content, so that the same file can be read twice.

use std::io;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use csv::ByteRecord;

use super::source::{Encoding, Input, Read1};
use super::{ImportArgs, ImportError};
use crate::rules::admit::field::Given;
use crate::rules::admit::{Draft, Reason, Rejection, admit};
use crate::words::catalog::RecordKind;

/// A CSV file under way.
pub(super) struct Table {
    reader: csv::Reader<Input>,
    encoding: Encoding,
    kind: Option<RecordKind>,
    columns: Vec<Column>,
    source: String,
    at: String,
    row: ByteRecord,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Id,
    Record,
    Source,
    At,
    Subject,
    Field(String),
}

impl Table {
    /// Reads the header.
    pub(super) fn open(
        path: &Path,
        input: Input,
        encoding: Encoding,
        args: &ImportArgs,
    ) -> Result<Self, ImportError> {
        let fail = |what: &str| ImportError::Header {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let header = reader
            .byte_headers()
            .map_err(|_quotes| fail("the header cannot be read"))?;
        let mut columns = Vec::new();
        for name in header {
            let name = encoding
                .decode(name)
                .ok_or(fail("the header is not text"))?;
            columns.push(Column::of(name.trim(), &columns));
        }
        let by_name = path
            .file_stem()
            .and_then(|stem| RecordKind::from_name(stem.to_str()?));
        let kind = args.record.or(by_name);
        if kind.is_none() && !columns.contains(&Column::Record) {
            return Err(fail(
                "which record type? Give --record, or name the file after it",
            ));
        }
        if args.source.is_none() && !columns.contains(&Column::Source) {
            return Err(fail("who submits it? Give --source, or a column `source`"));
        }
        if args.at.is_none() && !columns.contains(&Column::At) {
            return Err(fail("of when is it? Give --at, or a column `at`"));
        }
        Ok(Self {
            reader,
            encoding,
            kind,
            columns,
            source: args.source.clone().unwrap_or_default(),
            at: args.at.clone().unwrap_or_default(),
            row: ByteRecord::new(),
        })
    }

    /// The next record.
    pub(super) fn next(&mut self) -> io::Result<Option<Read1>> {
        if !self.reader.read_byte_record(&mut self.row)? {
            return Ok(None);
        }
        let line = self.row.position().map_or(0, csv::Position::line);
        Ok(Some((line, self.record(line))))
    }

    fn record(&self, line: u64) -> Result<crate::rules::admit::Incoming, Rejection> {
        if self.row.len() != self.columns.len() {
            return Err(Rejection::line(Reason::NotARecord));
        }
        let mut draft = Draft {
            record: self.kind.map_or("", RecordKind::name).into(),
            source: self.source.as_str().into(),
            at: self.at.as_str().into(),
            ..Draft::default()
        };
        let mut content = digest_of(&self.row);
        for (column, bytes) in self.columns.iter().zip(&self.row) {
            let text = self
                .encoding
                .decode(bytes)
                .ok_or(Rejection::line(Reason::NotText))?;
            match column {
                _ if text.trim().is_empty() => {}
                Column::Id => draft.id = text,
                Column::Record => draft.record = text,
                Column::Source => draft.source = text,
                Column::At => draft.at = text,
                Column::Subject => draft.subject = Some(text),
                Column::Field(name) => draft.fields.push((name.as_str().into(), Given::Text(text))),
            }
        }
        if draft.id.is_empty() {
            content.insert_str(0, "row-");
            draft.id = content.into();
        }
        admit(&draft, line)
    }
}

impl Column {
    fn of(name: &str, before: &[Self]) -> Self {
        match name {
            "id" => Self::Id,
            "record" => Self::Record,
            "source" => Self::Source,
            "at" => Self::At,
            "subject" => Self::Subject,
            _ => {
                let again = before.contains(&Self::Field(name.to_owned()));
                Self::Field(if again { second(name) } else { name }.to_owned())
            }
        }
    }
}

/// The standard gives some pairs of columns one name. Where they mean two things the second has a
/// key of our own; where they mean one (`chechibm`, `lerep`) both may be filled, if they agree.
fn second(name: &str) -> &str {
    match name {
        "create_time" => "create_time_out",
        "GXCQMC" => "GXCQMC_chi",
        "GXCQDZ" => "GXCQDZ_chi",
        _ => name,
    }
}

fn digest_of(row: &ByteRecord) -> String {
    use std::fmt::Write;
    let mut content = Vec::new();
    for field in row {
        content.extend_from_slice(&u64::try_from(field.len()).unwrap_or(0).to_le_bytes());
        content.extend_from_slice(field);
    }
    let digest = digest(&SHA256, &content);
    digest
        .as_ref()
        .iter()
        .take(16)
        .fold(String::new(), |mut text, byte| {
            let _infallible = write!(text, "{byte:02x}");
            text
        })
}
