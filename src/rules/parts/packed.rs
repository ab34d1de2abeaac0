//! A pair's entry in few bytes.
//!
//! It is written for two codes, and who opens it has both: where a part names one of them, one byte stands
//! for it, and so does one for each other code that was named before. A code like the one before it is
//! the places at which it differs; the blocks of one vehicle come off one line. Days and months take two
//! bytes, an enterprise's eighteen characters twelve, a number behind stars five.
//!
//! What is sealed is filled up to steps of 32 bytes, and what is here is short against that: nearly all
//! entries take the least that there is, and a repair is six or seven bytes of the next step. A test of the
//! store holds usual couples to it.

use saoma_pages::Shown;

use super::Part;
use super::texts::{day, days, eighteen, eighteen_of, month, months, starred};
use crate::rules::bytes::{Reader, put_count, put_number, put_text};
use crate::rules::stored::{self, Kept, StoredCell, StoredSheet};
use crate::words::catalog::RecordKind;
use crate::words::code::{Code, Kind};

/// What follows a field's number, in the same number's lowest bits.
const TAG_BITS: u32 = 4;
const PLAIN: u64 = 0;
const MASKED: u64 = 1;
const LIST: u64 = 2;
const ECHO: u64 = 3;
const ECHO_URL: u64 = 4;
const ECHO_NUMBER: u64 = 5;
/// The couple's first code; of its second, one more.
const ONE_OF_BOTH: u64 = 6;
const DAY: u64 = 8;
const MONTH: u64 = 9;
const EIGHTEEN: u64 = 10;
const STARRED: u64 = 11;
/// A code that this entry has named before.
const NAMED: u64 = 12;
/// Any other code.
const CODE: u64 = 13;

/// Bits of a record type's number, under how many rows there are of it.
const KIND_BITS: u32 = 5;

// In a list, by its first byte: the couple's two codes; then codes that were named before.
const FIRST_NAMED: u8 = 2;
/// Like the code before but in so many places. Each takes two bytes: where, and what is there.
const PATCHED: u8 = 0x40;
const MOST_PATCHES: u8 = 6;
/// Begins with so many characters of the code before.
const FRONT: u8 = 0x60;
/// Any other code, or what is none.
const WHOLE: u8 = 0x61;
const TEXT: u8 = 0x62;

/// What is known to whoever has read so far.
struct Named<'c, T> {
    couple: &'c [Code; 2],
    /// Other codes, in the order in which they were named.
    others: Vec<T>,
}

/// The entry of a pair: the parts of its two codes, the smaller code's first.
pub fn write_parts(couple: &[Code; 2], parts: [&Part; 2]) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    let mut named = Named::new(couple);
    for part in parts {
        write(part, &mut named, &mut out);
    }
    out
}

/// Reads what [`write_parts`] wrote for the same couple.
pub fn read_parts(couple: &[Code; 2], bytes: &[u8]) -> Option<[Part; 2]> {
    let mut from = Reader::new(bytes);
    let mut named = Named::new(couple);
    let parts = [read(&mut named, &mut from)?, read(&mut named, &mut from)?];
    from.is_empty().then_some(parts)
}

fn write<'p>(part: &'p Part, named: &mut Named<'_, &'p str>, out: &mut Vec<u8>) {
    // How many types of records there are, and whether there are warnings.
    put_count(
        out,
        part.sheets.len() << 1 | usize::from(!part.alerts.is_empty()),
    );
    if !part.alerts.is_empty() {
        put_count(out, part.alerts.len());
    }
    for alert in &part.alerts {
        stored::put_alert(out, alert);
    }
    for sheet in &part.sheets {
        put_count(
            out,
            sheet.rows.len() << KIND_BITS | usize::from(sheet.kind.number()),
        );
        for row in &sheet.rows {
            put_count(out, row.len());
            for cell in row {
                put_cell(cell, named, out);
            }
        }
    }
}

fn read(named: &mut Named<'_, String>, from: &mut Reader<'_>) -> Option<Part> {
    let head = from.number()?;
    let mut part = Part::default();
    if head & 1 == 1 {
        part.alerts = from.many(stored::alert)?;
    }
    // Each sheet, row and cell takes a byte at least, so a damaged count ends where the bytes do.
    for _ in 0..head >> 1 {
        let head = from.number()?;
        let kind = u8::try_from(head & ((1 << KIND_BITS) - 1)).ok()?;
        let kind = RecordKind::from_number(kind)?;
        let mut rows = Vec::new();
        for _ in 0..head >> KIND_BITS {
            rows.push(from.many(|from| cell(named, from))?);
        }
        part.sheets.push(StoredSheet { kind, rows });
    }
    Some(part)
}

