//! How many connections each client has: nobody alone takes every place.
//!
//! There is an entry only for who is connected, so the table is no larger than the number of
//! connections, which has a cap of its own.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// The connections of everybody.
#[derive(Debug)]
pub struct Crowd {
    most: usize,
    connections: Mutex<HashMap<IpAddr, usize, foldhash::fast::RandomState>>,
}

/// One connection of somebody. Given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    crowd: Arc<Crowd>,
    client: IpAddr,
}

impl Crowd {
    /// Nobody yet, and at most so many connections for each client.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            connections: Mutex::default(),
        })
    }

    /// A place for a connection of this client, if it has not too many.
    pub fn enter(self: &Arc<Self>, client: IpAddr) -> Option<Place> {
        let mut connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let open = connections.entry(client).or_default();
        if *open >= self.most {
            return None;
        }
        *open += 1;
        Some(Place {
            crowd: Arc::clone(self),
            client,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut connections = self
            .crowd
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut open) = connections.entry(self.client) {
            *open.get_mut() -= 1;
            if *open.get() == 0 {
                open.remove();
            }
        }
        // After a burst its room is given back.
        if connections.capacity() > SPACIOUS && connections.len() < connections.capacity() / 8 {
            connections.shrink_to_fit();
        }
    }
}

/// Less than this is not worth giving back.
const SPACIOUS: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_more_than_their_share_and_what_is_left_can_be_had_again() {
        let crowd = Crowd::new(2);
        let [one, other]: [IpAddr; 2] =
            ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().unwrap());
        let first = crowd.enter(one).unwrap();
        let _second = crowd.enter(one).unwrap();
        assert!(crowd.enter(one).is_none());
        assert!(crowd.enter(other).is_some());
        drop(first);
        let _third = crowd.enter(one).unwrap();
        assert!(crowd.enter(one).is_none());
    }

    #[test]
    fn who_is_gone_leaves_nothing_behind() {
        let crowd = Crowd::new(1);
        let addresses = (0..20_000_u32).map(|n| IpAddr::from(n.to_be_bytes()));
        let places: Vec<_> = addresses
            .filter_map(|address| crowd.enter(address))
            .collect();
        assert_eq!(places.len(), 20_000);
        drop(places);
        let connections = crowd.connections.lock().unwrap();
        assert_eq!(connections.len(), 0);
        assert!(connections.capacity() <= SPACIOUS);
    }
}
