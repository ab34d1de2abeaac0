//! Which paths are asked for, how often each, and when.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;

use super::NoFigures;
use crate::dice::{Dice, Stream, Zipf};
use crate::loopback::Target;
use crate::message::{self, Header};

/// What a crowd is like. A new one needs an answer to every question asked of it below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Keep-alive connections, a few codes asked for very often: what a page cache is for.
    Hot,
}

impl Profile {
    /// The exponent of the popularity of codes. 0.9 is on the mild side of what is reported for
    /// web pages, so it flatters a cache less.
    const fn skew(self) -> f64 {
        match self {
            Self::Hot => 0.9,
        }
    }

    /// As it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hot => "hot",
        }
    }
}

/// How scans follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Pattern {
    /// As people come: each on their own.
    Poisson,
    /// At equal distances.
    Constant,
    /// The next one as soon as there is a connection for it.
    #[value(skip)]
    AtOnce,
}

/// The requests, made once.
#[derive(Debug)]
pub(crate) struct Questions {
    requests: Vec<Vec<u8>>,
    popularity: Zipf,
}

impl Questions {
    /// The first lines of the file are the most popular.
    pub(crate) fn new(
        target: &Target,
        file: Option<&Path>,
        headers: &[Header],
        profile: Profile,
    ) -> Result<Self, NoFigures> {
        let text = match file {
            Some(path) => std::fs::read_to_string(path).map_err(NoFigures::Codes)?,
            None => target.path.clone(),
        };
        let requests: Vec<_> = text
            .lines()
            .filter(|path| {
                path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
            })
            .map(|path| message::get(target, path, headers))
            .collect();
        if requests.is_empty() {
            return Err(NoFigures::NoCodes);
        }
        let count = u64::try_from(requests.len()).unwrap_or(u64::MAX);
        Ok(Self {
            requests,
            popularity: Zipf::new(count, profile.skew()),
        })
    }

    /// The bytes of a question.
    pub(crate) fn request(&self, question: usize) -> &[u8] {
        self.requests.get(question).map_or(&[], Vec::as_slice)
    }
}

/// One scan to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When, since the start.
    pub(crate) due: Duration,
    pub(crate) question: usize,
}

/// All scans to come, in order.
#[derive(Debug)]
pub(crate) struct Arrivals {
    pattern: Pattern,
    gap: f64,
    next: Duration,
    end: Duration,
    dice: Dice,
}

impl Arrivals {
    pub(crate) fn new(pattern: Pattern, rate: f64, end: Duration, seed: u64) -> Self {
        Self {
            pattern,
            gap: 1.0 / rate,
            next: Duration::ZERO,
            end,
            dice: Dice::of(seed, Stream::Arrivals, 0),
        }
    }

    /// The next scan, if there is one before the end.
    pub(crate) fn next(&mut self, now: Duration, questions: &Questions) -> Option<Arrival> {
        match self.pattern {
            Pattern::Poisson => {
                // The unit is below one, so the logarithm is finite.
                let gap = -self.gap * (1.0 - self.dice.unit()).ln();
                self.next += Duration::from_secs_f64(gap.min(self.end.as_secs_f64() + 1.0));
            }
            Pattern::Constant => self.next += Duration::from_secs_f64(self.gap),
            Pattern::AtOnce => self.next = now,
        }
        let question = usize::try_from(questions.popularity.throw(&mut self.dice)).unwrap_or(0);
        (self.next < self.end).then_some(Arrival {
            due: self.next,
            question,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pattern: Pattern, rate: f64) -> Vec<Arrival> {
        let target = "http://127.0.0.1:1/only".parse().unwrap();
        let questions = Questions::new(&target, None, &[], Profile::Hot).unwrap();
        let mut arrivals = Arrivals::new(pattern, rate, Duration::from_secs(10), 1);
        std::iter::from_fn(|| arrivals.next(Duration::ZERO, &questions)).collect()
    }

    #[test]
    fn as_many_scans_arrive_as_the_rate_says() {
        assert!((9_700..10_300).contains(&all(Pattern::Poisson, 1000.0).len()));
        assert!((9_999..=10_000).contains(&all(Pattern::Constant, 1000.0).len()));
    }

    #[test]
    fn people_come_in_clumps_and_clocks_do_not() {
        let gaps = |arrivals: &[Arrival]| {
            arrivals
                .windows(2)
                .map(|pair| pair[1].due.abs_diff(pair[0].due))
                .collect::<Vec<_>>()
        };
        let poisson = gaps(&all(Pattern::Poisson, 1000.0));
        let short = poisson
            .iter()
            .filter(|gap| **gap < Duration::from_micros(105))
            .count();
        // One gap in ten is below a tenth of the mean.
        assert!((700..1300).contains(&short), "{short} of {}", poisson.len());
        let constant = gaps(&all(Pattern::Constant, 1000.0));
        assert!(
            constant
                .iter()
                .all(|gap| gap.as_micros().abs_diff(1000) <= 1)
        );
    }
}
