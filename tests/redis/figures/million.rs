//! Many vehicles in six nodes, readers all the time, and a master that is killed: every answer is
//! held against what was imported.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Answer, Cluster, Duration, Instant, NEVER, StoreUrl, TempDir};
use super::{core, millis, print, size, sleep, take, until};
use crate::door::Door;

/// Makers, so that classes lie on every node.
const MAKERS: usize = 100;
const READERS: usize = 16;
/// Between two questions of one reader.
const BETWEEN: Duration = Duration::from_millis(1);
const BATCH: usize = 5_000;

fn code(number: usize) -> String {
    format!("{}222{number:08}", maker(number))
}

/// Four digits.
fn maker(number: usize) -> usize {
    1000 + number % MAKERS
}

fn path(number: usize) -> String {
    format!("/vin/{}.json", code(number))
}

fn record(number: usize) -> String {
    format!(
        r#"{{"id":"made-{number}","record":"production.vehicle","source":"91331082MA2RJ6WH89","at":"2022-08-31T10:00:00+08:00","fields":{{"ZhenCheBM":"{}","CheLiangZZS":"示例车业有限公司","ChanPinXH":"TDR4996Z"}}}}"#,
        code(number)
    )
}

/// What came of reads in one phase.
#[derive(Default)]
struct Tally {
    fresh: AtomicU64,
    stale: AtomicU64,
    refused: AtomicU64,
    worst_micros: AtomicU64,
}

struct Load {
    doors: Vec<Door>,
    vehicles: usize,
    /// The page of number 0; every other is the same with another code.
    page: String,
    phases: [Tally; 3],
    phase: AtomicU64,
    begun: Instant,
    /// When the last answer that was not fresh was given, in microseconds of this load.
    last_bad: AtomicU64,
    is_over: AtomicBool,
}

impl Load {
    async fn read(self: Arc<Self>, reader: usize) {
        let mut chance = u64::try_from(reader).unwrap() + 1;
        while !self.is_over.load(Ordering::Relaxed) {
            // SplitMix64's step, well enough mixed by its high half.
            chance = chance
                .wrapping_mul(0x5851_f42d_4c95_7f2d)
                .wrapping_add(0x1405_7b7e_f767_814f);
            let number = usize::try_from(chance >> 33).unwrap() % self.vehicles;
            let door = &self.doors[reader % self.doors.len()];
            let phase = &self.phases[usize::try_from(self.phase.load(Ordering::Relaxed)).unwrap()];
            let asked = Instant::now();
            let answer = door.get(&path(number)).await;
            let took = u64::try_from(asked.elapsed().as_micros()).unwrap();
            phase.worst_micros.fetch_max(took, Ordering::Relaxed);
            self.judge(&answer, number, phase);
            // Without it a reader of cached pages never lets anybody else run.
            sleep(BETWEEN).await;
        }
    }

    fn judge(&self, answer: &Answer, number: usize, phase: &Tally) {
        let count = match answer.status {
            200 if answer.is_stale() => &phase.stale,
            200 => &phase.fresh,
            503 => &phase.refused,
            wrong => panic!("{wrong} for a vehicle that was imported"),
        };
        count.fetch_add(1, Ordering::Relaxed);
        if answer.status == 200 {
            let said = answer.text().replace("\"stale\":true", "\"stale\":false");
            let maker = maker(number).to_string();
            let page = self.page.replace("1000", &maker);
            let page = page.replace("00000000", &format!("{number:08}"));
            assert_eq!(said, page, "something wrong was served");
        }
        if !answer.is_fresh() {
            let now = u64::try_from(self.begun.elapsed().as_micros()).unwrap();
            self.last_bad.fetch_max(now, Ordering::Relaxed);
        }
    }

    fn row(&self, phase: usize, what: &str) {
        let tally = &self.phases[phase];
        let [fresh, stale, refused] =
            [&tally.fresh, &tally.stale, &tally.refused].map(|count| count.load(Ordering::Relaxed));
        let all = (fresh + stale + refused).max(1);
        let worst = Duration::from_micros(tally.worst_micros.load(Ordering::Relaxed));
        let errors = refused * 10_000 / all;
        print(&format!(
            "| {what} | {all} | {fresh} | {stale} | {refused} | {}.{:02} % | 0 | {} |",
            errors / 100,
            errors % 100,
            millis(worst)
        ));
    }
}

/// The page that an embedded store makes of the first vehicle.
async fn first_page(folder: &TempDir) -> String {
    let embedded = StoreUrl::Embedded(folder.path().join("truth"));
    take(&core(&embedded, folder.path()), &record(0));
    Door::before(&embedded).get(&path(0)).await.text()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a figure: loadtest/faults.sh"]
async fn a_master_killed_under_load() {
    let (vehicles, folder) = (size("VEHICLES", 2_000), TempDir::new().unwrap());
    let mut cluster = Cluster::start();
    let url = cluster.url();
    let store = core(&url, folder.path());
    let imported = Instant::now();
    tokio::task::block_in_place(|| {
        for first in (0..vehicles).step_by(BATCH) {
            let last = (first + BATCH).min(vehicles);
            let records: Vec<String> = (first..last).map(record).collect();
            take(&store, &records.join("\n"));
        }
    });
    print(&format!(
        "\n## {vehicles} vehicles in six nodes, a master killed under load\n"
    ));
    print(&format!(
        "imported in {}; three edges, {READERS} readers with 1 ms between two questions, each answer held against what was imported\n",
        millis(imported.elapsed())
    ));
    let load = Arc::new(Load {
        doors: (0..3).map(|_| Door::before(&url)).collect(),
        vehicles,
        page: first_page(&folder).await,
        phases: Default::default(),
        phase: AtomicU64::new(0),
        begun: Instant::now(),
        last_bad: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
    });
    for door in &load.doors {
        until(door, &path(0), Answer::is_fresh).await;
    }
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..READERS {
        readers.spawn(Arc::clone(&load).read(reader));
    }
    let phase = Duration::from_secs(u64::try_from(size("PHASE_SECONDS", 5)).unwrap());
    sleep(phase).await;
    load.phase.store(1, Ordering::Relaxed);
    let killed = load.begun.elapsed();
    tokio::task::block_in_place(|| cluster.nodes[0].kill());
    while !tokio::task::block_in_place(|| cluster.promoted(3)) {
        assert!(load.begun.elapsed() < killed + NEVER, "no new master");
        sleep(Duration::from_millis(10)).await;
    }
    let promoted = load.begun.elapsed().saturating_sub(killed);
    // Healed: nothing but fresh answers for as long as a phase.
    let bad = || Duration::from_micros(load.last_bad.load(Ordering::Relaxed));
    while load.begun.elapsed() < (killed + promoted).max(bad()) + phase {
        assert!(load.begun.elapsed() < killed + NEVER, "it does not heal");
        sleep(Duration::from_millis(50)).await;
    }
    let healed = bad().saturating_sub(killed);
    // And the dead one comes back, as a replica.
    load.phase.store(2, Ordering::Relaxed);
    tokio::task::block_in_place(|| cluster.nodes[0].restart());
    sleep(phase).await;
    load.is_over.store(true, Ordering::Relaxed);
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
    print("| phase | answers | fresh | stale | 503 | error rate | wrong | slowest |");
    print("|---|---|---|---|---|---|---|---|");
    load.row(0, "before");
    load.row(1, "from the kill to a quiet phase");
    load.row(2, "the dead one is back");
    print(&format!(
        "\nnew master after {}, all fresh after {} (node timeout 4 s)",
        millis(promoted),
        millis(healed)
    ));
}
