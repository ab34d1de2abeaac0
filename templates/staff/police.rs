//! What an officer sees of a code: the alarm or its absence first, then whether it goes with the
//! plate scanned before, what should be on this bike, and whose it is.

use maud::{Markup, html};

use super::{
    Compared, Comparison, Dispute, Finding, Item, Purpose, Registration, Signed, Street, desk,
    frame,
};
use crate::{
    card,
    found::{fact, product, rest},
    icons,
    lang::Lang,
    layout::{Main, Tone, link, verdict, with_number},
    view::{Audience, Kind, Shown},
    words,
};

const PLATE: &str = "registration.plate";
const NAME: &str = "XingMing";
const IDENTITY: &str = "IdentityCard";

/// The officer's page of a code.
pub fn police(street: &Street<'_>, signed: &Signed, lang: Lang) -> String {
    let view = street.view;
    let kind = view.code.kind;
    let name = words::kind_name(kind).to(lang);
    let (sentence, answer) = answer(street, lang);
    let mut product = Main::new();
    let mut told = product::product(view, lang, &mut product);
    let owner = owner(street, lang, &mut told);
    let main = html! {
        // A mismatch is the answer; a match only supports it.
        @if let Some(compared) = &street.compared { (banner(compared, kind, lang)) }
        (answer)
        @if !street.disputes.is_empty() { (disputes(street.disputes, lang)) }
        (set(street.set, &view.code.value, lang))
        (owner)
        @if kind != Kind::Lic { (product) }
        (card::to_compare(&view.code, lang))
        (rest::whatever(view, lang, &told, rest::Rest::Folded))
    };
    frame::page(
        &format!("{sentence} · {name}"),
        signed,
        frame::Look::Recorded,
        lang,
        &main,
    )
}

fn answer(street: &Street<'_>, lang: Lang) -> (String, Markup) {
    let kind = street.view.code.kind;
    let above = words::kind_name(kind).to(lang);
    if let Some(gravest) = street.findings.first() {
        let sentence = title(gravest, street, lang);
        let below = html! {
            @for (at, finding) in street.findings.iter().enumerate() {
                div {
                    @if at > 0 { h2 { (icons::tone(Tone::Warning)) (title(finding, street, lang)) } }
                    (detail(finding, street, lang))
                }
            }
        };
        let page = verdict(Tone::Warning, above, &sentence, &below);
        return (sentence, page);
    }
    if !street.disputes.is_empty() {
        // Nobody may read "in order" over records of which one is wrong.
        let sentence = words::CONTRADICTED.to(lang);
        let below = html! { p { (words::CONTRADICTED_NOTE.to(lang)) } };
        let page = verdict(Tone::Unknown, above, sentence, &below);
        return (sentence.to_owned(), page);
    }
    let (tone, sentence, below) = match &street.registration {
        Registration::Registered => {
            let next = (kind == Kind::Lic).then(|| words::COMPARE_NEXT.to(lang));
            (
                Tone::Good,
                words::in_order(kind),
                html! { @if let Some(next) = next { p { (next) } } },
            )
        }
        Registration::InGrace { until } => (
            Tone::Unknown,
            words::IN_GRACE,
            html! { p { (words::GRACE_NOTE.to(lang)) " " (words::day_or_month(until, lang)) } },
        ),
        Registration::Unknown => (
            Tone::Unknown,
            words::NO_REGISTRATION,
            html! { p { (words::NO_REGISTRATION_NOTE.to(lang)) } },
        ),
    };
    let sentence = sentence.to(lang);
    // That it is in order by itself must not read like an answer to what was just found.
    let differs = |compared: &Compared| compared.outcome == Comparison::Differs;
    let tone = if street.compared.as_ref().is_some_and(differs) {
        Tone::Unknown
    } else {
        tone
    };
    (sentence.to_owned(), verdict(tone, above, sentence, &below))
}

fn title(finding: &Finding, street: &Street<'_>, lang: Lang) -> String {
    let own = finding.about.value == street.view.code.value
        && finding.about.kind == street.view.code.kind;
    words::trouble_title(finding.trouble, finding.about.kind, own, lang)
}

fn detail(finding: &Finding, street: &Street<'_>, lang: Lang) -> Markup {
    html! {
        p { (with_number(words::trouble_advice(finding.trouble).to(lang), lang)) }
        @if finding.about.value != street.view.code.value {
            p class="groups" { (words::item_title(finding.about.kind, lang)) " " (finding.about.value) }
        }
        @if let Some(since) = &finding.since { p class="since" { (words::since(since, lang)) } }
        @if let Some(text) = &finding.text {
            p class="notice" {
                b { (words::THE_NOTICE.to(lang)) }
                " " span lang=[fact::foreign(text, lang)] { (text) }
            }
        }
    }
}

fn banner(compared: &Compared, kind: Kind, lang: Lang) -> Markup {
    let (tone, class) = match compared.outcome {
        Comparison::Belongs => (Tone::Good, "verdict banner good"),
        Comparison::Differs => (Tone::Warning, "verdict banner warning"),
        Comparison::Unknown => (Tone::Unknown, "verdict banner unknown"),
    };
    let number = desk::printed(&compared.plate);
    html! {
        section class=(class) {
            div class="head" {
                (icons::tone(tone))
                div {
                    p class="kind" { (words::compared_with(number, lang)) }
                    h2 { (words::comparison(compared.outcome, kind, lang)) }
                }
            }
        }
    }
}

