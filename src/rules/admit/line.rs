//! One line of NDJSON as a draft. Texts without escapes are borrowed from the line.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::field::Given;
use super::{Draft, Reason, Rejection};

/// Beyond this a number loses digits when it is read, and a code of 24 digits would become another.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Reads a line. What serde says of a mistake repeats the value, so it is dropped here.
pub fn read(line: &[u8]) -> Result<Draft<'_>, Rejection> {
    let text = std::str::from_utf8(line).map_err(|_where| Rejection::line(Reason::NotARecord))?;
    read_text(text)
}

/// Reads a line that is known to be text, so that each of its strings is not looked at once more.
pub fn read_text(line: &str) -> Result<Draft<'_>, Rejection> {
    // serde would take a list for an object, its parts by their places.
    if !line.trim_ascii_start().starts_with('{') {
        return Err(Rejection::line(Reason::NotARecord));
    }
    let line: Line<'_> = serde_json::from_str(line)
        .map_err(|_quotes_the_value| Rejection::line(Reason::NotARecord))?;
    Ok(Draft {
        id: line.id.0,
        record: line.record.0,
        source: line.source.0,
        at: line.at.0,
        subject: line.subject.map(|subject| subject.0),
        fields: line.fields.0,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    record: Text<'a>,
    #[serde(borrow, default)]
    source: Text<'a>,
    #[serde(borrow, default)]
    at: Text<'a>,
    #[serde(borrow, default)]
    subject: Option<Text<'a>>,
    #[serde(borrow, default)]
    fields: Pairs<'a>,
}

#[derive(Default)]
struct Text<'a>(Cow<'a, str>);

#[derive(Default)]
struct Pairs<'a>(Vec<(Cow<'a, str>, Given<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReadText;
        impl<'de> Visitor<'de> for ReadText {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(ReadText)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReadPairs;
        impl<'de> Visitor<'de> for ReadPairs {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::with_capacity(10);
                while let Some((name, given)) = map.next_entry::<Text<'de>, Given<'de>>()? {
                    pairs.push((name.0, given));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(ReadPairs)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Given<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadGiven)
    }
}

struct ReadGiven;

impl<'de> Visitor<'de> for ReadGiven {
    type Value = Given<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false, null, or a list of texts")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Given<'de>, E> {
        Ok(Given::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Given<'de>, E> {
        Ok(Given::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, on: bool) -> Result<Given<'de>, E> {
        Ok(Given::Switch(on))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Given<'de>, E> {
        Ok(Given::Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Given<'de>, E> {
        Ok(Given::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Given<'de>, E> {
        if number.abs() > WHOLE_MAX {
            return Err(E::custom("a number that cannot be read whole"));
        }
        Ok(Given::Text(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Given<'de>, E> {
        Ok(Given::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Given<'de>, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = items.next_element::<Text<'de>>()? {
            texts.push(text.0);
        }
        Ok(Given::List(texts))
    }
}
