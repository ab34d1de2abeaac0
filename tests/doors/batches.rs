//! `POST /v1/resolve`.

use saoma::rooms::settings::CodesPerDay;
use saoma_pages::Audience;
use serde_json::{Value, json};

use crate::{
    support::{LIMITS, Office, ask, bearer},
    world::{CODES, LIC, PWB, VIN, everything},
};

#[tokio::test]
async fn each_code_has_its_own_result_in_the_order_asked_and_reads_as_it_does_alone() {
    let office = Office::open(&everything()).await;
    let (token, _) = office.token(Audience::App);
    let asked = [LIC, "nothing", VIN, "vin/218622108311028", PWB, LIC];
    let answer = office
        .post(&token, &json!({"codes": asked}).to_string())
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let results = answer.json()["results"].clone();
    let statuses: Vec<_> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(statuses, [200, 400, 200, 404, 200, 200]);
    for (code, result) in asked.iter().zip(results.as_array().unwrap()) {
        let alone = office
            .get(&format!("/{code}.json"), &[&bearer(&token)])
            .await;
        if CODES.contains(code) {
            assert_eq!(result["view"], alone.json(), "{code}");
        } else if code.contains('/') {
            let mut problem = result["problem"].clone();
            assert_eq!(problem["type"].take(), alone.json()["type"]);
        }
    }
}

#[tokio::test]
async fn a_batch_is_one_line_of_the_log_with_every_code_and_its_fields() {
    let office = Office::open(&everything()).await;
    let (token, _) = office.token(Audience::App);
    let asked = json!({"codes": [VIN, LIC, "nothing", "vin/218622108311028"]});
    office.post(&token, &asked.to_string()).await;
    let log = office.log();
    assert_eq!(log.len(), 1);
    let looks = log[0]["looks"].as_array().unwrap();
    let mut codes: Vec<&Value> = looks
        .iter()
        .flat_map(|look| look["codes"].as_array().unwrap())
        .collect();
    codes.sort_by_key(ToString::to_string);
    assert_eq!(codes, [LIC, VIN, "vin/218622108311028"]);
    let of_vin = looks
        .iter()
        .find(|look| look["codes"] == json!([VIN]))
        .unwrap();
    let fields = of_vin["fields"].as_array().unwrap();
    assert!(
        fields.contains(&"production.vehicle/ChanPinXH".into()),
        "{fields:?}"
    );
}

#[tokio::test]
async fn only_an_app_may_ask_for_many() {
    let office = Office::open(&everything()).await;
    let body = json!({"codes": [VIN]}).to_string();
    for (audience, status) in [
        (Audience::App, 200),
        (Audience::Police, 403),
        (Audience::Recycler, 403),
    ] {
        let answer = office.post(&office.token(audience).0, &body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    assert_eq!(office.post("a.b.c", &body).await.status, 401);
    let get = office.get_as(Audience::App, "/v1/resolve").await;
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn a_batch_that_makes_no_sense_is_refused_whole_and_costs_nothing() {
    let office = Office::open(&everything()).await;
    let (token, _) = office.token(Audience::App);
    let many = json!({"codes": vec![VIN; 101]}).to_string();
    let huge = format!("{{\"codes\":[\"{}\"]}}", "a".repeat(70_000));
    for (body, status) in [
        ("", 400),
        ("{}", 400),
        ("[]", 400),
        (&many, 400),
        (&huge, 413),
    ] {
        let answer = office.post(&token, body).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    let lines = [bearer(&token), "Content-Type: text/plain".to_owned()];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let body = json!({"codes": [VIN]}).to_string();
    let plain = ask(office.staff, "POST", "/v1/resolve", &lines, &body).await;
    assert_eq!(plain.status, 415, "a form of another site is no batch");
    assert!(!office.path("audit.ndjson").exists() || office.log().is_empty());
    let good = office.post(&token, &body).await;
    assert!(good.header("ratelimit").contains("r=499"), "{}", good.head);
}

#[tokio::test]
async fn a_day_has_so_many_different_codes_and_says_how_many_are_left() {
    let limits = CodesPerDay { app: 3, ..LIMITS };
    let office = Box::pin(Office::open_with(&everything(), limits)).await;
    let (token, _) = office.token(Audience::App);
    let two = json!({"codes": [VIN, LIC, VIN]}).to_string();
    for _ in 0..2 {
        let answer = office.post(&token, &two).await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("ratelimit-policy"),
            "\"codes-per-day\";q=3;w=86400"
        );
        assert!(
            answer
                .header("ratelimit")
                .starts_with("\"codes-per-day\";r=1;t=")
        );
    }
    // All or none; and another token of the same app has the same day.
    let (again, _) = office.token(Audience::App);
    let more = json!({"codes": [PWB, "vin/218622108311028"]}).to_string();
    let answer = office.post(&again, &more).await;
    assert_eq!(answer.status, 429);
    assert_ne!(answer.header("retry-after"), "");
    let one = office
        .get(&format!("/{PWB}.json"), &[&bearer(&again)])
        .await;
    assert_eq!(one.status, 200);
    let next = office
        .get("/vin/218622108311028.json", &[&bearer(&again)])
        .await;
    assert_eq!(next.status, 429);
    assert_eq!(office.log().len(), 3, "what was refused was not shown");
}
