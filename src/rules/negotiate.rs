//! What the reader's headers ask for: form, language, encoding (RFC 9110, section 12).
//!
//! Each is heard line by line, as the lines come, and says in the end what it comes to. A header
//! that makes no sense counts as absent: a person who scans a sticker has not written it.

use std::cmp::Ordering;

use http::HeaderValue;
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

impl Encoding {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Gzip, Self::Zstd, Self::Brotli];

    /// As `Content-Encoding` says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Brotli => "br",
        }
    }
}

/// The encodings that a reader likes best, all of them equally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The one that makes the fewest bytes.
    pub small: Encoding,
    /// The one that is made soonest.
    pub soon: Encoding,
}

/// What `Accept` says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forms {
    heard: bool,
    /// Whether any of it makes sense.
    any: bool,
    page: Option<Fit>,
    json: Option<Fit>,
    ranges: Ranges,
}

/// What `Accept-Language` says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Languages {
    any: bool,
    chinese: Weight,
    english: Weight,
    other: Weight,
    ranges: Ranges,
}

/// What `Accept-Encoding` says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Encodings {
    brotli: Weight,
    zstd: Weight,
    gzip: Weight,
    identity: Weight,
    other: Weight,
    ranges: Ranges,
}

/// A weight in thousandths, so that it can be compared without floats. `None`: not named.
type Weight = Option<u16>;

/// How closely a range names a form, and its weight. The closest counts, of equals the heaviest.
type Fit = (Closeness, u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Anything,
    Kind,
    Exact,
}

/// How many ranges of a header have been read.
#[derive(Clone, Copy, Debug, Default)]
struct Ranges(u8);

const WHOLE: u16 = 1000;
/// Ranges read of one header. Browsers send fewer than ten; the rest would only be work.
const RANGES: u8 = 32;

impl Forms {
    /// One line of the header.
    pub fn hear(&mut self, line: &HeaderValue) {
        self.heard = true;
        let (any, page, json) = (&mut self.any, &mut self.page, &mut self.json);
        self.ranges.of(line, |range, weight| {
            let Some((kind, subkind)) = halves(range, b'/') else {
                return;
            };
            *any = true;
            let closest = |kinds: &[u8], subkinds: &[u8]| {
                if !kind.eq_ignore_ascii_case(kinds) {
                    (kind == b"*" && subkind == b"*").then_some(Closeness::Anything)
                } else if subkind == b"*" {
                    Some(Closeness::Kind)
                } else {
                    let exact = subkind.eq_ignore_ascii_case(subkinds);
                    exact.then_some(Closeness::Exact)
                }
            };
            for (best, closeness) in [
                (&mut *page, closest(b"text", b"html")),
                (&mut *json, closest(b"application", b"json")),
            ] {
                *best = (*best).max(closeness.map(|closeness| (closeness, weight)));
            }
        });
    }

    /// The form that is preferred, this one when in doubt; nothing when both are excluded.
    pub fn form(&self, in_doubt: Form) -> Option<Form> {
        if !self.heard {
            return Some(in_doubt);
        }
        // At equal weight the one that is named wins over the one that is merely let through.
        let preference = |fit: Option<Fit>| match fit {
            _ if !self.any => Some((WHOLE, Closeness::Anything)),
            Some((closeness, weight)) if weight > 0 => Some((weight, closeness)),
            Some(_) | None => None,
        };
        let (page, json) = (preference(self.page), preference(self.json));
        match json.cmp(&page) {
            Ordering::Greater => Some(Form::Json),
            Ordering::Less => Some(Form::Page),
            Ordering::Equal => page.map(|_weight| in_doubt),
        }
    }
}

impl Languages {
    /// One line of the header.
    pub fn hear(&mut self, line: &HeaderValue) {
        let (any, chinese, english, other) = (
            &mut self.any,
            &mut self.chinese,
            &mut self.english,
            &mut self.other,
        );
        self.ranges.of(line, |range, weight| {
            *any = true;
            let primary = halves(range, b'-').map_or(range, |(primary, _region)| primary);
            let best = if primary.eq_ignore_ascii_case(b"zh") {
                &mut *chinese
            } else if primary.eq_ignore_ascii_case(b"en") {
                &mut *english
            } else if primary == b"*" {
                &mut *other
            } else {
                return;
            };
            *best = (*best).max(Some(weight));
        });
    }

