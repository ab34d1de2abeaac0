//! Writing records: byte by byte into a buffer, as fast as the disk wants them.
//!
//! What is to be written is said once, in [`Sheet`] and [`Ink`] words; the quick writer is
//! [`Pen`]. The tests have a second, slow one on `serde_json` and compare every byte.

use std::io::{self, Write};

use crate::calendar::{Calendar, Moment};

/// Where one record after another is written.
pub(crate) trait Sheet {
    /// Begins a record. `subject` may be left out where a field is it.
    fn begin(&mut self, head: &Head<'_>) -> io::Result<()>;
    /// A field with a text.
    fn field(&mut self, key: &'static str, value: impl Ink);
    /// A field with a list of texts.
    fn list<T: Ink>(&mut self, key: &'static str, values: impl Iterator<Item = T>);
    /// A field with a number.
    fn number(&mut self, key: &'static str, value: u64);
    /// Ends the record.
    fn end(&mut self);
}

/// The envelope of a record.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    pub(crate) record: &'static str,
    pub(crate) id: Id,
    pub(crate) source: &'a str,
    pub(crate) at: Moment,
    pub(crate) subject: Option<Subject<'a>>,
}

/// A record's id: a letter for its type, the number of its vehicle, and which one it is of
/// several. Unique in the province, so it is unique at its source too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id {
    pub(crate) letter: &'static str,
    pub(crate) number: u64,
    pub(crate) place: Option<u64>,
}

impl Ink for Id {
    fn ink(&self, onto: &mut Vec<u8>, calendar: &Calendar) {
        self.letter.ink(onto, calendar);
        onto.push(b'-');
        Padded(self.number, 6).ink(onto, calendar);
        if let Some(place) = self.place {
            onto.push(b'-');
            Padded(place, 1).ink(onto, calendar);
        }
    }
}

/// What a record is about: `lic/33010621822480`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a>(pub(crate) &'static str, pub(crate) &'a [u8]);

impl Ink for Subject<'_> {
    fn ink(&self, onto: &mut Vec<u8>, _: &Calendar) {
        onto.extend_from_slice(self.0.as_bytes());
        onto.push(b'/');
        onto.extend_from_slice(self.1);
    }
}

/// Something that can be written. Nothing a province says needs an escape in JSON: the tests
/// would notice the first thing that does.
pub(crate) trait Ink {
    fn ink(&self, onto: &mut Vec<u8>, calendar: &Calendar);
}

impl Ink for &str {
    fn ink(&self, onto: &mut Vec<u8>, _: &Calendar) {
        onto.extend_from_slice(self.as_bytes());
    }
}

impl Ink for &[u8] {
    fn ink(&self, onto: &mut Vec<u8>, _: &Calendar) {
        onto.extend_from_slice(self);
    }
}

impl<A: Ink, B: Ink> Ink for (A, B) {
    fn ink(&self, onto: &mut Vec<u8>, calendar: &Calendar) {
        self.0.ink(onto, calendar);
        self.1.ink(onto, calendar);
    }
}

/// A number with at least so many digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padded(pub(crate) u64, pub(crate) usize);

impl Ink for Padded {
    fn ink(&self, onto: &mut Vec<u8>, _: &Calendar) {
        write_padded(onto, self.0, self.1);
    }
}

/// `2024-05-01T09:30:00+08:00`.
impl Ink for Moment {
    fn ink(&self, onto: &mut Vec<u8>, calendar: &Calendar) {
        onto.extend_from_slice(calendar.day(self.day));
        onto.push(b'T');
        write_padded(onto, self.second / 3600, 2);
        onto.push(b':');
        write_padded(onto, self.second / 60 % 60, 2);
        onto.push(b':');
        write_padded(onto, self.second % 60, 2);
        onto.extend_from_slice(b"+08:00");
    }
}

/// Only the day of a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day(pub(crate) Moment);

impl Ink for Day {
    fn ink(&self, onto: &mut Vec<u8>, calendar: &Calendar) {
        onto.extend_from_slice(calendar.day(self.0.day));
    }
}

pub(crate) fn write_padded(onto: &mut Vec<u8>, number: u64, width: usize) {
    /// The digits of the greatest u64.
    const MOST: usize = 20;
    let mut digits = [b'0'; MOST];
    let mut rest = number;
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        if rest == 0 {
            break;
        }
        *slot = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        used += 1;
    }
    let len = used.max(width.clamp(1, MOST));
    onto.extend_from_slice(digits.get(MOST - len..).unwrap_or_default());
}

/// The quick writer.
#[derive(Debug)]
pub(crate) struct Pen<W> {
    calendar: Calendar,
    line: Vec<u8>,
    first: bool,
    out: W,
}

/// Bytes gathered before they are handed on: enough that a system call costs nothing beside
/// them, and no more than a first-level cache and a half.
const GATHERED: usize = 64 * 1024;

impl<W: Write> Pen<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            calendar: Calendar::new(),
            line: Vec::with_capacity(GATHERED + 4096),
            first: true,
            out,
        }
    }

    /// Hands on what is left.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.out.write_all(&self.line)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn key(&mut self, key: &'static str) {
        if !self.first {
            self.line.push(b',');
        }
        self.first = false;
        self.line.push(b'"');
        self.line.extend_from_slice(key.as_bytes());
        self.line.extend_from_slice(b"\":");
    }

    fn quoted(&mut self, value: &impl Ink) {
        self.line.push(b'"');
        value.ink(&mut self.line, &self.calendar);
        self.line.push(b'"');
    }
}

impl<W: Write> Sheet for Pen<W> {
    fn begin(&mut self, head: &Head<'_>) -> io::Result<()> {
        if self.line.len() >= GATHERED {
            self.out.write_all(&self.line)?;
            self.line.clear();
        }
        self.line.push(b'{');
        self.first = true;
        self.field("id", head.id);
        self.field("record", head.record);
        self.field("source", head.source);
        self.field("at", head.at);
        if let Some(subject) = head.subject {
            self.field("subject", subject);
        }
        self.line.extend_from_slice(b",\"fields\":{");
        self.first = true;
        Ok(())
    }

    fn field(&mut self, key: &'static str, value: impl Ink) {
        self.key(key);
        self.quoted(&value);
    }

    fn list<T: Ink>(&mut self, key: &'static str, values: impl Iterator<Item = T>) {
        self.key(key);
        self.line.push(b'[');
        for (place, value) in values.enumerate() {
            if place > 0 {
                self.line.push(b',');
            }
            self.quoted(&value);
        }
        self.line.push(b']');
    }

    fn number(&mut self, key: &'static str, value: u64) {
        self.key(key);
        write_padded(&mut self.line, value, 1);
    }

    fn end(&mut self) {
        self.line.extend_from_slice(b"}}\n");
    }
}
