//! Rule 9 of the design: no audit line, no answer.

use serde_json::Value;

use super::{sample::*, support::Place};

#[test]
fn a_look_at_what_is_not_public_is_written_down_with_its_fields_and_without_their_values() {
    let place = Place::new();
    place.take("f", &three());
    assert_eq!(place.saoma(&["show", LIC]).code, Some(0));
    assert!(
        !place.path("store.audit.ndjson").exists(),
        "anybody may look at the public page"
    );
    for audience in ["holder", "app", "recycler", "police"] {
        let said = place.saoma(&["show", LIC, "--as", audience]);
        let last = place.lines("store.audit.ndjson").pop().unwrap();
        assert_eq!(
            [&last["audience"], &last["code"]],
            [audience, LIC],
            "{}",
            said.err
        );
    }
    // That there is nothing is an answer, and asking for it a look.
    let said = place.saoma(&["show", "vin/218622108311028", "--as", "police"]);
    assert_eq!(said.code, Some(1));
    let looks = place.lines("store.audit.ndjson");
    assert_eq!(looks.len(), 5);
    assert_eq!(looks[4]["code"], "vin/218622108311028");
    let fields = looks[3]["fields"].as_array().unwrap();
    assert!(
        fields.contains(&Value::from("registration.plate/XingMing")),
        "{fields:?}"
    );
    assert!(!place.read("store.audit.ndjson").contains("张"));
}

#[test]
fn where_no_line_can_be_written_there_is_no_answer() {
    let place = Place::new();
    place.take("f", &three());
    // A folder in the place of the file refuses every account, also the one that may do all else.
    std::fs::create_dir(place.path("store.audit.ndjson")).unwrap();
    for audience in ["holder", "app", "recycler", "police"] {
        for code in [LIC, "vin/218622108311028"] {
            for form in ["--json", "--as=police"].into_iter().take(1) {
                let said = place.saoma(&["show", code, "--as", audience, form]);
                assert_eq!(
                    (said.code, said.out.as_str()),
                    (Some(1), ""),
                    "{audience} {code}"
                );
                assert!(said.err.contains("audit"), "{}", said.err);
            }
        }
    }
    assert_eq!(
        place.saoma(&["show", LIC]).code,
        Some(0),
        "the public page needs no line"
    );
}

#[test]
fn audit_verify_says_where_the_log_was_changed_and_search_finds_the_looks() {
    let place = Place::new();
    place.take("f", &three());
    for code in [LIC, VIN, PWB] {
        place.saoma(&["show", code, "--as", "police"]);
    }
    let file = ["--file", "store.audit.ndjson"];
    let audit = |args: &[&str]| place.saoma(&[&["audit"], args, &file].concat());
    let said = audit(&["verify"]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let anchor = said.out.trim().rsplit(' ').next().unwrap();
    assert_eq!(audit(&["verify", "--known", anchor]).code, Some(0));
    let found = audit(&["search", "--code", VIN]);
    assert_eq!(found.out.lines().count(), 1, "{}", found.out);
    assert!(found.out.contains(VIN));
    assert_eq!(audit(&["search", "--to", "2020-01-01"]).out, "");
    let text = place.read("store.audit.ndjson");
    place.write(
        "store.audit.ndjson",
        text.replace(VIN, "vin/218622108311029"),
    );
    let said = audit(&["verify"]);
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.out.contains("store.audit.ndjson:2:"), "{}", said.out);
}

#[test]
fn the_line_is_on_disk_before_a_byte_of_the_answer_is_out() {
    let place = Place::new();
    place.take("f", &three());
    let said = place.saoma(&["show", LIC, "--as", "police", "--json"]);
    let seen: Value = serde_json::from_str(&said.out).unwrap();
    let look = place.lines("store.audit.ndjson").pop().unwrap();
    let fields = look["fields"].as_array().unwrap();
    for (record, rows) in seen["records"].as_object().unwrap() {
        for key in rows[0].as_object().unwrap().keys() {
            assert!(
                fields.contains(&Value::from(format!("{record}/{key}"))),
                "{record}/{key}"
            );
        }
    }
    let written = std::fs::metadata(place.path("store.audit.ndjson"))
        .unwrap()
        .modified()
        .unwrap();
    let answered = std::fs::metadata(said.out_file)
        .unwrap()
        .modified()
        .unwrap();
    assert!(written <= answered);
}
