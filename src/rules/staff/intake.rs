//! Whether a battery may be taken in, and what goes into the list of a sitting.

use saoma_pages::staff::{Bar, Care, Intake, Taken};
use saoma_pages::{AlertKind, View};

use crate::words::moment::Moment;

const BATTERY: &str = "production.battery";
const MONTHS_OF_A_YEAR: i64 = 12;

/// The verdict over a battery, from what a recycler may see of it.
pub fn intake(view: &View) -> Intake {
    let warned = |kind: AlertKind| view.alerts.iter().any(|alert| alert.kind == kind);
    if warned(AlertKind::Stolen) {
        return Intake::No(Bar::Stolen);
    }
    if warned(AlertKind::Recycled) {
        return Intake::No(Bar::AlreadyTaken);
    }
    let cares = [
        (Care::Clone, warned(AlertKind::Clone)),
        (Care::Recalled, warned(AlertKind::Recalled)),
        (Care::Fire, view.latest("charging.fire").is_some()),
        (Care::NoProduction, view.latest(BATTERY).is_none()),
    ];
    let cares: Vec<Care> = cares
        .into_iter()
        .filter_map(|(care, holds)| holds.then_some(care))
        .collect();
    if cares.is_empty() {
        Intake::Yes
    } else {
        Intake::WithCare(cares)
    }
}

/// A battery's line in the list.
pub fn taken(view: &View, intake: &Intake, now: Moment) -> Taken {
    let of = |key: &str| Some(view.latest(BATTERY)?.get(key)?.text());
    Taken {
        code: view.code.value.clone(),
        chemistry: of("XuDianCLX"),
        capacity: of("XuDianCRL"),
        produced: produced(view),
        verdict: intake.verdict(),
        at: now.to_string(),
    }
}

/// The month a battery was made, `2021-08`, if its records tell.
fn produced(view: &View) -> Option<String> {
    let text = view.latest("stock.item")?.get("proddt")?.text();
    let month = text.get(..7)?;
    month_number(month).map(|_number| month.to_owned())
}

/// How many whole months ago `2021-08` was.
pub fn months_since(month: &str, now: Moment) -> Option<u32> {
    let then = month_number(month)?;
    let this = month_number(&now.month_text())?;
    u32::try_from(this - then).ok()
}

fn month_number(text: &str) -> Option<i64> {
    let (year, month) = text.split_once('-')?;
    let month: i64 = month
        .parse()
        .ok()
        .filter(|month| (1..=12).contains(month))?;
    let year: i64 = year
        .parse()
        .ok()
        .filter(|year| (1990..=2200).contains(year))?;
    Some(year * MONTHS_OF_A_YEAR + month - 1)
}

#[cfg(test)]
mod tests {
    use saoma_pages::{Alert, Audience, Cell, Row, Sheet, Shown};

    use super::*;
    use crate::rules::card::code_card;
    use crate::rules::dossier::sample::{PWB, code};

    fn view(records: &[(&'static str, &'static str, &str)], alerts: &[AlertKind]) -> View {
        let sheet = |(record, key, text): &(&'static str, &'static str, &str)| Sheet {
            record,
            rows: vec![Row(vec![Cell {
                key,
                shown: Shown::Plain((*text).to_owned()),
            }])],
        };
        let alert = |kind: &AlertKind| Alert {
            kind: *kind,
            since: None,
            text: None,
        };
        View {
            code: code_card(code(PWB), "https://www.pzcode.cn"),
            audience: Audience::Recycler,
            alerts: alerts.iter().map(alert).collect(),
            records: records.iter().map(sheet).collect(),
            as_of: String::new(),
            stale: false,
        }
    }

    const MADE: (&str, &str, &str) = ("production.battery", "XuDianCLX", "铅酸蓄电池");

    #[test]
    fn what_was_stolen_or_taken_in_before_is_not_taken_in() {
        for (alerts, bar) in [
            (&[AlertKind::Recycled][..], Bar::AlreadyTaken),
            (&[AlertKind::Stolen], Bar::Stolen),
            (&[AlertKind::Recycled, AlertKind::Stolen], Bar::Stolen),
        ] {
            assert_eq!(intake(&view(&[MADE], alerts)), Intake::No(bar));
        }
    }

    #[test]
    fn every_doubt_is_told_and_without_one_the_answer_is_yes() {
        assert_eq!(intake(&view(&[MADE], &[])), Intake::Yes);
        let doubtful = view(
            &[("charging.fire", "HZSGFSDD", "true")],
            &[AlertKind::Recalled, AlertKind::Clone],
        );
        let all = [Care::Clone, Care::Recalled, Care::Fire, Care::NoProduction];
        assert_eq!(intake(&doubtful), Intake::WithCare(all.into()));
    }

    #[test]
    fn its_age_is_counted_in_months_and_never_from_the_future() {
        let now = Moment::parse("2026-11-21T08:00:00+08:00").unwrap();
        assert_eq!(months_since("2021-08", now), Some(63));
        assert_eq!(months_since("2026-11", now), Some(0));
        for none in ["2026-12", "2021-13", "soon", "2021", "-1-08"] {
            assert_eq!(months_since(none, now), None, "{none}");
        }
        let stocked = view(&[("stock.item", "proddt", "2021-08")], &[]);
        assert_eq!(
            taken(&stocked, &Intake::Yes, now).produced.as_deref(),
            Some("2021-08")
        );
    }
}
