//! `POST /v1/resolve`: many codes asked at once, and one answer with a result for each, in order.

use http::{HeaderMap, header::CONTENT_TYPE};
use saoma_pages::{Lang, NotACode, Refusal, View};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::rules::{render, reply, staff::Told};
use crate::words::code::Code;

/// Codes in one batch.
pub const CODES_MAX: usize = 100;
/// A hundred addresses of the longest kind, with room for white space.
pub const BODY_MAX: usize = 64 * 1024;

/// The kind of body that is read.
pub const TAKEN: &str = "application/json";

/// What was asked, each a code or why it is none.
pub type Asked = Vec<Result<Code, NotACode>>;

/// What became of one code.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Outcome<'a> {
    /// It is there.
    Found {
        /// 200.
        status: u16,
        /// What an app may see of it.
        view: Told<'a>,
    },
    /// It is not, or is no code, or could not be asked about.
    Refused {
        /// The status it would have had alone.
        status: u16,
        /// Why, as in RFC 9457.
        problem: Value,
    },
}

#[derive(Serialize)]
struct Answer<'a> {
    results: &'a [Outcome<'a>],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    codes: Vec<String>,
}

/// Whether a body says that it is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let said = headers
        .get(CONTENT_TYPE)
        .and_then(|said| said.to_str().ok());
    let media = said.and_then(|said| said.split(';').next());
    media.is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads a batch.
pub fn read(body: &[u8]) -> Result<Asked, Refusal> {
    let body: Body = serde_json::from_slice(body).map_err(|_syntax| Refusal::BadRequest)?;
    if body.codes.is_empty() || body.codes.len() > CODES_MAX {
        return Err(Refusal::BadRequest);
    }
    let codes = body.codes.iter();
    Ok(codes.map(|text| Code::parse_any(text)).collect())
}

impl<'a> Outcome<'a> {
    /// The result for a code that is there.
    pub const fn found(view: &'a View) -> Self {
        let view = Told {
            view,
            conflicts: &[],
        };
        Self::Found { status: 200, view }
    }

    /// The result for one that is not.
    pub fn refused(refusal: &Refusal, lang: Lang) -> Self {
        let (status, _keeping) = reply::verdict(refusal);
        Self::Refused {
            status: status.as_u16(),
            problem: render::problem_value(refusal, lang),
        }
    }
}

/// The answer.
pub fn answer(results: &[Outcome<'_>]) -> Vec<u8> {
    // Strings, lists and maps with string keys always serialise.
    serde_json::to_vec(&Answer { results }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_batch_is_one_list_of_one_to_a_hundred_texts() {
        let many = |n: usize| json!({"codes": vec!["vin/218622108311027"; n]}).to_string();
        for (body, count) in [
            (many(1), 1),
            (many(100), 100),
            (r#"{"codes":["x"]}"#.into(), 1),
        ] {
            assert_eq!(read(body.as_bytes()).map(|asked| asked.len()), Ok(count));
        }
        let wrong = [
            many(0),
            many(101),
            String::new(),
            "[]".to_owned(),
            r#"{"codes":[1]}"#.to_owned(),
            r#"{"codes":"vin/218622108311027"}"#.to_owned(),
            r#"{"codes":["a"],"as":"police"}"#.to_owned(),
            r#"{"codes":["a"]} {}"#.to_owned(),
        ];
        for body in wrong {
            assert_eq!(read(body.as_bytes()), Err(Refusal::BadRequest), "{body}");
        }
    }
}
