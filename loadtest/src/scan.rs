//! A crowd with phones, against this machine only.
//!
//! Open loop (the default): scans arrive when they arrive, whether or not the last one has been
//! answered, and a scan's time counts from the moment it was due. A server that stops for a
//! second is charged for everybody who came in that second. `--closed`: each connection asks
//! again as soon as it is answered; this finds the capacity and says little about latency. It never
//! sleeps meanwhile: over the loopback it is the server's own call that would have to wake it, at a
//! price that depends on how often we had nothing to do, and not on the server.
//!
//! 1. `plan`: which paths are asked for, how often each, and when.
//! 2. `dial`: how a phone reaches the server, TLS included.
//! 3. `phone`: one phone, one question at a time, every wait with a deadline; `api`: one
//!    connection of an app, with many.
//! 4. `tally`: what came back and how long it took.
//! 5. `report`: the figures for people and for programs.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::loopback::Target;
use crate::message::Header;

use self::api::{App, Form};
use self::dial::{ADDRESSES_MOST, KeyExchange, Network, Protocol};
use self::phone::{Outcome, Phone};
use self::plan::{Arrivals, Connection, Pattern, Profile, Questions};
use self::report::{Format, Report, Spent};
use self::tally::{Handshakes, Tally};

pub(crate) mod dial;
pub(crate) mod plan;
pub(crate) mod phone;
mod api;
pub(crate) mod tally;
pub(crate) mod report;
mod storm;

/// After the last arrival, how long the late ones may still be sent: long enough for a hiccup,
/// short enough that an overloaded server cannot hold the run.
const GRACE: Duration = Duration::from_secs(2);
/// tokio's timer ticks in milliseconds; the last part of a wait is spent asking for the time.
const TICK: Duration = Duration::from_millis(2);
/// A look for what came in takes less than this when nothing did.
const GLANCE: Duration = Duration::from_micros(3);
/// How many codes before the first one the warm-up begins.
const WARM_UP_CODES: u64 = 10_000;
/// More connections than this are a matter for another machine.
const CONNECTIONS_MOST: u64 = 10_000;

/// What `scan` is told.
#[derive(Debug, Args)]
pub(crate) struct Scan {
    /// The server, as in `http://127.0.0.1:8080` or `https://127.0.0.1:8443`. Loopback only.
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
    /// Phones, or connections of apps with a hundred requests each under way.
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
    /// Where to begin in the file, for profiles that ask for one line after the other.
    #[arg(long, default_value_t = 0)]
    skip: u64,
    /// The group that keys are agreed in, if the URL begins with `https`.
    #[arg(long, value_enum, default_value = "x25519")]
    key_exchange: KeyExchange,
    /// How many addresses of 127.0.0.0/8 the phones come from, one after the other and from --skip
    /// on; 1 is the system's choice.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=ADDRESSES_MOST))]
    addresses: u64,
    /// A process of the server, to say what a request costs it; once or more.
    #[arg(long)]
    pid: Vec<u32>,
    /// A process that the server asks, such as its Redis: counted apart.
    #[arg(long)]
    beside_pid: Vec<u32>,
    /// What is measured, to tell reports apart.
    #[arg(long, default_value = "server")]
    candidate: String,
    /// Which round of a comparison this is.
    #[arg(long, default_value_t = 0)]
    round: u32,
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
    let network = Network::new(
        told.url.clone(),
        told.key_exchange,
        told.profile.protocol(),
        told.addresses,
    );
    let pattern = if told.closed {
        Pattern::AtOnce
    } else {
        told.arrivals
    };
    let go = |seconds, seed, skip| {
        let end = Duration::from_secs(seconds);
        let arrivals = Arrivals::new(pattern, told.rate, end, (seed, skip));
        let crowd = Crowd {
            profile: told.profile,
            network: network.clone(),
            form: Form::new(&told.url, &told.header),
            questions: Rc::clone(&questions),
            arrivals: Rc::new(RefCell::new(arrivals)),
            end,
            before: skip,
        };
        let idle = Rc::new(Cell::new(Duration::ZERO));
        let everybody = LocalSet::new();
        if told.closed {
            everybody.spawn_local(stay_awake(Rc::clone(&idle)));
        }
        let (tally, took) = everybody.block_on(&runtime, crowd.scan(told.connections))?;
        Ok::<_, NoFigures>((tally, took, idle.get()))
    };
    if told.warm_up > 0 && told.profile != Profile::Storm {
        // From the other end of the file, so that no code is known before it is measured.
        go(
            told.warm_up,
            told.seed.wrapping_add(1),
            told.skip.wrapping_sub(WARM_UP_CODES),
        )?;
    }
    let before = Spent::now(told).map_err(NoFigures::Cpu)?;
    let (tally, took, idle) = go(told.seconds, told.seed, told.skip)?;
    let spent = Spent::now(told)
        .map_err(NoFigures::Cpu)?
        .since(before)
        .without(idle);
    let report = Report::new(told, &tally, took, spent);
    report.print(told.format)?;
    if tally.answered() == 0 {
        return Err(NoFigures::Nothing(tally.why_not()));
    }
    Ok(())
}

