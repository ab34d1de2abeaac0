//! The public view as it is kept: finished values, nothing else, in few bytes.
//!
//! What a code says of itself (its own number, its sticker's address) is not kept but put in
//! again when the view is opened. Names of fields and of record types are kept as their numbers.
//!
//! So what is left is mostly what thousands of products of one model have in common. Only the
//! moment is a product's own; it stands last, for a store that keeps the rest once.

use saoma_pages::{Alert, AlertKind, Cell, Row, Sheet, Shown};

use super::bytes::{Reader, put_count, put_text};
use super::card;
use crate::words::catalog::RecordKind;
use crate::words::code::Code;
use crate::words::moment::Moment;
use crate::words::policy::Stamp;
use crate::words::subject::Maker;

/// A public view between making and showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredView {
    /// The policy it was made under.
    pub stamp: Stamp,
    /// When its content last changed, as precisely as the public may know.
    pub as_of: Moment,
    /// The maker that submitted it, whose own public record and notices belong on the page.
    pub maker: Option<Maker>,
    /// Its warnings.
    pub alerts: Vec<Alert>,
    /// Its records.
    pub sheets: Vec<StoredSheet>,
}

/// The rows of one record type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSheet {
    /// The record type.
    pub kind: RecordKind,
    /// Its rows.
    pub rows: Vec<Vec<StoredCell>>,
}

/// One value, by the number of its field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredCell {
    /// The field's number.
    pub slot: u8,
    /// What may be seen.
    pub kept: Kept,
}

/// What is kept of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// The value as shown.
    Shown(Shown),
    /// The code's own number.
    Echo,
    /// The address on the code's own sticker.
    EchoUrl,
    /// A plate's seven digits, which its code holds.
    EchoNumber,
}

const PLAIN: u8 = 0;
const MASKED: u8 = 1;
const LIST: u8 = 2;
const ECHO: u8 = 3;
const ECHO_URL: u8 = 4;
const ECHO_NUMBER: u8 = 5;
/// The fields that say of which model a product is.
pub const MODELS: [&str; 2] = ["ChanPinXH", "XuDianCXH"];
/// Bytes of a moment: seventeen thousand years to either side.
pub const MOMENT_LEN: usize = 5;

impl StoredView {
    /// The bytes to keep.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(160);
        out.push(self.stamp.byte());
        put_text(&mut out, self.maker.as_ref().map_or("", Maker::as_str));
        put_count(&mut out, self.alerts.len());
        for alert in &self.alerts {
            put_alert(&mut out, alert);
        }
        put_sheets(&mut out, &self.sheets);
        let seconds = self.as_of.seconds().to_be_bytes();
        out.extend_from_slice(seconds.split_at(seconds.len() - MOMENT_LEN).1);
        out
    }

    /// Reads what [`encode`](Self::encode) made.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (shared, own) = split(bytes)?;
        let mut from = Reader::new(shared);
        let stamp = Stamp::from_byte(from.byte()?);
        let maker = Maker::parse(from.text()?);
        let alerts = from.many(alert)?;
        let sheets = sheets(&mut from)?;
        from.is_empty().then_some(Self {
            stamp,
            as_of: moment(own),
            maker,
            alerts,
            sheets,
        })
    }
}

/// What a stored view has in common with those of other products, and what it has not.
pub fn split(bytes: &[u8]) -> Option<(&[u8], [u8; MOMENT_LEN])> {
    let (shared, own) = bytes.split_last_chunk()?;
    Some((shared, *own))
}

/// What [`split`] has told apart, as a moment.
pub fn moment(own: [u8; MOMENT_LEN]) -> Moment {
    let [first, ..] = own;
    let sign = if first & 0x80 == 0 { 0 } else { 0xff };
    let mut seconds = [sign; 8];
    let (_sign, rest) = seconds.split_at_mut(8 - MOMENT_LEN);
    rest.copy_from_slice(&own);
    Moment::from_seconds(i64::from_be_bytes(seconds))
}

/// What a code says of itself, where its records say it again.
#[derive(Debug)]
pub struct Echoes {
    /// Its text.
    pub value: String,
    /// The address on its sticker.
    pub url: String,
    /// A plate's seven digits.
    pub number: String,
}

/// The rows as a reader sees them.
pub fn open_sheets(sheets: Vec<StoredSheet>, code: Code, public_url: &str) -> Vec<Sheet> {
    let echoes = Echoes {
        value: code.value().to_owned(),
        url: card::url(code, public_url),
        number: code.number().unwrap_or_default().to_owned(),
    };
    open_as(sheets, &echoes)
}

/// The same with these for what the code says of itself.
pub fn open_as(sheets: Vec<StoredSheet>, echoes: &Echoes) -> Vec<Sheet> {
    let open_cell = |kind: RecordKind, cell: StoredCell| {
        let field = kind.fields().get(usize::from(cell.slot))?;
        let shown = match cell.kept {
            Kept::Shown(shown) => shown,
            Kept::Echo => Shown::Plain(echoes.value.clone()),
            Kept::EchoUrl => Shown::Plain(echoes.url.clone()),
            Kept::EchoNumber => Shown::Plain(echoes.number.clone()),
        };
        Some(Cell {
            key: field.key,
            shown,
        })
    };
    let open_sheet = |StoredSheet { kind, rows }| {
        let open_row = |row: Vec<StoredCell>| {
            let mut cells = Vec::with_capacity(row.len());
            cells.extend(row.into_iter().filter_map(|cell| open_cell(kind, cell)));
            Row(cells)
        };
        Sheet {
            record: kind.name(),
            rows: rows.into_iter().map(open_row).collect(),
        }
    };
    sheets.into_iter().map(open_sheet).collect()
}

