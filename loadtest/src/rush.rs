//! A rush: more phones than can be served, and what becomes of them.
//!
//! Open loop (`--rate`): phones come when they come. Some come anew, as a camera does: a connection,
//! one scan, and the connection stays open for a while though nobody needs it. Some stay, as an app
//! does: the same connection again and again. Each waits so long and no longer, counted from the
//! moment it came; who leaves without a page was not served, whatever the server did for it.
//! Without `--rate` everybody asks again at once, which finds the capacity.
//!
//! 1. `visitor`: one connection, in the clear or behind TLS, one question at a time.
//! 2. Here: who comes when, and how many are on their way at once.
//! 3. `figures`: what became of them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use tokio::sync::Notify;
use tokio::task::LocalSet;
use tokio::time::Instant;

use crate::dice::{Dice, Stream};
use crate::loopback::Loopback;
use crate::message;
use crate::scan::report::cpu_time;

use self::figures::{End, Figures};
use self::visitor::{Bound, Visitor};

mod figures;
mod visitor;

/// tokio's timer ticks in milliseconds: who is due within one comes together.
const TICK: Duration = Duration::from_millis(1);

/// What `rush` is told.
#[derive(Debug, Args)]
pub(crate) struct Rush {
    /// The server, as in `127.0.0.1:8080`. Loopback only.
    #[arg(long)]
    at: Loopback,
    /// Come over TLS, and believe what this authority (a PEM file) says of `localhost`.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// What to ask for.
    #[arg(long, default_value = "/robots.txt")]
    path: String,
    /// Phones a second; as many as can be served without it.
    #[arg(long)]
    rate: Option<f64>,
    /// Of a hundred, how many come anew.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(0..=100))]
    anew: u64,
    /// Connections of those who stay.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=5000))]
    staying: u64,
    /// Of those who come anew, how many may be here at once; a phone more is not sent.
    #[arg(long, default_value_t = 8000, value_parser = clap::value_parser!(u64).range(1..=15_000))]
    crowd: u64,
    /// How long a phone waits, in milliseconds.
    #[arg(long, default_value_t = 1000)]
    patience: u64,
    /// How long who came anew leaves the connection open afterwards, in milliseconds.
    #[arg(long, default_value_t = 0)]
    lingers: u64,
    /// Seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The server's process, to say what it took.
    #[arg(long)]
    pid: Option<u32>,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoRush {
    #[error("the rate has to be above zero")]
    Rate,
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
    #[error("{0} holds no authority")]
    Authority(PathBuf),
}

/// Everybody, and where they are bound.
struct Everybody {
    bound: Bound,
    patience: Duration,
    lingers: Duration,
    end: Instant,
    /// Those who stay and are due, by when they came.
    due: RefCell<VecDeque<Instant>>,
    come: Notify,
    here: Cell<u64>,
    figures: RefCell<Figures>,
}

/// Runs and prints.
pub(crate) fn run(told: &Rush) -> Result<(), NoRush> {
    if told
        .rate
        .is_some_and(|rate| !rate.is_finite() || rate <= 0.0)
    {
        return Err(NoRush::Rate);
    }
    let tls = told.ca.as_deref().map(visitor::tls).transpose()?;
    let request = message::asking(&told.path);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let before = told.pid.and_then(|pid| cpu_time(pid).ok());
    let bound = Bound {
        at: told.at,
        tls,
        request,
    };
    let (mut figures, took) = LocalSet::new().block_on(&runtime, rush(told, bound));
    let after = told.pid.and_then(|pid| cpu_time(pid).ok());
    figures.took(took, before.zip(after));
    figures.resident(told.pid);
    figures.print()?;
    Ok(())
}

async fn rush(told: &Rush, bound: Bound) -> (Figures, Duration) {
    let start = Instant::now();
    let everybody = Rc::new(Everybody {
        bound,
        patience: Duration::from_millis(told.patience),
        lingers: Duration::from_millis(told.lingers),
        end: start + Duration::from_secs(told.seconds),
        due: RefCell::default(),
        come: Notify::new(),
        here: Cell::new(0),
        figures: RefCell::new(Figures::new()),
    });
    let mut staying = Vec::new();
    for number in 0..told.staying {
        let one = Rc::clone(&everybody).one_who_stays(number, told.rate.is_none());
        staying.push(tokio::task::spawn_local(one));
    }
    match told.rate {
        Some(rate) => Rc::clone(&everybody).come(rate, told).await,
        None => everybody.come_again(told).await,
    }
    everybody.come.notify_waiters();
    for one in staying {
        // A phone that failed has been counted by what it counted before.
        one.await.unwrap_or_default();
    }
    // Who came last may still be served.
    tokio::time::sleep(everybody.patience).await;
    let figures = everybody.figures.replace(Figures::new());
    (figures, start.elapsed().saturating_sub(everybody.patience))
}

impl Everybody {
    /// Lets everybody come when they are due.
    async fn come(self: Rc<Self>, rate: f64, told: &Rush) {
        let gap = Duration::from_secs_f64(1.0 / rate);
        let mut dice = Dice::of(1, Stream::Arrivals, 0);
        let mut next = Instant::now();
        let mut number = 0;
        while next < self.end {
            tokio::time::sleep(TICK).await;
            let now = Instant::now();
            while next <= now && next < self.end {
                self.figures.borrow_mut().came();
                number += 1;
                let anew = dice.in_a_thousand(told.anew * 10);
                if anew && self.here.get() < told.crowd {
                    self.here.set(self.here.get() + 1);
                    tokio::task::spawn_local(Rc::clone(&self).one_who_leaves(number, next));
                } else if anew {
                    self.figures.borrow_mut().note(End::NotSent, Duration::ZERO);
                } else {
                    self.due.borrow_mut().push_back(next);
                    self.come.notify_one();
                }
                next += gap;
            }
        }
    }

