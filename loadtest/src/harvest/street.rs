//! The same crowds over real connections. Whoever asks is told apart by `X-Forwarded-For`, which the
//! server has to believe when this machine says it; so it is for a server of one's own only.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Duration;
use std::vec;

use tokio::runtime::Runtime;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};

use super::Became;
use super::crowd::{HOUR, Scan};
use crate::loopback::Loopback;
use crate::scan::dial::Dial;
use crate::scan::phone::{Outcome, Phone};
use crate::scan::plan::Connection;

/// The way to a server whose guard has a short hour.
pub(super) struct Street {
    at: Loopback,
    /// How long an hour takes.
    hour: Duration,
    runtime: Runtime,
    late: Duration,
}

/// What the connections of one hour share.
struct Queue {
    start: Instant,
    hour: Duration,
    scans: RefCell<vec::IntoIter<Scan>>,
    became: RefCell<Vec<(Scan, Became)>>,
    late: Cell<Duration>,
}

/// Enough that those who are slowed keep nobody else waiting.
const CONNECTIONS: usize = 256;
/// Later than this, an hour was no hour.
const LATE: Duration = Duration::from_secs(1);

impl Street {
    pub(super) fn new(at: Loopback, hour: Duration) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            at,
            hour,
            runtime,
            late: Duration::ZERO,
        })
    }

    /// Lets them ask within one hour of the guard, and says what became of each.
    pub(super) fn play(&mut self, scans: Vec<Scan>) -> Vec<(Scan, Became)> {
        let start = Instant::now();
        let queue = Rc::new(Queue {
            start,
            hour: self.hour,
            became: RefCell::new(Vec::with_capacity(scans.len())),
            scans: RefCell::new(scans.into_iter()),
            late: Cell::new(Duration::ZERO),
        });
        let local = LocalSet::new();
        for _ in 0..CONNECTIONS {
            local.spawn_local(Rc::clone(&queue).ask(Phone::new(Dial::plain(self.at))));
        }
        self.runtime.block_on(async {
            local.await;
            sleep_until(start + self.hour).await;
        });
        self.late = self.late.max(queue.late.get());
        queue.became.take()
    }

    /// How late somebody asked, if it was too late for the figures to mean much.
    pub(super) fn late(&self) -> Option<Duration> {
        (self.late > LATE).then_some(self.late)
    }
}

impl Queue {
    /// One connection, over which one after another asks.
    async fn ask(self: Rc<Self>, mut phone: Phone) {
        loop {
            let Some(scan) = self.scans.borrow_mut().next() else {
                return;
            };
            let due = self.start + self.hour.mul_f64(part_of_hour(&scan));
            sleep_until(due).await;
            self.late.set(self.late.get().max(due.elapsed()));
            let request = format!(
                "GET {} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {}\r\n\r\n",
                scan.code.path(),
                scan.from
            );
            let became = match phone.ask(request.as_bytes(), Connection::Kept).await {
                Outcome::Status(200) => Became::Got,
                Outcome::Status(429 | 503) => Became::Refused,
                Outcome::Status(_)
                | Outcome::Refused
                | Outcome::Broken
                | Outcome::Unreadable
                | Outcome::TooLate => Became::Failed,
            };
            self.became.borrow_mut().push((scan, became));
        }
    }
}

fn part_of_hour(scan: &Scan) -> f64 {
    Duration::from_millis(scan.at).as_secs_f64() / Duration::from_millis(HOUR).as_secs_f64()
}
