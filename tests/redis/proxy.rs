use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What is wrong with the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Good,
    /// Every answer comes this much later.
    Slow(Duration),
    /// Every answer is bytes that no server sends.
    Rubbish,
    /// The server is one that cannot track.
    Untracked,
}

/// Stands between a door and its server, and ends with this value.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    way: Arc<watch::Sender<Way>>,
    running: JoinHandle<()>,
}

const TRACKING: &[u8] = b"CLIENT\r\n$8\r\nTRACKING\r\n";
const RUBBISH: &[u8] = b"\x16\x03\x01\x02 HTTP/1.1 200 OK\r\n\r\n\0\0\0";

impl Proxy {
    pub(crate) async fn before(server: u16, way: Way) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let way = Arc::new(watch::Sender::new(way));
        let ways = Arc::clone(&way);
        let running = tokio::spawn(async move {
            let mut streams = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await {
                    streams.spawn(join(client, server, Arc::clone(&ways)));
                }
            }
        });
        Self { port, way, running }
    }

    pub(crate) fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn join(client: TcpStream, server: TcpStream, way: Arc<watch::Sender<Way>>) {
    let (asks, mut answers) = client.into_split();
    let (said, takes) = server.into_split();
    // What the proxy says itself and what the server says must not cross.
    let (say, mut heard) = tokio::sync::mpsc::channel(64);
    let asking = tokio::spawn(ask(asks, takes, Arc::clone(&way), say.clone()));
    let telling = tokio::spawn(tell(said, way, say));
    while let Some(bytes) = heard.recv().await {
        let bytes: Vec<u8> = bytes;
        if answers.write_all(&bytes).await.is_err() {
            break;
        }
    }
    asking.abort();
    telling.abort();
}

type Say = tokio::sync::mpsc::Sender<Vec<u8>>;

async fn ask(
    mut asks: OwnedReadHalf,
    mut takes: OwnedWriteHalf,
    way: Arc<watch::Sender<Way>>,
    say: Say,
) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(read @ 1..) = asks.read(&mut bytes).await {
        let asked = &bytes[..read];
        let tracks = asked.windows(TRACKING.len()).any(|part| part == TRACKING);
        let way = *way.borrow();
        let sent = if way == Way::Untracked && tracks {
            say.send(b"-ERR unknown subcommand 'TRACKING'\r\n".to_vec())
                .await
                .is_ok()
        } else {
            takes.write_all(asked).await.is_ok()
        };
        if !sent {
            break;
        }
    }
}

async fn tell(mut said: OwnedReadHalf, way: Arc<watch::Sender<Way>>, say: Say) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(read @ 1..) = said.read(&mut bytes).await {
        let way = *way.borrow();
        let answer = match way {
            Way::Good | Way::Untracked => bytes[..read].to_vec(),
            Way::Slow(delay) => {
                tokio::time::sleep(delay).await;
                bytes[..read].to_vec()
            }
            Way::Rubbish => RUBBISH.to_vec(),
        };
        if say.send(answer).await.is_err() {
            break;
        }
    }
}
