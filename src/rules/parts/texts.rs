//! Texts that have a shorter way to be written. Each comes back exactly as it was, or is none of these.

use jiff::civil::{Date, date};

/// The first of the days that take two bytes; the last is in 2179.
const FIRST_DAY: Date = date(2000, 1, 1);
/// Characters of a credit code, and the bytes of a number of so many digits to the base 36.
const CREDIT_LEN: usize = 18;
const CREDIT_BYTES: usize = 12;

/// Eighteen digits and capitals, as a number to the base 36.
pub(super) fn eighteen(text: &str) -> Option<[u8; CREDIT_BYTES]> {
    if text.len() != CREDIT_LEN {
        return None;
    }
    let (one, other) = text.as_bytes().split_at_checked(CREDIT_LEN / 2)?;
    let half = |digits: &[u8]| {
        digits.iter().try_fold(0_u64, |number, digit| {
            let digit = match digit {
                b'0'..=b'9' => digit - b'0',
                b'A'..=b'Z' => digit - b'A' + 10,
                _ => return None,
            };
            Some(number * 36 + u64::from(digit))
        })
    };
    let number = u128::from(half(one)?) * 36_u128.pow(9) + u128::from(half(other)?);
    number.to_be_bytes().last_chunk().copied()
}

pub(super) fn eighteen_of(bytes: [u8; CREDIT_BYTES]) -> Option<String> {
    let mut number = bytes
        .iter()
        .fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut text = [b'0'; CREDIT_LEN];
    for slot in text.iter_mut().rev() {
        let digit = u32::try_from(number % 36).ok()?;
        *slot = u8::try_from(char::from_digit(digit, 36)?.to_ascii_uppercase()).ok()?;
        number /= 36;
    }
    let whole = (number == 0).then_some(text)?;
    String::from_utf8(whole.to_vec()).ok()
}

/// What stands before and behind the stars of a text that has some, all in one place.
pub(super) fn starred(text: &str) -> Option<(&str, u8, &str)> {
    let (before, rest) = text.split_at_checked(text.find('*')?)?;
    let behind = rest.trim_start_matches('*');
    let stars = u8::try_from(rest.len() - behind.len()).ok()?;
    (stars > 2).then_some((before, stars, behind))
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i16::from(digit - b'0'))
    })
}

pub(super) fn days(text: &str) -> Option<u16> {
    // Only this one way of writing a day comes back as it went in.
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return None;
    };
    let part = |digits: [u8; 2]| i8::try_from(number(&digits)?).ok();
    let date = Date::new(number(&[y1, y2, y3, y4])?, part([m1, m2])?, part([d1, d2])?);
    let since = date.ok()?.duration_since(FIRST_DAY);
    u16::try_from(since.as_hours() / 24).ok()
}

pub(super) fn day(days: u16) -> Option<String> {
    let day = FIRST_DAY.checked_add(jiff::Span::new().days(days)).ok()?;
    Some(day.to_string())
}

pub(super) fn months(text: &str) -> Option<u16> {
    let &[y1, y2, y3, y4, b'-', m1, m2] = text.as_bytes() else {
        return None;
    };
    let month = number(&[m1, m2]).filter(|month| (1..=12).contains(month))?;
    let months = i32::from(number(&[y1, y2, y3, y4])?) * 12 + i32::from(month) - 1;
    u16::try_from(months).ok()
}

pub(super) fn month(months: u16) -> String {
    format!("{:04}-{:02}", months / 12, months % 12 + 1)
}
