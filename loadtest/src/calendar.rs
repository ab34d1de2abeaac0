//! Days and moments of the years a province lives in, ready to be copied into a record.

/// A moment in Zhejiang: a day since 2021-01-01, and a second of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// Days since 2021-01-01.
    pub(crate) day: u64,
    /// Seconds since midnight.
    pub(crate) second: u64,
}

impl Moment {
    /// So many days later, at another time of day.
    pub(crate) const fn later(self, days: u64, second: u64) -> Self {
        Self {
            day: self.day + days,
            second,
        }
    }
}

/// The days from 2021-01-01 to 2027-12-31 as they are written, `2024-05-01`.
#[derive(Debug)]
pub(crate) struct Calendar {
    days: Vec<[u8; 10]>,
}

impl Calendar {
    pub(crate) fn new() -> Self {
        let mut days = Vec::new();
        for year in 2021_u32..=2027 {
            for (month, len) in (1_u32..).zip(month_lengths(year)) {
                for day in 1..=len {
                    let mut text = *b"0000-00-00";
                    let written = format!("{year}-{month:02}-{day:02}");
                    text.copy_from_slice(written.as_bytes());
                    days.push(text);
                }
            }
        }
        Self { days }
    }

    /// `2024-05-01`; days past the last one are the last one.
    pub(crate) fn day(&self, day: u64) -> &[u8; 10] {
        let place = usize::try_from(day).unwrap_or(usize::MAX);
        let last = self.days.last().unwrap_or(b"2027-12-31");
        self.days.get(place).unwrap_or(last)
    }
}

const fn month_lengths(year: u32) -> [u32; 12] {
    let february = if year.is_multiple_of(4) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_through_leap_years() {
        let calendar = Calendar::new();
        assert_eq!(calendar.day(0), b"2021-01-01");
        assert_eq!(calendar.day(304), b"2021-11-01");
        assert_eq!(calendar.day(3 * 365 + 59), b"2024-02-29");
        assert_eq!(calendar.day(3 * 365 + 60), b"2024-03-01");
        assert_eq!(calendar.day(9999), b"2027-12-31");
    }
}
