//! What rounds say about one candidate beside the others.
//!
//! Only what was measured in the same round is compared: the machine changes from minute to minute,
//! the ratio of two candidates hardly does. The median of those ratios is the result, and the least
//! and the greatest beside it say what it is worth.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

/// What `compare` is told.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// Reports of `scan --format line`, one a line.
    rounds: PathBuf,
    /// The candidate that the others are compared with.
    #[arg(long)]
    subject: String,
    /// What it is about.
    #[arg(long, default_value = "rounds")]
    title: String,
    /// Where to write the figures for programs.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoRounds {
    #[error("cannot read the rounds: {0}")]
    Read(#[source] io::Error),
    #[error("line {0} is no report: {1}")]
    Report(usize, #[source] serde_json::Error),
    #[error("the subject is in no round, or its processor time was not measured")]
    NoSubject,
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// What is wanted of a report.
#[derive(Debug, Deserialize)]
struct Round {
    candidate: String,
    #[serde(rename = "round")]
    number: u32,
    requests: u64,
    requests_per_second: f64,
    p50_us: f64,
    p99_us: f64,
    server_cpu_us_per_request: Option<f64>,
    beside_cpu_us_per_request: Option<f64>,
    server_cpu_share: Option<f64>,
    generator_cpu_share: f64,
    failures: BTreeMap<String, u64>,
    unsent: u64,
}

/// The middle and the ends.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Spread {
    median: f64,
    least: f64,
    greatest: f64,
}

/// One candidate over all rounds.
#[derive(Debug, Serialize)]
struct Line {
    candidate: String,
    rounds: usize,
    cpu_us: Option<Spread>,
    beside_us: Option<Spread>,
    requests_per_second: Spread,
    p50_us: Spread,
    p99_us: Spread,
    server_share: Option<Spread>,
    generator_share: Spread,
    failed: u64,
    /// Its processor time over the subject's: how many times the subject's work its own is.
    over_subject: Option<Spread>,
    /// The same with the time of what it asks beside, such as a Redis, for both.
    over_subject_with_beside: Option<Spread>,
    /// The subject's p99 over its.
    p99_of_subject_over: Option<Spread>,
}

#[derive(Debug, Serialize)]
struct Result<'a> {
    title: &'a str,
    subject: &'a str,
    candidates: &'a [Line],
}

