//! A crowd with phones, against this machine only.
//!
//! Open loop (the default): scans arrive when they arrive, whether or not the last one has been
//! answered, and a scan's time counts from the moment it was due. A server that stops for a
//! second is charged for everybody who came in that second. `--closed`: each connection asks
//! again as soon as it is answered; this finds the capacity and says little about latency.
//!
//! 1. `plan`: which paths are asked for, how often each, and when.
//! 2. `phone`: one connection, one question at a time, every wait with a deadline.
//! 3. `tally`: what came back and how long it took.
//! 4. `report`: the figures for people and for programs.

use std::cell::RefCell;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::loopback::Target;
use crate::message::Header;

use self::phone::Phone;
use self::plan::{Arrivals, Pattern, Profile, Questions};
use self::report::{Format, Report};
use self::tally::Tally;

mod plan;
mod phone;
pub(crate) mod tally;
pub(crate) mod report;

/// After the last arrival, how long the late ones may still be sent: long enough for a hiccup,
/// short enough that an overloaded server cannot hold the run.
const GRACE: Duration = Duration::from_secs(2);
/// tokio's timer ticks in milliseconds; the last part of a wait is spent asking for the time.
const TICK: Duration = Duration::from_millis(2);
/// More connections than this are a matter for another machine.
const CONNECTIONS_MOST: u64 = 10_000;

/// What `scan` is told.
#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// The server, as in `http://127.0.0.1:8080`. Loopback only.
    #[arg(long)]
    url: Target,
    /// A file with a path on each line, as `codes` prints them. Without it: the path of the URL.
    #[arg(long)]
    codes: Option<PathBuf>,
    /// What the crowd is like.
    #[arg(long, value_enum, default_value = "hot")]
    profile: Profile,
    /// Scans a second.
    #[arg(long, default_value_t = 1000.0, conflicts_with = "closed")]
    rate: f64,
    /// How scans follow each other.
    #[arg(long, value_enum, default_value = "poisson", conflicts_with = "closed")]
    arrivals: Pattern,
    /// Ask again as soon as answered, to find the capacity.
    #[arg(long)]
    closed: bool,
    /// Keep-alive connections.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=CONNECTIONS_MOST))]
    connections: u64,
    /// Seconds to measure.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Seconds before, not measured.
    #[arg(long, default_value_t = 1)]
    warm_up: u64,
    /// The same seed asks for the same codes at the same moments.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The server's process, to say what a request costs it.
    #[arg(long)]
    pid: Option<u32>,
    /// A header to send, as in `Accept-Encoding: br`.
    #[arg(long)]
    header: Vec<Header>,
    /// How to print the figures.
    #[arg(long, value_enum, default_value = "markdown")]
    format: Format,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoFigures {
    #[error("cannot read the codes: {0}")]
    Codes(#[source] io::Error),
    #[error("the rate has to be above zero")]
    Rate,
    #[error("the file of codes has no line that begins with a slash")]
    NoCodes,
    #[error("cannot start: {0}")]
    Start(#[source] io::Error),
    #[error("cannot read the processor time of the server: {0}")]
    Cpu(#[source] io::Error),
    #[error("nothing was answered: {0}")]
    Nothing(String),
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

/// Runs and prints.
pub(crate) fn run(told: &Scan) -> Result<(), NoFigures> {
    let questions = Questions::new(&told.url, told.codes.as_deref(), &told.header, told.profile)?;
    if !told.closed && (!told.rate.is_finite() || told.rate <= 0.0) {
        return Err(NoFigures::Rate);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(NoFigures::Start)?;
    let questions = Rc::new(questions);
    let go = |seconds, seed| {
        let crowd = Crowd {
            target: told.url.clone(),
            questions: Rc::clone(&questions),
            arrivals: Rc::new(RefCell::new(Arrivals::new(
                if told.closed {
                    Pattern::AtOnce
                } else {
                    told.arrivals
                },
                told.rate,
                Duration::from_secs(seconds),
                seed,
            ))),
            end: Duration::from_secs(seconds),
        };
        LocalSet::new().block_on(&runtime, crowd.scan(told.connections))
    };
    if told.warm_up > 0 {
        go(told.warm_up, told.seed.wrapping_add(1));
    }
    let before = told
        .pid
        .map(report::cpu_time)
        .transpose()
        .map_err(NoFigures::Cpu)?;
    let (tally, took) = go(told.seconds, told.seed);
    let after = told
        .pid
        .map(report::cpu_time)
        .transpose()
        .map_err(NoFigures::Cpu)?;
    let report = Report::new(told, &tally, took, before.zip(after));
    report.print(told.format)?;
    if tally.answered() == 0 {
        return Err(NoFigures::Nothing(tally.why_not()));
    }
    Ok(())
}

/// Everybody who scans in one run.
struct Crowd {
    target: Target,
    questions: Rc<Questions>,
    arrivals: Rc<RefCell<Arrivals>>,
    end: Duration,
}

impl Crowd {
    /// Scans over so many connections, and says what came back and how long it all took.
    async fn scan(self, connections: u64) -> (Tally, Duration) {
        let start = Instant::now();
        let crowd = Rc::new(self);
        let phones: Vec<_> = (0..connections)
            .map(|_| tokio::task::spawn_local(Rc::clone(&crowd).one_phone(start)))
            .collect();
        let mut tally = Tally::new();
        for phone in phones {
            if let Ok(one) = phone.await {
                tally.add(&one);
            }
        }
        (tally, start.elapsed())
    }

    /// One connection. It takes the next arrival, waits until that is due, and asks. If all
    /// connections are busy when an arrival is due, it is asked late and its time runs already.
    async fn one_phone(self: Rc<Self>, start: Instant) -> Tally {
        let mut tally = Tally::new();
        let mut phone = Phone::new(self.target.at);
        loop {
            let Some(arrival) = self
                .arrivals
                .borrow_mut()
                .next(start.elapsed(), &self.questions)
            else {
                return tally;
            };
            let due = start + arrival.due;
            wait_until(due).await;
            if start.elapsed() > self.end + GRACE {
                tally.unsent();
                continue;
            }
            let outcome = phone.ask(self.questions.request(arrival.question)).await;
            tally.note(outcome, due.elapsed());
        }
    }
}

async fn wait_until(due: Instant) {
    if let Some(early) = due.checked_sub(TICK)
        && Instant::now() < early
    {
        tokio::time::sleep_until(early).await;
    }
    while Instant::now() < due {
        tokio::task::yield_now().await;
    }
}

#[cfg(test)]
mod tests;
