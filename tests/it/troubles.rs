use std::{net::IpAddr, num::NonZeroU32, path::Path};

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use http_body_util::Full;
use saoma::{
    path::Edge,
    rooms::{
        guard::Guard,
        matching::Matching,
        meter::Meter,
        settings::guard::GuardSettings,
        store::{PublicStore, StoreUrl, core::Core},
        supply::Supply,
        turns::Turns,
    },
    rules::admit::{admit, line::read},
    words::{peer::Peer, policy::Policy},
};
use tempfile::TempDir;

use crate::support::{PWB, VIN};

const DEMO: &str = include_str!("../../src/shell/demo/records.ndjson");

/// A store that was made under the laxer policy.
fn store() -> TempDir {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("made.pair-key");
    let core = Core::open(&*folder.path().join("store"), Policy::default(), &key).unwrap();
    let one = |line: &str| admit(&read(line.as_bytes()).unwrap(), 1).unwrap();
    core.ingest(&DEMO.lines().map(one).collect::<Vec<_>>())
        .unwrap();
    folder
}

/// A door before it that may show less, and has no pair key.
fn edge(folder: &Path, meter: &Meter) -> Edge<Supply> {
    let url = StoreUrl::Embedded(folder.join("store"));
    let store = PublicStore::open(&url, "strict".parse().unwrap()).unwrap();
    let supply = Supply::new(store, None, meter.store().clone());
    let turns = NonZeroU32::new(1000).unwrap();
    let turns = Turns::new(turns, turns);
    let guard = Guard::new(GuardSettings::default(), meter.clone());
    let url = "https://www.pzcode.cn";
    Edge::new(supply, url, "mailto:a@b.example", 0)
        .guarded(guard, meter.clone())
        .with_matching(Matching::new(&folder.join("none"), url, turns))
}

#[tokio::test]
async fn what_kept_an_answer_back_is_counted_by_its_name() {
    let (folder, meter) = (store(), Meter::new());
    let edge = edge(folder.path(), &meter);
    let peer = Peer::plain(IpAddr::from([127, 0, 0, 1]));
    let counted = |kind: &str| {
        let name = format!("saoma_store_errors_total{{kind=\"{kind}\"}} ");
        let text = meter.render();
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap().parse::<u64>().unwrap()
    };
    assert_eq!((counted("policy"), counted("pair-key")), (0, 0));

    let page = Request::get(format!("https://a/{VIN}"));
    let page = page.header("host", "a").body(Full::<Bytes>::default());
    assert_eq!(edge.answer(page.unwrap(), &peer).await.status(), 503);
    assert_eq!((counted("policy"), counted("pair-key")), (1, 0));

    let question = format!(r#"{{"codes":["{VIN}","{PWB}"]}}"#);
    let question = Request::post("https://a/match")
        .header("host", "a")
        .header(CONTENT_TYPE, "application/json")
        .body(Full::<Bytes>::from(question));
    assert_eq!(edge.answer(question.unwrap(), &peer).await.status(), 503);
    assert_eq!((counted("policy"), counted("pair-key")), (1, 1));
    assert_eq!(counted("engine") + counted("corrupt") + counted("busy"), 0);
}
