//! The document around every page: one response, no script, no second request.

use std::sync::LazyLock;

use maud::{DOCTYPE, Markup, Render, html};

use crate::{
    icons,
    lang::Lang,
    quick::Quick,
    style::{Sheet, StaffSheet},
    words,
};

/// The site's mark for a browser's tab, inside the page.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'\
    %3E%3Crect width='24' height='24' rx='5' fill='%230a5a34'/%3E%3Cpath fill='none' stroke='%23fff' \
    stroke-width='2' d='M4.5 9V4.5H9M15 4.5h4.5V9M9 19.5H4.5V15M13 7l-3 5.5h4L11 17'/%3E%3C/svg%3E";

/// What a page says, in one colour and one icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Registered, no warning.
    Good,
    /// A warning.
    Warning,
    /// Yes, but something is to be minded.
    Mind,
    /// Not known: neither good nor bad.
    Unknown,
    /// It could not be answered as it was asked.
    Wrong,
    /// Come back later.
    Later,
}

/// A whole page, of what stands on it from top to bottom. `title` is for the window; the preview in a chat says only what kind of page it
/// is, for it is kept when a warning has long changed the page.
pub(crate) fn document(title: &str, preview: &str, lang: Lang, main: &Main) -> String {
    static NAVS: LazyLock<PerLang<Markup>> = LazyLock::new(|| {
        PerLang::of(|lang| {
            html! {
                a href=(link("/", lang)) { (words::LOOK_UP_ANOTHER.to(lang)) }
                a href=(link("/privacy", lang)) { (words::PRIVACY.to(lang)) }
            }
        })
    });
    let style = html! {};
    whole(title, preview, lang, &style, NAVS.to(lang), main)
}

/// A whole page of the staff door. Its preview says nothing: who may see it opens it.
pub(crate) fn staff_document(title: &str, lang: Lang, nav: &Markup, main: &Main) -> String {
    // A sheet of its own, so that the public's pages do not carry it.
    let style = html! { style { (StaffSheet) } };
    whole(title, words::STAFF_DOOR.to(lang), lang, &style, nav, main)
}

/// What stands on a page from top to bottom, in one buffer. To let many small ones grow takes as long
/// as to fill them.
#[derive(Debug)]
pub(crate) struct Main(String);

/// Most pages have less of their own.
const ROOM: usize = 6 << 10;

impl Main {
    pub(crate) fn new() -> Self {
        Self(String::with_capacity(ROOM))
    }

    pub(crate) fn add(&mut self, part: &impl Render) {
        part.render_to(&mut self.0);
    }
}

impl From<Markup> for Main {
    fn from(markup: Markup) -> Self {
        Self(markup.into_string())
    }
}

impl Render for Main {
    fn render_to(&self, page: &mut String) {
        page.push_str(&self.0);
    }
}

/// Something made once for each language.
pub(crate) struct PerLang<T> {
    zh: T,
    en: T,
}

impl<T> PerLang<T> {
    pub(crate) fn of(make: impl Fn(Lang) -> T) -> Self {
        let (zh, en) = (make(Lang::Zh), make(Lang::En));
        Self { zh, en }
    }

    pub(crate) const fn to(&self, lang: Lang) -> &T {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// Stands in a shell where a page has something of its own. No text of ours has it.
const CUT: &str = "\u{e000}";

/// What all pages share: it is made once, and cut where a page's own goes in.
struct Shell {
    pieces: Vec<String>,
    /// The pieces around a style sheet of the page's own, which the public's pages have not.
    longest: String,
}

static SHELLS: LazyLock<PerLang<Shell>> = LazyLock::new(|| {
    PerLang::of(|lang| {
        let pieces: Vec<String> = shell(lang).split(CUT).map(str::to_owned).collect();
        let longest = pieces.iter().skip(2).take(2).map(String::as_str).collect();
        Shell { pieces, longest }
    })
});

/// What the public's pages of a language share: how each begins, and the longest stretch behind
/// its title. Whoever compresses many of them need not look at these again.
pub fn shared(lang: Lang) -> [&'static str; 2] {
    let shell = SHELLS.to(lang);
    let start = shell.pieces.first().map_or("", String::as_str);
    [start, &shell.longest]
}

fn whole(
    title: &str,
    preview: &str,
    lang: Lang,
    style: &Markup,
    nav: &Markup,
    main: &Main,
) -> String {
    let pieces = &SHELLS.to(lang).pieces;
    let (title, preview) = (Quick(title).render(), Quick(preview).render());
    let own = [&*title.0, &*preview.0, &*style.0, &*main.0, &*nav.0, ""];
    // One piece more than there is between them.
    let parts = pieces.iter().map(String::as_str).zip(own);
    let length = parts.clone().map(|(piece, own)| piece.len() + own.len());
    let mut page = String::with_capacity(length.sum());
    for (piece, own) in parts {
        page.push_str(piece);
        page.push_str(own);
    }
    page
}

fn shell(lang: Lang) -> String {
    let site = words::SITE.to(lang);
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="format-detection" content="telephone=no";
                meta name="theme-color" media="(prefers-color-scheme: light)" content="#f4f5f2";
                meta name="theme-color" media="(prefers-color-scheme: dark)" content="#131614";
                // Without one, a browser asks for /favicon.ico: a second request.
                link rel="icon" href=(ICON);
                title { (CUT) " · " (site) }
                meta name="description" content=(words::PREVIEW.to(lang));
                meta property="og:type" content="website";
                meta property="og:title" content=(CUT);
                meta property="og:description" content=(words::PREVIEW.to(lang));
                style { (Sheet) }
                (CUT)
            }
            body {
                a class="skip" href="#answer" { (words::SKIP.to(lang)) }
                header {
                    a class="site" href=(link("/", lang)) { (icons::mark()) (site) }
                    // Larger text without a script, and so for this page only.
                    label class="size" {
                        input id="large" type="checkbox";
                        " " (words::LARGE.to(lang))
                    }
                    (other_language(lang))
                }
                main id="answer" { (CUT) }
                footer {
                    nav { (CUT) }
                    p { (words::STANDARD.to(lang)) }
                }
            }
        }
    }
    .into_string()
}

