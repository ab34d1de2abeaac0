use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, io::AsyncWriteExt as _, net::TcpStream, time::timeout};

use crate::support::*;

const RECORDS: &str = include_str!("../../src/shell/demo/records.ndjson");

/// A public door in a process of its own. Killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

/// Where the socket of a process comes from.
pub(crate) enum Socket<'a> {
    /// Its own, on a port that may be shared.
    Shared(u16),
    /// One that it was handed, as systemd does.
    Handed(&'a TcpListener),
}

/// What came of asking.
#[derive(Default)]
struct Tally {
    answered: AtomicU64,
    failed: AtomicU64,
    over: AtomicBool,
}

/// A folder with a store in it.
pub(crate) fn store() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("records.ndjson"), RECORDS).unwrap();
    let imported = saoma(folder.path(), "exec \"$0\" import records.ndjson")
        .stderr(Stdio::null())
        .status();
    assert!(imported.unwrap().success());
    folder
}

/// The binary as `$0` of a line of shell, which can set limits and pass descriptors on: the one that
/// was built with this test, or an optimised one that `STREET_BIN` names.
fn saoma(folder: &Path, line: &str) -> Command {
    let built = env!("CARGO_BIN_EXE_saoma").to_owned();
    let binary = std::env::var("STREET_BIN").unwrap_or(built);
    let mut command = Command::new("sh");
    command
        .args(["-c", line, &binary])
        .current_dir(folder)
        .env_clear()
        .env("SAOMA_STORE", "embedded:store")
        .env("SAOMA_DRAIN_SECONDS", "10")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

impl Process {
    pub(crate) fn start(folder: &Path, run: usize, socket: &Socket<'_>, limits: &str) -> Self {
        let log = folder.join(format!("{run}.log"));
        let mut command = match socket {
            Socket::Shared(port) => {
                let mut command = saoma(folder, &format!("{limits}exec \"$0\" serve"));
                command
                    .env("SAOMA_PUBLIC_LISTEN", format!("127.0.0.1:{port}"))
                    .env("SAOMA_PUBLIC_PORTS", "shared");
                command
            }
            Socket::Handed(listener) => {
                let line = format!(
                    "{limits}export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http; \
                     exec \"$0\" serve 3<&0 </dev/null"
                );
                let mut command = saoma(folder, &line);
                let handed = OwnedFd::from(listener.try_clone().unwrap());
                command.stdin(Stdio::from(handed));
                command
            }
        };
        let child = command.stderr(File::create(&log).unwrap()).spawn().unwrap();
        Self { child, log }
    }

    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Where it can be reached in the clear.
    pub(crate) async fn opened(&mut self) -> SocketAddr {
        self.reached(false).await
    }

    /// Where it can be reached behind TLS.
    pub(crate) async fn opened_secure(&mut self) -> SocketAddr {
        self.reached(true).await
    }

    async fn reached(&mut self, tls: bool) -> SocketAddr {
        until("the door is open", async || {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{}", self.said());
            self.said().lines().find_map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).ok()?;
                (line["tls"] == tls).then_some(())?;
                line["address"].as_str()?.parse().ok()
            })
        })
        .await
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stopped(mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.unwrap().success());
        let ended = until("the process ends", async || self.child.try_wait().unwrap()).await;
        assert!(ended.success(), "{}", self.said());
        assert!(self.said().contains("\"Clean\""), "{}", self.said());
    }

    /// Memory that is really there, in KiB.
    pub(crate) fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.unwrap().split_whitespace().nth(1).unwrap();
        number.parse().unwrap()
    }

    /// Processor time so far, in ticks.
    fn ticks(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let after = stat.rsplit_once(')').unwrap().1;
        let fields: Vec<&str> = after.split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already, and then there is nobody to kill.
        let _killed = self.child.kill().is_ok();
        let _waited = self.child.wait().is_ok();
    }
}

