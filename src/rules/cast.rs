//! Which pages are of one shape, and what each of them puts into it.
//!
//! Of a view as it is kept, the shape is everything but the texts of its values and the characters
//! of its code: which records there are with which fields, which values are the same, which are
//! masked, and the few characters of a code that pages explain. Two views of one shape and one
//! language make pages that differ in those texts only. Tests hold that for whatever may be kept,
//! and a debug build for each page that it sends: who lets a page look at a text has to say here
//! that it does.
//!
//! A page with a warning has no shape here: it is rare, and rendered.

use saoma_pages::{Audience, CodeCard, Kind, Lang, Refusal, Shown, View, is_division};

use super::{
    answer::mould::{Values, marks},
    bytes::{Reader, put_count, put_text},
    card::code_card,
    class::Class,
    stored::{self, Echoes, Kept, StoredSheet, StoredView},
};
use crate::words::code::Code;

/// The shape of a page, and its values.
#[derive(Debug)]
pub struct Likeness {
    /// The same for all pages of one shape.
    pub key: Vec<u8>,
    /// The texts that are its own.
    pub values: Values,
}

/// The shape of the page of what is kept of a code (without its moment) and of its makers' classes;
/// nothing if it has none.
pub fn likeness<'c>(
    code: Code,
    kept: &[u8],
    classes: impl IntoIterator<Item = &'c Class>,
    public_url: &str,
    lang: Lang,
) -> Option<Likeness> {
    let mut likeness = Likeness::of(code, public_url, lang);
    let mut from = Reader::new(kept);
    from.byte()?;
    from.text()?;
    if from.count()? > 0 {
        // Warnings.
        return None;
    }
    let mut models = Vec::new();
    for _ in 0..likeness.copy_count(&mut from)? {
        let kind = from.byte()?;
        likeness.key.push(kind);
        for _ in 0..likeness.copy_count(&mut from)? {
            for _ in 0..likeness.copy_count(&mut from)? {
                let (slot, sort, text) = stored::glance(&mut from)?;
                likeness.cell(code, lang, slot, sort, text)?;
                models.extend(text.filter(|_| stored::is_model(kind, slot)));
            }
        }
    }
    for class in classes {
        if class.recalls_of(code, &models).next().is_some() {
            return None;
        }
        likeness.sheets(code, lang, &class.sheets)?;
    }
    Some(likeness)
}

/// The shape of the page that says that a code is not registered.
pub fn absent_likeness(code: Code, public_url: &str, lang: Lang) -> Likeness {
    Likeness::of(code, public_url, lang)
}

/// The same view with marks where its values, its code and its moment stand.
pub fn blank<'c>(
    code: Code,
    mut view: StoredView,
    classes: impl IntoIterator<Item = &'c Class>,
    public_url: &str,
    lang: Lang,
) -> Option<View> {
    let card = blank_card(code, public_url)?;
    let number = card.parts.iter().find(|(name, _)| *name == "number");
    let echoes = Echoes {
        value: card.value.clone(),
        url: card.url.clone(),
        number: number.map_or_else(String::new, |(_, number)| number.clone()),
    };
    view.sheets
        .extend(classes.into_iter().flat_map(|class| class.sheets.clone()));
    let mut values = Values::default();
    let cells = view.sheets.iter_mut().flat_map(|sheet| &mut sheet.rows);
    for cell in cells.flatten() {
        if let Kept::Shown(Shown::Plain(text) | Shown::Masked(text)) = &mut cell.kept
            && !is_word(text)
        {
            *text = marks::value(values.number_of(text), is_foreign(text, lang));
        }
    }
    Some(View {
        code: card,
        audience: Audience::Public,
        alerts: view.alerts,
        records: stored::open_as(view.sheets, &echoes),
        as_of: marks::moment(),
        stale: false,
    })
}

/// That a code is not registered, with marks for it.
pub fn blank_refusal(code: Code, public_url: &str) -> Option<Refusal> {
    let code = Box::new(blank_card(code, public_url)?);
    Some(Refusal::NotRegistered { code })
}

