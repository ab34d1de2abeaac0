//! Dates and moments, as each language writes them.

use crate::{lang::Lang, masks};

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
    let whole = match date.len() {
        7 => masks::day_of(&format!("{date}-01"))?,
        10 => masks::day_of(date)?,
        _ => return None,
    };
    let (year, month) = (whole.get(..4)?, whole.get(5..7)?.trim_start_matches('0'));
    let day = whole.get(8..)?.trim_start_matches('0');
    let name = || MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?);
    Some(match (lang, date.len()) {
        (Lang::Zh, 7) => format!("{year} 年 {month} 月"),
        (Lang::Zh, _) => format!("{year} 年 {month} 月 {day} 日"),
        (Lang::En, 7) => format!("{} {year}", name()?),
        (Lang::En, _) => format!("{day} {} {year}", name()?),
    })
}

/// A moment in UTC as the clock in Zhejiang showed it, to the minute.
pub(crate) fn moment(utc: &str, lang: Lang) -> String {
    in_china(utc, lang).unwrap_or_else(|| utc.to_owned())
}

fn in_china(utc: &str, lang: Lang) -> Option<String> {
    let (date, clock) = utc.split_once('T')?;
    let (hour, minute) = (clock.get(..2)?, clock.get(3..5)?);
    let hour: u8 = hour.parse().ok()?;
    // China keeps one time, eight hours ahead, the year round.
    let (date, hour) = if hour < 16 {
        (date.to_owned(), hour + 8)
    } else {
        (day_after(date)?, hour - 16)
    };
    let day = written(&date, lang)?;
    Some(match lang {
        Lang::Zh => format!("{day} {hour:02}:{minute}"),
        Lang::En => format!("{day}, {hour:02}:{minute} (China time)"),
    })
}

/// The next day: one of the three that can follow is a day of the calendar.
fn day_after(date: &str) -> Option<String> {
    let mut parts = date.splitn(3, '-').map(|part| part.parse::<u16>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    [
        (year, month, day + 1),
        (year, month + 1, 1),
        (year + 1, 1, 1),
    ]
    .into_iter()
    .find_map(|(year, month, day)| masks::day_of(&format!("{year:04}-{month:02}-{day:02}")))
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
