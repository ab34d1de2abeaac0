//! One connection of a public door, kept up by a task of its own.
//!
//! Everything read through it is tracked by the server, which pushes the keys that change. A lane
//! is *up* only while all of this holds: the connection answers within its deadline, twice a
//! second; and the generation mark is the one this edge knows, or a newer. The moment it is not,
//! readers are refused without waiting and everything read before counts as unproven. That is the
//! circuit breaker: readers never try out a store that has failed, the lane does. A lane to a node
//! of a cluster also asks, at every beat, which slots the node has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{
    AsyncConnectionConfig, Client, ErrorKind, ProtocolVersion, PushInfo, PushKind, RedisError,
    Value, cmd,
};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::GENERATION;
use super::connect::{certificates, client, sentinel};
use super::fleet::{Fleet, Node};
use super::listing::Listing;
use super::slots::mark_of;
use super::state::State;
use crate::rooms::store::StoreError;
use crate::rooms::store::address::{Host, Shape};

/// How often a lane is tried. With its deadline it makes less than the second within which a lost
/// connection has to be noticed.
const HEARTBEAT: Duration = Duration::from_millis(400);
/// How long the answer may take. Longer than a reader waits, so that one slow command is not an
/// outage.
const HEARTBEAT_DEADLINE: Duration = Duration::from_millis(400);
/// After how many beats the sentinels are asked who is master: every two seconds.
const BEATS_A_MASTER: u32 = 5;
/// Readers in a row whom nobody answered before the lane is tried out of turn.
const SUSPICIOUS: u32 = 5;
/// Readers waiting on one lane. More than a second's worth of answers is a queue that only grows.
const WAITING: usize = 1024;
/// Between two attempts to connect: short at first, then twice as long each time.
const PAUSE: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// A connection and how it is doing.
pub(super) struct Lane {
    now: watch::Sender<Now>,
    unanswered: AtomicU32,
    suspicion: Notify,
    pub(super) waiting: Semaphore,
}

/// How a lane is doing.
#[derive(Clone)]
pub(super) enum Now {
    /// Nobody knows yet.
    Starting,
    /// It answers.
    Up(Link),
    /// It does not, or it has not what it should have.
    Down(Why),
}

/// A connection that is up.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) connection: MultiplexedConnection,
    /// Whether the server tells what changes.
    pub(super) tracked: bool,
    /// Where it leads.
    address: String,
}

/// Why a lane is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It cannot be reached, or does not answer in time.
    Unreachable,
    /// It is empty, or older than what this edge has seen.
    Emptied,
}

impl Lane {
    pub(super) fn new() -> Self {
        Self {
            now: watch::Sender::new(Now::Starting),
            unanswered: AtomicU32::new(0),
            suspicion: Notify::new(),
            waiting: Semaphore::new(WAITING),
        }
    }

    pub(super) fn now(&self) -> Now {
        self.now.borrow().clone()
    }

    /// The same, after the first attempt to connect.
    pub(super) async fn settled(&self) -> Now {
        let mut now = self.now.subscribe();
        let settled = now.wait_for(|now| !matches!(now, Now::Starting)).await;
        settled.map_or(Now::Down(Why::Unreachable), |now| now.clone())
    }

    pub(super) fn answered(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
    }

    pub(super) fn not_answered(&self) {
        if self.unanswered.fetch_add(1, Ordering::Relaxed) + 1 >= SUSPICIOUS {
            self.answered();
            self.suspect();
        }
    }

    /// Lets it be tried out of turn.
    pub(super) fn suspect(&self) {
        self.suspicion.notify_one();
    }

