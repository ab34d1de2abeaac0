use std::{cell::RefCell, convert::Infallible, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use saoma::{
    path::Edge,
    rooms::{
        source::{Held, Source},
        store::pairs::Tag,
    },
    rules::{card::code_card, class::Warranty},
    words::{code::Code, fault::Fault, peer::Peer},
};
use saoma_pages::{Audience, View};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
    runtime::{Builder, Runtime},
};

/// A register in which every code is that ends in an even digit.
struct Even;

struct Nothing;

/// Longer than anything fuzzed, and than any answer but a picture.
const PIPE: usize = 1 << 16;
/// Nobody has to wait at all; this is for a machine that stands still.
const WAIT: Duration = Duration::from_secs(90);
/// What a door may say to a stranger. It is never at fault itself; and 503 is what one without a pair
/// check says to who asks for one.
const STATUSES: [u16; 15] = [
    200, 204, 303, 304, 308, 400, 404, 405, 406, 408, 413, 414, 415, 431, 503,
];

thread_local! {
    static DOOR: RefCell<Option<(Runtime, Arc<Edge<Even>>)>> = const { RefCell::new(None) };
}

/// Whatever arrives on a connection is answered with statuses that a stranger may see, and nobody has
/// to wait for it.
pub(crate) fn check(bytes: &[u8]) {
    let answers = DOOR.with_borrow_mut(|door| {
        let (runtime, edge) = door.get_or_insert_with(open);
        runtime.block_on(answered(edge, bytes))
    });
    for status in statuses(&answers) {
        assert!(STATUSES.contains(&status), "{status}");
    }
    // What a stranger writes is not written back: it may be read by somebody else.
    if contains(bytes, b"<script") {
        assert!(!contains(&answers, b"<script"));
    }
}

fn open() -> (Runtime, Arc<Edge<Even>>) {
    let runtime = Builder::new_current_thread().enable_all().build();
    let edge = Edge::new(
        Even,
        "https://www.pzcode.cn",
        "mailto:a@example.com",
        1 << 20,
    );
    (runtime.unwrap(), Arc::new(edge))
}

/// Sends it all, hears it all, or never ends, which is a finding. hyper reads the head as it does
/// behind the door's own listener.
async fn answered(edge: &Arc<Edge<Even>>, bytes: &[u8]) -> Vec<u8> {
    let (near, mut far) = duplex(PIPE);
    let service = service_fn(|request| {
        let edge = Arc::clone(edge);
        // From this machine, which is not counted.
        let from = Peer::plain([127, 0, 0, 1].into());
        async move { Ok::<_, Infallible>(edge.answer(request, &from).await) }
    });
    let mut hyper = http1::Builder::new();
    hyper.half_close(true);
    let served = hyper.serve_connection(TokioIo::new(near), service);
    let heard = async {
        let mut answers = Vec::new();
        let sent = bytes.get(..PIPE).unwrap_or(bytes);
        if far.write_all(sent).await.is_ok() && far.shutdown().await.is_ok() {
            let _broken = far.read_to_end(&mut answers).await;
        }
        answers
    };
    let both = async { tokio::join!(served, heard) };
    // Nobody has to come back to hear the end of it: everything was sent.
    let ended = tokio::time::timeout(WAIT, both).await;
    assert!(ended.is_ok(), "it never ends");
    ended.map(|(_served, answers)| answers).unwrap_or_default()
}

/// The status of each answer in these bytes. No page has a status line in it.
fn statuses(answers: &[u8]) -> impl Iterator<Item = u16> {
    answers.windows(12).filter_map(|line| {
        let digits = line.strip_prefix(b"HTTP/1.1 ")?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    })
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes
        .windows(what.len())
        .any(|part| part.eq_ignore_ascii_case(what))
}

impl Source for Even {
    type Kept = Nothing;

    fn epoch(&self, _code: Code) -> u64 {
        0
    }

    async fn read(&self, code: Code) -> Result<Option<Nothing>, Fault> {
        let last = code.value().bytes().last().unwrap_or_default();
        Ok(last.is_multiple_of(2).then_some(Nothing))
    }

    async fn pairs(&self, tags: &[Tag]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        Ok(vec![None; tags.len()])
    }
}

impl Held for Nothing {
    fn mark(&self) -> u64 {
        0
    }

    fn open(&self, code: Code, public_url: &str) -> Result<View, Fault> {
        Ok(View {
            code: code_card(code, public_url),
            audience: Audience::Public,
            alerts: vec![],
            records: vec![],
            as_of: "2026-11-21T08:00:00Z".to_owned(),
            stale: false,
        })
    }

    fn warranties(&self, _view: &View) -> Result<Vec<Warranty>, Fault> {
        Ok(vec![])
    }
}
