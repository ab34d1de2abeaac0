//! The table of faults: what a reader got, within how long, and how long until all was well.

use super::{Answer, Cluster, Core, Duration, Instant, NEVER, Server, StoreUrl, TempDir};
use super::{millis, print, size, sleep, until};
use crate::door::Door;
use crate::nodes::owner;
use crate::proxy::{Proxy, Way};
use crate::sample::{core, path_of, recall_of, take, vehicle};
use crate::sentinel::Group;

/// Codes asked for once before the fault, and one in which an alert is written as it begins.
const CACHED: usize = 20;
const ALERT: usize = CACHED;
/// Codes that nobody asks for until the fault.
const FIRST_UNKNOWN: usize = CACHED + 1;
const UNKNOWN: usize = 400;

/// What happens to the store.
struct Fault {
    name: &'static str,
    begin: Box<dyn FnMut() + Send>,
    end: Box<dyn FnMut() + Send>,
    /// What was in the store is gone and is imported again, which belongs to nobody's recovery.
    loses_all: bool,
}

/// What readers of one kind got.
#[derive(Default)]
struct Got {
    fresh: usize,
    stale: usize,
    refused: usize,
    worst: Duration,
}

impl Got {
    async fn ask(&mut self, door: &Door, number: usize) -> Answer {
        let asked = Instant::now();
        let answer = door.get(&path_of(number)).await;
        self.worst = self.worst.max(asked.elapsed());
        match answer.status {
            200 if answer.is_stale() => self.stale += 1,
            200 => self.fresh += 1,
            503 => self.refused += 1,
            wrong => panic!("{wrong} for a code that is registered"),
        }
        let said = answer.text();
        let own = format!("\"2186222{number:08}\"");
        assert!(answer.status == 503 || said.contains(&own), "{said}");
        answer
    }

    fn told(&self) -> String {
        let all = self.fresh + self.stale + self.refused;
        let part = |count: usize, what: &str| {
            (count > 0).then(|| format!("{} % {what}", count * 100 / all))
        };
        let parts = [
            part(self.fresh, "fresh"),
            part(self.stale, "stale"),
            part(self.refused, "503"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        format!("{}, ≤ {}", parts.join(", "), millis(self.worst))
    }
}

fn fill(url: &StoreUrl, folder: &TempDir) -> Core {
    let store = core(url, folder.path());
    let vehicles: Vec<String> = (0..FIRST_UNKNOWN + UNKNOWN).map(vehicle).collect();
    take(&store, &vehicles.join("\n"));
    store
}

/// Plays a fault to a door, and prints its row.
async fn play(url: &StoreUrl, way: &StoreUrl, mut fault: Fault) {
    let folder = TempDir::new().unwrap();
    let store = fill(url, &folder);
    let door = Door::before(way);
    for number in 0..=ALERT {
        until(&door, &path_of(number), Answer::is_fresh).await;
    }
    tokio::task::block_in_place(|| take(&store, &recall_of(ALERT)));
    tokio::task::block_in_place(|| (fault.begin)());
    let lasts = Duration::from_secs(u64::try_from(size("FAULT_SECONDS", 3)).unwrap());
    let (mut cached, mut unknown, mut alert) = (Got::default(), Got::default(), Got::default());
    let (begun, mut turn, mut said) = (Instant::now(), 0, None);
    while begun.elapsed() < lasts {
        cached.ask(&door, turn % CACHED).await;
        unknown.ask(&door, FIRST_UNKNOWN + turn % UNKNOWN).await;
        let answer = alert.ask(&door, ALERT).await;
        if said.is_none() && answer.text().contains("请停止骑行") {
            said = Some(begun.elapsed());
        }
        turn += 1;
        sleep(Duration::from_millis(5)).await;
    }
    tokio::task::block_in_place(|| (fault.end)());
    if fault.loses_all {
        drop(store);
        let store = tokio::task::block_in_place(|| fill(url, &folder));
        tokio::task::block_in_place(|| take(&store, &recall_of(ALERT)));
    }
    let over = Instant::now();
    let recalled = |answer: &Answer| answer.is_fresh() && answer.text().contains("请停止骑行");
    until(&door, &path_of(ALERT), recalled).await;
    let alert_back = over.elapsed();
    for number in (0..CACHED).chain(FIRST_UNKNOWN..FIRST_UNKNOWN + UNKNOWN) {
        until(&door, &path_of(number), Answer::is_fresh).await;
    }
    let all_back = over.elapsed();
    assert!(all_back < NEVER);
    let said = said.map_or("not in it".to_owned(), |after| {
        format!("after {}", millis(after))
    });
    print(&format!(
        "| {} | {} | {} | {}; alert {said} | {} | {} |",
        fault.name,
        cached.told(),
        unknown.told(),
        alert.told(),
        millis(alert_back),
        millis(all_back),
    ));
}

fn nothing() -> Box<dyn FnMut() + Send> {
    Box::new(|| ())
}

/// A fault of one server, made with words that it understands.
async fn of_words(
    name: &'static str,
    begin: &'static [&'static str],
    end: &'static [&'static str],
) {
    let server = std::sync::Arc::new(Server::start());
    let (one, other) = (
        std::sync::Arc::clone(&server),
        std::sync::Arc::clone(&server),
    );
    let say = |server: &Server, words: &[&str]| {
        if !words.is_empty() {
            let _said: redis::Value = server.say(words);
        }
    };
    let fault = Fault {
        name,
        begin: Box::new(move || say(&one, begin)),
        end: Box::new(move || say(&other, end)),
        loses_all: begin == ["FLUSHALL"],
    };
    play(&server.url(), &server.url(), fault).await;
}

