//! The reading side: views, classes and pairs over few connections, within a deadline.
//!
//! A code that nobody has asked for yet costs one round trip: its view and, unless it is known,
//! its maker's class. Classes stay here for as long as the server says when they change. In a
//! cluster the two lie on two nodes, which are asked at the same time. The first code of a model
//! costs one more: what it has in common with the others is read then, and stays.

use std::sync::{Arc, Mutex, PoisonError};

use ::redis::{ErrorKind, FromRedisValue, Pipeline, RedisError, ServerErrorKind, cmd};
use futures_util::{TryStreamExt as _, stream::FuturesOrdered};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::fleet::Fleet;
use super::health::Watcher;
use super::lane::{Lane, Link, Why};
use super::slots::{mark_of, slot_of};
use super::state::class_key;
use super::views;
use super::{GENERATION, key};
use crate::rooms::meter::StoreMeter;
use crate::rooms::readiness::{Condition, Part, Readiness};
use crate::rooms::store::address::RedisUrl;
use crate::rooms::store::pairs::Tag;
use crate::rooms::store::{Kept, Rack};
use crate::rules::stored;
use crate::words::code::Code;
use crate::words::fault::Fault;
use crate::words::policy::Policy;
use crate::words::subject::Maker;

/// What lies under a key.
type Found = Option<Vec<u8>>;

/// A store on Redis, as a public door reads it.
#[derive(Debug)]
pub struct RedisReader {
    fleet: Arc<Fleet>,
    policy: Policy,
    /// What keeps the lanes up; it ends with this reader.
    keeper: Mutex<JoinSet<()>>,
}

impl RedisReader {
    /// A reader that connects when it is first asked.
    pub(in super::super) fn new(url: RedisUrl, policy: Policy) -> Self {
        Self {
            fleet: Arc::new(Fleet::new(url)),
            policy,
            keeper: Mutex::default(),
        }
    }

    pub(in super::super) fn epoch(&self, code: Code) -> u64 {
        self.fleet.state.epochs.of(&code.key())
    }

    /// Tells these two how the servers are doing, and sets out at once so that there is something
    /// to tell.
    pub(in super::super) fn watch(&self, meter: StoreMeter, readiness: Readiness) {
        readiness.set(Part::Store, Condition::Starting);
        let watcher = Watcher { meter, readiness };
        // Who came first goes on being told.
        let _first = self.fleet.state.watcher.set(watcher);
        self.start();
    }

    /// How many keys the server has said to have changed.
    pub fn invalidations(&self) -> u64 {
        self.fleet.state.invalidations()
    }

    pub(in super::super) async fn read(&self, code: Code) -> Result<Option<Kept>, Fault> {
        self.start();
        // Before anything is read: what changes from here on is another number.
        let epoch = self.fleet.state.epochs.all();
        let view_key = key(Rack::Views, &code.key());
        // To set out may take as long as an answer.
        let way = timeout_at(self.limit(), self.fleet.way(slot_of(&view_key))).await;
        way.unwrap_or(Err(Why::Unreachable)).map_err(refused)?;
        let deadline = self.limit();
        let own = Maker::of_code(code);
        let known = own.and_then(|maker| self.fleet.state.class(maker));
        let (view, class) = if let Some(maker) = own.filter(|_| known.is_none()) {
            self.both(&view_key, &class_key(maker), deadline).await?
        } else {
            (self.get(&view_key, deadline).await?, Read::default())
        };
        let Some(row) = view.found else {
            self.vouch(&view_key, deadline).await?;
            return Ok(None);
        };
        let Some(view) = self.whole(&view_key, row).await? else {
            return Ok(None);
        };
        // A store that is slow within its deadline is not out of reach because it was asked twice.
        let deadline = self.limit();
        let mut classes = Vec::new();
        if let Some(maker) = own {
            classes.push(if let Some(class) = known {
                class
            } else {
                self.keep(maker, class, epoch, deadline).await?
            });
        }
        if let Some(maker) = stored::maker(&view) {
            classes.push(if let Some(class) = self.fleet.state.class(maker) {
                class
            } else {
                let class = self.get(&class_key(maker), deadline).await?;
                self.keep(maker, class, epoch, deadline).await?
            });
        }
        classes.retain(|class| !class.is_empty());
        Ok(Some(Kept {
            view: view.into(),
            classes,
            policy: self.policy,
        }))
    }

