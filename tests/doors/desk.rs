use saoma::{rooms::keys::Revocation, rooms::keys::revoke, words::moment::Moment};
use saoma_pages::Audience;

use crate::{
    support::{Answer, Office, ask},
    world::{LIC, PWB, VIN, everything},
};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const HERE: &str = "Sec-Fetch-Site: same-origin";
/// As a camera opens it: from outside, for a window.
const CAMERA: [&str; 3] = [
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Dest: document",
];
const OWNER: &str = "张三丰";
const NUMBER: &str = "330106199001011238";

/// A browser with a session.
struct Browser<'o> {
    office: &'o Office,
    cookie: String,
}

impl<'o> Browser<'o> {
    fn of(office: &'o Office, audience: Audience) -> Self {
        let (token, _id) = office.token(audience);
        let cookie = format!("Cookie: saoma_staff=1; __Host-saoma={token}");
        Self { office, cookie }
    }

    async fn scan(&self, target: &str) -> Answer {
        let mut lines = CAMERA.to_vec();
        lines.push(&self.cookie);
        self.office.get(target, &lines).await
    }

    async fn send(&self, target: &str, form: &str) -> Answer {
        self.send_with(target, form, HERE).await
    }

    async fn send_with(&self, target: &str, form: &str, line: &str) -> Answer {
        let lines = [FORM, line, self.cookie.as_str()];
        ask(self.office.staff, "POST", target, &lines, form).await
    }
}

async fn sign_in(office: &Office, form: &str) -> Answer {
    ask(office.staff, "POST", "/signin", &[FORM, HERE], form).await
}

#[tokio::test]
async fn a_token_becomes_a_cookie_that_a_camera_brings_along() {
    let office = Office::open(&everything()).await;
    let (token, _id) = office.token(Audience::Police);
    let answer = sign_in(&office, &format!("token={token}&lang=zh&next=/{LIC}")).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, &*format!("/{LIC}?lang=zh"))
    );
    assert!(answer.body.is_empty());
    let cookies: Vec<&str> = answer
        .head
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "))
        .collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-saoma="))
        .unwrap();
    for part in [
        "; Path=/",
        "; Secure",
        "; HttpOnly",
        "; SameSite=Lax",
        "; Max-Age=",
    ] {
        assert!(session.contains(part), "{part}");
    }
    assert!(!session.contains("Domain"));
    let hint = cookies
        .iter()
        .find(|cookie| cookie.starts_with("saoma_staff=1;"))
        .unwrap();
    assert!(hint.contains("; Domain=example.cn") && !hint.contains(&token));
    let scanned = Browser::of(&office, Audience::Police)
        .scan(&format!("/{LIC}"))
        .await;
    assert_eq!(scanned.status, 200);
    assert!(scanned.text().contains(OWNER));
}

#[tokio::test]
async fn signing_in_leads_to_no_other_place_than_a_codes() {
    let office = Office::open(&everything()).await;
    let (token, _id) = office.token(Audience::Police);
    for next in [
        "https://evil.example/",
        "//evil.example/lic/33010621822480",
        "/\\evil.example",
        "/%2f%2fevil.example",
        "javascript:alert(1)",
        "/signout",
        "",
    ] {
        let answer = sign_in(&office, &format!("token={token}&lang=zh&next={next}")).await;
        let place = answer.header("location");
        assert_eq!(answer.status, 303, "{next}");
        let own = place == "/?lang=zh" || place == format!("/{LIC}?lang=zh");
        assert!(own, "{next} leads to {place}");
    }
}

