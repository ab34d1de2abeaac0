use std::time::Duration;

use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::door::{Answer, Door, PROMPT};
use crate::sample::{ABSENT, DEMO, PWB, VIN, core, recall_of_vin, take};
use crate::server::Server;

/// The longest a reader may wait for an answer that is no page from the store: a second, on a
/// machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(6);
/// Nobody has to do anything for the door to find the store again.
const RECOVERY: Duration = Duration::from_secs(30);

/// A door before a store that something happens to.
pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
    pub(crate) door: Door,
}

impl Scene {
    /// A door that has shown the vehicle, and never the battery.
    pub(crate) async fn open() -> Self {
        let server = Server::start();
        let url = server.url();
        Self::before(server, &url).await
    }

    /// The same, on this way to the server.
    pub(crate) async fn before(server: Server, way: &StoreUrl) -> Self {
        let folder = TempDir::new().unwrap();
        take(&core(server.url(), folder.path()), DEMO);
        let door = Door::before(way);
        assert!(door.get(VIN).await.is_fresh());
        Self {
            server,
            folder,
            door,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let started = Instant::now();
        let answer = self.door.get(path).await;
        let took = started.elapsed();
        assert!(took < PATIENCE, "{path} took {took:?}");
        answer
    }

    async fn until(&self, what: &str, path: &str, so: impl Fn(&Answer) -> bool) -> Duration {
        let started = Instant::now();
        loop {
            let answer = self.get(path).await;
            if so(&answer) {
                return started.elapsed();
            }
            assert!(started.elapsed() < RECOVERY, "{what}: still {answer:?}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// What holds in any outage, until it ends.
    pub(crate) async fn is_bridged(&self) {
        self.until("stale", VIN, Answer::is_stale).await;
        for path in [PWB, ABSENT] {
            let answer = self.get(path).await;
            assert_eq!(answer.status, 503, "{path}");
            assert!(answer.has("retry-after"), "{path}");
        }
        // Half a minute of readers in a moment: none of them waits for the store.
        let started = Instant::now();
        for _reader in 0..500 {
            assert!(self.get(VIN).await.is_stale());
        }
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    pub(crate) async fn is_over(&self) {
        for path in [VIN, PWB] {
            self.until("fresh again", path, Answer::is_fresh).await;
        }
        self.until("absent again", ABSENT, |answer| answer.status == 404)
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_stops_is_bridged_and_found_again() {
    let scene = Scene::open().await;
    scene.server.signal("STOP");
    scene.is_bridged().await;
    scene.server.signal("CONT");
    scene.is_over().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_pauses_is_bridged_and_found_again() {
    let scene = Scene::open().await;
    let _paused: String = scene.server.say(&["CLIENT", "PAUSE", "3000", "ALL"]);
    scene.is_bridged().await;
    scene.is_over().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_comes_back_empty_makes_nothing_unregistered() {
    let mut scene = Scene::open().await;
    scene.server.kill();
    scene.is_bridged().await;
    scene.server.restart();
    sleep(Duration::from_secs(2)).await;
    scene.is_bridged().await;
    take(&core(scene.server.url(), scene.folder.path()), DEMO);
    scene.is_over().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_emptied_makes_nothing_unregistered() {
    let scene = Scene::open().await;
    let _flushed: String = scene.server.say(&["FLUSHALL"]);
    scene.is_bridged().await;
    take(&core(scene.server.url(), scene.folder.path()), DEMO);
    scene.is_over().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_written_while_a_door_was_cut_off_is_seen_when_it_is_back() {
    let scene = Scene::open().await;
    let store = core(scene.server.url(), scene.folder.path());
    // The server is well; only this door's connections are gone.
    let _killed: u64 = scene.server.say(&["CLIENT", "KILL", "TYPE", "normal"]);
    take(&store, &recall_of_vin("now", "请停止骑行"));
    let took = scene
        .until("the alert", VIN, |answer| {
            answer.text().contains("请停止骑行")
        })
        .await;
    assert!(took < PROMPT, "{took:?}");
}

#[tokio::test]
async fn a_server_that_holds_no_store_registers_and_denies_nothing() {
    let server = Server::start();
    let door = Door::before(&server.url());
    assert_eq!(door.get(VIN).await.status, 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_that_is_closed_leaves_no_connection_behind() {
    let scene = Scene::open().await;
    let connections = || {
        let list: String = scene.server.say(&["CLIENT", "LIST"]);
        list.lines().count()
    };
    assert!(connections() > 1);
    drop(scene.door);
    let started = Instant::now();
    // The one that asks.
    while connections() > 1 {
        assert!(started.elapsed() < RECOVERY, "{} are left", connections());
        sleep(Duration::from_millis(20)).await;
    }
}
