//! The connections to both rooms, and racks seen through them.

use ::redis::cmd;

use super::laid;
use super::steps::Trouble;
use crate::rooms::store::address::RedisUrl;
use crate::rooms::store::engine::Entry;
use crate::rooms::store::redis::wire::Wire;
use crate::rooms::store::redis::{CLAIMS, Room, key, room};
use crate::rooms::store::{Rack, StoreError};

#[derive(Debug)]
pub(super) struct Wires {
    pub(super) core: Wire,
    pub(super) public: Wire,
}

impl Wires {
    pub(super) fn open(core: &RedisUrl, public: &RedisUrl) -> Result<Self, StoreError> {
        Ok(Self {
            core: Wire::open(core)?,
            public: Wire::open(public)?,
        })
    }

    /// What lies under these keys of a rack.
    pub(super) fn look_up(
        &mut self,
        rack: Rack,
        keys: &[Vec<u8>],
    ) -> Result<Vec<Option<Vec<u8>>>, Trouble> {
        let wire = self.of(room(rack));
        let found = wire.get(keys)?;
        if rack == Rack::Views {
            return laid::whole(wire, found);
        }
        Ok(found)
    }

    /// Puts these on a rack, whatever lies there.
    pub(super) fn put(&mut self, rack: Rack, entries: &[Entry]) -> Result<(), Trouble> {
        let wire = self.of(room(rack));
        if rack == Rack::Claims {
            let add = entries.iter().map(|(name, _)| {
                let mut add = cmd("SADD");
                add.arg(CLAIMS).arg(name);
                add
            });
            wire.all(add)?;
            return Ok(());
        }
        if rack == Rack::Views {
            return laid::put(wire, entries);
        }
        let keys: Vec<_> = entries.iter().map(|(name, _)| key(rack, name)).collect();
        let values = entries.iter().map(|(_, value)| value.as_slice());
        let named: Vec<_> = keys.iter().map(Vec::as_slice).zip(values).collect();
        Ok(wire.set(&named)?)
    }

    pub(super) const fn of(&mut self, room: Room) -> &mut Wire {
        match room {
            Room::Public => &mut self.public,
            Room::Core => &mut self.core,
        }
    }
}