#[tokio::test]
async fn whoever_is_not_let_in_is_told_the_same_and_shown_nothing() {
    let office = Office::open(&everything()).await;
    let (token, id) = office.token(Audience::Police);
    revoke(&office.path("keys"), &Revocation::Proof(id), Moment::now()).unwrap();
    // In force within seconds, as is promised.
    let asked = tokio::time::Instant::now();
    let mut refused = sign_in(&office, &format!("token={token}&lang=zh")).await;
    while refused.status != 401 && asked.elapsed().as_secs() < 20 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        refused = sign_in(&office, &format!("token={token}&lang=zh")).await;
    }
    assert_eq!(refused.status, 401);
    for form in ["token=a.b.c&lang=zh", "token=&lang=zh", "lang=zh"] {
        let answer = sign_in(&office, form).await;
        assert_eq!(
            (answer.status, answer.text()),
            (401, refused.text()),
            "{form}"
        );
    }
    assert!(!refused.text().contains(&token));
    for target in [format!("/{LIC}"), "/".to_owned(), "/sitting".to_owned()] {
        let answer = office.get(&target, &CAMERA).await;
        assert_eq!(answer.status, 401, "{target}");
        assert!(!answer.text().contains(OWNER));
        // Its next scan is the public's again.
        assert!(
            answer
                .head
                .contains("set-cookie: saoma_staff=; Path=/; Domain=example.cn; Max-Age=0")
        );
    }
    // Registered or not, a code or not: a stranger learns nothing of it.
    let known = office.get(&format!("/{VIN}"), &CAMERA).await.status;
    for other in ["/vin/218622108311028", "/vin/1"] {
        assert_eq!(office.get(other, &CAMERA).await.status, known, "{other}");
    }
}

#[tokio::test]
async fn a_number_is_whole_for_a_purpose_only_and_the_purpose_is_written_down_first() {
    let office = Office::open(&everything()).await;
    let officer = Browser::of(&office, Audience::Police);
    let target = format!("/{LIC}");
    assert!(!officer.scan(&target).await.text().contains(NUMBER));
    for form in [
        "",
        "purpose=",
        "purpose=curiosity",
        "purpose=theft&reference=%3Cscript%3E",
    ] {
        let answer = officer.send(&target, form).await;
        assert_eq!(answer.status, 400, "{form}");
        assert!(!answer.text().contains(NUMBER));
    }
    let before = office.log().len();
    let answer = officer.send(&target, "purpose=theft&reference=A-142").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains(NUMBER));
    let log = office.log();
    let line = log.last().unwrap();
    assert_eq!(log.len(), before + 1);
    assert_eq!(
        (&line["purpose"], &line["who"]),
        (&"theft A-142".into(), &"tester-7".into())
    );
    assert!(
        line["fields"]
            .to_string()
            .contains("registration.plate/IdentityCard")
    );
    assert!(!line.to_string().contains(NUMBER) && !line.to_string().contains(OWNER));
    // Nobody else has a use for it.
    for audience in [Audience::Recycler, Audience::App] {
        let answer = Browser::of(&office, audience)
            .send(&target, "purpose=theft")
            .await;
        assert_eq!(answer.status, 403, "{audience:?}");
        assert!(!answer.text().contains(NUMBER));
    }
}

#[tokio::test]
async fn what_another_site_makes_a_browser_do_comes_to_nothing() {
    let office = Office::open(&everything()).await;
    let officer = Browser::of(&office, Audience::Police);
    let target = format!("/{LIC}");
    let before = log_lines(&office);
    for line in [
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: https://evil.example",
        "Origin: null",
        "X-Nothing: 1",
    ] {
        for (target, form) in [
            (&*target, "purpose=theft"),
            ("/signout", ""),
            ("/signin", "token=x"),
        ] {
            let answer = officer.send_with(target, form, line).await;
            assert_eq!(answer.status, 403, "{target} {line}");
            assert!(!answer.head.contains("set-cookie"), "{target} {line}");
            assert!(!answer.text().contains(NUMBER));
        }
    }
    for lines in [
        ["Sec-Fetch-Site: same-site", "Sec-Fetch-Dest: iframe"],
        ["Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"],
        ["Sec-Fetch-Site: none", "Sec-Purpose: prefetch"],
    ] {
        let lines = [lines[0], lines[1], &officer.cookie];
        let answer = office.get(&target, &lines).await;
        assert_eq!(answer.status, 403, "{lines:?}");
        assert!(!answer.text().contains(OWNER));
    }
    assert_eq!(
        log_lines(&office),
        before,
        "what was not shown was not looked at"
    );
    // An old browser says where a form comes from in another way.
    let own = officer
        .send_with(&target, "purpose=theft", "Origin: https://door")
        .await;
    assert_eq!(own.status, 200);
}

fn log_lines(office: &Office) -> usize {
    std::fs::read_to_string(office.path("audit.ndjson"))
        .unwrap()
        .lines()
        .count()
}

