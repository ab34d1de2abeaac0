use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::door::Door;
use crate::sample::{DEMO, PWB, VIN, core, recall_of_vin, take, vehicle};
use crate::server::{Server, end, free_port};

/// Sentinels need three seconds to agree and to promote; a busy machine takes its time.
const FAILOVER: Duration = Duration::from_secs(40);

/// One master, two replicas, three sentinels.
pub(crate) struct Group {
    pub(crate) master: Server,
    replicas: [Server; 2],
    sentinels: Vec<(Child, u16)>,
    _folder: TempDir,
}

impl Group {
    pub(crate) fn start() -> Self {
        let master = Server::start();
        let of = format!("127.0.0.1 {}", master.port);
        let replicas = [(); 2]
            .map(|()| Server::with(&["--replicaof", &of, "--repl-diskless-sync-delay", "0"]));
        let folder = TempDir::new().unwrap();
        let sentinels = (0..3).map(|number| {
            let port = free_port();
            let mut text = String::new();
            writeln!(text, "port {port}\nbind 127.0.0.1").unwrap();
            writeln!(text, "dir {}", folder.path().display()).unwrap();
            writeln!(text, "sentinel monitor mymaster {of} 2").unwrap();
            text.push_str("sentinel down-after-milliseconds mymaster 1000\n");
            text.push_str("sentinel failover-timeout mymaster 3000\n");
            let file = folder.path().join(format!("sentinel-{number}.conf"));
            std::fs::write(&file, text).unwrap();
            let child = Command::new("redis-sentinel")
                .arg(file)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap_or_else(|error| panic!("redis-sentinel: {error}"));
            (child, port)
        });
        let group = Self {
            master,
            replicas,
            sentinels: sentinels.collect(),
            _folder: folder,
        };
        group.settle();
        group
    }

    /// Waits until all know of each other.
    fn settle(&self) {
        let started = std::time::Instant::now();
        while !self.sentinels.iter().all(|(_, port)| knows_all(*port)) {
            assert!(
                started.elapsed() < FAILOVER,
                "sentinels that do not find each other"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn url(&self) -> StoreUrl {
        let hosts: Vec<String> = self
            .sentinels
            .iter()
            .map(|(_, port)| format!("127.0.0.1:{port}"))
            .collect();
        format!("redis+sentinel://{}", hosts.join(","))
            .parse()
            .unwrap()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for (child, _) in &mut self.sentinels {
            end(child);
        }
    }
}

fn knows_all(port: u16) -> bool {
    let ask = || {
        let client = redis::Client::open(("127.0.0.1", port))?;
        let mut connection = client.get_connection_with_timeout(Duration::from_secs(5))?;
        redis::cmd("INFO")
            .arg("sentinel")
            .query::<String>(&mut connection)
    };
    ask().is_ok_and(|said: String| {
        said.contains("status=ok,") && said.contains("slaves=2,sentinels=3")
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_master_is_replaced_and_nothing_that_was_taken_in_is_lost() {
    let (mut group, folder) = (Group::start(), TempDir::new().unwrap());
    let store = core(group.url(), folder.path());
    take(&store, DEMO);
    let before = store.digest().unwrap();
    let door = Door::before(&group.url());
    assert!(door.get(VIN).await.is_fresh());
    group.master.kill();
    let died = Instant::now();
    // The writer waits for the new master and goes on.
    let written = tokio::task::spawn_blocking(move || {
        take(&store, &vehicle(1));
        take(&store, &recall_of_vin("now", "请停止骑行"));
        store
    });
    // A cached page is there all the while.
    while !written.is_finished() {
        assert_eq!(door.get(VIN).await.status, 200);
        assert!(died.elapsed() < FAILOVER, "no new master");
        sleep(Duration::from_millis(50)).await;
    }
    let store = written.await.unwrap();
    let back = Instant::now();
    while !(door.get(VIN).await.text().contains("请停止骑行") && door.get(PWB).await.is_fresh())
    {
        assert!(
            back.elapsed() < FAILOVER,
            "the door does not find the new master"
        );
        sleep(Duration::from_millis(20)).await;
    }
    assert!(door.get(VIN).await.is_fresh());
    // The same records again are known, all of them.
    let all = [
        DEMO.trim_end(),
        &vehicle(1),
        &recall_of_vin("now", "请停止骑行"),
    ]
    .join("\n");
    let again = store.ingest(&crate::sample::admitted(&all)).unwrap();
    assert_eq!(again.added, 0);
    assert_ne!(store.digest().unwrap(), before);
    assert_eq!(group.replicas.len(), 2);
}
