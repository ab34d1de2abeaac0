//! One batch of records: what it makes of the dossiers, whatever engine keeps them.
//!
//! 1. Records that are there already are passed over; an id that stands for other content is
//!    refused.
//! 2. What is new is folded into the dossiers of its subjects and of the codes it names.
//! 3. The public view of each dossier that changed is made anew.
//! 4. So is the sealed entry of each pair that one of them belongs to.
//!
//! Nothing here reads or writes a store. An engine lays the dossiers it has on a `Desk`, asks
//! the desk what comes of the batch, and keeps that in its own way. Everything comes in the order
//! of its keys, which is what makes bulk import fast.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use foldhash::fast::FixedState;

use super::pairs::{PairKey, Shelf, Tag, are_neighbours};
use super::{Rack, StoreError};
pub use crate::rules::admit::Incoming;
use crate::rules::bonds::{self, partners};
use crate::rules::class::Class;
use crate::rules::contradictions::{self, Claim};
use crate::rules::dossier::{self, Dossier};
use crate::rules::parts::{Part, write_parts};
use crate::rules::project::public_view;
use crate::words::catalog::RecordKind;
use crate::words::code::Code;
use crate::words::policy::{Policy, Stamp};
use crate::words::subject::{Maker, Subject};

mod names;

pub(super) use names::{DIGEST_LEN, Named, named};

/// What became of a batch.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Records that are new.
    pub added: u64,
    /// Records that were there already.
    pub known: u64,
    /// Lines whose id stands for other content.
    pub clashes: Vec<u64>,
    /// Codes whose records may contradict each other.
    pub suspects: BTreeSet<Code>,
    /// Makers' names and the organisations they went with.
    pub claims: BTreeSet<Claim>,
    /// Whether a maker's own record was among them, which may prove old claims wrong.
    pub makers: bool,
}

/// What is written under: the policy of views, the secret of pairs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink<'a> {
    pub(super) policy: Policy,
    pub(super) pair_key: &'a PairKey,
    /// Where that secret is, for who has to be told.
    pub(super) pair_key_file: &'a Path,
}

/// New entries by the dossier they belong to, in order.
pub(super) struct Additions<'i>(Vec<(Subject, Cow<'i, [u8]>)>);

/// A dossier that changed: how it was. How it is lies on the desk.
pub(super) struct Changed {
    pub(super) subject: Subject,
    pub(super) old: Vec<u8>,
}

/// What is to be kept on a public rack from now on, or no longer.
pub(super) struct Finished {
    /// Whose dossiers it was made from; one of them twice if it is one.
    pub(super) of: [Subject; 2],
    pub(super) rack: Rack,
    pub(super) key: Vec<u8>,
    pub(super) value: Option<Vec<u8>>,
}

/// Two codes, the smaller first.
pub(super) type Couple = (Code, Code);

/// The dossiers that a batch is about, as they stand within it.
pub(super) struct Desk<'a> {
    ink: Ink<'a>,
    dossiers: HashMap<Subject, Vec<u8>, FixedState>,
}

impl Ink<'_> {
    /// Whether a store that says this of itself has this policy and key, or none yet. Asked in
    /// each batch: somebody may have made the store anew since it was opened.
    pub(super) fn may_write(
        &self,
        policy: Option<&[u8]>,
        check: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let stamp = policy.and_then(<[u8]>::first).copied();
        let stamp = stamp.map(Stamp::from_byte);
        if let Some(found) = stamp.filter(|found| *found != self.policy.stamp()) {
            return Err(StoreError::Policy {
                found: found.policy().map_or("of another release", Policy::name),
                wanted: self.policy.name(),
            });
        }
        if check.is_some_and(|found| found != self.pair_key.check()) {
            return Err(StoreError::PairKey(self.pair_key_file.to_owned()));
        }
        Ok(())
    }
}

/// The codes that these records bind to each other. Records that were there already count too: a
/// file that is read twice lists the same conflicts twice.
pub(super) fn bound(incoming: &[Incoming]) -> BTreeSet<Subject> {
    let binding = incoming
        .iter()
        .filter(|one| one.kind().is_some_and(bonds::binds));
    let codes = binding.flat_map(|one| one.subject.code().into_iter().chain(one.mentions.clone()));
    codes.map(Subject::Code).collect()
}

