//! The page of a refusal. It differs by kind of refusal, never by what the store holds.

use maud::{Markup, html};

use crate::{
    card,
    lang::Lang,
    layout::{Tone, document, find_form, verdict, with_number},
    refusal::Refusal,
    words,
};

/// The page that says no, why, and what to do.
pub fn refusal(refusal: &Refusal, lang: Lang) -> String {
    let (title, main) = body(refusal, lang);
    document(&title, words::SITE.to(lang), lang, &main)
}

/// Its title, and what stands between header and footer.
pub(crate) fn body(refusal: &Refusal, lang: Lang) -> (String, Markup) {
    let title = words::refusal_title(refusal, lang);
    let detail = words::refusal_detail(refusal, lang);
    let above = match refusal {
        Refusal::NotRegistered { code } => words::kind_name(code.kind).to(lang),
        Refusal::NotACode { .. }
        | Refusal::BadRequest
        | Refusal::SignIn
        | Refusal::NotAllowed
        | Refusal::TooLarge { .. }
        | Refusal::NoSuchPage
        | Refusal::Method { .. }
        | Refusal::NotAcceptable { .. }
        | Refusal::TooMany { .. }
        | Refusal::Unavailable { .. } => "",
    };
    let main = html! {
        (verdict(tone(refusal), above, &title, &html! { p { (detail) } }))
        (what_next(refusal, lang))
    };
    (title, main)
}

const fn tone(refusal: &Refusal) -> Tone {
    match refusal {
        Refusal::NotRegistered { .. } => Tone::Unknown,
        Refusal::NotACode { .. }
        | Refusal::BadRequest
        | Refusal::SignIn
        | Refusal::NotAllowed
        | Refusal::TooLarge { .. }
        | Refusal::NoSuchPage
        | Refusal::Method { .. }
        | Refusal::NotAcceptable { .. } => Tone::Wrong,
        Refusal::TooMany { .. } | Refusal::Unavailable { .. } => Tone::Later,
    }
}

fn what_next(refusal: &Refusal, lang: Lang) -> Markup {
    match refusal {
        Refusal::NotRegistered { code } => html! {
            (card::to_compare(code, lang))
            section class="next" {
                h2 { (words::NEXT.to(lang)) }
                ol { @for step in words::not_registered_steps(code.kind) { li { (with_number(step.to(lang), lang)) } } }
            }
        },
        Refusal::NotACode { .. } | Refusal::BadRequest | Refusal::NoSuchPage => html! {
            section { h2 { (words::HOME_TITLE.to(lang)) } (find_form(lang)) }
        },
        Refusal::SignIn
        | Refusal::NotAllowed
        | Refusal::TooLarge { .. }
        | Refusal::Method { .. }
        | Refusal::NotAcceptable { .. }
        | Refusal::TooMany { .. }
        | Refusal::Unavailable { .. } => html! {},
    }
}
