//! Telephone numbers.

use super::narrow;
use crate::personal::Masking;

/// Digits of a mobile number.
const MOBILE_LEN: usize = 11;
/// Digits of a number that is charged to the called firm, or shared with it.
const HOTLINE_LEN: usize = 10;

/// A mobile number keeps its first three and last four digits. A landline keeps its area code and
/// last four. What is a firm's and nobody's own is shown whole: 400 and 800 numbers, the five or
/// six digits of a service (95…, 96…, 12…), and a switchboard, which shows itself by the extension
/// after it; the extension is somebody's desk and is hidden. The country's prefix is dropped.
pub(super) fn mask(raw: &str) -> Option<Masking> {
    let (number, extension) = parted(raw)?;
    let (number, abroad) = without_country(&number);
    let digits = number.len();
    if digits == MOBILE_LEN && begins(number, &["13", "14", "15", "16", "17", "18", "19"]) {
        let (first, last) = (number.get(..3)?, last_four(number)?);
        return Some(Masking::part(format!("{first}****{last}")));
    }
    if digits == HOTLINE_LEN && begins(number, &["400", "800"]) {
        let (net, firm, line) = (number.get(..3)?, number.get(3..6)?, number.get(6..)?);
        return Some(Masking::whole(format!("{net}-{firm}-{line}")));
    }
    if matches!(digits, 5 | 6) && begins(number, &["95", "96", "12"]) {
        return Some(Masking::whole(number.to_owned()));
    }
    // From abroad the area code has lost its zero.
    let number = match abroad {
        Abroad::Yes if !number.starts_with('0') => format!("0{number}"),
        Abroad::Yes | Abroad::No => number.to_owned(),
    };
    landline(&number, extension)
}

/// Whether a number was written to be called from abroad.
#[derive(Clone, Copy)]
enum Abroad {
    Yes,
    No,
}

/// Whether something follows the number proper.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extension {
    Given,
    None,
}

/// The number's digits with a leading plus, and whether an extension follows. Nothing if there is
/// anything in it that is not part of how numbers are written.
fn parted(raw: &str) -> Option<(String, Extension)> {
    let text: String = narrow(raw).collect();
    let marked = ["转", "轉", "ext.", "ext", "Ext.", "Ext", "x", "#"]
        .into_iter()
        .find_map(|mark| text.split_once(mark));
    let (main, extension) = match marked {
        Some((main, extension)) => (main, Some(extension)),
        None => by_hyphens(&text),
    };
    let desk = |extension: &str| {
        (1..=6).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !extension.is_none_or(desk) {
        return None;
    }
    let joints = |c: &char| !matches!(c, '-' | '(' | ')' | '—' | '–' | '－' | '‐');
    let number: String = main.chars().filter(joints).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let extension = extension.map_or(Extension::None, |_| Extension::Given);
    Some((number, extension))
}

/// `0571-87654321-801`: a third group of at most six digits after a whole landline.
fn by_hyphens(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once('-') {
        Some((main, last))
            if main.starts_with('0')
                && main.contains('-')
                && last.len() <= 6
                && main.bytes().filter(u8::is_ascii_digit).count() >= HOTLINE_LEN =>
        {
            (main, Some(last))
        }
        _ => (text, None),
    }
}

fn without_country(number: &str) -> (&str, Abroad) {
    let bare = ["+86", "0086"]
        .into_iter()
        .find_map(|prefix| number.strip_prefix(prefix));
    let unmarked = || {
        let rest = number.strip_prefix("86")?;
        (rest.len() == MOBILE_LEN).then_some(rest)
    };
    match bare.or_else(unmarked) {
        Some(rest) => (rest, Abroad::Yes),
        None => (number, Abroad::No),
    }
}

/// An area code is 010, 02x or three digits after a zero; the number behind it has seven or eight
/// digits and begins with 2 to 8. Without an area code the last four are left.
fn landline(number: &str, extension: Extension) -> Option<Masking> {
    let area_len = if begins(number, &["010", "02"]) {
        3
    } else if number.starts_with('0') {
        4
    } else {
        0
    };
    let (area, local) = number.split_at_checked(area_len)?;
    let area_is_one = area.is_empty() || !begins(area, &["00", "01"]) || area == "010";
    let local_is_one =
        matches!(local.len(), 7 | 8) && local.starts_with(|c| matches!(c, '2'..='8'));
    if !area_is_one || !local_is_one {
        return None;
    }
    let joint = if area.is_empty() { "" } else { "-" };
    let text = match extension {
        Extension::Given => format!("{area}{joint}{local}-***"),
        Extension::None => format!("{area}{joint}****{}", last_four(local)?),
    };
    Some(Masking::part(text))
}

fn begins(number: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| number.starts_with(prefix))
}

fn last_four(number: &str) -> Option<&str> {
    number.get(number.len().checked_sub(4)?..)
}
