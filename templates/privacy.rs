//! The page that says what is shown, hidden and kept.

use maud::html;

use crate::{
    lang::Lang,
    layout::{document, with_number},
    words,
};

/// The privacy page.
pub fn privacy(lang: Lang) -> String {
    let title = words::PRIVACY_TITLE.to(lang);
    let main = html! {
        section class="lead" {
            h1 { (title) }
            @for (heading, paragraph) in words::PRIVACY_POINTS {
                h2 { (heading.to(lang)) }
                p { (with_number(paragraph.to(lang), lang)) }
            }
        }
    };
    document(title, words::SITE.to(lang), lang, &main.into())
}
