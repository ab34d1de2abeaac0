use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use crate::support::*;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const PROTOCOL_ERROR: u32 = 1;
const ENHANCE_YOUR_CALM: u32 = 11;
/// `:method GET`, `:scheme https`, `:path /`: rows of the protocol's own table.
const GET: &[u8] = &[0x82, 0x87, 0x84];
/// The first byte of an answer's head.
const OK: u8 = 0x88;
const BAD_REQUEST: u8 = 0x8c;

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// A connection, frame by frame.
pub(crate) struct Wire {
    stream: TlsStream<TcpStream>,
    /// The door at the other end, if it is to end with this.
    _open: Option<Open>,
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A header line that is in no table.
fn line(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = vec![0, u8::try_from(name.len()).unwrap()];
    bytes.extend(name.as_bytes());
    // A length of seven bits and more: its prefix is full, the rest follows.
    let mut rest = value.len();
    if rest < 127 {
        bytes.push(u8::try_from(rest).unwrap());
    } else {
        bytes.push(127);
        rest -= 127;
        while rest >= 128 {
            bytes.push(u8::try_from(rest % 128 + 128).unwrap());
            rest /= 128;
        }
        bytes.push(u8::try_from(rest).unwrap());
    }
    bytes.extend(value.as_bytes());
    bytes
}

fn get(lines: &[(&str, &str)]) -> Vec<u8> {
    let lines = lines.iter().flat_map(|(name, value)| line(name, value));
    GET.iter().copied().chain(lines).collect()
}

impl Wire {
    async fn open(settings: &[u8]) -> Self {
        let authority = Authority::new();
        let open = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
        let stream = shake(&open, authority.client(&["h2"]), "localhost").await;
        let mut wire = Self {
            stream: stream.unwrap(),
            _open: Some(open),
        };
        wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        wire.send(&frame(SETTINGS, 0, 0, settings)).await;
        wire
    }

    /// On a stream over which HTTP/2 was agreed on.
    pub(crate) async fn on(stream: TlsStream<TcpStream>) -> Self {
        let mut wire = Self {
            stream,
            _open: None,
        };
        wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        wire.send(&frame(SETTINGS, 0, 0, &[])).await;
        wire
    }

    /// Asks, and reads the whole answer. False if there is none.
    pub(crate) async fn get(&mut self, stream: u32) -> bool {
        let head = get(&[(":authority", "door")]);
        self.send(&frame(HEADERS, END_STREAM | END_HEADERS, stream, &head))
            .await;
        loop {
            let Some(frame) = self.next().await else {
                return false;
            };
            if frame.stream == stream && frame.flags & END_STREAM != 0 {
                return true;
            }
            if frame.kind == DATA {
                let taken = u32::try_from(frame.payload.len()).unwrap().to_be_bytes();
                self.send(&self::frame(WINDOW_UPDATE, 0, 0, &taken)).await;
            }
        }
    }

    /// Whether it could be sent.
    async fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok() && self.stream.flush().await.is_ok()
    }

    /// The next frame; nothing when the door has closed.
    async fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        let read = timeout(DEADLINE, self.stream.read_exact(&mut head)).await;
        read.expect("neither a frame nor an end").ok()?;
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        self.stream.read_exact(&mut payload).await.ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let kind = head[3];
        Some(Frame {
            kind,
            flags: head[4],
            stream,
            payload,
        })
    }

    /// The next frame of one of these kinds.
    async fn until(&mut self, kinds: &[u8]) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if kinds.contains(&frame.kind) {
                return Some(frame);
            }
        }
    }

    /// Why the door said that it wants no more of this; nothing if it just closed.
    async fn goodbye(&mut self) -> Option<u32> {
        let frame = self.until(&[GOAWAY]).await?;
        Some(u32::from_be_bytes(frame.payload[4..8].try_into().unwrap()))
    }
}

#[tokio::test]
async fn one_request_is_to_one_host() {
    let cases: [(&[(&str, &str)], u8); 6] = [
        (&[(":authority", "door")], OK),
        (&[("host", "door")], OK),
        (&[(":authority", "Door"), ("host", "door")], OK),
        (&[], BAD_REQUEST),
        (&[(":authority", "door"), ("host", "other")], BAD_REQUEST),
        (&[("host", "door"), ("host", "door")], BAD_REQUEST),
    ];
    for (lines, want) in cases {
        let mut wire = Wire::open(&[]).await;
        wire.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &get(lines)))
            .await;
        let answer = wire.until(&[HEADERS]).await.unwrap();
        assert_eq!(answer.payload[0], want, "{lines:?}");
    }
}

#[tokio::test]
async fn many_requests_share_a_connection() {
    let mut wire = Wire::open(&[]).await;
    let mut burst = Vec::new();
    for stream in (1..40).step_by(2) {
        let head = get(&[(":authority", "door")]);
        burst.extend(frame(HEADERS, END_STREAM | END_HEADERS, stream, &head));
    }
    wire.send(&burst).await;
    let mut answered = std::collections::BTreeSet::new();
    while answered.len() < 20 {
        let body = wire.until(&[DATA]).await.unwrap();
        assert_eq!(body.payload, b"127.0.0.1 tls 0");
        answered.insert(body.stream);
    }
}

