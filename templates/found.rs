//! The page of a code that is registered, for every audience.
//!
//! From top to bottom: the answer with its warnings, the code to compare, the product, what to do
//! next, and folded below it whatever else this audience may see.

use std::sync::LazyLock;

use maud::{Markup, html};

use crate::{
    card, icons,
    lang::Lang,
    layout::{Main, PerLang, Tone, document, link, verdict, with_number},
    quick::Quick,
    view::{Alert, Audience, CodeCard, Kind, View},
    words,
};

pub(crate) mod fact;
pub(crate) mod product;
pub(crate) mod rest;

/// The page of a registered code.
pub fn found(view: &View, lang: Lang) -> String {
    let kind = view.code.kind;
    let name = words::kind_name(kind).to(lang);
    let sentence = match view.alerts.first() {
        Some(gravest) => words::alert_title(gravest.kind, kind),
        None => words::REGISTERED,
    };
    let sentence = sentence.to(lang);
    let mut main = Main::new();
    main.add(&html! {
        @if let Some(audience) = words::seen_as(view.audience) {
            p class="audience" { (icons::lock()) (audience.to(lang)) }
        }
        @if view.stale {
            p class="stale" role="note" {
                (words::STALE.to(lang)) " " (words::moment(&view.as_of, lang))
            }
        }
    });
    if view.alerts.is_empty() {
        let below = no_warning(view, lang);
        main.add(&verdict(Tone::Good, name, sentence, &below));
    } else {
        let below = alerts(&view.alerts, kind, lang);
        main.add(&verdict(Tone::Warning, name, sentence, &below));
    }
    main.add(&card::to_compare(&view.code, lang));
    let told = product::product(view, lang, &mut main);
    main.add(&next(view, lang));
    main.add(&rest::rest(view, lang, &told));
    document(&[sentence, " · ", name].concat(), name, lang, &main)
}

fn next(view: &View, lang: Lang) -> Markup {
    let kind = view.code.kind;
    html! {
        section class="next" {
            h2 { (Quick(words::NEXT.to(lang))) }
            ol {
                (steps(kind, lang))
                @if kind == Kind::Lic && view.audience == Audience::Public {
                    li { (Quick(words::BIKE_NOT_SHOWN.to(lang))) }
                }
                @if view.audience == Audience::Public {
                    li { a href=(Quick(&match_link(&view.code, lang))) { (Quick(words::MATCH_LINK.to(lang))) } }
                }
            }
        }
    }
}

/// What to do next, which is the same for all of a kind.
fn steps(kind: Kind, lang: Lang) -> &'static Markup {
    static STEPS: LazyLock<[PerLang<Markup>; 3]> = LazyLock::new(|| {
        [Kind::Vin, Kind::Pwb, Kind::Lic].map(|kind| {
            PerLang::of(|lang| {
                html! { @for step in words::next_steps(kind) { li { (with_number(step.to(lang), lang)) } } }
            })
        })
    });
    let [vehicle, battery, plate] = &*STEPS;
    let steps = match kind {
        Kind::Vin => vehicle,
        Kind::Pwb => battery,
        Kind::Lic => plate,
    };
    steps.to(lang)
}

/// The form of the pair check with this code in it, which its reader has before them.
fn match_link(code: &CodeCard, lang: Lang) -> String {
    let (form, kind) = (link("/match", lang), code.kind.keyword());
    [&form, "&code=", kind, "/", &code.value].concat()
}

/// What is saved may lack a warning of a minute ago, so it says what was known then.
fn no_warning(view: &View, lang: Lang) -> Markup {
    let text = if view.stale {
        words::NO_WARNING_THEN
    } else {
        words::NO_WARNING
    };
    html! { p { (Quick(text.to(lang))) } }
}

/// All warnings, inside the answer. The gravest is the answer's own heading; each of the others
/// has a heading and an icon too.
fn alerts(alerts: &[Alert], kind: Kind, lang: Lang) -> Markup {
    html! {
        @for (at, alert) in alerts.iter().enumerate() {
            @if at > 0 {
                h2 {
                    (icons::tone(Tone::Warning))
                    (words::alert_title(alert.kind, kind).to(lang))
                }
            }
            p { (with_number(words::alert_advice(alert.kind).to(lang), lang)) }
            @if let Some(since) = &alert.since {
                p class="since" { (words::since(since, lang)) }
            }
            @if let Some(text) = &alert.text {
                p class="notice" {
                    b { (Quick(words::THE_NOTICE.to(lang))) }
                    " " span lang=[fact::foreign(text, lang)] { (text) }
                }
            }
        }
        p class="still" { (Quick(words::STILL_REGISTERED.to(lang))) }
    }
}
