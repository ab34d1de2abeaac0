//! A drawer: rows of views whose codes are neighbours, packed into one value.
//!
//! What all its keys begin with stands once, and so does each name of a common part, and each end that
//! several keys have. Of a row is left: the few bytes that tell its key from its neighbours', where
//! its end and its names are, and how much later than the earliest its moment is. That is some ten
//! bytes, in columns of one width, so that a row is found in place by halving.
//!
//! ```text
//! length of the beginning 1 · of a head 1 · widths 1 · rows 2 · names 2 · ends 2 · earliest moment 5
//! the beginning · heads, in order · cells: end, names, moment · names · where ends end · ends
//! ```
//!
//! A drawer's bytes depend on its rows and on nothing else. Whatever bytes are read, nothing panics.

use super::Found;
use super::views::{NAME_LEN, Name};
use crate::rules::stored::MOMENT_LEN;

/// The longest key that has room. Codes' keys have at most 31 bytes.
const KEY_ROOM: usize = 40;
/// Bytes of numbers of which there may be more than 255.
const WIDE: usize = 2;

/// Stands among the widths if rows have second names.
const HAS_SECOND: usize = 0x80;
/// In the place of a name that there is not.
pub(super) const NO_NAME: Name = [0; NAME_LEN];

/// What is a code's own of its view: a moment, as many seconds after 1970.
pub(super) type Own = [u8; MOMENT_LEN];

/// A key, inline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RowKey {
    /// Zeros past the end; before `len`, so that the derived order is that of the bytes.
    bytes: [u8; KEY_ROOM],
    len: usize,
}

/// What stands for a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// What its common parts are called; where there is no second, that is all zeros.
    pub(super) names: [Name; 2],
    pub(super) own: Own,
}

/// The bytes of a drawer, taken apart where they lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawer<'a> {
    count: usize,
    beginning: &'a [u8],
    head_len: usize,
    heads: &'a [u8],
    widths: Widths,
    cells: &'a [u8],
    earliest: u64,
    names: &'a [[u8; NAME_LEN]],
    /// Where each end ends among the ends.
    places: &'a [[u8; WIDE]],
    /// Each begins with how much of the head belongs to the key: more than there is, is zeros.
    ends: &'a [u8],
}

/// Bytes of the parts of a cell.
#[derive(Clone, Copy, Debug)]
struct Widths {
    end: usize,
    name: usize,
    /// As many as of the first, or none where no row has a second.
    second: usize,
    moment: usize,
}

/// A cell, read.
struct CellOf {
    end: usize,
    name: usize,
    second: Option<usize>,
    later: u64,
}

