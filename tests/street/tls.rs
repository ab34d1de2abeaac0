use std::{fs, sync::Arc};

use rustls::ClientConfig;
use saoma::{
    rooms::settings::TlsSection,
    shell::{
        drain::pair,
        tls::{Clients, Tls},
    },
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::*;

/// The certificate that the door shows to who asks for this name.
async fn shown(open: &Open, config: &ClientConfig, name: &str) -> Vec<u8> {
    let stream = shake(open, config.clone(), name).await.unwrap();
    let chain = stream.get_ref().1.peer_certificates().unwrap();
    chain[0].to_vec()
}

#[tokio::test]
async fn the_protocol_is_what_both_speak() {
    let authority = Authority::new();
    let open = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
    for (offered, agreed) in [
        (&["h2", "http/1.1"][..], Some("h2")),
        (&["http/1.1", "h2"], Some("h2")),
        (&["http/1.1"], Some("http/1.1")),
        (&[], None),
    ] {
        let stream = shake(&open, authority.client(offered), "localhost").await;
        let stream = stream.unwrap();
        let spoken = stream.get_ref().1.alpn_protocol();
        assert_eq!(spoken, agreed.map(str::as_bytes), "{offered:?}");
    }
    let unknown = shake(&open, authority.client(&["spdy/3"]), "localhost").await;
    assert!(unknown.is_err());
}

#[tokio::test]
async fn what_is_said_behind_tls_is_known_to_be() {
    let authority = Authority::new();
    let open = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
    let mut stream = shake(&open, authority.client(&["http/1.1"]), "localhost")
        .await
        .unwrap();
    for _again in 0..3 {
        let answer = ask(&mut stream, "").await.unwrap();
        assert_eq!(body(&answer), "127.0.0.1 tls 0");
        assert!(answer.contains("\r\nstrict-transport-security: max-age="));
    }
    let plain = Open::way(way()).await;
    let answer = ask(&mut plain.connect().await, "").await.unwrap();
    assert_eq!(body(&answer), "127.0.0.1 plain 0");
    assert!(!answer.contains("strict-transport-security"));
}

#[tokio::test]
async fn each_name_has_its_certificate_and_who_asks_for_none_of_them_gets_the_first() {
    let authority = Authority::new();
    let first = authority.issue("a", &["a.example", "localhost"]);
    let second = authority.issue("b", &["b.example", "*.c.example"]);
    let open = Open::tls(tls(vec![first, second])).await;
    let client = authority.client(&[]);
    let a = shown(&open, &client, "a.example").await;
    let b = shown(&open, &client, "b.example").await;
    assert_ne!(a, b);
    assert_eq!(shown(&open, &client, "www.c.example").await, b);
    assert_eq!(shown(&open, &client, "localhost").await, a);
    // Shown the first, this client rightly does not believe it.
    assert!(shake(&open, client, "d.example").await.is_err());
}

#[tokio::test]
async fn a_new_certificate_is_used_and_no_connection_is_dropped() {
    let authority = Authority::new();
    let files = authority.issue("a", &["localhost"]);
    let tls = tls(vec![files.clone()]);
    let (_stopper, stop) = pair();
    tokio::spawn(tls.clone().keep_fresh(stop));
    let open = Open::tls(tls).await;
    let client = authority.client(&[]);
    let old = shown(&open, &client, "localhost").await;
    let mut staying = shake(&open, client.clone(), "localhost").await.unwrap();
    ask(&mut staying, "").await.unwrap();

    // A broken file changes nothing, and neither does a key that fits no certificate.
    fs::write(&files.certificate, "-----BEGIN CERTIFICATE-----\nMII").unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert_eq!(shown(&open, &client, "localhost").await, old);

    authority.issue("a", &["localhost"]);
    let new = until("the new certificate is shown", async || {
        let now = shown(&open, &client, "localhost").await;
        (now != old).then_some(now)
    })
    .await;
    assert_ne!(new, old);
    let answer = ask(&mut staying, "").await.unwrap();
    assert_eq!(body(&answer), "127.0.0.1 tls 0");
}

#[test]
fn a_pair_that_is_none_is_told_before_a_door_opens() {
    let authority = Authority::new();
    let good = authority.issue("a", &["localhost"]);
    let other = authority.issue("b", &["localhost"]);
    fs::write(authority.path("empty"), "").unwrap();
    let start = |certificate, key| {
        let mut pair = good.clone();
        pair.certificate = certificate;
        pair.key = key;
        let section = TlsSection { pairs: vec![pair] };
        Tls::new(&section, &Clients::Anybody)
            .unwrap_err()
            .to_string()
    };
    let cases = [
        (good.certificate.clone(), other.key.clone(), "b.key"),
        (good.certificate.clone(), authority.path("none"), "none"),
        (authority.path("empty"), good.key.clone(), "empty"),
        (good.key.clone(), good.key.clone(), "a.key"),
    ];
    for (certificate, key, named) in cases {
        let message = start(certificate, key);
        assert!(message.contains(named), "{message}");
        assert!(!message.contains("BEGIN"), "{message}");
    }
}

#[tokio::test]
async fn who_has_a_certificate_is_told_apart() {
    let authority = Authority::new();
    let stranger = Authority::new();
    let section = TlsSection {
        pairs: vec![authority.issue("a", &["localhost"])],
    };
    let ca = authority.path("ca.pem");
    let told = Open::tls(Tls::new(&section, &Clients::Told(ca.clone())).unwrap()).await;
    let only = Open::tls(Tls::new(&section, &Clients::Only(ca)).unwrap()).await;
    let says = async |open: &Open, config: ClientConfig| {
        let mut stream = shake(open, config, "localhost").await?;
        ask(&mut stream, "").await
    };
    for open in [&told, &only] {
        let answer = says(open, authority.named_client()).await.unwrap();
        let length: usize = body(&answer).rsplit(' ').next().unwrap().parse().unwrap();
        assert!(length > 200, "{answer}");
        // A certificate of somebody else's is no reason to be taken for nobody.
        let foreign = says(open, authority.client_of(&stranger)).await;
        assert!(foreign.is_err());
    }
    let nobody = says(&told, authority.client(&[])).await.unwrap();
    assert_eq!(body(&nobody), "127.0.0.1 tls 0");
    assert!(says(&only, authority.client(&[])).await.is_err());
}

#[tokio::test]
async fn what_is_no_handshake_ends_at_once_and_nobody_else_notices() {
    let authority = Authority::new();
    let open = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
    let garbage: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &[0x16, 3, 1, 0xff, 0xff, 1],
        &[0x16, 3, 1, 0, 4, 1, 0, 0, 0],
        &[0x15, 3, 3, 0, 2, 2, 40],
        &[0xff; 4096],
    ];
    for bytes in garbage {
        let mut stream = open.connect().await;
        // The door may close before it has read everything.
        let _sent = stream.write_all(bytes).await.is_ok();
        let _closed = stream.shutdown().await.is_ok();
        let said = rest(&mut stream).await;
        assert!(!said.contains("HTTP/1"), "{said}");
        let mut honest = shake(&open, authority.client(&[]), "localhost")
            .await
            .unwrap();
        ask(&mut honest, "").await.unwrap();
    }
}

#[tokio::test]
async fn who_is_silent_is_let_go() {
    let authority = Authority::new();
    let open = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
    let open = Arc::new(open);
    let openings: [&[u8]; 3] = [b"", &[0x16], &[0x16, 3, 1, 2, 0, 1, 0]];
    let mut waiting = Vec::new();
    for opening in openings {
        let mut stream = open.connect().await;
        stream.write_all(opening).await.unwrap();
        waiting.push(tokio::spawn(async move { rest(&mut stream).await }));
    }
    // After the handshake too.
    for protocol in ["http/1.1", "h2"] {
        let mut stream = shake(&open, authority.client(&[protocol]), "localhost")
            .await
            .unwrap();
        waiting.push(tokio::spawn(async move {
            let mut byte = [0; 1];
            let read = tokio::time::timeout(DEADLINE, stream.read(&mut byte)).await;
            format!("{:?}", read.expect("held on to").is_ok())
        }));
    }
    for silent in waiting {
        silent.await.unwrap();
    }
}
