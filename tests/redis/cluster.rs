use std::path::Path;
use std::time::Duration;

use saoma::rooms::store::StoreUrl;
use saoma::words::code::Code;
use saoma::words::subject::{Maker, Subject};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::door::PROMPT;
use crate::door::{Answer, Door};
use crate::nodes::{AGREED, Cluster, owner, slot};
use crate::sample::{
    ABSENT, DEMO, LIC, PWB, VIN, core, path_of, recall_of_class, recall_of_vin, take, vehicle,
};

/// Vehicles whose every answer is checked: some on each node.
const FEW: usize = 60;
/// The shipped users are enough for all of it.
const USERS: &str = include_str!("../../deploy/redis/users.acl");
const VIN_KEY: &[u8] = b"v:\x01\x21\x86\x22\x10\x83\x11\x02\x70";

/// Asks until it is so, and says how long that took.
async fn until(door: &Door, path: &str, limit: Duration, so: impl Fn(&Answer) -> bool) -> Duration {
    let started = Instant::now();
    loop {
        let answer = door.get(path).await;
        if so(&answer) {
            return started.elapsed();
        }
        assert!(started.elapsed() < limit, "{path}: still {}", answer.text());
        sleep(Duration::from_millis(5)).await;
    }
}

fn says(text: &str) -> impl Fn(&Answer) -> bool {
    move |answer| answer.is_fresh() && answer.text().contains(text)
}

/// A cluster with the demo and a few vehicles in it, and what each page is.
struct Scene {
    cluster: Cluster,
    folder: TempDir,
    door: Door,
    pages: Vec<(String, Answer)>,
}

impl Scene {
    async fn open() -> Self {
        let (cluster, folder) = (Cluster::start(), TempDir::new().unwrap());
        fill(&cluster.url(), folder.path());
        let embedded = StoreUrl::Embedded(folder.path().join("truth"));
        fill(&embedded, folder.path());
        let truth = Door::before(&embedded);
        let mut pages = Vec::new();
        for path in (0..FEW)
            .map(path_of)
            .chain([VIN, PWB, LIC].map(str::to_owned))
        {
            let page = truth.get(&path).await;
            assert!(page.is_fresh());
            pages.push((path, page));
        }
        let door = Door::before(&cluster.url());
        Self {
            cluster,
            folder,
            door,
            pages,
        }
    }

    /// Reads every page, and gives back how many were not to be had. Whatever is served is what
    /// was imported; it may say that it is stale.
    async fn round(&self, door: &Door) -> usize {
        let mut refused = 0;
        for (path, page) in &self.pages {
            let answer = door.get(path).await;
            match answer.status {
                503 => refused += 1,
                200 => {
                    let fresh = answer.text().replace("\"stale\":true", "\"stale\":false");
                    assert_eq!(fresh, page.text(), "{path}");
                }
                other => panic!("{path}: {other}"),
            }
        }
        let absent = door.get(ABSENT).await.status;
        assert!([404, 503].contains(&absent), "{absent}");
        refused + usize::from(absent == 503)
    }

    /// Reads until all is to be had and fresh.
    async fn heals(&self, door: &Door) -> Duration {
        let started = Instant::now();
        for (path, page) in &self.pages {
            until(door, path, AGREED, |answer| answer == page).await;
        }
        until(door, ABSENT, AGREED, |answer| answer.status == 404).await;
        started.elapsed()
    }
}

/// Where the view of that vehicle lies.
fn view_key(number: usize) -> Vec<u8> {
    let code = Code::parse_any(path_of(number).trim_end_matches(".json"));
    [b"v:", &*code.unwrap().key()].concat()
}

