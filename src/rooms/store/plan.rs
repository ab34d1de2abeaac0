//! A batch worked out before the store is asked, as if nothing of its subjects were there.
//!
//! In bulk import that is nearly always true: all records of a vehicle come together. So the
//! dossiers, views and pairs of one batch are made while the batch before waits for the disk, and
//! the store has only to put them where nothing is yet. What it does find something of is made
//! anew, from both: the result is the one that `super::batch` describes, and tests hold the two
//! ways against each other.

use std::ops::Range;

use super::batch::{self, Incoming, Ink, Named, Outcome, Sealer, made_public, spread};
use super::pairs::Tag;
use super::{Rack, StoreError};
use crate::rules::bonds;
use crate::rules::contradictions;
use crate::rules::dossier::{self, Dossier};
use crate::rules::parts::Part;
use crate::words::code::Code;
use crate::words::subject::Subject;

/// A batch, ready to be taken in.
pub struct Plan {
    incoming: Vec<Incoming>,
    ahead: Option<Ahead>,
}

/// What was worked out of a batch.
pub(super) struct Ahead {
    pub(super) named: Vec<Named>,
    /// What the batch says of itself, whatever the store has.
    pub(super) said: Outcome,
    /// In the order of their keys.
    pub(super) subjects: Vec<Planned>,
    /// In the order of their tags.
    pub(super) pairs: Vec<PlannedPair>,
    /// What all places below are in.
    bytes: Vec<u8>,
}

/// Where something lies among the bytes of a batch.
type Place = Range<usize>;

/// A subject of a batch.
pub(super) struct Planned {
    pub(super) subject: Subject,
    /// Whether records of the batch bind it to other codes.
    pub(super) bound: bool,
    /// Whether they may contradict each other.
    pub(super) suspect: bool,
    key: Place,
    dossier: Place,
    /// Its view or class; a party has neither.
    public: Option<(Rack, Option<Place>)>,
}

/// Two subjects of a batch that are a pair.
pub(super) struct PlannedPair {
    pub(super) tag: Tag,
    /// Their places among the subjects.
    pub(super) of: [usize; 2],
    entry: Place,
}

/// An entry on its way into a dossier.
struct Slip {
    /// The dossier's key.
    order: [u128; 2],
    /// Its place in the order in which records made entries.
    at: usize,
}

impl Plan {
    /// A batch as it is, for an engine that makes nothing of it beforehand.
    pub(super) const fn bare(incoming: Vec<Incoming>) -> Self {
        Self {
            incoming,
            ahead: None,
        }
    }

    /// A batch, worked out.
    pub(super) fn of(ink: Ink<'_>, incoming: Vec<Incoming>) -> Result<Self, StoreError> {
        let ahead = Some(Ahead::of(ink, &incoming)?);
        Ok(Self { incoming, ahead })
    }

    /// How many records it has.
    pub const fn len(&self) -> usize {
        self.incoming.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.incoming.is_empty()
    }

    pub(super) fn incoming(&self) -> &[Incoming] {
        &self.incoming
    }

    pub(super) const fn ahead(&self) -> Option<&Ahead> {
        self.ahead.as_ref()
    }
}

impl Ahead {
    fn of(ink: Ink<'_>, incoming: &[Incoming]) -> Result<Self, StoreError> {
        let mut said = Outcome::default();
        batch::note_makers(incoming, &mut said);
        let mut entries = Vec::with_capacity(incoming.len() * 2);
        // Where the entries of each record that binds codes begin, and how many there are.
        let mut bindings: Vec<Place> = Vec::new();
        for one in incoming {
            let begin = entries.len();
            spread(one, &mut entries);
            if one.kind().is_some_and(bonds::binds) {
                bindings.push(begin..entries.len());
            }
        }
        let mut slips: Vec<Slip> = entries
            .iter()
            .enumerate()
            .map(|(at, (subject, _))| Slip {
                order: subject.order(),
                at,
            })
            .collect();
        slips.sort_unstable_by_key(|slip| (slip.order, slip.at));

        let mut ahead = Self {
            named: batch::named(incoming)?,
            said,
            subjects: Vec::with_capacity(slips.len()),
            pairs: Vec::new(),
            bytes: Vec::with_capacity(incoming.len() * 768),
        };
        let mut subject_of = vec![0; entries.len()];
        let mut group = Vec::new();
        for slips in slips.chunk_by(|one, next| one.order == next.order) {
            group.clear();
            let mut found = None;
            for slip in slips {
                if let Some((subject, entry)) = entries.get(slip.at) {
                    found = Some(*subject);
                    group.push(&**entry);
                }
                if let Some(place) = subject_of.get_mut(slip.at) {
                    *place = ahead.subjects.len();
                }
            }
            let Some(subject) = found else { continue };
            group.sort_unstable();
            ahead.add(ink, subject, &group);
        }
        for binding in &bindings {
            for place in subject_of.get(binding.clone()).unwrap_or_default() {
                if let Some(planned) = ahead.subjects.get_mut(*place) {
                    planned.bound = true;
                }
            }
        }
        ahead.look_closer();
        ahead.pair_up(ink, &bindings, &subject_of)?;
        Ok(ahead)
    }

