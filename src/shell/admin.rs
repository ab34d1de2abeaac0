//! The private port: whether this process lives, whether it should be sent readers, and what it
//! counts. Nothing here knows a code or an address.
//!
//! | path | answer |
//! |---|---|
//! | `/healthz` | 200 while the process can answer anything at all |
//! | `/readyz` | 200 or 503, and in JSON which part is how |
//! | `/metrics` | what is counted, for Prometheus |

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use http_body_util::Full;
use hyper::body::Incoming;
use serde_json::{Map, Value, json};

use crate::{
    rooms::{
        meter::{self, Meter},
        readiness::{Part, Readiness},
    },
    rules::answer::Reply,
    shell::serve::Door,
    words::peer::Peer,
};

/// The private port.
#[derive(Clone, Debug)]
pub struct Admin {
    meter: Meter,
    readiness: Readiness,
}

/// Connections at once: a scraper or two, a prober and an operator, who never wait for strangers.
pub const CONNECTIONS: usize = 32;

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

impl Admin {
    /// A port that tells this.
    pub const fn new(meter: Meter, readiness: Readiness) -> Self {
        Self { meter, readiness }
    }

    /// The answer to this method and path.
    pub fn reply(&self, method: &Method, path: &str) -> Reply {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut reply = reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, "GET, HEAD\n");
            let headers = reply.headers_mut();
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return reply;
        }
        match path {
            "/healthz" => reply(StatusCode::OK, TEXT, "ok\n"),
            "/readyz" => self.ready(),
            "/metrics" => reply(StatusCode::OK, meter::CONTENT_TYPE, self.meter.render()),
            _ => reply(StatusCode::NOT_FOUND, TEXT, "/healthz /readyz /metrics\n"),
        }
    }

    fn ready(&self) -> Reply {
        let ready = self.readiness.is_ready();
        let parts: Map<String, Value> = Part::ALL
            .into_iter()
            .map(|part| {
                (
                    part.name().to_owned(),
                    self.readiness.of(part).name().into(),
                )
            })
            .collect();
        let status = if ready {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        let body = json!({ "ready": ready, "parts": parts });
        reply(status, JSON, format!("{body}\n"))
    }
}

impl Door for Admin {
    async fn answer(&self, request: Request<Incoming>, _from: &Peer) -> Reply {
        self.reply(request.method(), request.uri().path())
    }
}

fn reply(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rooms::readiness::Condition;

    #[test]
    fn a_balancer_is_told_which_part_is_not_ready() {
        let readiness = Readiness::default();
        let admin = Admin::new(Meter::new(), readiness.clone());
        assert_eq!(admin.reply(&Method::GET, "/readyz").status(), 503);
        readiness.set(Part::Doors, Condition::Fine);
        assert_eq!(admin.reply(&Method::GET, "/readyz").status(), 200);
        readiness.set(Part::Store, Condition::Unfit);
        assert_eq!(admin.reply(&Method::GET, "/readyz").status(), 503);
        assert_eq!(admin.reply(&Method::GET, "/healthz").status(), 200);
    }

    #[test]
    fn only_these_three_can_be_read_and_nothing_can_be_done() {
        let admin = Admin::new(Meter::new(), Readiness::default());
        for (method, path, status) in [
            (Method::GET, "/metrics", 200),
            (Method::HEAD, "/metrics", 200),
            (Method::POST, "/metrics", 405),
            (Method::GET, "/", 404),
            (Method::GET, "/vin/218622108311027", 404),
        ] {
            assert_eq!(
                admin.reply(&method, path).status(),
                status,
                "{method} {path}"
            );
        }
    }
}
