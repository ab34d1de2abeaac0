//! The servers that an edge reads from, and which of them has what.
//!
//! One server, or the master that sentinels name, has everything. Of a cluster every node is
//! known, replicas too, and each is asked twice a second which slots it has itself. Where two say
//! to have the same one, the larger configuration epoch has it, as among the nodes themselves. A
//! node that does not answer keeps its claim until another says to have taken over, so a master
//! that was cut off is never read from once its successor has been heard.
//!
//! Proofs are not kept by slot: nearly every page depends on its maker's class too, which lies on
//! any node. Whatever happens to one node unproves everything, which costs one question a page.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::health::Health;
use super::lane::{Lane, Link, Now, Why};
use super::listing::{Claim, Listing};
use super::slots::SLOTS;
use super::state::State;
use crate::rooms::store::address::{Host, RedisUrl, Shape};

/// Connections to one server. Two, so that one answer that is long in coming does not hold up the
/// other half.
const LANES: usize = 2;
/// More nodes than a cluster is said to bear would be.
const NODES_MAX: usize = 1000;
/// Nobody's, in a chart.
const NOBODY: u16 = u16::MAX;

/// All servers, and what is known of the store behind them.
#[derive(Debug)]
pub(super) struct Fleet {
    pub(super) state: State,
    nodes: Mutex<Vec<Arc<Node>>>,
    chart: watch::Sender<Arc<Chart>>,
    discovered: Notify,
    health: Mutex<Option<Health>>,
}

/// One server.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it is; nowhere in particular if others say which it is.
    pub(super) host: Option<Host>,
    pub(super) lanes: Vec<Arc<Lane>>,
    claim: Mutex<Claim>,
    /// Named by the operator, and tried for as long as this edge runs.
    is_seed: bool,
    is_manned: AtomicBool,
    is_gone: AtomicBool,
}

/// Which node has which slot.
#[derive(Debug, Default)]
pub(super) struct Chart {
    owners: Vec<u16>,
    nodes: Vec<Arc<Node>>,
}

impl Fleet {
    pub(super) fn new(url: RedisUrl) -> Self {
        let nodes = match url.shape {
            Shape::Single | Shape::Sentinel(_) => vec![Arc::new(Node::new(None, Claim::all()))],
            Shape::Cluster => url.hosts.iter().map(Node::seed).map(Arc::new).collect(),
        };
        let fleet = Self {
            state: State::new(url),
            nodes: Mutex::new(nodes.clone()),
            chart: watch::Sender::default(),
            discovered: Notify::new(),
            health: Mutex::default(),
        };
        fleet.redraw(&nodes);
        fleet
    }

    /// Keeps all lanes up for as long as the task lives.
    pub(super) async fn keep(self: Arc<Self>) {
        let mut keepers = JoinSet::new();
        loop {
            for node in self.nodes() {
                if node.is_manned.swap(true, Ordering::Relaxed) {
                    continue;
                }
                for lane in &node.lanes {
                    let (lane, fleet, node) =
                        (Arc::clone(lane), Arc::clone(&self), Arc::clone(&node));
                    keepers.spawn(lane.keep(fleet, node));
                }
            }
            self.discovered.notified().await;
            while keepers.try_join_next().is_some() {}
        }
    }

    pub(super) fn is_cluster(&self) -> bool {
        self.state.url.shape == Shape::Cluster
    }

    /// A way to who has this slot. Only a fleet that is still setting out is waited for.
    pub(super) async fn way(&self, slot: u16) -> Result<(Arc<Lane>, Link), Why> {
        let mut charts = self.chart.subscribe();
        loop {
            let chart = Arc::clone(&charts.borrow_and_update());
            if let Some(node) = chart.owner(slot) {
                return node.way(slot).await;
            }
            if !self.is_setting_out() || charts.changed().await.is_err() {
                return Err(Why::Unreachable);
            }
        }
    }

    /// A way to the node that is called like this.
    pub(super) async fn way_to(&self, address: &str, slot: u16) -> Result<(Arc<Lane>, Link), Why> {
        let node = self.nodes().into_iter().find(|node| node.is_at(address));
        match node {
            Some(node) => node.way(slot).await,
            None => Err(Why::Unreachable),
        }
    }

    /// Asks all nodes at once what they have, and waits until something is another.
    pub(super) async fn look_again(&self, seen: &Arc<Chart>) {
        let mut charts = self.chart.subscribe();
        for node in self.nodes() {
            for lane in &node.lanes {
                lane.suspect();
            }
        }
        // The sender lives as long as this fleet.
        let _changed = charts.wait_for(|chart| !Arc::ptr_eq(chart, seen)).await;
    }

    pub(super) fn chart(&self) -> Arc<Chart> {
        Arc::clone(&self.chart.borrow())
    }

    /// What a node has said.
    pub(super) fn heard(&self, node: &Arc<Node>, listing: Listing) {
        let mut nodes = self.lock();
        let is_news = !listing.claim.slots.is_empty();
        let is_open = listing.claim.is_open;
        let mut is_changed = node.set_claim(listing.claim);
        for host in &listing.hosts {
            let is_known = nodes.iter().any(|node| node.host.as_ref() == Some(host));
            if !is_known && nodes.len() < NODES_MAX {
                nodes.push(Arc::new(Node::new(Some(host.clone()), Claim::default())));
                self.discovered.notify_one();
            }
        }
        if is_news {
            let count = nodes.len();
            nodes.retain(|node| node.is_wanted(&listing.hosts));
            is_changed |= nodes.len() != count;
        }
        if is_changed {
            self.redraw(&nodes);
        } else if is_open {
            // While a slot is under way, what is missing in it here may be written there, and
            // nobody would tell us.
            self.state.forget_all();
        }
    }

