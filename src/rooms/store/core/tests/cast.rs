//! What comes out of a mould is what would have been rendered, for what stores really keep.

use saoma_pages::Lang;

use super::*;

const PUBLIC_URL: &str = "https://www.pzcode.cn";

#[test]
fn a_page_without_a_warning_is_cast_and_one_with_a_warning_is_rendered() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "store");
    store.ingest(&records()).unwrap();
    for (subject, is_cast) in [(VIN, true), (OTHER, true), (LIC, false), (PWB, false)] {
        let code = code(subject);
        let kept = store.reader().read_now(code).unwrap().unwrap();
        for lang in Lang::ALL {
            let page = kept.cast(code, PUBLIC_URL, lang);
            assert_eq!(page.is_some(), is_cast, "{subject}");
            let view = kept.open(code, PUBLIC_URL).unwrap();
            assert_eq!(view.alerts.is_empty(), is_cast, "{subject}");
            let rendered = saoma_pages::found(&view, lang);
            assert!(page.is_none_or(|page| page.body() == rendered.as_bytes()));
        }
    }
}

#[test]
fn a_recall_of_some_codes_is_rendered_on_theirs_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "store");
    store.ingest(&records()).unwrap();
    let recall = json!({"text": "请停止骑行", "from": VIN, "to": VIN, "model": "T1"});
    store
        .ingest(&[told("maker/2186", "notice.recall", "2021-12", &recall)])
        .unwrap();
    let is_cast = |subject| {
        let kept = store.reader().read_now(code(subject)).unwrap().unwrap();
        kept.cast(code(subject), PUBLIC_URL, Lang::Zh).is_some()
    };
    assert!(!is_cast(VIN) && is_cast(OTHER));
}