    /// Keeps the lane up for as long as its node is one of the fleet's.
    pub(super) async fn keep(self: Arc<Self>, fleet: Arc<Fleet>, node: Arc<Node>) {
        let mut pause = PAUSE;
        while !node.is_gone() {
            let lost = Arc::new(Notify::new());
            let limit = fleet.state.url.connect_timeout;
            let why = match timeout(limit, connect(&fleet, &node, &lost)).await {
                Ok(Ok(link)) => {
                    let why = self.hold(&fleet, &node, link, &lost).await;
                    pause = PAUSE;
                    why
                }
                Ok(Err(error)) => {
                    tracing::debug!(%error, "cannot connect to the store");
                    Why::Unreachable
                }
                Err(_late) => Why::Unreachable,
            };
            self.set(&fleet, Now::Down(why));
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Beats until something is wrong, and says what.
    async fn hold(&self, fleet: &Fleet, node: &Arc<Node>, mut link: Link, lost: &Notify) -> Why {
        for beat in 1_u32.. {
            match timeout(HEARTBEAT_DEADLINE, check(fleet, node, &mut link.connection)).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => return Why::Emptied,
                Ok(Err(_)) | Err(_) => return Why::Unreachable,
            }
            if !matches!(*self.now.borrow(), Now::Up(_)) {
                self.set(fleet, Now::Up(link.clone()));
            }
            tokio::select! {
                () = sleep(HEARTBEAT) => {}
                () = self.suspicion.notified() => {}
                () = lost.notified() => return Why::Unreachable,
            }
            // A master that was cut off from its sentinels answers well, and hears of no change.
            if beat % BEATS_A_MASTER == 0 && is_deposed(&fleet.state, &link).await {
                return Why::Unreachable;
            }
        }
        Why::Unreachable
    }

    fn set(&self, fleet: &Fleet, now: Now) {
        let was_up = matches!(*self.now.borrow(), Now::Up(_));
        match &now {
            Now::Up(link) => tracing::info!(tracked = link.tracked, "the store answers"),
            Now::Down(why) if was_up || matches!(*self.now.borrow(), Now::Starting) => match why {
                Why::Unreachable => tracing::error!("the store does not answer"),
                Why::Emptied => tracing::error!(
                    "the store is empty or older than it was; what is cached is served"
                ),
            },
            Now::Down(_) | Now::Starting => {}
        }
        self.now.send_replace(now);
        if was_up {
            // What it was to tell us meanwhile, nobody heard.
            fleet.state.forget_all();
        }
        fleet.stirred();
    }
}

async fn connect(fleet: &Arc<Fleet>, node: &Node, lost: &Arc<Notify>) -> Result<Link, StoreError> {
    let pushed = {
        // Weakly: the fleet has the lane, and the lane the connection that this belongs to.
        let (fleet, lost) = (Arc::downgrade(fleet), Arc::clone(lost));
        move |push: PushInfo| {
            if let Some(fleet) = fleet.upgrade() {
                hear(&fleet.state, &lost, push);
            }
            Ok::<(), ()>(())
        }
    };
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(fleet.state.url.connect_timeout))
        .set_response_timeout(Some(HEARTBEAT_DEADLINE))
        .set_push_sender(pushed);
    let client = find(&fleet.state, node.host.as_ref()).await?;
    let address = address(&client);
    let mut connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await?;
    let tracking: Result<(), RedisError> = cmd("CLIENT")
        .arg("TRACKING")
        .arg("ON")
        .query_async(&mut connection)
        .await;
    if let Err(error) = &tracking {
        tracing::warn!(
            error = super::said(error),
            "the store does not track what is read"
        );
    }
    Ok(Link {
        connection,
        tracked: tracking.is_ok(),
        address,
    })
}

/// Whether this server has what it should have. Of a node of a cluster, first what that is.
async fn check(
    fleet: &Fleet,
    node: &Arc<Node>,
    connection: &mut MultiplexedConnection,
) -> Result<bool, RedisError> {
    let mark = match &node.host {
        None => GENERATION.to_vec(),
        Some(host) => {
            let text: String = cmd("CLUSTER").arg("NODES").query_async(connection).await?;
            let secure = fleet.state.url.tls.is_some();
            let listing =
                Listing::read(&text, host, secure).ok_or((ErrorKind::Parse, "a list of nodes"))?;
            fleet.heard(node, listing);
            match node.some_slot() {
                Some(slot) => mark_of(slot),
                // A replica: it has to answer, no more.
                None => return Ok(true),
            }
        }
    };
    let asked = cmd("GET").arg(mark).query_async(connection).await;
    match asked {
        // The slot has left between the two questions, or is about to.
        Err(error) if error.redirect_node().is_some() => Ok(true),
        asked => {
            let found: Option<Vec<u8>> = asked?;
            Ok(fleet.state.accept(found.as_deref()))
        }
    }
}

/// The server that has the views now.
async fn find(state: &State, host: Option<&Host>) -> Result<Client, StoreError> {
    let url = &state.url;
    let certificates = certificates(url)?;
    match &url.shape {
        Shape::Sentinel(master) => Ok(sentinel(url, master, certificates)?
            .async_get_client()
            .await?),
        Shape::Single | Shape::Cluster => {
            let host = host.or(url.hosts.first());
            let host = host.ok_or(StoreError::Corrupt("an address"))?;
            client(url, host, ProtocolVersion::RESP3, certificates)
        }
    }
}

/// Whether the sentinels have made another server the master. If they do not say, nothing has
/// changed.
async fn is_deposed(state: &State, link: &Link) -> bool {
    if !matches!(state.url.shape, Shape::Sentinel(_)) {
        return false;
    }
    let found = timeout(HEARTBEAT_DEADLINE, find(state, None)).await;
    matches!(found, Ok(Ok(client)) if address(&client) != link.address)
}

fn address(client: &Client) -> String {
    client.get_connection_info().addr().to_string()
}

/// What the server says unasked.
fn hear(state: &State, lost: &Notify, push: PushInfo) {
    if push.kind == PushKind::Disconnection {
        state.forget_all();
        lost.notify_one();
        return;
    }
    if push.kind != PushKind::Invalidate {
        return;
    }
    if let Some(Value::Array(keys)) = push.data.into_iter().next() {
        for key in keys {
            if let Value::BulkString(key) = key {
                state.forget(&key);
            } else {
                state.forget_all();
            }
        }
    } else {
        // The whole database is gone.
        state.forget_all();
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lane(..)")
    }
}
