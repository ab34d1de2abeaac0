//! The moulds of this process: one for each shape of page that was asked for, in each language.
//!
//! Shapes come of which fields records have, so there are some dozens; a mould is forty kilobytes. What is
//! not kept here is rendered, page by page.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use foldhash::fast::RandomState;
use saoma_pages::{Lang, words};

use crate::{
    rules::{
        answer::{
            Answer,
            mould::{Filling, Mould},
        },
        cast::{self, Likeness},
        class::Class,
        render, reply,
        stored::{self, StoredView},
    },
    words::code::Code,
};

/// By the shape; nothing where no mould comes of it.
type Moulds = HashMap<Vec<u8>, Option<Arc<Mould>>, RandomState>;

/// Moulds that are kept at once. Plates have one for each division and language.
const MOST: usize = 512;

static FOUND: LazyLock<RwLock<Moulds>> = LazyLock::new(RwLock::default);
/// Apart, since strangers choose what is not registered: they crowd out nothing but each other.
static ABSENT: LazyLock<RwLock<Moulds>> = LazyLock::new(RwLock::default);

/// The page of what is kept of a code, if it has a shape. `direct` is the same page, rendered: it is
/// only asked for to see whether a new mould makes it.
pub fn found(
    code: Code,
    kept: &[u8],
    classes: &[Arc<Class>],
    (public_url, lang): (&str, Lang),
    direct: impl Fn() -> Option<Vec<u8>>,
) -> Option<Answer> {
    let classes = || classes.iter().map(|class| &**class);
    let (shared, own) = stored::split(kept)?;
    let Likeness { key, values } = cast::likeness(code, shared, classes(), public_url, lang)?;
    let dates = classes().filter_map(|class| class.sheets_at);
    let as_of = dates.fold(stored::moment(own), Ord::max);
    let moment = words::moment(&as_of.to_string(), lang);
    let filling = Filling::new(code, values, moment);
    let make = || {
        let view = StoredView::decode(kept)?;
        let blank = cast::blank(code, view, classes(), public_url, lang)?;
        Mould::of(&saoma_pages::found(&blank, lang))
    };
    let mould = kept_or_made(&FOUND, key, &filling, make, &direct)?;
    Some(reply::cast(mould, filling))
}

/// The page that says that a code is not registered; `direct` as before.
pub fn absent(
    code: Code,
    public_url: &str,
    lang: Lang,
    direct: impl Fn() -> Option<Vec<u8>>,
) -> Option<Answer> {
    let Likeness { key, values } = cast::absent_likeness(code, public_url, lang);
    let filling = Filling::new(code, values, String::new());
    let make = || {
        let blank = cast::blank_refusal(code, public_url)?;
        let page = render::refusal_page(&blank, lang);
        Mould::of(str::from_utf8(&page).ok()?)
    };
    let mould = kept_or_made(&ABSENT, key, &filling, make, &direct)?;
    Some(reply::cast_not_registered(mould, filling))
}

fn kept_or_made(
    moulds: &RwLock<Moulds>,
    key: Vec<u8>,
    filling: &Filling,
    new: impl FnOnce() -> Option<Mould>,
    direct: &impl Fn() -> Option<Vec<u8>>,
) -> Option<Arc<Mould>> {
    let kept = moulds.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(mould) = kept.get(&key) {
        // Not in what is shipped: to render the page is what a mould saves.
        debug_assert!(
            mould
                .as_ref()
                .is_none_or(|mould| Some(mould.page(filling)) == direct()),
            "a page of another shape was taken for one of this"
        );
        return mould.clone();
    }
    if kept.len() >= MOST {
        return None;
    }
    drop(kept);
    let made = new().filter(|mould| Some(mould.page(filling)) == direct());
    let made = made.map(Arc::new);
    let mut kept = moulds.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() < MOST {
        kept.insert(key, made.clone());
    }
    made
}
