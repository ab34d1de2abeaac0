//! The steps of a batch on Redis, each in as few round trips as it can be done in. The head of
//! [`super`] says why in this order.

use std::collections::{BTreeSet, HashMap, HashSet};

use ::redis::{FromRedisValue, RedisError, Value, cmd};

use super::laid::{Commons, Laid};
use super::wires::Wires;
use crate::rooms::store::batch::{
    self, Additions, Desk, Finished, Incoming, Ink, Outcome, members,
};
use crate::rooms::store::engine::about;
use crate::rooms::store::redis::wire::Wire;
use crate::rooms::store::redis::{ABOUT, CLAIMS, PARTIES, PENDING, key};
use crate::rooms::store::{Rack, StoreError};
use crate::rules::contradictions::Claim;
use crate::words::subject::Subject;

/// Sets each key to another value where it still has the one that was read; an empty one means none.
/// In a cluster one key a call.
const REPLACE: &str = "\
local done = {} \
for at, key in ipairs(KEYS) do \
local old, new = ARGV[2 * at - 1], ARGV[2 * at] \
if (redis.call('GET', key) or '') ~= old then done[at] = 0 else \
if new == '' then redis.call('DEL', key) else redis.call('SET', key, new) end \
done[at] = 1 end end \
return done";
/// What went wrong in a step.
pub(super) enum Trouble {
    /// Another connection may help.
    Redis(RedisError),
    /// Nothing will.
    Store(StoreError),
}

impl From<RedisError> for Trouble {
    fn from(error: RedisError) -> Self {
        Self::Redis(error)
    }
}