async fn of_signals() {
    let server = std::sync::Arc::new(Server::start());
    let (one, other) = (
        std::sync::Arc::clone(&server),
        std::sync::Arc::clone(&server),
    );
    let fault = Fault {
        name: "SIGSTOP, SIGCONT",
        begin: Box::new(move || one.signal("STOP")),
        end: Box::new(move || other.signal("CONT")),
        loses_all: false,
    };
    play(&server.url(), &server.url(), fault).await;
}

async fn of_death() {
    let server = std::sync::Arc::new(std::sync::Mutex::new(Server::start()));
    let url = server.lock().unwrap().url();
    let (one, other) = (
        std::sync::Arc::clone(&server),
        std::sync::Arc::clone(&server),
    );
    let fault = Fault {
        name: "kill -9, back empty, imported anew",
        begin: Box::new(move || one.lock().unwrap().kill()),
        end: Box::new(move || other.lock().unwrap().restart()),
        loses_all: true,
    };
    play(&url, &url, fault).await;
}

async fn of_ways(name: &'static str, bad: Way) {
    let server = Server::start();
    let proxy = std::sync::Arc::new(Proxy::before(server.port, Way::Good).await);
    let way = format!("redis://127.0.0.1:{}", proxy.port).parse().unwrap();
    let (one, other) = (std::sync::Arc::clone(&proxy), std::sync::Arc::clone(&proxy));
    let fault = Fault {
        name,
        begin: Box::new(move || one.set(bad)),
        end: Box::new(move || other.set(Way::Good)),
        loses_all: false,
    };
    play(&server.url(), &way, fault).await;
}

async fn of_sentinels() {
    let mut group = Group::start();
    let url = group.url();
    let fault = Fault {
        name: "master behind sentinels: kill -9",
        begin: Box::new(move || group.master.kill()),
        end: nothing(),
        loses_all: false,
    };
    play(&url, &url, fault).await;
}

async fn of_a_cluster(
    name: &'static str,
    mut begin: impl FnMut(&mut Cluster, u16) + Send + 'static,
) {
    let mut cluster = Cluster::start();
    let url = cluster.url();
    let slot = crate::nodes::slot(&cluster.nodes[0], b"v:\x01\x21\x86\x22\x20\x00\x00\x00\x00");
    let fault = Fault {
        name,
        begin: Box::new(move || begin(&mut cluster, slot)),
        end: nothing(),
        loses_all: false,
    };
    play(&url, &url, fault).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure: loadtest/faults.sh"]
async fn table_of_faults() {
    print("\n## Faults: what a reader got, within how long, and the time to recovery\n");
    print(
        "Cached: asked for before. Uncached: never asked for. Alert: written the moment before.\n",
    );
    print(
        "| fault | cached | uncached | alert just written | alert shown after the end | all fresh after the end |",
    );
    print("|---|---|---|---|---|---|");
    of_signals().await;
    of_words(
        "CLIENT PAUSE 3 s",
        &["CLIENT", "PAUSE", "3000", "ALL"],
        &["CLIENT", "UNPAUSE"],
    )
    .await;
    of_words(
        "connections cut",
        &["CLIENT", "KILL", "TYPE", "normal"],
        &[],
    )
    .await;
    of_ways("way 100 ms slower", Way::Slow(Duration::from_millis(100))).await;
    of_ways("way 300 ms slower", Way::Slow(Duration::from_millis(300))).await;
    of_ways("way 2 s slower", Way::Slow(Duration::from_secs(2))).await;
    of_ways("rubbish for answers", Way::Rubbish).await;
    of_words("FLUSHALL, imported anew", &["FLUSHALL"], &[]).await;
    of_death().await;
    of_words(
        "out of memory",
        &["CONFIG", "SET", "maxmemory", "1"],
        &["CONFIG", "SET", "maxmemory", "0"],
    )
    .await;
    of_words(
        "read-only (a replica)",
        &["REPLICAOF", "127.0.0.1", "1"],
        &["REPLICAOF", "NO", "ONE"],
    )
    .await;
    of_sentinels().await;
    of_a_cluster("cluster: a master, kill -9", |cluster, slot| {
        cluster.nodes[owner(slot)].kill();
    })
    .await;
    of_a_cluster("cluster: a slot moves", |cluster, slot| {
        let home = owner(slot);
        cluster.migrate(slot, home, (home + 1) % 3, || ());
    })
    .await;
}