    /// A dossier of these entries, which come in order, and what is public of it.
    fn add(&mut self, ink: Ink<'_>, subject: Subject, entries: &[&[u8]]) {
        let start = self.bytes.len();
        subject.write_key(&mut self.bytes);
        let key = start..self.bytes.len();
        dossier::gather(entries, &mut self.bytes);
        let dossier = key.end..self.bytes.len();
        let bytes = self.bytes.get(dossier.clone()).unwrap_or_default();
        let made = made_public(subject, Dossier::from_bytes(bytes), ink.policy);
        let public = made.map(|(rack, value)| {
            let place = value.map(|value| {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(&value);
                start..self.bytes.len()
            });
            (rack, place)
        });
        self.subjects.push(Planned {
            subject,
            bound: false,
            suspect: false,
            key,
            dossier,
            public,
        });
    }

    fn look_closer(&mut self) {
        let bytes = &self.bytes;
        for planned in self.subjects.iter_mut().filter(|planned| planned.bound) {
            let dossier = bytes.get(planned.dossier.clone()).unwrap_or_default();
            let dossier = Dossier::from_bytes(dossier);
            planned.suspect = planned
                .subject
                .code()
                .is_some_and(|code| contradictions::is_suspect(code, dossier));
        }
    }

    /// Seals the pairs that records of the batch make.
    fn pair_up(
        &mut self,
        ink: Ink<'_>,
        bindings: &[Place],
        subject_of: &[usize],
    ) -> Result<(), StoreError> {
        let mut couples = Vec::new();
        for binding in bindings {
            let places = subject_of.get(binding.clone()).unwrap_or_default();
            for (nth, one) in places.iter().enumerate() {
                for other in places.iter().skip(nth + 1) {
                    if self.kinds_differ(*one, *other) {
                        couples.push((*one.min(other), *one.max(other)));
                    }
                }
            }
        }
        couples.sort_unstable();
        couples.dedup();
        let parts: Vec<Option<Part>> = self
            .subjects
            .iter()
            .map(|planned| {
                let code = planned.subject.code().filter(|_| planned.bound)?;
                let dossier = Dossier::from_bytes(self.dossier(planned));
                Some(Part::of(code, dossier, ink.policy))
            })
            .collect();
        let mut press = Sealer::new(ink);
        self.pairs.reserve(couples.len());
        for (one, other) in couples {
            let code = |at: usize| Some((self.code(at)?, parts.get(at)?.as_ref()?));
            let (Some(first), Some(second)) = (code(one), code(other)) else {
                continue;
            };
            let (tag, sealed) = press.seal(first, second)?;
            let start = self.bytes.len();
            self.bytes.extend_from_slice(&sealed);
            self.pairs.push(PlannedPair {
                tag,
                of: [one, other],
                entry: start..self.bytes.len(),
            });
        }
        self.pairs.sort_unstable_by_key(|pair| pair.tag);
        Ok(())
    }

    fn kinds_differ(&self, one: usize, other: usize) -> bool {
        match (self.code(one), self.code(other)) {
            (Some(one), Some(other)) => one.kind() != other.kind(),
            _ => false,
        }
    }

    fn code(&self, at: usize) -> Option<Code> {
        self.subjects.get(at)?.subject.code()
    }

    /// A subject's key.
    pub(super) fn key(&self, planned: &Planned) -> &[u8] {
        self.at(&planned.key)
    }

    /// The dossier that the batch makes of a subject.
    pub(super) fn dossier(&self, planned: &Planned) -> &[u8] {
        self.at(&planned.dossier)
    }

    /// What is public of that dossier, and on which rack.
    pub(super) fn public(&self, planned: &Planned) -> Option<(Rack, Option<&[u8]>)> {
        let (rack, place) = planned.public.as_ref()?;
        Some((*rack, place.as_ref().map(|place| self.at(place))))
    }

    /// The sealed entry of a pair.
    pub(super) fn entry(&self, pair: &PlannedPair) -> &[u8] {
        self.at(&pair.entry)
    }

    fn at(&self, place: &Place) -> &[u8] {
        self.bytes.get(place.clone()).unwrap_or_default()
    }
}

impl std::fmt::Debug for Plan {
    /// How large it is: what it holds is personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plan({} records, ..)", self.incoming.len())
    }
}
