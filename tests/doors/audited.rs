//! No line, no answer; and no line holds a value.

use saoma::rooms::audit::verify;
use saoma_pages::Audience;
use serde_json::json;

use crate::{
    support::{Office, bearer},
    world::{CODES, LIC, VIN, everything},
};

#[tokio::test]
async fn every_field_of_an_answer_is_named_in_its_line_and_no_value_is() {
    let office = Office::open(&everything()).await;
    for audience in [Audience::Police, Audience::Recycler, Audience::App] {
        for code in CODES {
            let (token, id) = office.token(audience);
            let answer = office
                .get(&format!("/{code}.json"), &[&bearer(&token)])
                .await;
            let log = office.log();
            let line = log.last().unwrap();
            for (key, want) in [
                ("who", "tester-7"),
                ("unit", "西湖分局"),
                ("audience", audience.name()),
                ("code", code),
                ("address", "127.0.0.1"),
                ("proof", id.as_str()),
                ("policy", "standard"),
            ] {
                assert_eq!(line[key], want, "{key}");
            }
            let mut shown: Vec<String> = Vec::new();
            for (record, rows) in answer.json()["records"].as_object().unwrap() {
                for row in rows.as_array().unwrap() {
                    let keys = row.as_object().unwrap().keys();
                    shown.extend(keys.map(|key| format!("{record}/{key}")));
                }
            }
            shown.sort();
            shown.dedup();
            assert_eq!(line["fields"], json!(shown));
        }
    }
    let text = std::fs::read_to_string(office.path("audit.ndjson")).unwrap();
    for value in [
        "张三丰",
        "330106199001011238",
        "13912345678",
        "文三路",
        "120.15",
        "eyJ",
    ] {
        assert!(!text.contains(value), "{value}");
    }
    let report = verify(&office.path("audit.ndjson"), &[]).unwrap();
    assert_eq!((report.lines, report.problems), (9, vec![]));
}

#[tokio::test]
async fn on_a_full_disk_nobody_is_answered_and_when_there_is_room_again_they_are() {
    let office = Office::open(&everything()).await;
    let log = office.path("audit.ndjson");
    std::fs::remove_file(&log).unwrap();
    std::os::unix::fs::symlink("/dev/full", &log).unwrap();
    let (app, _) = office.token(Audience::App);
    for target in [
        format!("/{LIC}.json"),
        format!("/{VIN}"),
        "/vin/218622108311028".to_owned(),
    ] {
        let answer = office.get_as(Audience::Police, &target).await;
        assert_eq!(answer.status, 503, "{target}");
        assert_ne!(answer.header("retry-after"), "");
        assert!(!answer.text().contains("张三丰"));
    }
    let body = json!({"codes": [VIN]}).to_string();
    assert_eq!(office.post(&app, &body).await.status, 503);
    std::fs::remove_file(&log).unwrap();
    let answer = office
        .get_as(Audience::Police, &format!("/{LIC}.json"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(office.log().len(), 1);
}
