//! A stand-in for the pages until their crate has them. Deleted with the merge.
#![allow(missing_docs, clippy::allow_attributes, clippy::allow_attributes_without_reason, clippy::uninlined_format_args)]
use saoma_pages::{Lang, Refusal, View};
pub const STYLE: &str = "body{font:16px sans-serif}";
fn page(lang: Lang, body: &str) -> String {
    format!("<!DOCTYPE html><html lang=\"{}\"><style>{STYLE}</style><body>{body}</body></html>", lang.tag())
}
pub fn found(view: &View, lang: Lang) -> String {
    page(lang, &format!("<h1>{}</h1><p>{}</p><p>{}</p>{}", view.code.value, view.as_of, view.stale, serde_json::to_string(view).unwrap_or_default()))
}
pub fn refusal(refusal: &Refusal, lang: Lang) -> String {
    page(lang, &format!("<h1>{}</h1><p>{}</p>", refusal_title(refusal, lang), refusal_detail(refusal, lang)))
}
pub fn home(lang: Lang) -> String {
    page(lang, "<form action=\"/find\"><input name=code></form>")
}
pub fn privacy(lang: Lang) -> String {
    page(lang, "privacy")
}
pub fn refusal_title(refusal: &Refusal, _lang: Lang) -> String {
    let text = format!("{refusal:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}
pub fn refusal_detail(refusal: &Refusal, _lang: Lang) -> String {
    format!("{refusal:?}")
}
