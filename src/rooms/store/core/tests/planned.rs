//! Batches that were worked out beforehand: what they come to is the same.

use serde_json::json;

use super::{VIN, open, records, told, value};
use crate::rooms::store::batch::Incoming;
use crate::rooms::store::plan::Plan;

#[test]
fn a_batch_worked_out_beforehand_keeps_what_is_refused_out_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path(), "one"), open(folder.path(), "other"));
    let clash = || {
        let fields = json!({"ZhenCheBM": value(VIN), "ChanPinXH": "T9"});
        let mut clash = told("", "production.vehicle", "2021-01", &fields);
        clash.line = 99;
        clash
    };
    // What is refused may come with the record that it clashes with, or later.
    for batch in [|| records(), || vec![]] {
        let mut batch: Vec<Incoming> = batch();
        batch.push(clash());
        let outcome = one.ingest(&batch).unwrap();
        let planned = Plan::of(other.ink(), batch).unwrap();
        let the_same = other.take_in(&planned).unwrap();
        assert_eq!(outcome.clashes, [99]);
        assert_eq!(the_same.clashes, [99]);
        assert_eq!(one.digest().unwrap(), other.digest().unwrap());
    }
}

#[test]
fn what_was_written_between_working_a_batch_out_and_taking_it_in_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path(), "one"), open(folder.path(), "other"));
    let half = || records().into_iter().step_by(2).collect::<Vec<_>>();
    let rest = || records().into_iter().skip(1).step_by(2).collect::<Vec<_>>();
    one.ingest(&records()).unwrap();
    let planned = Plan::of(other.ink(), half()).unwrap();
    other.ingest(&rest()).unwrap();
    other.take_in(&planned).unwrap();
    assert_eq!(one.digest().unwrap(), other.digest().unwrap());
}
