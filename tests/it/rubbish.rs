use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Answer, DEADLINE, DRAIN, Door, VIN};

#[tokio::test]
async fn what_could_be_two_messages_is_refused_and_the_connection_closed() {
    let door = Door::open().await;
    let hidden = format!("GET /{VIN} HTTP/1.1\r\nHost: door\r\n\r\n");
    let rows: [(&str, &str); 12] = [
        ("no host", "GET / HTTP/1.1\r\n\r\n"),
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        ("a host that is none", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        ("an empty host", "GET / HTTP/1.1\r\nHost: \r\n\r\n"),
        (
            "a body on a GET",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        ),
        (
            "two lengths",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        ),
        (
            "a length and chunks",
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            "odd chunks",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        ),
        (
            "a folded line",
            "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
        ),
        (
            "a space before a colon",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        ),
        ("no protocol", "HELLO\r\n\r\n"),
        ("a NUL", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
    ];
    for (what, request) in rows {
        let wire = door.bytes(format!("{request}{hidden}").as_bytes()).await;
        let text = String::from_utf8_lossy(&wire);
        assert!(text.starts_with("HTTP/1.1 400 "), "{what}: {text:.200}");
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{what}: two answers");
    }
}

#[tokio::test]
async fn a_body_nobody_asked_for_ends_the_connection() {
    let door = Door::open().await;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\nGET /{VIN} HTTP/1.1\r\nHost: a\r\n\r\n"
    );
    let wire = door.bytes(request.as_bytes()).await;
    let answer = Answer::read(&wire);
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("connection"), "close");
    let text = String::from_utf8_lossy(&wire);
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1);
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let door = Door::open().await;
    let long = "a".repeat(3000);
    let answer = door.get(&format!("/{long}"), &[]).await;
    assert_eq!((answer.status, answer.header("connection")), (400, "close"));
    let line = format!("X: {}", "a".repeat(20_000));
    let answer = door.get("/", &[&line]).await;
    assert_eq!(answer.status, 431);
}

#[tokio::test]
async fn requests_in_one_breath_are_answered_in_their_order() {
    let door = Door::open().await;
    let request = format!(
        "GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /{VIN}.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    );
    let wire = door.bytes(request.as_bytes()).await;
    let text = String::from_utf8_lossy(&wire);
    let robots = text.find("User-agent").unwrap();
    let json = text.find("\"audience\"").unwrap();
    assert!(robots < json);
}

#[tokio::test]
async fn who_finds_all_places_taken_waits_for_one() {
    let door = Door::open_for(1, DRAIN).await;
    let first = TcpStream::connect(door.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut second = TcpStream::connect(door.address).await.unwrap();
    second
        .write_all(b"GET /robots.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let waited = timeout(Duration::from_millis(200), second.read_buf(&mut answer)).await;
    assert!(waited.is_err(), "served without a place");
    drop(first);
    timeout(DEADLINE, second.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(Answer::read(&answer).status, 200);
}
