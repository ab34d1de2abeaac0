//! What holds for any page.

use saoma_pages::{Kind, STYLE, Shown};

use crate::{
    samples::{pages, views},
    sets::sets,
};

/// With its headers a page has to fit into the first ten packets, 14 kB. Pages go out compressed,
/// but whoever takes no compression gets this many bytes.
const HEAVIEST: usize = 20_000;

/// Elements that have no end tag.
const VOID: [&str; 4] = ["meta", "input", "br", "link"];

#[test]
fn every_page_is_well_nested() {
    for page in pages() {
        let mut open: Vec<&str> = Vec::new();
        let mut ids = Vec::new();
        let (_, mut rest) = page.html.split_once("<!DOCTYPE html>").unwrap();
        while let Some((_, tag)) = rest.split_once('<') {
            let (tag, after) = tag.split_once('>').unwrap();
            rest = after;
            let name = tag.split(' ').next().unwrap();
            if let Some(name) = name.strip_prefix('/') {
                assert_eq!(open.pop(), Some(name), "{}", page.name);
            } else if !VOID.contains(&name) {
                open.push(name);
            }
            if let Some((_, id)) = tag.split_once(" id=\"") {
                let id = id.split('"').next().unwrap();
                assert!(!ids.contains(&id), "{} has two of {id}", page.name);
                ids.push(id);
            }
        }
        assert!(open.is_empty(), "{} leaves {open:?} open", page.name);
    }
}

#[test]
fn every_page_says_its_language_and_is_kept_out_of_indexes() {
    for page in pages() {
        let lang = format!("<html lang=\"{}\">", page.lang.tag());
        assert!(page.html.contains(&lang), "{}", page.name);
        for needed in [
            "name=\"robots\" content=\"noindex\"",
            "name=\"viewport\" content=\"width=device-width, initial-scale=1\"",
            "property=\"og:title\"",
        ] {
            assert!(page.html.contains(needed), "{} lacks {needed}", page.name);
        }
        assert_eq!(page.html.matches("<h1>").count(), 1, "{}", page.name);
        assert_eq!(page.html.matches("<title>").count(), 1, "{}", page.name);
    }
}

#[test]
fn no_page_runs_anything_styles_inline_or_asks_for_a_second_file() {
    for page in pages() {
        for banned in [
            "<script",
            "javascript:",
            " style=",
            " on",
            "<img",
            "<iframe",
            " src=",
            "http-equiv",
            "<base",
        ] {
            let found = if banned == " on" {
                page.html.contains(" onclick") || page.html.contains(" onload")
            } else {
                page.html.contains(banned)
            };
            assert!(!found, "{} has {banned}", page.name);
        }
        // The site's icon is in the page itself.
        let (icon, own) = (
            "<link rel=\"icon\" href=\"data:",
            page.html.matches("<link").count(),
        );
        assert!(own == 1 && page.html.contains(icon), "{}", page.name);
        for (at, _) in page.html.match_indices("href=\"") {
            let target = page.html.get(at + 6..).unwrap();
            assert!(
                ["/", "?", "#", "data:", "tel:12315\""]
                    .iter()
                    .any(|own| target.starts_with(own)),
                "{} leads elsewhere",
                page.name
            );
        }
        // The only address in a page is the sticker's own, as a text; the other is a name, the
        // icon's.
        for (at, _) in page.html.match_indices("://") {
            let rest = page.html.get(at..).unwrap();
            assert!(
                rest.starts_with("://www.pzcode.cn/")
                    || rest.starts_with("://www.w3.org/2000/svg'"),
                "{}",
                page.name
            );
        }
    }
}

#[test]
fn the_style_is_in_every_page_once_and_unchanged() {
    for page in pages() {
        let sheets = 1 + usize::from(page.name.starts_with("staff-"));
        assert_eq!(page.html.matches("<style>").count(), sheets);
        assert!(
            page.html.contains(&format!("<style>{STYLE}</style>")),
            "{}",
            page.name
        );
    }
}

#[test]
fn no_page_is_heavy() {
    for page in pages() {
        assert!(
            page.html.len() < HEAVIEST,
            "{}: {}",
            page.name,
            page.html.len()
        );
    }
}

#[test]
fn a_chat_preview_does_not_say_what_was_found() {
    for page in pages() {
        for tag in page
            .html
            .split("<meta")
            .filter(|tag| tag.contains("og:") || tag.contains("description"))
        {
            let tag = tag.split('>').next().unwrap();
            for told in [
                "已登记",
                "召回",
                "code is registered",
                "recall",
                "2186",
                "TDR4996Z",
            ] {
                assert!(!tag.contains(told), "{}: {tag}", page.name);
            }
        }
    }
}

#[test]
fn a_notices_own_words_are_text_never_markup() {
    for page in pages() {
        assert!(!page.html.contains("<联系>"), "{}", page.name);
    }
    let alerted = pages()
        .into_iter()
        .filter(|page| page.name.contains("alerts"));
    assert!(
        alerted
            .into_iter()
            .all(|page| page.html.contains("&lt;联系&gt;"))
    );
}

#[test]
fn no_audience_loses_a_value_it_may_see() {
    for (name, view) in views() {
        for lang in saoma_pages::Lang::ALL {
            let html = saoma_pages::found(&view, lang);
            for cell in view
                .records
                .iter()
                .flat_map(|sheet| &sheet.rows)
                .flat_map(|row| &row.0)
            {
                let shown = match &cell.shown {
                    Shown::List(codes) => codes.clone(),
                    Shown::Plain(text) if text == "true" || *text == view.code.value => continue,
                    Shown::Plain(text) | Shown::Masked(text) => vec![text.clone()],
                };
                for text in shown {
                    assert!(html.contains(&text), "{name} loses {}", cell.key);
                }
            }
        }
    }
}

#[test]
fn the_holder_of_a_set_loses_no_value_they_may_see() {
    for (name, set) in sets() {
        for lang in saoma_pages::Lang::ALL {
            let html = saoma_pages::together(&set, lang);
            for cell in set
                .iter()
                .flat_map(|view| &view.records)
                .flat_map(|sheet| &sheet.rows)
                .flat_map(|row| &row.0)
            {
                let text = cell.shown.text();
                // A day or a month is written as its language writes it, and so is what it is counted
                // from.
                let is_date = [7, 10].contains(&text.len()) && text.starts_with("20");
                let in_words = is_date || ["safe_from", "safe_over"].contains(&cell.key);
                let said = in_words || text.split(' ').all(|word| html.contains(word));
                assert!(said, "{name} loses {}", cell.key);
            }
        }
    }
}

#[test]
fn every_warning_has_an_icon_a_heading_and_a_word_beside_its_colour() {
    for (name, view) in views()
        .into_iter()
        .filter(|(_, view)| !view.alerts.is_empty())
    {
        let html = saoma_pages::found(&view, saoma_pages::Lang::Zh);
        let verdict = html.split("</section>").next().unwrap();
        let headings = verdict.matches("<h1>").count() + verdict.matches("<h2>").count();
        assert_eq!(headings, view.alerts.len(), "{name}");
        assert!(
            verdict.matches("<svg").count() > view.alerts.len(),
            "{name}"
        );
    }
}

#[test]
fn a_vehicles_battery_is_called_the_certified_one() {
    for (_, view) in views()
        .into_iter()
        .filter(|(name, _)| name == "vin-public-full")
    {
        assert_eq!(view.code.kind, Kind::Vin);
        let html = saoma_pages::found(&view, saoma_pages::Lang::Zh);
        assert!(html.contains("不一定是车上现在装的电池"));
    }
}
