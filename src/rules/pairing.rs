//! What the pair check is asked, and what follows from the pairs that are kept.
//!
//! How many entries are looked for follows from the codes alone, never from what is found; and a
//! yes follows only where all codes hang together. Two of three that do are told by asking for
//! those two.

use http::{HeaderMap, header::CONTENT_TYPE};
use saoma_pages::{BadBody, MATCH_MOST, Refusal};
use serde::Deserialize;

use crate::{
    rules::{find, form},
    words::code::{Code, Kind},
};

/// The codes of one pair check, each once, in the order in which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question(Vec<Code>);

/// What was filled in, each where it was: a code, or nothing that could be one.
pub type Typed = Vec<Option<Code>>;

/// Two codes that could be a pair, by their places in the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Couple {
    /// Their places.
    pub places: [usize; 2],
    /// The codes, in one of the readings that they have.
    pub codes: [Code; 2],
}

/// The most bytes that are read. Six whole addresses with every character escaped are half of it.
pub const BODY_MAX: usize = 4096;
/// The kinds of body that are read.
pub const TAKEN: &str = "application/x-www-form-urlencoded, application/json";
/// The fewest codes that can belong together.
pub const LEAST: usize = 2;

/// A body in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    codes: Vec<String>,
}

/// Whether what is sent along says that it is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    is_media(headers, "application/json")
}

impl Question {
    /// Reads a body. Codes are read as leniently as those that are looked up from the home page.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, (Refusal, Typed)> {
        let bad = |why| (Refusal::Body { why }, Typed::new());
        let texts = if is_json(headers) {
            let read: Result<Body, _> = serde_json::from_slice(body);
            read.map_err(|_syntax| bad(BadBody::Unreadable))?.codes
        } else if is_media(headers, "application/x-www-form-urlencoded") {
            let text = std::str::from_utf8(body).map_err(|_bytes| bad(BadBody::Unreadable))?;
            let filled = |text: &String| !text.trim().is_empty();
            form::values(text, "code").filter(filled).collect()
        } else {
            return Err(bad(BadBody::Media { taken: TAKEN }));
        };
        let read: Vec<_> = texts.iter().map(|text| find::find(text)).collect();
        let typed = || read.iter().take(MATCH_MOST).map(|code| code.ok()).collect();
        let mut codes: Vec<Code> = Vec::new();
        for code in &read {
            let code = code.map_err(|(kind, why)| (Refusal::NotACode { kind, why }, typed()))?;
            if codes.iter().all(|known| capitals(*known) != capitals(code)) {
                codes.push(code);
            }
        }
        // One given twice is one code, but seven are too many whichever they are.
        let got = if read.len() > MATCH_MOST {
            read.len()
        } else {
            codes.len()
        };
        if (LEAST..=MATCH_MOST).contains(&got) {
            Ok(Self(codes))
        } else {
            let why = BadBody::HowMany {
                got,
                least: LEAST,
                most: MATCH_MOST,
            };
            Err((Refusal::Body { why }, typed()))
        }
    }

    /// The codes as they were given.
    pub fn codes(&self) -> &[Code] {
        &self.0
    }

    /// All couples that are looked for. Two of one kind are never a pair. A code with small letters
    /// is looked for in capitals too.
    pub fn couples(&self) -> Vec<Couple> {
        let mut couples = Vec::new();
        for (first, one) in self.0.iter().enumerate() {
            for (second, other) in self.0.iter().enumerate().skip(first + 1) {
                if one.kind() == other.kind() {
                    continue;
                }
                for one in readings(*one) {
                    couples.extend(readings(*other).map(|other| Couple {
                        places: [first, second],
                        codes: [one, other],
                    }));
                }
            }
        }
        couples
    }

    /// Whether these pairs, which are all that are kept of its couples, hold all its codes together.
    /// No set has two vehicles or two plates, however they came to hang together.
    pub fn is_one_set(&self, kept: &[Couple]) -> bool {
        let of = |kind: Kind| self.0.iter().filter(|code| code.kind() == kind).count();
        let mut reached = vec![false; self.0.len()];
        let mut next = vec![0];
        while let Some(place) = next.pop() {
            let Some(seen) = reached.get_mut(place) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                continue;
            }
            for Couple { places, .. } in kept {
                let [one, other] = *places;
                if one == place {
                    next.push(other);
                } else if other == place {
                    next.push(one);
                }
            }
        }
        of(Kind::Vin) <= 1 && of(Kind::Lic) <= 1 && reached.into_iter().all(|seen| seen)
    }
}

/// A code as it is, and in capitals if that is another.
fn readings(code: Code) -> impl Iterator<Item = Code> {
    std::iter::once(code).chain(code.in_capitals())
}

fn capitals(code: Code) -> Code {
    code.in_capitals().unwrap_or(code)
}

