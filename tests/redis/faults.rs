use std::time::Duration;

use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::door::{Answer, Door};
use crate::outages::Scene;
use crate::proxy::{Proxy, Way};
use crate::sample::{DEMO, PWB, VIN, core, recall_of_vin, take, vehicle};
use crate::server::Server;

/// Half a minute, after which a page is proven anew in any case, on a machine that is busy.
const UNTOLD: Duration = Duration::from_mins(2);

async fn through(way: Way) -> (Scene, Proxy) {
    let server = Server::start();
    let proxy = Proxy::before(server.port, way).await;
    let url: StoreUrl = format!("redis://127.0.0.1:{}", proxy.port).parse().unwrap();
    (Scene::before(server, &url).await, proxy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_that_becomes_too_slow_is_bridged_and_found_again() {
    let (scene, proxy) = through(Way::Good).await;
    proxy.set(Way::Slow(Duration::from_secs(2)));
    scene.is_bridged().await;
    proxy.set(Way::Good);
    scene.is_over().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_make_no_sense_are_bridged_and_no_page_is_made_of_them() {
    let (scene, proxy) = through(Way::Good).await;
    proxy.set(Way::Rubbish);
    scene.is_bridged().await;
    proxy.set(Way::Good);
    scene.is_over().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_server_that_does_not_track_a_change_is_seen_within_the_half_minute() {
    let (scene, _proxy) = through(Way::Untracked).await;
    let read = Instant::now();
    assert!(scene.door.counted("saoma_store_tracking{state=\"off\"}") > 0.5);
    let store = core(scene.server.url(), scene.folder.path());
    take(&store, &recall_of_vin("now", "请停止骑行"));
    // Nobody tells: what is proven holds for a while. On a slow machine that while may be over.
    let soon = scene.door.get(VIN).await;
    assert!(!soon.text().contains("请停止骑行") || read.elapsed() > Duration::from_secs(29));
    while !scene.door.get(VIN).await.text().contains("请停止骑行") {
        assert!(read.elapsed() < UNTOLD);
        sleep(Duration::from_millis(100)).await;
    }
}

/// A writer meets this, readers do not; when it is over, everything is written.
async fn writers_wait(begin: impl Fn(&Server), end: impl Fn(&Server)) {
    let scene = Scene::open().await;
    let store = core(scene.server.url(), scene.folder.path());
    begin(&scene.server);
    let written = tokio::task::spawn_blocking(move || {
        take(&store, &recall_of_vin("now", "请停止骑行"));
        take(&store, &vehicle(1));
        store
    });
    for _reader in 0..20 {
        for path in [VIN, PWB] {
            let answer = scene.door.get(path).await;
            assert!(answer.is_fresh() && !answer.text().contains("请停止骑行"));
        }
        sleep(Duration::from_millis(25)).await;
    }
    assert!(!written.is_finished());
    end(&scene.server);
    let store = written.await.unwrap();
    scene
        .door
        .until(VIN, |answer| answer.text().contains("请停止骑行"))
        .await;
    let embedded = StoreUrl::Embedded(scene.folder.path().join("truth"));
    let truth = core(embedded, scene.folder.path());
    take(&truth, DEMO);
    take(&truth, &recall_of_vin("now", "请停止骑行"));
    take(&truth, &vehicle(1));
    assert_eq!(store.digest().unwrap(), truth.digest().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_out_of_memory_is_read_and_written_to_when_it_has_some() {
    let limit = |server: &Server, bytes: &str| {
        let _set: String = server.say(&["CONFIG", "SET", "maxmemory", bytes]);
    };
    writers_wait(
        |server| limit(server, "1000000"),
        |server| limit(server, "0"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_has_become_a_replica_is_read_and_written_to_when_it_is_master_again() {
    let follow = |server: &Server, host: &str, port: &str| {
        let _set: String = server.say(&["REPLICAOF", host, port]);
    };
    writers_wait(
        // Nobody is there, so that it keeps what it has.
        |server| follow(server, "127.0.0.1", "1"),
        |server| follow(server, "NO", "ONE"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_that_cannot_be_read_is_an_outage_of_that_code_only() {
    let scene = Scene::open().await;
    let rot = |key: &[u8], bytes: &[u8]| {
        let mut set = redis::cmd("SET");
        set.arg(key)
            .arg(bytes)
            .exec(&mut scene.server.connection())
            .unwrap();
    };
    // Stamped as it should be, and then nothing that a view begins with.
    rot(
        b"v:\x01\x21\x86\x22\x10\x83\x11\x02\x70",
        b"\x01\xff\xff\xff",
    );
    rot(b"v:\x03\x33\x01\x06\x21\x82\x24\x80", b"");
    scene.door.until(VIN, Answer::is_stale).await;
    assert_eq!(scene.door.get(crate::sample::LIC).await.status, 503);
    assert!(scene.door.get(PWB).await.is_fresh());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_through_sentinels_that_want_a_password_shows_it() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    take(&core(server.url(), folder.path()), DEMO);
    let monitor = format!("sentinel monitor mymaster 127.0.0.1 {} 1\n", server.port);
    let sentinel = Server::sentinel(&[&monitor, "requirepass open-sesame\n"].concat());
    let url = |options: &str| -> StoreUrl {
        format!("redis+sentinel://127.0.0.1:{}?{options}", sentinel.port)
            .parse()
            .unwrap()
    };
    let door = Door::before(&url("sentinel_password=open-sesame"));
    door.until(VIN, Answer::is_fresh).await;
    for wrong in ["", "sentinel_password=sesame"] {
        assert_eq!(Door::before(&url(wrong)).get(VIN).await.status, 503);
    }
}
