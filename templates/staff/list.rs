//! The batteries of a sitting: totals first, then one after another, and all of it as a table.

use maud::{Markup, html};

use super::{Signed, Taken, Totals, Verdict, frame};
use crate::{found::fact, lang::Lang, layout::link, view::Shown, words};

/// The list of a sitting.
pub fn list(taken: &[Taken], totals: &Totals, signed: &Signed, lang: Lang) -> String {
    let title = words::LIST_TITLE.to(lang);
    let main = html! {
        section class="lead" {
            h1 { (title) }
            @if taken.is_empty() { p { (words::LIST_EMPTY.to(lang)) } }
            @else { (sums(taken.len(), totals, lang)) }
        }
        @if !taken.is_empty() {
            section {
                ol class="taken" {
                    // The last one scanned is the one in hand.
                    @for one in taken.iter().rev() { (line(one, lang)) }
                }
            }
            section {
                p class="quiet" { (words::LIST_NOTE.to(lang)) }
                a class="button" href=(link("/sitting.csv", lang)) { (words::CSV.to(lang)) }
                form action=(link("/sitting", lang)) method="post" {
                    button class="plain" type="submit" { (words::CLEAR.to(lang)) }
                }
            }
        }
    };
    frame::page(title, signed, frame::Look::None, lang, &main)
}

/// The list as a table, in the form that spreadsheets take: UTF-8 with its mark, CRLF, and no cell
/// that a spreadsheet would run.
pub fn csv(taken: &[Taken], lang: Lang) -> String {
    let mut table = String::from("\u{feff}");
    row(&mut table, words::columns(lang));
    for one in taken {
        let of = |value: &Option<String>| value.clone().unwrap_or_default();
        let cells = [
            one.code.clone(),
            of(&one.chemistry),
            of(&one.capacity),
            of(&one.produced),
            verdict(one.verdict).to(lang).to_owned(),
            one.at.clone(),
        ];
        row(&mut table, cells.each_ref().map(String::as_str));
    }
    table
}

fn row(table: &mut String, cells: [&str; 6]) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            table.push(',');
        }
        table.push('"');
        // What begins like this is a formula to a spreadsheet, and a maker wrote these cells.
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            table.push('\'');
        }
        table.push_str(&cell.replace('"', "\"\""));
        table.push('"');
    }
    table.push_str("\r\n");
}

fn sums(count: usize, totals: &Totals, lang: Lang) -> Markup {
    let mut rows: Vec<(&str, Shown)> = Vec::new();
    for (word, sum) in [
        (words::MAY, totals.yes),
        (words::CARE, totals.care),
        (words::NOT, totals.no),
    ] {
        if sum > 0 {
            rows.push((word.to(lang), Shown::Plain(words::pieces(sum, lang))));
        }
    }
    for (chemistry, pieces, tenths) in &totals.by_chemistry {
        let name = chemistry.as_deref();
        let name = name.unwrap_or(words::UNKNOWN_CHEMISTRY.to(lang));
        let pieces = words::pieces(*pieces, lang);
        let text = match tenths {
            Some(tenths) => format!("{pieces} · {}", ampere_hours(*tenths)),
            None => pieces,
        };
        rows.push((name, Shown::Plain(text)));
    }
    let rows: Vec<(&str, &Shown)> = rows.iter().map(|(name, shown)| (*name, shown)).collect();
    html! {
        p class="total" { (words::pieces(count, lang)) }
        (fact::facts(&rows, lang))
    }
}

fn ampere_hours(tenths: u32) -> String {
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} Ah"),
        (whole, part) => format!("{whole}.{part} Ah"),
    }
}

fn line(one: &Taken, lang: Lang) -> Markup {
    let about = [&one.chemistry, &one.capacity];
    let mut about: Vec<String> = about.into_iter().flatten().cloned().collect();
    about.extend(
        one.produced
            .as_ref()
            .map(|month| words::day_or_month(month, lang)),
    );
    let foreign = about.iter().find_map(|text| fact::foreign(text, lang));
    html! {
        li {
            a href=(link(&format!("/pwb/{}", one.code), lang)) translate="no" { (one.code) }
            p { span class=(mark(one.verdict)) { (verdict(one.verdict).to(lang)) } }
            @if !about.is_empty() { p lang=[foreign] { (about.join(" · ")) } }
        }
    }
}

const fn verdict(verdict: Verdict) -> words::Text {
    match verdict {
        Verdict::Yes => words::MAY,
        Verdict::Care => words::CARE,
        Verdict::No => words::NOT,
    }
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Yes => "mark",
        Verdict::Care => "mark wrong",
        Verdict::No => "mark warning",
    }
}

#[cfg(test)]
mod tests {
    use super::{Taken, Verdict, csv};
    use crate::lang::Lang;

    #[test]
    fn no_cell_of_the_table_is_a_formula_and_quotes_stay_in_their_cell() {
        let taken = Taken {
            code: "76392965A1".to_owned(),
            chemistry: Some("=HYPERLINK(\"x\")".to_owned()),
            capacity: Some("12\",Ah".to_owned()),
            produced: None,
            verdict: Verdict::Yes,
            at: "2026-11-21T08:00:00Z".to_owned(),
        };
        let table = csv(&[taken], Lang::En);
        let line = table.lines().nth(1).unwrap();
        let want = "\"76392965A1\",\"'=HYPERLINK(\"\"x\"\")\",\"12\"\",Ah\",\"\",\
                    \"May be taken in\",\"2026-11-21T08:00:00Z\"";
        assert_eq!(line, want);
        assert!(table.starts_with('\u{feff}') && table.ends_with("\r\n"));
    }
}
