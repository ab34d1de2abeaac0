//! A page that is cast is the page that would have been rendered, whatever is kept of a code.

use proptest::prelude::*;

use super::*;
use crate::rules::answer::mould::{Filling, Mould};
use crate::rules::render;
use crate::rules::stored::{open_sheets, tests::some_view};
use saoma_pages::words;

const PUBLIC_URL: &str = "https://www.pzcode.cn";

fn codes() -> impl Strategy<Value = Code> {
    let text = prop_oneof![
        "[0-9]{15}".prop_map(|text| (Kind::Vin, text)),
        "[0-9]{4}[1-3][0-9]{10}".prop_map(|text| (Kind::Vin, text)),
        "[0-9A-Z]{8}[0-9A-Za-z]{1,26}".prop_map(|text| (Kind::Pwb, text)),
        "[0-9]{14}".prop_map(|text| (Kind::Lic, text)),
        "330106[0-9]{8}".prop_map(|text| (Kind::Lic, text)),
    ];
    text.prop_map(|(kind, text)| Code::parse(kind, &text).unwrap())
}

/// Another code that pages say the same of.
fn sibling(code: Code) -> Code {
    let read = Read::of(code);
    let other = |(at, c): (usize, char)| match c {
        c if read.covers(at) => c,
        '0'..='8' | 'A'..='Y' | 'a'..='y' => char::from_u32(u32::from(c) + 1).unwrap(),
        '9' => '0',
        'Z' => 'A',
        _ => 'a',
    };
    let text: String = code.value().chars().enumerate().map(other).collect();
    Code::parse(code.kind(), &text).unwrap()
}

/// Other values, as different from each other as these and in the same languages.
fn other_values(view: &StoredView) -> StoredView {
    let mut view = view.clone();
    for cell in view
        .sheets
        .iter_mut()
        .flat_map(|sheet| &mut sheet.rows)
        .flatten()
    {
        if let Kept::Shown(Shown::Plain(text) | Shown::Masked(text)) = &mut cell.kept
            && !is_word(text)
        {
            *text = format!("<{text}&");
        }
    }
    view
}

fn rendered(code: Code, view: &StoredView, lang: Lang) -> String {
    let view = View {
        code: code_card(code, PUBLIC_URL),
        audience: Audience::Public,
        alerts: vec![],
        records: open_sheets(view.sheets.clone(), code, PUBLIC_URL),
        as_of: view.as_of.to_string(),
        stale: false,
    };
    saoma_pages::found(&view, lang)
}

fn shape(code: Code, view: &StoredView, lang: Lang) -> Option<Likeness> {
    let kept = view.encode();
    let (shared, _) = stored::split(&kept).unwrap();
    likeness(code, shared, [], PUBLIC_URL, lang)
}

fn languages() -> impl Strategy<Value = Lang> {
    prop_oneof![Just(Lang::Zh), Just(Lang::En)]
}

proptest! {
    #[test]
    fn what_is_cast_is_what_would_be_rendered(
        code in codes(), mut view in some_view(), lang in languages(), later in 0..1_i64 << 32,
    ) {
        view.alerts.clear();
        let Some(Likeness { key, .. }) = shape(code, &view, lang) else {
            return Ok(());
        };
        let blank = blank(code, view.clone(), [], PUBLIC_URL, lang).unwrap();
        let mould = Mould::of(&saoma_pages::found(&blank, lang)).unwrap();
        // The mould of one makes the page of every other of its shape.
        let mut other = other_values(&view);
        other.as_of = crate::words::moment::Moment::from_seconds(later);
        for (code, view) in [(code, view), (sibling(code), other)] {
            let likeness = shape(code, &view, lang).unwrap();
            prop_assert_eq!(&likeness.key, &key);
            let moment = words::moment(&view.as_of.to_string(), lang);
            let filling = Filling::new(code, likeness.values, moment);
            let page = String::from_utf8(mould.page(&filling)).unwrap();
            prop_assert_eq!(page, rendered(code, &view, lang));
        }
    }

    #[test]
    fn so_is_a_no(code in codes(), lang in languages()) {
        let Likeness { key, values } = absent_likeness(code, PUBLIC_URL, lang);
        let blank = blank_refusal(code, PUBLIC_URL).unwrap();
        let blank = String::from_utf8(render::refusal_page(&blank, lang)).unwrap();
        let mould = Mould::of(&blank).unwrap();
        for code in [code, sibling(code)] {
            prop_assert_eq!(&absent_likeness(code, PUBLIC_URL, lang).key, &key);
            let filling = Filling::new(code, values.clone(), String::new());
            let no = Refusal::NotRegistered { code: Box::new(code_card(code, PUBLIC_URL)) };
            prop_assert_eq!(mould.page(&filling), render::refusal_page(&no, lang));
        }
    }
}

#[test]
fn what_pages_say_in_other_words_is_another_shape() {
    let code = |kind, text| Code::parse(kind, text).unwrap();
    let key = |kind, text, lang| absent_likeness(code(kind, text), PUBLIC_URL, lang).key;
    let vin = key(Kind::Vin, "218622108311027", Lang::Zh);
    assert_eq!(vin, key(Kind::Vin, "999929900000000", Lang::Zh));
    for (other, lang) in [("218612108311027", Lang::Zh), ("218622108311027", Lang::En)] {
        assert_ne!(vin, key(Kind::Vin, other, lang));
    }
    let plate = key(Kind::Lic, "33010621822480", Lang::Zh);
    for other in ["33010521822480", "33010621822481", "99999921822480"] {
        assert_ne!(plate, key(Kind::Lic, other, Lang::Zh));
    }
    let battery = key(Kind::Pwb, "76392965TN21", Lang::Zh);
    for other in ["76392965TN2", "76392965Tn21"] {
        assert_ne!(battery, key(Kind::Pwb, other, Lang::Zh));
    }
}