    /// A lane is another than it was: wakes who waits for a way, and tells who wants to know.
    pub(super) fn stirred(&self) {
        self.chart.send_modify(|_chart| ());
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Health::of(&self.chart(), *health);
        if let Some(watcher) = self.state.watcher.get().filter(|_| *health != Some(now)) {
            watcher.tell(now);
        }
        *health = Some(now);
    }

    fn redraw(&self, nodes: &[Arc<Node>]) {
        let before = self.chart();
        let after = Chart::of(nodes, &before);
        let has_moved = after.differs(&before);
        self.chart.send_replace(Arc::new(after));
        self.stirred();
        if has_moved {
            self.state.forget_all();
        }
    }

    fn is_setting_out(&self) -> bool {
        let is_starting = |lane: &Arc<Lane>| matches!(lane.now(), Now::Starting);
        self.nodes()
            .iter()
            .any(|node| node.lanes.iter().any(is_starting))
    }

    pub(super) fn nodes(&self) -> Vec<Arc<Node>> {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Node>>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Node {
    fn new(host: Option<Host>, claim: Claim) -> Self {
        Self {
            host,
            lanes: (0..LANES).map(|_| Arc::new(Lane::new())).collect(),
            claim: Mutex::new(claim),
            is_seed: false,
            is_manned: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
        }
    }

    fn seed(host: &Host) -> Self {
        Self {
            is_seed: true,
            ..Self::new(Some(host.clone()), Claim::default())
        }
    }

    /// The same slot goes the same way while that way is open.
    async fn way(&self, slot: u16) -> Result<(Arc<Lane>, Link), Why> {
        let mut reason = Why::Unreachable;
        let turn = usize::from(slot) % LANES;
        for lane in self.lanes.iter().cycle().skip(turn).take(LANES) {
            let now = match lane.now() {
                Now::Starting => lane.settled().await,
                now @ (Now::Up(_) | Now::Down(_)) => now,
            };
            match now {
                Now::Up(link) => return Ok((Arc::clone(lane), link)),
                Now::Down(why) => reason = why,
                Now::Starting => {}
            }
        }
        Err(reason)
    }

    /// One slot that it has, if it has any.
    pub(super) fn some_slot(&self) -> Option<u16> {
        let claim = self.claim.lock().unwrap_or_else(PoisonError::into_inner);
        claim.slots.first().map(|range| *range.start())
    }

    /// Whether it has left the cluster, and nobody has to look after it any more.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    fn set_claim(&self, claim: Claim) -> bool {
        let mut known = self.claim.lock().unwrap_or_else(PoisonError::into_inner);
        let is_changed = *known != claim;
        *known = claim;
        is_changed
    }

    fn is_at(&self, address: &str) -> bool {
        let port_at = address.rsplit_once(':');
        self.host.as_ref().is_some_and(|host| {
            port_at.is_some_and(|(name, port)| host.name == name && port.parse() == Ok(host.port))
        })
    }

    fn is_wanted(&self, listed: &[Host]) -> bool {
        let is_up = |lane: &Arc<Lane>| matches!(lane.now(), Now::Up(_));
        let is_wanted = self.is_seed
            || self.host.as_ref().is_none_or(|host| listed.contains(host))
            || self.lanes.iter().any(is_up);
        self.is_gone.store(!is_wanted, Ordering::Relaxed);
        is_wanted
    }
}

impl Chart {
    /// Between equal claims, who has the slot keeps it.
    fn of(nodes: &[Arc<Node>], before: &Self) -> Self {
        let mut owners = vec![NOBODY; usize::from(SLOTS)];
        let mut epochs = vec![0_u64; usize::from(SLOTS)];
        for (at, node) in (0_u16..).zip(nodes) {
            let claim = node.claim.lock().unwrap_or_else(PoisonError::into_inner);
            for slot in claim.slots.iter().cloned().flatten() {
                let slots = (
                    owners.get_mut(usize::from(slot)),
                    epochs.get_mut(usize::from(slot)),
                );
                let (Some(owner), Some(epoch)) = slots else {
                    continue;
                };
                let had_it = || before.owner(slot).is_some_and(|one| Arc::ptr_eq(one, node));
                if *owner == NOBODY || claim.epoch > *epoch || (claim.epoch == *epoch && had_it()) {
                    (*owner, *epoch) = (at, claim.epoch);
                }
            }
        }
        Self {
            owners,
            nodes: nodes.to_vec(),
        }
    }

    pub(super) fn nodes(&self) -> &[Arc<Node>] {
        &self.nodes
    }

    pub(super) fn owner(&self, slot: u16) -> Option<&Arc<Node>> {
        let owner = self.owners.get(usize::from(slot))?;
        self.nodes.get(usize::from(*owner))
    }

    /// Whether both slots lie on one node.
    pub(super) fn is_one_node(&self, one: u16, other: u16) -> bool {
        self.owners.get(usize::from(one)) == self.owners.get(usize::from(other))
    }

    fn differs(&self, other: &Self) -> bool {
        (0..SLOTS).any(|slot| match (self.owner(slot), other.owner(slot)) {
            (Some(one), Some(other)) => !Arc::ptr_eq(one, other),
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        })
    }
}

#[cfg(test)]
mod tests;
