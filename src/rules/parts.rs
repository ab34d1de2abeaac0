//! What the holder of a pair may see of its codes beyond what anybody may: the two parts of a pair's
//! sealed entry.
//!
//! There are more pairs than codes, so their entries are short. Each is written for two codes, and
//! who opens it has both: where a part names one of them, one byte stands for it, and where it
//! names a neighbour, only what is different. Days take two bytes.

use jiff::civil::{Date, date};
use saoma_pages::{Alert, Audience, Shown};

use super::alerts::alerts;
use super::bytes::{Reader as Bytes, put_count, put_text};
use super::dossier::Dossier;
use super::project::{Wanted, is_withheld, sheets_where};
use super::show::Reader;
use super::stored::{self, Kept, StoredCell, StoredSheet};
use crate::words::catalog::{Field, RecordKind};
use crate::words::code::{Code, Kind};
use crate::words::policy::Policy;

/// What a holder may see of one code beyond its public view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Warnings that the public does not see, or sees less exactly.
    pub alerts: Vec<Alert>,
    /// The rows, without what the public sees of them.
    pub sheets: Vec<StoredSheet>,
}

const PLAIN: u8 = 0;
const MASKED: u8 = 1;
const LIST: u8 = 2;
const ECHO: u8 = 3;
const ECHO_URL: u8 = 4;
const ECHO_NUMBER: u8 = 5;
/// The number of the couple's first code; of its second, one more.
const ONE_OF_BOTH: u8 = 6;
const DAY: u8 = 8;
/// In a list: the couple's first or second code. Above, how many characters are those of the code
/// before, and one more than this.
const BOTH: u8 = 2;

/// The first of the days that take two bytes; the last is in 2179.
const FIRST_DAY: Date = date(2000, 1, 1);

impl Part {
    /// What a holder may see of this code beyond what anybody may.
    pub fn of(code: Code, dossier: Dossier<'_>, policy: Policy) -> Self {
        let holder = Reader::Masked(Audience::Holder);
        let wanted = Wanted {
            kind: |kind| shows_holders_more(kind, policy),
            field: |field: &Field| is_beyond_public(field, policy),
        };
        let extra = sheets_where(Some(code), dossier, holder, policy, &wanted);
        let raised = alerts(dossier, holder, policy);
        let public = if raised.is_empty() {
            Vec::new()
        } else {
            alerts(dossier, Reader::Masked(Audience::Public), policy)
        };
        Self {
            alerts: raised
                .into_iter()
                .filter(|raised| public.iter().all(|public| public.alert != raised.alert))
                .filter_map(|raised| raised.alert)
                .collect(),
            sheets: extra
                .into_iter()
                .filter_map(|settled| beyond_public(settled.sheet, policy))
                .collect(),
        }
    }

    fn write(&self, couple: &[Code; 2], out: &mut Vec<u8>) {
        put_count(out, self.alerts.len());
        for alert in &self.alerts {
            stored::put_alert(out, alert);
        }
        put_count(out, self.sheets.len());
        for sheet in &self.sheets {
            out.push(sheet.kind.number());
            put_count(out, sheet.rows.len());
            for row in &sheet.rows {
                put_count(out, row.len());
                for cell in row {
                    out.push(cell.slot);
                    put_kept(&cell.kept, couple, out);
                }
            }
        }
    }

    fn read(couple: &[Code; 2], from: &mut Bytes<'_>) -> Option<Self> {
        let alerts = from.many(stored::alert)?;
        let sheets = from.many(|from| {
            let kind = RecordKind::from_number(from.byte()?)?;
            let rows = from.many(|from| from.many(|from| cell(couple, from)))?;
            Some(StoredSheet { kind, rows })
        })?;
        Some(Self { alerts, sheets })
    }
}

/// The entry of a pair: the parts of its two codes, the smaller code's first.
pub fn write_parts(couple: &[Code; 2], parts: [&Part; 2]) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    for part in parts {
        part.write(couple, &mut out);
    }
    out
}

/// Reads what [`write_parts`] wrote for the same couple.
pub fn read_parts(couple: &[Code; 2], bytes: &[u8]) -> Option<[Part; 2]> {
    let mut from = Bytes::new(bytes);
    let parts = [
        Part::read(couple, &mut from)?,
        Part::read(couple, &mut from)?,
    ];
    from.is_empty().then_some(parts)
}

