//! What the writer's side asks of whatever keeps the bytes: the seam between rules and engines.

use std::fmt;

use super::batch::{Incoming, Ink, Outcome};
use super::embedded::Room;
use super::plan::Plan;
use super::redis::Writer;
use super::{PublicStore, Rack, Rooms, StoreError, StoreUrl};
use crate::words::policy::Policy;
use crate::words::subject::Subject;

/// Something that keeps a store.
pub(super) trait Engine: fmt::Debug + Send + Sync {
    /// Takes a batch of records in. Safe to repeat, whatever it was that cut it off.
    fn ingest(&self, ink: Ink<'_>, incoming: &[Incoming]) -> Result<Outcome, StoreError>;

    /// Works out as much of a batch as an engine can without looking at what it has.
    fn plan(&self, _ink: Ink<'_>, incoming: Vec<Incoming>) -> Result<Plan, StoreError> {
        Ok(Plan::bare(incoming))
    }

    /// Takes in a batch that was worked out. The same comes of it as of [`ingest`](Self::ingest).
    fn take_in(&self, ink: Ink<'_>, plan: &Plan) -> Result<Outcome, StoreError> {
        self.ingest(ink, plan.incoming())
    }

    /// Makes the views, classes and pairs of these subjects anew.
    fn publish(&self, ink: Ink<'_>, subjects: &[Subject]) -> Result<(), StoreError>;

    /// What lies under these keys, in their order.
    fn get(&self, rack: Rack, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, StoreError>;

    /// Puts entries on a rack as they are.
    fn put(&self, rack: Rack, entries: &[Entry]) -> Result<(), StoreError>;

    /// The next entries of a rack, in an order of the engine's own. Each that was there from the
    /// beginning to the end of a walk comes at least once; with `prefix` only the keys that have it.
    fn walk(&self, rack: Rack, prefix: &[u8], from: &Place) -> Result<Step, StoreError>;

    /// How many entries a rack has; an engine that cannot count says about how many.
    fn count(&self, rack: Rack) -> Result<u64, StoreError>;

    /// Empties a rack.
    fn clear(&self, rack: Rack) -> Result<(), StoreError>;

    /// Drops what may be left of views that were made under another policy than this.
    fn sweep(&self, policy: Policy) -> Result<(), StoreError>;

    /// The dossiers of all parties.
    fn parties(&self) -> Result<Vec<Entry>, StoreError>;

    /// What is said of the store itself under this name, after saying `value` if nothing was.
    fn claim(&self, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// What is said of the store itself under this name.
    fn told(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Says something else of the store itself.
    fn note(&self, name: &str, value: &[u8]) -> Result<(), StoreError>;

    /// The public side of the same store.
    fn reader(&self, policy: Policy) -> PublicStore;
}

/// Opens the engine that keeps these rooms.
pub(super) fn open(rooms: Rooms) -> Result<Box<dyn Engine>, StoreError> {
    match (rooms.core, rooms.public) {
        (StoreUrl::Embedded(core), StoreUrl::Embedded(public)) if core == public => {
            Ok(Box::new(Room::open(&core)?))
        }
        (StoreUrl::Redis(core), StoreUrl::Redis(public)) => {
            Ok(Box::new(Writer::open(*core, *public)?))
        }
        _ => Err(StoreError::Rooms),
    }
}

/// The same, also if its public rooms are in the format of the release before, to make them anew.
pub(super) fn open_any(rooms: Rooms) -> Result<Box<dyn Engine>, StoreError> {
    match (&rooms.core, &rooms.public) {
        (StoreUrl::Embedded(core), StoreUrl::Embedded(public)) if core == public => {
            Ok(Box::new(Room::open_any(core)?))
        }
        _ => open(rooms),
    }
}

/// A key and its value.
pub(super) type Entry = (Vec<u8>, Vec<u8>);

/// How far a walk has come, in the engine's own terms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place(pub(super) Vec<u8>);

/// A step of a walk.
#[derive(Debug)]
pub(super) struct Step {
    /// What was found.
    pub(super) entries: Vec<Entry>,
    /// Where to go on, if there is more.
    pub(super) next: Option<Place>,
}

/// Names of what is said of the store itself.
pub(super) mod about {
    pub(in super::super) const POLICY: &str = "policy";
    pub(in super::super) const PAIR_KEY_CHECK: &str = "pair-key-check";
    /// What of a store this is; nothing is said of a whole one.
    pub(in super::super) const PART: &str = "part";
    pub(in super::super) const PUBLIC_ROOMS: &[u8] = b"public rooms.";
}
