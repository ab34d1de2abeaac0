use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use saoma::path::Edge;
use saoma::rooms::store::{PublicStore, StoreUrl};
use saoma::words::policy::Policy;

/// Far less than the half minute after which a page is proven anew in any case. Rule 7 says a
/// second; `tests/redis/figures` measures that, where nothing else keeps the machine busy.
pub(crate) const PROMPT: Duration = Duration::from_secs(10);

/// A public door without its socket.
#[derive(Clone)]
pub(crate) struct Door(Arc<Edge<PublicStore>>);

/// Everything a reader gets but the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Door {
    pub(crate) fn before(url: &StoreUrl) -> Self {
        Self::of(PublicStore::open(url, Policy::default()).unwrap())
    }

    /// The door of a process that has both rooms.
    pub(crate) fn of(store: PublicStore) -> Self {
        let contact = "mailto:security@example.com";
        Self(Arc::new(Edge::new(
            store,
            "https://www.pzcode.cn",
            contact,
            1 << 24,
        )))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = http::Request::get(path)
            .header("host", "door")
            .body(())
            .unwrap();
        let from = saoma::words::peer::Peer::plain(std::net::Ipv4Addr::LOCALHOST.into());
        let (head, body) = self.0.answer(request, &from).await.into_parts();
        let named = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.as_bytes().to_vec())
        };
        Answer {
            status: head.status.as_u16(),
            head: head.headers.iter().map(named).collect(),
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }
}

impl Door {
    /// Asks until it is so.
    pub(crate) async fn until(&self, path: &str, so: impl Fn(&Answer) -> bool) -> Answer {
        let started = Instant::now();
        loop {
            let answer = self.get(path).await;
            if so(&answer) {
                return answer;
            }
            assert!(started.elapsed() < PROMPT, "{path}: still {answer:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.status == 200 && self.text().contains("\"stale\":true")
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.status == 200 && self.text().contains("\"stale\":false")
    }

    pub(crate) fn has(&self, header: &str) -> bool {
        self.head.iter().any(|(name, _)| name == header)
    }
}
