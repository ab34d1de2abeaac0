//! From a request on a connection to the door, and from the door back onto the connection.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use hyper::{Request, Version, body::Incoming};
use saoma_pages::Refusal;

use super::{Door, Way, pulse::Pulse};
use crate::{
    rooms::limit::within,
    rules::{
        answer::Reply,
        ask::{Ask, Manner},
        reply,
    },
    words::peer::Peer,
};

/// What the requests of one connection have in common.
#[derive(Debug)]
pub(super) struct Service<D> {
    pub(super) door: Arc<D>,
    pub(super) peer: Peer,
    pub(super) way: Arc<Way>,
    pub(super) pulse: Arc<Pulse>,
    /// Whether each request may be somebody else's.
    pub(super) carries: bool,
}

/// Where who comes in the clear is sent.
#[derive(Clone, Debug)]
pub(super) struct Redirect(Arc<str>);

/// A body that never ends, or a door that does: every part of an answer has a shorter deadline of
/// its own, so this is for what nobody thought of.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);
const COME_BACK: Duration = Duration::from_secs(5);

impl<D: Door> Service<D> {
    /// Answers one request.
    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Reply, Infallible> {
        let _answering = self.pulse.ask();
        let version = request.version();
        let mut reply = match self.redirected(&request) {
            Some(reply) => reply,
            None => self.asked(request).await,
        };
        if self.peer.secure {
            reply = reply::over_tls(reply);
        }
        if version > Version::HTTP_11 {
            reply = reply::within_one_connection(reply);
        } else if self.pulse.parts() {
            reply = reply::parting(reply);
        }
        Ok(reply)
    }

    async fn asked(&self, request: Request<Incoming>) -> Reply {
        let answer = pin!(async {
            if self.carries {
                let client = self
                    .way
                    .proxies
                    .client(request.headers(), self.peer.address);
                let from = Peer {
                    address: client,
                    ..self.peer.clone()
                };
                self.door.answer(request, &from).await
            } else {
                self.door.answer(request, &self.peer).await
            }
        });
        within(ANSWER_DEADLINE, answer)
            .await
            .unwrap_or_else(|_elapsed| {
                tracing::warn!("an answer took too long and was given up");
                reply::given_up(&Refusal::Unavailable {
                    retry_after: COME_BACK,
                })
            })
    }

    /// What is a sound request goes on behind TLS; what is none is refused here.
    fn redirected(&self, request: &Request<Incoming>) -> Option<Reply> {
        let Redirect(base) = self.way.redirect.as_ref().filter(|_| !self.peer.secure)?;
        let mut head = Request::new(()).into_parts().0;
        head.method.clone_from(request.method());
        head.uri.clone_from(request.uri());
        head.version = request.version();
        head.headers.clone_from(request.headers());
        let manner = Manner::of(&head);
        Ask::read(&head, &manner).ok()?;
        let path = head.uri.path_and_query()?;
        Some(reply::moved(&format!("{base}{path}")))
    }
}

impl Redirect {
    pub(super) fn to(public_url: &str) -> Self {
        Self(Arc::from(public_url))
    }
}