/// Asks until it is over: each request on a new connection, or as many on one as it lasts.
async fn keep_asking(address: SocketAddr, stays: bool, tally: Arc<Tally>) {
    let line = if stays { "" } else { "Connection: close\r\n" };
    while !tally.over.load(Relaxed) {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            tally.failed.fetch_add(1, Relaxed);
            continue;
        };
        loop {
            let Ok(answer) = ask(&mut stream, line).await else {
                tally.failed.fetch_add(1, Relaxed);
                break;
            };
            tally.answered.fetch_add(1, Relaxed);
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            if answer.contains("connection: close") || tally.over.load(Relaxed) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

/// One process after another takes over while everybody keeps asking. How many requests were
/// answered, and how many were not.
async fn generations(handed: Option<&TcpListener>) -> (u64, u64) {
    let folder = store();
    let socket = |port| handed.map_or(Socket::Shared(port), Socket::Handed);
    let mut now = Process::start(folder.path(), 0, &socket(0), "");
    let address = now.opened().await;
    let tally = Arc::new(Tally::default());
    let asking: Vec<_> = (0..8)
        .map(|reader| {
            let tally = Arc::clone(&tally);
            tokio::spawn(keep_asking(address, reader % 2 == 0, tally))
        })
        .collect();
    for run in 1..=3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let mut next = Process::start(folder.path(), run, &socket(address.port()), "");
        next.opened().await;
        now.stopped().await;
        now = next;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    tally.over.store(true, Relaxed);
    for reader in asking {
        timeout(DEADLINE, reader).await.unwrap().unwrap();
    }
    (tally.answered.load(Relaxed), tally.failed.load(Relaxed))
}

#[tokio::test]
async fn a_process_takes_over_a_handed_socket_and_no_request_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (answered, failed) = generations(Some(&listener)).await;
    println!("handed over: {answered} answered, {failed} failed");
    assert_eq!(failed, 0, "of {answered}");
    assert!(answered > 100, "{answered}");
}

#[tokio::test]
async fn a_process_takes_over_a_shared_port() {
    let (answered, failed) = generations(None).await;
    println!("shared port: {answered} answered, {failed} failed");
    // Without the kernel's help what arrives between the last look and the end is lost.
    let helps = fs::read_to_string("/proc/sys/net/ipv4/tcp_migrate_req");
    let most = if helps.is_ok_and(|set| set.trim() == "1") {
        0
    } else {
        3 * 8
    };
    assert!(failed <= most, "{failed} of {answered}");
    assert!(answered > 100, "{answered}");
}

#[tokio::test]
async fn a_process_without_descriptors_waits_and_recovers() {
    let folder = store();
    let mut process = Process::start(folder.path(), 0, &Socket::Shared(0), "ulimit -n 40; ");
    let address = process.opened().await;
    let mut held = Vec::new();
    for _ in 0..80 {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    until("it has run out", async || {
        process.said().contains("cannot accept").then_some(())
    })
    .await;
    let before = process.ticks();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let spent = process.ticks() - before;
    // A hundred ticks a second: a loop that spins takes them all.
    assert!(spent < 60, "{spent} ticks of 200");
    let told = process.said().matches("cannot accept").count();
    assert!(told < 100, "{told} lines");
    // Who had a place is served all the time.
    let first = &mut held[0];
    first
        .write_all(b"GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut byte = [0; 1];
    let read = timeout(DEADLINE, first.read_exact(&mut byte)).await;
    read.unwrap().unwrap();
    drop(held);
    until("it serves again", async || {
        let mut stream = TcpStream::connect(address).await.ok()?;
        ask(&mut stream, "").await.ok()
    })
    .await;
    process.stopped().await;
}

#[tokio::test]
async fn a_socket_that_no_door_wants_is_told() {
    let folder = store();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let handed = OwnedFd::from(listener);
    let said = saoma(
        folder.path(),
        "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=gopher; exec \"$0\" serve 3<&0",
    )
    .stdin(Stdio::from(handed))
    .output()
    .unwrap();
    assert!(!said.status.success());
    assert!(String::from_utf8_lossy(&said.stderr).contains("gopher"));
}

#[tokio::test]
async fn a_socket_handed_over_for_the_staff_door_opens_it_without_a_setting() {
    let folder = store();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let made = saoma(folder.path(), "exec \"$0\" token keygen").status();
    assert!(made.unwrap().success());
    let log = folder.path().join("staff.log");
    let child = saoma(
        folder.path(),
        "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=staff; exec \"$0\" serve 3<&0 </dev/null",
    )
    .env("SAOMA_PUBLIC_LISTEN", "127.0.0.1:0")
    .stdin(Stdio::from(OwnedFd::from(listener)))
    .stderr(File::create(&log).unwrap())
    .spawn()
    .unwrap();
    let process = Process { child, log };
    let asked = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head =
            "GET /lic/33010621822480.json HTTP/1.1\r\nHost: door\r\nConnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    // The socket is there from the start, so this waits for whoever takes it.
    let answer = timeout(Duration::from_mins(1), asked).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    process.stopped().await;
}
