//! Which paths are asked for, how often each, and when.

use std::path::Path;
use std::time::Duration;

use clap::ValueEnum;

use super::NoFigures;
use super::dial::{Memory, Protocol};
use crate::dice::{Dice, Stream, Zipf};
use crate::loopback::Target;
use crate::message::{self, Header};

/// What a crowd is like. A new one needs an answer to every question asked of it below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Phones in the street: each a new connection, a whole handshake and a code of its own.
    Cold,
    /// The same, by phones that were here before and bring a ticket.
    Resumed,
    /// Keep-alive connections, a few codes asked for very often: what a page cache is for.
    Hot,
    /// HTTP/2 with a hundred requests under way on each connection.
    Api,
    /// `POST /v1/resolve` with a hundred codes at a time; it needs a token as a header.
    Batch,
    /// As `hot`; the file is of codes that nobody has.
    Miss,
    /// One code and as many phones as there are connections, all at the same moment.
    Storm,
    /// Seven of ten as `resumed`, the others as `hot`.
    Mixed,
}

/// How the next code is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// The first lines of the file most often. 0.9 is on the mild side of what is reported for
    /// web pages, so it flatters a cache less.
    Popular,
    /// One line after the other.
    InTurn,
}

/// What a question goes out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// One of its own.
    Fresh,
    /// What is left from the question before.
    Kept,
}

impl Profile {
    const SKEW: f64 = 0.9;
    /// Of mixed scans.
    const FRESH_SHARE: f64 = 0.7;
    /// As many codes as one batch may have.
    const BATCH: usize = 100;

    const fn choice(self) -> Choice {
        match self {
            Self::Cold | Self::Resumed | Self::Batch | Self::Storm => Choice::InTurn,
            Self::Hot | Self::Api | Self::Miss | Self::Mixed => Choice::Popular,
        }
    }

    fn connection(self, dice: &mut Dice) -> Connection {
        match self {
            Self::Cold | Self::Resumed => Connection::Fresh,
            Self::Mixed if dice.unit() < Self::FRESH_SHARE => Connection::Fresh,
            Self::Hot | Self::Api | Self::Batch | Self::Miss | Self::Storm | Self::Mixed => {
                Connection::Kept
            }
        }
    }

    /// What its phones keep from one connection to the next.
    pub(crate) const fn memory(self) -> Memory {
        match self {
            Self::Resumed | Self::Mixed => Memory::Ticket,
            Self::Cold | Self::Hot | Self::Api | Self::Batch | Self::Miss | Self::Storm => {
                Memory::None
            }
        }
    }

    /// What its phones speak.
    pub(crate) const fn protocol(self) -> Protocol {
        match self {
            Self::Api => Protocol::Http2,
            Self::Cold
            | Self::Resumed
            | Self::Hot
            | Self::Batch
            | Self::Miss
            | Self::Storm
            | Self::Mixed => Protocol::Http1,
        }
    }

    /// Requests under way at once on a connection.
    pub(crate) const fn streams(self) -> u64 {
        match self.protocol() {
            Protocol::Http1 => 1,
            Protocol::Http2 => 100,
        }
    }

    /// As it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Resumed => "resumed",
            Self::Hot => "hot",
            Self::Api => "api",
            Self::Batch => "batch",
            Self::Miss => "miss",
            Self::Storm => "storm",
            Self::Mixed => "mixed",
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
    profile: Profile,
    paths: Vec<String>,
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
        let paths: Vec<String> = text
            .lines()
            .filter(|path| {
                path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
            })
            .map(str::to_owned)
            .collect();
        let requests: Vec<_> = if profile == Profile::Batch {
            paths
                .chunks(Profile::BATCH)
                .map(|codes| message::post(target, "/v1/resolve", headers, &batch(codes)))
                .collect()
        } else {
            let get = |path: &String| message::get(target, path, headers);
            paths.iter().map(get).collect()
        };
        if requests.is_empty() {
            return Err(NoFigures::NoCodes);
        }
        let popularity = Zipf::new(count(&requests), Profile::SKEW);
        Ok(Self {
            profile,
            paths,
            requests,
            popularity,
        })
    }

    /// The bytes of a question.
    pub(crate) fn request(&self, question: usize) -> &[u8] {
        self.requests.get(question).map_or(&[], Vec::as_slice)
    }

    /// The path that it asks for.
    pub(crate) fn path(&self, question: usize) -> &str {
        self.paths.get(question).map_or("/", String::as_str)
    }

    /// The n-th question of a run that begins so far into the file.
    fn choose(&self, nth: u64, skip: u64, dice: &mut Dice) -> usize {
        let place = match self.profile.choice() {
            Choice::Popular => self.popularity.throw(dice),
            Choice::InTurn => skip.wrapping_add(nth) % count(&self.requests),
        };
        usize::try_from(place).unwrap_or(0)
    }
}

