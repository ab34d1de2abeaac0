//! Every mistake there is, and that none is told in the words of the line.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert};
use serde_json::{Value, json};

use super::{LIC, PARTY, VIN, full, line_of, taken};
use crate::rules::admit::*;

/// A line that breaks one rule, where, and which.
#[expect(clippy::too_many_lines, reason = "one entry a mistake")]
fn broken() -> Vec<(Value, Place, Reason)> {
    use Place::{Line, Named, Unknown};
    let base = full(false);
    let of = |record: &str| {
        base.iter()
            .find(|line| line["record"] == record)
            .unwrap()
            .clone()
    };
    let set = |record: &str, key: &str, value: Value| {
        let mut line = of(record);
        line["fields"][key] = value;
        line
    };
    let around = |record: &str, part: &str, value: Value| {
        let mut line = of(record);
        line[part] = value;
        line
    };
    let alone = |record: &str, fields: Value, subject: Option<&str>| {
        let mut line = line_of(record, fields.as_object().unwrap().clone());
        line.as_object_mut().unwrap().remove("subject");
        if let Some(subject) = subject {
            line["subject"] = subject.into();
        }
        line
    };
    let vehicle = "production.vehicle";
    let other = "vin/218622108311028";
    vec![
        (json!(["qzxwvk"]), Line, Reason::NotARecord),
        (
            around(vehicle, "qzxwvk", "a".into()),
            Line,
            Reason::NotARecord,
        ),
        (
            around(vehicle, "fields", "qzxwvk".into()),
            Line,
            Reason::NotARecord,
        ),
        (
            set(vehicle, "XuDianCLX", json!({"qzx": "wvkq"})),
            Line,
            Reason::NotARecord,
        ),
        (
            set(vehicle, "ZhenCheBM", json!(1.25e23)),
            Line,
            Reason::NotARecord,
        ),
        (
            around(vehicle, "record", "qzxwvk".into()),
            Named("record"),
            Reason::UnknownRecord,
        ),
        (
            around(vehicle, "id", "".into()),
            Named("id"),
            Reason::Missing,
        ),
        (
            around(vehicle, "id", "qzxw".repeat(20).into()),
            Named("id"),
            Reason::BadText,
        ),
        (
            around(vehicle, "source", "".into()),
            Named("source"),
            Reason::Missing,
        ),
        (
            around(vehicle, "source", "qzxwvk\u{0}".into()),
            Named("source"),
            Reason::BadText,
        ),
        (
            around(vehicle, "at", "qzxwvk".into()),
            Named("at"),
            Reason::NotAMoment,
        ),
        (
            around(vehicle, "at", "2024-13-01T09:30:00+08:00".into()),
            Named("at"),
            Reason::NotAMoment,
        ),
        (
            set(vehicle, "qzxwvk", "1".into()),
            Unknown(10),
            Reason::UnknownField,
        ),
        (
            set(vehicle, "XuDianCLX", "qzx\nwvkq".into()),
            Named("XuDianCLX"),
            Reason::BadText,
        ),
        (
            set(vehicle, "XuDianCLX", "qzxw".repeat(300).into()),
            Named("XuDianCLX"),
            Reason::BadText,
        ),
        (
            set(vehicle, "XuDianCLX", json!(["qzxwvk"])),
            Named("XuDianCLX"),
            Reason::BadText,
        ),
        (
            set(vehicle, "XuDianCLX", json!(true)),
            Named("XuDianCLX"),
            Reason::BadText,
        ),
        (
            set(vehicle, "ZhenCheBM", "21862210831102".into()),
            Named("ZhenCheBM"),
            Reason::NotACode,
        ),
        (
            set(vehicle, "ZhenCheBM", format!("lic/{LIC}").into()),
            Named("ZhenCheBM"),
            Reason::NotACode,
        ),
        (
            set("sale.binding", "XuDianCWYBH", "76392965A1,qz".into()),
            Named("XuDianCWYBH"),
            Reason::NotACode,
        ),
        (
            set("sale.binding", "XuDianCWYBH", "".into()),
            Named("XuDianCWYBH"),
            Reason::Missing,
        ),
        (
            set(
                "sale.binding",
                "XuDianCWYBH",
                json!((0..17).map(|n| format!("76392965A{n}")).collect::<Vec<_>>()),
            ),
            Named("XuDianCWYBH"),
            Reason::BadText,
        ),
        (
            around(vehicle, "subject", other.into()),
            Named("subject"),
            Reason::OtherSubject,
        ),
        (
            around(vehicle, "subject", "qzx/wvk".into()),
            Named("subject"),
            Reason::NotACode,
        ),
        (
            around("riding.use", "subject", "pwb/76392965A1".into()),
            Named("subject"),
            Reason::WrongSubject,
        ),
        (
            around("riding.use", "subject", format!("party/{PARTY}").into()),
            Named("subject"),
            Reason::WrongSubject,
        ),
        (
            alone("riding.use", json!({}), None),
            Named("subject"),
            Reason::Missing,
        ),
        (
            set(vehicle, "LinkURL", other.into()),
            Named("LinkURL"),
            Reason::OtherSubject,
        ),
        (
            set("registration.plate", "ChePaiHM", "2182249".into()),
            Named("ChePaiHM"),
            Reason::OtherSubject,
        ),
        (
            set("party.maker", "CreditCode", "91330522763929652A".into()),
            Named("CreditCode"),
            Reason::NotACreditCode,
        ),
        (
            alone("notice.recall", json!({"maker": "qzxwvk"}), None),
            Named("maker"),
            Reason::NotAMaker,
        ),
        (
            set("stock.item", "chechi_type", "qzxwvk".into()),
            Named("chechi_type"),
            Reason::NotAnItemType,
        ),
        (
            alone("stock.item", json!({"chechibm": VIN}), None),
            Named("chechi_type"),
            Reason::Missing,
        ),
        // Not even where the envelope says what it is about.
        (
            alone(
                "stock.item",
                json!({"chechi_type": "车", "chechibm": "qzxwvk"}),
                Some(other),
            ),
            Named("chechibm"),
            Reason::NotACode,
        ),
        (
            alone("notice.clone", json!({"lifted": "qzxwvk"}), Some(other)),
            Named("lifted"),
            Reason::NotASwitch,
        ),
        (
            alone(
                "warranty.policy",
                json!({"maker": "2186", "months": "qzxwvk"}),
                None,
            ),
            Named("months"),
            Reason::NotMonths,
        ),
        (
            set(vehicle, "产品型号", "qzxwvk".into()),
            Named("ChanPinXH"),
            Reason::Twice,
        ),
    ]
}