/// Notes which makers these records name.
pub(super) fn note_makers(incoming: &[Incoming], outcome: &mut Outcome) {
    for one in incoming {
        outcome.makers |= one.kind() == Some(RecordKind::PartyMaker);
        if one.kind() != Some(RecordKind::ProductionBattery) {
            continue;
        }
        let Some(record) = one.record() else {
            continue;
        };
        if let (Some(name), Some(maker)) = (
            contradictions::claimed_maker(&record),
            one.subject.code().and_then(Maker::of_code),
        ) {
            outcome.claims.insert(Claim {
                name: name.to_owned(),
                maker,
            });
        }
    }
}

impl<'i> Additions<'i> {
    /// The entries that these records make.
    pub(super) fn of(fresh: impl Iterator<Item = &'i Incoming>) -> Self {
        let mut entries = Vec::new();
        for one in fresh {
            spread(one, &mut entries);
        }
        // By keys of two words: thousands of codes begin alike, and comparing them as texts took
        // longer than anything else here.
        entries.sort_by_cached_key(|(subject, _)| subject.order());
        for group in entries.chunk_by_mut(|(one, _), (next, _)| one == next) {
            group.sort_unstable();
        }
        Self(entries)
    }

    /// The dossiers that they belong to.
    pub(super) fn subjects(&self) -> BTreeSet<Subject> {
        self.0.iter().map(|(subject, _)| *subject).collect()
    }
}

impl<'a> Desk<'a> {
    pub(super) fn new(ink: Ink<'a>) -> Self {
        Self {
            ink,
            dossiers: HashMap::default(),
        }
    }

    /// Which of these dossiers still have to be laid here.
    pub(super) fn lacks(&self, subjects: &BTreeSet<Subject>) -> Vec<Subject> {
        let absent = |subject: &&Subject| !self.dossiers.contains_key(*subject);
        subjects.iter().filter(absent).copied().collect()
    }

    /// Lays a dossier as the store has it.
    pub(super) fn lay(&mut self, subject: Subject, dossier: Vec<u8>) {
        self.dossiers.insert(subject, dossier);
    }

