//! The figures of a run, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

use super::Scan;
use super::tally::Tally;
use crate::dice::to_f64;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table.
    Markdown,
    /// One object, one figure a line.
    Json,
    /// One object on one line, to be added to others.
    Line,
}

/// The processor time that the server has used, and what it asks beside it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    server: Duration,
    beside: Duration,
    /// Ours, without looking for what does not come: near a core, it is the generator that is the limit.
    generator: Duration,
}

/// What a run says. Units are in the names.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    candidate: String,
    round: u32,
    profile: &'static str,
    mode: &'static str,
    connections: u64,
    offered_per_second: Option<f64>,
    seconds: f64,
    requests: u64,
    requests_per_second: f64,
    p50_us: u64,
    p90_us: u64,
    p99_us: u64,
    p999_us: u64,
    max_us: u64,
    server_cpu_us_per_request: Option<f64>,
    beside_cpu_us_per_request: Option<f64>,
    server_cpu_share: Option<f64>,
    generator_cpu_share: f64,
    handshakes_whole: u64,
    handshakes_resumed: u64,
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<&'static str, u64>,
    unsent: u64,
}

impl Spent {
    /// Up to now.
    pub(crate) fn now(told: &Scan) -> io::Result<Self> {
        let all = |pids: &[u32]| pids.iter().map(|&pid| cpu_time(pid)).sum::<io::Result<_>>();
        Ok(Self {
            server: all(&told.pid)?,
            beside: all(&told.beside_pid)?,
            generator: cpu_time(std::process::id())?,
        })
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            beside: self.beside.saturating_sub(before.beside),
            generator: self.generator.saturating_sub(before.generator),
        }
    }

    /// The time in which we only looked whether anything came in is none that we needed.
    pub(crate) fn without(self, idle: Duration) -> Self {
        Self {
            generator: self.generator.saturating_sub(idle),
            ..self
        }
    }
}

impl Report {
    pub(crate) fn new(told: &Scan, tally: &Tally, took: Duration, spent: Spent) -> Self {
        let seconds = took.as_secs_f64();
        let answered = to_f64(tally.answered());
        let known =
            |pids: &[u32], spent: Duration| (!pids.is_empty()).then_some(spent.as_secs_f64());
        let used = known(&told.pid, spent.server);
        let beside = known(&told.beside_pid, spent.beside);
        Self {
            candidate: told.candidate.clone(),
            round: told.round,
            profile: told.profile.name(),
            mode: if told.closed { "closed" } else { "open" },
            connections: told.connections,
            offered_per_second: (!told.closed).then_some(told.rate),
            seconds,
            requests: tally.answered(),
            requests_per_second: answered / seconds,
            p50_us: tally.percentile(50.0),
            p90_us: tally.percentile(90.0),
            p99_us: tally.percentile(99.0),
            p999_us: tally.percentile(99.9),
            max_us: tally.longest(),
            server_cpu_us_per_request: used.map(|used| used * 1e6 / answered.max(1.0)),
            beside_cpu_us_per_request: beside.map(|used| used * 1e6 / answered.max(1.0)),
            server_cpu_share: used.map(|used| used / seconds),
            generator_cpu_share: spent.generator.as_secs_f64() / seconds,
            handshakes_whole: tally.handshakes.whole,
            handshakes_resumed: tally.handshakes.resumed,
            statuses: tally.statuses.clone(),
            failures: tally.failures.clone(),
            unsent: tally.unsent,
        }
    }

    pub(crate) fn print(&self, format: Format) -> io::Result<()> {
        let text = match format {
            Format::Json => serde_json::to_string_pretty(self)? + "\n",
            Format::Line => serde_json::to_string(self)? + "\n",
            Format::Markdown => self.markdown(),
        };
        io::stdout().lock().write_all(text.as_bytes())
    }

    fn markdown(&self) -> String {
        let offered = self
            .offered_per_second
            .map_or("-".into(), |rate| format!("{rate:.0}"));
        let cpu = |figure: Option<f64>| figure.map_or("-".into(), |figure| format!("{figure:.2}"));
        let millis = |micros: u64| format!("{:.2}", to_f64(micros) / 1000.0);
        let counts = |of: Vec<String>| {
            if of.is_empty() {
                "-".into()
            } else {
                of.join(", ")
            }
        };
        let statuses = self
            .statuses
            .iter()
            .map(|(status, n)| format!("{status}: {n}"));
        let failures = self.failures.iter().map(|(why, n)| format!("{why}: {n}"));
        let rows = [
            ("profile, loop", format!("{}, {}", self.profile, self.mode)),
            ("connections", self.connections.to_string()),
            ("offered, requests/s", offered),
            (
                "answered, requests/s",
                format!("{:.0}", self.requests_per_second),
            ),
            ("answered in", format!("{:.2} s", self.seconds)),
            ("p50, ms", millis(self.p50_us)),
            ("p90, ms", millis(self.p90_us)),
            ("p99, ms", millis(self.p99_us)),
            ("p99.9, ms", millis(self.p999_us)),
            ("longest, ms", millis(self.max_us)),
            (
                "server CPU, µs/request",
                cpu(self.server_cpu_us_per_request),
            ),
            ("server CPU, cores", cpu(self.server_cpu_share)),
            (
                "CPU beside it, µs/request",
                cpu(self.beside_cpu_us_per_request),
            ),
            (
                "generator CPU, cores",
                format!("{:.2}", self.generator_cpu_share),
            ),
            (
                "handshakes, whole and resumed",
                format!("{}, {}", self.handshakes_whole, self.handshakes_resumed),
            ),
            ("statuses", counts(statuses.collect())),
            ("failures", counts(failures.collect())),
            ("due but never sent", self.unsent.to_string()),
        ];
        let lines: Vec<String> = rows
            .iter()
            .map(|(figure, value)| format!("| {figure} | {value} |\n"))
            .collect();
        format!("| figure | value |\n|---|---|\n{}", lines.concat())
    }
}

/// The processor time a process has used so far, user and system.
pub(crate) fn cpu_time(pid: u32) -> io::Result<Duration> {
    /// Linux counts in hundredths of a second here, whatever its own clock does.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = cpu_ticks(&stat).ok_or(io::ErrorKind::InvalidData)?;
    Ok(TICK * u32::try_from(ticks).unwrap_or(u32::MAX))
}

/// Fields 14 and 15. The name in field 2 may hold spaces and brackets, so counting begins
/// behind the last bracket.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_the_name_whatever_the_name() {
        let stat = "42 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 120 34 0 0 20 0 1 0";
        assert_eq!(cpu_ticks(stat), Some(154));
        assert_eq!(cpu_ticks("42 nonsense"), None);
        assert!(cpu_time(std::process::id()).is_ok());
    }
}
