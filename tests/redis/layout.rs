use saoma::rooms::store::StoreUrl;
use saoma::rooms::store::transfer::Whole;
use tempfile::TempDir;

use crate::door::Door;
use crate::sample::{DEMO, admitted, core, path_of, recall_of, take, vehicle};
use crate::server::Server;

fn named(server: &Server, pattern: &str) -> Vec<Vec<u8>> {
    let mut keys = redis::cmd("KEYS");
    keys.arg(pattern).query(&mut server.connection()).unwrap()
}

fn vehicles(count: usize) -> String {
    (0..count).map(vehicle).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_views_of_one_model_have_in_common_lies_there_once() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    take(&core(server.url(), folder.path()), &vehicles(20));
    assert_eq!(named(&server, "s:*").len(), 1);
    let rows = named(&server, "v:*");
    assert_eq!(rows.len(), 20);
    for row in &rows {
        let mut length = redis::cmd("STRLEN");
        let length: usize = length.arg(row).query(&mut server.connection()).unwrap();
        assert_eq!(length, 12);
    }
    let door = Door::before(&server.url());
    for number in 0..20 {
        assert!(door.get(&path_of(number)).await.is_fresh());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_whose_common_part_is_gone_or_rotten_is_an_outage_of_its_own_and_never_a_404() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let store = core(server.url(), folder.path());
    take(&store, &vehicles(1));
    let common = named(&server, "s:*").remove(0);
    take(&store, &recall_of(1));
    take(&store, &vehicle(1));
    let mut set = redis::cmd("SET");
    let set = set.arg(&common).arg(b"\x01rotten");
    set.exec(&mut server.connection()).unwrap();
    let door = Door::before(&server.url());
    assert_eq!(door.get(&path_of(0)).await.status, 503);
    let mut drop = redis::cmd("DEL");
    drop.arg(&common).exec(&mut server.connection()).unwrap();
    assert_eq!(door.get(&path_of(0)).await.status, 503);
    assert!(door.get(&path_of(1)).await.is_fresh());
}

#[test]
fn a_batch_for_several_hands_makes_the_store_that_one_makes() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let embedded = StoreUrl::Embedded(folder.path().join("store"));
    let (one, many) = (
        core(&embedded, folder.path()),
        core(server.url(), folder.path()),
    );
    // Those of one code are far apart, so that several hands meet at it; some are there already.
    let recalls: Vec<String> = (0..3000).map(recall_of).collect();
    let lines = [DEMO.trim_end(), &vehicles(5000), &recalls.join("\n")].join("\n");
    take(&many, &vehicles(300));
    let (first, second) = (
        one.ingest(&admitted(&lines)).unwrap(),
        many.ingest(&admitted(&lines)).unwrap(),
    );
    assert_eq!(first.added, second.added + 300);
    assert_eq!(second.known, 300);
    assert_eq!(first.suspects, second.suspects);
    assert_eq!(first.claims, second.claims);
    assert_eq!(one.digest().unwrap(), many.digest().unwrap());
}

#[test]
fn another_policy_leaves_nothing_of_the_old_one_behind() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let store = core(server.url(), folder.path());
    take(&store, DEMO);
    store
        .reproject("strict".parse().unwrap(), |_done| {})
        .unwrap();
    let commons = named(&server, "s:*");
    assert!(!commons.is_empty());
    let mut get = redis::cmd("MGET");
    let found: Vec<Vec<u8>> = get.arg(commons).query(&mut server.connection()).unwrap();
    let stamp = "strict"
        .parse::<saoma::words::policy::Policy>()
        .unwrap()
        .stamp();
    assert!(found.iter().all(|common| common[0] == stamp.byte()));
}

#[test]
fn both_engines_count_the_same_store_alike() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let embedded = StoreUrl::Embedded(folder.path().join("store"));
    for rooms in [embedded.clone(), server.url()] {
        take(&core(rooms, folder.path()), DEMO);
    }
    let [one, other] = [embedded, server.url()].map(|rooms| Whole::open(rooms).unwrap());
    assert_eq!(one.count().unwrap(), other.count().unwrap());
}
