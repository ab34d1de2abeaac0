//! The answers that say "later": too many, or too much to do. Who floods gets many of them, so each
//! is made once, for the few lengths of a wait that there are.

use std::{sync::OnceLock, time::Duration};

use http::{HeaderName, HeaderValue};
use saoma_pages::{Lang, Refusal};

use crate::rules::{answer::Answer, negotiate::Form, reply};

/// Why not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The client asked too often.
    Rate,
    /// The client walks through codes.
    Harvest,
    /// There is more to do than can be done.
    Full,
}

/// How much a client may ask: so many at once, and again so many after this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many at once.
    pub requests: u32,
    /// How long it takes until it is whole again.
    pub window: Duration,
}

/// All of them.
#[derive(Debug)]
pub struct Later {
    budget: Option<Budget>,
    answers: Box<[OnceLock<Answer>]>,
    /// For a place that there is none for, which none is.
    other: OnceLock<Answer>,
}

/// How long somebody may be told to wait, in seconds. Rounded up to one of these, so that nobody is
/// told to come back too early.
const WAITS: [u64; 9] = [1, 2, 5, 10, 30, 60, 300, 900, 3600];
const WHYS: [Why; 3] = [Why::Rate, Why::Harvest, Why::Full];
const FORMS: [Form; 2] = [Form::Page, Form::Json];
const PLACES: usize = WHYS.len() * WAITS.len() * FORMS.len() * Lang::ALL.len();

/// draft-ietf-httpapi-ratelimit-headers-11. Only on a refusal: a page that is found is the same for
/// everybody and may be kept by anybody, and one reader's budget is nobody else's.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

impl Later {
    /// Answers that name this budget.
    pub fn new(budget: Option<Budget>) -> Self {
        Self {
            budget,
            answers: (0..PLACES).map(|_| OnceLock::new()).collect(),
            other: OnceLock::new(),
        }
    }

    /// The answer for who may come back after `wait`.
    pub fn answer(&self, why: Why, wait: Duration, form: Form, lang: Lang) -> &Answer {
        let seconds = round_up(wait);
        let place = WHYS
            .into_iter()
            .flat_map(|why| WAITS.map(|wait| (why, wait)))
            .flat_map(|(why, wait)| FORMS.map(|form| (why, wait, form)))
            .flat_map(|(why, wait, form)| Lang::ALL.map(|lang| (why, wait, form, lang)))
            .position(|each| each == (why, seconds, form, lang));
        place
            .and_then(|place| self.answers.get(place))
            .unwrap_or(&self.other)
            .get_or_init(|| self.make(why, seconds, form, lang))
    }

    fn make(&self, why: Why, seconds: u64, form: Form, lang: Lang) -> Answer {
        let retry_after = Duration::from_secs(seconds);
        let refusal = match why {
            Why::Rate | Why::Harvest => Refusal::TooMany { retry_after },
            Why::Full => Refusal::Unavailable { retry_after },
        };
        let more = match (why, self.budget) {
            (Why::Rate, Some(budget)) => budget.headers(seconds),
            // What is noticed of a walk is not told: it would tell where to stop.
            (Why::Rate, None) | (Why::Harvest | Why::Full, _) => vec![],
        };
        reply::refusal_with(&refusal, form, lang, more)
    }
}

impl Budget {
    fn headers(self, wait: u64) -> Vec<(HeaderName, HeaderValue)> {
        let window = self.window.as_secs().max(1);
        [
            (
                RATE_LIMIT_POLICY,
                format!("\"client\";q={};w={window}", self.requests),
            ),
            (RATE_LIMIT, format!("\"client\";r=0;t={wait}")),
        ]
        .into_iter()
        // Digits and letters: every one is a header's value.
        .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)))
        .collect()
    }
}

fn round_up(wait: Duration) -> u64 {
    let [.., longest] = WAITS;
    let enough = |seconds: &u64| Duration::from_secs(*seconds) >= wait;
    WAITS.into_iter().find(enough).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, header::RETRY_AFTER};

    use super::*;
    use crate::rules::negotiate::Encoding;

    #[test]
    fn each_says_what_it_is_and_when_to_come_back() {
        let later = Later::new(Some(Budget {
            requests: 2000,
            window: Duration::from_secs(40),
        }));
        for (why, status, budget) in [
            (Why::Rate, 429, true),
            (Why::Harvest, 429, false),
            (Why::Full, 503, false),
        ] {
            for form in FORMS {
                for lang in Lang::ALL {
                    let wait = Duration::from_millis(2500);
                    let answer = later.answer(why, wait, form, lang);
                    let reply = answer.reply(Encoding::Identity.into(), &HeaderMap::new());
                    let headers = reply.headers();
                    assert_eq!(reply.status(), status);
                    assert_eq!(headers[RETRY_AFTER], "5");
                    assert_eq!(headers.contains_key(RATE_LIMIT), budget);
                    let page = headers["content-type"] == "text/html; charset=utf-8";
                    assert_eq!(page, form == Form::Page);
                    if budget {
                        assert_eq!(headers[RATE_LIMIT], "\"client\";r=0;t=5");
                        assert_eq!(headers[RATE_LIMIT_POLICY], "\"client\";q=2000;w=40");
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_is_told_to_come_back_too_early() {
        for (millis, want) in [(0, 1), (1, 1), (1001, 2), (61_000, 300), (9_000_000, 3600)] {
            assert_eq!(round_up(Duration::from_millis(millis)), want);
        }
    }
}
