//! The page of a refusal. It differs by kind of refusal, never by what the store holds.

use maud::{Markup, html};

use crate::{
    card,
    lang::Lang,
    layout::{Tone, document, find_form, link, verdict, with_number},
    refusal::Refusal,
    together::match_form,
    view::Kind,
    words,
};

/// The page that says no, why, and what to do.
pub fn refusal(refusal: &Refusal, lang: Lang) -> String {
    whole(body(refusal, lang), lang)
}

/// The same for who filled in the form of the pair check: these codes were well formed and are in
/// it again, each in its place.
pub fn match_refusal(refusal: &Refusal, codes: &[&str], lang: Lang) -> String {
    let again = html! {
        section { h2 { (words::MATCH_TITLE.to(lang)) } (match_form(codes, lang)) }
    };
    whole(body_before(refusal, &again, lang), lang)
}

fn whole((title, main): (String, Markup), lang: Lang) -> String {
    document(&title, words::SITE.to(lang), lang, &main.into())
}

/// Its title, and what stands between header and footer.
pub(crate) fn body(refusal: &Refusal, lang: Lang) -> (String, Markup) {
    body_before(refusal, &what_next(refusal, lang), lang)
}

fn body_before(refusal: &Refusal, next: &Markup, lang: Lang) -> (String, Markup) {
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
        | Refusal::Body { .. }
        | Refusal::NotAcceptable { .. }
        | Refusal::TooMany { .. }
        | Refusal::Unavailable { .. } => "",
    };
    let main = html! {
        (verdict(tone(refusal), above, &title, &html! { p { (detail) } }))
        (next)
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
        | Refusal::Body { .. }
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
                ol {
                    @for step in words::not_registered_steps(code.kind) {
                        li { (with_number(step.to(lang), lang)) }
                    }
                    // All digits, and typed without saying off what: it was taken for the likelier.
                    @if code.kind != Kind::Pwb {
                        li {
                            a href=(link(&format!("/pwb/{}", code.value), lang)) {
                                (words::PERHAPS_A_BATTERY.to(lang))
                            }
                        }
                    }
                }
            }
        },
        Refusal::NotACode { .. } | Refusal::BadRequest | Refusal::NoSuchPage => html! {
            section { h2 { (words::HOME_TITLE.to(lang)) } (find_form(lang)) }
        },
        Refusal::Body { .. } => html! {
            section { h2 { (words::MATCH_TITLE.to(lang)) } (match_form(&[], lang)) }
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
