//! What the holder of a set may see: what anybody may, with the sealed part of each code laid over
//! it, how long its warranties last, and until when it is safe to use.

use std::collections::BTreeMap;

use jiff::{Span, Timestamp, civil::Date};
use saoma_pages::{Alert, Audience, Cell, Row, Sheet, Shown, View};

use super::alerts::gravity;
use super::card::code_card;
use super::class::Warranty;
use super::parts::Part;
use super::stored::open_sheets;
use crate::words::catalog::RecordKind;
use crate::words::code::Code;
use crate::words::moment::Moment;

/// One code of a set, with all that is known of it on this side of the wall.
#[derive(Clone, Debug)]
pub struct Held {
    /// The code.
    pub code: Code,
    /// What anybody may see; nothing where the code has no page.
    pub public: Option<View>,
    /// What was sealed with its pairs.
    pub part: Part,
    /// What its makers promise.
    pub warranties: Vec<Warranty>,
}

/// The day a vehicle was sold, and with it the batteries that are named there.
type Sales = BTreeMap<String, String>;

/// The last day of a warranty is no field of any record but follows from two.
const UNTIL: &str = "until";
/// So does the end of safe use, a day or a month.
const SAFE_UNTIL: &str = "safe_until";
/// What that is counted from: [`PRODUCTION`] or [`SALE`].
const SAFE_FROM: &str = "safe_from";
/// That it is over.
const SAFE_OVER: &str = "safe_over";
const PRODUCTION: &str = "production";
const SALE: &str = "sale";

/// From when on the terms of a code run, as exactly as its holder may know it.
#[derive(Clone, Copy, Debug, Default)]
struct Began<'a> {
    /// The month in which it was made.
    made: Option<&'a str>,
    /// The day on which it was sold.
    sold: Option<&'a str>,
}

/// What the holder of all of them may see of each, in their order.
pub fn views(set: Vec<Held>, public_url: &str, now: Timestamp) -> Vec<View> {
    let opened: Vec<(Held, Vec<Sheet>)> = set
        .into_iter()
        .map(|mut held| {
            let sheets = std::mem::take(&mut held.part.sheets);
            let more = open_sheets(sheets, held.code, public_url);
            (held, more)
        })
        .collect();
    let sales = sales(&opened);
    let today = Moment::from_seconds(now.as_second()).day_text();
    opened
        .into_iter()
        .map(|(held, more)| {
            let base = held.public.unwrap_or_else(|| View {
                code: code_card(held.code, public_url),
                audience: Audience::Holder,
                alerts: Vec::new(),
                records: Vec::new(),
                // It has no page that could have changed.
                as_of: format!("{now:.0}"),
                stale: false,
            });
            let made = made(&more);
            let began = Began {
                made: made.as_deref(),
                sold: sales.get(held.code.value()).map(String::as_str),
            };
            let mut records = laid_over(base.records, more);
            records.extend(warranty_sheet(&held.warranties, began, &today));
            records.sort_by_key(|sheet| RecordKind::from_name(sheet.record));
            View {
                audience: Audience::Holder,
                alerts: all_alerts(base.alerts, held.part.alerts),
                records,
                ..base
            }
        })
        .collect()
}

/// When each of these was sold first. A vehicle's sale is the sale of its batteries, and only the
/// vehicle's own records tell of it.
fn sales(set: &[(Held, Vec<Sheet>)]) -> Sales {
    let mut sales = Sales::new();
    for (held, more) in set {
        let sold = more.iter().filter(|sheet| sheet.record == "sale.binding");
        for row in sold.flat_map(|sheet| &sheet.rows) {
            let Some(day) = row.get("create_time").map(Shown::text) else {
                continue;
            };
            let mut with = vec![held.code.value().to_owned()];
            if let Some(Shown::List(batteries)) = row.get("XuDianCWYBH") {
                with.extend(batteries.iter().cloned());
            }
            for code in with {
                let known = sales.entry(code).or_insert_with(|| day.clone());
                if day < *known {
                    known.clone_from(&day);
                }
            }
        }
    }
    sales
}

/// The public rows with the holder's fields in them. Which of several rows a field belongs to is not
/// kept, so then they stand beside each other.
fn laid_over(public: Vec<Sheet>, more: Vec<Sheet>) -> Vec<Sheet> {
    let mut sheets = public;
    for extra in more {
        let same = sheets.iter_mut().find(|sheet| sheet.record == extra.record);
        match same {
            None => sheets.push(extra),
            Some(sheet) => match (sheet.rows.as_mut_slice(), extra.rows.as_slice()) {
                ([row], [over]) => *row = one_row(sheet.record, row, over),
                _ => sheet.rows.extend(extra.rows),
            },
        }
    }
    sheets
}

