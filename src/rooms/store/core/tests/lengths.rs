//! What the length of a sealed entry tells.

use serde_json::json;

use super::{LIC, VIN, open, told, value};
use crate::rooms::store::{Rack, batch::Incoming};

const PACK: [&str; 4] = [
    "pwb/76392965TN2108050054360B12V12",
    "pwb/76392965TN2108050054361B12V12",
    "pwb/76392965TN2108050054362B12V12",
    "pwb/76392965TN2108050054363B12V12",
];

/// A vehicle that was stocked, sold with these batteries and has a plate.
fn sold(batteries: &[&str]) -> Vec<Incoming> {
    let vin = value(VIN);
    let batteries: Vec<&str> = batteries.iter().map(|code| value(code)).collect();
    let owner = json!({"XingMing": "张三丰", "IdentityCard": "330106197706132007", "ZhenCheBM": vin,
        "XuDianCWYBH": batteries, "ChePaiHM": "2182248", "CommitDate": "2021-06-13 03:04:47"});
    let stocked = json!({"uniscid": "91330106MA1DEM015F", "proddt": "2021-08-31", "chechi_type": "整车",
        "chechibm": vin, "create_time": "2021-09-20 10:00:00"});
    let sale = json!({"ZhenCheBM": vin, "XuDianCWYBH": batteries, "uniscid": "91330106MA1DEM015F",
        "create_time": "2021-09-22 10:00:00"});
    vec![
        told(
            "",
            "production.vehicle",
            "2021-01",
            &json!({"ZhenCheBM": vin, "ChanPinXH": "T1"}),
        ),
        told("", "stock.item", "2021-02", &stocked),
        told("", "sale.binding", "2021-03", &sale),
        told(LIC, "registration.plate", "2021-05", &owner),
    ]
}

fn repair(month: u8) -> Incoming {
    let done = json!({"ZhenCheBM": value(VIN), "datetime": format!("2022-0{month}-14 03:04:47")});
    told("", "repair.job", &format!("2022-0{month}"), &done)
}

/// The lengths of all pairs' entries, in the order of their tags: before any repair, after one, after two.
fn lengths(batteries: &[&str]) -> Vec<Vec<usize>> {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), "store");
    core.ingest(&sold(batteries)).unwrap();
    let measure = || {
        let mut lengths = Vec::new();
        core.each(Rack::Pairs, &[], |entries| {
            lengths.extend(entries.iter().map(|(_, entry)| entry.len()));
            Ok(())
        })
        .unwrap();
        lengths
    };
    let mut seen = vec![measure()];
    for month in 1..=2 {
        core.ingest(&[repair(month)]).unwrap();
        seen.push(measure());
    }
    seen
}

#[test]
fn the_length_of_a_usual_entry_does_not_count_repairs() {
    let seen = lengths(&PACK[..1]);
    let [none, one, two] = seen.as_slice() else {
        panic!("three measures");
    };
    assert_eq!(none, one);
    // Of the three, only that of the vehicle and its plate has no room for a second.
    let same = none.iter().zip(two).filter(|(none, two)| none == two);
    assert_eq!(same.count(), 2, "{seen:?}");
}

#[test]
fn nearly_all_entries_take_the_least_that_there_is() {
    // Of those between a battery and a vehicle or plate, all; only that between the two has more.
    for (pack, usual, most) in [(&PACK[..1], 2, 92), (&PACK, 8, 124)] {
        let lengths = lengths(pack).swap_remove(0);
        let least = lengths.iter().filter(|len| **len == 60).count();
        assert_eq!(least, usual, "{lengths:?}");
        assert!(lengths.iter().all(|len| *len <= most), "{lengths:?}");
    }
}
