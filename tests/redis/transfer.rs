use std::process::{Command, Output};

use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;

use crate::sample::{DEMO, core, recall_of_vin, take};
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
