use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full};
use saoma::path::Edge;
use saoma::rooms::matching::Matching;
use saoma::rooms::store::{PublicStore, StoreUrl};
use saoma::rooms::turns::Turns;
use saoma::words::policy::Policy;

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

    /// A door that compares codes too, with the secret in this file.
    pub(crate) fn matching(store: PublicStore, key_file: &Path, turns: Turns) -> Self {
        let url = "https://www.pzcode.cn";
        let edge = Edge::new(store, url, "mailto:security@example.com", 1 << 24);
        Self(Arc::new(
            edge.with_matching(Matching::new(key_file, url, turns)),
        ))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = http::Request::get(path)
            .header("host", "door")
            .body(Empty::<Bytes>::new())
            .unwrap();
        self.answer(request).await
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
