//! Many vehicles in six nodes, readers all the time, and a master that is killed: every answer is
//! held against what was imported.
//!
//! Healed is when nothing but fresh answers was given for [`QUIET`]. What goes wrong later has a row
//! of its own: on a machine that others keep busy too, an answer may be late at any time, and that
//! is no sign of a cluster that does not heal. How long the machine stood still stands beside it:
//! where that is nearly a second, nearly all answers are 503 with all six nodes alive.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Answer, Cluster, Core, Duration, Instant, NEVER, StoreUrl, TempDir};
use super::{core, millis, print, size, sleep, take, until};
use crate::door::Door;

/// Makers by their codes, and who submits for them, so that classes of both sorts lie on every node.
const MAKERS: usize = 100;
const SOURCES: [&str; 5] = [
    "91331082MA2RJ6WH89",
    "91330106MA1DEM015F",
    "91330522763929651A",
    "91330500MA2DEM025L",
    "91330106MA3DEM035X",
];
const READERS: usize = 16;
/// Between two questions of one reader.
const BETWEEN: Duration = Duration::from_millis(1);
const BATCH: usize = 5_000;
/// Nothing but fresh answers for so long is what healed means: longer than any pause between two
/// attempts to connect, and than a failed answer is kept.
const QUIET: Duration = Duration::from_secs(2);
/// And so many of them: each reader has had some.
const ENOUGH: u64 = 160;
/// How often it is looked whether this machine stands still.
const TICK: Duration = Duration::from_millis(5);
/// Why a store has no answer, as the metrics call it.
const TROUBLES: [&str; 6] = [
    "unreachable",
    "deadline",
    "emptied",
    "busy",
    "corrupt",
    "engine",
];

/// How many there were of each.
type Troubles = [f64; TROUBLES.len()];
const NO_TROUBLES: Troubles = [0.0; TROUBLES.len()];

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
        r#"{{"id":"made-{number}","record":"production.vehicle","source":"{}","at":"2022-08-31T10:00:00+08:00","fields":{{"ZhenCheBM":"{}","CheLiangZZS":"示例车业有限公司","ChanPinXH":"TDR4996Z"}}}}"#,
        SOURCES[number % SOURCES.len()],
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
    /// The longest that a thread of this process which wanted to run did not.
    still_micros: AtomicU64,
}

struct Load {
    doors: Vec<Door>,
    vehicles: usize,
    /// The page of number 0; every other is the same with another code.
    page: String,
    phases: [Tally; 4],
    phase: AtomicU64,
    begun: Instant,
    /// When the last answer that was not fresh was given, in microseconds of this load.
    last_bad: AtomicU64,
    /// How many were since.
    fresh_since: AtomicU64,
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
            let phase = self.tally();
            let asked = Instant::now();
            let answer = door.get(&path(number)).await;
            let took = u64::try_from(asked.elapsed().as_micros()).unwrap();
            phase.worst_micros.fetch_max(took, Ordering::Relaxed);
            self.judge(&answer, number, phase);
            // Without it a reader of cached pages never lets anybody else run.
            sleep(BETWEEN).await;
        }
    }

    fn tally(&self) -> &Tally {
        &self.phases[usize::try_from(self.phase.load(Ordering::Relaxed)).unwrap()]
    }

    /// Notes how long this machine stands still at a time.
    fn watch(&self) {
        while !self.is_over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            std::thread::sleep(TICK);
            let still = begun.elapsed().saturating_sub(TICK);
            let still = u64::try_from(still.as_micros()).unwrap();
            self.tally()
                .still_micros
                .fetch_max(still, Ordering::Relaxed);
        }
    }

    /// How long after the beginning the last answer was given that was not fresh.
    fn last_bad(&self) -> Duration {
        Duration::from_micros(self.last_bad.load(Ordering::Relaxed))
    }

    /// Why answers were not to be had until now, on all doors.
    fn troubles(&self) -> Troubles {
        TROUBLES.map(|kind| {
            let name = format!("saoma_store_errors_total{{kind=\"{kind}\"}}");
            self.doors.iter().map(|door| door.counted(&name)).sum()
        })
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
        if answer.is_fresh() {
            self.fresh_since.fetch_add(1, Ordering::Relaxed);
        } else {
            self.fresh_since.store(0, Ordering::Relaxed);
            let now = u64::try_from(self.begun.elapsed().as_micros()).unwrap();
            self.last_bad.fetch_max(now, Ordering::Relaxed);
        }
    }

    fn report(&self) {
        print(
            "| phase | answers | fresh | stale | 503 | error rate | wrong | slowest | machine stood still |",
        );
        print("|---|---|---|---|---|---|---|---|---|");
        self.row(0, "before");
        self.row(1, "from the kill until healed");
        self.row(2, "healed");
        self.row(3, "the dead one is back");
    }

    fn row(&self, phase: usize, what: &str) {
        let tally = &self.phases[phase];
        let [fresh, stale, refused] =
            [&tally.fresh, &tally.stale, &tally.refused].map(|count| count.load(Ordering::Relaxed));
        let all = (fresh + stale + refused).max(1);
        let [worst, still] = [&tally.worst_micros, &tally.still_micros]
            .map(|micros| millis(Duration::from_micros(micros.load(Ordering::Relaxed))));
        let errors = refused * 10_000 / all;
        print(&format!(
            "| {what} | {all} | {fresh} | {stale} | {refused} | {}.{:02} % | 0 | {worst} | {still} |",
            errors / 100,
            errors % 100,
        ));
    }
}