/// Appends sheets.
pub(crate) fn put_sheets(out: &mut Vec<u8>, sheets: &[StoredSheet]) {
    put_count(out, sheets.len());
    for sheet in sheets {
        out.push(sheet.kind.number());
        put_count(out, sheet.rows.len());
        for row in &sheet.rows {
            put_count(out, row.len());
            for cell in row {
                put_cell(out, cell);
            }
        }
    }
}

/// Reads what [`put_sheets`] made.
pub(crate) fn sheets(from: &mut Reader<'_>) -> Option<Vec<StoredSheet>> {
    from.many(|from| {
        let kind = RecordKind::from_number(from.byte()?)?;
        let rows = from.many(|from| from.many(cell))?;
        Some(StoredSheet { kind, rows })
    })
}

pub(crate) fn put_alert(out: &mut Vec<u8>, alert: &Alert) {
    out.push(match alert.kind {
        AlertKind::Recalled => 0,
        AlertKind::Recycled => 1,
        AlertKind::Cancelled => 2,
        AlertKind::Clone => 3,
        AlertKind::Stolen => 4,
    });
    // An empty text and none are the same to a reader.
    put_text(out, alert.since.as_deref().unwrap_or_default());
    put_text(out, alert.text.as_deref().unwrap_or_default());
}

pub(crate) fn alert(from: &mut Reader<'_>) -> Option<Alert> {
    let kind = match from.byte()? {
        0 => AlertKind::Recalled,
        1 => AlertKind::Recycled,
        2 => AlertKind::Cancelled,
        3 => AlertKind::Clone,
        4 => AlertKind::Stolen,
        _ => return None,
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some(Alert {
        kind,
        since: some(from.text()?),
        text: some(from.text()?),
    })
}

fn put_cell(out: &mut Vec<u8>, cell: &StoredCell) {
    out.push(cell.slot);
    match &cell.kept {
        Kept::Shown(Shown::Plain(text)) => {
            out.push(PLAIN);
            put_text(out, text);
        }
        Kept::Shown(Shown::Masked(text)) => {
            out.push(MASKED);
            put_text(out, text);
        }
        Kept::Shown(Shown::List(codes)) => {
            out.push(LIST);
            put_count(out, codes.len());
            for code in codes {
                put_text(out, code);
            }
        }
        Kept::Echo => out.push(ECHO),
        Kept::EchoUrl => out.push(ECHO_URL),
        Kept::EchoNumber => out.push(ECHO_NUMBER),
    }
}

pub(crate) fn cell(from: &mut Reader<'_>) -> Option<StoredCell> {
    let slot = from.byte()?;
    let kept = match from.byte()? {
        PLAIN => Kept::Shown(Shown::Plain(from.text()?.to_owned())),
        MASKED => Kept::Shown(Shown::Masked(from.text()?.to_owned())),
        LIST => Kept::Shown(Shown::List(
            from.many(|from| from.text().map(str::to_owned))?,
        )),
        ECHO => Kept::Echo,
        ECHO_URL => Kept::EchoUrl,
        ECHO_NUMBER => Kept::EchoNumber,
        _ => return None,
    };
    Some(StoredCell { slot, kept })
}

/// Whether a field says of which model a product is, as its maker calls it.
pub(crate) fn is_model(kind: u8, slot: u8) -> bool {
    let fields = RecordKind::from_number(kind).map(RecordKind::fields);
    let field = fields.and_then(|fields| fields.get(usize::from(slot)));
    field.is_some_and(|field| MODELS.contains(&field.key))
}

/// A cell without its text being copied: its slot, its sort, and its text if it has one. A list is
/// nothing to glance at.
pub(crate) fn glance<'a>(from: &mut Reader<'a>) -> Option<(u8, u8, Option<&'a str>)> {
    let (slot, sort) = (from.byte()?, from.byte()?);
    match sort {
        PLAIN | MASKED => Some((slot, sort, Some(from.text()?))),
        ECHO | ECHO_URL | ECHO_NUMBER => Some((slot, sort, None)),
        _ => None,
    }
}

/// The same of a cell that has been read.
pub(crate) fn sort(kept: &Kept) -> Option<(u8, Option<&str>)> {
    match kept {
        Kept::Shown(Shown::Plain(text)) => Some((PLAIN, Some(text))),
        Kept::Shown(Shown::Masked(text)) => Some((MASKED, Some(text))),
        Kept::Shown(Shown::List(_)) => None,
        Kept::Echo => Some((ECHO, None)),
        Kept::EchoUrl => Some((ECHO_URL, None)),
        Kept::EchoNumber => Some((ECHO_NUMBER, None)),
    }
}

/// The maker in a stored view, without reading the rest of it.
pub fn maker(bytes: &[u8]) -> Option<Maker> {
    let mut from = Reader::new(bytes);
    from.byte()?;
    Maker::parse(from.text()?)
}

#[cfg(test)]
pub(crate) mod tests;
