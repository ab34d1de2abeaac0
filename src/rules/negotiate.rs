//! What the reader's headers ask for: form, language, encoding (RFC 9110, section 12).
//!
//! A header that makes no sense counts as absent: a person who scans a sticker has not written it.

use std::cmp::Ordering;

use http::{
    HeaderMap,
    header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HeaderName},
};
use saoma_pages::Lang;

/// The two forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A page for a person.
    Page,
    /// JSON for a program.
    Json,
}

/// How the bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// Brotli.
    Brotli,
}

/// A weight in thousandths, so that it can be compared without floats. `None`: not acceptable.
type Weight = Option<u16>;

const WHOLE: u16 = 1000;
/// Ranges read of one header. Browsers send fewer than ten; the rest would only be work.
const RANGES: usize = 32;

/// The form that `Accept` prefers: a page when in doubt, nothing when it excludes both.
pub fn form(headers: &HeaderMap) -> Option<Form> {
    form_or(headers, Form::Page)
}

/// The same with another form when in doubt.
pub fn form_or(headers: &HeaderMap, in_doubt: Form) -> Option<Form> {
    if !headers.contains_key(ACCEPT) {
        return Some(in_doubt);
    }
    let page = media(headers, "text", "html");
    let json = media(headers, "application", "json");
    // At equal weight the one that is named wins over the one that is merely let through.
    match json.cmp(&page) {
        Ordering::Greater => Some(Form::Json),
        Ordering::Less => Some(Form::Page),
        Ordering::Equal => page.map(|_weight| in_doubt),
    }
}

/// Chinese unless English is preferred.
pub fn language(headers: &HeaderMap) -> Lang {
    let (mut chinese, mut english) = (None, None);
    let (mut other, mut seen) = (None, false);
    for (range, weight) in ranges(headers, &ACCEPT_LANGUAGE) {
        seen = true;
        let primary = range.split('-').next().unwrap_or_default();
        let slot = if primary.eq_ignore_ascii_case("zh") {
            &mut chinese
        } else if primary.eq_ignore_ascii_case("en") {
            &mut english
        } else if primary == "*" {
            &mut other
        } else {
            continue;
        };
        *slot = Some(slot.map_or(weight, |best: u16| best.max(weight)));
    }
    let chinese = chinese.or(other).unwrap_or(0);
    let english = english.or(other).unwrap_or(0);
    if seen && english > chinese {
        Lang::En
    } else {
        Lang::Zh
    }
}

/// The encoding with the highest weight; of equals the one that makes the fewest bytes.
pub fn encoding(headers: &HeaderMap) -> Encoding {
    let (mut brotli, mut zstd, mut gzip, mut identity, mut other) = (None, None, None, None, None);
    for (range, weight) in ranges(headers, &ACCEPT_ENCODING) {
        let is = |name: &str| range.eq_ignore_ascii_case(name);
        if is("br") {
            brotli = Some(weight);
        } else if is("zstd") {
            zstd = Some(weight);
        } else if is("gzip") || is("x-gzip") {
            gzip = Some(weight);
        } else if is("identity") {
            identity = Some(weight);
        } else if range == "*" {
            other = Some(weight);
        }
    }
    // What is not named is not wanted, except plain bytes, which everybody can read.
    let mut best = (Encoding::Identity, identity.or(other).unwrap_or(1).max(1));
    for (encoding, weight) in [
        (Encoding::Gzip, gzip),
        (Encoding::Zstd, zstd),
        (Encoding::Brotli, brotli),
    ] {
        let weight = weight.or(other).unwrap_or(0);
        if weight > 0 && weight >= best.1 {
            best = (encoding, weight);
        }
    }
    best.0
}

/// The weight and closeness of the range that fits a media type best.
fn media(headers: &HeaderMap, kind: &str, subkind: &str) -> Option<(u16, u8)> {
    let mut best: Option<(u8, u16)> = None;
    let mut any = false;
    for (range, weight) in ranges(headers, &ACCEPT) {
        let Some((left, right)) = range.split_once('/') else {
            continue;
        };
        any = true;
        let closeness = if left.eq_ignore_ascii_case(kind) && right.eq_ignore_ascii_case(subkind) {
            2
        } else if left.eq_ignore_ascii_case(kind) && right == "*" {
            1
        } else if left == "*" && right == "*" {
            0
        } else {
            continue;
        };
        if best.is_none_or(|known| (closeness, weight) > known) {
            best = Some((closeness, weight));
        }
    }
    if !any {
        return Some((WHOLE, 0));
    }
    let (closeness, weight) = best?;
    (weight > 0).then_some((weight, closeness))
}

/// The ranges of a list header with their weights, parameters other than `q` left aside.
fn ranges<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = (&'h str, u16)> + use<'h> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .take(RANGES)
        .filter_map(|item| {
            let mut parts = item.split(';');
            let range = parts.next().unwrap_or_default().trim();
            let q = parts.find_map(|part| {
                let (key, value) = part.split_once('=')?;
                key.trim().eq_ignore_ascii_case("q").then(|| value.trim())
            });
            let weight = q.map_or(Some(WHOLE), thousandths)?;
            (!range.is_empty()).then_some((range, weight))
        })
}

/// `0.75` as 750. What is no weight at all makes its range count for nothing.
fn thousandths(text: &str) -> Weight {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value = 0;
    for place in 0..3 {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| byte - b'0');
        value = value * 10 + u16::from(digit);
    }
    match whole {
        "0" => Some(value),
        "1" if value == 0 => Some(WHOLE),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
