//! Dossiers: all that is known of one subject.
//!
//! A dossier is a *set* of entries kept in order: records about the subject, and links from
//! records about something else that name it. Folding a record in is adding members to that set,
//! so any order and any repetition of the same records give the same dossier, byte for byte.

use crate::words::catalog::RecordKind;
use crate::words::code::Code;
use crate::words::moment::Moment;
use crate::words::record::Record;
use crate::words::subject::Subject;

const RECORD: u8 = 1;
const LINK: u8 = 2;

/// A dossier, read where it lies.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dossier<'a>(&'a [u8]);

/// One member of a dossier.
#[derive(Clone, Debug)]
pub enum Entry<'a> {
    /// A record about the subject.
    Record(Record<'a>),
    /// A record about something else that names the subject.
    Link(Link),
}

/// What a record about something else tells of the subject it names.
#[derive(Clone, Debug)]
pub struct Link {
    /// The record's type.
    pub kind: RecordKind,
    /// The record's moment.
    pub at: Moment,
    /// What the record is about.
    pub from: Subject,
    /// The codes of other kinds that it names besides.
    pub others: Vec<Code>,
}

impl<'a> Dossier<'a> {
    /// A dossier from its bytes.
    pub const fn from_bytes(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Its entries, in order. What cannot be read ends it.
    pub fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        runs(self.0).filter_map(|run| match run.split_first()? {
            (&RECORD, record) => Record::read(record).map(Entry::Record),
            (&LINK, link) => read_link(link).map(Entry::Link),
            _ => None,
        })
    }

    /// The records about the subject, by type and moment.
    pub fn records(self) -> impl Iterator<Item = Record<'a>> {
        runs(self.0).filter_map(|run| match run.split_first()? {
            (&RECORD, record) => Record::read(record),
            _ => None,
        })
    }

    /// The records of one type, by moment. The others are passed over unread.
    pub fn records_of(self, kind: RecordKind) -> impl Iterator<Item = Record<'a>> + use<'a> {
        let head = [RECORD, kind.number()];
        let of_kind = runs(self.0).filter(move |run| run.starts_with(&head));
        of_kind.filter_map(|run| Record::read(run.split_first()?.1))
    }

    /// The links to the subject from records of one type, by moment.
    pub fn links_of(self, kind: RecordKind) -> impl Iterator<Item = Link> + use<'a> {
        let head = [LINK, kind.number()];
        let of_kind = runs(self.0).filter(move |run| run.starts_with(&head));
        of_kind.filter_map(|run| read_link(run.split_first()?.1))
    }

    /// Whether there are records of one of these types. None is read.
    pub fn has_records_where(self, wanted: impl Fn(RecordKind) -> bool) -> bool {
        runs(self.0).any(|run| match run {
            [RECORD, kind, ..] => RecordKind::from_number(*kind).is_some_and(&wanted),
            _ => false,
        })
    }

    /// How many records of one type there are.
    pub fn count_records_of(self, kind: RecordKind) -> usize {
        let head = [RECORD, kind.number()];
        runs(self.0).filter(|run| run.starts_with(&head)).count()
    }

    /// How many links from records of one type there are.
    pub fn count_links_of(self, kind: RecordKind) -> usize {
        let head = [LINK, kind.number()];
        runs(self.0).filter(|run| run.starts_with(&head)).count()
    }

    /// The links to the subject, by type and moment.
    pub fn links(self) -> impl Iterator<Item = Link> + use<'a> {
        runs(self.0).filter_map(|run| match run.split_first()? {
            (&LINK, link) => read_link(link),
            _ => None,
        })
    }

    /// Whether all of it can be read.
    pub fn is_sound(self) -> bool {
        let total: usize = runs(self.0).map(|run| run.len() + 2).sum();
        total == self.0.len() && self.entries().count() == runs(self.0).count()
    }
}

