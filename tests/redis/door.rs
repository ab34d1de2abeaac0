use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full};
use saoma::path::Edge;
use saoma::rooms::matching::Matching;
use saoma::rooms::meter::Meter;
use saoma::rooms::readiness::{Part, Readiness};
use saoma::rooms::store::{PublicStore, Seen, StoreUrl};
use saoma::rooms::supply::Supply;
use saoma::rooms::turns::Turns;
use saoma::words::policy::Policy;

/// Far less than the half minute after which a page is proven anew in any case. Rule 7 says a
/// second; `loadtest/faults.sh` measures that, where nothing else keeps the machine busy.
pub(crate) const PROMPT: Duration = Duration::from_secs(10);

/// A public door without its socket.
#[derive(Clone)]
pub(crate) struct Door {
    edge: Arc<Edge<Supply>>,
    meter: Meter,
    readiness: Readiness,
}

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

    /// One that notes in this folder what it has seen.
    pub(crate) fn noting(url: &StoreUrl, folder: &Path) -> Self {
        let seen = Seen::open(folder, Policy::default()).unwrap();
        let store = PublicStore::open(url, Policy::default()).unwrap();
        Self::with(store, Some(seen))
    }

    /// The door of a process that has both rooms.
    pub(crate) fn of(store: PublicStore) -> Self {
        Self::with(store, None)
    }

    fn with(store: PublicStore, seen: Option<Seen>) -> Self {
        Self::made(store, seen, |edge| edge)
    }

    fn made(
        store: PublicStore,
        seen: Option<Seen>,
        finish: impl FnOnce(Edge<Supply>) -> Edge<Supply>,
    ) -> Self {
        let (meter, readiness) = (Meter::new(), Readiness::default());
        store.watch(meter.store(), &readiness);
        let supply = Supply::new(store, seen, meter.store().clone());
        let contact = "mailto:security@example.com";
        let edge = Edge::new(supply, "https://www.pzcode.cn", contact, 1 << 24);
        Self {
            edge: Arc::new(finish(edge)),
            meter,
            readiness,
        }
    }

    /// A door that compares codes too, with the secret in this file.
    pub(crate) fn matching(store: PublicStore, key_file: &Path, turns: Turns) -> Self {
        let matching = Matching::new(key_file, "https://www.pzcode.cn", turns);
        Self::made(store, None, |edge| edge.with_matching(matching))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, head: &[(&str, &str)]) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in [("host", "door")].iter().chain(head) {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Empty::<Bytes>::new()).unwrap())
            .await
    }

    /// A form, from who wants JSON.
    pub(crate) async fn post(&self, path: &str, form: &'static str) -> Answer {
        let request = http::Request::post(path)
            .header("host", "door")
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from_static(form.as_bytes())))
            .unwrap();
        self.answer(request).await
    }

    async fn answer<B>(&self, request: http::Request<B>) -> Answer
    where
        B: hyper::body::Body<Error = std::convert::Infallible>,
    {
        let from = saoma::words::peer::Peer::plain(std::net::Ipv4Addr::LOCALHOST.into());
        let (head, body) = self.edge.answer(request, &from).await.into_parts();
        let named = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.as_bytes().to_vec())
        };
        Answer {
            status: head.status.as_u16(),
            head: head.headers.iter().map(named).collect(),
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

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

    /// What `/readyz` says of the store.
    pub(crate) fn store_is(&self) -> &'static str {
        self.readiness.of(Part::Store).name()
    }

    /// What a scraper reads under this name and label.
    pub(crate) fn counted(&self, name: &str) -> f64 {
        let text = self.meter.render();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name}"))
            .trim()
            .parse()
            .unwrap()
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
