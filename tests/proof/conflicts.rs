//! Records that cannot all be true: all kept, listed whatever their order, marked for staff.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{sample::*, support::Place};

const OTHER_VIN: &str = "vin/218622108311028";
const OTHER_LIC: &str = "lic/33010621822490";
const STRAY: &str = "pwb/ABCDEFGH21080500543";
const FINE: &str = "pwb/76392965FINE";

fn contradicting() -> Vec<String> {
    let battery_of = |id: &str, pwb: &str| {
        battery(id, pwb).replace(
            &format!("\"source\":\"{CELLS}\""),
            &format!("\"source\":\"{SHOP}\""),
        )
    };
    vec![
        maker("m1", "示例车业有限公司", CYCLES),
        maker("m2", "示例电池股份有限公司", CELLS),
        vehicle("v1", VIN),
        vehicle("v2", OTHER_VIN),
        battery("b1", PWB),
        battery("b2", FINE),
        // Whose code names another organisation than the maker that its record names.
        battery_of("b3", STRAY),
        // One battery in two vehicles; one vehicle under two plates; one plate on two vehicles.
        sale("s1", VIN, &[PWB], "2022-01-01T00:00:00Z"),
        sale("s2", OTHER_VIN, &[PWB, FINE], "2022-01-02T00:00:00Z"),
        plate("p1", LIC, VIN, &[], "2022-01-03T00:00:00Z"),
        plate("p2", LIC, OTHER_VIN, &[], "2022-01-04T00:00:00Z"),
        plate("p3", OTHER_LIC, VIN, &[], "2022-01-05T00:00:00Z"),
    ]
}

fn expected() -> BTreeSet<String> {
    let all = [
        ("battery-on-two-vehicles", PWB, vec![VIN, OTHER_VIN]),
        ("organisation-not-its-makers", STRAY, vec![]),
        ("plate-on-two-vehicles", LIC, vec![VIN, OTHER_VIN]),
        ("vehicle-under-two-plates", VIN, vec![LIC, OTHER_LIC]),
    ];
    let text = |(what, code, others): (&str, &str, Vec<&str>)| {
        json!({"conflict": what, "subject": code, "others": others}).to_string()
    };
    all.map(text).into_iter().collect()
}

fn listed(place: &Place, file: &str) -> BTreeSet<String> {
    let lines = place.lines(&format!("{file}.conflicts.ndjson"));
    lines.iter().map(Value::to_string).collect()
}

#[test]
fn conflicts_are_the_same_whatever_the_order_and_in_however_many_files() {
    let mut lines = contradicting();
    let mut digests = BTreeSet::new();
    let place = Place::new();
    for turn in 0..4 {
        let store = format!("store{turn}");
        let (url, file) = (format!("embedded:{store}"), format!("f{turn}"));
        let args = ["--store", &url, "--pair-key-file", "store.pair-key"];
        place.write(&file, lines.join("\n"));
        let said = place.saoma(&[&["import", &file], &args[..]].concat());
        assert_eq!(
            said.code,
            Some(0),
            "a conflict is no reason to refuse: {}",
            said.err
        );
        assert!(said.err.contains("4 conflicts"), "{}", said.err);
        assert_eq!(listed(&place, &file), expected());
        digests.insert(place.digest(&store));
        lines.reverse();
        lines.rotate_left(turn + 1);
    }
    assert_eq!(digests.len(), 1);
    // Record by record: each conflict is listed with the record that completes it.
    let mut found = BTreeSet::new();
    for line in &lines {
        place.take("one", std::slice::from_ref(line));
        found.append(&mut listed(&place, "one"));
    }
    assert_eq!(found, expected());
    assert_eq!(digests, BTreeSet::from([place.digest("store")]));
}

