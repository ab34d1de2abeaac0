//! The answers that do not depend on any code: made once, when the door opens.

use jiff::Timestamp;
use saoma_pages::Lang;

use crate::rules::{
    answer::Answer,
    negotiate::Form,
    openapi, render,
    reply::{self, Keeping, Media},
};

/// What is served as it is.
#[derive(Debug)]
pub struct Fixed {
    home: [Answer; Lang::ALL.len()],
    privacy: [Answer; Lang::ALL.len()],
    /// What the pair check says when it does not say yes: made beforehand, so that one no takes as
    /// long as another.
    no: [Answer; Lang::ALL.len()],
    no_json: Answer,
    /// `/openapi.json`
    pub openapi: Answer,
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
            no: Lang::ALL.map(|lang| render::not_together(Form::Page, lang)),
            no_json: render::not_together(Form::Json, Lang::Zh),
            openapi: reply::answer(Media::Json, Keeping::Fixed, openapi::document(public_url)),
            robots: reply::answer(Media::Text, Keeping::Fixed, ROBOTS.into()),
            security: reply::answer(Media::Text, Keeping::Fixed, security.into_bytes()),
            icon: reply::answer(Media::Svg, Keeping::Fixed, ICON.into()),
        }
    }

    /// The home page.
    pub fn home(&self, lang: Lang) -> &Answer {
        pick(&self.home, lang)
    }

    /// That codes do not belong together, or that nobody knows that they do.
    pub fn not_together(&self, form: Form, lang: Lang) -> &Answer {
        match form {
            Form::Page => pick(&self.no, lang),
            Form::Json => &self.no_json,
        }
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
