use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use saoma::{
    path::Edge,
    rooms::{
        guard::Guard,
        matching::Matching,
        meter::Meter,
        settings::guard::{GuardSettings, ThisMachine},
        source::{Held, Source},
        store::{PublicStore, pairs::Tag},
        turns::Turns,
    },
    rules::{card::code_card, class::Warranty},
    shell::{
        drain::{Ended, Stopper, pair},
        serve::{listen, serve},
    },
    words::{code::Code, fault::Fault},
};
use saoma_pages::{Audience, Cell, Row, Sheet, Shown, View};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};

pub(crate) const VIN: &str = "vin/218622108311027";
pub(crate) const PWB: &str = "pwb/76392965TN21080500543B48V121513522";
pub(crate) const LIC: &str = "lic/33010621822480";
/// Longer than any answer here takes, shorter than anybody's patience.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
pub(crate) const DRAIN: Duration = Duration::from_secs(5);

/// Views by code, and what can go wrong with them.
#[derive(Default)]
pub(crate) struct Shelf {
    makers: Mutex<HashMap<Code, String>>,
    epoch: AtomicU64,
    failing: Mutex<bool>,
    slow: Mutex<Duration>,
    pub(crate) reads: AtomicU64,
}

pub(crate) struct Behind(Arc<Shelf>);

pub(crate) struct Book(String);

/// A door that is open, until it is dropped.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    /// What is behind it; nothing if it was opened before a real store.
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) stopper: Stopper,
    pub(crate) ended: JoinHandle<Ended>,
}

/// An answer as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

fn lock<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    pub(crate) fn put(&self, code: &str, maker: &str) {
        let code = Code::parse_any(code).unwrap();
        lock(&self.makers).insert(code, maker.to_owned());
        self.touch();
    }

    pub(crate) fn touch(&self) {
        self.epoch.fetch_add(1, Relaxed);
    }

    pub(crate) fn fail(&self, failing: bool) {
        *lock(&self.failing) = failing;
        self.touch();
    }

    pub(crate) fn slow(&self, wait: Duration) {
        *lock(&self.slow) = wait;
    }
}

impl Source for Behind {
    type Kept = Book;

    fn epoch(&self, _code: Code) -> u64 {
        self.0.epoch.load(Relaxed)
    }

    async fn read(&self, code: Code) -> Result<Option<Book>, Fault> {
        self.0.reads.fetch_add(1, Relaxed);
        let wait = *lock(&self.0.slow);
        tokio::time::sleep(wait).await;
        if *lock(&self.0.failing) {
            return Err(Fault::Corrupt { what: "a test" });
        }
        Ok(lock(&self.0.makers).get(&code).cloned().map(Book))
    }

    async fn pairs(&self, tags: &[Tag]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        self.0.reads.fetch_add(1, Relaxed);
        Ok(vec![None; tags.len()])
    }
}

impl Held for Book {
    fn mark(&self) -> u64 {
        self.0.bytes().map(u64::from).sum()
    }

    fn open(&self, code: Code, public_url: &str) -> Result<View, Fault> {
        Ok(View {
            code: code_card(code, public_url),
            audience: Audience::Public,
            alerts: vec![],
            records: vec![Sheet {
                record: "production.vehicle",
                rows: vec![Row(vec![Cell {
                    key: "CheLiangZZS",
                    shown: Shown::Plain(self.0.clone()),
                }])],
            }],
            as_of: "2026-11-21T08:00:00Z".to_owned(),
            stale: false,
        })
    }

    fn warranties(&self, _view: &View) -> Result<Vec<Warranty>, Fault> {
        Ok(vec![])
    }
}

const PUBLIC_URL: &str = "https://www.pzcode.cn";

fn edge<S: Source>(source: S) -> Edge<S> {
    Edge::new(source, PUBLIC_URL, "mailto:security@example.com", 1 << 24)
}

impl Door {
    /// A door with the standard's three examples behind it.
    pub(crate) async fn open() -> Self {
        Self::open_for(100, DRAIN).await
    }

    /// The same, for so many connections at once, with so long to finish.
    pub(crate) async fn open_for(connections: usize, drain: Duration) -> Self {
        let shelf = Arc::new(Shelf::default());
        for code in [VIN, PWB, LIC] {
            shelf.put(code, "某某车业有限公司");
        }
        Self::before(Behind(Arc::clone(&shelf)), shelf, connections, drain).await
    }

