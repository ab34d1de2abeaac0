//! The answers that do not depend on any code: made once, when the door opens.

use jiff::Timestamp;
use saoma_pages::Lang;

use crate::rules::{
    answer::Answer,
    reply::{self, Keeping, Media},
};

/// What is served as it is.
#[derive(Debug)]
pub struct Fixed {
    home: [Answer; Lang::ALL.len()],
    privacy: [Answer; Lang::ALL.len()],
    /// `/robots.txt`
    pub robots: Answer,
    /// `/.well-known/security.txt`
    pub security: Answer,
    /// `/icon.svg`
    pub icon: Answer,
}

const ROBOTS: &str = include_str!("../../static/robots.txt");
const SECURITY: &str = include_str!("../../static/security.txt");
const ICON: &str = include_str!("../../static/icon.svg");

impl Fixed {
    /// `expires` is when the contact should be looked at again, less than a year away (RFC 9116).
    pub fn new(public_url: &str, contact: &str, expires: Timestamp) -> Self {
        let security = SECURITY
            .replace("{contact}", contact)
            .replace("{expires}", &format!("{expires:.0}"))
            .replace("{public_url}", public_url);
        Self {
            home: Lang::ALL.map(|lang| page(saoma_pages::home(lang))),
            privacy: Lang::ALL.map(|lang| page(saoma_pages::privacy(lang))),
            robots: reply::answer(Media::Text, Keeping::Fixed, ROBOTS.into()),
            security: reply::answer(Media::Text, Keeping::Fixed, security.into_bytes()),
            icon: reply::answer(Media::Svg, Keeping::Fixed, ICON.into()),
        }
    }

    /// The home page.
    pub fn home(&self, lang: Lang) -> &Answer {
        pick(&self.home, lang)
    }

    /// What is done with data.
    pub fn privacy(&self, lang: Lang) -> &Answer {
        pick(&self.privacy, lang)
    }
}

fn page(text: String) -> Answer {
    reply::answer(Media::Html, Keeping::Fixed, text.into_bytes())
}

fn pick(pages: &[Answer; 2], lang: Lang) -> &Answer {
    let [chinese, english] = pages;
    match lang {
        Lang::Zh => chinese,
        Lang::En => english,
    }
}
