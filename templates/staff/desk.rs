//! Signing in, the first page after it, and the ways of saying no.

use maud::{Markup, html};

use super::{No, Signed, frame};
use crate::{
    card,
    found::{product, rest},
    icons,
    lang::Lang,
    layout::{Main, Tone, find_form, link, query, verdict, with_number},
    refusal::Refusal,
    refused,
    view::{Audience, Kind, Shown, View},
    words,
};

/// The longest token that is worth sending: several times one of ours.
const TOKEN_MAX: &str = "4096";

/// The page with the form for a token. `next` is the path that was wanted.
pub fn sign_in(why: Option<No>, next: Option<&str>, lang: Lang) -> String {
    let title = words::SIGN_IN.to(lang);
    let main = html! {
        @match why {
            Some(why) => (said_no(why, lang)),
            None => section class="lead" {
                h1 { (words::STAFF_DOOR.to(lang)) }
                p { (words::AFTER_SIGN_IN.to(lang)) }
            },
        }
        section {
            h2 { (title) }
            p { (words::SIGN_IN_LEAD.to(lang)) }
            (token_form(next, lang))
        }
    };
    frame::bare(title, lang, main)
}

/// After signing out.
pub fn signed_out(lang: Lang) -> String {
    let title = words::SIGNED_OUT.to(lang);
    let main = html! {
        (verdict(Tone::Good, "", title, &html! {}))
        section { h2 { (words::SIGN_IN.to(lang)) } (token_form(None, lang)) }
    };
    frame::bare(title, lang, main)
}

/// The first page for who is signed in. `comparing` is the number of the plate scanned before.
pub fn home(signed: &Signed, comparing: Option<&str>, lang: Lang) -> String {
    let title = words::HOME.to(lang);
    let until = Shown::Plain(words::moment(&signed.until, lang));
    let plain = |text: &str| Shown::Plain(text.to_owned());
    let (unit, subject) = (plain(&signed.unit), plain(&signed.subject));
    let role = plain(words::role(signed.audience).to(lang));
    let rows = [
        (words::WHO.to(lang), &role),
        (words::UNIT.to(lang), &unit),
        (words::SUBJECT.to(lang), &subject),
        (words::UNTIL.to(lang), &until),
    ];
    let main = html! {
        section class="lead" {
            h1 { (words::SCAN_OR_TYPE.to(lang)) }
            (find_form(lang))
        }
        @if let Some(number) = comparing {
            section {
                h2 { (words::COMPARING.to(lang)) }
                p { span class="here" { (number) } }
                p class="quiet" { (words::COMPARING_NOTE.to(lang)) }
            }
        }
        @if signed.audience == Audience::Recycler {
            section {
                h2 { (words::LIST.to(lang)) }
                a class="button" href=(link("/sitting", lang)) { (words::SEE_LIST.to(lang)) }
            }
        }
        section {
            h2 { (words::SIGNED_IN_AS.to(lang)) }
            (crate::found::fact::facts(&rows, lang))
            form action=(link("/signout", lang)) method="post" {
                button class="plain" type="submit" { (words::SIGN_OUT.to(lang)) }
            }
        }
    };
    frame::page(title, signed, frame::Look::None, lang, &main)
}

/// A code for a reader whose job has no page of its own: everything they may see.
pub fn generic(view: &View, signed: &Signed, lang: Lang) -> String {
    let kind = view.code.kind;
    let name = words::kind_name(kind).to(lang);
    let (tone, sentence) = match view.alerts.first() {
        Some(gravest) => (Tone::Warning, words::alert_title(gravest.kind, kind)),
        None => (Tone::Good, words::REGISTERED),
    };
    let sentence = sentence.to(lang);
    let mut product = Main::new();
    let told = product::product(view, lang, &mut product);
    let main = html! {
        (verdict(tone, name, sentence, &html! {
            @for (at, alert) in view.alerts.iter().enumerate() {
                div {
                    @if at > 0 { h2 { (icons::tone(Tone::Warning)) (words::alert_title(alert.kind, kind).to(lang)) } }
                    p { (with_number(words::alert_advice(alert.kind).to(lang), lang)) }
                    @if let Some(since) = &alert.since { p class="since" { (words::since(since, lang)) } }
                    @if let Some(text) = &alert.text { p class="notice" { (text) } }
                }
            }
        }))
        (product)
        (card::to_compare(&view.code, lang))
        (rest::whatever(view, lang, &told, rest::Rest::Open))
    };
    frame::page(
        &format!("{sentence} · {name}"),
        signed,
        frame::Look::Recorded,
        lang,
        &main,
    )
}

/// A refusal that the public would get too, for somebody who is signed in.
pub fn refused(refusal: &Refusal, signed: &Signed, lang: Lang) -> String {
    let (title, main) = refused::body(refusal, lang);
    frame::page(&title, signed, frame::Look::None, lang, &main)
}

/// A no of this door's own.
pub fn no(why: No, signed: Option<&Signed>, lang: Lang) -> String {
    let title = words::no_title(why, lang);
    let main = said_no(why, lang);
    match signed {
        Some(signed) => frame::page(title, signed, frame::Look::None, lang, &main),
        None => frame::bare(title, lang, main),
    }
}

fn said_no(why: No, lang: Lang) -> Markup {
    let tone = match why {
        No::SignInFirst => Tone::Unknown,
        No::NotAccepted | No::NotForYou | No::NotFromHere | No::PurposeMissing => Tone::Wrong,
        No::TooManyTries | No::NotRecorded | No::EnoughToday => Tone::Later,
    };
    let detail = words::no_detail(why, lang);
    verdict(
        tone,
        "",
        words::no_title(why, lang),
        &html! { p { (detail) } },
    )
}

/// Sent in the body, so that it stands in no address, no history and no log.
fn token_form(next: Option<&str>, lang: Lang) -> Markup {
    html! {
        form class="token" action="/signin" method="post" {
            label for="token" { (words::TOKEN.to(lang)) }
            // A password's field: not shown over a shoulder, not learnt by a keyboard.
            input id="token" name="token" type="password" required maxlength=(TOKEN_MAX)
                autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go"
                aria-describedby="about";
            input type="hidden" name="lang" value=(query(lang));
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            p id="about" class="quiet" { (icons::lock()) (words::SIGN_IN_NOTE.to(lang)) }
            button type="submit" { (words::SIGN_IN.to(lang)) }
        }
    }
}

/// The number that is printed on a plate.
pub(super) fn printed(code: &crate::view::CodeCard) -> &str {
    if code.kind != Kind::Lic {
        return &code.value;
    }
    let number = code.parts.iter().find(|(name, _)| *name == "number");
    number.map_or(code.value.as_str(), |(_, number)| number)
}