fn put_kept(kept: &Kept, couple: &[Code; 2], out: &mut Vec<u8>) {
    match kept {
        Kept::Shown(Shown::Plain(text)) => {
            if let Some(which) = couple.iter().position(|code| is(code, text)) {
                out.push(ONE_OF_BOTH + u8::from(which == 1));
            } else if let Some(days) = days(text) {
                out.push(DAY);
                out.extend_from_slice(&days.to_be_bytes());
            } else {
                out.push(PLAIN);
                put_text(out, text);
            }
        }
        Kept::Shown(Shown::Masked(text)) => {
            out.push(MASKED);
            put_text(out, text);
        }
        Kept::Shown(Shown::List(codes)) => {
            out.push(LIST);
            put_count(out, codes.len());
            let mut before = battery_of(couple);
            for code in codes {
                put_listed(code, before, couple, out);
                before = code;
            }
        }
        Kept::Echo => out.push(ECHO),
        Kept::EchoUrl => out.push(ECHO_URL),
        Kept::EchoNumber => out.push(ECHO_NUMBER),
    }
}

fn cell(couple: &[Code; 2], from: &mut Bytes<'_>) -> Option<StoredCell> {
    let slot = from.byte()?;
    let [one, other] = couple;
    let plain = |text: &str| Kept::Shown(Shown::Plain(text.to_owned()));
    let kept = match from.byte()? {
        PLAIN => plain(from.text()?),
        MASKED => Kept::Shown(Shown::Masked(from.text()?.to_owned())),
        LIST => {
            let mut codes: Vec<String> = Vec::new();
            for _ in 0..from.count()? {
                let before = codes.last().map_or(battery_of(couple), String::as_str);
                let code = listed(before, couple, from)?;
                codes.push(code);
            }
            Kept::Shown(Shown::List(codes))
        }
        ECHO => Kept::Echo,
        ECHO_URL => Kept::EchoUrl,
        ECHO_NUMBER => Kept::EchoNumber,
        ONE_OF_BOTH => plain(one.value()),
        tag if tag == ONE_OF_BOTH + 1 => plain(other.value()),
        DAY => {
            let days = u16::from_be_bytes([from.byte()?, from.byte()?]);
            plain(&day(days)?)
        }
        _ => return None,
    };
    Some(StoredCell { slot, kept })
}

fn put_listed(code: &str, before: &str, couple: &[Code; 2], out: &mut Vec<u8>) {
    if let Some(which) = couple.iter().position(|known| is(known, code)) {
        out.push(u8::from(which == 1));
        return;
    }
    // The blocks of one vehicle come off one line, a number apart.
    let pairs = code.bytes().zip(before.bytes());
    let shared = pairs.take_while(|(one, other)| one == other).count();
    let (shared, rest) = u8::try_from(shared)
        .ok()
        .and_then(|shared| Some((shared.checked_add(BOTH)?, code.get(usize::from(shared)..)?)))
        .unwrap_or((BOTH, code));
    out.push(shared);
    put_text(out, rest);
}

fn listed(before: &str, couple: &[Code; 2], from: &mut Bytes<'_>) -> Option<String> {
    let head = from.byte()?;
    if let Some(code) = couple.get(usize::from(head)) {
        return Some(code.value().to_owned());
    }
    let shared = before.get(..usize::from(head - BOTH))?;
    Some([shared, from.text()?].concat())
}

/// What the first code of a list may be a neighbour of.
fn battery_of(couple: &[Code; 2]) -> &str {
    let battery = couple.iter().find(|code| code.kind() == Kind::Pwb);
    battery.map_or("", Code::value)
}

fn is(code: &Code, text: &str) -> bool {
    code.as_bytes() == text.as_bytes()
}

fn days(text: &str) -> Option<u16> {
    // Only this one way of writing a day comes back as it went in.
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + i16::from(digit - b'0'))
        })
    };
    let part = |digits: [u8; 2]| i8::try_from(number(&digits)?).ok();
    let date = Date::new(number(&[y1, y2, y3, y4])?, part([m1, m2])?, part([d1, d2])?);
    let since = date.ok()?.duration_since(FIRST_DAY);
    u16::try_from(since.as_hours() / 24).ok()
}