impl From<::redis::ParsingError> for Trouble {
    fn from(error: ::redis::ParsingError) -> Self {
        Self::Redis(error.into())
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Keys of records, and what lies there when they are done.
pub(super) type Unfinished = Vec<(Vec<u8>, Vec<u8>)>;

/// Whether the store still has our policy and key.
pub(super) fn may_write(core: &mut Wire, ink: Ink<'_>) -> Result<(), Trouble> {
    let name = |name: &str| [ABOUT, name.as_bytes()].concat();
    let said = core.get(&[name(about::POLICY), name(about::PAIR_KEY_CHECK)])?;
    let [policy, check] = [0, 1].map(|at| said.get(at).and_then(Option::as_deref));
    Ok(ink.may_write(policy, check)?)
}

/// Marks each record as pending. Gives back the places of those that are new or were never
/// finished, and what to say of them when they are.
pub(super) fn sift(
    core: &mut Wire,
    incoming: &[Incoming],
    outcome: &mut Outcome,
) -> Result<(Vec<usize>, Unfinished), Trouble> {
    let mut named = batch::named(incoming)?;
    // The same again within the batch is known, other content under the same name a clash.
    let mut first: Option<(Vec<u8>, [u8; batch::DIGEST_LEN])> = None;
    named.retain(|one| {
        let line = || incoming.get(one.at).map(|one| one.line);
        match &first {
            Some((name, digest)) if *name == one.key => {
                if *digest == one.digest {
                    outcome.known += 1;
                } else {
                    outcome.clashes.extend(line());
                }
                false
            }
            Some(_) | None => {
                first = Some((one.key.clone(), one.digest));
                true
            }
        }
    });
    let pending: Vec<(Vec<u8>, Vec<u8>)> = named
        .iter()
        .map(|one| {
            let value = [&one.digest[..], &[PENDING]].concat();
            (key(Rack::Records, &one.key), value)
        })
        .collect();
    let put = core.add(&pairs(&pending))?;
    let there = pending.iter().zip(&put).filter(|(_, put)| !**put);
    let there: Vec<Vec<u8>> = there.map(|((name, _), _)| name.clone()).collect();
    let mut there = core.get(&there)?.into_iter();
    let mut fresh = Vec::with_capacity(named.len());
    let mut unfinished = Vec::with_capacity(named.len());
    for ((one, (name, pending)), put) in named.into_iter().zip(pending).zip(put) {
        let known = if put { None } else { there.next().flatten() };
        // Of one that was never finished nothing is known but its name.
        match known.filter(|known| *known != pending) {
            None => {
                outcome.added += 1;
                fresh.push(one.at);
                unfinished.push((name, one.digest.to_vec()));
            }
            Some(known) if known == one.digest => outcome.known += 1,
            Some(_) => outcome
                .clashes
                .extend(incoming.get(one.at).map(|one| one.line)),
        }
    }
    // As they came: what belongs together mostly comes together.
    fresh.sort_unstable();
    Ok((fresh, unfinished))
}

/// Folds new entries into dossiers, until each is in.
pub(super) fn fold(
    core: &mut Wire,
    desk: &mut Desk<'_>,
    additions: &Additions<'_>,
    subjects: &BTreeSet<Subject>,
) -> Result<(), Trouble> {
    fill(core, desk, subjects)?;
    loop {
        let changes = desk.fold(additions);
        if changes.is_empty() {
            return Ok(());
        }
        let swaps: Vec<Swap<'_>> = changes
            .iter()
            .map(|change| Swap {
                key: key(Rack::Dossiers, &change.subject.key()),
                old: &change.old,
                new: desk.dossier(change.subject),
            })
            .collect();
        let done = replace(core, &swaps)?;
        // Somebody else was quicker with these.
        let lost = changes.iter().zip(&done).filter(|(_, done)| !**done);
        let lost: Vec<Subject> = lost.map(|(change, _)| change.subject).collect();
        reload(core, desk, &lost)?;
    }
}

/// Notes parties and claims where they are found without a walk.
pub(super) fn note<'c>(
    core: &mut Wire,
    subjects: &BTreeSet<Subject>,
    claims: impl IntoIterator<Item = &'c Claim>,
) -> Result<(), Trouble> {
    let member = |set: &[u8], member: Vec<u8>| {
        let mut add = cmd("SADD");
        add.arg(set).arg(member);
        add
    };
    let parties = subjects
        .iter()
        .filter(|subject| matches!(subject, Subject::Party(_)));
    let parties = parties.map(|party| member(PARTIES, party.key()));
    let claims = claims.into_iter().map(|claim| member(CLAIMS, claim.key()));
    core.all(parties.chain(claims))?;
    Ok(())
}

/// Makes everything public of these subjects anew; the head of this file says why like this.
pub(super) fn publish(
    wires: &mut Wires,
    desk: &mut Desk<'_>,
    commons: &Commons,
    mut subjects: BTreeSet<Subject>,
) -> Result<(), Trouble> {
    while !subjects.is_empty() {
        fill(&mut wires.core, desk, &subjects)?;
        let couples = desk.couples(subjects.iter().copied());
        let mut involved = members(&couples);
        involved.extend(&subjects);
        fill(&mut wires.core, desk, &involved)?;
        let mut finished: Vec<Finished> = desk.project(subjects.iter().copied()).collect();
        finished.extend(desk.seal(&couples)?);
        let laid = finished.iter().map(Laid::of).collect::<Option<Vec<_>>>();
        let laid = laid.ok_or(StoreError::Corrupt("a view just made"))?;
        let keys: Vec<_> = finished.iter().map(|one| key(one.rack, &one.key)).collect();
        let old = wires.public.get(&keys)?;
        let moved = moved(&mut wires.core, desk, &involved)?;
        let mut again = BTreeSet::new();
        let mut swaps = Vec::with_capacity(finished.len());
        let mut about = Vec::with_capacity(finished.len());
        let mut named = HashMap::new();
        for (((one, laid), key), old) in finished.iter().zip(&laid).zip(keys).zip(&old) {
            let (new, old) = (laid.bytes(), old.as_deref().unwrap_or_default());
            if one.of.iter().any(|subject| moved.contains(subject)) {
                again.extend(one.of);
            } else if old != new {
                named.extend(laid.common());
                swaps.push(Swap { key, old, new });
                about.push(one.of);
            }
        }
        commons.lay(&mut wires.public, &named)?;
        let done = replace(&mut wires.public, &swaps)?;
        let lost = about.iter().zip(&done).filter(|(_, done)| !**done);
        again.extend(lost.flat_map(|(of, _)| *of));
        let late = self::moved(&mut wires.core, desk, &involved)?;
        again.extend(late.iter().filter(|subject| involved.contains(subject)));
        let stale: Vec<Subject> = moved.union(&late).copied().collect();
        reload(&mut wires.core, desk, &stale)?;
        subjects = again;
    }
    Ok(())
}

/// Which of these dossiers are no longer what lies on the desk.
fn moved(
    core: &mut Wire,
    desk: &Desk<'_>,
    subjects: &BTreeSet<Subject>,
) -> Result<HashSet<Subject>, Trouble> {
    let subjects: Vec<Subject> = subjects.iter().copied().collect();
    let name = |subject: &Subject| key(Rack::Dossiers, &subject.key());
    let keys: Vec<Vec<u8>> = subjects.iter().map(name).collect();
    let lengths = core.lengths(&keys)?.into_iter();
    let moved = subjects.into_iter().zip(lengths);
    let moved = moved.filter(|(subject, length)| *length != desk.dossier(*subject).len());
    Ok(moved.map(|(subject, _)| subject).collect())
}

/// Lays on the desk what it lacks of these dossiers.
pub(super) fn fill(
    core: &mut Wire,
    desk: &mut Desk<'_>,
    subjects: &BTreeSet<Subject>,
) -> Result<(), Trouble> {
    let lacking = desk.lacks(subjects);
    reload(core, desk, &lacking)
}

fn reload(core: &mut Wire, desk: &mut Desk<'_>, subjects: &[Subject]) -> Result<(), Trouble> {
    let name = |subject: &Subject| key(Rack::Dossiers, &subject.key());
    let found = core.get(&subjects.iter().map(name).collect::<Vec<_>>())?;
    for (subject, dossier) in subjects.iter().zip(found) {
        desk.lay(*subject, dossier.unwrap_or_default());
    }
    Ok(())
}

/// Puts a value in the place of another, or of none.
struct Swap<'v> {
    key: Vec<u8>,
    old: &'v [u8],
    new: &'v [u8],
}

