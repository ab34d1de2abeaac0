//! One field and its value.

use maud::{Markup, html};

use crate::{icons, lang::Lang, view::Shown, words};

/// A list of fields; nothing if there are none.
pub(crate) fn facts(rows: &[(&str, &Shown)], lang: Lang) -> Markup {
    html! {
        @if !rows.is_empty() {
            dl { @for (label, shown) in rows { div { dt { (label) } (value(shown, lang)) } } }
        }
    }
}

/// The language of a value that is not in the page's own, for who has the page read aloud.
pub(crate) fn foreign(text: &str, lang: Lang) -> Option<&'static str> {
    let chinese = |c| matches!(c, '\u{3400}'..='\u{9fff}');
    match lang {
        Lang::En if text.contains(chinese) => Some(Lang::Zh.tag()),
        Lang::En | Lang::Zh => None,
    }
}

fn value(shown: &Shown, lang: Lang) -> Markup {
    html! {
        @match shown {
            Shown::Plain(text) => dd lang=[foreign(text, lang)] { (plain(text, lang)) },
            Shown::Masked(text) => dd {
                span class="masked" lang=[foreign(text, lang)] { (text) }
                small { (icons::lock()) (words::MASKED.to(lang)) }
            },
            Shown::List(codes) => dd { @for code in codes { span class="one" { (code) } } },
        }
    }
}

fn plain(text: &str, lang: Lang) -> &str {
    match text {
        "true" => words::YES.to(lang),
        "false" => words::NO.to(lang),
        _ => text,
    }
}