pub(crate) fn run(told: &Compare) -> std::result::Result<(), NoRounds> {
    let text = fs::read_to_string(&told.rounds).map_err(NoRounds::Read)?;
    let rounds = read(&text)?;
    let lines = compare(&rounds, &told.subject).ok_or(NoRounds::NoSubject)?;
    if let Some(file) = &told.json {
        let result = Result {
            title: &told.title,
            subject: &told.subject,
            candidates: &lines,
        };
        let json = serde_json::to_string_pretty(&result).map_err(io::Error::from)?;
        fs::write(file, json + "\n")?;
    }
    let text = markdown(&told.title, &told.subject, &lines);
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn read(text: &str) -> std::result::Result<Vec<Round>, NoRounds> {
    let lines = text.lines().enumerate();
    lines
        .map(|(at, line)| serde_json::from_str(line).map_err(|why| NoRounds::Report(at + 1, why)))
        .collect()
}

/// Every candidate in the order in which it first appears, the subject first.
fn compare(rounds: &[Round], subject: &str) -> Option<Vec<Line>> {
    let mut names = vec![subject];
    for round in rounds {
        if !names.contains(&round.candidate.as_str()) {
            names.push(&round.candidate);
        }
    }
    let of = |name: &str| -> BTreeMap<u32, &Round> {
        let mine = rounds.iter().filter(|round| round.candidate == name);
        mine.map(|round| (round.number, round)).collect()
    };
    let base = of(subject);
    base.values()
        .next()
        .and_then(|round| round.server_cpu_us_per_request)?;
    let lines = names.iter().filter_map(|&name| {
        let mine = of(name);
        let all = |figure: fn(&Round) -> Option<f64>| {
            Spread::of(mine.values().filter_map(|round| figure(round)))
        };
        let pairs = |ratio: fn(&Round, &Round) -> Option<f64>| {
            let pairs = mine
                .iter()
                .filter_map(|(round, mine)| Some((*mine, *base.get(round)?)));
            Spread::of(pairs.filter_map(|(mine, base)| ratio(mine, base)))
        };
        Some(Line {
            candidate: name.to_owned(),
            rounds: mine.len(),
            cpu_us: all(|round| round.server_cpu_us_per_request),
            beside_us: all(|round| round.beside_cpu_us_per_request),
            requests_per_second: all(|round| Some(round.requests_per_second))?,
            p50_us: all(|round| Some(round.p50_us))?,
            p99_us: all(|round| Some(round.p99_us))?,
            server_share: all(|round| round.server_cpu_share),
            generator_share: all(|round| Some(round.generator_cpu_share))?,
            failed: mine.values().map(|round| round.failed()).sum(),
            over_subject: pairs(|mine, base| {
                Some(mine.server_cpu_us_per_request? / base.server_cpu_us_per_request?)
            }),
            over_subject_with_beside: all(|round| round.beside_cpu_us_per_request)
                .and_then(|_| pairs(|mine, base| Some(mine.with_beside()? / base.with_beside()?))),
            p99_of_subject_over: pairs(|mine, base| Some(base.p99_us / mine.p99_us)),
        })
    });
    Some(lines.collect())
}

impl Round {
    fn with_beside(&self) -> Option<f64> {
        Some(self.server_cpu_us_per_request? + self.beside_cpu_us_per_request.unwrap_or(0.0))
    }

    /// Of a round without an answer there is no report at all.
    fn failed(&self) -> u64 {
        debug_assert!(self.requests > 0);
        self.unsent + self.failures.values().sum::<u64>()
    }
}

impl Spread {
    fn of(figures: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.filter(|figure| figure.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(Self {
            median: f64::midpoint(lower, upper),
            least: *sorted.first()?,
            greatest: *sorted.last()?,
        })
    }

    fn text(self, digits: usize) -> String {
        let Self {
            median,
            least,
            greatest,
        } = self;
        format!("{median:.digits$} ({least:.digits$}–{greatest:.digits$})")
    }
}

fn markdown(title: &str, subject: &str, lines: &[Line]) -> String {
    let or_dash = |spread: Option<Spread>, digits| {
        spread.map_or_else(|| "-".to_owned(), |spread| spread.text(digits))
    };
    let mut text = format!(
        "\n### {title}\n\nMedians of rounds, least and greatest in brackets. *Ratio*: processor time for a request \
         over that of {subject} in the same round.\n\n\
         | candidate | ratio | with what it asks beside | server CPU, µs/request | beside it, µs | requests/s | \
         p50, ms | p99, ms | cores: server, generator | failed |\n|---|---|---|---|---|---|---|---|---|---|\n"
    );
    for line in lines {
        let millis = |spread: Spread| {
            Spread {
                median: spread.median / 1e3,
                least: spread.least / 1e3,
                greatest: spread.greatest / 1e3,
            }
            .text(2)
        };
        // A String takes everything.
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {}, {:.2} | {} |",
            line.candidate,
            or_dash(line.over_subject, 3),
            or_dash(line.over_subject_with_beside, 3),
            or_dash(line.cpu_us, 2),
            or_dash(line.beside_us, 2),
            line.requests_per_second.text(0),
            millis(line.p50_us),
            millis(line.p99_us),
            line.server_share
                .map_or_else(|| "-".to_owned(), |share| format!("{:.2}", share.median)),
            line.generator_share.median,
            line.failed,
        )
        .unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(candidate: &str, round: u32, cpu: f64, beside: Option<f64>) -> String {
        let beside = beside.map_or_else(|| "null".to_owned(), |beside| beside.to_string());
        format!(
            r#"{{"candidate":"{candidate}","round":{round},"requests":9,"requests_per_second":100.0,"p50_us":10,
            "p99_us":{},"server_cpu_us_per_request":{cpu},"beside_cpu_us_per_request":{beside},
            "server_cpu_share":0.9,"generator_cpu_share":0.5,"failures":{{"broken":1}},"unsent":1,"more":1}}"#,
            cpu * 10.0
        )
        .replace('\n', "")
    }

    #[test]
    fn ratios_are_of_the_same_round_and_their_median_counts() {
        // The machine was three times slower in the second round, for both.
        let text = [
            round("floor", 1, 8.0, None),
            round("saoma", 1, 10.0, None),
            round("saoma", 2, 30.0, None),
            round("floor", 2, 27.0, None),
            round("saoma", 3, 10.0, None),
            round("floor", 3, 7.0, None),
            round("lua", 3, 20.0, Some(10.0)),
        ];
        let lines = compare(&read(&text.join("\n")).unwrap(), "saoma").unwrap();
        let names: Vec<_> = lines.iter().map(|line| line.candidate.as_str()).collect();
        assert_eq!(names, ["saoma", "floor", "lua"]);
        let ratio = lines[1].over_subject.unwrap();
        assert!((ratio.median - 0.8).abs() < 1e-9);
        assert!((ratio.least - 0.7).abs() < 1e-9 && (ratio.greatest - 0.9).abs() < 1e-9);
        assert_eq!(lines[1].failed, 6);
        assert_eq!(lines[1].over_subject_with_beside, None);
        let with = lines[2].over_subject_with_beside.unwrap();
        assert!((lines[2].over_subject.unwrap().median - 2.0).abs() < 1e-9);
        assert!((with.median - 3.0).abs() < 1e-9);
        let shown = markdown("cold", "saoma", &lines);
        assert!(shown.contains("| floor | 0.800 (0.700–0.900) | - | 8.00 (7.00–27.00) |"));
    }

    #[test]
    fn nothing_is_said_without_the_subject_or_about_nonsense() {
        let rounds = read(&round("floor", 1, 8.0, None)).unwrap();
        assert!(compare(&rounds, "saoma").is_none());
        assert!(matches!(read("{}"), Err(NoRounds::Report(1, _))));
    }
}