/// Makes these swaps where the old value still lies, and says of each whether it was made.
fn replace(wire: &mut Wire, swaps: &[Swap<'_>]) -> Result<Vec<bool>, Trouble> {
    let (new, other): (Vec<_>, Vec<_>) = swaps.iter().partition(|swap| swap.old.is_empty());
    let entries: Vec<_> = new.iter().map(|swap| (&swap.key[..], swap.new)).collect();
    let mut added = wire.add(&entries)?.into_iter();
    let reach = wire.reach();
    let call = |some: &[&Swap<'_>]| {
        let mut call = cmd("EVAL");
        call.arg(REPLACE).arg(some.len());
        for swap in some {
            call.arg(&swap.key);
        }
        for swap in some {
            call.arg(swap.old).arg(swap.new);
        }
        call
    };
    let mut replaced = Vec::with_capacity(other.len());
    for answer in wire.all(other.chunks(reach).map(call))? {
        replaced.extend(Vec::<bool>::from_redis_value(answer)?);
    }
    let mut replaced = replaced.into_iter();
    let done = swaps.iter().map(|swap| {
        let from: &mut dyn Iterator<Item = bool> = if swap.old.is_empty() {
            &mut added
        } else {
            &mut replaced
        };
        from.next().unwrap_or(false)
    });
    Ok(done.collect())
}

pub(super) fn pairs(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<(&[u8], &[u8])> {
    let pairs = entries.iter().map(|(key, value)| (&key[..], &value[..]));
    pairs.collect()
}

pub(super) fn is_yes(answer: &Value) -> bool {
    matches!(answer, Value::Okay | Value::Int(1))
}