/// The answer, first on the page: one colour, one icon, one sentence.
pub(crate) fn verdict(tone: Tone, above: &str, sentence: &str, below: &Markup) -> Markup {
    html! {
        section class={ "verdict " (class(tone)) } {
            div class="head" {
                (icons::tone(tone))
                div {
                    @if !above.is_empty() { p class="kind" { (Quick(above)) } }
                    h1 { (Quick(sentence)) }
                }
            }
            (below)
        }
    }
}

/// A text in which a telephone number stays on one line. The consumers' hotline is one to tap; the
/// police is not, for nobody should call there by a slip of the thumb.
pub(crate) fn with_number(text: &str, lang: Lang) -> Markup {
    let (hotline, police) = (words::CALL_12315.to(lang), words::CALL_110.to(lang));
    html! {
        @if let Some((before, after)) = text.split_once(hotline) {
            (Quick(before)) a class="call" href="tel:12315" { (hotline) } (Quick(after))
        } @else if let Some((before, after)) = text.split_once(police) {
            (Quick(before)) b class="call" { (police) } (Quick(after))
        } @else {
            (Quick(text))
        }
    }
}

/// The form for a code that will not scan. Plain: it works in any browser there ever was.
pub(crate) fn find_form(lang: Lang) -> Markup {
    html! {
        form class="find" action="/find" method="get" role="search" {
            label for="code" { (Quick(words::CODE.to(lang))) }
            input id="code" name="code" type="text" required maxlength="200" autocomplete="off"
                autocapitalize="characters" spellcheck="false" enterkeyhint="search"
                aria-describedby="hint";
            input type="hidden" name="lang" value=(query(lang));
            p id="hint" class="quiet" { (Quick(words::CODE_HINT.to(lang))) }
            button type="submit" { (Quick(words::FIND.to(lang))) }
        }
    }
}

/// A path that keeps the language a reader has chosen, whatever the browser prefers.
pub(crate) fn link(path: &str, lang: Lang) -> String {
    [path, "?lang=", query(lang)].concat()
}

pub(crate) const fn query(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    }
}

fn other_language(lang: Lang) -> Markup {
    let other = match lang {
        Lang::Zh => Lang::En,
        Lang::En => Lang::Zh,
    };
    html! {
        a class="language" href=(link("", other)) lang=(other.tag()) hreflang=(other.tag()) {
            (words::OTHER_LANGUAGE.to(lang))
        }
    }
}

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Unknown => "unknown",
        Tone::Mind | Tone::Wrong => "wrong",
        Tone::Later => "later",
    }
}

#[cfg(test)]
mod tests {
    use super::{Tone, class};
    use crate::style::STYLE;

    #[test]
    fn the_answer_is_white_on_a_ground_seven_times_darker() {
        for tone in [
            Tone::Good,
            Tone::Warning,
            Tone::Mind,
            Tone::Unknown,
            Tone::Wrong,
            Tone::Later,
        ] {
            let rule = format!(".{}{{background:#", class(tone));
            let (_, rule) = STYLE.split_once(&rule).unwrap();
            let contrast = 1.05 / (luminance(rule.get(..6).unwrap()) + 0.05);
            assert!(contrast >= 7.0, "{tone:?} has {contrast:.2}");
        }
    }

    /// Relative luminance, as the accessibility guidelines define it.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value =
                f64::from(u8::from_str_radix(colour.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    }
}