/// Both rows' fields in the catalog's order; where both have one, the holder's says more.
fn one_row(record: &str, row: &Row, over: &Row) -> Row {
    let fields = RecordKind::from_name(record).map_or(&[][..], RecordKind::fields);
    let shown = |key: &str| over.get(key).or_else(|| row.get(key)).cloned();
    let cell = |key: &'static str| Some((key, shown(key)?));
    let cells = fields.iter().filter_map(|field| cell(field.key));
    Row(cells.map(|(key, shown)| Cell { key, shown }).collect())
}

/// The public's warnings and the holder's, gravest first. The same notice is told once, as exactly
/// as the holder may know it.
fn all_alerts(public: Vec<Alert>, more: Vec<Alert>) -> Vec<Alert> {
    let mut all = public;
    for extra in more {
        all.retain(|known| !is_the_same(known, &extra));
        all.push(extra);
    }
    all.sort_by_key(|alert| gravity(alert.kind));
    all
}

fn is_the_same(known: &Alert, extra: &Alert) -> bool {
    let (since, exact) = (known.since.as_deref(), extra.since.as_deref());
    let coarser = exact
        .unwrap_or_default()
        .starts_with(since.unwrap_or_default());
    known.kind == extra.kind && known.text == extra.text && coarser
}

/// The month in which it was made; in doubt the earlier, which is the safer.
fn made(more: &[Sheet]) -> Option<String> {
    let stocked = more.iter().filter(|sheet| sheet.record == "stock.item");
    let rows = stocked.flat_map(|sheet| &sheet.rows);
    rows.filter_map(|row| row.get("proddt").map(Shown::text))
        .min()
}

fn warranty_sheet(warranties: &[Warranty], began: Began<'_>, today: &str) -> Option<Sheet> {
    let row = |warranty: &Warranty| {
        let mut cells = vec![
            ("model", warranty.model.clone()),
            ("part", warranty.part.clone()),
            ("months", warranty.months.clone()),
        ];
        let until = began.sold.and_then(|day| after(day, &warranty.months));
        cells.extend(until.map(|day| (UNTIL, day)));
        cells.push(("safe_months", warranty.safe_months.clone()));
        if let Some((from, until)) = safe_until(&warranty.safe_months, began) {
            let over = is_before(&until, today);
            cells.push((SAFE_UNTIL, until));
            cells.push((SAFE_FROM, from.to_owned()));
            cells.extend(over.then(|| (SAFE_OVER, "true".to_owned())));
        }
        cells.retain(|(_, text)| !text.is_empty());
        let cell = |(key, text)| Cell {
            key,
            shown: Shown::Plain(text),
        };
        Row(cells.into_iter().map(cell).collect())
    };
    (!warranties.is_empty()).then(|| Sheet {
        record: RecordKind::WarrantyPolicy.name(),
        rows: warranties.iter().map(row).collect(),
    })
}

/// Until when something is safe to use, and what that is counted from. Cells age from the day on
/// which they are made; the sale, which is later, stands in where nobody recorded that day.
fn safe_until(months: &str, began: Began<'_>) -> Option<(&'static str, String)> {
    let counted = |from, since: Option<&str>| Some((from, after(since?, months)?));
    counted(PRODUCTION, began.made).or_else(|| counted(SALE, began.sold))
}

/// Whether a day, or the whole of a month, is over.
fn is_before(until: &str, today: &str) -> bool {
    today.get(..until.len()).is_some_and(|today| until < today)
}

