//! Whatever no other part of the page has shown, with its labels, so that no audience loses
//! anything it may see.

use maud::Render;

use super::{fact, product::Told};
use crate::{
    lang::Lang,
    quick::Quick,
    view::{Audience, Sheet, Shown, View},
    words,
};

/// A record's title and its rows, each a list of labels and values.
pub(crate) type Untold<'a> = (&'a str, Vec<Vec<(&'static str, &'a Shown)>>);

/// Whether the rest lies open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// For who came to read it.
    Open,
    /// Below an answer that has to be taken in at a glance.
    Folded,
}

/// The rest: folded for the public, open for who came to read it.
pub(super) fn rest<'v>(view: &'v View, lang: Lang, told: &Told) -> Whatever<'v> {
    let rest = if view.audience == Audience::Public {
        Rest::Folded
    } else {
        Rest::Open
    };
    whatever(view, lang, told, rest)
}

/// The rest, open or folded.
pub(crate) fn whatever<'v>(view: &'v View, lang: Lang, told: &Told, rest: Rest) -> Whatever<'v> {
    Whatever {
        rest,
        lang,
        sheets: all_untold(view, lang, told),
        changed: Shown::Plain(words::moment(&view.as_of, lang)),
        address: Shown::Plain(view.code.url.clone()),
    }
}

/// What is left of a view.
pub(crate) struct Whatever<'v> {
    rest: Rest,
    lang: Lang,
    sheets: Vec<Untold<'v>>,
    changed: Shown,
    address: Shown,
}

// It is on every page of a code, and is written straight into it.
impl Render for Whatever<'_> {
    fn render_to(&self, page: &mut String) {
        let lang = self.lang;
        page.push_str(match self.rest {
            Rest::Open => "<details class=\"rest\" open><summary>",
            Rest::Folded => "<details class=\"rest\"><summary>",
        });
        Quick(words::MORE.to(lang)).render_to(page);
        page.push_str("</summary>");
        for (title, rows) in &self.sheets {
            page.push_str("<h3>");
            Quick(title).render_to(page);
            page.push_str("</h3>");
            for row in rows {
                fact::facts(row, lang).render_to(page);
            }
        }
        let about = [
            (words::STICKER.to(lang), &self.address),
            (words::UPDATED.to(lang), &self.changed),
        ];
        fact::facts(&about, lang).render_to(page);
        page.push_str("</details>");
    }
}

/// What of a view has not been told, by record.
pub(crate) fn all_untold<'a>(view: &'a View, lang: Lang, told: &Told) -> Vec<Untold<'a>> {
    let sheets = view.records.iter().map(|sheet| {
        let title = words::sheet_title(sheet.record, lang);
        (title, untold(sheet, lang, told))
    });
    sheets.filter(|(_, rows)| !rows.is_empty()).collect()
}

/// The rows of a sheet without what has been told; a row that is told whole is left out.
fn untold<'a>(sheet: &'a Sheet, lang: Lang, told: &Told) -> Vec<Vec<(&'static str, &'a Shown)>> {
    let rows = sheet.rows.iter().enumerate().map(|(at, row)| {
        row.0
            .iter()
            .filter(|cell| !told.contains(&(sheet.record, at, cell.key)))
            .map(|cell| (words::label(sheet.record, cell.key, lang), &cell.shown))
            .collect::<Vec<_>>()
    });
    rows.filter(|row| !row.is_empty()).collect()
}
