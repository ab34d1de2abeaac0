use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::door::{Answer, Door, PROMPT};
use crate::sample::{ABSENT, DEMO, PWB, VIN, core, recall_of_vin, take};
use crate::server::Server;

async fn until(what: &str, so: impl Fn() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < PROMPT, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_is_told_how_the_store_is_and_a_balancer_why_it_is_not_well() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let store = core(server.url(), folder.path());
    take(&store, DEMO);
    let door = Door::before(&server.url());
    until("not well", || door.store_is() == "fine").await;
    assert!(door.get(VIN).await.is_fresh());
    for (name, value) in [
        ("saoma_store_breaker{state=\"closed\"}", 1.0),
        ("saoma_store_tracking{state=\"on\"}", 1.0),
        ("saoma_store_emptied", 0.0),
        ("saoma_store_errors_total{kind=\"unreachable\"}", 0.0),
        ("saoma_store_seconds_count", 1.0),
    ] {
        assert!((door.counted(name) - value).abs() < 0.5, "{name}");
    }
    take(&store, &recall_of_vin("now", "请停止骑行"));
    until("no invalidation", || {
        door.counted("saoma_store_invalidations_total") > 0.0
    })
    .await;
    let _flushed: String = server.say(&["FLUSHALL"]);
    until("not emptied", || door.store_is() == "emptied").await;
    assert!(door.counted("saoma_store_emptied") > 0.5);
    assert_eq!(door.get(ABSENT).await.status, 503);
    assert!(door.counted("saoma_store_errors_total{kind=\"emptied\"}") > 0.5);
    server.signal("STOP");
    until("not unreachable", || door.store_is() == "unreachable").await;
    assert!(door.counted("saoma_store_breaker{state=\"open\"}") > 0.5);
    assert!(door.counted("saoma_store_tracking{state=\"lost\"}") > 0.5);
    server.signal("CONT");
    take(&core(server.url(), folder.path()), DEMO);
    until("not well again", || door.store_is() == "fine").await;
    assert!(door.counted("saoma_store_emptied") < 0.5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_that_starts_before_its_store_is_not_ready_yet() {
    let mut server = Server::start();
    server.kill();
    let door = Door::before(&server.url());
    assert_eq!(door.get(VIN).await.status, 503);
    assert_eq!(door.store_is(), "starting");
    server.restart();
    take(&core(server.url(), TempDir::new().unwrap().path()), DEMO);
    until("not well", || door.store_is() == "fine").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_that_is_restarted_in_an_outage_answers_what_it_has_seen_and_says_of_when() {
    let (mut server, folder) = (Server::start(), TempDir::new().unwrap());
    let notes = folder.path().join("seen");
    let store = core(server.url(), folder.path());
    take(&store, DEMO);
    let door = Door::noting(&server.url(), &notes);
    let before = door.get(VIN).await;
    assert!(before.is_fresh());
    take(&store, &recall_of_vin("now", "请停止骑行"));
    door.until(VIN, |answer| answer.text().contains("请停止骑行"))
        .await;
    server.kill();
    drop(door);
    let door = Door::noting(&server.url(), &notes);
    for _reader in 0..3 {
        let seen = door.get(VIN).await;
        assert!(seen.is_stale() && seen.text().contains("请停止骑行"));
    }
    // What it never saw, it does not know.
    for path in [PWB, ABSENT] {
        assert_eq!(door.get(path).await.status, 503, "{path}");
    }
    server.restart();
    take(&core(server.url(), folder.path()), DEMO);
    let after = door.until(VIN, Answer::is_fresh).await;
    assert_eq!(after, before);
    door.until(ABSENT, |answer| answer.status == 404).await;
}
