//! A whole store, moved to another engine or compared with another.
//!
//! Everything is moved as it is, the policy and the check of the pair key included: the new store
//! is the old one elsewhere, and its pairs open with the old secret. Dossiers come before views,
//! and the digests that make a record "known" come last.
//!
//! Or its public rooms alone, for an edge on whose machine no dossier should be.

use super::engine::{Engine, Entry, Place, about, open};
use super::{Rack, Rooms, StoreError};

/// A store as nothing but what is on its racks.
#[derive(Debug)]
pub struct Whole {
    engine: Box<dyn Engine>,
    part: Part,
}

/// What of a store is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    All,
    PublicRooms,
}

/// What two stores do not have in common, on one rack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The rack.
    pub rack: Rack,
    /// Entries that only the first has.
    pub only_first: u64,
    /// Entries that only the second has.
    pub only_second: u64,
    /// Entries that both have, and not the same.
    pub unlike: u64,
}

const ORDER: [Rack; 6] = [
    Rack::Claims,
    Rack::Dossiers,
    Rack::Pairs,
    Rack::Classes,
    Rack::Views,
    Rack::Records,
];
/// How far a copy has come, noted in the store that it goes to.
const PROGRESS: &str = "copy";
/// What is noted when nothing is left.
const DONE: &[u8] = b"done";

impl Whole {
    /// Opens a store whatever policy and key it was made with.
    pub fn open(rooms: impl Into<Rooms>) -> Result<Self, StoreError> {
        Ok(Self {
            engine: open(rooms.into())?,
            part: Part::All,
        })
    }

    /// The same store, of which only what a public door shows is meant.
    #[must_use]
    pub fn public_rooms(self) -> Self {
        Self {
            part: Part::PublicRooms,
            ..self
        }
    }

    /// About how many entries there are.
    pub fn count(&self) -> Result<u64, StoreError> {
        self.racks().map(|rack| self.engine.count(rack)).sum()
    }

    /// Copies everything to `to`, which has to be empty or what an interrupted copy of the same
    /// store left there: that is gone on with. Says after each step how many entries were moved.
    pub fn copy(&self, to: &Self, mut done: impl FnMut(u64)) -> Result<u64, StoreError> {
        let own = self.identity()?;
        let (from_rack, from_place) = match to.engine.told(PROGRESS)? {
            Some(note) if note != DONE => {
                let rest = note
                    .strip_prefix(own.as_slice())
                    .ok_or(StoreError::NotEmpty)?;
                let (rack, place) = rest.split_first().ok_or(StoreError::NotEmpty)?;
                (usize::from(*rack), Place(place.to_vec()))
            }
            Some(_) | None => {
                if !to.is_empty()? {
                    return Err(StoreError::NotEmpty);
                }
                (0, Place::default())
            }
        };
        for name in [about::POLICY, about::PAIR_KEY_CHECK, about::PART] {
            if let Some(value) = self.engine.told(name)? {
                to.engine.note(name, &value)?;
            }
        }
        if self.part == Part::PublicRooms {
            to.engine.note(about::PART, about::PUBLIC_ROOMS)?;
        }
        let mut count = 0;
        for (number, rack) in (0_u8..).zip(ORDER).skip(from_rack) {
            if !self.part.has(rack) {
                continue;
            }
            let mut from = if usize::from(number) == from_rack {
                from_place.clone()
            } else {
                Place::default()
            };
            loop {
                let note = [own.as_slice(), &[number], &from.0].concat();
                to.engine.note(PROGRESS, &note)?;
                let step = self.engine.walk(rack, &[], &from)?;
                to.engine.put(rack, &step.entries)?;
                count += u64::try_from(step.entries.len()).unwrap_or(0);
                done(count);
                match step.next {
                    Some(next) => from = next,
                    None => break,
                }
            }
        }
        to.engine.note(PROGRESS, DONE)?;
        Ok(count)
    }

    /// What is not the same in both; nothing if they are equal. Says after each step how many
    /// entries were looked at.
    pub fn differences(
        &self,
        other: &Self,
        mut done: impl FnMut(u64),
    ) -> Result<Vec<Difference>, StoreError> {
        let mut found = Vec::new();
        let mut count = 0;
        for rack in self.racks() {
            let mut difference = Difference {
                rack,
                only_first: 0,
                only_second: 0,
                unlike: 0,
            };
            self.each(rack, |entries| {
                count += u64::try_from(entries.len()).unwrap_or(0);
                done(count);
                for ((_, own), theirs) in entries.iter().zip(other.look_up(rack, entries)?) {
                    match theirs {
                        None => difference.only_first += 1,
                        Some(theirs) if theirs != *own => difference.unlike += 1,
                        Some(_) => {}
                    }
                }
                Ok(())
            })?;
            other.each(rack, |entries| {
                let own = self.look_up(rack, entries)?;
                let absent = own.iter().filter(|own| own.is_none()).count();
                difference.only_second += u64::try_from(absent).unwrap_or(0);
                Ok(())
            })?;
            if difference.only_first + difference.only_second + difference.unlike > 0 {
                found.push(difference);
            }
        }
        Ok(found)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        let mut empty = true;
        for rack in [Rack::Records, Rack::Dossiers, Rack::Views] {
            empty &= self
                .engine
                .walk(rack, &[], &Place::default())?
                .entries
                .is_empty();
        }
        Ok(empty)
    }

    fn racks(&self) -> impl Iterator<Item = Rack> {
        let part = self.part;
        Rack::ALL.into_iter().filter(move |rack| part.has(*rack))
    }

    /// What a store is told apart by: its policy and its pairs' secret; and what of it is meant.
    fn identity(&self) -> Result<Vec<u8>, StoreError> {
        let mut own = self.part.mark().to_vec();
        for name in [about::POLICY, about::PAIR_KEY_CHECK] {
            own.extend(self.engine.told(name)?.unwrap_or_default());
            own.push(b'.');
        }
        Ok(own)
    }

    fn look_up(&self, rack: Rack, entries: &[Entry]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let keys: Vec<Vec<u8>> = entries.iter().map(|(key, _)| key.clone()).collect();
        self.engine.get(rack, &keys)
    }

    fn each(
        &self,
        rack: Rack,
        mut visit: impl FnMut(&[Entry]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut from = Place::default();
        loop {
            let step = self.engine.walk(rack, &[], &from)?;
            visit(&step.entries)?;
            match step.next {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }
}

impl Part {
    /// What a copy's notes begin with, so that no other copy goes on with it.
    const fn mark(self) -> &'static [u8] {
        match self {
            Self::All => b"",
            Self::PublicRooms => about::PUBLIC_ROOMS,
        }
    }

    const fn has(self, rack: Rack) -> bool {
        match (self, rack) {
            (Self::All, _) | (Self::PublicRooms, Rack::Views | Rack::Classes | Rack::Pairs) => true,
            (Self::PublicRooms, Rack::Dossiers | Rack::Records | Rack::Claims) => false,
        }
    }
}