fn day(days: u16) -> Option<String> {
    let day = FIRST_DAY.checked_add(jiff::Span::new().days(days)).ok()?;
    Some(day.to_string())
}

/// Whether a holder sees anything in records of this type that the public does not.
fn shows_holders_more(kind: RecordKind, policy: Policy) -> bool {
    let mut fields = kind.fields().iter();
    fields.any(|field| is_beyond_public(field, policy))
}

/// A holder sees the masked owner under every policy.
fn is_beyond_public(field: &Field, policy: Policy) -> bool {
    field.entry.rule(Audience::Holder) != field.entry.rule(Audience::Public)
        || is_withheld(field, Audience::Public, policy)
}

fn beyond_public(mut sheet: StoredSheet, policy: Policy) -> Option<StoredSheet> {
    let fields = sheet.kind.fields();
    for row in &mut sheet.rows {
        row.retain(|cell| {
            fields
                .get(usize::from(cell.slot))
                .is_some_and(|field| is_beyond_public(field, policy))
        });
    }
    sheet.rows.retain(|row| !row.is_empty());
    (!sheet.rows.is_empty()).then_some(sheet)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;
    use crate::rules::stored::tests::{some_alert, some_sheets};

    fn couple() -> [Code; 2] {
        [
            "vin/218622108311027",
            "pwb/76392965TN21080500543B48V121513522",
        ]
        .map(|text| Code::parse_any(text).unwrap())
    }

    fn some_part() -> impl Strategy<Value = Part> {
        (
            vec(some_alert(), 0..2),
            some_sheets(),
            option::of(some_list()),
        )
            .prop_map(|(alerts, mut sheets, list)| {
                sheets.extend(list.map(|codes| StoredSheet {
                    kind: RecordKind::SaleBinding,
                    rows: vec![vec![StoredCell {
                        slot: 2,
                        kept: Kept::Shown(Shown::List(codes)),
                    }]],
                }));
                Part { alerts, sheets }
            })
    }

    fn some_list() -> impl Strategy<Value = Vec<String>> {
        let text = prop_oneof![
            Just("76392965TN21080500543B48V121513522".to_owned()),
            "76392965TN210805005[0-9]{2}B48V121513522",
            "[0-9A-Z]{8}[0-9A-Za-z]{1,32}",
            ".{0,6}",
        ];
        vec(text, 0..6)
    }

    fn lone(text: &str) -> Part {
        let kept = Kept::Shown(Shown::Plain(text.to_owned()));
        Part {
            alerts: Vec::new(),
            sheets: vec![StoredSheet {
                kind: RecordKind::SaleBinding,
                rows: vec![vec![StoredCell { slot: 3, kept }]],
            }],
        }
    }

    proptest! {
        #[test]
        fn both_parts_come_back_as_they_went_in(one in some_part(), other in some_part()) {
            let bytes = write_parts(&couple(), [&one, &other]);
            prop_assert_eq!(read_parts(&couple(), &bytes), Some([one, other]));
        }

        #[test]
        fn hostile_bytes_make_parts_or_none_and_never_a_panic(bytes in vec(any::<u8>(), 0..300)) {
            let _read = read_parts(&couple(), &bytes);
        }

        #[test]
        fn every_text_that_looks_like_a_day_comes_back(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            let bytes = write_parts(&couple(), [&lone(&text), &Part::default()]);
            prop_assert_eq!(read_parts(&couple(), &bytes), Some([lone(&text), Part::default()]));
        }
    }

    #[test]
    fn bytes_that_are_no_parts_are_none() {
        let read = |bytes: &[u8]| read_parts(&couple(), bytes);
        assert_eq!(read(&[0; 4]), Some([Part::default(), Part::default()]));
        assert_eq!(read(&[0; 3]), None);
        assert_eq!(read(&[0; 5]), None);
    }

    #[test]
    fn what_the_reader_has_in_hand_takes_a_byte_and_a_day_two() {
        let len = |text: &str| write_parts(&couple(), [&lone(text), &Part::default()]).len();
        let empty = len("");
        assert_eq!(len("218622108311027"), empty - 1);
        assert_eq!(len("2023-05-06"), empty + 1);
        assert_eq!(len("2023-5-6"), empty + 8);
    }
}
