//! The pair check: its form, its no, and what the holder of all the stickers sees after a yes.
//!
//! A no is one page, whatever the reason: it names no code and counts nothing.

use maud::{Markup, html};

use crate::{
    card,
    found::{fact, product::Told, rest},
    icons,
    lang::Lang,
    layout::{Tone, document, link, verdict, with_number},
    view::{Audience, Kind, Shown, View},
    words,
};

/// Codes that can be asked about at once: a plate, a vehicle, and a set of four batteries.
pub const MATCH_MOST: usize = 6;
/// Fields that everybody sees; the others are for sets.
const AT_ONCE: usize = 2;

const VEHICLE: &str = "production.vehicle";
const BATTERY: &str = "production.battery";
const PLATE: &str = "registration.plate";
const SALE: &str = "sale.binding";
const REPAIR: &str = "repair.job";
const WARRANTY: &str = "warranty.policy";

/// The form on a page of its own, with these codes filled in.
pub fn match_page(codes: &[&str], lang: Lang) -> String {
    let title = words::MATCH_TITLE.to(lang);
    let main = html! {
        section class="lead" {
            h1 { (title) }
            p { (words::MATCH_LEAD.to(lang)) }
            (match_form(codes, lang))
        }
    };
    document(title, title, lang, &main.into())
}

/// The page that says no, or not known: the same for every no.
pub fn not_together(lang: Lang) -> String {
    let title = words::NOT_TOGETHER.to(lang);
    let detail = html! { p { (words::NOT_TOGETHER_DETAIL.to(lang)) } };
    let main = html! {
        (verdict(Tone::Unknown, words::MATCH_TITLE.to(lang), title, &detail))
        section class="next" {
            h2 { (words::NEXT.to(lang)) }
            ol {
                @for step in words::NOT_TOGETHER_STEPS { li { (with_number(step.to(lang), lang)) } }
            }
        }
        section { h2 { (words::MATCH_TITLE.to(lang)) } (match_form(&[], lang)) }
    };
    document(title, words::MATCH_TITLE.to(lang), lang, &main.into())
}

/// The page after a yes: what the holder may see of each.
pub fn together(views: &[View], lang: Lang) -> String {
    let above = words::MATCH_TITLE.to(lang);
    let warned = views.iter().any(|view| !view.alerts.is_empty());
    let (tone, title, below) = if warned {
        let below = html! { @for view in views { (warnings(view, lang)) } };
        (Tone::Warning, words::TOGETHER_WARNED.to(lang), below)
    } else {
        let below = html! { p { (words::TOGETHER_DETAIL.to(lang)) } };
        (Tone::Good, words::TOGETHER.to(lang), below)
    };
    let main = html! {
        @if let Some(audience) = words::seen_as(Audience::Holder) {
            p class="audience" { (icons::lock()) (audience.to(lang)) }
        }
        (verdict(tone, above, title, &below))
        @for view in views { (item(view, lang)) }
    };
    document(title, above, lang, &main.into())
}

/// The form itself. Plain: it works in any browser there ever was.
pub(crate) fn match_form(codes: &[&str], lang: Lang) -> Markup {
    let filled = codes.len().max(AT_ONCE);
    html! {
        form class="find" action=(link("/match", lang)) method="post" {
            p id="hint" class="quiet" { (words::CODE_HINT.to(lang)) }
            @for nth in 0..filled { (field(nth, codes, lang)) }
            @if filled < MATCH_MOST {
                details {
                    summary { (words::MORE_CODES.to(lang)) }
                    @for nth in filled..MATCH_MOST { (field(nth, codes, lang)) }
                }
            }
            button type="submit" { (words::MATCH.to(lang)) }
        }
    }
}

fn field(nth: usize, codes: &[&str], lang: Lang) -> Markup {
    let id = format!("code{}", nth + 1);
    html! {
        label for=(id) { (words::nth_code(nth + 1, lang)) }
        input id=(id) name="code" type="text" value=[codes.get(nth).filter(|code| !code.is_empty())] required[nth < AT_ONCE]
            maxlength="200" autocomplete="off" autocapitalize="characters" spellcheck="false"
            aria-describedby="hint";
    }
}

/// The warnings of one of them. Each says by itself which thing it is about.
fn warnings(view: &View, lang: Lang) -> Markup {
    let kind = view.code.kind;
    html! {
        @for alert in &view.alerts {
            h2 {
                (icons::tone(Tone::Warning))
                (words::alert_title(alert.kind, kind).to(lang))
            }
            p { (with_number(words::alert_advice(alert.kind).to(lang), lang)) }
            @if let Some(since) = &alert.since {
                p class="since" { (words::since(since, lang)) }
            }
            @if let Some(text) = &alert.text {
                p class="notice" {
                    b { (words::THE_NOTICE.to(lang)) }
                    " " span lang=[fact::foreign(text, lang)] { (text) }
                }
            }
        }
    }
}

