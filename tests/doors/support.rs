use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use saoma::{
    path::{
        Edge,
        staff::{
            StaffDoor, StaffRooms,
            desk::{Desk, Hinting},
        },
    },
    rooms::{
        archive::Archive,
        audit::Audit,
        budgets::Budgets,
        keys::{Issuer, Keys, Order},
        meter::Meter,
        settings::{CertificateRule, CodesPerDay, ROTATE_BYTES},
        store::core::Core,
    },
    shell::{
        drain::{Stopper, pair},
        import::records,
        serve::{Door, listen, serve},
    },
    words::{
        grant::{Handle, ProofId},
        moment::Moment,
        policy::Policy,
    },
};
use saoma_pages::Audience;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
    time::timeout,
};

pub(crate) const URL: &str = "https://www.pzcode.cn";
/// Longer than anything here takes on a busy machine, shorter than anybody's patience.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Both doors, open before one store, until it is dropped.
pub(crate) struct Office {
    pub(crate) folder: TempDir,
    pub(crate) public: SocketAddr,
    pub(crate) staff: SocketAddr,
    _stopper: Stopper,
}

/// An answer as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

pub(crate) const LIMITS: CodesPerDay = CodesPerDay {
    police: 500,
    recycler: 500,
    app: 500,
};

impl Office {
    pub(crate) async fn open(lines: &[String]) -> Self {
        Box::pin(Self::open_with(lines, LIMITS)).await
    }

    pub(crate) async fn open_with(lines: &[String], limits: CodesPerDay) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let core = fill(&folder, lines);
        let public = core.reader();
        let staff = staff_door(&folder, core, limits, Vec::new());
        let edge = Edge::new(public, URL, "mailto:security@example.com", 1 << 20);
        let (stopper, stop) = pair();
        let mut addresses = Vec::new();
        addresses.push(open(edge, stop.clone()).await);
        // As `serve` opens it: with a desk for browsers before it.
        let hinting = Hinting::Domain("example.cn".to_owned());
        addresses.push(open(Desk::new(staff, hinting), stop).await);
        Self {
            folder,
            public: addresses[0],
            staff: addresses[1],
            _stopper: stopper,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A good token, and its number.
    pub(crate) fn token(&self, audience: Audience) -> (String, ProofId) {
        self.token_from(audience, Moment::now())
    }

    pub(crate) fn token_from(&self, audience: Audience, from: Moment) -> (String, ProofId) {
        let order = Order {
            audience,
            subject: Handle::parse("tester-7").unwrap(),
            unit: Handle::parse("西湖分局").unwrap(),
            life: Duration::from_hours(12),
        };
        let issuer = Issuer::open(&self.path("keys"), None).unwrap();
        issuer.sign(&order, from).unwrap()
    }

    pub(crate) async fn get(&self, target: &str, lines: &[&str]) -> Answer {
        ask(self.staff, "GET", target, lines, "").await
    }

    /// What somebody of this audience gets.
    pub(crate) async fn get_as(&self, audience: Audience, target: &str) -> Answer {
        self.get(target, &[&bearer(&self.token(audience).0)]).await
    }

    pub(crate) async fn post(&self, token: &str, body: &str) -> Answer {
        let lines = [bearer(token), "Content-Type: application/json".to_owned()];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        ask(self.staff, "POST", "/v1/resolve", &lines, body).await
    }

    pub(crate) fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path("audit.ndjson")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A staff door before a store, with keys and a log of its own in this folder.
pub(crate) fn staff_door(
    folder: &TempDir,
    core: Core,
    limits: CodesPerDay,
    certificates: Vec<CertificateRule>,
) -> StaffDoor {
    let keys = folder.path().join("keys");
    Issuer::make(&keys).unwrap();
    let log = folder.path().join("audit.ndjson");
    StaffDoor::new(StaffRooms {
        keys: Keys::open(&keys).unwrap(),
        certificates,
        archive: Archive::here(core, Meter::new().store().clone()),
        audit: Audit::open(&log, ROTATE_BYTES).unwrap(),
        budgets: Budgets::new(limits),
        policy: Policy::default(),
        public_url: URL.to_owned(),
        contact: "mailto:security@example.com".to_owned(),
    })
}

/// The store of a folder, with these records in it.
pub(crate) fn fill(folder: &TempDir, lines: &[String]) -> Core {
    let path = folder.path().join("store");
    let key = folder.path().join("pair-key");
    let core = Core::open(&path, Policy::default(), &key).unwrap();
    let side = folder.path().join("records");
    let tally = records(&core, &side, lines.join("\n").as_bytes()).unwrap();
    let rejected = std::fs::read_to_string(folder.path().join("records.rejected.ndjson"));
    assert_eq!(tally.rejected, 0, "{}", rejected.unwrap_or_default());
    core
}

async fn open<D: Door>(door: D, stop: saoma::shell::drain::Stop) -> SocketAddr {
    let listener = listen(&["127.0.0.1:0".parse().unwrap()])
        .await
        .unwrap()
        .remove(0);
    let address = listener.local_addr().unwrap();
    let permits = Arc::new(Semaphore::new(64));
    tokio::spawn(serve(
        listener,
        Arc::new(door),
        permits,
        stop,
        Duration::from_secs(1),
    ));
    address
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// One request on a connection of its own.
pub(crate) async fn ask(
    door: SocketAddr,
    method: &str,
    target: &str,
    lines: &[&str],
    body: &str,
) -> Answer {
    let mut request = format!("{method} {target} HTTP/1.1\r\nHost: door\r\nConnection: close\r\n");
    for line in lines {
        request.push_str(line);
        request.push_str("\r\n");
    }
    if method == "POST" {
        let length = body.len().to_string();
        request.extend(["Content-Length: ", &length, "\r\n"]);
    }
    let request = format!("{request}\r\n{body}");
    let mut stream = TcpStream::connect(door).await.unwrap();
    // The door may close before it has read everything, which is an answer too.
    let _sent = stream.write_all(request.as_bytes()).await.is_ok();
    let mut bytes = Vec::new();
    let read = timeout(DEADLINE, stream.read_to_end(&mut bytes)).await;
    assert!(read.is_ok(), "the door neither answered nor closed");
    Answer::read(&bytes)
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let mut ends = bytes.windows(4).enumerate();
        let (end, _) = ends.find(|(_, four)| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// The value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.split("\r\n").skip(1);
        let mut values = lines.filter_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        });
        values.next().unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}
