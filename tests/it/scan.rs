use saoma_pages::STYLE;

use crate::support::{Door, LIC, PWB, VIN};

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";
const TEXT: &str = "text/plain; charset=utf-8";

#[tokio::test]
async fn every_row_of_the_public_table_is_answered() {
    let door = Door::open().await;
    let rows = [
        ("GET", format!("/{VIN}"), 200, HTML),
        ("GET", format!("/{VIN}/"), 200, HTML),
        ("GET", format!("/{PWB}"), 200, HTML),
        (
            "GET",
            "/pwb/76392965/TN21080500543B48V121513522".into(),
            200,
            HTML,
        ),
        ("GET", format!("/{LIC}"), 200, HTML),
        ("GET", format!("http://www.pzcode.cn/{VIN}"), 200, HTML),
        ("GET", format!("/{VIN}.json"), 200, JSON),
        ("GET", format!("/{VIN}.qr.svg"), 200, "image/svg+xml"),
        ("GET", format!("/{VIN}.qr.png"), 200, "image/png"),
        ("GET", "/".into(), 200, HTML),
        ("GET", "/privacy".into(), 200, HTML),
        ("GET", "/robots.txt".into(), 200, TEXT),
        ("GET", "/.well-known/security.txt".into(), 200, TEXT),
        ("GET", "/icon.svg".into(), 200, "image/svg+xml"),
        ("GET", "/vin/21862210831102".into(), 400, HTML),
        ("GET", "/find?code=".into(), 400, HTML),
        ("GET", "/vin/218622108311028".into(), 404, HTML),
        ("GET", "/vin/218622108311028.json".into(), 404, PROBLEM),
        ("GET", "/vin/218622108311028.qr.svg".into(), 404, HTML),
        ("GET", "/favicon.ico".into(), 404, HTML),
        ("OPTIONS", format!("/{VIN}"), 204, ""),
        ("OPTIONS", "*".into(), 204, ""),
        ("POST", format!("/{VIN}"), 405, HTML),
        ("DELETE", "/".into(), 405, HTML),
        ("TRACE", "/".into(), 405, HTML),
        ("BREW", "/".into(), 405, HTML),
    ];
    for (method, target, status, media) in rows {
        let answer = door.ask(method, &target, &[]).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, media),
            "{method} {target}"
        );
    }
}

#[tokio::test]
async fn another_spelling_is_led_to_the_one_true_address() {
    let door = Door::open().await;
    let rows = [
        ("/VIN/218622108311027", 308, "/vin/218622108311027"),
        (
            "/VIN/218622108311027.json",
            308,
            "/vin/218622108311027.json",
        ),
        (
            "/VIN/218622108311027?utm=x&lang=en",
            308,
            "/vin/218622108311027?lang=en",
        ),
        // Nobody is asked whether it is registered.
        ("/LIC/00000000000000", 308, "/lic/00000000000000"),
        (
            "/pwb/76392965tn21080500543b48v121513522",
            308,
            "/pwb/76392965TN21080500543B48V121513522",
        ),
        ("/find?code=218622108311027", 303, "/vin/218622108311027"),
        ("/find?code=3301+0621-822480", 303, "/lic/33010621822480"),
        (
            "/find?code=%EF%BC%97%EF%BC%96392965%2FTN21&lang=en",
            303,
            "/pwb/76392965TN21?lang=en",
        ),
        (
            "/find?code=https%3A%2F%2Fwww.pzcode.cn%2Flic%2F33010621822480",
            303,
            "/lic/33010621822480",
        ),
    ];
    for (target, status, location) in rows {
        let answer = door.get(target, &[]).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (status, location),
            "{target}"
        );
        assert!(answer.body.is_empty(), "{target}");
    }
}

#[tokio::test]
async fn the_form_is_what_accept_prefers() {
    let door = Door::open().await;
    let rows = [
        ("Accept: */*", 200, HTML),
        ("Accept: application/json", 200, JSON),
        ("Accept: text/html;q=0.1, application/json;q=0.2", 200, JSON),
        ("Accept: application/json;q=0, */*", 200, HTML),
        ("Accept: image/png", 406, PROBLEM),
        ("Accept: text/html;q=0, application/json;q=0", 406, PROBLEM),
    ];
    for (accept, status, media) in rows {
        let answer = door.get(&format!("/{VIN}"), &[accept]).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, media),
            "{accept}"
        );
    }
    let refused = door.get(&format!("/{VIN}"), &["Accept: image/png"]).await;
    let offered = serde_json::json!(["text/html", "application/json"]);
    assert_eq!(refused.json()["offered"], offered);
    // An address that names its form is answered in it.
    let named = door
        .get(&format!("/{VIN}.json"), &["Accept: text/html"])
        .await;
    assert_eq!(named.header("content-type"), JSON);
}

