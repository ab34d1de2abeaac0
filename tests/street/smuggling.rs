//! Messages that two readers could take for different ones. Each is followed by a request that must
//! stay unseen: one connection, at most one answer, and that a no.

use tokio::io::AsyncWriteExt as _;

use crate::support::*;

const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: door\r\n\r\n";

/// Heads of a message to `/`, without the empty line at the end, and what follows it.
const AMBIGUOUS: [(&str, &str); 34] = [
    (
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "0\r\n\r\n",
    ),
    (
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "0\r\n\r\n",
    ),
    ("Content-Length: 5\r\nContent-Length: 6", "hello"),
    ("Content-Length: 5, 6", "hello"),
    ("Content-Length: +5", "hello"),
    ("Content-Length: -5", "hello"),
    ("Content-Length: 0x5", "hello"),
    ("Content-Length: 5 ", "hello"),
    ("Content-Length: 5 5", "hello"),
    ("Content-Length:\t5", "hello"),
    ("Content-Length: ", "hello"),
    ("Content-Length: 99999999999999999999", "hello"),
    ("Content-Length : 5", "hello"),
    ("Content-Length\t: 5", "hello"),
    (" Content-Length: 5", "hello"),
    ("X: y\r\n Content-Length: 5", "hello"),
    ("X: y\r\n\tTransfer-Encoding: chunked", "0\r\n\r\n"),
    ("Transfer-Encoding: xchunked", "0\r\n\r\n"),
    ("Transfer-Encoding: chunked, identity", "0\r\n\r\n"),
    ("Transfer-Encoding: identity", "0\r\n\r\n"),
    ("Transfer-Encoding: identity, chunked", "0\r\n\r\n"),
    ("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"),
    (
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "0\r\n\r\n",
    ),
    (
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        "0\r\n\r\n",
    ),
    ("Transfer-Encoding:\x0bchunked", "0\r\n\r\n"),
    ("Transfer-Encoding: \x0cchunked", "0\r\n\r\n"),
    ("Transfer-Encoding: chunked\0", "0\r\n\r\n"),
    ("Transfer-Encoding : chunked", "0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "0;x=\n\r\n\r\n"),
    ("Transfer-Encoding: chunked", "-1\r\n\r\n"),
    ("Transfer-Encoding: chunked", "ffffffffffffffffff\r\n\r\n"),
    ("Transfer-Encoding: chunked", "5\r\nhello0\r\n\r\n"),
    ("X\rY: z\r\nContent-Length: 5", "hello"),
    ("X: a\0b\r\nContent-Length: 5", "hello"),
];

/// Whole openings that are no request line of HTTP/1.1, or name two hosts.
const ODD: [&str; 13] = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    "GET /\u{1} HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / http/1.1\r\nHost: a\r\n\r\n",
    "\x16\x03\x01\x02\r\n\r\n",
    "GET / HTTP/1.1\r\n: b\r\nHost: a\r\n\r\n",
];

/// What the door says, and how often.
async fn said(open: &Open, bytes: &str) -> (String, usize) {
    let mut stream = open.connect().await;
    let _sent = stream.write_all(bytes.as_bytes()).await.is_ok();
    let said = rest(&mut stream).await;
    let answers = said.matches("HTTP/1.1 ").count();
    (said, answers)
}

#[tokio::test]
async fn no_message_hides_another() {
    let open = Open::way(way()).await;
    for method in ["GET", "POST"] {
        for (head, after) in AMBIGUOUS {
            let message =
                format!("{method} / HTTP/1.1\r\nHost: door\r\n{head}\r\n\r\n{after}{HIDDEN}");
            let (said, answers) = said(&open, &message).await;
            assert_eq!(answers, 1, "{method} {head:?}: {said:.80}");
            assert!(
                said.starts_with("HTTP/1.1 4"),
                "{method} {head:?}: {said:.80}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_and_nothing_after_it_is_read() {
    let open = Open::way(way()).await;
    for opening in ODD {
        let (said, answers) = said(&open, &format!("{opening}{HIDDEN}")).await;
        assert!(answers <= 1, "{opening:?}: {said:.80}");
        assert!(
            said.is_empty() || said.starts_with("HTTP/1.1 4"),
            "{opening:?}: {said:.80}"
        );
    }
}
