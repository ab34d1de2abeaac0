//! Moments, to the second. A record says when it was made; an answer says when its content last
//! changed; nothing finer is needed, and nothing finer is kept.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::Offset};

/// A second of Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(i64);

/// The text is not a moment in RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a moment in RFC 3339")]
pub struct NotAMoment;

/// Days and months are those of the country's one clock.
const CHINA: Offset = Offset::constant(8);

impl Moment {
    /// Reads `2024-05-01T09:30:00+08:00`.
    pub fn parse(text: &str) -> Result<Self, NotAMoment> {
        let moment: Timestamp = text.parse().map_err(|_syntax| NotAMoment)?;
        Ok(Self(moment.as_second()))
    }

    /// By the clock of this machine.
    pub fn now() -> Self {
        Self(Timestamp::now().as_second())
    }

    /// This many seconds after 1970 began.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970 began.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The first day of its month in China, at midnight UTC: the month and nothing finer.
    #[must_use]
    pub fn month(self) -> Self {
        let first = self.date().first_of_month();
        let midnight = Offset::UTC.to_timestamp(first.at(0, 0, 0, 0));
        midnight.map_or(self, |moment| Self(moment.as_second()))
    }

    /// Its month in China, as `2024-05`.
    pub fn month_text(self) -> String {
        let date = self.date();
        format!("{:04}-{:02}", date.year(), date.month())
    }

    /// Its day in China, as `2024-05-01`.
    pub fn day_text(self) -> String {
        self.date().to_string()
    }

    fn date(self) -> Date {
        CHINA.to_datetime(self.timestamp()).date()
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_second(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_printed_in_utc() {
        let moment = Moment::parse("2024-05-01T07:30:00+08:00").unwrap();
        assert_eq!(moment.to_string(), "2024-04-30T23:30:00Z");
    }

    #[test]
    fn days_and_months_are_those_of_china() {
        let moment = Moment::parse("2024-04-30T23:30:00Z").unwrap();
        assert_eq!(moment.day_text(), "2024-05-01");
        assert_eq!(moment.month_text(), "2024-05");
        assert_eq!(moment.month().to_string(), "2024-05-01T00:00:00Z");
    }

    #[test]
    fn what_has_no_offset_is_not_a_moment() {
        assert_eq!(Moment::parse("2024-05-01 09:30:00"), Err(NotAMoment));
    }
}
