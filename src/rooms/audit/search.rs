//! Looks found again: by who, by code, by time.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use saoma_pages::Audience;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::lines::{each, files};
use crate::words::code::Code;

/// What is looked for. What is not said is not asked.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Who looked.
    pub subject: Option<String>,
    /// What they looked at.
    pub code: Option<Code>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// A look, as far as it is asked about.
#[derive(Clone, Debug, Deserialize)]
pub struct Looked {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// As what.
    pub audience: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    looks: Vec<Together>,
}

#[derive(Clone, Debug, Deserialize)]
struct Together {
    codes: Vec<String>,
}

impl Looked {
    /// The codes that were looked at.
    pub fn codes(&self) -> impl Iterator<Item = Code> {
        self.code
            .iter()
            .chain(self.looks.iter().flat_map(|look| &look.codes))
            .filter_map(|code| Code::parse_any(code).ok())
    }

    /// Whether it was this audience's.
    pub fn is_by(&self, audience: Audience) -> bool {
        self.audience == audience.name()
    }
}

impl Wanted {
    fn is(&self, look: &Looked) -> bool {
        self.subject.as_ref().is_none_or(|who| *who == look.who)
            && self.from.is_none_or(|from| look.at >= from)
            && self.to.is_none_or(|to| look.at < to)
            && self
                .code
                .is_none_or(|wanted| look.codes().any(|code| code == wanted))
    }
}

/// Hands each look that is wanted to `take`, oldest first, with its line. Lines that cannot be
/// read are `verify`'s business.
pub fn search(log: &Path, wanted: &Wanted, mut take: impl FnMut(&Looked, &str)) -> io::Result<()> {
    for file in files(log)? {
        if wanted.from.is_some_and(|from| is_older(&file, from)) {
            continue;
        }
        each(&file, |line| {
            let text = String::from_utf8(line.bytes).unwrap_or_default();
            if let Ok(look) = serde_json::from_str::<Looked>(&text)
                && wanted.is(&look)
            {
                take(&look, &text);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Whether a file was last written before this moment, so that nothing in it can be after.
fn is_older(file: &Path, from: Timestamp) -> bool {
    let changed = file.metadata().and_then(|file| file.modified()).ok();
    let changed = changed.and_then(|changed| Timestamp::try_from(changed).ok());
    changed.is_some_and(|changed| changed < from)
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(D::Error::custom)
}