/// The page that an embedded store makes of the first vehicle.
async fn first_page(folder: &TempDir) -> String {
    let embedded = StoreUrl::Embedded(folder.path().join("truth"));
    take(&core(&embedded, folder.path()), &record(0));
    Door::before(&embedded).get(&path(0)).await.text()
}

fn import(store: &Core, vehicles: usize) {
    for first in (0..vehicles).step_by(BATCH) {
        let last = (first + BATCH).min(vehicles);
        let records: Vec<String> = (first..last).map(record).collect();
        take(store, &records.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a figure: loadtest/faults.sh"]
async fn a_master_killed_under_load() {
    let (vehicles, folder) = (size("VEHICLES", 2_000), TempDir::new().unwrap());
    let mut cluster = Cluster::start();
    let url = cluster.url();
    let store = core(&url, folder.path());
    let imported = Instant::now();
    tokio::task::block_in_place(|| import(&store, vehicles));
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
        fresh_since: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
    });
    for door in &load.doors {
        until(door, &path(0), Answer::is_fresh).await;
    }
    let watched = Arc::clone(&load);
    // No task of this runtime: it measures what keeps those from running.
    std::thread::spawn(move || watched.watch());
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
    let healed = healing(&load, killed).await.saturating_sub(killed);
    let while_ill = load.troubles();
    load.phase.store(2, Ordering::Relaxed);
    sleep(phase).await;
    // And the dead one comes back, as a replica.
    load.phase.store(3, Ordering::Relaxed);
    tokio::task::block_in_place(|| cluster.nodes[0].restart());
    sleep(phase).await;
    load.is_over.store(true, Ordering::Relaxed);
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
    load.report();
    print(&format!(
        "\nnew master after {}, all fresh after {} (node timeout 4 s)",
        millis(promoted),
        millis(healed)
    ));
    print(&format!(
        "the store had no answer: {} until healed, {} later",
        told(while_ill, NO_TROUBLES),
        told(load.troubles(), while_ill)
    ));
}

/// Waits until nothing but fresh answers is given, and says how long after the beginning the last
/// other one was.
async fn healing(load: &Load, since: Duration) -> Duration {
    let begun = load.begun.elapsed();
    // No answer at all is not a fresh one.
    while load.fresh_since.load(Ordering::Relaxed) < ENOUGH
        || load.begun.elapsed() < begun.max(load.last_bad()) + QUIET
    {
        if load.begun.elapsed() >= since + NEVER {
            load.report();
            panic!("it does not heal: {}", told(load.troubles(), NO_TROUBLES));
        }
        sleep(Duration::from_millis(50)).await;
    }
    load.last_bad()
}

/// What came to be between two looks at the troubles.
fn told(after: Troubles, before: Troubles) -> String {
    let each = TROUBLES.iter().zip(after.iter().zip(before));
    let some = each.filter(|(_, (after, before))| *after > before);
    let some: Vec<String> = some
        .map(|(kind, (after, before))| format!("{} {kind}", after - before))
        .collect();
    if some.is_empty() {
        return "never".to_owned();
    }
    some.join(", ")
}