fn put_cell<'p>(cell: &'p StoredCell, named: &mut Named<'_, &'p str>, out: &mut Vec<u8>) {
    let head = |out: &mut Vec<u8>, tag| put_number(out, u64::from(cell.slot) << TAG_BITS | tag);
    match &cell.kept {
        Kept::Shown(Shown::Plain(text)) => {
            if let Some(second) = named.of_both(text) {
                head(out, ONE_OF_BOTH + u64::from(second == 1));
            } else if let Some(place) = named.place(text) {
                head(out, NAMED);
                out.push(place);
            } else if let Some(days) = days(text) {
                head(out, DAY);
                out.extend_from_slice(&days.to_be_bytes());
            } else if let Some(months) = months(text) {
                head(out, MONTH);
                out.extend_from_slice(&months.to_be_bytes());
            } else if let Some(number) = eighteen(text) {
                head(out, EIGHTEEN);
                out.extend_from_slice(&number);
            } else if let Some(code) = as_code(text) {
                head(out, CODE);
                put_code(code, out);
            } else {
                head(out, PLAIN);
                put_text(out, text);
            }
        }
        Kept::Shown(Shown::Masked(text)) => {
            if let Some((before, stars, behind)) = starred(text) {
                head(out, STARRED);
                put_text(out, before);
                out.push(stars);
                put_text(out, behind);
            } else {
                head(out, MASKED);
                put_text(out, text);
            }
        }
        Kept::Shown(Shown::List(codes)) => {
            head(out, LIST);
            put_count(out, codes.len());
            let mut before = named.battery();
            for code in codes {
                put_listed(code, before, named, out);
                before = code;
            }
        }
        Kept::Echo => head(out, ECHO),
        Kept::EchoUrl => head(out, ECHO_URL),
        Kept::EchoNumber => head(out, ECHO_NUMBER),
    }
}

fn cell(named: &mut Named<'_, String>, from: &mut Reader<'_>) -> Option<StoredCell> {
    let head = from.number()?;
    let plain = |text: String| Kept::Shown(Shown::Plain(text));
    let kept = match head & ((1 << TAG_BITS) - 1) {
        PLAIN => plain(from.text()?.to_owned()),
        MASKED => Kept::Shown(Shown::Masked(from.text()?.to_owned())),
        LIST => {
            let mut codes: Vec<String> = Vec::new();
            for _ in 0..from.count()? {
                let before = codes.last().map_or(named.battery(), String::as_str);
                let code = listed(before, named, from)?;
                named.note(code.clone());
                codes.push(code);
            }
            Kept::Shown(Shown::List(codes))
        }
        ECHO => Kept::Echo,
        ECHO_URL => Kept::EchoUrl,
        ECHO_NUMBER => Kept::EchoNumber,
        ONE_OF_BOTH => plain(named.couple.first()?.value().to_owned()),
        tag if tag == ONE_OF_BOTH + 1 => plain(named.couple.last()?.value().to_owned()),
        NAMED => plain(named.others.get(usize::from(from.byte()?))?.clone()),
        DAY => plain(day(u16::from_be_bytes(from.chunk()?))?),
        MONTH => plain(month(u16::from_be_bytes(from.chunk()?))),
        EIGHTEEN => plain(eighteen_of(from.chunk()?)?),
        CODE => plain(code(from)?.value().to_owned()),
        STARRED => {
            let (before, stars) = (from.text()?, usize::from(from.byte()?));
            let text = [before, &"*".repeat(stars), from.text()?].concat();
            Kept::Shown(Shown::Masked(text))
        }
        _ => return None,
    };
    let slot = u8::try_from(head >> TAG_BITS).ok()?;
    Some(StoredCell { slot, kept })
}

fn put_listed<'p>(code: &'p str, before: &str, named: &mut Named<'_, &'p str>, out: &mut Vec<u8>) {
    if let Some(second) = named.of_both(code) {
        out.push(u8::from(second == 1));
    } else if let Some(place) = named.place(code) {
        out.push(FIRST_NAMED + place);
    } else {
        put_unnamed(code, before, out);
    }
    named.note(code);
}

