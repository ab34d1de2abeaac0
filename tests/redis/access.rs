use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;

use crate::door::Door;
use crate::sample::{DEMO, PWB, VIN, core, recall_of_vin, take};
use crate::server::Server;

const USERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/redis/users.acl");

fn guarded() -> (Server, StoreUrl, StoreUrl) {
    let server = Server::with(&["--aclfile", USERS]);
    let edge = server.as_user("saoma-edge:password@");
    let writer = server.as_user("saoma-core:password@");
    (server, edge, writer)
}

fn edge_of(server: &Server) -> redis::Connection {
    let url = format!("redis://saoma-edge:password@127.0.0.1:{}", server.port);
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shipped_users_are_enough_to_write_to_read_and_to_hear_of_changes() {
    let ((_server, edge, writer), folder) = (guarded(), TempDir::new().unwrap());
    let store = core(&writer, folder.path());
    take(&store, DEMO);
    assert!(!store.digest().unwrap().is_empty());
    let door = Door::before(&edge);
    assert!(door.get(VIN).await.is_fresh() && door.get(PWB).await.is_fresh());
    take(&store, &recall_of_vin("now", "请停止骑行"));
    door.until(VIN, |answer| answer.text().contains("请停止骑行"))
        .await;
    let again = store.reproject("strict".parse().unwrap(), |_done| {});
    assert!(again.unwrap() > 0);
}

#[test]
fn the_public_user_cannot_read_a_dossier_nor_write_nor_list_anything_even_by_hand() {
    let ((server, _edge, writer), folder) = (guarded(), TempDir::new().unwrap());
    take(&core(&writer, folder.path()), DEMO);
    let mut edge = edge_of(&server);
    let code = b"\x01\x21\x86\x22\x10\x83\x11\x02\x70";
    let named = |rack: &[u8]| [rack, code].concat();
    let view: Option<Vec<u8>> = redis::cmd("GET")
        .arg(named(b"v:"))
        .query(&mut edge)
        .unwrap();
    assert!(view.is_some(), "the name of the key is right");
    let dossier = named(b"d:");
    let forbidden: Vec<redis::Cmd> = [
        vec![b"GET".to_vec(), dossier.clone()],
        vec![b"MGET".to_vec(), named(b"v:"), dossier.clone()],
        vec![b"STRLEN".to_vec(), dossier.clone()],
        vec![b"EXISTS".to_vec(), dossier.clone()],
        vec![
            b"GETRANGE".to_vec(),
            dossier.clone(),
            b"0".to_vec(),
            b"9".to_vec(),
        ],
        vec![b"DUMP".to_vec(), dossier.clone()],
        vec![b"COPY".to_vec(), dossier.clone(), b"v:x".to_vec()],
        vec![
            b"EVAL".to_vec(),
            b"return redis.call('GET',KEYS[1])".to_vec(),
            b"1".to_vec(),
            dossier,
        ],
        vec![b"GET".to_vec(), b"m:pair-key-check".to_vec()],
        vec![b"SMEMBERS".to_vec(), b"k".to_vec()],
        vec![b"SET".to_vec(), named(b"v:"), b"x".to_vec()],
        vec![b"DEL".to_vec(), named(b"v:")],
        vec![b"SET".to_vec(), b"g".to_vec(), b"x".to_vec()],
        vec![b"KEYS".to_vec(), b"*".to_vec()],
        vec![b"SCAN".to_vec(), b"0".to_vec()],
        vec![b"RANDOMKEY".to_vec()],
        vec![b"FLUSHALL".to_vec()],
        vec![b"MONITOR".to_vec()],
        vec![b"ACL".to_vec(), b"LIST".to_vec()],
        vec![b"CONFIG".to_vec(), b"GET".to_vec(), b"*".to_vec()],
        vec![b"CLIENT".to_vec(), b"LIST".to_vec()],
        vec![b"SUBSCRIBE".to_vec(), b"x".to_vec()],
    ]
    .iter()
    .map(|words| {
        let mut command = redis::Cmd::new();
        command.arg(words);
        command
    })
    .collect();
    for command in forbidden {
        let answer: redis::RedisResult<redis::Value> = command.query(&mut edge);
        let said = String::from_utf8_lossy(&command.get_packed_command()).into_owned();
        assert_eq!(answer.unwrap_err().code(), Some("NOPERM"), "{said}");
    }
}
