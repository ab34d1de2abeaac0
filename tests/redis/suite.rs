use std::collections::BTreeSet;

use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;

use crate::door::{Answer, Door};
use crate::nodes::Cluster;
use crate::sample::{DEMO, core, path_of, recall_of_class, recall_of_vin, take, vehicle};
use crate::sentinel::Group;
use crate::server::Server;

/// What is asked, and which status everyone gets.
struct Case {
    method: &'static str,
    path: String,
    head: Vec<(&'static str, &'static str)>,
    status: u16,
}

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const CODES: [&str; 4] = [
    "/vin/218622108311027",
    "/pwb/76392965TN21080500543B48V121513522",
    "/pwb/76392965/TN21080500543B48V121513522",
    "/lic/33010621822480",
];

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |status, method, path: &str, head: &[(&'static str, &'static str)]| {
        cases.push(Case {
            method,
            path: path.to_owned(),
            head: head.to_vec(),
            status,
        });
    };
    let demo: BTreeSet<String> = subjects().collect();
    for path in demo.iter().map(String::as_str).chain(CODES) {
        for (suffix, head) in [
            ("", &[("accept", BROWSER)][..]),
            ("", &[("accept", "application/json")]),
            ("", &[("accept", BROWSER), ("accept-encoding", "br")]),
            ("", &[("accept", BROWSER), ("accept-encoding", "zstd")]),
            (".json", &[("accept-encoding", "gzip")]),
            ("", &[("accept-language", "en"), ("accept", BROWSER)]),
            ("?lang=en", &[]),
            (".qr.svg", &[]),
            (".qr.png", &[]),
            ("/", &[]),
        ] {
            add(0, "GET", &[path, suffix].concat(), head);
        }
        add(0, "HEAD", path, &[("accept", BROWSER)]);
        add(406, "GET", path, &[("accept", "image/tiff")]);
        add(405, "DELETE", path, &[]);
        add(204, "OPTIONS", path, &[("origin", "https://app.example")]);
    }
    for path in CODES {
        add(200, "GET", path, &[]);
    }
    for number in 0..5 {
        add(200, "GET", &path_of(number), &[]);
    }
    for form in [BROWSER, "application/json"] {
        add(404, "GET", "/vin/218622108319999", &[("accept", form)]);
        add(404, "GET", "/lic/33010600000000", &[("accept", form)]);
        add(400, "GET", "/vin/2186221083", &[("accept", form)]);
        add(404, "GET", "/nowhere", &[("accept", form)]);
    }
    add(308, "GET", "/VIN/218622108311027", &[]);
    add(308, "GET", "/pwb/76392965tn21080500543b48v121513522", &[]);
    add(303, "GET", "/find?code=218622108311027", &[]);
    for path in ["/", "/privacy", "/robots.txt", "/icon.svg"] {
        add(200, "GET", path, &[]);
    }
    cases
}

/// Every code that a record of the demo names as its subject.
fn subjects() -> impl Iterator<Item = String> {
    let codes = DEMO.split('"').filter(|word| {
        ["vin/", "pwb/", "lic/"]
            .iter()
            .any(|kind| word.starts_with(kind))
    });
    codes.map(|code| format!("/{code}"))
}

/// Everything that is asked, and all of it once more by who has it already.
async fn all(door: &Door) -> Vec<Answer> {
    let mut answers = Vec::new();
    for case in cases() {
        let answer = door.ask(case.method, &case.path, &case.head).await;
        let (asked, status) = ((case.method, &case.path, &case.head), answer.status);
        assert!(
            case.status == 0 || status == case.status,
            "{asked:?}: {status}"
        );
        assert_ne!(status, 503, "{asked:?}");
        let tag = answer.head.iter().find(|(name, _)| name == "etag");
        if let Some((_, tag)) = tag.filter(|_| status == 200) {
            let tag = std::str::from_utf8(tag).unwrap();
            let head = [&case.head[..], &[("if-none-match", tag)]].concat();
            let again = door.ask(case.method, &case.path, &head).await;
            assert_eq!(again.status, 304, "{asked:?}");
            answers.push(again);
        }
        answers.push(answer);
    }
    answers
}

fn fill(url: &StoreUrl, secret: &TempDir) {
    let store = core(url, secret.path());
    take(&store, DEMO);
    let vehicles: Vec<String> = (0..5).map(vehicle).collect();
    take(&store, &vehicles.join("\n"));
    take(&store, &recall_of_vin("now", "请停止骑行"));
    take(&store, &recall_of_class("class", "整批召回"));
}

/// The bytes of the embedded store are what every other is held against.
async fn same_bytes(url: &StoreUrl) {
    let folder = TempDir::new().unwrap();
    let embedded = StoreUrl::Embedded(folder.path().join("store"));
    fill(&embedded, &folder);
    fill(url, &folder);
    let (expected, found) = (Door::before(&embedded), Door::before(url));
    let (expected, found) = (all(&expected).await, all(&found).await);
    assert!(expected.len() > 200, "only {}", expected.len());
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found);
    }
    assert_eq!(expected.len(), found.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server_answers_as_the_embedded_store_does_byte_for_byte() {
    let server = Server::start();
    same_bytes(&server.url()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_behind_sentinels_answers_as_the_embedded_store_does_byte_for_byte() {
    let group = Group::start();
    same_bytes(&group.url()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_answers_as_the_embedded_store_does_byte_for_byte() {
    let cluster = Cluster::start();
    same_bytes(&cluster.url()).await;
}
