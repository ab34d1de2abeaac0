use std::thread;

use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;

use crate::door::Door;
use crate::sample::{ABSENT, DEMO, LIC, PWB, VIN, admitted, core, recall_of_vin, take};
use crate::server::Server;

#[tokio::test]
async fn the_same_records_make_the_same_store_and_the_same_answers() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let embedded = StoreUrl::Embedded(folder.path().join("store"));
    let (one, other) = (
        core(&embedded, folder.path()),
        core(server.url(), folder.path()),
    );
    take(&one, DEMO);
    take(&other, DEMO);
    assert_eq!(one.digest().unwrap(), other.digest().unwrap());
    assert_eq!(one.claims().unwrap(), other.claims().unwrap());
    let doors = [one.reader(), other.reader()].map(Door::of);
    for path in [VIN, PWB, LIC, ABSENT] {
        for form in [path, path.trim_end_matches(".json")] {
            let [one, other] = &doors;
            assert_eq!(one.get(form).await, other.get(form).await, "{form}");
        }
    }
}

#[test]
fn the_same_records_again_are_known_and_change_nothing() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let store = core(server.url(), folder.path());
    let first = store.ingest(&admitted(DEMO)).unwrap();
    let before = store.digest().unwrap();
    let again = store.ingest(&admitted(DEMO)).unwrap();
    assert_eq!((again.added, again.known), (0, first.added));
    assert_eq!(store.digest().unwrap(), before);
    let other = DEMO.lines().next().unwrap().replace("2021-", "2020-");
    let clash = store.ingest(&admitted(&other)).unwrap();
    assert_eq!((clash.added, clash.clashes.len()), (0, 1));
    assert_eq!(store.digest().unwrap(), before);
}

#[test]
fn many_writers_at_once_end_where_one_after_the_other_does() {
    const WRITERS: usize = 8;
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    // Many records of the same few codes, so that every writer meets every other.
    let mut lines: Vec<String> = DEMO.lines().map(str::to_owned).collect();
    lines.extend((0..60).map(|number| recall_of_vin(&format!("r{number}"), &format!("{number}"))));
    let serial = core(
        StoreUrl::Embedded(folder.path().join("store")),
        folder.path(),
    );
    take(&serial, &lines.join("\n"));
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (lines, server, folder) = (&lines, &server, &folder);
            scope.spawn(move || {
                let store = core(server.url(), folder.path());
                // Each takes two thirds of all, in an order of its own, in small batches.
                let own = (0..lines.len()).map(|at| (at * 7 + writer * 11) % lines.len());
                let own: Vec<&str> = own
                    .filter(|at| at % 3 != writer % 3)
                    .map(|at| lines[at].as_str())
                    .collect();
                for batch in own.chunks(3) {
                    take(&store, &batch.join("\n"));
                }
            });
        }
    });
    let together = core(server.url(), folder.path());
    assert_eq!(together.digest().unwrap(), serial.digest().unwrap());
}

#[test]
fn an_import_that_was_cut_off_is_finished_by_the_next() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let store = core(server.url(), folder.path());
    take(&store, DEMO);
    let whole = store.digest().unwrap();
    // As if it had died before any view: records pending, dossiers folded, nothing public.
    let mut connection = server.connection();
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut connection).unwrap();
    for key in keys {
        if key.starts_with(b"r:") {
            let appended: redis::RedisResult<u64> = redis::cmd("APPEND")
                .arg(&key)
                .arg("+")
                .query(&mut connection);
            assert_eq!(appended.unwrap(), 17);
        } else if key.starts_with(b"v:") || key.starts_with(b"p:") || key.starts_with(b"c:") {
            redis::cmd("DEL").arg(&key).exec(&mut connection).unwrap();
        }
    }
    assert_ne!(store.digest().unwrap(), whole);
    take(&store, DEMO);
    assert_eq!(store.digest().unwrap(), whole);
}