    /// As many as those who stay come anew, one after another, until it is over.
    async fn come_again(self: &Rc<Self>, told: &Rush) {
        let many = if told.anew == 0 { 0 } else { told.staying };
        let anew: Vec<_> = (0..many)
            .map(|number| {
                let everybody = Rc::clone(self);
                tokio::task::spawn_local(async move {
                    let mut number = number;
                    while Instant::now() < everybody.end {
                        everybody.figures.borrow_mut().came();
                        everybody.here.set(everybody.here.get() + 1);
                        let one = Rc::clone(&everybody).one_who_leaves(number, Instant::now());
                        one.await;
                        number += many;
                    }
                })
            })
            .collect();
        tokio::time::sleep_until(self.end).await;
        for one in anew {
            one.await.unwrap_or_default();
        }
    }

    async fn one_who_leaves(self: Rc<Self>, number: u64, came: Instant) {
        let mut visitor = Visitor::new(number);
        let end = visitor.ask(&self.bound, came + self.patience).await;
        self.figures.borrow_mut().note(end, came.elapsed());
        if end == End::Page && !self.lingers.is_zero() {
            visitor.linger(self.lingers).await;
        }
        self.here.set(self.here.get() - 1);
    }

    async fn one_who_stays(self: Rc<Self>, number: u64, at_once: bool) {
        let mut visitor = Visitor::new(number);
        loop {
            let came = if at_once {
                if Instant::now() >= self.end {
                    return;
                }
                self.figures.borrow_mut().came();
                Instant::now()
            } else {
                match self.next_due().await {
                    Some(came) => came,
                    None => return,
                }
            };
            let until = came + self.patience;
            let end = if Instant::now() < until {
                visitor.ask(&self.bound, until).await
            } else {
                // The one before took so long that this one has left.
                End::Left
            };
            self.figures.borrow_mut().note(end, came.elapsed());
        }
    }

    /// When the next came who is due; nothing if there will be none.
    async fn next_due(&self) -> Option<Instant> {
        loop {
            let next = self.due.borrow_mut().pop_front();
            if next.is_some() {
                return next;
            }
            if Instant::now() >= self.end {
                return None;
            }
            // Woken by who comes, by the end, and by the clock in case the end was missed.
            tokio::time::timeout(Duration::from_millis(100), self.come.notified())
                .await
                .unwrap_or_default();
        }
    }
}