#[tokio::test]
async fn who_asks_and_takes_back_again_and_again_is_sent_away() {
    let mut wire = Wire::open(&[]).await;
    let mut burst = Vec::new();
    for stream in (1..4000).step_by(2) {
        let head = get(&[(":authority", "door")]);
        burst.extend(frame(HEADERS, END_STREAM | END_HEADERS, stream, &head));
        burst.extend(frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
    }
    wire.send(&burst).await;
    // The reason may be lost behind what we sent and nobody read.
    let reason = wire.goodbye().await;
    assert!(
        matches!(reason, None | Some(ENHANCE_YOUR_CALM)),
        "{reason:?}"
    );
}

#[tokio::test]
async fn who_makes_the_door_take_back_again_and_again_is_sent_away() {
    let mut wire = Wire::open(&[]).await;
    let mut burst = Vec::new();
    for stream in (1..4000).step_by(2) {
        let head = get(&[(":authority", "door"), ("connection", "close")]);
        burst.extend(frame(HEADERS, END_STREAM | END_HEADERS, stream, &head));
    }
    wire.send(&burst).await;
    let reason = wire.goodbye().await;
    assert!(
        matches!(reason, None | Some(ENHANCE_YOUR_CALM)),
        "{reason:?}"
    );
}

#[tokio::test]
async fn a_head_without_end_ends_the_connection() {
    let mut wire = Wire::open(&[]).await;
    wire.send(&frame(HEADERS, END_STREAM, 1, GET)).await;
    let more = frame(CONTINUATION, 0, 1, &line("x", &"a".repeat(4000)));
    let mut sent = 0;
    while sent < 10_000 && wire.send(&more).await {
        sent += 1;
    }
    assert!(sent < 10_000, "forty megabytes of one head were taken");
    let _reason = wire.goodbye().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused_and_the_next_is_answered() {
    let mut wire = Wire::open(&[]).await;
    let long = get(&[(":authority", "door"), ("x", &"a".repeat(10_000))]);
    let longer = line("y", &"b".repeat(10_000));
    wire.send(&frame(HEADERS, END_STREAM, 1, &long)).await;
    wire.send(&frame(CONTINUATION, END_HEADERS, 1, &longer))
        .await;
    let head = get(&[(":authority", "door")]);
    wire.send(&frame(HEADERS, END_STREAM | END_HEADERS, 3, &head))
        .await;
    let refused = wire.until(&[HEADERS, RST_STREAM]).await.unwrap();
    assert!(refused.stream == 1 && refused.payload[0] != OK);
    loop {
        let answer = wire.until(&[HEADERS]).await.unwrap();
        if answer.stream == 3 {
            assert_eq!(answer.payload[0], OK);
            break;
        }
    }
}

#[tokio::test]
async fn lines_about_the_connection_are_a_mistake() {
    for (name, value) in [("connection", "close"), ("transfer-encoding", "chunked")] {
        let mut wire = Wire::open(&[]).await;
        let head = get(&[(":authority", "door"), (name, value)]);
        wire.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &head))
            .await;
        let reset = wire.until(&[RST_STREAM, HEADERS]).await.unwrap();
        assert_eq!(reset.kind, RST_STREAM, "{name}");
        assert_eq!(reset.payload, PROTOCOL_ERROR.to_be_bytes());
    }
}

#[tokio::test]
async fn who_asks_and_does_not_read_is_cut_off() {
    // No room for any answer.
    let mut wire = Wire::open(&[0, 4, 0, 0, 0, 0]).await;
    for stream in [1, 3, 5] {
        let head = get(&[(":authority", "door")]);
        wire.send(&frame(HEADERS, END_STREAM | END_HEADERS, stream, &head))
            .await;
    }
    let mut told = false;
    while let Some(came) = wire.next().await {
        assert_ne!(came.kind, DATA);
        told |= came.kind == GOAWAY;
        // Alive all the time, as far as pings can tell.
        if came.kind == PING {
            wire.send(&frame(PING, 1, 0, &came.payload)).await;
        }
    }
    assert!(told, "cut off without a word");
}

#[tokio::test]
async fn a_stop_lets_who_is_under_way_finish() {
    let authority = Authority::new();
    let open = Open::tls(tls(vec![authority.issue("a", &["localhost"])])).await;
    let stream = shake(&open, authority.client(&["h2"]), "localhost").await;
    open.stopper.stop();
    let mut wire = Wire {
        stream: stream.unwrap(),
        _open: Some(open),
    };
    wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    wire.send(&frame(SETTINGS, 0, 0, &[])).await;
    let head = get(&[(":authority", "door")]);
    wire.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &head))
        .await;
    let answer = wire.until(&[HEADERS]).await.unwrap();
    assert_eq!(answer.payload[0], OK);
}

#[tokio::test]
async fn in_the_clear_there_is_no_http_2() {
    let open = Open::way(way()).await;
    let mut stream = open.connect().await;
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    let said = rest(&mut stream).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{said}");
}