#[tokio::test]
async fn nobody_keeps_or_frames_a_staff_page_and_only_one_cookie_counts() {
    let office = Office::open(&everything()).await;
    let officer = Browser::of(&office, Audience::Police);
    for target in [
        format!("/{LIC}"),
        "/".to_owned(),
        "/such".to_owned(),
        "/vin/1".to_owned(),
    ] {
        let answer = officer.scan(&target).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{target}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{target}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert_eq!(answer.header("etag"), "", "{target}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{target}");
    }
    let two = format!("{}; __Host-saoma=a.b.c", officer.cookie);
    let answer = office.get(&format!("/{LIC}"), &[&two]).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn the_next_scan_is_compared_with_the_plate_and_signing_out_forgets_it() {
    let office = Office::open(&everything()).await;
    let officer = Browser::of(&office, Audience::Police);
    let banner = "verdict banner";
    let first = officer.scan(&format!("/{PWB}")).await;
    assert!(
        !first.text().contains(banner),
        "no plate was scanned before"
    );
    officer.scan(&format!("/{LIC}")).await;
    for (code, class) in [(PWB, "verdict banner good"), (VIN, "verdict banner good")] {
        let answer = officer.scan(&format!("/{code}")).await;
        assert!(answer.text().contains(class), "{code}");
    }
    let colleague = Browser::of(&office, Audience::Police);
    let answer = colleague.scan(&format!("/{PWB}")).await;
    assert!(
        !answer.text().contains(banner),
        "another token is another officer"
    );
    let out = officer.send("/signout", "").await;
    assert_eq!(out.status, 200);
    assert!(
        out.head.contains("set-cookie: __Host-saoma=; ") && out.head.contains("clear-site-data")
    );
    let answer = officer.scan(&format!("/{PWB}")).await;
    assert!(!answer.text().contains(banner));
}

#[tokio::test]
async fn a_look_that_cannot_be_written_down_does_not_take_place() {
    let office = Office::open(&everything()).await;
    let officer = Browser::of(&office, Audience::Police);
    assert_eq!(officer.scan(&format!("/{LIC}")).await.status, 200);
    // The log's place is taken by what no line can be added to.
    let log = office.path("audit.ndjson");
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    let answer = officer.scan(&format!("/{LIC}")).await;
    assert_eq!(answer.status, 503);
    assert!(!answer.text().contains(OWNER) && !answer.header("retry-after").is_empty());
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_recyclers_sitting_has_a_line_for_each_battery_and_no_owner() {
    let office = Office::open(&everything()).await;
    let recycler = Browser::of(&office, Audience::Recycler);
    let scanned = recycler.scan(&format!("/{PWB}")).await;
    assert_eq!(scanned.status, 200);
    // Its receipt is on record: it was taken in before.
    assert!(scanned.text().contains("不要回收"));
    recycler.scan(&format!("/{PWB}")).await;
    let table = recycler.scan("/sitting.csv").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.text().lines().count(), 2);
    assert!(
        table
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert_eq!(recycler.send("/sitting", "").await.status, 200);
    assert_eq!(
        recycler.scan("/sitting.csv").await.text().lines().count(),
        1
    );
    for code in [LIC, VIN, PWB] {
        let answer = recycler.scan(&format!("/{code}")).await;
        assert!(!answer.text().contains(NUMBER), "{code}");
    }
    for audience in [Audience::Police, Audience::App] {
        let answer = Browser::of(&office, audience).scan("/sitting").await;
        assert_eq!(answer.status, 403);
    }
}

#[tokio::test]
async fn a_form_is_short_and_a_stranger_who_tries_token_after_token_waits() {
    let office = Office::open(&everything()).await;
    let long = format!("token={}", "a".repeat(9000));
    assert_eq!(sign_in(&office, &long).await.status, 401);
    let mut last = 0;
    for _ in 0..20 {
        last = sign_in(&office, "token=a.b.c").await.status;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    // A good token passes all the same: behind one address there may be many.
    let (token, _id) = office.token(Audience::Police);
    assert_eq!(
        sign_in(&office, &format!("token={token}")).await.status,
        303
    );
}