fn count<T>(of: &[T]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}

/// The body of a batch. A path with its slash taken away is how a code is written there, and
/// nothing in it needs an escape.
fn batch(codes: &[String]) -> String {
    let quoted: Vec<_> = codes
        .iter()
        .map(|path| format!("\"{}\"", path.trim_start_matches('/')))
        .collect();
    format!("{{\"codes\":[{}]}}", quoted.join(","))
}

/// One scan to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When, since the start.
    pub(crate) due: Duration,
    pub(crate) question: usize,
    pub(crate) connection: Connection,
}

/// All scans to come, in order.
#[derive(Debug)]
pub(crate) struct Arrivals {
    pattern: Pattern,
    gap: f64,
    next: Duration,
    end: Duration,
    skip: u64,
    count: u64,
    dice: Dice,
}

impl Arrivals {
    pub(crate) fn new(
        pattern: Pattern,
        rate: f64,
        end: Duration,
        (seed, skip): (u64, u64),
    ) -> Self {
        Self {
            skip,
            count: 0,
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
        let question = questions.choose(self.count, self.skip, &mut self.dice);
        self.count += 1;
        let connection = questions.profile.connection(&mut self.dice);
        (self.next < self.end).then_some(Arrival {
            due: self.next,
            question,
            connection,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pattern: Pattern, rate: f64) -> Vec<Arrival> {
        let target = "http://127.0.0.1:1/only".parse().unwrap();
        let questions = Questions::new(&target, None, &[], Profile::Hot).unwrap();
        let mut arrivals = Arrivals::new(pattern, rate, Duration::from_secs(10), (1, 0));
        std::iter::from_fn(|| arrivals.next(Duration::ZERO, &questions)).collect()
    }

    #[test]
    fn as_many_scans_arrive_as_the_rate_says() {
        assert!((9_700..10_300).contains(&all(Pattern::Poisson, 1000.0).len()));
        assert!((9_999..=10_000).contains(&all(Pattern::Constant, 1000.0).len()));
    }

    #[test]
    fn every_cold_scan_has_a_code_of_its_own_and_a_mixed_crowd_is_mixed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let lines: Vec<_> = (0..500).map(|code| format!("/vin/{code}")).collect();
        std::fs::write(file.path(), lines.join("\n")).unwrap();
        let target = "https://127.0.0.1:1".parse().unwrap();
        let scans = |profile, skip| {
            let questions = Questions::new(&target, Some(file.path()), &[], profile).unwrap();
            let second = Duration::from_secs(1);
            let mut arrivals = Arrivals::new(Pattern::Constant, 400.0, second, (1, skip));
            std::iter::from_fn(|| arrivals.next(Duration::ZERO, &questions)).collect::<Vec<_>>()
        };
        let asked = |skip| {
            let scans = scans(Profile::Cold, skip);
            scans.iter().map(|scan| scan.question).collect::<Vec<_>>()
        };
        assert_eq!(asked(200)[..3], [200, 201, 202]);
        assert_eq!(asked(499)[..3], [499, 0, 1]);
        let mut different = asked(0);
        different.sort_unstable();
        different.dedup();
        assert!(different.len() >= 399);
        let fresh = |profile| {
            let all = scans(profile, 0);
            let fresh = |scan: &&Arrival| scan.connection == Connection::Fresh;
            all.iter().filter(fresh).count()
        };
        assert!(fresh(Profile::Cold) >= 399 && fresh(Profile::Hot) == 0);
        assert!((240..320).contains(&fresh(Profile::Mixed)));
    }

    #[test]
    fn a_batch_asks_for_a_hundred_codes_as_the_door_wants_them() {
        let codes: Vec<_> = (0..2).map(|code| format!("/vin/{code}")).collect();
        assert_eq!(batch(&codes), r#"{"codes":["vin/0","vin/1"]}"#);
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
