//! Every text that a reader sees, in Chinese and English, and nowhere else.
//!
//! Short, kind and exact. No text promises what a record does not say: *registered* is not
//! *genuine*, and *not registered* is not *fake*, for makers upload late.

use crate::lang::Lang;

mod alerts;
mod dates;
mod disputes;
mod fields;
mod pages;
mod parts;
mod refusals;
mod staff;
mod together;

pub(crate) use alerts::{alert_advice, alert_title};
pub use dates::moment;
pub(crate) use dates::{day_or_month, since};
pub(crate) use disputes::{CONTRADICTED, CONTRADICTED_NOTE, CONTRADICTIONS, disputed};
pub(crate) use pages::*;
pub(crate) use parts::{nonconforming, part_meaning, part_name};
pub(crate) use staff::*;
pub(crate) use together::*;

pub use fields::{label, sheet_title};
pub use refusals::{refusal_detail, refusal_title};

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    zh: &'static str,
    en: &'static str,
}

pub(crate) const fn text(zh: &'static str, en: &'static str) -> Text {
    Text { zh, en }
}

impl Text {
    pub(crate) const fn to(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

#[cfg(test)]
mod tests;