#[tokio::test]
async fn the_negatives_differ_as_pages_and_as_json() {
    let door = Door::open().await;
    door.shelf.put("vin/218622108311099", "x");
    let unknown = "/vin/218622108311028";
    let outage = "/vin/218622108311099";
    for (target, status, kind, failing) in [
        ("/vin/21862210831102", 400, "not-a-code", false),
        ("/lic/3301062182248X", 400, "not-a-code", false),
        (unknown, 404, "not-registered", false),
        (outage, 503, "unavailable", true),
    ] {
        door.shelf.fail(failing);
        let page = door.get(target, &["Accept: text/html"]).await;
        assert_eq!((page.status, page.header("content-type")), (status, HTML));
        assert!(page.text().contains("<!DOCTYPE html>"), "{target}");
        let json = door.get(target, &["Accept: application/json"]).await;
        assert_eq!(
            (json.status, json.header("content-type")),
            (status, PROBLEM)
        );
        let problem = json.json();
        assert_eq!(problem["type"], format!("urn:saoma:problem:{kind}"));
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        let kept = page.header("cache-control");
        if failing {
            assert_eq!((kept, page.header("retry-after")), ("no-store", "1"));
        } else {
            assert_eq!(kept, "public, max-age=10");
        }
    }
    let digits = door.get("/vin/21862210831102.json", &[]).await.json();
    assert_eq!(
        digits["why"],
        serde_json::json!({"reason": "digits", "got": 14, "want": 15})
    );
}

#[tokio::test]
async fn what_is_no_code_never_touches_the_store() {
    let door = Door::open().await;
    for target in ["/vin/1", "/pwb/1", "/lic/x", "/nothing", "/find?code=1"] {
        door.get(target, &[]).await;
    }
    let reads = door.shelf.reads.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(reads, 0);
}

#[tokio::test]
async fn no_refusal_repeats_what_was_typed() {
    let door = Door::open().await;
    let canary = "zq7canary";
    for target in [
        format!("/vin/{canary}"),
        format!("/{canary}"),
        format!("/find?code={canary}%3C"),
        format!("/{VIN}?lang={canary}"),
    ] {
        for accept in ["Accept: text/html", "Accept: application/json"] {
            let answer = door.get(&target, &[accept]).await;
            assert!(!answer.text().contains(canary), "{target}");
            let told = answer.head.iter().any(|(_, value)| value.contains(canary));
            assert!(!told, "{target}");
        }
    }
}

#[tokio::test]
async fn a_method_that_is_not_ours_is_told_which_are() {
    let door = Door::open().await;
    let refused = door.ask("PUT", "/", &["Content-Length: 0"]).await;
    assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS");
    let preflight = [
        "Origin: https://app.example",
        "Access-Control-Request-Method: GET, POST",
    ];
    let allowed = door.ask("OPTIONS", &format!("/{VIN}"), &preflight).await;
    assert_eq!(allowed.status, 204);
    assert_eq!(allowed.header("access-control-allow-origin"), "*");
    assert_eq!(
        allowed.header("access-control-allow-methods"),
        "GET, HEAD, OPTIONS"
    );
}

#[tokio::test]
async fn the_policy_allows_the_style_that_the_page_has_and_nothing_else() {
    use base64_of_sha256 as hash;
    let door = Door::open().await;
    for target in [&format!("/{VIN}"), "/", "/privacy", "/vin/1"] {
        let page = door.get(target, &[]).await;
        let (_, rest) = page.text().split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        assert_eq!(style, STYLE, "{target}");
        assert!(
            !rest.contains("<style") && !rest.contains(" style="),
            "{target}"
        );
        assert!(!page.text().contains("<script"), "{target}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains(&hash(style)), "{target}");
        assert!(policy.starts_with("default-src 'none';"));
    }
}

/// Written another way than the door's own, so that both have to be right.
fn base64_of_sha256(text: &str) -> String {
    use aws_lc_rs::digest::{SHA256, digest};
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hash = digest(&SHA256, text.as_bytes());
    // 256 bits and two to spare are 43 letters.
    let mut bits: Vec<bool> = Vec::new();
    for byte in hash.as_ref() {
        bits.extend((0..8).rev().map(|place| byte >> place & 1 == 1));
    }
    bits.extend([false, false]);
    let text: String = bits
        .chunks(6)
        .map(|six| six.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit)))
        .map(|six| char::from(LETTERS[six]))
        .collect();
    format!("'sha256-{text}='")
}
