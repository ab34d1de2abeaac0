//! Moments, as coarse as an audience may know them.

use super::narrow;

/// Years that a record can be about. Before it there were no electric bicycles.
const YEARS: std::ops::RangeInclusive<u16> = 1990..=2199;

/// The day of a moment, as it is written there: `2024-05-01`. Reads `2024-05-01`,
/// `2024-05-01 09:30:00`, RFC 3339, `2024/5/1`, `20240501` and `2024年5月1日`; nothing else.
pub fn day_of(moment: &str) -> Option<String> {
    let (year, month, day) = date(moment)?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// The month of a moment: `2024-05`. Reads what [`day_of`] reads.
pub fn month_of(moment: &str) -> Option<String> {
    let (year, month, _day) = date(moment)?;
    Some(format!("{year:04}-{month:02}"))
}

/// Year, month and day of a moment. Reads what [`day_of`] reads.
pub(crate) fn date(moment: &str) -> Option<(u16, u8, u8)> {
    if let Some(date) = plain(moment) {
        return Some(date);
    }
    let moment = moment.trim();
    let blank = ['T', 't', ' ', '\u{3000}'];
    let date = match moment.split_once(blank) {
        Some((date, time)) => is_time(time.trim_start()).then_some(date)?,
        None => moment,
    };
    let date: String = narrow(date).collect();
    let (year, month, day) = parts(&date)?;
    let year: u16 = number(year, 4, 4)?.try_into().ok()?;
    let month: u8 = number(month, 1, 2)?.try_into().ok()?;
    let day: u8 = number(day, 1, 2)?.try_into().ok()?;
    whole(year, month, day)
}

/// Nearly every date of ours is written so: `2024-05-01`.
fn plain(date: &str) -> Option<(u16, u8, u8)> {
    let &[y3, y2, y1, y0, b'-', m1, m0, b'-', d1, d0] = date.as_bytes() else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    let two = |tens, ones| Some(digit(tens)? * 10 + digit(ones)?);
    let year = u16::from(two(y3, y2)?) * 100 + u16::from(two(y1, y0)?);
    whole(year, two(m1, m0)?, two(d1, d0)?)
}

/// A day that there is.
fn whole(year: u16, month: u8, day: u8) -> Option<(u16, u8, u8)> {
    let there_is = YEARS.contains(&year) && (1..=days_of(year, month)?).contains(&day);
    there_is.then_some((year, month, day))
}

/// The three parts of a date, whichever way they are held together.
fn parts(date: &str) -> Option<(&str, &str, &str)> {
    if date.len() == 8 && date.is_ascii() && !date.contains(['-', '/', '.']) {
        return Some((date.get(..4)?, date.get(4..6)?, date.get(6..)?));
    }
    if let Some((year, rest)) = date.split_once('年') {
        let (month, day) = rest.split_once('月')?;
        return Some((year, month, day.strip_suffix('日')?));
    }
    let joint = ['-', '/', '.'].into_iter().find(|c| date.contains(*c))?;
    let (year, rest) = date.split_once(joint)?;
    let (month, day) = rest.split_once(joint)?;
    Some((year, month, day))
}

/// `09:30`, `09:30:00`, with a fraction and an offset or without.
fn is_time(time: &str) -> bool {
    let clock = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => {
            let Some((clock, offset)) = time.split_at_checked(at) else {
                return false;
            };
            if !is_offset(offset) {
                return false;
            }
            clock
        }
        None => time,
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let fits = |text: Option<&str>, most: u32| {
        text.and_then(|text| number(text, 1, 2))
            .is_some_and(|n| n <= most)
    };
    let mut parts = clock.trim_end().split(':');
    let hour = fits(parts.next(), 23);
    let minute = fits(parts.next(), 59);
    let second = parts.next().is_none_or(|text| fits(Some(text), 60));
    let fraction = fraction.is_none_or(|digits| number(digits.trim_end(), 1, 9).is_some());
    hour && minute && second && fraction && parts.next().is_none()
}

fn is_offset(offset: &str) -> bool {
    if matches!(offset, "Z" | "z") {
        return true;
    }
    let Some(clock) = offset.strip_prefix(['+', '-']) else {
        return false;
    };
    let digits: String = clock.chars().filter(|c| *c != ':').collect();
    number(&digits, 2, 4).is_some_and(|n| n <= 1400)
}

fn number(text: &str, least: usize, most: usize) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !(least..=most).contains(&text.len()) {
        return None;
    }
    text.parse().ok()
}

fn days_of(year: u16, month: u8) -> Option<u8> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}
