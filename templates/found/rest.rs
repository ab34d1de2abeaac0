//! Whatever no other part of the page has shown, with its labels, so that no audience loses
//! anything it may see.

use maud::{Markup, html};

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
pub(super) fn rest(view: &View, lang: Lang, told: &Told) -> Markup {
    let rest = if view.audience == Audience::Public {
        Rest::Folded
    } else {
        Rest::Open
    };
    whatever(view, lang, told, rest)
}

/// The rest, open or folded.
pub(crate) fn whatever(view: &View, lang: Lang, told: &Told, rest: Rest) -> Markup {
    let sheets = all_untold(view, lang, told);
    let changed = Shown::Plain(words::moment(&view.as_of, lang));
    let address = Shown::Plain(view.code.url.clone());
    let about = [
        (words::STICKER.to(lang), &address),
        (words::UPDATED.to(lang), &changed),
    ];
    html! {
        details class="rest" open[rest == Rest::Open] {
            summary { (Quick(words::MORE.to(lang))) }
            @for (title, rows) in &sheets {
                h3 { (Quick(title)) }
                @for row in rows { (fact::facts(row, lang)) }
            }
            (fact::facts(&about, lang))
        }
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