impl RowKey {
    /// Nothing if it is longer than any key.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        let mut bytes = [0; KEY_ROOM];
        bytes.get_mut(..key.len())?.copy_from_slice(key);
        Some(Self {
            bytes,
            len: key.len(),
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl<'a> Drawer<'a> {
    /// Takes the bytes apart; nothing if [`pack`] did not make them.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[beginning_len, head_len, widths, r1, r2, n1, n2, e1, e2], rest) =
            bytes.split_first_chunk()?;
        let [count, names, ends] =
            [[r1, r2], [n1, n2], [e1, e2]].map(|two| usize::from(u16::from_be_bytes(two)));
        let (earliest, rest) = rest.split_first_chunk::<MOMENT_LEN>()?;
        let (beginning, rest) = rest.split_at_checked(usize::from(beginning_len))?;
        let head_len = usize::from(head_len);
        let widths = Widths::of(widths)?;
        let (heads, rest) = rest.split_at_checked(count * head_len)?;
        let (cells, rest) = rest.split_at_checked(count * widths.sum())?;
        let (names, rest) = rest.split_at_checked(names * NAME_LEN)?;
        let (places, ends) = rest.split_at_checked(ends * WIDE)?;
        let is_sound = count > 0 && beginning.len() + head_len <= KEY_ROOM;
        is_sound.then_some(Self {
            count,
            beginning,
            head_len,
            heads,
            widths,
            cells,
            earliest: number(earliest),
            names: names.as_chunks().0,
            places: places.as_chunks().0,
            ends,
        })
    }

    /// How many rows there are.
    pub(super) const fn len(&self) -> usize {
        self.count
    }

    /// The row under a key, if there is one; nothing at all if the drawer is damaged.
    pub(super) fn find(&self, key: &[u8]) -> Option<Found<Row>> {
        let Some(rest) = key.strip_prefix(self.beginning) else {
            return Some(Found::Nothing);
        };
        let mut room = [0; KEY_ROOM];
        let wanted = if let Some(head) = rest.get(..self.head_len) {
            head
        } else {
            room.get_mut(..rest.len())?.copy_from_slice(rest);
            room.get(..self.head_len)?
        };
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            if self.head(middle)? < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        // Keys of which one is the other with zeros behind it have one head. No two codes' are such.
        for at in low..self.count {
            if self.head(at)? != wanted {
                break;
            }
            let cell = self.cell(at)?;
            let (used, end) = self.end(cell.end)?;
            if rest.len() == used + end.len() && rest.ends_with(end) {
                return self.row(&cell).map(Found::Here);
            }
        }
        Some(Found::Nothing)
    }

    /// All rows in the order of their keys; nothing in the place of one that is damaged.
    pub(super) fn rows(self) -> impl Iterator<Item = Option<(RowKey, Row)>> {
        (0..self.count).map(move |at| {
            let cell = self.cell(at)?;
            let (used, end) = self.end(cell.end)?;
            let mut key = RowKey {
                bytes: [0; KEY_ROOM],
                len: 0,
            };
            for part in [self.beginning, self.head(at)?.get(..used)?, end] {
                let to = key.len + part.len();
                key.bytes.get_mut(key.len..to)?.copy_from_slice(part);
                key.len = to;
            }
            Some((key, self.row(&cell)?))
        })
    }

    fn head(&self, at: usize) -> Option<&'a [u8]> {
        let from = at * self.head_len;
        self.heads.get(from..from + self.head_len)
    }

    fn cell(&self, at: usize) -> Option<CellOf> {
        let width = self.widths.sum();
        let cell = self.cells.get(at * width..(at + 1) * width)?;
        let (end, rest) = cell.split_at_checked(self.widths.end)?;
        let (name, rest) = rest.split_at_checked(self.widths.name)?;
        let (second, moment) = rest.split_at_checked(self.widths.second)?;
        let index = |bytes| usize::try_from(number(bytes)).ok();
        Some(CellOf {
            end: index(end)?,
            name: index(name)?,
            second: (!second.is_empty()).then(|| index(second)).flatten(),
            later: number(moment),
        })
    }

    /// How much of the head belongs to a key with this end, and what follows.
    fn end(&self, index: usize) -> Option<(usize, &'a [u8])> {
        let place = |at: usize| {
            let place = self.places.get(at)?;
            Some(usize::from(u16::from_be_bytes(*place)))
        };
        let from = match index.checked_sub(1) {
            Some(before) => place(before)?,
            None => 0,
        };
        let (&used, end) = self.ends.get(from..place(index)?)?.split_first()?;
        Some((usize::from(used), end))
    }

    fn row(&self, cell: &CellOf) -> Option<Row> {
        let moment = self.earliest.checked_add(cell.later)?.to_be_bytes();
        let second = match cell.second {
            Some(second) => *self.names.get(second)?,
            None => NO_NAME,
        };
        Some(Row {
            names: [*self.names.get(cell.name)?, second],
            own: *moment.last_chunk()?,
        })
    }
}

impl Widths {
    const fn sum(self) -> usize {
        self.end + self.name + self.second + self.moment
    }

    fn of(byte: u8) -> Option<Self> {
        let byte = usize::from(byte);
        let widths = Self {
            end: byte & 3,
            name: byte >> 2 & 3,
            second: if byte & HAS_SECOND == 0 {
                0
            } else {
                byte >> 2 & 3
            },
            moment: byte >> 4 & 7,
        };
        let is_sound = widths.end <= WIDE && widths.name <= WIDE && widths.moment <= MOMENT_LEN;
        is_sound.then_some(widths)
    }

