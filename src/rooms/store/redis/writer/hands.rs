//! Several hands for a large batch. What one thinks over, another may send meanwhile, so that
//! neither this process nor the server waits for the other. Each hand is a writer of its own, and
//! several writers at once is what everything here is made for.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::laid::Commons;
use super::steps::{Trouble, fill, fold, note, publish};
use super::wires::Wires;
use super::{Writer, settle};
use crate::rooms::store::batch::{self, Additions, Desk, Incoming, Ink};
use crate::words::code::Code;

/// Records that a hand takes at a time: enough that a round trip is nothing beside it.
const PART: usize = 2_000;
/// Hands at work. One waits for the server while another thinks, and a third for luck: more only
/// queue up where there is one server.
const HANDS: usize = 3;

/// A part of a batch.
struct Part<'i> {
    all: &'i [Incoming],
    /// Those of them that are new.
    fresh: Vec<&'i Incoming>,
}

impl Writer {
    /// Folds in what is new of this batch, and makes public what comes of it. Gives back the codes
    /// that may contradict each other.
    pub(super) fn share_out(
        &self,
        wires: &mut Wires,
        ink: Ink<'_>,
        incoming: &[Incoming],
        fresh: &[usize],
    ) -> Result<BTreeSet<Code>, Trouble> {
        let commons = Commons::default();
        let parts = parts(incoming, fresh);
        if let [part] = parts.as_slice() {
            return work(wires, ink, part, &commons);
        }
        let next = AtomicUsize::new(0);
        let hand = || -> Result<BTreeSet<Code>, Trouble> {
            let mut wires = self.hand()?;
            let mut suspects = BTreeSet::new();
            while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                suspects.append(&mut work(&mut wires, ink, part, &commons)?);
            }
            // Only who wrote can ask whether a replica has it.
            settle(&mut wires.core, &self.core)?;
            settle(&mut wires.public, &self.public)?;
            let mut idle = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(wires);
            Ok(suspects)
        };
        thread::scope(|scope| {
            let count = HANDS.min(parts.len());
            let hands: Vec<_> = (0..count).map(|_| scope.spawn(hand)).collect();
            let mut suspects = BTreeSet::new();
            for hand in hands {
                let done = hand.join();
                suspects.append(&mut done.unwrap_or_else(|why| std::panic::resume_unwind(why))?);
            }
            Ok(suspects)
        })
    }

    fn hand(&self) -> Result<Wires, Trouble> {
        let idle = {
            let mut idle = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
            idle.pop()
        };
        Ok(match idle {
            Some(wires) => wires,
            None => Wires::open(&self.core, &self.public)?,
        })
    }
}

fn parts<'i>(incoming: &'i [Incoming], fresh: &[usize]) -> Vec<Part<'i>> {
    let mut fresh = fresh.iter().copied().peekable();
    let mut end = 0;
    let mut parts = Vec::new();
    for all in incoming.chunks(PART) {
        end += all.len();
        let places = std::iter::from_fn(|| fresh.next_if(|at| *at < end));
        let fresh = places.filter_map(|at| incoming.get(at)).collect();
        parts.push(Part { all, fresh });
    }
    parts
}

fn work(
    wires: &mut Wires,
    ink: Ink<'_>,
    part: &Part<'_>,
    commons: &Commons,
) -> Result<BTreeSet<Code>, Trouble> {
    let additions = Additions::of(part.fresh.iter().copied());
    let subjects = additions.subjects();
    let mut desk = Desk::new(ink);
    fold(&mut wires.core, &mut desk, &additions, &subjects)?;
    note(&mut wires.core, &subjects, [])?;
    let bound = batch::bound(part.all);
    fill(&mut wires.core, &mut desk, &bound)?;
    // Whoever folds last into a dossier has seen all of it.
    let suspects = desk.suspects(&bound);
    publish(wires, &mut desk, commons, subjects)?;
    Ok(suspects)
}
