//! The pair check over the real binary: what it says to whom, and what nobody reads off it.

use saoma::words::catalog::Audience;
use serde_json::{Value, json};

use super::{
    canaries::{clean, records_for},
    sample::*,
    support::{Answer, Place, Serving},
};

const OTHER: &str = "pwb/76392965TN21080500543B48V121513523";
const NOBODYS: &str = "pwb/76392965NOBODYS";
const FORMS: [&str; 3] = [
    "Accept: text/html",
    "Accept: application/json",
    "Accept-Language: en",
];
const UNHURRIED: [(&str, &str); 2] = [
    ("SAOMA_MATCH_CLIENT_PER_MINUTE", "100000"),
    ("SAOMA_MATCH_CODE_PER_HOUR", "100000"),
];

fn every_form(door: &Serving, codes: &[&str]) -> Vec<Answer> {
    FORMS
        .iter()
        .map(|form| door.compare(codes, &[form]))
        .collect()
}

#[test]
fn no_record_changes_a_no_but_one_that_ties_all_the_codes_together() {
    let place = Place::new();
    place.take("three", &three());
    let door = place.serve(&UNHURRIED);
    let asked: [&[&str]; 4] = [
        &[VIN, PWB],
        &[VIN, OTHER],
        &[VIN, NOBODYS],
        &[VIN, PWB, LIC],
    ];
    let no = every_form(&door, &[VIN, NOBODYS]);
    assert!(no.iter().all(|answer| answer.status == 200));
    let all = || asked.map(|codes| every_form(&door, codes));
    assert!(all().iter().all(|answers| *answers == no));
    let at = "2022-02-03T04:05:06+08:00";
    let repaired = json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": value(PWB), "datetime": at});
    let stocked = json!({"uniscid": SHOP, "chechi_type": "整车", "chechibm": value(VIN)});
    for (what, line) in [
        ("other battery", battery("b2", OTHER)),
        ("stock", line("s1", "stock.item", SHOP, at, &stocked)),
        ("repair", line("j1", "repair.job", REPAIRER, at, &repaired)),
        (
            "another's sale",
            sale("x1", "vin/218622108311028", &[PWB], at),
        ),
        (
            "another's plate",
            plate("p2", "lic/33010621822490", "vin/218622108311028", &[], at),
        ),
    ] {
        place.take(what, &[line]);
        assert!(all().iter().all(|answers| *answers == no), "{what} shows");
    }
    place.take("sale", &[sale("s2", VIN, &[PWB], at)]);
    let [sold, other, nobodys, with_plate] = all();
    assert!(sold.iter().all(|answer| answer.status == 200) && sold != no);
    assert!(
        [other, nobodys, with_plate]
            .iter()
            .all(|answers| *answers == no)
    );
    place.take("plate", &[plate("p3", LIC, VIN, &[], at)]);
    assert!(all()[3] != no);
}

#[test]
fn the_holder_is_shown_no_more_than_the_table_says_and_the_log_nothing() {
    let place = Place::new();
    let (records, forbidden) = records_for(Audience::Holder);
    assert!(forbidden.len() > 50, "{}", forbidden.len());
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    place.take("good", &lines);
    let mut variables = vec![("SAOMA_LOG_LEVEL", "trace")];
    variables.extend(UNHURRIED);
    let door = place.serve(&variables);
    let sets: [&[&str]; 4] = [&[VIN, PWB], &[VIN, LIC], &[LIC, PWB], &CODES];
    let mut shown = 0;
    for codes in sets {
        for answer in every_form(&door, codes) {
            let body = String::from_utf8(answer.plain()).unwrap();
            let all = format!("{}\n{body}", answer.head.join("\n"));
            clean("a holder's answer", &all, &forbidden);
            shown +=
                usize::from(body.contains("2007-06-13") || body.contains("2007 年 6 月 13 日"));
        }
    }
    assert!(shown > 3, "the holder's days are there");
    let log = door.running.log();
    for code in CODES {
        assert!(!log.contains(value(code)), "the log holds a code whole");
    }
}

#[test]
fn a_door_does_not_open_with_a_secret_that_finds_no_pair() {
    let place = Place::new();
    place.take("three", &three());
    place.write("other.pair-key", [7; 32]);
    let said = place
        .start(
            &["serve"],
            &[
                ("SAOMA_PUBLIC_LISTEN", "127.0.0.1:0"),
                ("SAOMA_PAIR_KEY_FILE", "other.pair-key"),
            ],
        )
        .end();
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("other.pair-key"), "{}", said.err);
}
