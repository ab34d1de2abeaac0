use std::num::NonZeroU32;

use saoma::{
    rooms::{store::core::Core, turns::Turns},
    rules::admit::{Incoming, admit, line::read},
    words::policy::Policy,
};
use tempfile::TempDir;

use crate::support::{Answer, DEADLINE, Door, LIC, PWB, VIN};

const DEMO: &str = include_str!("../../src/shell/demo/records.ndjson");
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
/// Registered, sold to nobody, and the battery of no vehicle.
const STOLEN: &str = "vin/218622203150043";
const OTHER: &str = "pwb/76392965TN22010100002A48V12";

/// A set of two batteries with the registration of neither, repaired once.
const MORE: &str = r#"{"id":"s9","record":"sale.binding","source":"91330106MA1DEM015F","at":"2022-04-01T10:00:00+08:00","fields":{"uniscid":"91330106MA1DEM015F","ZhenCheBM":"218622203150043","XuDianCWYBH":["76392965SET1","76392965SET2"],"create_time":"2022-04-01 10:00:00","update_time":"2022-04-01 10:00:00"}}"#;

/// A store, and who writes to it.
pub(crate) struct Place {
    folder: TempDir,
    core: Core,
}

impl Place {
    /// The demo's records in a store of their own.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let key = folder.path().join("store.pair-key");
        let core = Core::open(&*folder.path().join("store"), Policy::default(), &key).unwrap();
        let place = Self { folder, core };
        place.take(DEMO);
        place.take(MORE);
        place
    }

    fn take(&self, lines: &str) {
        let one = |line: &str| admit(&read(line.as_bytes()).unwrap(), 1).unwrap();
        let records: Vec<Incoming> = lines.lines().map(one).collect();
        self.core.ingest(&records).unwrap();
    }

    pub(crate) async fn door(&self) -> Door {
        self.door_for(1_000_000, 1_000_000).await
    }

    pub(crate) async fn door_for(&self, client_per_minute: u32, code_per_hour: u32) -> Door {
        // One process opens a folder once.
        let store = self.core.reader();
        let number = |number| NonZeroU32::new(number).unwrap();
        // Always the same, so that no two codes here share a counter once in a thousand runs.
        let secret = [7, 11];
        let turns = Turns::dealt(number(client_per_minute), number(code_per_hour), secret);
        Door::matching(store, &self.folder.path().join("store.pair-key"), turns).await
    }
}

impl Door {
    async fn compare(&self, codes: &[&str]) -> Answer {
        let body = serde_json::json!({ "codes": codes }).to_string();
        self.post("/match", JSON, &body, &[]).await
    }

    async fn compare_on_a_page(&self, codes: &[&str]) -> Answer {
        let body: Vec<String> = codes.iter().map(|code| format!("code={code}")).collect();
        let browser = ["Accept: text/html"];
        self.post("/match", FORM, &body.join("&"), &browser).await
    }
}

#[tokio::test]
async fn what_was_sold_or_registered_together_belongs_together() {
    let place = Place::new();
    let door = place.door().await;
    for codes in [
        &[VIN, PWB][..],
        &[PWB, VIN],
        &[LIC, VIN],
        &[LIC, PWB],
        &[VIN, PWB, LIC],
        &[STOLEN, "pwb/76392965SET1"],
        &["76392965-set2", "76392965 SET1", "218622203150043"],
    ] {
        let answer = door.compare(codes).await;
        assert_eq!(answer.status, 200, "{codes:?}");
        let said = answer.json();
        assert_eq!(said["together"], "yes", "{codes:?}");
        let views = said["views"].as_array().unwrap();
        assert_eq!(views.len(), codes.len());
        assert!(views.iter().all(|view| view["audience"] == "holder"));
    }
}

