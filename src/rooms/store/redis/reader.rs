//! The reading side: views, classes and pairs over few connections, within a deadline.
//!
//! A code that nobody has asked for yet costs one round trip: its view and, unless it is known,
//! its maker's class. Classes stay here for as long as the server says when they change.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use ::redis::{Pipeline, cmd};
use foldhash::fast::FixedState;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::lane::{Lane, Link, Now, Why};
use super::state::{State, class_key};
use super::{GENERATION, key};
use crate::rooms::store::address::RedisUrl;
use crate::rooms::store::pairs::Tag;
use crate::rooms::store::{Kept, Rack};
use crate::rules::stored;
use crate::words::code::Code;
use crate::words::fault::Fault;
use crate::words::policy::Policy;
use crate::words::subject::Maker;

/// Connections to one server. Two, so that one answer that is long in coming does not hold up the
/// other half.
const LANES: usize = 2;

/// A store on Redis, as a public door reads it.
#[derive(Debug)]
pub struct RedisReader {
    state: Arc<State>,
    lanes: Vec<Arc<Lane>>,
    policy: Policy,
    /// What keeps the lanes up; it ends with this reader.
    keepers: Mutex<JoinSet<()>>,
}

impl RedisReader {
    /// A reader that connects when it is first asked.
    pub(in super::super) fn new(url: RedisUrl, policy: Policy) -> Self {
        Self {
            state: Arc::new(State::new(url)),
            lanes: (0..LANES).map(|_| Arc::new(Lane::new())).collect(),
            policy,
            keepers: Mutex::default(),
        }
    }

    pub(in super::super) fn epoch(&self, code: Code) -> u64 {
        self.state.epochs.of(&code.key())
    }

    /// How many keys the server has said to have changed.
    pub fn invalidations(&self) -> u64 {
        self.state.invalidations()
    }

    pub(in super::super) async fn read(&self, code: Code) -> Result<Option<Kept>, Fault> {
        let way = FixedState::default().hash_one(code);
        self.through(way, async |link| self.ask(link, code).await)
            .await
    }

    /// What lies under these tags, in one round trip.
    pub(in super::super) async fn pairs(
        &self,
        tags: &[Tag],
    ) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        let way = FixedState::default().hash_one(tags);
        self.through(way, async |link| self.ask_for_pairs(link, tags).await)
            .await
    }

    /// Asks over a connection that is up, within the deadline.
    async fn through<T>(
        &self,
        way: u64,
        ask: impl AsyncFnOnce(Link) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.start();
        let limit = self.state.url.timeout;
        let (lane, link) = match timeout(limit, self.lane(way)).await {
            Ok(found) => found.map_err(|why| match why {
                Why::Unreachable => Fault::Unreachable,
                Why::Emptied => Fault::Emptied,
            })?,
            Err(_late) => return Err(Fault::Unreachable),
        };
        let _waiting = lane.waiting.try_acquire().map_err(|_full| Fault::Busy)?;
        match timeout(limit, ask(link)).await {
            Ok(Ok(answer)) => {
                lane.answered();
                Ok(answer)
            }
            Ok(Err(fault)) => {
                lane.not_answered();
                Err(fault)
            }
            Err(_late) => {
                lane.not_answered();
                Err(Fault::Deadline)
            }
        }
    }

    /// The same question goes the same way while that way is open.
    async fn lane(&self, way: u64) -> Result<(&Lane, Link), Why> {
        let mut reason = Why::Unreachable;
        let lanes = self.lanes.iter().map(Arc::as_ref);
        let turn = usize::from(way % 2 == 1);
        for lane in lanes.clone().cycle().skip(turn).take(self.lanes.len()) {
            let now = match lane.now() {
                Now::Starting => lane.settled().await,
                now @ (Now::Up(_) | Now::Down(_)) => now,
            };
            match now {
                Now::Up(link) => return Ok((lane, link)),
                Now::Down(why) => reason = why,
                Now::Starting => {}
            }
        }
        Err(reason)
    }

    async fn ask(&self, mut link: Link, code: Code) -> Result<Option<Kept>, Fault> {
        // Before anything is read: what changes from here on is another number.
        let epoch = self.state.epochs.all();
        let own = Maker::of_code(code);
        let known = own.and_then(|maker| self.state.class(maker));
        let mut both = Pipeline::new();
        both.cmd("GET").arg(key(Rack::Views, &code.key()));
        if known.is_none()
            && let Some(maker) = own
        {
            both.cmd("GET").arg(class_key(maker));
        }
        let asked = both.query_async(&mut link.connection).await;
        let found: Vec<Option<Vec<u8>>> = asked.map_err(|error| fault(&error))?;
        let mut found = found.into_iter();
        let Some(view) = found.next().flatten() else {
            return self.absent(link).await;
        };
        let mut classes = Vec::new();
        if let Some(maker) = own {
            let class = known.unwrap_or_else(|| {
                let class = found.next().flatten().unwrap_or_default();
                self.keep(&link, maker, class, epoch)
            });
            classes.push(class);
        }
        if let Some(maker) = stored::maker(&view) {
            let class = if let Some(class) = self.state.class(maker) {
                class
            } else {
                let mut get = cmd("GET");
                get.arg(class_key(maker));
                let asked = get.query_async(&mut link.connection).await;
                let class: Option<Vec<u8>> = asked.map_err(|error| fault(&error))?;
                self.keep(&link, maker, class.unwrap_or_default(), epoch)
            };
            classes.push(class);
        }
        classes.retain(|class| !class.is_empty());
        Ok(Some(Kept {
            view: view.into(),
            classes,
            policy: self.policy,
        }))
    }

    async fn ask_for_pairs(
        &self,
        mut link: Link,
        tags: &[Tag],
    ) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        // The mark comes along whatever is found: that a pair is missing means something only in
        // the store that we know, and asking afterwards would tell a missing one by its time.
        let mut all = Pipeline::new();
        all.cmd("GET").arg(GENERATION);
        for tag in tags {
            all.cmd("GET").arg(key(Rack::Pairs, tag));
        }
        let asked = all.query_async(&mut link.connection).await;
        let found: Vec<Option<Vec<u8>>> = asked.map_err(|error| fault(&error))?;
        let mut found = found.into_iter();
        if self.state.accept(found.next().flatten().as_deref()) {
            Ok(found.collect())
        } else {
            Err(Fault::Emptied)
        }
    }

    /// That there is no view means something only in the store that we know.
    async fn absent(&self, mut link: Link) -> Result<Option<Kept>, Fault> {
        let mark: Option<Vec<u8>> = cmd("GET")
            .arg(GENERATION)
            .query_async(&mut link.connection)
            .await
            .map_err(|error| fault(&error))?;
        if self.state.accept(mark.as_deref()) {
            Ok(None)
        } else {
            Err(Fault::Emptied)
        }
    }

    /// Keeps a class that was read when everything stood at `epoch`, and gives it back.
    fn keep(&self, link: &Link, maker: Maker, class: Vec<u8>, epoch: u64) -> Box<[u8]> {
        let class = class.into_boxed_slice();
        if link.tracked {
            self.state.keep_class(maker, class.clone(), epoch);
        }
        class
    }

    fn start(&self) {
        let mut keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        if keepers.is_empty() {
            for lane in &self.lanes {
                keepers.spawn(Arc::clone(lane).keep(Arc::clone(&self.state)));
            }
        }
    }
}

fn fault(error: &::redis::RedisError) -> Fault {
    if error.is_timeout() {
        return Fault::Deadline;
    }
    Fault::Store(super::said(error).into())
}
