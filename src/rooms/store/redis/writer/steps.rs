//! The steps of a batch on Redis, each in as few round trips as it can be done in. The head of
//! [`super`] says why in this order.

use std::collections::{BTreeSet, HashSet};

use ::redis::{Cmd, FromRedisValue, RedisError, Value, cmd};

use super::Wires;
use crate::rooms::store::batch::{
    self, Additions, Desk, Finished, Incoming, Ink, Outcome, members,
};
use crate::rooms::store::engine::about;
use crate::rooms::store::redis::connect::Wire;
use crate::rooms::store::redis::{ABOUT, CLAIMS, PARTIES, PENDING, key};
use crate::rooms::store::{Rack, StoreError};
use crate::words::subject::Subject;

/// Sets a key to another value where it still has the one that was read; an empty one means none.
/// One key, so that it works in a cluster.
const REPLACE: &str = "\
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end \
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end \
return 1";

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

pub(super) type Unfinished = Vec<(Vec<u8>, [u8; batch::DIGEST_LEN])>;

/// Whether the store still has our policy and key.
pub(super) fn may_write(core: &mut Wire, ink: Ink<'_>) -> Result<(), Trouble> {
    let name = |name: &str| [ABOUT, name.as_bytes()].concat();
    let said = core.get(&[name(about::POLICY), name(about::PAIR_KEY_CHECK)])?;
    let [policy, check] = [0, 1].map(|at| said.get(at).and_then(Option::as_deref));
    Ok(ink.may_write(policy, check)?)
}

/// Marks each record as pending. Gives back those that are new or were never finished, and what
/// to say of them when they are.
pub(super) fn sift<'i>(
    core: &mut Wire,
    incoming: &'i [Incoming],
    outcome: &mut Outcome,
) -> Result<(Vec<&'i Incoming>, Unfinished), Trouble> {
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
    let pending = |one: &batch::Named| {
        let mut pending = cmd("SET");
        pending.arg(key(Rack::Records, &one.key));
        pending.arg([&one.digest[..], &[PENDING]].concat());
        pending.arg("NX").arg("GET");
        pending
    };
    let answers = core.all(named.iter().map(pending))?;
    let mut fresh = Vec::with_capacity(named.len());
    let mut unfinished = Vec::with_capacity(named.len());
    for (one, answer) in named.into_iter().zip(answers) {
        let Some(record) = incoming.get(one.at) else {
            continue;
        };
        let known = Option::<Vec<u8>>::from_redis_value(answer)?.unwrap_or_default();
        if known == one.digest {
            outcome.known += 1;
        } else if known.is_empty() || known.strip_suffix(&[PENDING]) == Some(&one.digest) {
            outcome.added += 1;
            fresh.push(record);
            unfinished.push((key(Rack::Records, &one.key), one.digest));
        } else {
            outcome.clashes.push(record.line);
        }
    }
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
        let replace = changes.iter().map(|change| {
            let key = key(Rack::Dossiers, &change.subject.key());
            replace(&key, &change.old, desk.dossier(change.subject))
        });
        let answers = core.all(replace)?;
        // Somebody else was quicker with these.
        let lost = changes
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| !is_yes(answer));
        let lost: Vec<Subject> = lost.map(|(change, _)| change.subject).collect();
        reload(core, desk, &lost)?;
    }
}

/// Notes parties and claims where they are found without a walk.
pub(super) fn note(
    core: &mut Wire,
    subjects: &BTreeSet<Subject>,
    outcome: &Outcome,
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
    let claims = outcome
        .claims
        .iter()
        .map(|claim| member(CLAIMS, claim.key()));
    core.all(parties.chain(claims))?;
    Ok(())
}

/// Makes everything public of these subjects anew; the head of this file says why like this.
pub(super) fn publish(
    wires: &mut Wires,
    desk: &mut Desk<'_>,
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
        let keys: Vec<_> = finished.iter().map(|one| key(one.rack, &one.key)).collect();
        let old = wires.public.get(&keys)?;
        let moved = moved(&mut wires.core, desk, &involved)?;
        let mut again = BTreeSet::new();
        let mut set = Vec::with_capacity(finished.len());
        let mut about = Vec::with_capacity(finished.len());
        for ((one, key), old) in finished.iter().zip(&keys).zip(&old) {
            let (new, old) = (one.value.as_deref().unwrap_or_default(), old.as_deref());
            if one.of.iter().any(|subject| moved.contains(subject)) {
                again.extend(one.of);
            } else if old.unwrap_or_default() != new {
                set.push(replace(key, old.unwrap_or_default(), new));
                about.push(one.of);
            }
        }
        let answers = wires.public.all(set)?;
        let lost = about
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| !is_yes(answer));
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
    let length = |subject: &Subject| {
        let mut length = cmd("STRLEN");
        length.arg(key(Rack::Dossiers, &subject.key()));
        length
    };
    let answers = core.all(subjects.iter().map(length))?;
    let mut found = HashSet::new();
    for (subject, answer) in subjects.iter().zip(answers) {
        if usize::from_redis_value(answer)? != desk.dossier(*subject).len() {
            found.insert(*subject);
        }
    }
    Ok(found)
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

fn replace(key: &[u8], old: &[u8], new: &[u8]) -> Cmd {
    if old.is_empty() {
        let mut set = cmd("SET");
        set.arg(key).arg(new).arg("NX");
        return set;
    }
    let mut replace = cmd("EVAL");
    replace.arg(REPLACE).arg(1).arg(key).arg(old).arg(new);
    replace
}

pub(super) fn is_yes(answer: &Value) -> bool {
    matches!(answer, Value::Okay | Value::Int(1))
}