/// So many months after a day: that day of the month, or the month's last. After a month: a month.
fn after(since: &str, months: &str) -> Option<String> {
    let months: i32 = months.parse().ok()?;
    let span = Span::new().try_months(months).ok()?;
    if let Some((year, month)) = since.split_once('-')
        && !month.contains('-')
    {
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        return Some(first.checked_add(span).ok()?.strftime("%Y-%m").to_string());
    }
    let day: Date = since.parse().ok()?;
    Some(day.checked_add(span).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use saoma_pages::AlertKind;

    use crate::words::code::Kind;

    fn vin() -> Code {
        Code::parse(Kind::Vin, "218622108311027").unwrap()
    }

    fn alert(kind: AlertKind, since: &str) -> Alert {
        Alert {
            kind,
            since: Some(since.to_owned()),
            text: None,
        }
    }

    fn sheet(record: &'static str, cells: &[(&'static str, &str)]) -> Sheet {
        let cell = |&(key, text): &(&'static str, &str)| Cell {
            key,
            shown: Shown::Plain(text.to_owned()),
        };
        Sheet {
            record,
            rows: vec![Row(cells.iter().map(cell).collect())],
        }
    }

    #[test]
    fn a_warranty_ends_on_the_day_of_the_month_on_which_it_began() {
        assert_eq!(after("2021-11-05", "12").unwrap(), "2022-11-05");
        assert_eq!(after("2024-01-31", "1").unwrap(), "2024-02-29");
        assert_eq!(after("2024-01-31", "99999999999"), None);
        assert_eq!(after("2024-01-31", "1999999999"), None);
        assert_eq!(after("", "12"), None);
    }

    #[test]
    fn safe_use_is_counted_from_the_month_of_production_and_else_from_the_sale() {
        let both = Began {
            made: Some("2021-08"),
            sold: Some("2021-11-05"),
        };
        let sold = Began { made: None, ..both };
        let until = safe_until;
        assert_eq!(
            until("60", both),
            Some(("production", "2026-08".to_owned()))
        );
        assert_eq!(until("60", sold), Some(("sale", "2026-11-05".to_owned())));
        assert_eq!(until("60", Began::default()), None);
        assert_eq!(until("", both), None);
        let odd = |made| Began {
            made: Some(made),
            sold: None,
        };
        for nothing in ["2021-13", "2021-", "-", "2021", ""] {
            assert_eq!(until("60", odd(nothing)), None, "{nothing}");
        }
        assert_eq!(until("999999999999", both), None);
    }

    #[test]
    fn what_was_safe_until_today_or_this_month_still_is() {
        for (until, over) in [
            ("2026-11-20", true),
            ("2026-11-21", false),
            ("2026-11", false),
            ("2026-10", true),
            ("2027-01", false),
        ] {
            assert_eq!(is_before(until, "2026-11-21"), over, "{until}");
        }
    }

    #[test]
    fn of_two_days_of_production_the_earlier_counts() {
        let stocked = |made| sheet("stock.item", &[("proddt", made)]);
        let made = made(&[
            stocked("2022-01"),
            stocked("2021-12"),
            sheet("sale.binding", &[]),
        ]);
        assert_eq!(made.as_deref(), Some("2021-12"));
    }

    #[test]
    fn one_row_lies_over_the_other_and_the_holders_value_wins() {
        let public = sheet(
            "recycle.receipt",
            &[("batterytype", "铅酸"), ("receive_time", "2025-06")],
        );
        let more = sheet("recycle.receipt", &[("receive_time", "2025-06-18")]);
        let laid = laid_over(vec![public], vec![more]);
        let row = &laid[0].rows[0];
        assert_eq!(row.0.len(), 2);
        assert_eq!(row.get("receive_time").unwrap().text(), "2025-06-18");
    }

    #[test]
    fn a_notice_is_told_once_and_the_gravest_first() {
        let public = vec![
            alert(AlertKind::Recycled, "2025-06"),
            alert(AlertKind::Recalled, "2024-01"),
        ];
        let more = vec![
            alert(AlertKind::Recycled, "2025-06-18"),
            alert(AlertKind::Stolen, "2025-10-02"),
        ];
        let all = all_alerts(public, more);
        let told: Vec<_> = all
            .iter()
            .map(|alert| (alert.kind, alert.since.as_deref().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                (AlertKind::Stolen, "2025-10-02"),
                (AlertKind::Recycled, "2025-06-18"),
                (AlertKind::Recalled, "2024-01"),
            ]
        );
    }

    #[test]
    fn a_code_without_a_page_is_shown_by_its_code_alone() {
        let held = Held {
            code: vin(),
            public: None,
            part: Part::default(),
            warranties: vec![],
        };
        let views = views(vec![held], "https://a.cn", Timestamp::UNIX_EPOCH);
        assert_eq!(views[0].code.url, "https://a.cn/vin/218622108311027");
        assert_eq!(views[0].as_of, "1970-01-01T00:00:00Z");
        assert!(views[0].records.is_empty());
    }
}
