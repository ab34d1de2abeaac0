//! The life of a pair check: the one thing that readers send, and the one answer that depends on how
//! two codes belong together.

use std::{error::Error, time::Duration};

use http::HeaderMap;
use hyper::body::Body;
use saoma_pages::Refusal;

use super::Edge;
use crate::{
    rooms::{body, source::Source, turns::TooSoon},
    rules::{
        answer::Reply,
        ask::{self, After, Manner},
        pairing::{self, Question, Typed},
        render, reply,
    },
    words::peer::Peer,
};

/// What a pair check that cannot be made is told: a store that is away comes back within seconds.
const OUT_OF_ORDER: Refusal = Refusal::Unavailable {
    retry_after: Duration::from_secs(2),
};
impl<S: Source> Edge<S> {
    /// The pair check, in the order of what each step costs us.
    pub(super) async fn compare<B>(&self, manner: &mut Manner<'_>, body: B, from: &Peer) -> Reply
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let mut typed = Typed::new();
        let compared = async {
            let form = manner.form.ok_or(Refusal::NotAcceptable {
                offered: ask::OFFERED,
            })?;
            let matching = self.matching.as_ref().ok_or(OUT_OF_ORDER)?;
            matching.turns.client(from.network()).map_err(too_soon)?;
            let body = body::read(body, pairing::BODY_MAX).await;
            let body = body.map_err(|why| Refusal::Body { why })?;
            // Nothing of the message is left unread behind the answer.
            manner.after = After::Stay;
            let question = Question::read(manner.headers, &body).map_err(|(refusal, read)| {
                typed = read;
                refusal
            })?;
            matching.turns.codes(question.codes()).map_err(too_soon)?;
            let asked = matching.ask(&question, &self.source).await;
            asked.map(|views| (views, form)).map_err(|fault| {
                tracing::warn!(%fault, "no pair check");
                self.source.troubled(&fault);
                OUT_OF_ORDER
            })
        };
        match compared.await {
            Ok((Some(views), form)) => render::together(&views, form, manner.lang)
                // Not against entity tags: a POST has none.
                .reply(manner.encoding, &HeaderMap::new()),
            Ok((None, form)) => self
                .fixed
                .not_together(form, manner.lang)
                .reply(manner.encoding, &HeaderMap::new()),
            Err(refusal) => reply::match_refusal(&refusal, &typed, manner.refusals, manner.lang)
                .reply(manner.encoding, &HeaderMap::new()),
        }
    }
}

const fn too_soon(TooSoon(retry_after): TooSoon) -> Refusal {
    Refusal::TooMany { retry_after }
}
