use std::time::Duration;

use super::{fields::SHEETS, label, part_name, refusal_detail, refusal_title, sheet_title};
use crate::{
    lang::Lang::{self, En, Zh},
    refusal::{NotACode, Refusal},
    view::Kind,
};

/// The standard's own facts: its label for each record and key, in its order.
fn facts() -> Vec<(&'static str, &'static str, &'static str)> {
    let lines = include_str!("../../tests/facts/catalog.csv")
        .lines()
        .skip(1);
    let mut facts = Vec::new();
    for line in lines {
        let mut columns = line.splitn(5, ',');
        let (record, label) = (columns.nth(1).unwrap(), columns.next().unwrap());
        let rest = columns.nth(1).unwrap();
        let keys = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap(),
            None => rest.split(',').next().unwrap(),
        };
        facts.extend(keys.split(',').map(|key| (record, key, label)));
    }
    facts
}

#[test]
fn every_field_of_the_standard_has_a_label_in_both_languages() {
    let facts = facts();
    assert!(facts.len() > 90);
    for (record, key, _) in &facts {
        let known = |sheet: &&(&str, _, super::fields::Fields)| sheet.0 == *record;
        let sheet = SHEETS.iter().find(known).unwrap();
        assert!(
            sheet.2.iter().any(|field| field.0 == *key),
            "{record} {key}"
        );
    }
}

#[test]
fn a_chinese_label_is_the_standards_own_unless_one_key_has_two() {
    for (record, key, standard) in facts() {
        let ours = label(record, key, Zh);
        let several = key == "lerep" || key == "chechibm";
        let split = ["经纬度", "管辖单位"]
            .iter()
            .any(|words| standard.contains(words));
        assert!(
            ours == standard || several || split,
            "{record} {key} {ours}"
        );
    }
}

#[test]
fn what_has_no_label_is_called_by_its_own_name() {
    assert_eq!(label("production.vehicle", "Neu", Zh), "Neu");
    assert_eq!(label("neu", "Neu", En), "Neu");
    assert_eq!(sheet_title("neu", En), "neu");
    assert_eq!(part_name("neu", En), "neu");
}

#[test]
fn a_code_that_is_too_short_is_told_by_how_much() {
    let short = Refusal::NotACode {
        kind: Some(Kind::Vin),
        why: NotACode::Digits { got: 14, want: 15 },
    };
    assert_eq!(
        refusal_detail(&short, En),
        "A vehicle’s code has 15 digits. Here are 14 of 15 digits."
    );
    assert_eq!(
        refusal_detail(&short, Zh),
        "整车编码应有 15 位数字，这里是 14 位，少了 1 位。"
    );
}

#[test]
fn a_wait_is_never_told_shorter_than_it_is() {
    let wait = |time| refusal_detail(&Refusal::TooMany { retry_after: time }, En);
    assert!(wait(Duration::ZERO).contains("in 1 second."));
    assert!(wait(Duration::from_millis(1001)).contains("in 2 seconds."));
    assert!(wait(Duration::from_secs(91)).contains("in 2 minutes."));
}

#[test]
fn not_registered_is_never_called_fake_and_no_answer_is_called_genuine() {
    for lang in Lang::ALL {
        let answer = super::REGISTERED.to(lang).to_lowercase();
        for promise in ["正品", "genuine", "真", "安全", "safe", "合格"] {
            assert!(!answer.contains(promise), "{answer}");
        }
        let title = refusal_title(&Refusal::NoSuchPage, lang);
        assert!(!title.is_empty());
    }
}
