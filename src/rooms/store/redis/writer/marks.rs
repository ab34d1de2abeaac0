//! Generation marks: which filling of Redis this is.
//!
//! In a cluster `g` says it first, then every slot has it, and last, beside `g`, that all have. So
//! a first writer that dies is followed up by the next, and a master that was emptied later is
//! told from a cluster that was never marked. What it held is gone: no writer fills its gap
//! silently, since edges would then call unregistered what was only lost.

use ::redis::cmd;
use aws_lc_rs::rand;

use super::claim;
use super::steps::Trouble;
use crate::rooms::store::StoreError;
use crate::rooms::store::redis::GENERATION;
use crate::rooms::store::redis::slots::{SLOTS, mark_of};
use crate::rooms::store::redis::wire::Wire;

/// Beside the mark, in its slot: the mark that every slot has.
const MARKED: &[u8] = b"g:{g}";

/// A new mark: when, and which of those made at that moment.
pub(super) fn mark() -> Vec<u8> {
    let now = jiff::Timestamp::now().as_millisecond().cast_unsigned();
    let mut chance = [0; 8];
    // Without chance the moment alone has to do.
    let _filled = rand::fill(&mut chance).is_ok();
    [now.to_be_bytes(), chance].concat()
}

/// The mark of this store, which is `mark` if it had none.
pub(super) fn lay(wire: &mut Wire, mark: &[u8]) -> Result<Vec<u8>, Trouble> {
    let generation = claim(wire, GENERATION, mark)?;
    if wire.slots()?.is_empty() {
        return Ok(generation);
    }
    let all: Vec<_> = (0..SLOTS).map(mark_of).collect();
    let marked: Option<Vec<u8>> = wire.one(cmd("GET").arg(MARKED))?;
    if marked.as_ref() != Some(&generation) {
        let lay = |key: &Vec<u8>| {
            let mut lay = cmd("SET");
            lay.arg(key).arg(&generation).arg("NX");
            lay
        };
        wire.all(all.iter().map(lay))?;
    }
    let found = wire.get(&all)?;
    if found
        .iter()
        .any(|found| found.as_ref() != Some(&generation))
    {
        return Err(Trouble::Store(StoreError::Emptied));
    }
    let mut done = cmd("SET");
    done.arg(MARKED).arg(&generation);
    let _done: String = wire.one(&done)?;
    Ok(generation)
}

/// Whether every server still has this mark.
pub(super) fn holds(wire: &mut Wire, generation: &[u8]) -> Result<bool, Trouble> {
    let mut marks = vec![GENERATION.to_vec()];
    marks.extend(wire.slots()?.into_iter().map(mark_of));
    let found = wire.get(&marks)?;
    Ok(found
        .iter()
        .all(|found| found.as_deref() == Some(generation)))
}
