use std::net::Ipv4Addr;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use saoma::path::staff::{StaffDoor, StaffRooms};
use saoma::rooms::archive::Archive;
use saoma::rooms::audit::{Audit, Follower};
use saoma::rooms::budgets::Budgets;
use saoma::rooms::copies::Copies;
use saoma::rooms::keys::{Issuer, Keys, Order};
use saoma::rooms::meter::Meter;
use saoma::rooms::settings::{AuditStream, CodesPerDay, ROTATE_BYTES};
use saoma::rooms::store::StoreUrl;
use saoma::words::grant::Handle;
use saoma::words::moment::Moment;
use saoma::words::peer::Peer;
use saoma::words::policy::Policy;
use saoma_pages::Audience;
use serde_json::Value;
use tempfile::TempDir;

use crate::sample::{DEMO, core, take};
use crate::server::Server;

const USERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/redis/users.acl");
const PLATE: &str = "/lic/33010621822480.json";
const BATTERY: &str = "/pwb/76392965TN21080500543B48V121513522.json";
/// For what happens within a second on a machine with nothing else to do.
const AT_LAST: Duration = Duration::from_mins(1);

/// A staff door with its dossiers on Redis, where its audit log is copied to as well.
struct Desk {
    door: StaffDoor,
    token: String,
    folder: TempDir,
    meter: Meter,
}

impl Desk {
    fn before(url: &StoreUrl) -> Self {
        let folder = TempDir::new().unwrap();
        let keys = folder.path().join("keys");
        Issuer::make(&keys).unwrap();
        let order = Order {
            audience: Audience::Police,
            subject: Handle::parse("tester-7").unwrap(),
            unit: Handle::parse("西湖分局").unwrap(),
            life: Duration::from_hours(12),
        };
        let issuer = Issuer::open(&keys, None).unwrap();
        let (token, _id) = issuer.sign(&order, Moment::now()).unwrap();
        let meter = Meter::new();
        let copies = Copies::to(&stream(url), meter.audit()).unwrap();
        let log = folder.path().join("audit.ndjson");
        let audit = Audit::followed(&log, ROTATE_BYTES, Some(Box::new(copies)));
        let StoreUrl::Redis(url) = url else {
            panic!("not on Redis");
        };
        let limits = CodesPerDay {
            police: 1000,
            recycler: 1000,
            app: 1000,
        };
        let door = StaffDoor::new(StaffRooms {
            keys: Keys::open(&keys).unwrap(),
            certificates: Vec::new(),
            archive: Archive::away(url, meter.store().clone()),
            audit: audit.unwrap(),
            budgets: Budgets::new(limits),
            policy: Policy::default(),
            public_url: "https://www.pzcode.cn".to_owned(),
            contact: "mailto:security@example.com".to_owned(),
        });
        Self {
            door,
            token,
            folder,
            meter,
        }
    }