fn is_media(headers: &HeaderMap, media: &str) -> bool {
    let said = headers
        .get(CONTENT_TYPE)
        .and_then(|said| said.to_str().ok());
    let name = said.and_then(|said| said.split(';').next());
    name.is_some_and(|name| name.trim().eq_ignore_ascii_case(media))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const VIN: &str = "218622108311027";
    const PWB: &str = "76392965TN21080500543B48V121513522";
    const LIC: &str = "33010621822480";

    fn read(media: &'static str, body: &str) -> Result<Question, (Refusal, Typed)> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
        Question::read(&headers, body.as_bytes())
    }

    fn of(codes: &[&str]) -> Question {
        let body = serde_json::json!({ "codes": codes }).to_string();
        read("application/json", &body).unwrap()
    }

    fn is_one_set(question: &Question, pairs: &[[usize; 2]]) -> bool {
        let kept: Vec<Couple> = question
            .couples()
            .into_iter()
            .filter(|couple| pairs.contains(&couple.places))
            .collect();
        assert_eq!(kept.len(), pairs.len());
        question.is_one_set(&kept)
    }

    #[test]
    fn a_form_and_json_ask_the_same() {
        let form = format!("lang=zh&code={VIN}&code=+&code=https%3A%2F%2Fa.cn%2Fpwb%2F{PWB}&code=");
        let json = format!(r#"{{"codes":["vin/{VIN}"," {PWB}","{VIN}"]}}"#);
        let form = read("application/x-www-form-urlencoded", &form).unwrap();
        assert_eq!(
            form,
            read("Application/JSON; charset=utf-8", &json).unwrap()
        );
        assert_eq!(form.codes().len(), 2);
    }

    #[test]
    fn what_cannot_be_asked_is_refused_for_its_own_reason() {
        let why = |media, body: &str| match read(media, body) {
            Err((Refusal::Body { why }, _typed)) => why,
            other => panic!("{body}: {other:?}"),
        };
        let json = "application/json";
        assert_eq!(why(json, "{}"), BadBody::Unreadable);
        assert_eq!(why(json, r#"{"codes":[1,2]}"#), BadBody::Unreadable);
        assert_eq!(why("text/plain", "code=1"), BadBody::Media { taken: TAKEN });
        let one = format!(r#"{{"codes":["{VIN}","{VIN}"]}}"#);
        let how_many = |got| BadBody::HowMany {
            got,
            least: 2,
            most: 6,
        };
        assert_eq!(why(json, &one), how_many(1));
        let seven: Vec<String> = (0..7).map(|n| format!("76392965TN{n}")).collect();
        let seven = serde_json::json!({ "codes": seven }).to_string();
        assert_eq!(why(json, &seven), how_many(7));
        let twice = serde_json::json!({ "codes": vec![VIN; 7] }).to_string();
        assert_eq!(why(json, &twice), how_many(7));
        let refused = read(json, &format!(r#"{{"codes":["{VIN}","2"]}}"#));
        let Err((Refusal::NotACode { .. }, typed)) = refused else {
            panic!("{refused:?}");
        };
        // What was right is kept where it was.
        assert_eq!(typed, [Code::parse(Kind::Vin, VIN).ok(), None]);
    }

    #[test]
    fn all_of_them_have_to_hang_together() {
        let three = of(&[VIN, PWB, LIC]);
        assert!(is_one_set(&three, &[[0, 1], [0, 2]]));
        assert!(is_one_set(&three, &[[0, 1], [1, 2]]));
        assert!(!is_one_set(&three, &[[0, 1]]));
        assert!(!is_one_set(&three, &[[1, 2]]));
        assert!(!is_one_set(&three, &[]));
        let set = of(&[
            VIN,
            "76392965A1",
            "76392965A2",
            "76392965A3",
            "76392965A4",
            LIC,
        ]);
        let blocks = [[0, 1], [0, 2], [0, 3], [0, 4]];
        assert!(!is_one_set(&set, &blocks));
        assert!(is_one_set(&set, &[&blocks[..], &[[0, 5]]].concat()));
    }

    #[test]
    fn two_vehicles_on_one_battery_are_no_set() {
        let two = of(&[VIN, "218622108311028", PWB]);
        assert!(!is_one_set(&two, &[[0, 2], [1, 2]]));
        assert!(!is_one_set(&of(&["76392965A1", "76392965A2"]), &[]));
    }

    #[test]
    fn small_letters_are_looked_for_as_they_are_and_in_capitals() {
        let couples = of(&[VIN, "76392965tn2a"]).couples();
        let own: Vec<&str> = couples
            .iter()
            .map(|couple| couple.codes[1].value())
            .collect();
        assert_eq!(own, ["76392965tn2a", "76392965TN2A"]);
        assert_eq!(of(&[VIN, "76392965tn2a", "76392965TN2A"]).codes().len(), 2);
    }
}