impl Likeness {
    fn of(code: Code, public_url: &str, lang: Lang) -> Self {
        let mut key = Vec::with_capacity(160);
        put_text(&mut key, public_url);
        key.push(match lang {
            Lang::Zh => 0,
            Lang::En => 1,
        });
        key.extend_from_slice(code.kind().keyword().as_bytes());
        put_text(&mut key, code.value());
        let start = key.len() - code.value().len();
        let text = key.get_mut(start..).unwrap_or_default();
        // In place of each character that pages do not look at. That there are small letters they say.
        let any = if text.iter().any(u8::is_ascii_lowercase) {
            b'a'
        } else {
            b'A'
        };
        let read = Read::of(code);
        let places = text.iter_mut().enumerate();
        for (_, byte) in places.filter(|(at, _)| !read.covers(*at)) {
            *byte = any;
        }
        Self {
            key,
            values: Values::roomy(),
        }
    }

    fn copy_count(&mut self, from: &mut Reader<'_>) -> Option<usize> {
        let count = from.count()?;
        put_count(&mut self.key, count);
        Some(count)
    }

    fn sheets(&mut self, code: Code, lang: Lang, sheets: &[StoredSheet]) -> Option<()> {
        put_count(&mut self.key, sheets.len());
        for sheet in sheets {
            self.key.push(sheet.kind.number());
            put_count(&mut self.key, sheet.rows.len());
            for row in &sheet.rows {
                put_count(&mut self.key, row.len());
                for cell in row {
                    let (sort, text) = stored::sort(&cell.kept)?;
                    self.cell(code, lang, cell.slot, sort, text)?;
                }
            }
        }
        Some(())
    }

    fn cell(
        &mut self,
        code: Code,
        lang: Lang,
        slot: u8,
        sort: u8,
        text: Option<&str>,
    ) -> Option<()> {
        self.key.extend_from_slice(&[slot, sort]);
        let Some(text) = text else { return Some(()) };
        if is_word(text) {
            put_text(&mut self.key, text);
            return Some(());
        }
        if text.ends_with(code.value()) {
            // Pages do not say the code twice, and this is not marked as being it.
            return None;
        }
        self.key.push(u8::from(is_foreign(text, lang)));
        put_count(&mut self.key, self.values.number_of(text));
        Some(())
    }
}

/// The characters of a code that pages look at, to say what they mean.
struct Read {
    kind: Kind,
    /// A division whose name is known is named.
    division: bool,
}

impl Read {
    fn of(code: Code) -> Self {
        let kind = code.kind();
        let division = kind == Kind::Lic && is_division(code.part("division"));
        Self { kind, division }
    }

    const fn covers(&self, at: usize) -> bool {
        match self.kind {
            Kind::Vin => at == 4,
            Kind::Pwb => false,
            Kind::Lic => at == 13 || at < 6 && self.division,
        }
    }
}

/// Whether a page puts a word of its own for it.
fn is_word(text: &str) -> bool {
    matches!(text, "true" | "false")
}

/// Whether a page says that it is in another language.
fn is_foreign(text: &str, lang: Lang) -> bool {
    lang == Lang::En && text.contains(|c| matches!(c, '\u{3400}'..='\u{9fff}'))
}

fn blank_card(code: Code, public_url: &str) -> Option<CodeCard> {
    let mut card = code_card(code, public_url);
    let read = Read::of(code);
    let character = |(at, c): (usize, char)| if read.covers(at) { c } else { marks::code(at) };
    let marked: Vec<char> = code.value().chars().enumerate().map(character).collect();
    let base = card.url.strip_suffix(code.value())?;
    card.url = base.chars().chain(marked.iter().copied()).collect();
    card.value = marked.iter().collect();
    let mut rest = marked.as_slice();
    for (_, part) in &mut card.parts {
        let (own, behind) = rest.split_at_checked(part.len())?;
        *part = own.iter().collect();
        rest = behind;
    }
    Some(card)
}

#[cfg(test)]
mod tests;
