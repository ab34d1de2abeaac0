use std::time::Duration;

use tempfile::TempDir;

use crate::door::{Door, PROMPT};
use crate::sample::{
    ABSENT, DEMO, PWB, VIN, core, path_of, recall_of_class, recall_of_vin, take, vehicle,
};
use crate::server::Server;

fn reads(server: &Server) -> u64 {
    let stats: String = server.say(&["INFO", "commandstats"]);
    let line = stats
        .lines()
        .find_map(|line| line.strip_prefix("cmdstat_get:calls="));
    let calls = line.and_then(|line| line.split(',').next());
    calls.map_or(0, |calls| calls.parse().unwrap())
}

/// How long until the door says this.
async fn until_said(door: &Door, path: &str, text: &str) -> Duration {
    let started = tokio::time::Instant::now();
    while !door.get(path).await.text().contains(text) {
        assert!(started.elapsed() < PROMPT, "{text} is not on {path}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_on_every_door_within_the_second_and_unproves_no_other_page() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let store = core(server.url(), folder.path());
    take(&store, DEMO);
    let doors = [(); 3].map(|()| Door::before(&server.url()));
    for door in &doors {
        assert!(door.get(VIN).await.is_fresh());
        assert!(door.get(PWB).await.is_fresh());
    }
    take(&store, &recall_of_vin("now", "请停止骑行"));
    for door in &doors {
        until_said(door, VIN, "请停止骑行").await;
    }
    // The battery was not asked for again: no more reads than heartbeats make meanwhile,
    // also if that takes long.
    let before = reads(&server);
    for _reader in 0..200 {
        for door in &doors {
            assert!(door.get(PWB).await.is_fresh());
        }
    }
    let beats = reads(&server) - before;
    assert!(beats < 300, "{beats} reads for pages that are proven");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recall_of_a_class_and_a_late_record_are_seen_too() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let store = core(server.url(), folder.path());
    take(&store, DEMO);
    let door = Door::before(&server.url());
    assert!(door.get(VIN).await.is_fresh());
    assert_eq!(door.get(ABSENT).await.status, 404);
    assert_eq!(door.get(&path_of(7)).await.status, 404);
    take(&store, &recall_of_class("class", "整批召回"));
    until_said(&door, VIN, "整批召回").await;
    take(&store, &vehicle(7));
    until_said(&door, &path_of(7), "TDR4996Z").await;
}
