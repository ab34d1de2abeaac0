use saoma::rules::forwarding::{Proxies, Telling};
use tokio::io::AsyncWriteExt as _;

use crate::support::*;

const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";

/// A door behind proxies on this machine, who speak like this.
async fn behind(telling: Telling, networks: &[&str]) -> Open {
    Open::way(way().behind(proxies(telling, networks))).await
}

fn proxies(telling: Telling, networks: &[&str]) -> Proxies {
    Proxies {
        networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
        telling,
    }
}

fn announcing(client: [u8; 4], extra: usize) -> Vec<u8> {
    let mut header = SIGNATURE.to_vec();
    let length = u16::try_from(12 + extra).unwrap();
    header.extend([0x21, 0x11]);
    header.extend(length.to_be_bytes());
    header.extend(client);
    header.extend([127, 0, 0, 1, 0x12, 0x34, 0x01, 0xbb]);
    header.extend(vec![0; extra]);
    header
}

#[tokio::test]
async fn a_strangers_forwarding_headers_are_not_read() {
    let lines = "X-Forwarded-For: 198.51.100.1\r\nForwarded: for=198.51.100.1\r\n";
    for open in [
        Open::way(way()).await,
        behind(Telling::XForwardedFor, &["10.0.0.0/8"]).await,
        behind(Telling::Forwarded, &["10.0.0.0/8"]).await,
        behind(Telling::ProxyV2, &["10.0.0.0/8"]).await,
    ] {
        let answer = ask(&mut open.connect().await, lines).await.unwrap();
        assert_eq!(body(&answer), "127.0.0.1 plain 0");
    }
}

#[tokio::test]
async fn a_listed_proxy_speaks_for_another_in_each_request() {
    let open = behind(Telling::XForwardedFor, &["127.0.0.0/8"]).await;
    let mut stream = open.connect().await;
    for (line, who) in [
        ("X-Forwarded-For: 1.1.1.1, 198.51.100.1\r\n", "198.51.100.1"),
        (
            "X-Forwarded-For: 198.51.100.2, 127.0.0.9\r\n",
            "198.51.100.2",
        ),
        ("X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1"),
        ("Forwarded: for=198.51.100.9\r\n", "127.0.0.1"),
        ("", "127.0.0.1"),
    ] {
        let answer = ask(&mut stream, line).await.unwrap();
        assert_eq!(body(&answer), format!("{who} plain 0"), "{line}");
    }
}

#[tokio::test]
async fn a_proxy_header_is_read_before_anything_else() {
    let open = behind(Telling::ProxyV2, &["127.0.0.1/32"]).await;
    for extra in [0, 500] {
        let mut stream = open.connect().await;
        let header = announcing([198, 51, 100, 7], extra);
        // In two pieces, as a network may bring it.
        stream.write_all(&header[..10]).await.unwrap();
        tokio::time::sleep(LOOK_AGAIN).await;
        stream.write_all(&header[10..]).await.unwrap();
        let forged = "X-Forwarded-For: 203.0.113.1\r\n";
        for _again in 0..2 {
            let answer = ask(&mut stream, forged).await.unwrap();
            assert_eq!(body(&answer), "198.51.100.7 plain 0");
        }
    }
}

#[tokio::test]
async fn a_proxy_header_comes_before_tls_too() {
    let authority = Authority::new();
    let tls = tls(vec![authority.issue("a", &["localhost"])]);
    let way = way().over(tls);
    let open = Open::way(way.behind(proxies(Telling::ProxyV2, &["127.0.0.1/32"]))).await;
    let mut stream = open.connect().await;
    stream
        .write_all(&announcing([198, 51, 100, 8], 0))
        .await
        .unwrap();
    let config = std::sync::Arc::new(authority.client(&[]));
    let connector = tokio_rustls::TlsConnector::from(config);
    let name = "localhost".try_into().unwrap();
    let mut stream = connector.connect(name, stream).await.unwrap();
    let answer = ask(&mut stream, "").await.unwrap();
    assert_eq!(body(&answer), "198.51.100.8 tls 0");
}

#[tokio::test]
async fn a_listed_proxy_that_says_anything_else_first_is_hung_up_on() {
    let open = behind(Telling::ProxyV2, &["127.0.0.1/32"]).await;
    let request = b"GET / HTTP/1.1\r\nHost: door\r\nConnection: close\r\n\r\n".as_slice();
    let first = b"PROXY TCP4 198.51.100.7 127.0.0.1 4660 443\r\n".as_slice();
    let udp = {
        let mut header = announcing([198, 51, 100, 7], 0);
        header[13] = 0x12;
        header
    };
    let long = announcing([198, 51, 100, 7], 2000);
    for header in [&[][..], first, &udp, &long] {
        let mut stream = open.connect().await;
        let _sent = stream.write_all(&[header, request].concat()).await.is_ok();
        assert_eq!(rest(&mut stream).await, "");
    }
    let mut stream = open.connect().await;
    stream.write_all(&SIGNATURE[..]).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_strangers_proxy_header_is_rubbish() {
    let open = behind(Telling::ProxyV2, &["10.0.0.0/8"]).await;
    let mut stream = open.connect().await;
    let header = announcing([198, 51, 100, 7], 0);
    let request = b"GET / HTTP/1.1\r\nHost: door\r\nConnection: close\r\n\r\n";
    stream
        .write_all(&[&header, &request[..]].concat())
        .await
        .unwrap();
    let said = rest(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
}