    /// A door with this guard, which counts this machine too.
    pub(crate) async fn guarded(settings: GuardSettings, meter: Meter) -> Self {
        let shelf = Arc::new(Shelf::default());
        shelf.put(VIN, "某某车业有限公司");
        let settings = GuardSettings {
            this_machine: ThisMachine::Counted,
            ..settings
        };
        let edge =
            edge(Behind(Arc::clone(&shelf))).guarded(Guard::new(settings, meter.clone()), meter);
        Self::with(edge, shelf, 100, DRAIN).await
    }

    /// A door before a real store.
    pub(crate) async fn before_store(store: PublicStore) -> Self {
        Self::before(store, Arc::default(), 100, DRAIN).await
    }

    /// A door before a real store that compares codes with the secret in this file.
    pub(crate) async fn matching(store: PublicStore, key_file: &Path, turns: Turns) -> Self {
        let matching = Matching::new(key_file, PUBLIC_URL, turns);
        let edge = edge(store).with_matching(matching);
        Self::with(edge, Arc::default(), 100, DRAIN).await
    }

    /// A door that leads phones with the staff door's hint to this address.
    pub(crate) async fn leading_staff_to(staff_url: &str) -> Self {
        let shelf = Arc::new(Shelf::default());
        for code in [VIN, PWB, LIC] {
            shelf.put(code, "某某车业有限公司");
        }
        let edge = edge(Behind(Arc::clone(&shelf))).leading_staff_to(Some(staff_url));
        Self::with(edge, shelf, 100, DRAIN).await
    }

    async fn before<S: Source>(
        source: S,
        shelf: Arc<Shelf>,
        connections: usize,
        drain: Duration,
    ) -> Self {
        Self::with(edge(source), shelf, connections, drain).await
    }

    async fn with<S: Source>(
        edge: Edge<S>,
        shelf: Arc<Shelf>,
        connections: usize,
        drain: Duration,
    ) -> Self {
        let listener = listen(&["127.0.0.1:0".parse().unwrap()])
            .await
            .unwrap()
            .remove(0);
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = pair();
        let permits = Arc::new(Semaphore::new(connections));
        let ended = tokio::spawn(serve(listener, Arc::new(edge), permits, stop, drain));
        Self {
            address,
            shelf,
            stopper,
            ended,
        }
    }

    /// Sends bytes and takes everything that comes back until the door closes.
    pub(crate) async fn bytes(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The door may close before it has read everything, which is an answer too.
        let _sent = stream.write_all(request).await.is_ok();
        let mut answer = Vec::new();
        let read = timeout(DEADLINE, stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "the door neither answered nor closed");
        answer
    }

    /// One request with these header lines, on a connection of its own.
    pub(crate) async fn ask(&self, method: &str, target: &str, lines: &[&str]) -> Answer {
        let mut request = format!("{method} {target} HTTP/1.1\r\nHost: door\r\n");
        for line in lines {
            request.push_str(line);
            request.push_str("\r\n");
        }
        request.push_str("Connection: close\r\n\r\n");
        Answer::read(&self.bytes(request.as_bytes()).await)
    }

    /// Something sent along, as this media type.
    pub(crate) async fn post(
        &self,
        target: &str,
        media: &str,
        body: &str,
        lines: &[&str],
    ) -> Answer {
        let length = format!("Content-Length: {}", body.len());
        let media = format!("Content-Type: {media}");
        let first = format!("POST {target} HTTP/1.1");
        let own = [&*first, "Host: door", &length, &media];
        let head = [&own[..], lines, &["Connection: close", "", body]].concat();
        Answer::read(&self.bytes(head.join("\r\n").as_bytes()).await)
    }

    pub(crate) async fn get(&self, target: &str, lines: &[&str]) -> Answer {
        self.ask("GET", target, lines).await
    }
}

impl Answer {
    /// Reads an answer off the wire.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let head = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self {
            status: status.parse().unwrap(),
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// The one value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.head.iter().filter(|(known, _)| known == name);
        let value = values.next().map_or("", |(_, value)| value);
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Everything but the clock.
    pub(crate) fn without_date(mut self) -> Self {
        self.head.retain(|(name, _)| name != "date");
        self
    }
}
