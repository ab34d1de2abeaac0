//! A batch: the same life as one look, with one audit line for all of it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::Body;
use saoma_pages::{BadBody, NotACode, Refusal, View};

use super::{StaffDoor, counted};
use crate::{
    rooms::{
        audit::{Seen, SeenTogether},
        body,
    },
    rules::{
        answer::Reply,
        ask::Manner,
        batch::{self, Outcome},
        reply::{self, Keeping, Media},
        staff::{self, Makers},
    },
    words::{code::Code, grant::Verified, peer::Peer},
};

/// Codes after which other connections get their turn, when the store answers on the spot.
const AT_A_STRETCH: usize = 16;

impl StaffDoor {
    pub(super) async fn batch(
        &self,
        who: &Verified,
        body: &[u8],
        manner: &Manner<'_>,
        from: &Peer,
    ) -> Result<Reply, Refusal> {
        let asked = batch::read(body)?;
        let codes: BTreeSet<Code> = asked.iter().filter_map(|code| code.ok()).collect();
        let each: Vec<Code> = codes.into_iter().collect();
        let left = self.spend(who, &each)?;
        // Each code is read once, however often it was asked.
        let mut seen = BTreeMap::new();
        let mut makers = Makers::default();
        for (n, code) in each.iter().enumerate() {
            if n % AT_A_STRETCH == AT_A_STRETCH - 1 {
                tokio::task::yield_now().await;
            }
            let view = self.view(who, *code, None, &mut makers).await;
            let view = view.map(|(view, _none)| view);
            seen.insert(*code, view);
        }
        let results: Vec<Outcome<'_>> = asked
            .iter()
            .map(|code| self.result(*code, &seen, manner))
            .collect();
        // Before the first byte, as with one look.
        self.write_down(who, together(&seen), None, from).await?;
        let answer = reply::answer(Media::Json, Keeping::Never, batch::answer(&results));
        // A batch is not conditional: nobody asks for the same hundred twice.
        let reply = answer.reply(manner.encoding, &HeaderMap::new());
        Ok(counted(reply, left))
    }

    fn result<'v>(
        &self,
        code: Result<Code, NotACode>,
        seen: &'v BTreeMap<Code, Result<Option<View>, Refusal>>,
        manner: &Manner<'_>,
    ) -> Outcome<'v> {
        let refused = |refusal: &Refusal| Outcome::refused(refusal, manner.lang);
        let code = match code {
            Ok(code) => code,
            Err(why) => return refused(&Refusal::NotACode { kind: None, why }),
        };
        match seen.get(&code) {
            Some(Ok(Some(view))) => Outcome::found(view),
            Some(Ok(None)) | None => refused(&self.unknown(code)),
            Some(Err(refusal)) => refused(refusal),
        }
    }
}

/// What one line says of all of it: codes that showed the same fields stand together.
fn together(seen: &BTreeMap<Code, Result<Option<View>, Refusal>>) -> Seen {
    let mut by_fields: BTreeMap<Vec<String>, Vec<Code>> = BTreeMap::new();
    for (code, view) in seen {
        let fields = match view {
            Ok(Some(view)) => staff::fields(view),
            Ok(None) | Err(_) => Vec::new(),
        };
        by_fields.entry(fields).or_default().push(*code);
    }
    let looks = by_fields.into_iter();
    Seen::Batch {
        looks: looks
            .map(|(fields, codes)| SeenTogether { codes, fields })
            .collect(),
    }
}

/// A body whole: short, and within its deadline.
pub(super) async fn whole<B>(body: B) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let read = Box::pin(body::read(body, batch::BODY_MAX)).await;
    read.map_err(|why| match why {
        BadBody::TooLong { most } => Refusal::TooLarge { most },
        BadBody::TooSlow
        | BadBody::Media { .. }
        | BadBody::Unreadable
        | BadBody::HowMany { .. } => Refusal::Body { why },
    })
}