    /// What lies under these tags: of one server in one round trip, of a cluster from all nodes at the
    /// same time.
    pub(in super::super) async fn pairs(
        &self,
        tags: &[Tag],
    ) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        self.start();
        let names: Vec<Vec<u8>> = tags.iter().map(|tag| key(Rack::Pairs, tag)).collect();
        let Some(slot) = names.first().map(|name| slot_of(name)) else {
            return Ok(Vec::new());
        };
        // To set out may take as long as an answer.
        let way = timeout_at(self.limit(), self.fleet.way(slot)).await;
        let (lane, mut link) = way.unwrap_or(Err(Why::Unreachable)).map_err(refused)?;
        let deadline = self.limit();
        // The mark comes along whatever is found: that a pair is missing means something only in the
        // store that we know, and asking afterwards would tell a missing one by its time.
        let (found, marks): (Vec<Found>, Vec<Found>) = if self.fleet.is_cluster() {
            let one = async |name: Vec<u8>| {
                let mark = mark_of(slot_of(&name));
                let both = tokio::try_join!(self.get(&name, deadline), self.get(&mark, deadline));
                both.map(|(read, mark)| (read.found, mark.found))
            };
            let all: FuturesOrdered<_> = names.into_iter().map(one).collect();
            all.try_collect::<Vec<_>>().await?.into_iter().unzip()
        } else {
            let mut all = Pipeline::new();
            for name in &names {
                all.cmd("GET").arg(name);
            }
            all.cmd("GET").arg(GENERATION);
            let asked = async { all.query_async(&mut link.connection).await };
            let mut found: Vec<Found> = waited(&lane, asked, deadline).await?;
            let mark = found.pop().flatten();
            (found, vec![mark])
        };
        let is_known = |mark: &Found| self.fleet.state.accept(mark.as_deref());
        if marks.iter().all(is_known) {
            Ok(found)
        } else {
            Err(Fault::Emptied)
        }
    }

    /// The view that a row stands for. If what it names is gone, it was replaced meanwhile, and what
    /// was dropped was named by nothing else: then the new row is looked at, once.
    async fn whole(&self, view_key: &[u8], row: Vec<u8>) -> Result<Option<Vec<u8>>, Fault> {
        let damaged = || Fault::Corrupt { what: "a view" };
        let mut row = row;
        for _look in 0..2 {
            let name = views::named_in(&row).ok_or_else(damaged)?;
            if let Some(common) = self.fleet.state.common(name) {
                return Ok(Some(views::whole(&common, &row)));
            }
            let (key, deadline) = (views::common_key(name), self.limit());
            if let Some(common) = self.get(&key, deadline).await?.found {
                if views::name(&common) != name {
                    return Err(damaged());
                }
                let view = views::whole(&common, &row);
                self.fleet.state.keep_common(name, common.into());
                return Ok(Some(view));
            }
            self.vouch(&key, deadline).await?;
            let Some(again) = self.get(view_key, deadline).await?.found else {
                self.vouch(view_key, deadline).await?;
                return Ok(None);
            };
            row = again;
        }
        Err(damaged())
    }

    /// That there is nothing under a key means something only in the store that we know.
    async fn vouch(&self, key: &[u8], deadline: Instant) -> Result<(), Fault> {
        let mark = if self.fleet.is_cluster() {
            self.get(&mark_of(slot_of(key)), deadline).await?
        } else {
            self.get(GENERATION, deadline).await?
        };
        if self.fleet.state.accept(mark.found.as_deref()) {
            Ok(())
        } else {
            Err(Fault::Emptied)
        }
    }

    /// Two keys in the time of one.
    async fn both(
        &self,
        one: &[u8],
        other: &[u8],
        deadline: Instant,
    ) -> Result<(Read, Read), Fault> {
        let (slot, other_slot) = (slot_of(one), slot_of(other));
        if !self.fleet.chart().is_one_node(slot, other_slot) {
            return tokio::try_join!(self.get(one, deadline), self.get(other, deadline));
        }
        let (lane, mut link) = self.way(slot, deadline).await?;
        let mut pipeline = Pipeline::new();
        pipeline.cmd("GET").arg(one).cmd("GET").arg(other);
        let asked = async { pipeline.query_async(&mut link.connection).await };
        match waited(&lane, asked, deadline).await {
            Ok((one, other)) => {
                let tracked = link.tracked;
                let read = |found| Read { found, tracked };
                Ok((read(one), read(other)))
            }
            // One of the two has gone to another node.
            Err(Trouble::Redis(error)) if self.fleet.is_cluster() && error.is_cluster_error() => {
                tokio::try_join!(self.get(one, deadline), self.get(other, deadline))
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// What lies under a key, wherever that is.
    async fn get(&self, key: &[u8], deadline: Instant) -> Result<Read, Fault> {
        let slot = slot_of(key);
        let get = {
            let mut get = cmd("GET");
            get.arg(key);
            get
        };
        loop {
            let chart = self.fleet.chart();
            let (lane, mut link) = self.way(slot, deadline).await?;
            let asked = async { get.query_async::<Found>(&mut link.connection).await };
            let error = match waited(&lane, asked, deadline).await {
                Ok(found) => {
                    let tracked = link.tracked;
                    return Ok(Read { found, tracked });
                }
                Err(Trouble::Redis(error)) if self.fleet.is_cluster() => error,
                Err(trouble) => return Err(trouble.into()),
            };
            match (error.kind(), error.redirect_node()) {
                (ErrorKind::Server(ServerErrorKind::Ask), Some((address, _))) => {
                    return self.ask(key, address, deadline).await;
                }
                (ErrorKind::Server(ServerErrorKind::Moved), _) => {
                    // Not followed: what a node tells us of is known only by what it has.
                    let moved = self.fleet.look_again(&chart);
                    timeout_at(deadline, moved)
                        .await
                        .map_err(|_late| fault(&error))?;
                }
                _ => return Err(fault(&error)),
            }
        }
    }

    /// The key is on its way to this node.
    async fn ask(&self, key: &[u8], address: &str, deadline: Instant) -> Result<Read, Fault> {
        let way = timeout_at(deadline, self.fleet.way_to(address, slot_of(key))).await;
        let (lane, mut link) = way.unwrap_or(Err(Why::Unreachable)).map_err(refused)?;
        let mut pipeline = Pipeline::new();
        pipeline.cmd("ASKING").ignore().cmd("GET").arg(key);
        let asked = async { pipeline.query_async::<(Found,)>(&mut link.connection).await };
        let (found,) = waited(&lane, asked, deadline).await?;
        Ok(Read {
            found,
            tracked: link.tracked,
        })
    }

    async fn way(&self, slot: u16, deadline: Instant) -> Result<(Arc<Lane>, Link), Fault> {
        let way = timeout_at(deadline, self.fleet.way(slot)).await;
        way.unwrap_or(Err(Why::Unreachable)).map_err(refused)
    }

    /// Keeps a class that was read when everything stood at `epoch`, and gives it back.
    async fn keep(
        &self,
        maker: Maker,
        class: Read,
        epoch: u64,
        deadline: Instant,
    ) -> Result<Box<[u8]>, Fault> {
        if class.found.is_none() {
            self.vouch(&class_key(maker), deadline).await?;
        }
        let found = class.found.unwrap_or_default().into_boxed_slice();
        if class.tracked {
            self.fleet.state.keep_class(maker, found.clone(), epoch);
        }
        Ok(found)
    }

    fn limit(&self) -> Instant {
        Instant::now() + self.fleet.state.url.timeout
    }

    fn start(&self) {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if keeper.is_empty() {
            keeper.spawn(Arc::clone(&self.fleet).keep());
        }
    }
}

/// What was read.
#[derive(Default)]
struct Read {
    found: Found,
    /// Whether the server says when it changes.
    tracked: bool,
}

/// Why nothing was read.
enum Trouble {
    Redis(RedisError),
    Late,
    Full,
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Redis(error) => fault(&error),
            Trouble::Late => Self::Deadline,
            Trouble::Full => Self::Busy,
        }
    }
}

/// Waits for an answer on a lane, and lets the lane know how that went.
async fn waited<T: FromRedisValue>(
    lane: &Lane,
    asked: impl Future<Output = Result<T, RedisError>>,
    deadline: Instant,
) -> Result<T, Trouble> {
    let _waiting = lane.waiting.try_acquire().map_err(|_full| Trouble::Full)?;
    match timeout_at(deadline, asked).await {
        Ok(Ok(answer)) => {
            lane.answered();
            Ok(answer)
        }
        Ok(Err(error)) => {
            lane.not_answered();
            Err(Trouble::Redis(error))
        }
        Err(_late) => {
            lane.not_answered();
            Err(Trouble::Late)
        }
    }
}

const fn refused(why: Why) -> Fault {
    match why {
        Why::Unreachable => Fault::Unreachable,
        Why::Emptied => Fault::Emptied,
    }
}

fn fault(error: &RedisError) -> Fault {
    if error.is_timeout() {
        return Fault::Deadline;
    }
    Fault::Store(super::said(error).into())
}