#[test]
fn staff_see_that_a_dossier_contradicts_itself_and_nobody_else_does() {
    let place = Place::new();
    place.take("f", &contradicting());
    for (code, what) in [
        (PWB, "battery-on-two-vehicles"),
        (LIC, "plate-on-two-vehicles"),
        (VIN, "vehicle-under-two-plates"),
        (STRAY, "organisation-not-its-makers"),
    ] {
        let seen = place.show(code, "police");
        assert_eq!(seen["conflicts"].as_array().unwrap().len(), 1, "{code}");
        assert_eq!(seen["conflicts"][0]["kind"], what, "{code}");
        assert!(
            place
                .saoma(&["show", code, "--as", "police"])
                .out
                .contains(what),
            "{code}"
        );
        for audience in ["public", "holder", "app", "recycler"] {
            let said = place.saoma(&["show", code, "--as", audience, "--json"]);
            assert!(
                !said.out.contains("conflict") && !said.out.contains(what),
                "{code} {audience}"
            );
        }
    }
    assert_eq!(place.show(FINE, "police")["conflicts"], Value::Null);
    // Each side stands with the record and the field that say it.
    let said = |at: &str, record: &str, field: &str, value: &str| json!({"at": at, "record": record, "field": field, "value": value});
    let says = |code: &str| place.show(code, "police")["conflicts"][0]["says"].clone();
    assert_eq!(
        says(PWB),
        json!([
            said("2022-01-01", "sale.binding", "ZhenCheBM", value(VIN)),
            said("2022-01-02", "sale.binding", "ZhenCheBM", value(OTHER_VIN)),
        ])
    );
    assert_eq!(
        says(LIC),
        json!([
            said("2022-01-03", "registration.plate", "ZhenCheBM", value(VIN)),
            said(
                "2022-01-04",
                "registration.plate",
                "ZhenCheBM",
                value(OTHER_VIN)
            ),
        ])
    );
    assert_eq!(
        says(VIN),
        json!([
            said("2022-01-03", "registration.plate", "LinkUrl", value(LIC)),
            said(
                "2022-01-05",
                "registration.plate",
                "LinkUrl",
                value(OTHER_LIC)
            ),
        ])
    );
    let makers: Vec<Value> = says(STRAY).as_array().unwrap().clone();
    let named = |key: &str| makers.iter().find(|said| said["field"] == key).unwrap();
    assert_eq!(named("XuDianCWYBH")["value"], value(STRAY));
    assert_eq!(named("XuDianCSCQY")["value"], "示例电池股份有限公司");
    // All that was said is kept.
    let sales = &place.show(PWB, "police")["records"]["sale.binding"];
    assert_eq!(sales.as_array().unwrap().len(), 2);
}

#[test]
fn what_was_settled_since_contradicts_nothing_any_more() {
    let place = Place::new();
    let mut lines = contradicting();
    let at = "2022-01-03T12:00:00Z";
    lines.push(about(
        LIC,
        "c1",
        "plate.cancelled",
        POLICE,
        at,
        &json!({"since": "2022-01-03"}),
    ));
    let scrapped = json!({"ZhenCheBM": value(OTHER_VIN), "receive_time": "2023-01-01"});
    lines.push(line(
        "r1",
        "recycle.receipt",
        RECYCLER,
        "2023-01-01T00:00:00Z",
        &scrapped,
    ));
    for lines in [lines.clone(), lines.into_iter().rev().collect()] {
        place.take("f", &lines);
        let left: Vec<_> = expected()
            .into_iter()
            .filter(|line| line.contains("organisation"))
            .collect();
        assert_eq!(listed(&place, "f"), left.into_iter().collect());
    }
    // A battery that was taken in says nothing against the vehicle it came from.
    let receipt =
        json!({"chechibm": value(PWB), "ZhenCheBM": value(VIN), "receive_time": "2023-02-01"});
    place.take(
        "g",
        &[line(
            "r2",
            "recycle.receipt",
            RECYCLER,
            "2023-02-01T00:00:00Z",
            &receipt,
        )],
    );
    let seen = place.show(VIN, "recycler");
    assert_eq!(seen["alerts"], json!([]));
    assert!(seen["records"]["recycle.receipt"][0]["receive_time"].is_string());
    assert_eq!(place.show(PWB, "recycler")["alerts"][0]["kind"], "recycled");
}
