use std::sync::atomic::Ordering::Relaxed;

use crate::support::{Door, VIN};

#[tokio::test]
async fn what_was_written_is_on_the_next_page() {
    let door = Door::open().await;
    let before = door.get(&format!("/{VIN}"), &[]).await;
    door.shelf.put(VIN, "另一家车业");
    let after = door.get(&format!("/{VIN}"), &[]).await;
    assert!(!before.text().contains("另一家车业"));
    assert!(after.text().contains("另一家车业"));
    assert_ne!(before.header("etag"), after.header("etag"));
}

#[tokio::test]
async fn what_was_not_written_is_the_same_to_the_last_byte() {
    let door = Door::open().await;
    let before = door.get(&format!("/{VIN}"), &[]).await.without_date();
    door.shelf.touch();
    let after = door.get(&format!("/{VIN}"), &[]).await.without_date();
    assert_eq!(before, after);
    assert_eq!(door.shelf.reads.load(Relaxed), 2);
    door.get(&format!("/{VIN}"), &[]).await;
    assert_eq!(door.shelf.reads.load(Relaxed), 2);
}

#[tokio::test]
async fn an_outage_is_bridged_and_admitted_and_over_when_it_is_over() {
    let door = Door::open().await;
    let target = format!("/{VIN}.json");
    let fresh = door.get(&target, &[]).await.without_date();
    let page = door.get(&format!("/{VIN}"), &[]).await;
    door.shelf.fail(true);
    let stale = door.get(&target, &[]).await;
    assert_eq!((stale.status, &stale.json()["stale"]), (200, &true.into()));
    assert_eq!(
        stale.header("cache-control"),
        "public, max-age=5, stale-if-error=86400"
    );
    let stale_page = door.get(&format!("/{VIN}"), &[]).await;
    assert_ne!(stale_page.body, page.body, "the page says so too");
    // Never seen before, and no answer now: not a 404.
    let unseen = door.get("/vin/218622108311028", &[]).await;
    assert_eq!(unseen.status, 503);
    door.shelf.fail(false);
    tokio::time::sleep(saoma::rooms::cache::RETRY_AFTER).await;
    assert_eq!(door.get(&target, &[]).await.without_date(), fresh);
    assert_eq!(door.get("/vin/218622108311028", &[]).await.status, 404);
}
