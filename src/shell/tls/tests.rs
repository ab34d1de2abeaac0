use rustls::{ClientConfig, ClientConnection, SupportedProtocolVersion, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
    task::yield_now,
};
use tokio_rustls::TlsConnector;

use super::*;

/// What a client says first.
fn hello() -> Vec<u8> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn who_says_nothing_more_keeps_nobody_from_their_turn() {
    let tls = Tls::made_here(vec!["localhost".to_owned()]).unwrap();
    let turns = tls.turns.available_permits();
    let hello = hello();
    let half = hello.len() / 2;
    for said in [&hello[..half], &hello[..]] {
        let (ours, mut theirs) = duplex(64 * 1024);
        theirs.write_all(said).await.unwrap();
        let door = tls.clone();
        let handshake = tokio::spawn(async move { door.accept(ours).await.map(drop) });
        if said.len() == hello.len() {
            // It was its turn, for it was answered.
            theirs.read_u8().await.unwrap();
        }
        for _ in 0..10 {
            yield_now().await;
        }
        assert_eq!(tls.turns.available_permits(), turns);
        assert!(!handshake.is_finished());
        handshake.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn who_waits_too_long_for_a_turn_is_let_go() {
    let tls = Tls::made_here(vec!["localhost".to_owned()]).unwrap();
    let all = u32::try_from(tls.turns.available_permits()).unwrap();
    let _all = tls.turns.acquire_many(all).await.unwrap();
    let (ours, mut theirs) = duplex(64 * 1024);
    theirs.write_all(&hello()).await.unwrap();
    let ended = tls.accept(ours).await.map(drop);
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

fn client(version: &'static SupportedProtocolVersion, alpn: &[u8]) -> TlsConnector {
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    TlsConnector::from(Arc::new(config))
}

/// What a handshake keeps back is not what the other end waits for: its mistake is told.
#[tokio::test(start_paused = true)]
async fn who_speaks_another_protocol_is_told_so() {
    for version in [&TLS12, &TLS13] {
        let tls = Tls::made_here(vec!["localhost".to_owned()]).unwrap();
        let (ours, theirs) = duplex(64 * 1024);
        let door = tokio::spawn(async move { tls.accept(ours).await.map(drop) });
        let name = ServerName::try_from("localhost").unwrap();
        let refused = client(version, b"spdy/3").connect(name, theirs).await;
        let why = refused.unwrap_err().to_string();
        assert!(why.contains("NoApplicationProtocol"), "{why}");
        door.await.unwrap().unwrap_err();
    }
}