#[tokio::test]
async fn every_no_is_the_same_byte_for_byte_whatever_its_reason() {
    let place = Place::new();
    let door = place.door().await;
    let reasons: [(&str, &[&str]); 8] = [
        (
            "nobody knows either",
            &["vin/218622199999999", "76392965NONE"],
        ),
        ("nobody knows one", &[VIN, "76392965NONE"]),
        ("both are known", &[STOLEN, OTHER]),
        ("each is in a pair with another", &[STOLEN, PWB]),
        ("two of three are a pair", &[VIN, PWB, "76392965SET1"]),
        ("a plate of another", &["lic/33010621822490", VIN]),
        ("two of a kind", &["76392965SET1", "76392965SET2"]),
        ("two vehicles", &[VIN, STOLEN, "76392965SET1"]),
    ];
    let json = door.compare(reasons[0].1).await.without_date();
    assert_eq!(json.status, 200);
    assert_eq!(json.text(), r#"{"together":"no-or-unknown","views":[]}"#);
    let page = door.compare_on_a_page(reasons[0].1).await.without_date();
    assert!(page.text().contains("没有查到配套登记"));
    for (why, codes) in reasons {
        assert_eq!(door.compare(codes).await.without_date(), json, "{why}");
        let again = door.compare_on_a_page(codes).await.without_date();
        assert_eq!(again, page, "{why}");
    }
}

#[tokio::test]
async fn the_holder_sees_warranty_repairs_and_the_masked_owner_and_nobody_else_does() {
    let place = Place::new();
    let door = place.door().await;
    let said = door.compare(&[VIN, PWB, LIC]).await.json();
    let views = said["views"].as_array().unwrap();
    let of = |kind: &str| {
        let view = views.iter().find(|view| view["code"]["kind"] == kind);
        &view.unwrap()["records"]
    };
    let vehicle = of("vin");
    assert_eq!(vehicle["sale.binding"][0]["create_time"], "2021-11-05");
    assert_eq!(vehicle["repair.job"][0]["datetime"], "2023-04-02");
    // What is over depends on the day on which this runs.
    let promised = |kind: &str| {
        let mut row = of(kind)["warranty.policy"][0].clone();
        row.as_object_mut().unwrap().remove("safe_over");
        row
    };
    assert_eq!(
        promised("vin"),
        serde_json::json!({"part": "车架、前叉", "months": "24", "until": "2023-11-05",
            "safe_months": "120", "safe_until": "2031-08", "safe_from": "production"})
    );
    // Sold with the vehicle, so its year began on that day; of its production no day is on record.
    assert_eq!(
        promised("pwb"),
        serde_json::json!({"part": "蓄电池", "months": "12", "until": "2022-11-05",
            "safe_months": "60", "safe_until": "2026-11-05", "safe_from": "sale"})
    );
    let registered = &of("lic")["registration.plate"][0];
    assert_eq!(registered["XingMing"], "张**");
    assert_eq!(registered["IdentityCard"], "3****************8");
    assert_eq!(registered["CommitDate"], "2021-11-10");
    let page = door.compare_on_a_page(&[VIN, PWB, LIC]).await;
    for said in [
        "登记为一套",
        "2023 年 4 月 2 日",
        "到 2022 年 11 月 5 日",
        "安全使用至（车架、前叉）",
        "（自生产起 120 个月）",
        "安全使用至（蓄电池）",
        "2026 年 11 月 5 日",
        "（自购买起 60 个月）",
        "张**",
    ] {
        assert!(page.text().contains(said), "{said}");
    }
    for personal in ["张三丰", "330106199001011238"] {
        assert!(!page.text().contains(personal) && !said.to_string().contains(personal));
    }
    // What is not asked for with its code is not shown either.
    let two = door.compare(&[LIC, PWB]).await.json();
    assert!(!two.to_string().contains("repair.job"));
}

#[tokio::test]
async fn a_theft_is_on_the_holders_page_and_not_on_the_public_one() {
    let place = Place::new();
    let door = place.door().await;
    let page = door.compare_on_a_page(&[STOLEN, "76392965SET1"]).await;
    assert!(page.text().contains("登记为一套，但有警示"));
    assert!(page.text().contains("西湖区报失"));
    let public = door.get(&format!("/{STOLEN}"), &[]).await;
    assert!(!public.text().contains("西湖区报失"));
}

#[tokio::test]
async fn nothing_of_a_pair_check_is_kept_anywhere() {
    let place = Place::new();
    let door = place.door().await;
    for answer in [
        door.compare(&[VIN, PWB]).await,
        door.compare(&[VIN, OTHER]).await,
        door.compare(&[VIN, "x"]).await,
        door.compare(&[VIN]).await,
        door.compare_on_a_page(&[VIN, PWB]).await,
        door.post("/match", "text/plain", "x", &[]).await,
        door.post("/match", FORM, "code=1", &["If-None-Match: *"])
            .await,
    ] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("etag"), "");
    }
    let body = format!(r#"{{"codes":["{VIN}","{PWB}"]}}"#);
    let known = door
        .post("/match", JSON, &body, &["If-None-Match: *"])
        .await;
    assert_eq!(known.status, 200);
}