fn put_unnamed(code: &str, before: &str, out: &mut Vec<u8>) {
    if put_patches(code, before, out) {
        return;
    }
    if let Some((shared, rest)) = begun(code, before) {
        out.extend([FRONT, shared]);
        put_text(out, rest);
    } else if let Some(code) = as_code(code) {
        out.push(WHOLE);
        put_code(code, out);
    } else {
        out.push(TEXT);
        put_text(out, code);
    }
}

fn listed(before: &str, named: &Named<'_, String>, from: &mut Reader<'_>) -> Option<String> {
    let head = from.byte()?;
    if let Some(code) = named.couple.get(usize::from(head)) {
        return Some(code.value().to_owned());
    }
    match head {
        FIRST_NAMED..PATCHED => named.others.get(usize::from(head - FIRST_NAMED)).cloned(),
        PATCHED..FRONT => {
            let mut bytes = before.as_bytes().to_vec();
            for _ in 0..head - PATCHED {
                let [place, byte] = from.chunk()?;
                *bytes.get_mut(usize::from(place))? = byte;
            }
            String::from_utf8(bytes).ok()
        }
        FRONT => {
            let shared = before.get(..usize::from(from.byte()?))?;
            Some([shared, from.text()?].concat())
        }
        WHOLE => Some(code(from)?.value().to_owned()),
        TEXT => from.text().map(str::to_owned),
        _ => None,
    }
}

impl<'c, T: AsRef<str>> Named<'c, T> {
    const fn new(couple: &'c [Code; 2]) -> Self {
        Self {
            couple,
            others: Vec::new(),
        }
    }

    /// Which of the couple's codes this is.
    fn of_both(&self, code: &str) -> Option<usize> {
        let mut both = self.couple.iter();
        both.position(|known| known.as_bytes() == code.as_bytes())
    }

    /// Where among the other codes this one is.
    fn place(&self, code: &str) -> Option<u8> {
        let place = self.others.iter().position(|known| known.as_ref() == code);
        u8::try_from(place?).ok()
    }

    /// Notes a code of a list, if it is new and there is a number left for it.
    fn note(&mut self, code: T) {
        let text = code.as_ref();
        let is_known = self.of_both(text).is_some();
        let has_room = self.others.len() < usize::from(PATCHED - FIRST_NAMED);
        if has_room && !is_known && self.place(text).is_none() {
            self.others.push(code);
        }
    }

    /// What the first code of a list may be a neighbour of.
    fn battery(&self) -> &'c str {
        let battery = self.couple.iter().find(|code| code.kind() == Kind::Pwb);
        battery.map_or("", Code::value)
    }
}

/// Writes where a code differs from the one before, and what stands there, unless that is too much.
fn put_patches(code: &str, before: &str, out: &mut Vec<u8>) -> bool {
    let is_alike = code.len() == before.len() && u8::try_from(code.len()).is_ok();
    if !is_alike || !code.is_ascii() || !before.is_ascii() {
        return false;
    }
    let begin = out.len();
    out.push(PATCHED);
    let mut count: u8 = 0;
    for (place, (own, before)) in (0_u8..=u8::MAX).zip(code.bytes().zip(before.bytes())) {
        if own == before {
            continue;
        }
        if count == MOST_PATCHES {
            out.truncate(begin);
            return false;
        }
        out.extend([place, own]);
        count += 1;
    }
    if let Some(head) = out.get_mut(begin) {
        *head |= count;
    }
    true
}

/// How many bytes a code has of the one before, and what follows; nothing if they are few.
fn begun<'c>(code: &'c str, before: &str) -> Option<(u8, &'c str)> {
    const FEW: u8 = 8;
    let both = code.bytes().zip(before.bytes());
    let shared = both.take_while(|(own, before)| own == before).count();
    let shared = u8::try_from(shared).ok().filter(|shared| *shared > FEW)?;
    Some((shared, code.get(usize::from(shared)..)?))
}

/// The code that reads exactly like this.
fn as_code(text: &str) -> Option<Code> {
    let kinds = Kind::ALL.into_iter();
    let mut codes = kinds.filter_map(|kind| Code::parse(kind, text).ok());
    codes.find(|code| code.value() == text)
}

fn put_code(code: Code, out: &mut Vec<u8>) {
    let key = code.key();
    put_count(out, key.len());
    out.extend_from_slice(&key);
}

fn code(from: &mut Reader<'_>) -> Option<Code> {
    let len = from.count()?;
    Code::from_key(from.bytes(len)?)
}