    fn byte(self) -> Option<u8> {
        let second = if self.second == 0 { 0 } else { HAS_SECOND };
        u8::try_from(self.end | self.name << 2 | self.moment << 4 | second).ok()
    }
}

/// Packs rows, which come in the order of their keys and are not more than a number of two bytes can
/// count; nothing if there are none or too many.
pub(super) fn pack(rows: &[(RowKey, Row)]) -> Option<Vec<u8>> {
    let ((first, _), (last, _)) = (rows.first()?, rows.last()?);
    let beginning_len = shared(first, last);
    let beginning = first.as_bytes().get(..beginning_len)?;
    let told_apart = rows
        .array_windows()
        .map(|[(one, _), (next, _)]| (shared(one, next) + 1).min(KEY_ROOM));
    let head_len = told_apart.max().unwrap_or(beginning_len) - beginning_len;
    let cut = beginning_len + head_len;

    let of_rows: Vec<(usize, &[u8])> = rows
        .iter()
        .map(|(key, _)| {
            let rest = key.as_bytes().get(cut..).unwrap_or_default();
            (key.len.min(cut) - beginning_len, rest)
        })
        .collect();
    let mut ends = of_rows.clone();
    ends.sort_unstable();
    ends.dedup();
    let has_second = rows.iter().any(
        |(
            _,
            Row {
                names: [_, second], ..
            },
        )| *second != NO_NAME,
    );
    let used = if has_second { 2 } else { 1 };
    let names_of = |row: &'_ Row| row.names.into_iter().take(used);
    let mut names: Vec<Name> = rows.iter().flat_map(|(_, row)| names_of(row)).collect();
    names.sort_unstable();
    names.dedup();
    // With a second name there are two at least, or a list of one that both places of it are in.
    let name_width = width_of(names.len() - 1).max(used - 1);
    let moments = || rows.iter().map(|(_, row)| number(&row.own));
    let (earliest, latest) = (moments().min()?, moments().max()?);
    let widths = Widths {
        end: width_of(ends.len() - 1),
        name: name_width,
        second: name_width * (used - 1),
        moment: (latest - earliest).to_be_bytes().len()
            - usize::try_from((latest - earliest).leading_zeros() / 8).ok()?,
    };

    let mut out = Vec::with_capacity(64 + rows.len() * (head_len + widths.sum() + NAME_LEN));
    out.push(u8::try_from(beginning_len).ok()?);
    out.push(u8::try_from(head_len).ok()?);
    out.push(widths.byte()?);
    for count in [rows.len(), names.len(), ends.len()] {
        out.extend_from_slice(&u16::try_from(count).ok()?.to_be_bytes());
    }
    put_low(&mut out, earliest, MOMENT_LEN);
    out.extend_from_slice(beginning);
    for (key, _) in rows {
        out.extend_from_slice(key.bytes.get(beginning_len..cut)?);
    }
    for ((_, row), end) in rows.iter().zip(&of_rows) {
        let end = ends.binary_search(end).ok()?;
        put_low(&mut out, u64::try_from(end).ok()?, widths.end);
        for name in names_of(row) {
            let name = names.binary_search(&name).ok()?;
            put_low(&mut out, u64::try_from(name).ok()?, widths.name);
        }
        put_low(&mut out, number(&row.own) - earliest, widths.moment);
    }
    out.extend_from_slice(names.as_flattened());
    let mut place = 0;
    for (_, rest) in &ends {
        place += 1 + rest.len();
        out.extend_from_slice(&u16::try_from(place).ok()?.to_be_bytes());
    }
    for (used, rest) in &ends {
        out.push(u8::try_from(*used).ok()?);
        out.extend_from_slice(rest);
    }
    Some(out)
}

/// How many bytes two keys begin with alike.
fn shared(one: &RowKey, other: &RowKey) -> usize {
    let both = one.as_bytes().iter().zip(other.as_bytes());
    both.take_while(|(one, other)| one == other).count()
}

/// Bytes for the numbers up to this.
const fn width_of(most: usize) -> usize {
    match most {
        0 => 0,
        1..=0xff => 1,
        _ => WIDE,
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn put_low(out: &mut Vec<u8>, number: u64, width: usize) {
    let bytes = number.to_be_bytes();
    out.extend_from_slice(bytes.get(bytes.len() - width..).unwrap_or_default());
}

#[cfg(test)]
mod tests;