fn fill(url: &StoreUrl, folder: &Path) {
    let store = core(url, folder);
    take(&store, DEMO);
    let vehicles: Vec<String> = (0..FEW).map(vehicle).collect();
    take(&store, &vehicles.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_records_make_the_same_store_and_the_same_answers_on_six_nodes() {
    let scene = Scene::open().await;
    let embedded = StoreUrl::Embedded(scene.folder.path().join("truth"));
    let [one, other] = [&embedded, &scene.cluster.url()].map(|url| core(url, scene.folder.path()));
    assert_eq!(one.digest().unwrap(), other.digest().unwrap());
    assert_eq!(one.claims().unwrap(), other.claims().unwrap());
    scene.heals(&scene.door).await;
    // The same again is known, and changes nothing.
    let before = other.digest().unwrap();
    take(&other, DEMO);
    assert_eq!(other.digest().unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_on_any_node_is_on_every_door_within_the_second() {
    let (cluster, folder) = (Cluster::start(), TempDir::new().unwrap());
    cluster.admit(USERS);
    let store = core(cluster.as_user("saoma-core:password@"), folder.path());
    take(&store, DEMO);
    let edge = cluster.as_user("saoma-edge:password@");
    let doors = [(); 3].map(|()| Door::before(&edge));
    for door in &doors {
        assert!(door.get(VIN).await.is_fresh());
        assert_eq!(door.get(&path_of(7)).await.status, 404);
    }
    take(&store, &recall_of_vin("now", "请停止骑行"));
    for door in &doors {
        until(door, VIN, PROMPT, says("请停止骑行")).await;
    }
    take(&store, &recall_of_class("class", "整批召回"));
    for door in &doors {
        until(door, VIN, PROMPT, says("整批召回")).await;
    }
    take(&store, &vehicle(7));
    for door in &doors {
        until(door, &path_of(7), PROMPT, says("TDR4996Z")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_dies_is_replaced_and_nothing_wrong_is_served_meanwhile() {
    let mut scene = Scene::open().await;
    // From now on all pages are cached here, however busy the machine was.
    scene.heals(&scene.door).await;
    let home = owner(slot(&scene.cluster.nodes[0], VIN_KEY));
    scene.cluster.nodes[home].kill();
    let died = Instant::now();
    // A door that has seen nothing yet reads what is left, and never takes lost for unregistered.
    let newcomer = Door::before(&scene.cluster.url());
    while !scene.cluster.promoted(home + 3) {
        // All pages are cached here; only what is not registered cannot be told from what is lost.
        assert!(scene.round(&scene.door).await <= 1);
        scene.round(&newcomer).await;
        assert!(died.elapsed() < AGREED, "no new master");
    }
    scene.heals(&scene.door).await;
    scene.heals(&newcomer).await;
    // Its successor tells of changes as it did.
    let store = core(scene.cluster.url(), scene.folder.path());
    take(&store, &recall_of_vin("now", "请停止骑行"));
    until(&scene.door, VIN, PROMPT, says("请停止骑行")).await;
    // Back again it is a replica, and nobody takes its word.
    scene.cluster.nodes[home].restart();
    for _round in 0..20 {
        assert!(says("请停止骑行")(&scene.door.get(VIN).await));
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_moves_takes_its_pages_along_and_no_change_is_missed() {
    let scene = Scene::open().await;
    let (cluster, door) = (&scene.cluster, &scene.door);
    scene.heals(door).await;
    let store = core(cluster.url(), scene.folder.path());
    let moving = slot(&cluster.nodes[0], VIN_KEY);
    let home = owner(moving);
    let away = (home + 1) % 3;
    // In the middle: half moved, and a change written where it is now.
    tokio::task::block_in_place(|| {
        cluster.migrate(moving, home, away, || {
            take(&store, &recall_of_vin("now-1", "途中召回"));
        });
    });
    until(door, VIN, PROMPT, says("途中召回")).await;
    take(&store, &recall_of_vin("now-2", "到达召回"));
    until(door, VIN, PROMPT, says("到达召回")).await;
    for path in [PWB, LIC, &path_of(3)] {
        assert!(door.get(path).await.is_fresh(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_first_written_while_its_slot_moves_is_seen_within_the_second() {
    let scene = Scene::open().await;
    let (cluster, door) = (&scene.cluster, &scene.door);
    let store = core(cluster.url(), scene.folder.path());
    // There is no class of this maker yet, and no such vehicle; that is what the door knows.
    let class = slot(&cluster.nodes[0], b"c:\x052186");
    let absent = path_of(FEW + 1);
    assert!(door.get(VIN).await.is_fresh());
    assert_eq!(door.get(&absent).await.status, 404);
    let key = view_key(FEW + 1);
    let runtime = tokio::runtime::Handle::current();
    let written = [
        (class, recall_of_class("class", "整批召回"), VIN, "整批召回"),
        (
            slot(&cluster.nodes[0], &key),
            vehicle(FEW + 1),
            absent.as_str(),
            "TDR4996Z",
        ),
    ];
    for (moving, record, path, text) in written {
        let home = owner(moving);
        tokio::task::block_in_place(|| {
            cluster.migrate(moving, home, (home + 1) % 3, || {
                take(&store, &record);
                runtime.block_on(until(door, path, PROMPT, says(text)));
            });
        });
        until(door, path, PROMPT, says(text)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_that_is_emptied_makes_nothing_unregistered() {
    let scene = Scene::open().await;
    scene.heals(&scene.door).await;
    let home = owner(slot(&scene.cluster.nodes[0], VIN_KEY));
    let _flushed: String = scene.cluster.nodes[home].say(&["FLUSHALL"]);
    until(&scene.door, VIN, PROMPT, Answer::is_stale).await;
    let newcomer = Door::before(&scene.cluster.url());
    for _round in 0..5 {
        scene.round(&scene.door).await;
        scene.round(&newcomer).await;
    }
    assert_eq!(newcomer.get(VIN).await.status, 503);
    // No writer fills the gap silently.
    let refused = crate::sample::try_core(scene.cluster.url(), scene.folder.path());
    assert!(refused.is_err());
    for master in &scene.cluster.nodes[..3] {
        let _flushed: String = master.say(&["FLUSHALL"]);
    }
    fill(&scene.cluster.url(), scene.folder.path());
    scene.heals(&scene.door).await;
    scene.heals(&newcomer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_views_share_may_lie_on_a_dead_master_and_who_has_read_it_still_answers() {
    const MODELS: usize = 30;
    // Nobody takes over until we say so.
    let mut cluster = Cluster::with(&["--cluster-replica-no-failover", "yes"]);
    let folder = TempDir::new().unwrap();
    let store = core(cluster.url(), folder.path());
    let of_model = |number: usize, model: usize| {
        vehicle(number).replace("TDR4996Z", &format!("MODEL-{model}"))
    };
    // The first vehicle of each model says where the model's common part lies.
    let firsts: Vec<String> = (0..MODELS).map(|at| of_model(at, at)).collect();
    take(&store, &firsts.join("\n"));
    let home = |key: &[u8]| owner(slot(&cluster.nodes[0], key));
    let common_home = |model: usize| {
        let key = view_key(model);
        let mut get = redis::cmd("GET");
        get.arg(&key);
        let row: Vec<u8> = get
            .query(&mut cluster.nodes[home(&key)].connection())
            .unwrap();
        home(&[b"s:", &row[..8]].concat())
    };
    // Its makers' classes lie elsewhere, and so does the view of another vehicle of it.
    let classes = ["2186", "MA2RJ6WH"].map(|maker| {
        let maker = Subject::Maker(Maker::parse(maker).unwrap());
        home(&[b"c:", &*maker.key()].concat())
    });
    let model = (0..MODELS).find(|model| !classes.contains(&common_home(*model)));
    let model = model.unwrap();
    let lost = common_home(model);
    let elsewhere = |number: &usize| home(&view_key(*number)) != lost;
    let second = (MODELS..2 * MODELS).find(elsewhere).unwrap();
    take(&store, &of_model(second, model));
    let (known, asked) = (path_of(model), path_of(second));
    let who_knows = Door::before(&cluster.url());
    let newcomer = Door::before(&cluster.url());
    let text = format!("MODEL-{model}");
    until(&who_knows, &known, AGREED, says(&text)).await;
    until(&newcomer, ABSENT, AGREED, |answer| answer.status == 404).await;
    tokio::task::block_in_place(|| cluster.nodes[lost].kill());
    until(&newcomer, &asked, AGREED, |answer| answer.status == 503).await;
    assert!(newcomer.get(&asked).await.has("retry-after"));
    // Nobody has asked this door for that code either; but it knows the model, and that never changes.
    until(&who_knows, &asked, AGREED, says(&text)).await;
    assert_eq!(newcomer.get(&asked).await.status, 503);
    let took_over = || {
        cluster.nodes[lost + 3]
            .try_say::<String>(&["CLUSTER", "FAILOVER", "TAKEOVER"])
            .is_ok()
    };
    tokio::task::block_in_place(|| crate::nodes::until("nobody takes over", took_over));
    until(&newcomer, &asked, AGREED, says(&text)).await;
    until(&who_knows, &asked, AGREED, says(&text)).await;
}