/// Everybody who scans in one run.
struct Crowd {
    profile: Profile,
    network: Network,
    form: Form,
    questions: Rc<Questions>,
    arrivals: Rc<RefCell<Arrivals>>,
    end: Duration,
    /// How many scans there have been before, so that no phone comes twice.
    before: u64,
}

/// Who asks.
enum Asker {
    Phone(Box<Phone>),
    App(Rc<App>),
}

impl Crowd {
    /// Scans over so many connections, and says what came back and how long it all took.
    async fn scan(self, connections: u64) -> Result<(Tally, Duration), NoFigures> {
        let mut askers = Vec::new();
        for nth in 0..connections {
            let dial = self
                .network
                .dial((nth, connections), self.before, self.profile.memory())
                .map_err(NoFigures::Start)?;
            match self.profile.protocol() {
                Protocol::Http1 => askers.push(Asker::Phone(Box::new(Phone::new(dial)))),
                Protocol::Http2 => {
                    let app = Rc::new(App::new(dial, self.form.clone()));
                    let stream = || Asker::App(Rc::clone(&app));
                    askers.extend((0..self.profile.streams()).map(|_| stream()));
                }
            }
        }
        if self.profile == Profile::Storm {
            return Ok(storm::break_loose(askers, self.questions).await);
        }
        let start = Instant::now();
        let crowd = Rc::new(self);
        let asking: Vec<_> = askers
            .into_iter()
            .map(|asker| tokio::task::spawn_local(Rc::clone(&crowd).ask_on(asker, start)))
            .collect();
        let mut tally = Tally::new();
        for one in asking {
            if let Ok(one) = one.await {
                tally.add(&one);
            }
        }
        Ok((tally, start.elapsed()))
    }

    /// Takes the next arrival, waits until that is due, and asks. If all are busy when an arrival
    /// is due, it is asked late and its time runs already.
    async fn ask_on(self: Rc<Self>, mut asker: Asker, start: Instant) -> Tally {
        let mut tally = Tally::new();
        loop {
            let Some(arrival) = self
                .arrivals
                .borrow_mut()
                .next(start.elapsed(), &self.questions)
            else {
                tally.handshakes = asker.handshakes();
                return tally;
            };
            let due = start + arrival.due;
            wait_until(due).await;
            if start.elapsed() > self.end + GRACE {
                tally.unsent();
                continue;
            }
            let outcome = asker
                .ask(&self.questions, arrival.question, arrival.connection)
                .await;
            tally.note(outcome, due.elapsed());
        }
    }
}

impl Asker {
    async fn ask(&mut self, questions: &Questions, question: usize, on: Connection) -> Outcome {
        match self {
            Self::Phone(phone) => phone.ask(questions.request(question), on).await,
            Self::App(app) => app.ask(questions.path(question)).await,
        }
    }

    fn handshakes(&self) -> Handshakes {
        match self {
            Self::Phone(phone) => phone.handshakes,
            Self::App(app) => app.take_handshakes(),
        }
    }
}

/// Looks again and again whether anything came in, and adds up the time in which nothing did.
async fn stay_awake(idle: Rc<Cell<Duration>>) {
    let mut last = Instant::now();
    loop {
        tokio::task::yield_now().await;
        let now = Instant::now();
        let took = now - last;
        if took < GLANCE {
            idle.set(idle.get() + took);
        }
        last = now;
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
