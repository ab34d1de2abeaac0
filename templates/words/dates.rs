//! Dates and moments, as each language writes them.

use std::fmt::Write as _;

use maud::html;

use crate::{lang::Lang, masks};

/// Year, month and day.
type Date = (u16, u8, u8);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `2025-03` as `2025 年 3 月` or `March 2025`, `2025-03-01` as `2025 年 3 月 1 日` or
/// `1 March 2025`. What is neither is shown as it is.
pub(crate) fn day_or_month(date: &str, lang: Lang) -> String {
    written(date, lang).unwrap_or_else(|| date.to_owned())
}

/// Since when a warning stands.
pub(crate) fn since(date: &str, lang: Lang) -> String {
    let date = day_or_month(date, lang);
    match lang {
        Lang::Zh => format!("自 {date}起"),
        Lang::En => format!("Since {date}"),
    }
}

fn written(date: &str, lang: Lang) -> Option<String> {
    if date.len() == 7 {
        let (year, month, _first) = masks::date(&format!("{date}-01"))?;
        return Some(match lang {
            Lang::Zh => format!("{year} 年 {month} 月"),
            Lang::En => format!("{} {year}", name(month)?),
        });
    }
    let written = (date.len() == 10).then(|| masks::date(date))?;
    day(written?, lang)
}

fn day((year, month, day): Date, lang: Lang) -> Option<String> {
    Some(match lang {
        Lang::Zh => html! { (year) " 年 " (month) " 月 " (day) " 日" }.into_string(),
        Lang::En => html! { (day) " " (name(month)?) " " (year) }.into_string(),
    })
}

fn name(month: u8) -> Option<&'static str> {
    MONTHS.get(usize::from(month).checked_sub(1)?).copied()
}

/// A moment in UTC as the clock in Zhejiang showed it, to the minute.
pub fn moment(utc: &str, lang: Lang) -> String {
    in_china(utc, lang).unwrap_or_else(|| utc.to_owned())
}

fn in_china(utc: &str, lang: Lang) -> Option<String> {
    let (date, clock) = utc.split_once('T')?;
    let (hour, minute) = (clock.get(..2)?, clock.get(3..5)?);
    let hour: u8 = hour.parse().ok()?;
    let date = (date.len() == 10).then(|| masks::date(date))??;
    // China keeps one time, eight hours ahead, the year round.
    let (date, hour) = if hour < 16 {
        (date, hour + 8)
    } else {
        (day_after(date)?, hour - 16)
    };
    let mut day = day(date, lang)?;
    let written = match lang {
        Lang::Zh => write!(day, " {hour:02}:{minute}"),
        Lang::En => write!(day, ", {hour:02}:{minute} (China time)"),
    };
    written.ok().map(|()| day)
}

/// The next day: one of the three that can follow is a day of the calendar.
fn day_after((year, month, day): Date) -> Option<Date> {
    [
        (year, month, day + 1),
        (year, month + 1, 1),
        (year + 1, 1, 1),
    ]
    .into_iter()
    .find_map(|(year, month, day)| masks::date(&format!("{year:04}-{month:02}-{day:02}")))
}

#[cfg(test)]
mod tests {
    use super::{day_or_month, moment};
    use crate::lang::Lang::{En, Zh};

    #[test]
    fn a_date_is_written_as_its_language_writes_it() {
        assert_eq!(day_or_month("2025-03", Zh), "2025 年 3 月");
        assert_eq!(day_or_month("2025-03", En), "March 2025");
        assert_eq!(day_or_month("2025-10-20", Zh), "2025 年 10 月 20 日");
        assert_eq!(day_or_month("2025-10-20", En), "20 October 2025");
        assert_eq!(day_or_month("soon", En), "soon");
        assert_eq!(day_or_month("日期日", Zh), "日期日");
    }

    #[test]
    fn a_moment_is_told_by_the_clock_in_zhejiang() {
        assert_eq!(
            moment("2026-11-21T08:00:00Z", Zh),
            "2026 年 11 月 21 日 16:00"
        );
        assert_eq!(
            moment("2024-02-28T16:05:59Z", En),
            "29 February 2024, 00:05 (China time)"
        );
        assert_eq!(
            moment("2025-12-31T23:59:59.5Z", Zh),
            "2026 年 1 月 1 日 07:59"
        );
        assert_eq!(
            moment("2025-04-30T20:00:00Z", Zh),
            "2025 年 5 月 1 日 04:00"
        );
        assert_eq!(moment("then", Zh), "then");
    }
}
