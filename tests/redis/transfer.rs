use std::process::{Command, Output};

use saoma::rooms::store::StoreUrl;
use saoma::rooms::store::transfer::Whole;
use tempfile::TempDir;

use crate::door::Door;
use crate::sample::{DEMO, core, recall_of_vin, take, vehicle};
use crate::server::Server;

fn saoma(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_saoma"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn a_store_that_was_copied_there_and_back_is_the_same_and_diff_says_so() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let path = |name: &str| format!("embedded:{}", folder.path().join(name).display());
    let (here, back) = (path("here"), path("back"));
    let there = format!("redis://127.0.0.1:{}", server.port);
    take(
        &core(here.parse::<StoreUrl>().unwrap(), folder.path()),
        DEMO,
    );
    for (from, to) in [(&here, &there), (&there, &back)] {
        let copied = saoma(&["copy", from, to]);
        assert!(copied.status.success(), "{copied:?}");
        let equal = saoma(&["diff", from, to]);
        assert!(equal.status.success(), "{equal:?}");
    }
    let [one, other] = [&here, &there].map(|url| {
        let store = core(url.parse::<StoreUrl>().unwrap(), folder.path());
        store.digest().unwrap()
    });
    assert_eq!(one, other);
    // One more record there, and they are equal no longer.
    take(
        &core(server.url(), folder.path()),
        &recall_of_vin("x", "召回"),
    );
    let unlike = saoma(&["diff", &here, &there]);
    assert_eq!(unlike.status.code(), Some(1));
    let said = String::from_utf8(unlike.stdout).unwrap();
    for line in [
        "views: 0 only in the first, 0 only in the second, 1 unlike",
        "records: 0 only in the first, 1 only",
    ] {
        assert!(said.contains(line), "{said}");
    }
    // What holds something else is not written over.
    assert_eq!(saoma(&["copy", &there, &here]).status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_is_given_the_public_rooms_and_no_dossier_and_nobody_writes_there() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let path = |name: &str| format!("embedded:{}", folder.path().join(name).display());
    let (here, edge, again) = (path("here"), path("edge"), path("again"));
    let there = format!("redis://127.0.0.1:{}", server.port);
    take(
        &core(here.parse::<StoreUrl>().unwrap(), folder.path()),
        DEMO,
    );
    // Over Redis too, and onwards from a part.
    for (from, to) in [(&here, &edge), (&here, &there), (&edge, &again)] {
        let copied = saoma(&["copy", "--public-rooms", from, to]);
        assert!(copied.status.success(), "{copied:?}");
    }
    for part in [&edge, &there, &again] {
        let equal = saoma(&["diff", "--public-rooms", &here, part]);
        assert!(equal.status.success(), "{equal:?}");
        let unlike = saoma(&["diff", &here, part]);
        let said = String::from_utf8(unlike.stdout).unwrap();
        let racks: Vec<_> = said.lines().map(|line| line.split(':').next()).collect();
        assert_eq!(racks, [Some("dossiers"), Some("records"), Some("claims")]);
    }
    // What a record said would be all that is known there.
    let records = folder.path().join("records.ndjson");
    std::fs::write(&records, recall_of_vin("x", "召回")).unwrap();
    for part in [&edge, &there, &again] {
        let refused = saoma(&["import", "--store", part, records.to_str().unwrap()]);
        assert!(!refused.status.success());
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("public rooms only"), "{said}");
    }
    // A door on it says what the first says.
    for path in ["/vin/218622108311027", "/pwb/76392965TN21.json"] {
        let [whole, part] = [&here, &edge].map(|url| Door::before(&url.parse().unwrap()));
        assert_eq!(part.get(path).await, whole.get(path).await);
    }
}

#[test]
fn a_copy_of_the_public_rooms_that_was_cut_off_is_gone_on_with_by_another_such_and_no_other() {
    let folder = TempDir::new().unwrap();
    let [here, edge] = ["here", "edge"].map(|name| StoreUrl::Embedded(folder.path().join(name)));
    take(&core(&here, folder.path()), DEMO);
    let whole = |url: &StoreUrl| Whole::open(url.clone()).unwrap();
    let part = |url: &StoreUrl| whole(url).public_rooms();
    for cut in 1..=2 {
        let mut steps = 0;
        let cut_off = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            part(&here).copy(&part(&edge), |_done| {
                steps += 1;
                assert!(steps < cut, "as if it were killed here");
            })
        }));
        assert!(cut_off.is_err());
        assert!(whole(&here).copy(&whole(&edge), |_done| ()).is_err());
    }
    part(&here).copy(&part(&edge), |_done| ()).unwrap();
    let unlike = part(&here).differences(&part(&edge), |_done| ()).unwrap();
    assert_eq!(unlike, []);
}

#[test]
fn a_copy_that_was_cut_off_anywhere_is_gone_on_with_and_ends_the_same() {
    let (server, folder) = (Server::start(), TempDir::new().unwrap());
    let here: StoreUrl = StoreUrl::Embedded(folder.path().join("here"));
    let store = core(&here, folder.path());
    take(&store, DEMO);
    let vehicles: Vec<String> = (0..3_000).map(vehicle).collect();
    take(&store, &vehicles.join("\n"));
    drop(store);
    let whole = |url: &StoreUrl| Whole::open(url.clone()).unwrap();
    let uncut = {
        let (mut steps, to) = (0, StoreUrl::Embedded(folder.path().join("uncut")));
        whole(&here).copy(&whole(&to), |_done| steps += 1).unwrap();
        steps
    };
    assert!(uncut >= 6, "one for each rack at least");
    for cut in 1..=uncut {
        let back = StoreUrl::Embedded(folder.path().join(format!("back-{cut}")));
        for (from, to) in [(&here, &server.url()), (&server.url(), &back)] {
            let mut steps = 0;
            let cut_off = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                whole(from).copy(&whole(to), |_done| {
                    steps += 1;
                    assert!(steps < cut, "as if it were killed here");
                })
            }));
            // The other direction may have fewer steps.
            assert!(cut_off.is_err() || *to == back);
            if cut_off.is_err() {
                whole(from).copy(&whole(to), |_done| ()).unwrap();
            }
            let unlike = whole(from).differences(&whole(to), |_done| ()).unwrap();
            assert_eq!(unlike, []);
        }
        let _flushed: String = server.say(&["FLUSHALL"]);
    }
}

#[test]
fn a_password_is_not_repeated_on_the_terminal() {
    for arguments in [
        &["import", "--store", "redis://u:hunter2@h:port", "x"][..],
        &["copy", "redis://u:hunter2@h/x", "embedded:x"],
        &[
            "diff",
            "redis://u:hunter2@127.0.0.1:1?connect_timeout_ms=1&timeout_ms=x",
            "embedded:x",
        ],
    ] {
        let refused = saoma(arguments);
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8([refused.stdout, refused.stderr].concat()).unwrap();
        assert!(!said.contains("hunter2"), "{said}");
    }
}