/// What contradicts what, each side with the record that says it.
fn disputes(disputes: &[Dispute], lang: Lang) -> Markup {
    html! {
        section {
            h2 { (words::CONTRADICTIONS.to(lang)) }
            @for dispute in disputes {
                div class="item" {
                    h3 { (words::disputed(dispute.kind).to(lang)) }
                    @for said in &dispute.says {
                        p {
                            @if let Some(kind) = said.sticker {
                                a href=(link(&format!("/{kind}/{}", said.value), lang)) translate="no" { (said.value) }
                            } @else {
                                span lang=[fact::foreign(&said.value, lang)] { (said.value) }
                            }
                            br;
                            span class="quiet" {
                                (words::sheet_title(said.record, lang)) " · "
                                (words::label(said.record, said.field, lang)) " · "
                                (words::day_or_month(&said.at, lang))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What should be on this bike.
fn set(items: &[Item], here: &str, lang: Lang) -> Markup {
    let alone = items.iter().all(|item| item.code.value == here);
    html! {
        section {
            h2 { (words::THE_SET.to(lang)) }
            @if alone { p { (words::NO_SET.to(lang)) } }
            @else { @for item in items { (one(item, here, lang)) } }
        }
    }
}

fn one(item: &Item, here: &str, lang: Lang) -> Markup {
    let Item {
        code,
        record,
        product,
    } = item;
    let keys: &[&str] = match code.kind {
        Kind::Vin => &["ChanPinXH", "CheLiangZZS"],
        Kind::Pwb => &["XuDianCXH", "XuDianCLX", "XuDianCRL", "XuDianCSCQY"],
        Kind::Lic => &["CommitDate"],
    };
    let facts: Vec<(&str, &Shown)> = keys
        .iter()
        .filter_map(|key| Some((words::label(record, key, lang), product.as_ref()?.get(key)?)))
        .collect();
    let path = format!("/{}/{}", code.kind, code.value);
    html! {
        div class="item" {
            h3 {
                (words::item_title(code.kind, lang))
                @if code.value == here { " " span class="here" { (words::SCANNED_NOW.to(lang)) } }
            }
            a href=(link(&path, lang)) translate="no" { (code.value) }
            @if facts.is_empty() { p class="quiet" { (words::NOT_ON_RECORD.to(lang)) } }
            @else if code.kind == Kind::Lic {
                @for (label, shown) in &facts { p { (label) " " (shown.text()) } }
            } @else { p lang=[facts.iter().find_map(|(_, shown)| fact::foreign(&shown.text(), lang))] {
                (facts.iter().map(|(_, shown)| shown.text()).collect::<Vec<_>>().join(" · "))
            } }
        }
    }
}

/// The owner, with the identity number masked until a purpose is stated.
fn owner(street: &Street<'_>, lang: Lang, told: &mut product::Told) -> Markup {
    let Some(row) = street.view.latest(PLATE) else {
        return html! {};
    };
    let rows = street.view.sheet(PLATE).map_or(0, |sheet| sheet.rows.len());
    let whole = street.revealed.as_deref();
    let name = row.get(NAME);
    let number = row.get(IDENTITY);
    for key in [NAME, IDENTITY] {
        told.insert((PLATE, rows.saturating_sub(1), key));
    }
    html! {
        section class="owner" {
            h2 { (words::OWNER.to(lang)) }
            dl {
                @if let Some(name) = name {
                    div { dt { (words::label(PLATE, NAME, lang)) } dd lang=[fact::foreign(&name.text(), lang)] { (name.text()) } }
                }
                @if let Some(whole) = whole {
                    div {
                        dt { (words::label(PLATE, IDENTITY, lang)) }
                        dd { span class="whole" { (whole) } small { (words::REVEALED.to(lang)) } }
                    }
                } @else if let Some(number) = number {
                    div {
                        dt { (words::label(PLATE, IDENTITY, lang)) }
                        dd { span class="masked" { (number.text()) } }
                    }
                }
            }
            @if number.is_some() && whole.is_none() && street.view.audience == Audience::Police {
                (reveal(street, lang))
            }
        }
    }
}

/// Posted to the page's own address, so that leaving it and coming back is masked again.
fn reveal(street: &Street<'_>, lang: Lang) -> Markup {
    let path = format!("/{}/{}", street.view.code.kind, street.view.code.value);
    html! {
        form class="ask" action=(link(&path, lang)) method="post" {
            p class="quiet" { (words::REVEAL_NOTE.to(lang)) }
            label for="purpose" { (words::ID_PURPOSE.to(lang)) }
            select id="purpose" name="purpose" required {
                option value="" { (words::CHOOSE.to(lang)) }
                @for purpose in Purpose::ALL {
                    option value=(purpose.name()) { (words::purpose(purpose).to(lang)) }
                }
            }
            label for="reference" { (words::REFERENCE.to(lang)) }
            input id="reference" name="reference" type="text" maxlength="40" autocomplete="off"
                autocapitalize="characters" spellcheck="false" pattern="[0-9A-Za-z\\-]*";
            button type="submit" { (words::REVEAL.to(lang)) }
        }
    }
}
