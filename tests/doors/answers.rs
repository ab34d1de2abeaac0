//! What travels beside the answer, and what is not there.

use saoma_pages::Audience;

use crate::{
    support::{Office, ask, bearer},
    world::{LIC, PWB, VIN, everything},
};

#[tokio::test]
async fn no_answer_of_this_door_may_be_kept_or_read_by_another_site() {
    let office = Office::open(&everything()).await;
    let token = bearer(&office.token(Audience::Police).0);
    for (method, target, lines) in [
        ("GET", format!("/{LIC}.json"), vec![token.as_str()]),
        ("HEAD", format!("/{LIC}.json"), vec![&token]),
        ("GET", format!("/{LIC}"), vec![&token]),
        ("GET", format!("/{LIC}.json"), vec![]),
        ("GET", "/vin/1".to_owned(), vec![&token]),
        ("GET", "/vin/218622108311028.json".to_owned(), vec![&token]),
        ("GET", VIN.replace("vin/", "/VIN/"), vec![&token]),
        ("GET", format!("/{PWB}.qr.svg"), vec![&token]),
        ("GET", "/robots.txt".to_owned(), vec![]),
        ("OPTIONS", format!("/{LIC}.json"), vec![&token]),
        ("DELETE", format!("/{LIC}.json"), vec![&token]),
        ("POST", "/v1/resolve".to_owned(), vec![&token]),
    ] {
        let with_origin = [&lines[..], &["Origin: https://evil.example"]].concat();
        let answer = ask(office.staff, method, &target, &with_origin, "").await;
        let what = format!("{method} {target}\n{}", answer.head);
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        let head = answer.head.to_ascii_lowercase();
        assert!(!head.contains("access-control-"), "{what}");
        assert!(
            answer.header("vary").contains("Authorization, Cookie"),
            "{what}"
        );
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{what}");
        assert!(!head.contains("eyj"), "a token came back: {what}");
    }
}

#[tokio::test]
async fn each_audience_has_its_own_tag_and_what_it_holds_is_not_sent_twice() {
    let office = Office::open(&everything()).await;
    let target = format!("/{LIC}.json");
    let mut tags = Vec::new();
    for audience in [Audience::Police, Audience::Recycler, Audience::App] {
        let first = office.get_as(audience, &target).await;
        assert_eq!(first.status, 200);
        let tag = first.header("etag").to_owned();
        let token = bearer(&office.token(audience).0);
        let held = format!("If-None-Match: {tag}");
        let again = office.get(&target, &[&token, &held]).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        tags.push(tag);
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3);
    // To be told that nothing changed is to be told what there is.
    assert_eq!(office.log().len(), 6);
}

#[tokio::test]
async fn the_four_negatives_differ_for_who_is_let_in() {
    let office = Office::open(&everything()).await;
    for (target, status) in [
        ("/vin/1.json", 400),
        ("/vin/218622108311028.json", 404),
        ("/nothing", 404),
        ("/", 404),
    ] {
        let answer = office.get_as(Audience::Police, target).await;
        assert_eq!(answer.status, status, "{target}");
    }
}

#[tokio::test]
async fn a_code_in_small_letters_is_found_in_capitals() {
    let office = Office::open(&everything()).await;
    let small = PWB
        .to_ascii_lowercase()
        .replace("pwb/76392965tn", "pwb/76392965tN");
    let answer = office
        .get_as(Audience::Recycler, &format!("/{small}.json"))
        .await;
    assert_eq!(answer.status, 308, "{}", answer.head);
    assert_eq!(answer.header("location"), format!("/{PWB}.json"));
}

#[tokio::test]
async fn a_recall_by_model_is_there_for_staff_too() {
    let mut lines = everything();
    lines.push(
        serde_json::json!({"id": "r1", "record": "notice.recall", "source": "91331082MA2RJ6WH89",
            "at": "2025-03-10T08:00:00+08:00", "fields": {"maker": "2186",
            "from": "vin/218622100000000", "to": "vin/218622199999999", "since": "2025-03-10",
            "text": "请停止骑行"}})
        .to_string(),
    );
    let office = Office::open(&lines).await;
    let target = format!("/{VIN}.json");
    for audience in [Audience::Police, Audience::Recycler, Audience::App] {
        let seen = office.get_as(audience, &target).await.json();
        assert_eq!(seen["alerts"][0]["kind"], "recalled", "{seen}");
    }
}
