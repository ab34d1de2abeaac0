use saoma::{
    rules::{
        ask::Shape,
        card::code_card,
        cast,
        class::Class,
        render,
        stored::{self, StoredView},
    },
    words::code::Code,
};
use saoma_pages::{Audience, Lang, View};

const CODES: [&str; 3] = [
    "vin/218622108311027",
    "pwb/76392965TN21080500543B48V121513522",
    "lic/33010621822480",
];

/// Whatever is found in the store in the place of a view: it is refused, or is what its bytes say, and
/// can be shown under any code without a panic.
pub(crate) fn check(bytes: &[u8]) {
    if let Some(view) = StoredView::decode(bytes) {
        let again = view.encode();
        assert_eq!(StoredView::decode(&again).as_ref(), Some(&view));
        assert_eq!(stored::maker(&again), view.maker);
        for code in CODES {
            if let Ok(code) = Code::parse_any(code) {
                shown(&view, code);
            }
        }
    }
    if let Some(class) = Class::decode(bytes) {
        assert_eq!(Class::decode(&class.encode()).as_ref(), Some(&class));
    }
    // The look that decides whether a page is cast is taken before anything is decoded.
    if let (Some((shared, _)), Ok(code)) = (stored::split(bytes), Code::parse_any(CODES[0])) {
        let _shape = cast::likeness(code, shared, [], "https://www.pzcode.cn", Lang::Zh);
    }
}

fn shown(view: &StoredView, code: Code) {
    let public_url = "https://www.pzcode.cn";
    let view = View {
        code: code_card(code, public_url),
        audience: Audience::Public,
        alerts: view.alerts.clone(),
        records: stored::open_sheets(view.sheets.clone(), code, public_url),
        as_of: "2026-11-21T08:00:00Z".to_owned(),
        stale: false,
    };
    for shape in [Shape::Page, Shape::Json] {
        let answer = render::found(&view, shape, Lang::Zh);
        assert!(!answer.body().is_empty());
        // What was stored as text is text on the page too, whatever stands in it.
        let page = String::from_utf8_lossy(answer.body());
        assert!(shape == Shape::Json || !page.contains("<script"));
    }
}