#[test]
fn every_mistake_is_named_by_its_place_and_its_reason() {
    for (line, place, reason) in broken() {
        let why = taken(&line).map(|taken| taken.subject).unwrap_err();
        assert_eq!(why.reason, reason, "{line}");
        match (why.field, place) {
            // Which place a name of nobody's has is for serde to say.
            (Place::Unknown(_), Place::Unknown(_)) => {}
            (found, place) => assert_eq!(found, place, "{line}"),
        }
    }
    let reasons: BTreeSet<String> = broken()
        .iter()
        .map(|(_, _, reason)| format!("{reason:?}"))
        .collect();
    // Three more are found where lines are read and where records are stored: tests/proof.
    assert_eq!(reasons.len(), 15);
}

#[test]
fn no_reason_repeats_four_characters_of_what_was_in_the_line() {
    for (line, ..) in broken() {
        let why = taken(&line).map(|taken| taken.subject).unwrap_err();
        let said = format!("{} {} {why:?}", why.field, why.reason);
        let mut given = Vec::new();
        strings(&line, &mut given);
        for text in given {
            let chars: Vec<char> = text.chars().collect();
            for run in chars.windows(4) {
                let run: String = run.iter().collect();
                // Words of ours may be in both: `qzxwvk` and codes stand for what must not be.
                let ours = run
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || byte == b'.');
                assert!(
                    !said.contains(&run)
                        || (ours && !run.contains(['q', 'z', 'w']))
                        || "2024-05-01T09:30:00+08:00".contains(&run),
                    "{said}: {run}"
                );
            }
        }
    }
}

fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(items) => items.values().for_each(|item| strings(item, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

proptest::proptest! {
    #[test]
    fn hostile_lines_are_refused_or_taken_and_never_a_panic(bytes in vec(any::<u8>(), 0..200)) {
        drop(line::read(&bytes).and_then(|draft| admit(&draft, 1)));
    }

    #[test]
    fn hostile_values_are_refused_or_taken_and_never_a_panic(which in 0_usize..15, field in 0_usize..16, value in ".{0,40}") {
        let mut line = full(false).swap_remove(which);
        let fields = line["fields"].as_object_mut().unwrap();
        let key = fields.keys().nth(field % fields.len()).unwrap().clone();
        fields.insert(key, value.into());
        if let Ok(taken) = taken(&line) {
            prop_assert!(taken.record().is_some());
        }
    }
}
