//! A look at a code from a browser: found, written down, and shown as the reader's job needs it.

use std::time::Instant;

use http::StatusCode;
use saoma_pages::{
    Audience, Refusal, View,
    staff::{self as pages, Compared, Dispute, Pallet, Street, Taken},
};

use super::{Desk, signed};
use crate::{
    path::staff::RETRY_AFTER,
    rules::{
        answer::Reply,
        ask::Manner,
        card::code_card,
        dossier::Dossier,
        show::Reader,
        staff::{
            comparison::compare,
            intake::{intake, months_since, taken},
            page,
            set::Together,
            standing::standing,
        },
    },
    words::{
        code::{Code, Kind},
        grant::{Purpose, Verified},
        moment::Moment,
        peer::Peer,
    },
};

const REGISTRATION: &str = "registration.plate";

impl Desk {
    pub(super) async fn look(
        &self,
        who: &Verified,
        code: Code,
        purpose: Option<&Purpose>,
        manner: &Manner<'_>,
        from: &Peer,
    ) -> Result<Reply, Refusal> {
        let together = self.together(code).await?;
        let also = match who.bearer.audience {
            Audience::Police => together.fields(),
            Audience::Public | Audience::Holder | Audience::App | Audience::Recycler => Vec::new(),
        };
        // When this returns, it is written down.
        let sight = self.door.look_also(who, code, purpose, also, from).await?;
        if sight.code != code {
            let place = crate::path::address(sight.code, "", manner.asked);
            return Ok(page::see_other(&place));
        }
        let Some(view) = &sight.view else {
            let code = Box::new(code_card(code, &self.door.rooms.public_url));
            return Err(Refusal::NotRegistered { code });
        };
        let lang = manner.lang;
        let html = match (who.bearer.audience, code.kind()) {
            (Audience::Police, _) => {
                let compared = self.compared(who, code).await?;
                let seen = (view, sight.conflicts.as_slice());
                self.street(who, seen, &together, compared, purpose, manner)
            }
            (Audience::Recycler, Kind::Pwb) => self.pallet(who, view, manner),
            (_, Kind::Vin | Kind::Pwb | Kind::Lic) => pages::generic(view, &signed(who), lang),
        };
        Ok(page::page(StatusCode::OK, html))
    }

    fn street(
        &self,
        who: &Verified,
        (view, disputes): (&View, &[Dispute]),
        together: &Together,
        compared: Option<Compared>,
        purpose: Option<&Purpose>,
        manner: &Manner<'_>,
    ) -> String {
        let rooms = &self.door.rooms;
        let reader = Reader::Verified(&who.grant);
        let standing = standing(together, reader, rooms.policy, Moment::now());
        let set = together.items(reader, rooms.policy, &rooms.public_url);
        let number = || Some(view.latest(REGISTRATION)?.get("IdentityCard")?.text());
        let street = Street {
            view,
            findings: &standing.findings,
            disputes,
            registration: standing.registration,
            set: &set,
            compared,
            revealed: purpose.and_then(|_stated| number()),
        };
        if together.asked.kind() == Kind::Lic {
            let proof = &who.bearer.proof;
            self.desks.scanned(proof, together.asked, Instant::now());
        }
        pages::police(&street, &signed(who), manner.lang)
    }

    /// How a code goes with the plate scanned before, if one was.
    async fn compared(&self, who: &Verified, code: Code) -> Result<Option<Compared>, Refusal> {
        let plate = self.desks.plate(&who.bearer.proof, Instant::now());
        let Some(plate) = plate.filter(|_| code.kind() != Kind::Lic) else {
            return Ok(None);
        };
        let set = self.together(plate).await?;
        let own = set.of(Kind::Lic).map_or(&[][..], |plate| &plate.dossier);
        let vehicle = set.of(Kind::Vin);
        let vehicle = vehicle.map(|member| (member.code, Dossier::from_bytes(&member.dossier)));
        Ok(Some(Compared {
            outcome: compare(code, plate, Dossier::from_bytes(own), vehicle),
            plate: code_card(plate, &self.door.rooms.public_url),
        }))
    }

    fn pallet(&self, who: &Verified, view: &View, manner: &Manner<'_>) -> String {
        let now = Moment::now();
        let intake = intake(view);
        let taken: Taken = taken(view, &intake, now);
        let months = taken.produced.as_deref();
        let months = months.and_then(|month| months_since(month, now));
        let proof = &who.bearer.proof;
        let sitting = self.desks.take(proof, taken.clone(), Instant::now());
        let pallet = Pallet {
            view,
            intake,
            taken: &taken,
            months,
            sitting,
        };
        pages::battery(&pallet, &signed(who), manner.lang)
    }

    async fn together(&self, code: Code) -> Result<Together, Refusal> {
        let together = self.door.rooms.archive.together(code).await;
        together.map_err(|fault| {
            tracing::error!(%fault, "a dossier cannot be read");
            Refusal::Unavailable {
                retry_after: RETRY_AFTER,
            }
        })
    }
}