    /// A dossier as it stands. What was not laid is empty.
    pub(super) fn dossier(&self, subject: Subject) -> &[u8] {
        self.dossiers
            .get(&subject)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Folds new entries in, into all dossiers that do not have them.
    pub(super) fn fold(&mut self, additions: &Additions<'_>) -> Vec<Changed> {
        let mut changed = Vec::new();
        for group in additions.0.chunk_by(|(one, _), (next, _)| one == next) {
            let Some(&(subject, _)) = group.first() else {
                continue;
            };
            let added = group.iter().map(|(_, entry)| &**entry);
            if let Some(new) = dossier::fold(self.dossier(subject), added) {
                let old = self.dossiers.insert(subject, new).unwrap_or_default();
                changed.push(Changed { subject, old });
            }
        }
        changed
    }

    /// Which of these codes are tied to more than they should be.
    pub(super) fn suspects(&self, bound: &BTreeSet<Subject>) -> BTreeSet<Code> {
        bound
            .iter()
            .filter_map(|subject| subject.code())
            .filter(|code| contradictions::is_suspect(*code, self.read(Subject::Code(*code))))
            .collect()
    }

    /// The public views and classes of these subjects.
    pub(super) fn project(
        &self,
        subjects: impl Iterator<Item = Subject>,
    ) -> impl Iterator<Item = Finished> {
        let policy = self.ink.policy;
        subjects.filter_map(move |subject| {
            let (rack, value) = made_public(subject, self.read(subject), policy)?;
            Some(Finished {
                of: [subject, subject],
                rack,
                key: subject.key(),
                value,
            })
        })
    }

    /// The pairs that one of these subjects belongs to.
    pub(super) fn couples(&self, subjects: impl Iterator<Item = Subject>) -> Vec<Couple> {
        let mut found = Vec::new();
        for code in subjects.filter_map(Subject::code) {
            let partners = partners(code, self.read(Subject::Code(code)));
            let couple = |other: Code| (code.min(other), code.max(other));
            found.extend(partners.into_iter().map(couple));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The sealed entries of these pairs, whose dossiers lie here.
    pub(super) fn seal(&self, couples: &[Couple]) -> Result<Vec<Finished>, StoreError> {
        let mut parts: HashMap<Code, Part, FixedState> = HashMap::default();
        let mut sealed = Vec::with_capacity(couples.len());
        let mut press = Sealer::new(self.ink);
        for &(one, other) in couples {
            for code in [one, other] {
                parts.entry(code).or_insert_with(|| {
                    Part::of(code, self.read(Subject::Code(code)), self.ink.policy)
                });
            }
            let (Some(first), Some(second)) = (parts.get(&one), parts.get(&other)) else {
                continue;
            };
            let (tag, entry) = press.seal((one, first), (other, second))?;
            sealed.push(Finished {
                of: [Subject::Code(one), Subject::Code(other)],
                rack: Rack::Pairs,
                key: tag.to_vec(),
                value: Some(entry),
            });
        }
        sealed.sort_unstable_by(|one, next| one.key.cmp(&next.key));
        Ok(sealed)
    }

    fn read(&self, subject: Subject) -> Dossier<'_> {
        Dossier::from_bytes(self.dossier(subject))
    }
}

/// What is public of a dossier, and on which rack that lies.
pub(super) fn made_public(
    subject: Subject,
    dossier: Dossier<'_>,
    policy: Policy,
) -> Option<(Rack, Option<Vec<u8>>)> {
    match subject {
        Subject::Code(code) => {
            let view = public_view(code, dossier, policy);
            Some((Rack::Views, view.map(|view| view.encode())))
        }
        Subject::Maker(_) => {
            let class = Class::of(dossier, policy);
            Some((Rack::Classes, class.map(|class| class.encode())))
        }
        // A party has no page of its own; a maker's public record lies with its class.
        Subject::Party(_) => None,
    }
}

/// Seals pairs. Those of one shelf are best sealed together.
pub(super) struct Sealer<'a> {
    ink: Ink<'a>,
    /// A code, and the shelf that it and its neighbours are on.
    last: Option<(Code, Shelf)>,
}

impl<'a> Sealer<'a> {
    pub(super) const fn new(ink: Ink<'a>) -> Self {
        Self { ink, last: None }
    }

    /// What is kept of two codes, the smaller first, and where.
    pub(super) fn seal(
        &mut self,
        (one, first): (Code, &Part),
        (other, second): (Code, &Part),
    ) -> Result<(Tag, Vec<u8>), StoreError> {
        let key = self.ink.pair_key;
        let place = match self.last {
            Some((before, known)) if are_neighbours(before, one) => known,
            Some(_) | None => key.shelf(one),
        };
        self.last = Some((one, place));
        let content = write_parts(&[one, other], [first, second]);
        let pair = key
            .pair_on(place, one, other)
            .map_err(|_same| StoreError::Corrupt("a pair"))?;
        let entry = pair
            .seal(&content)
            .map_err(|_too_long| StoreError::Corrupt("a pair"))?;
        Ok((pair.tag, entry))
    }
}

/// The codes of these pairs.
pub(super) fn members(couples: &[Couple]) -> BTreeSet<Subject> {
    let both = |&(one, other): &Couple| [Subject::Code(one), Subject::Code(other)];
    couples.iter().flat_map(both).collect()
}

/// The entries that one record makes, in its own dossier and in those of the codes it names.
pub(super) fn spread<'i>(one: &'i Incoming, entries: &mut Vec<(Subject, Cow<'i, [u8]>)>) {
    let Some(record) = one.record() else {
        return;
    };
    let entry = Cow::Borrowed(one.entry.as_slice());
    if let Subject::Party(party) = one.subject
        && record.kind == RecordKind::PartyMaker
    {
        // A maker's record lies with its class too: there it meets its products when they are read.
        entries.push((Subject::Maker(Maker::of_party(party)), entry.clone()));
    }
    entries.push((one.subject, entry));
    for code in &one.mentions {
        let link = dossier::link_entry(record, one.subject, *code, &one.mentions);
        entries.push((Subject::Code(*code), Cow::Owned(link)));
    }
}
