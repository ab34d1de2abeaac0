use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::{Duration, Instant},
};

use saoma::{
    rooms::store::{PublicStore, StoreUrl, core::Core},
    words::policy::Policy,
};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here takes on a busy machine, shorter than anybody's patience.
const DEADLINE: Duration = Duration::from_mins(1);
/// Between two looks at something that another process has to do.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// A folder with a store in it.
pub(crate) struct Place {
    folder: TempDir,
    /// Tells the outputs of one process from those of another.
    runs: AtomicU32,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) out_file: PathBuf,
}

/// A command under way. Killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

/// A public door. Killed when it is dropped.
pub(crate) struct Serving {
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
}

/// An answer as it came over the wire.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            runs: AtomicU32::new(0),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    /// The text of a file, or nothing if there is none.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    pub(crate) fn lines(&self, name: &str) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap();
        self.read(name).lines().map(parse).collect()
    }

    pub(crate) fn start(&self, args: &[&str], variables: &[(&str, &str)]) -> Running {
        let run = self.runs.fetch_add(1, Relaxed);
        let [out, err] = ["out", "err"].map(|what| self.path(&format!("{run}.{what}")));
        let child = Command::new(env!("CARGO_BIN_EXE_saoma"))
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("SAOMA_STORE", "embedded:store")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .unwrap();
        Running { child, out, err }
    }

    /// Runs a command to its end.
    pub(crate) fn saoma(&self, args: &[&str]) -> Said {
        self.start(args, &[]).end()
    }

    /// Writes these lines to a file and imports it; nothing may be refused.
    pub(crate) fn take(&self, name: &str, lines: &[String]) {
        self.write(name, lines.join("\n"));
        let said = self.saoma(&["import", name]);
        let rejected = self.read(&format!("{name}.rejected.ndjson"));
        assert_eq!(said.code, Some(0), "{}{rejected}", said.err);
    }

    /// What `show` prints as JSON.
    pub(crate) fn show(&self, code: &str, audience: &str) -> Value {
        let said = self.saoma(&["show", code, "--as", audience, "--json"]);
        assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
        serde_json::from_str(&said.out).unwrap()
    }

    pub(crate) fn core(&self, store: &str) -> Core {
        let key = self.path("store.pair-key");
        Core::open(&self.path(store), Policy::default(), &key).unwrap()
    }

    /// The store `store` under the one key of this place, as a number.
    pub(crate) fn digest(&self, store: &str) -> String {
        self.core(store).digest().unwrap()
    }

    pub(crate) fn public(&self, store: &str) -> PublicStore {
        let url = StoreUrl::Embedded(self.path(store));
        PublicStore::open(&url, Policy::default()).unwrap()
    }

    pub(crate) fn serve(&self, variables: &[(&str, &str)]) -> Serving {
        // No private port: tests run side by side, and its default is one for the machine.
        let mut all = vec![
            ("SAOMA_PUBLIC_LISTEN", "127.0.0.1:0"),
            ("SAOMA_ADMIN_LISTEN", ""),
        ];
        all.extend(variables);
        let mut running = self.start(&["serve"], &all);
        let address = until("the door is open", || {
            let ended = running.child.try_wait().unwrap();
            let log = running.log();
            assert!(ended.is_none(), "the door closed at once: {log}");
            log.lines().find_map(address)
        });
        Serving { running, address }
    }
}

impl Running {
    /// Gives it this on standard input, and no more.
    pub(crate) fn feed(&mut self, content: &[u8]) {
        self.feed_on(content);
        drop(self.child.stdin.take());
    }

    /// Gives it this on standard input, and lets it wait for more.
    pub(crate) fn feed_on(&mut self, content: &[u8]) {
        self.child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(content)
            .unwrap();
    }

    /// Whether it has this file open.
    pub(crate) fn holds(&self, path: &Path) -> bool {
        let path = path.canonicalize().unwrap();
        let open = fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap();
        open.filter_map(|file| fs::read_link(file.ok()?.path()).ok())
            .any(|file| file == path)
    }

    pub(crate) fn end(mut self) -> Said {
        drop(self.child.stdin.take());
        let child = &mut self.child;
        let status = until("the command ends", || child.try_wait().unwrap());
        self.said(status)
    }

    /// Whether it ended by itself before it could be killed.
    pub(crate) fn kill_after(mut self, life: Duration) -> bool {
        let born = Instant::now();
        let child = &mut self.child;
        let ended = until("its time to be over", || {
            let ended = child.try_wait().unwrap().is_some();
            (ended || born.elapsed() >= life).then_some(ended)
        });
        drop(self);
        ended
    }

    /// What it said on standard error so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.err).unwrap()
    }

    fn said(&self, status: ExitStatus) -> Said {
        Said {
            code: status.code(),
            out: fs::read_to_string(&self.out).unwrap(),
            err: self.log(),
            out_file: self.out.clone(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, and then there is nobody to kill.
        let _killed = self.child.kill().is_ok();
        let _waited = self.child.wait().is_ok();
    }
}

impl Serving {
    /// The answer to one request with these header lines, on a connection of its own.
    pub(crate) fn ask(&self, method: &str, target: &str, lines: &[&str]) -> Answer {
        let first = format!("{method} {target} HTTP/1.1");
        let head = [
            &[&*first, "Host: door"],
            lines,
            &["Connection: close", "", ""],
        ]
        .concat();
        let request = head.join("\r\n");
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::read(&bytes)
    }

    pub(crate) fn get(&self, target: &str, lines: &[&str]) -> Answer {
        self.ask("GET", target, lines)
    }
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let mut ends = bytes.windows(4).enumerate();
        let (end, _) = ends.find(|(_, four)| four == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let lines = head.split("\r\n").map(str::to_owned);
        let status = head.split(' ').nth(1).unwrap();
        Self {
            status: status.parse().unwrap(),
            // All there is but the clock.
            head: lines.filter(|line| !line.starts_with("date:")).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The body without its encoding.
    pub(crate) fn plain(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let encoding = self
            .head
            .iter()
            .find_map(|line| line.strip_prefix("content-encoding: "));
        let read = match encoding {
            None => (&self.body[..]).read_to_end(&mut body),
            Some("gzip") => flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut body),
            Some("br") => brotli::Decompressor::new(&self.body[..], 4096).read_to_end(&mut body),
            Some("zstd") => zstd::Decoder::new(&self.body[..])
                .unwrap()
                .read_to_end(&mut body),
            Some(other) => panic!("an encoding nobody asked for: {other}"),
        };
        read.unwrap();
        body
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:#?}\n{}",
            self.head,
            String::from_utf8_lossy(&self.plain())
        )
    }
}

/// Looks until there is something to see, or it has taken too long.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(started.elapsed() < DEADLINE, "waited too long until {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Copies one file onto another.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
}

fn address(line: &str) -> Option<SocketAddr> {
    // The last line may be half written yet.
    let line: Value = serde_json::from_str(line).ok()?;
    line["address"].as_str()?.parse().ok()
}