#[tokio::test]
async fn a_pair_check_that_cannot_be_read_says_why_and_repeats_nothing() {
    let place = Place::new();
    let door = place.door().await;
    let long = "a".repeat(5000);
    let seven = (1..8)
        .map(|n| format!("code=76392965N{n}"))
        .collect::<Vec<_>>();
    let rows = [
        (JSON, "{", 400, "body-unreadable"),
        (JSON, r#"{"codes":[]}"#, 400, "how-many"),
        (
            JSON,
            r#"{"codes":["218622108311027","zq7"]}"#,
            400,
            "not-a-code",
        ),
        (FORM, "code=218622108311027&code=", 400, "how-many"),
        (FORM, &seven.join("&"), 400, "how-many"),
        (FORM, "", 400, "how-many"),
        ("multipart/form-data", "x", 415, "body-media"),
        (FORM, &long, 413, "body-too-long"),
    ];
    for (media, body, status, kind) in rows {
        let wants = ["Accept: application/json"];
        let answer = door.post("/match", media, body, &wants).await;
        assert_eq!(answer.status, status, "{body:.40}");
        let problem = answer.json();
        assert_eq!(problem["type"], format!("urn:saoma:problem:{kind}"));
        assert!(!answer.text().contains("zq7"));
        let page = door
            .post("/match", media, body, &["Accept: text/html"])
            .await;
        assert_eq!(page.status, status);
        assert!(page.text().starts_with("<!DOCTYPE html>"));
    }
    // What was right need not be typed again.
    let body = format!("code=&code={VIN}&code=zq7");
    let page = door
        .post("/match", FORM, &body, &["Accept: text/html"])
        .await;
    assert!(page.text().contains(&format!("value=\"{VIN}\"")));
    assert!(page.text().contains("action=\"/match?lang=zh\"") && !page.text().contains("zq7"));
    let taken = door.post("/match", "text/plain", "x", &[]).await;
    assert_eq!(
        taken.header("accept-post"),
        "application/x-www-form-urlencoded, application/json"
    );
    let unwanted = door
        .post("/match", FORM, "code=1", &["Accept: image/png"])
        .await;
    assert_eq!(unwanted.status, 406);
}

#[tokio::test]
async fn a_body_that_was_read_whole_does_not_end_the_connection() {
    let place = Place::new();
    let door = place.door().await;
    let body = format!("code={VIN}&code={PWB}");
    let post = format!(
        "POST /match HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nContent-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let next = "GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let wire = door.bytes(format!("{post}{next}").as_bytes()).await;
    let text = String::from_utf8_lossy(&wire);
    assert!(text.contains(r#""together":"yes""#) && text.contains("User-agent"));
    // One that was not is.
    let refused = format!("POST /match HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n{next}");
    let wire = door.bytes(refused.as_bytes()).await;
    let answer = Answer::read(&wire);
    assert_eq!((answer.status, answer.header("connection")), (413, "close"));
    assert_eq!(
        String::from_utf8_lossy(&wire).matches("HTTP/1.1 ").count(),
        1
    );
}

#[tokio::test]
async fn a_client_and_a_code_have_only_so_many_turns() {
    let place = Place::new();
    let door = place.door_for(2, 1_000_000).await;
    assert_eq!(door.compare(&[VIN, PWB]).await.status, 200);
    // What cannot be read is a turn too.
    assert_eq!(door.compare(&[VIN]).await.status, 400);
    let refused = door.compare(&[VIN, PWB]).await;
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    assert_eq!(door.get(&format!("/{VIN}"), &[]).await.status, 200);

    let door = place.door_for(1_000_000, 12).await;
    for other in ["76392965A1", "76392965A2"] {
        assert_eq!(door.compare(&[VIN, other]).await.status, 200);
    }
    // The vehicle's turns are used up, whoever asks and with whatever; a code nobody knows has as
    // many.
    assert_eq!(door.compare(&[VIN, PWB]).await.status, 429);
    let unknown = "vin/218622199999999";
    for other in ["76392965A3", "76392965A4"] {
        assert_eq!(door.compare(&[unknown, other]).await.status, 200);
    }
    assert_eq!(door.compare(&[unknown, OTHER]).await.status, 429);
}

#[tokio::test]
async fn without_its_secret_the_check_is_out_of_order_and_with_it_it_works_at_once() {
    let place = Place::new();
    let door = place.door().await;
    let file = place.folder.path().join("store.pair-key");
    let away = place.folder.path().join("away");
    std::fs::rename(&file, &away).unwrap();
    let answer = door.compare(&[VIN, PWB]).await;
    assert_eq!(answer.status, 503);
    assert!(!answer.header("retry-after").is_empty());
    std::fs::rename(&away, &file).unwrap();
    assert_eq!(door.compare(&[VIN, PWB]).await.status, 200);
}

#[tokio::test]
async fn another_site_may_send_codes_and_a_script_may_read_the_json() {
    let place = Place::new();
    let door = place.door().await;
    let preflight = door
        .ask("OPTIONS", "/match", &["Origin: https://a.cn"])
        .await;
    assert_eq!(preflight.status, 204);
    let methods = preflight.header("access-control-allow-methods");
    assert_eq!(methods, "GET, HEAD, POST, OPTIONS");
    let allowed = preflight.header("access-control-allow-headers");
    assert!(allowed.contains("Content-Type"));
    let json = door.compare(&[VIN, PWB]).await;
    assert_eq!(json.header("access-control-allow-origin"), "*");
    let page = door.compare_on_a_page(&[VIN, PWB]).await;
    assert_eq!(page.header("access-control-allow-origin"), "");
    assert_eq!(page.header("cross-origin-resource-policy"), "same-origin");
}

#[tokio::test]
async fn the_form_is_filled_in_with_the_code_whose_page_led_there() {
    let place = Place::new();
    let door = place.door().await;
    let found = door.get(&format!("/{VIN}?lang=en"), &[]).await;
    let link = format!("/match?lang=en&amp;code={VIN}");
    assert!(found.text().contains(&link));
    let form = door.get(&link.replace("amp;", ""), &[]).await;
    assert_eq!(form.status, 200);
    assert!(form.text().contains(&format!("value=\"{VIN}\"")));
    let empty = door.get("/match?code=%22%3E%3Cscript", &[]).await;
    assert!(!empty.text().contains("<script"));
    assert_eq!(door.ask("PUT", "/match", &[]).await.status, 405);
    assert_eq!(door.ask("POST", "/such", &[]).await.status, 404);
}

#[tokio::test]
async fn a_body_that_does_not_come_holds_no_place_for_ever() {
    use saoma::rooms::body::BODY_DEADLINE;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let place = Place::new();
    let door = place.door().await;
    let mut stream = tokio::net::TcpStream::connect(door.address).await.unwrap();
    let head = format!(
        "POST /match HTTP/1.1\r\nHost: a\r\nContent-Type: {FORM}\r\nContent-Length: 9\r\n\r\ncode"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let whole = stream.read_to_end(&mut answer);
    tokio::time::timeout(BODY_DEADLINE + DEADLINE, whole)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Answer::read(&answer).status, 408);
}
