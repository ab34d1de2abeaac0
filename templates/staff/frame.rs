//! What every page of the staff door has around it.

use maud::{Markup, html};

use super::Signed;
use crate::{
    icons,
    lang::Lang,
    layout::{Main, link, staff_document},
    view::Audience,
    words,
};

/// Whether a page shows a code, and so was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It does.
    Recorded,
    /// It does not.
    None,
}

/// A page for somebody who is signed in.
pub(super) fn page(title: &str, signed: &Signed, look: Look, lang: Lang, main: &Markup) -> String {
    let nav = html! {
        a href=(link("/", lang)) { (words::HOME.to(lang)) }
        @if signed.audience == Audience::Recycler {
            a href=(link("/sitting", lang)) { (words::LIST.to(lang)) }
        }
    };
    let mut whole = Main::new();
    whole.add(&who(signed, look, lang));
    whole.add(main);
    staff_document(title, lang, &nav, &whole)
}

/// A page for anybody: it says nothing but what stands in it.
pub(super) fn bare(title: &str, lang: Lang, main: Markup) -> String {
    let nav = html! { a href=(link("/", lang)) { (words::HOME.to(lang)) } };
    staff_document(title, lang, &nav, &main.into())
}

fn who(signed: &Signed, look: Look, lang: Lang) -> Markup {
    let recorded = match look {
        Look::Recorded => words::seen_as(signed.audience),
        Look::None => None,
    };
    html! {
        p class="who" {
            (icons::lock())
            b { (words::role(signed.audience).to(lang)) }
            span { (signed.unit) " · " (signed.subject) }
            @if let Some(recorded) = recorded { span { (recorded.to(lang)) } }
        }
    }
}
