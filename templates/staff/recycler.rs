//! What a recycler sees of a battery: may it be taken in, and what it is made of.

use maud::{Markup, html};

use super::{Intake, Pallet, Room, Signed, frame};
use crate::{
    card,
    found::{fact, product, rest},
    lang::Lang,
    layout::{Main, Tone, link, verdict, with_number},
    view::Shown,
    words,
};

const BATTERY: &str = "production.battery";

/// The recycler's page of a battery.
pub fn battery(pallet: &Pallet<'_>, signed: &Signed, lang: Lang) -> String {
    let view = pallet.view;
    let name = words::kind_name(view.code.kind).to(lang);
    let sentence = match pallet.intake {
        Intake::Yes => words::TAKE_YES,
        Intake::WithCare(_) => words::TAKE_CARE,
        Intake::No(_) => words::TAKE_NO,
    };
    let sentence = sentence.to(lang);
    let told = product::product(view, lang, &mut Main::new());
    let main = html! {
        (verdict(tone(&pallet.intake), name, sentence, &reasons(pallet, lang)))
        (make(pallet, lang))
        section {
            @match pallet.sitting {
                Room::On(count) => {
                    h2 { (words::LIST.to(lang)) }
                    p { (words::ON_THE_LIST.to(lang)) " " (words::pieces(count, lang)) }
                },
                Room::Full => {
                    h2 { (words::LIST.to(lang)) }
                    p { (words::LIST_FULL.to(lang)) }
                },
            }
            a class="button" href=(link("/sitting", lang)) { (words::SEE_LIST.to(lang)) }
        }
        (card::to_compare(&view.code, lang))
        (rest::whatever(view, lang, &told, rest::Rest::Folded))
    };
    frame::page(
        &format!("{sentence} · {name}"),
        signed,
        frame::Look::Recorded,
        lang,
        &main,
    )
}

const fn tone(intake: &Intake) -> Tone {
    match intake {
        Intake::Yes => Tone::Good,
        Intake::WithCare(_) => Tone::Mind,
        Intake::No(_) => Tone::Warning,
    }
}

fn reasons(pallet: &Pallet<'_>, lang: Lang) -> Markup {
    html! {
        @match &pallet.intake {
            Intake::Yes => p { (words::TAKE_YES_NOTE.to(lang)) },
            Intake::WithCare(cares) => {
                @for care in cares { p { (with_number(words::care(*care).to(lang), lang)) } }
            },
            Intake::No(bar) => p { (with_number(words::bar(*bar).to(lang), lang)) },
        }
        @for alert in &pallet.view.alerts {
            @if let Some(since) = &alert.since { p class="since" { (words::since(since, lang)) } }
            @if let Some(text) = &alert.text {
                p class="notice" {
                    b { (words::THE_NOTICE.to(lang)) }
                    " " span lang=[fact::foreign(text, lang)] { (text) }
                }
            }
        }
    }
}

/// Origin, chemistry, capacity and age; what is not on record says so.
fn make(pallet: &Pallet<'_>, lang: Lang) -> Markup {
    let row = pallet.view.latest(BATTERY);
    let absent = Shown::Plain(words::NOT_ON_RECORD.to(lang).to_owned());
    let of = |key| row.and_then(|row| row.get(key)).unwrap_or(&absent);
    let produced = pallet.taken.produced.as_deref();
    let produced = produced.map(|month| Shown::Plain(words::day_or_month(month, lang)));
    let age = pallet
        .months
        .map(|months| Shown::Plain(words::age(months, lang)));
    let org = pallet
        .view
        .code
        .parts
        .iter()
        .find(|(name, _)| *name == "org");
    let org = org.map(|(_, org)| Shown::Plain(org.clone()));
    let label = |key| words::label(BATTERY, key, lang);
    let rows = [
        (label("XuDianCLX"), of("XuDianCLX")),
        (label("XuDianCRL"), of("XuDianCRL")),
        (
            words::PRODUCED.to(lang),
            produced.as_ref().unwrap_or(&absent),
        ),
        (words::AGE.to(lang), age.as_ref().unwrap_or(&absent)),
        (label("XuDianCSCQY"), of("XuDianCSCQY")),
        (words::MAKER_CODE.to(lang), org.as_ref().unwrap_or(&absent)),
        (label("XuDianCXH"), of("XuDianCXH")),
        (label("ZiBianM"), of("ZiBianM")),
    ];
    html! {
        section { h2 { (words::ORIGIN.to(lang)) } (fact::facts(&rows, lang)) }
    }
}
