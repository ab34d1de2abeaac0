//! One field and its value.

use maud::{Markup, Render, html};

use crate::{icons, lang::Lang, quick::Quick, view::Shown, words};

/// A list of fields; nothing if there are none. A page is mostly these, so they are written straight
/// into it.
pub(crate) const fn facts<'a>(rows: &'a [(&'a str, &'a Shown)], lang: Lang) -> Facts<'a> {
    Facts { rows, lang }
}

pub(crate) struct Facts<'a> {
    rows: &'a [(&'a str, &'a Shown)],
    lang: Lang,
}

impl Render for Facts<'_> {
    fn render_to(&self, page: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        page.push_str("<dl>");
        for (label, shown) in self.rows {
            page.push_str("<div><dt>");
            Quick(label).render_to(page);
            page.push_str("</dt>");
            match shown {
                Shown::Plain(text) if foreign(text, self.lang).is_none() => {
                    page.push_str("<dd>");
                    Quick(plain(text, self.lang)).render_to(page);
                    page.push_str("</dd>");
                }
                Shown::Plain(_) | Shown::Masked(_) | Shown::List(_) => {
                    value(shown, self.lang).render_to(page);
                }
            }
            page.push_str("</div>");
        }
        page.push_str("</dl>");
    }
}

/// A section: its title, a word about it where one is needed, and its fields.
pub(crate) struct Section<'a> {
    pub(crate) title: &'a str,
    pub(crate) note: Option<&'a str>,
    pub(crate) facts: Facts<'a>,
}

impl Render for Section<'_> {
    fn render_to(&self, page: &mut String) {
        page.push_str("<section><h2>");
        Quick(self.title).render_to(page);
        page.push_str("</h2>");
        if let Some(note) = self.note {
            page.push_str("<p class=\"quiet\">");
            Quick(note).render_to(page);
            page.push_str("</p>");
        }
        self.facts.render_to(page);
        page.push_str("</section>");
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
            Shown::Plain(text) => dd lang=[foreign(text, lang)] { (Quick(plain(text, lang))) },
            Shown::Masked(text) => dd {
                span class="masked" lang=[foreign(text, lang)] { (Quick(text)) }
                small { (icons::lock()) (Quick(words::MASKED.to(lang))) }
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