    /// Chinese unless English is preferred.
    pub fn language(&self) -> Lang {
        let chinese = self.chinese.or(self.other).unwrap_or(0);
        let english = self.english.or(self.other).unwrap_or(0);
        if self.any && english > chinese {
            Lang::En
        } else {
            Lang::Zh
        }
    }
}

impl Encodings {
    /// One line of the header.
    pub fn hear(&mut self, line: &HeaderValue) {
        let Self {
            brotli,
            zstd,
            gzip,
            identity,
            other,
            ranges,
        } = self;
        ranges.of(line, |range, weight| {
            let is = |name: &[u8]| range.eq_ignore_ascii_case(name);
            let slot = if is(b"br") {
                &mut *brotli
            } else if is(b"zstd") {
                &mut *zstd
            } else if is(b"gzip") || is(b"x-gzip") {
                &mut *gzip
            } else if is(b"identity") {
                &mut *identity
            } else if range == b"*" {
                &mut *other
            } else {
                return;
            };
            *slot = Some(weight);
        });
    }

    /// The encodings with the highest weight.
    pub fn wish(&self) -> Wish {
        // What is not named is not wanted, except plain bytes, which everybody can read.
        let plain = self.identity.or(self.other).unwrap_or(1).max(1);
        let [gzip, zstd, brotli] =
            [self.gzip, self.zstd, self.brotli].map(|weight| weight.or(self.other).unwrap_or(0));
        let best = plain.max(gzip).max(zstd).max(brotli);
        let first_of = |encodings: [(Encoding, u16); 3]| {
            let mut equals = encodings.into_iter().filter(|(_, weight)| *weight == best);
            equals
                .next()
                .map_or(Encoding::Identity, |(encoding, _)| encoding)
        };
        let (gzip, zstd) = ((Encoding::Gzip, gzip), (Encoding::Zstd, zstd));
        let brotli = (Encoding::Brotli, brotli);
        Wish {
            small: first_of([brotli, zstd, gzip]),
            soon: first_of([gzip, zstd, brotli]),
        }
    }
}

impl From<Encoding> for Wish {
    /// This one and no other.
    fn from(encoding: Encoding) -> Self {
        Self {
            small: encoding,
            soon: encoding,
        }
    }
}

impl Ranges {
    /// Tells of each range of a line and its weight, parameters other than `q` left aside.
    fn of<'h>(&mut self, line: &'h HeaderValue, mut tell: impl FnMut(&'h [u8], u16)) {
        for item in line.as_bytes().split(|byte| *byte == b',') {
            if self.0 == RANGES {
                return;
            }
            self.0 += 1;
            let (range, weight) = match halves(item, b';') {
                None => (item, Some(WHOLE)),
                Some((range, parameters)) => (range, weight(parameters)),
            };
            let range = range.trim_ascii();
            if let Some(weight) = weight
                && !range.is_empty()
            {
                tell(range, weight);
            }
        }
    }
}

/// What stands before and behind the first such byte.
fn halves(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    let (before, rest) = bytes.split_at_checked(place)?;
    Some((before, rest.get(1..)?))
}

/// The `q` among these parameters. What is no weight at all makes its range count for nothing.
fn weight(parameters: &[u8]) -> Weight {
    let q = parameters
        .split(|byte| *byte == b';')
        .filter_map(|parameter| halves(parameter, b'='))
        .find(|(key, _value)| key.trim_ascii().eq_ignore_ascii_case(b"q"));
    q.map_or(Some(WHOLE), |(_key, value)| thousandths(value.trim_ascii()))
}

/// `0.75` as 750.
fn thousandths(bytes: &[u8]) -> Weight {
    let (whole, fraction) = halves(bytes, b'.').unwrap_or((bytes, b""));
    if fraction.len() > 3 || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut value = 0;
    for place in 0..3 {
        let digit = fraction.get(place).map_or(0, |byte| byte - b'0');
        value = value * 10 + u16::from(digit);
    }
    match whole {
        b"0" => Some(value),
        b"1" if value == 0 => Some(WHOLE),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
