use std::num::NonZeroU32;

use saoma::rooms::store::PublicStore;
use saoma::rooms::turns::Turns;
use saoma::words::policy::Policy;
use tempfile::TempDir;

use crate::door::Door;
use crate::sample::{DEMO, core, take};
use crate::server::Server;

const USERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/redis/users.acl");
const SET: &str =
    "code=218622108311027&code=76392965TN21080500543B48V121513522&code=33010621822480";
const NO_SET: &str = "code=218622108311027&code=76392965TN22010100002A48V12";

fn turns() -> Turns {
    let many = NonZeroU32::new(1_000_000).unwrap();
    Turns::new(many, many)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edge_compares_codes_with_nothing_but_its_own_rights() {
    let folder = TempDir::new().unwrap();
    let server = Server::with(&["--aclfile", USERS]);
    let writer = server.as_user("saoma-core:password@");
    take(&core(writer, folder.path()), DEMO);
    let url = server.as_user("saoma-edge:password@");
    let store = PublicStore::open(&url, Policy::default()).unwrap();
    let door = Door::matching(store, &folder.path().join("pair-key"), turns());
    let yes = door.post("/match", SET).await;
    assert_eq!(yes.status, 200, "{}", yes.text());
    let said = yes.text();
    assert!(said.contains(r#""together":"yes""#), "{said}");
    assert!(said.contains(r#""until":"2022-11-05""#), "{said}");
    let no = door.post("/match", NO_SET).await;
    assert_eq!(no.text(), r#"{"together":"no-or-unknown","views":[]}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_emptied_says_unavailable_and_not_no() {
    let folder = TempDir::new().unwrap();
    let server = Server::start();
    take(&core(server.url(), folder.path()), DEMO);
    let store = PublicStore::open(&server.url(), Policy::default()).unwrap();
    let door = Door::matching(store, &folder.path().join("pair-key"), turns());
    assert_eq!(door.post("/match", SET).await.status, 200);
    server.say::<()>(&["FLUSHALL"]);
    assert_eq!(door.post("/match", NO_SET).await.status, 503);
}