    async fn ask(&self, path: &str) -> (u16, Value) {
        let request = http::Request::get(path)
            .header("host", "door")
            .header("authorization", format!("Bearer {}", self.token))
            .body(Empty::<Bytes>::new())
            .unwrap();
        let peer = Peer::plain(Ipv4Addr::LOCALHOST.into());
        let answer = self.door.answer(request, &peer).await;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// The first answer with this status.
    async fn until(&self, path: &str, wanted: u16) -> Value {
        let started = Instant::now();
        loop {
            let (status, body) = self.ask(path).await;
            if status == wanted {
                return body;
            }
            assert!(started.elapsed() < AT_LAST, "{status}: {body}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn log(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("audit.ndjson")).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

fn stream(url: &StoreUrl) -> AuditStream {
    let StoreUrl::Redis(url) = url else {
        panic!("not on Redis");
    };
    AuditStream {
        url: url.clone(),
        key: "saoma:audit".to_owned(),
        max: 1000,
    }
}

/// The lines on the stream, oldest first.
fn copied(server: &Server) -> Vec<String> {
    let url = format!("redis://saoma-core:password@127.0.0.1:{}", server.port);
    let admin = redis::Client::open(url).unwrap().get_connection();
    let found: redis::RedisResult<Vec<(String, Vec<String>)>> = redis::cmd("XRANGE")
        .arg(&["saoma:audit", "-", "+"])
        .query(&mut admin.unwrap());
    let lines = found.unwrap_or_default().into_iter();
    lines.map(|(_id, fields)| fields[1].clone()).collect()
}

/// Who reads the stream is nobody that ships; here the writer may.
fn users(folder: &Path) -> String {
    let shipped = std::fs::read_to_string(USERS).unwrap();
    let file = folder.join("users.acl");
    let line = |line: &str| {
        if line.starts_with("user saoma-core ") {
            format!("{line} %R~saoma:audit +xrange\n")
        } else {
            format!("{line}\n")
        }
    };
    let text: String = shipped.lines().map(line).collect();
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

fn filled() -> (Server, TempDir) {
    let folder = TempDir::new().unwrap();
    let server = Server::with(&["--aclfile", &users(folder.path())]);
    take(
        &core(server.as_user("saoma-core:password@"), folder.path()),
        DEMO,
    );
    (server, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_staff_door_reads_redis_with_a_user_that_writes_nothing_but_the_stream() {
    let (server, _folder) = filled();
    let desk = Desk::before(&server.as_user("saoma-staff:password@"));
    let (status, plate) = desk.ask(PLATE).await;
    assert_eq!(status, 200, "{plate}");
    assert_eq!(plate["audience"], "police");
    assert_eq!(
        plate["records"]["registration.plate"][0]["XingMing"],
        "张三丰"
    );
    let (status, battery) = desk.ask(BATTERY).await;
    assert_eq!(status, 200, "{battery}");
    assert!(battery["records"]["sale.binding"].is_array());
    assert_eq!(desk.ask("/vin/218622108319999.json").await.0, 404);
    // Each line of the log is on the stream as it stands in the file.
    let log = desk.log();
    assert_eq!(log.len(), 3);
    let started = Instant::now();
    while copied(&server) != log {
        assert!(started.elapsed() < AT_LAST, "{:?}", copied(&server));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(desk.meter.audit().lost_so_far(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_staff_door_opens_while_redis_is_away_and_answers_once_it_is_there() {
    let (mut server, folder) = filled();
    server.kill();
    let desk = Desk::before(&server.as_user("saoma-staff:password@"));
    assert_eq!(desk.ask(PLATE).await.0, 503);
    server.restart();
    take(
        &core(server.as_user("saoma-core:password@"), folder.path()),
        DEMO,
    );
    let _plate = desk.until(PLATE, 200).await;
    // Away again, in the middle.
    server.kill();
    assert_eq!(desk.ask(PLATE).await.0, 503);
    server.restart();
    take(
        &core(server.as_user("saoma-core:password@"), folder.path()),
        DEMO,
    );
    let _plate = desk.until(PLATE, 200).await;
    // What was looked at meanwhile comes to the stream as well.
    let last = desk.log().pop().unwrap();
    let started = Instant::now();
    while copied(&server).last() != Some(&last) {
        assert!(started.elapsed() < AT_LAST, "{:?}", copied(&server));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn the_stream_keeps_the_newest_and_what_it_cannot_get_is_counted() {
    let (mut server, _folder) = filled();
    let meter = Meter::new();
    let to = stream(&server.as_user("saoma-staff:password@"));
    let copies = Copies::to(&to, meter.audit()).unwrap();
    let mut last = String::new();
    for batch in 0..30 {
        let lines: Vec<String> = (0..100).map(|n| format!("{batch}-{n}\n")).collect();
        copies.written(&lines.concat());
        last = format!("{batch}-99");
    }
    let started = Instant::now();
    while copied(&server).last() != Some(&last) {
        assert!(started.elapsed() < AT_LAST);
        std::thread::sleep(Duration::from_millis(20));
    }
    let kept = copied(&server).len();
    assert!((1000..1500).contains(&kept), "{kept}");
    assert_eq!(meter.audit().lost_so_far(), 0);
    server.kill();
    // More than may wait.
    copies.written(&"a line\n".repeat(10_000));
    assert!(meter.audit().lost_so_far() > 0);
    assert!(meter.render().contains("saoma_audit_copies_lost_total"));
}
