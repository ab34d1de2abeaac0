//! What became of everybody in a rush.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::dice::to_f64;

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With a page.
    Page,
    /// With an answer that is none: 503, 429.
    Shed(u16),
    /// The phone had waited long enough.
    Left,
    /// There was no connection to be had, or no handshake.
    Refused,
    /// The connection ended between the question and the end of the answer.
    Dropped,
    /// There were too many here already; the generator's own limit.
    NotSent,
}

/// All of it. Units are in the names.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    seconds: f64,
    came: u64,
    pages: u64,
    pages_per_second: f64,
    /// From coming to the page, of those who got one.
    p50_ms: f64,
    p99_ms: f64,
    longest_ms: f64,
    shed: BTreeMap<u16, u64>,
    left: u64,
    refused: u64,
    dropped: u64,
    not_sent: u64,
    server_cores: Option<f64>,
    resident_mib: Option<u64>,
    #[serde(skip)]
    times: Histogram<u64>,
}

impl Figures {
    pub(super) fn new() -> Self {
        Self {
            seconds: 0.0,
            came: 0,
            pages: 0,
            pages_per_second: 0.0,
            p50_ms: 0.0,
            p99_ms: 0.0,
            longest_ms: 0.0,
            shed: BTreeMap::new(),
            left: 0,
            refused: 0,
            dropped: 0,
            not_sent: 0,
            server_cores: None,
            resident_mib: None,
            times: crate::scan::tally::new_times(),
        }
    }

    pub(super) fn came(&mut self) {
        self.came += 1;
    }

    pub(super) fn note(&mut self, end: End, took: Duration) {
        match end {
            End::Page => {
                self.pages += 1;
                let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
                self.times.saturating_record(micros.max(1));
            }
            End::Shed(status) => *self.shed.entry(status).or_default() += 1,
            End::Left => self.left += 1,
            End::Refused => self.refused += 1,
            End::Dropped => self.dropped += 1,
            End::NotSent => self.not_sent += 1,
        }
    }

    /// How long it all took, and the processor time of the server before and after.
    pub(super) fn took(&mut self, took: Duration, cpu: Option<(Duration, Duration)>) {
        let millis = |micros: u64| to_f64(micros) / 1000.0;
        self.seconds = took.as_secs_f64();
        self.pages_per_second = to_f64(self.pages) / self.seconds;
        self.p50_ms = millis(self.times.value_at_percentile(50.0));
        self.p99_ms = millis(self.times.value_at_percentile(99.0));
        self.longest_ms = millis(self.times.max());
        self.server_cores =
            cpu.map(|(before, after)| after.saturating_sub(before).as_secs_f64() / self.seconds);
    }

    /// What the server has in memory now.
    pub(super) fn resident(&mut self, pid: Option<u32>) {
        let status =
            pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok());
        self.resident_mib = status.and_then(|status| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix("VmRSS:"))?;
            let kib: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
            Some(kib / 1024)
        });
    }

    /// One object, one line.
    pub(super) fn print(&self) -> io::Result<()> {
        let text = serde_json::to_string(self)? + "\n";
        io::stdout().lock().write_all(text.as_bytes())
    }
}
