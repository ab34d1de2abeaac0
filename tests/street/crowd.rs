use std::{sync::Arc, time::Duration};

use saoma::{
    rooms::crowd::Crowd,
    rules::forwarding::{Proxies, Telling},
    shell::serve::Way,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Semaphore,
    time::timeout,
};

use crate::support::*;

#[tokio::test]
async fn nobody_has_more_connections_than_their_share() {
    let open = Open::way(way().sharing(Crowd::new(3))).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut stream = open.connect().await;
        ask(&mut stream, "").await.unwrap();
        held.push(stream);
    }
    let mut refused = open.connect().await;
    assert_eq!(rest(&mut refused).await, "");
    // Who has a place keeps it, and one that is given up can be had.
    ask(&mut held[0], "").await.unwrap();
    held.pop();
    until("a place is free", async || {
        ask(&mut open.connect().await, "").await.ok()
    })
    .await;
}

#[tokio::test]
async fn a_proxy_has_as_many_connections_as_it_needs() {
    let proxies = Proxies {
        networks: vec!["127.0.0.0/8".parse().unwrap()],
        telling: Telling::XForwardedFor,
    };
    let open = Open::way(way().sharing(Crowd::new(1)).behind(proxies)).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        let mut stream = open.connect().await;
        ask(&mut stream, "").await.unwrap();
        held.push(stream);
    }
}

#[tokio::test]
async fn what_was_never_understood_is_refused_in_the_same_dress() {
    let open = Open::way(way()).await;
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(20_000));
    for (request, status) in [
        ("HELLO\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"),
        (&long, "431"),
    ] {
        let mut stream = open.connect().await;
        let _sent = stream.write_all(request.as_bytes()).await.is_ok();
        let said = rest(&mut stream).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
        for line in [
            "connection: close",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
        ] {
            assert_eq!(
                said.matches(&format!("\r\n{line}\r\n")).count(),
                1,
                "{said}"
            );
        }
        assert!(said.contains("\r\ncontent-security-policy: default-src 'none'"));
    }
}

#[tokio::test]
async fn behind_tls_it_says_to_come_back_behind_tls() {
    let authority = Authority::new();
    let open = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(20_000));
    for (request, status) in [("HELLO\r\n\r\n", "400"), (&long, "431")] {
        let stream = shake(&open, authority.client(&["http/1.1"]), "localhost").await;
        let mut stream = stream.unwrap();
        let _sent = stream.write_all(request.as_bytes()).await.is_ok();
        let said = rest(&mut stream).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
        let strict = said.matches("\r\nstrict-transport-security: max-age=");
        assert_eq!(strict.count(), 1, "{said}");
    }
}

#[tokio::test]
async fn who_has_rested_longest_gives_up_the_place_that_somebody_waits_for() {
    // One of them is the door's own, for whoever comes next.
    let open = Open::way(Way::new(Arc::new(Semaphore::new(4)))).await;
    let crowd = async {
        let mut held = Vec::new();
        // Each would have to wait for ten seconds if those before them were only let go for idling.
        for _ in 0..20 {
            let mut stream = open.connect().await;
            ask(&mut stream, "").await.unwrap();
            held.push(stream);
        }
        held
    };
    let mut held = timeout(DEADLINE, crowd).await.expect("somebody waited");
    assert_eq!(rest(&mut held[0]).await, "");
    ask(held.last_mut().unwrap(), "").await.unwrap();
}

#[tokio::test]
async fn who_rests_and_comes_back_is_answered() {
    let authority = Authority::new();
    let secure = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
    let plain = Open::way(way()).await;
    let mut over_tls = shake(&secure, authority.client(&["http/1.1"]), "localhost")
        .await
        .unwrap();
    let mut in_the_clear = plain.connect().await;
    for _pause in 0..2 {
        ask(&mut over_tls, "").await.unwrap();
        ask(&mut in_the_clear, "").await.unwrap();
        // Longer than it takes to be put to sleep, shorter than it takes to be let go.
        tokio::time::sleep(Duration::from_millis(2500)).await;
    }
    ask(&mut over_tls, "").await.unwrap();
    ask(&mut in_the_clear, "").await.unwrap();
}

#[tokio::test]
async fn half_a_request_behind_a_whole_one_is_neither_lost_nor_waited_for_without_end() {
    let open = Open::way(way()).await;
    let whole = "GET / HTTP/1.1\r\nHost: door\r\n\r\n";
    for finishes in [true, false] {
        let mut stream = open.connect().await;
        stream.write_all(whole.as_bytes()).await.unwrap();
        stream.write_all(&whole.as_bytes()[..20]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2500)).await;
        if finishes {
            stream.write_all(&whole.as_bytes()[20..]).await.unwrap();
        }
        let said = rest(&mut stream).await;
        let answers = said.matches("HTTP/1.1 200").count();
        assert_eq!(answers, 1 + usize::from(finishes), "{said}");
    }
}

#[tokio::test]
async fn who_comes_in_the_clear_can_be_sent_to_the_same_path_behind_tls() {
    let open = Open::way(way().redirecting("https://www.pzcode.cn")).await;
    for (target, status, location) in [
        (
            "/vin/218622108311027?lang=en",
            "308",
            "https://www.pzcode.cn/vin/218622108311027?lang=en",
        ),
        ("/", "308", "https://www.pzcode.cn/"),
        ("/vin/1", "400", ""),
        ("//evil.example/", "404", ""),
        ("http://evil.example/", "308", "https://www.pzcode.cn/"),
    ] {
        let mut stream = open.connect().await;
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let said = rest(&mut stream).await;
        assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}");
        let found = said
            .split("\r\n")
            .find_map(|line| line.strip_prefix("location: "));
        assert_eq!(found.unwrap_or_default(), location, "{target}");
    }
}

#[tokio::test]
async fn slow_heads_and_silent_ends_are_let_go_while_others_are_served() {
    let open = Open::way(way()).await;
    let mut slow = open.connect().await;
    let mut silent = open.connect().await;
    let dripping = tokio::spawn(async move {
        let head = "GET / HTTP/1.1\r\nHost: door\r\nX: ";
        let mut bytes = head.bytes().chain(std::iter::repeat(b'a'));
        let mut answer = [0; 1];
        loop {
            let drop = [bytes.next().unwrap()];
            if slow.write_all(&drop).await.is_err() {
                return;
            }
            let wait = Duration::from_millis(300);
            if timeout(wait, slow.read(&mut answer)).await.is_ok() {
                return;
            }
        }
    });
    let waiting = tokio::spawn(async move { rest(&mut silent).await });
    ask(&mut open.connect().await, "").await.unwrap();
    timeout(DEADLINE, dripping).await.unwrap().unwrap();
    assert_eq!(waiting.await.unwrap(), "");
    ask(&mut open.connect().await, "").await.unwrap();
}
