//! A stream that lines are added to, of which Redis keeps the newest.

use std::fmt;
use std::time::Duration;

use ::redis::cmd;

use super::wire::Wire;
use crate::rooms::store::StoreError;
use crate::rooms::store::address::RedisUrl;

/// A stream, open at its end once something is added.
pub struct Stream {
    url: RedisUrl,
    key: String,
    max: u64,
    wire: Option<Wire>,
}

/// For one answer. Nobody waits for it, so it may be a slow server's.
const PATIENCE: Duration = Duration::from_secs(5);

impl Stream {
    /// The stream under this key, of about so many entries. Nothing is asked of Redis yet.
    pub fn new(url: &RedisUrl, key: &str, max: u64) -> Self {
        Self {
            url: url.clone(),
            key: key.to_owned(),
            max,
            wire: None,
        }
    }

    /// Adds an entry with one field, `line`, for each of these. After an error the next call
    /// connects anew; whether they were added is then not known.
    pub fn add(&mut self, lines: &[String]) -> Result<(), StoreError> {
        let wire = match &mut self.wire {
            Some(wire) => wire,
            None => self.wire.insert(Wire::open_within(&self.url, PATIENCE)?),
        };
        let add = |line: &String| {
            let mut add = cmd("XADD");
            add.arg(&self.key).arg("MAXLEN").arg("~").arg(self.max);
            add.arg("*").arg("line").arg(line);
            add
        };
        let answered = wire.all(lines.iter().map(add));
        let added = answered.and_then(|answers| {
            let each = answers.into_iter();
            each.map(::redis::Value::extract_error)
                .collect::<Result<Vec<_>, _>>()
        });
        if added.is_err() {
            self.wire = None;
        }
        added.map(drop).map_err(StoreError::from)
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}