/// One of them: its code, what a holder asks first, and folded below it whatever else there is.
fn item(view: &View, lang: Lang) -> Markup {
    let mut told = Told::default();
    let mut rows = Vec::new();
    for (record, key, label) in first_asked(view.code.kind, lang) {
        let Some(sheet) = view.sheet(record) else {
            continue;
        };
        if let (Some(at), Some(shown)) = (
            sheet.rows.len().checked_sub(1),
            view.latest(record).and_then(|row| row.get(key)),
        ) {
            told.insert((record, at, key));
            rows.push((label.to_owned(), as_a_day(shown, lang)));
        }
    }
    rows.extend(warranties(view, &mut told, lang));
    rows.extend(repairs(view, &mut told, lang));
    let rows: Vec<(&str, &Shown)> = rows
        .iter()
        .map(|(label, shown)| (label.as_str(), shown))
        .collect();
    let untold = rest::all_untold(view, lang, &told);
    html! {
        section {
            h2 { (words::kind_name(view.code.kind).to(lang)) }
            (card::code(&view.code))
            (fact::facts(&rows, lang))
            @if !untold.is_empty() {
                details {
                    summary { (words::MORE.to(lang)) }
                    @for (title, rows) in &untold {
                        h3 { (title) }
                        @for row in rows { (fact::facts(row, lang)) }
                    }
                }
            }
        }
    }
}

/// Record, field and label, in the order in which they are asked for.
fn first_asked(kind: Kind, lang: Lang) -> Vec<(&'static str, &'static str, &'static str)> {
    let own = |record, key| (record, key, words::label(record, key, lang));
    match kind {
        Kind::Vin => vec![
            own(VEHICLE, "ChanPinXH"),
            own(VEHICLE, "CheLiangZZS"),
            (SALE, "create_time", words::SOLD.to(lang)),
        ],
        Kind::Pwb => vec![
            own(BATTERY, "XuDianCXH"),
            own(BATTERY, "XuDianCRL"),
            own(BATTERY, "XuDianCSCQY"),
        ],
        Kind::Lic => vec![
            own(PLATE, "ChePaiHM"),
            own(PLATE, "XingMing"),
            own(PLATE, "CommitDate"),
        ],
    }
}

/// How long each part is repaired without charge, and until when it is safe to use.
fn warranties(view: &View, told: &mut Told, lang: Lang) -> Vec<(String, Shown)> {
    let rows = view.sheet(WARRANTY).map_or(&[][..], |sheet| &sheet.rows);
    let mut terms = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let text = |key: &str| row.get(key).map(Shown::text);
        let part = text("part").unwrap_or_default();
        if let Some(months) = text("months") {
            told.extend(["part", "months", "until"].map(|key| (WARRANTY, at, key)));
            let term = words::warranty(&months, text("until").as_deref(), lang);
            terms.push((words::warranty_of(&part, lang), Shown::Plain(term)));
        }
        if let Some(months) = text("safe_months") {
            let keys = [
                "part",
                "safe_months",
                "safe_until",
                "safe_from",
                "safe_over",
            ];
            told.extend(keys.map(|key| (WARRANTY, at, key)));
            let end = text("safe_until").map(|date| words::SafeEnd {
                date,
                is_over: row.get("safe_over").is_some(),
                from_production: text("safe_from").as_deref() == Some("production"),
            });
            let label = words::safe_use_of(&part, end.is_some(), lang);
            let term = words::safe_use(&months, end.as_ref(), lang);
            terms.push((label, Shown::Plain(term)));
        }
    }
    terms
}

fn repairs(view: &View, told: &mut Told, lang: Lang) -> Option<(String, Shown)> {
    let rows = &view.sheet(REPAIR)?.rows;
    let mut days = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if let Some(day) = row.get("datetime") {
            told.insert((REPAIR, at, "datetime"));
            days.push(words::day_or_month(&day.text(), lang));
        }
    }
    let label = words::REPAIRS.to(lang).to_owned();
    (!days.is_empty()).then_some((label, Shown::List(days)))
}

/// A day as its language writes it; what is no day stays as it is.
fn as_a_day(shown: &Shown, lang: Lang) -> Shown {
    match shown {
        Shown::Plain(text) => Shown::Plain(words::day_or_month(text, lang)),
        Shown::Masked(_) | Shown::List(_) => shown.clone(),
    }
}
