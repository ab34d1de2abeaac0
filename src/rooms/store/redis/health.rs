//! How the servers are doing, as an operator and a balancer are told.

use std::sync::Arc;

use super::fleet::{Chart, Node};
use super::lane::{Now, Why};
use super::slots::SLOTS;
use crate::rooms::meter::{Breaker, StoreMeter, Tracking};
use crate::rooms::readiness::{Condition, Part, Readiness};

/// Whom to tell.
#[derive(Debug)]
pub(super) struct Watcher {
    pub(super) meter: StoreMeter,
    pub(super) readiness: Readiness,
}

/// How the servers are doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Health {
    /// Closed if there is a way to every slot.
    ways: Breaker,
    is_emptied: bool,
    is_tracked: bool,
    /// Whether it ever was whole, since this process began.
    was_whole: bool,
}

impl Health {
    /// How they are, who were like `before`.
    pub(super) fn of(chart: &Chart, before: Option<Self>) -> Self {
        let mut owners: Vec<&Arc<Node>> = Vec::new();
        let mut is_owned = true;
        for slot in 0..SLOTS {
            match chart.owner(slot) {
                Some(owner) if owners.iter().any(|known| Arc::ptr_eq(known, owner)) => {}
                Some(owner) => owners.push(owner),
                None => is_owned = false,
            }
        }
        let lanes = || chart.nodes().iter().flat_map(|node| &node.lanes);
        let is_up = |node: &&Arc<Node>| {
            node.lanes
                .iter()
                .any(|lane| matches!(lane.now(), Now::Up(_)))
        };
        let is_whole = is_owned && owners.iter().all(is_up);
        let is_setting_out = || lanes().any(|lane| matches!(lane.now(), Now::Starting));
        Self {
            ways: match is_whole {
                true => Breaker::Closed,
                false if is_setting_out() => Breaker::Trying,
                false => Breaker::Open,
            },
            is_emptied: lanes().any(|lane| matches!(lane.now(), Now::Down(Why::Emptied))),
            is_tracked: !lanes().any(|lane| matches!(lane.now(), Now::Up(link) if !link.tracked)),
            was_whole: is_whole || before.is_some_and(|before| before.was_whole),
        }
    }

    fn condition(self) -> Condition {
        if self.ways == Breaker::Closed {
            Condition::Fine
        } else if !self.was_whole && !self.is_emptied {
            Condition::Starting
        } else if self.is_emptied {
            Condition::Emptied
        } else {
            Condition::Unreachable
        }
    }

    fn tracking(self) -> Tracking {
        if self.ways != Breaker::Closed {
            Tracking::Lost
        } else if self.is_tracked {
            Tracking::On
        } else {
            Tracking::Off
        }
    }
}

impl Watcher {
    pub(super) fn tell(&self, health: Health) {
        self.meter.breaker(health.ways);
        self.meter.tracking(health.tracking());
        self.meter.emptied(health.is_emptied);
        self.readiness.set(Part::Store, health.condition());
    }
}
