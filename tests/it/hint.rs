use crate::support::{Door, LIC, PWB, VIN};

const STAFF: &str = "https://staff.example.cn";
const HINT: &str = "Cookie: saoma_staff=1";

/// Everything that anybody asks the public door.
fn targets() -> Vec<String> {
    let mut targets: Vec<String> = [VIN, PWB, LIC]
        .into_iter()
        .flat_map(|code| ["", ".json", ".qr.svg", ".qr.png"].map(|end| format!("/{code}{end}")))
        .collect();
    targets.extend(
        [
            "/",
            "/privacy",
            "/vin/218622108311028",
            "/vin/1",
            "/VIN/218622108311027",
            "/such",
            "/find?code=",
        ]
        .map(str::to_owned),
    );
    targets
}

#[tokio::test]
async fn a_hinted_phone_is_led_to_the_same_page_of_the_staff_door() {
    let door = Door::leading_staff_to(STAFF).await;
    let answer = door.get(&format!("/{LIC}?lang=en&x=1"), &[HINT]).await;
    assert_eq!(answer.status, 307);
    assert_eq!(answer.header("location"), format!("{STAFF}/{LIC}?lang=en"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(answer.body.is_empty());
    // Registered or not: which it is, only the staff door says.
    let answer = door.get("/vin/218622108311028", &[HINT]).await;
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (307, "no-store")
    );
}

#[tokio::test]
async fn without_the_hint_or_without_the_setting_nothing_changes_by_a_byte() {
    let (with, without) = (Door::leading_staff_to(STAFF).await, Door::open().await);
    for target in targets() {
        for accept in ["Accept: text/html", "Accept: application/json"] {
            let plain = without.get(&target, &[accept]).await.without_date();
            let on = with.get(&target, &[accept]).await.without_date();
            assert_eq!(on, plain, "{target} {accept}: the setting shows");
            let off = without.get(&target, &[accept, HINT]).await.without_date();
            assert_eq!(
                off, plain,
                "{target} {accept}: the hint shows without the setting"
            );
            let other = "Cookie: saoma_staff=2; session=abc; xsaoma_staff=1";
            let other = with.get(&target, &[accept, other]).await.without_date();
            assert_eq!(other, plain, "{target} {accept}: a stranger's cookie shows");
        }
    }
}

#[tokio::test]
async fn only_pages_are_led_elsewhere_and_the_page_of_the_next_phone_is_public() {
    let door = Door::leading_staff_to(STAFF).await;
    for end in [".json", ".qr.svg", ".qr.png"] {
        assert_eq!(
            door.get(&format!("/{LIC}{end}"), &[HINT]).await.status,
            200,
            "{end}"
        );
    }
    assert_eq!(door.get("/", &[HINT]).await.status, 200);
    // Out of the public door's own form.
    let own = "Sec-Fetch-Site: same-origin";
    assert_eq!(door.get(&format!("/{LIC}"), &[HINT, own]).await.status, 200);
    assert_eq!(
        door.ask("POST", &format!("/{LIC}"), &[HINT]).await.status,
        405
    );
    let first = door.get(&format!("/{LIC}"), &[]).await.without_date();
    assert_eq!(door.get(&format!("/{LIC}"), &[HINT]).await.status, 307);
    assert_eq!(
        door.get(&format!("/{LIC}"), &[]).await.without_date(),
        first
    );
    assert!(!first.header("vary").contains("Cookie"));
}

#[tokio::test]
async fn a_location_is_made_of_a_code_and_never_of_what_a_stranger_wrote() {
    let door = Door::leading_staff_to(STAFF).await;
    for target in [
        "/lic/33010621822480%0d%0aSet-Cookie:a=b",
        "/lic//evil.example/33010621822480",
        "//evil.example/lic/33010621822480",
    ] {
        let answer = door.get(target, &[HINT]).await;
        assert!(!(300..400).contains(&answer.status), "{target}");
    }
}