/// The entry for a record about the subject, with room for so many bytes more.
pub fn record_entry(record: Record<'_>, more: usize) -> Vec<u8> {
    let mut entry = Vec::with_capacity(1 + record.written_len() + more);
    entry.push(RECORD);
    record.write(&mut entry);
    entry
}

/// The type of the record that an entry is or comes from.
pub fn kind_of(entry: &[u8]) -> Option<RecordKind> {
    RecordKind::from_number(*entry.get(1)?)
}

/// The record that an entry is; nothing if it is a link.
pub fn record_of(entry: &[u8]) -> Option<Record<'_>> {
    match entry.split_first()? {
        (&RECORD, record) => Record::read(record),
        _ => None,
    }
}

/// The entry in the dossier of `named` for a record about `from` that names these codes.
pub fn link_entry(record: Record<'_>, from: Subject, named: Code, mentions: &[Code]) -> Vec<u8> {
    let mut entry = Vec::with_capacity(96 + 32 * mentions.len());
    entry.push(LINK);
    // Who says so stands in the record itself. Two who say the same of the same moment are one link.
    Record {
        source: b"",
        id: b"",
        fields: crate::words::record::Fields::default(),
        ..record
    }
    .write(&mut entry);
    write_key(&mut entry, &from.key());
    for other in mentions {
        if other.kind() != named.kind() && Subject::Code(*other) != from {
            write_key(&mut entry, &other.key());
        }
    }
    entry
}

/// Adds entries to a dossier; `None` if it had them all. `added` must be sorted.
pub fn fold<'e>(old: &[u8], added: impl Iterator<Item = &'e [u8]>) -> Option<Vec<u8>> {
    let mut new = Vec::with_capacity(old.len() + 256);
    let mut before = runs(old).peekable();
    let mut changed = false;
    let mut last: &[u8] = &[];
    for entry in added {
        while let Some(run) = before.next_if(|run| *run < entry) {
            write_run(&mut new, run);
        }
        if before.peek() == Some(&entry) || last == entry {
            continue;
        }
        write_run(&mut new, entry);
        last = entry;
        changed = true;
    }
    before.for_each(|run| write_run(&mut new, run));
    changed.then_some(new)
}

/// Appends the dossier that these entries make. They must be sorted.
pub fn gather(entries: &[&[u8]], out: &mut Vec<u8>) {
    let mut last: &[u8] = &[];
    for entry in entries {
        if last != *entry {
            write_run(out, entry);
            last = entry;
        }
    }
}

/// Adds the entries of one dossier to another; `None` if it had them all.
pub fn merge(old: &[u8], more: &[u8]) -> Option<Vec<u8>> {
    fold(old, runs(more))
}

fn runs(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (len, tail) = rest.split_first_chunk::<2>()?;
        let (run, tail) = tail.split_at_checked(usize::from(u16::from_le_bytes(*len)))?;
        rest = tail;
        Some(run)
    })
}

fn write_run(out: &mut Vec<u8>, run: &[u8]) {
    // Import bounds a record to far less than what two bytes can count.
    out.extend_from_slice(&u16::try_from(run.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend_from_slice(run.get(..usize::from(u16::MAX)).unwrap_or(run));
}

fn write_key(out: &mut Vec<u8>, key: &[u8]) {
    out.push(u8::try_from(key.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(key);
}

fn read_link(bytes: &[u8]) -> Option<Link> {
    // A link is a record without fields, followed by keys; the keys stand where fields would.
    let record = Record::read(bytes)?;
    let mut keys = keys(record.fields.as_bytes());
    Some(Link {
        kind: record.kind,
        at: record.at,
        from: Subject::from_key(keys.next()?)?,
        others: keys.filter_map(Code::from_key).collect(),
    })
}

fn keys(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (&len, tail) = rest.split_first()?;
        let (key, tail) = tail.split_at_checked(usize::from(len))?;
        rest = tail;
        Some(key)
    })
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
