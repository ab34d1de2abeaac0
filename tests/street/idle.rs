use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{net::TcpStream, time::sleep};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    h2::Wire,
    process::{Process, Socket, store},
    support::*,
};

/// Shorter than a pause may last.
const AGAIN: Duration = Duration::from_secs(7);
/// Until what was the last to be opened rests too.
const SETTLE: Duration = Duration::from_secs(3);
/// What is promised for who has left.
const GIVEN_BACK: Duration = Duration::from_secs(30);

/// Everybody who is connected.
struct Everybody {
    address: std::net::SocketAddr,
    config: Arc<ClientConfig>,
    connected: AtomicUsize,
    over: AtomicBool,
}

/// A connection, and the last stream on it.
enum Reader {
    Http1(Box<TlsStream<TcpStream>>),
    Http2(Box<Wire>, u32),
}

impl Reader {
    /// Whether there was an answer.
    async fn ask(&mut self) -> bool {
        match self {
            Self::Http1(stream) => ask(stream, "").await.is_ok(),
            Self::Http2(wire, last) => {
                *last += 2;
                wire.get(*last).await
            }
        }
    }
}

impl Everybody {
    /// Comes, asks, and asks again just often enough to be let stay. Who was too slow for that on a
    /// busy machine, and was let go, comes again.
    async fn one(self: Arc<Self>, http2: bool) {
        while !self.over.load(Relaxed) {
            let Some(stream) = self.connection().await else {
                continue;
            };
            let mut reader = if http2 {
                let wire = Box::new(Wire::on(stream).await);
                Reader::Http2(wire, 1)
            } else {
                Reader::Http1(Box::new(stream))
            };
            self.stay(&mut reader).await;
        }
    }

    async fn connection(&self) -> Option<TlsStream<TcpStream>> {
        let tcp = TcpStream::connect(self.address).await.ok()?;
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::clone(&self.config));
        connector.connect(name, tcp).await.ok()
    }

    /// Until it is over, or nothing is answered any more.
    async fn stay(&self, reader: &mut Reader) {
        if !reader.ask().await {
            return;
        }
        self.connected.fetch_add(1, Relaxed);
        loop {
            sleep(AGAIN).await;
            if self.over.load(Relaxed) || !reader.ask().await {
                break;
            }
        }
        self.connected.fetch_sub(1, Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes and ten thousand descriptors"]
async fn to_be_connected_costs_little_and_nothing_afterwards() {
    let many: usize = std::env::var("SAOMA_TEST_IDLE").map_or(10_000, |text| text.parse().unwrap());
    for http2 in [false, true] {
        let folder = store();
        let authority = Authority::new();
        authority.issue("a", &["localhost"]);
        std::fs::copy(authority.path("a.pem"), folder.path().join("a.pem")).unwrap();
        std::fs::copy(authority.path("a.key"), folder.path().join("a.key")).unwrap();
        // Where there is room for all, nobody is asked to give up a place.
        let room = many + 100;
        let limits = format!(
            "ulimit -n {}; export SAOMA_MAX_CONNECTIONS={room} \
             SAOMA_PUBLIC_CONNECTIONS_PER_CLIENT={many} SAOMA_PUBLIC_LISTEN_HTTPS=127.0.0.1:0 \
             SAOMA_TLS_CERTIFICATES=a.pem SAOMA_TLS_KEYS=a.key; ",
            room + 100
        );
        let mut process = Process::start(folder.path(), 0, &Socket::Shared(0), &limits);
        let address = process.opened_secure().await;
        let protocol = if http2 { "h2" } else { "http/1.1" };
        let everybody = Arc::new(Everybody {
            address,
            config: Arc::new(authority.client(&[protocol])),
            connected: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        // What the first connection alone sets up is not theirs.
        let first = tokio::spawn(Arc::clone(&everybody).one(http2));
        until("the first is there", async || {
            (everybody.connected.load(Relaxed) == 1).then_some(())
        })
        .await;
        let before = process.resident();
        let started = Instant::now();
        let mut tasks = vec![first];
        for one in 1..many {
            tasks.push(tokio::spawn(Arc::clone(&everybody).one(http2)));
            // As many at once as a queue holds.
            while one - everybody.connected.load(Relaxed).min(one) > 200 {
                sleep(Duration::from_millis(2)).await;
                assert!(started.elapsed() < 5 * DEADLINE, "they do not get in");
            }
        }
        until("all are there", async || {
            (everybody.connected.load(Relaxed) == many).then_some(())
        })
        .await;
        sleep(SETTLE).await;
        let during = process.resident();
        let there = everybody.connected.load(Relaxed);
        everybody.over.store(true, Relaxed);
        for task in tasks {
            task.await.unwrap();
        }
        sleep(GIVEN_BACK).await;
        let after = process.resident();
        let each = (during - before) * 1024 / u64::try_from(there).unwrap();
        println!(
            "idle | {there} connections over TLS, {protocol} | {each} bytes each | \
             resident before {before}, with them {during}, 30 s after {after} KiB ({} %)",
            after * 100 / before
        );
        process.stopped().await;
    }
}
