//! The home page: a form for stickers that will not scan.

use maud::html;

use crate::{
    lang::Lang,
    layout::{document, find_form, link},
    view::Kind,
    words,
};

/// The home page.
pub fn home(lang: Lang) -> String {
    let title = words::HOME_TITLE.to(lang);
    let main = html! {
        section class="lead" {
            h1 { (title) }
            p { (words::HOME_LEAD.to(lang)) }
            (find_form(lang))
        }
        section {
            h2 { (words::WHERE.to(lang)) }
            dl class="parts" {
                @for kind in Kind::ALL {
                    div {
                        dt { b { (words::kind_name(kind).to(lang)) } }
                        dd { (words::where_to_find(kind).to(lang)) }
                    }
                }
            }
        }
        section {
            h2 { (words::MATCH_TITLE.to(lang)) }
            p { a href=(link("/match", lang)) { (words::MATCH_LINK.to(lang)) } }
        }
    };
    document(title, words::SITE.to(lang), lang, &main.into())
}
