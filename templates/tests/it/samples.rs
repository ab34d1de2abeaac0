//! Every page there is: page by audience by fullness, in both languages.

use std::time::Duration;

use saoma_pages::{
    Alert, AlertKind, Audience, BadBody, Cell, CodeCard, Kind, Lang, NotACode, Refusal, Row, Sheet,
    Shown, View,
};

use crate::sets;

/// A page and the name of its golden file.
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) lang: Lang,
    pub(crate) html: String,
}

/// All of them.
pub(crate) fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    for lang in Lang::ALL {
        let mut add = |name: &str, html: String| {
            let name = format!("{name}.{}", lang.tag());
            pages.push(Page { name, lang, html });
        };
        add("home", saoma_pages::home(lang));
        add("privacy", saoma_pages::privacy(lang));
        for (name, view) in views() {
            add(&name, saoma_pages::found(&view, lang));
        }
        add("match", saoma_pages::match_page(&[], lang));
        let filled = ["vin/218622108311027", "", "\"><b>"];
        add("match-filled", saoma_pages::match_page(&filled, lang));
        let refused = Refusal::NotACode {
            kind: Some(Kind::Pwb),
            why: NotACode::TooShort { got: 3 },
        };
        let again = saoma_pages::match_refusal(&refused, &filled[..2], lang);
        add("match-refused", again);
        add("match-no", saoma_pages::not_together(lang));
        for (name, set) in sets::sets() {
            add(name, saoma_pages::together(&set, lang));
        }
        for (name, refusal) in refusals() {
            add(name, saoma_pages::refusal(&refusal, lang));
        }
        crate::staff::staff_pages(lang, &mut add);
    }
    pages
}

pub(crate) fn views() -> Vec<(String, View)> {
    let mut views = Vec::new();
    for kind in Kind::ALL {
        let mut add = |name: &str, view: View| views.push((format!("{kind}-{name}"), view));
        add("public-bare", view(kind, Vec::new()));
        add("public-full", view(kind, public(kind)));
        let stale = View {
            stale: true,
            ..view(kind, public(kind))
        };
        add("public-stale", stale);
        let alerts = ALERTS.map(alert).into();
        let alerts = View {
            alerts,
            ..view(kind, public(kind))
        };
        add("public-alerts", alerts);
        let holder = View {
            audience: Audience::Holder,
            ..view(kind, holder(kind))
        };
        add("holder-full", holder);
        let police = View {
            audience: Audience::Police,
            ..view(kind, police(kind))
        };
        add("police-full", police);
    }
    let recalled = View {
        alerts: vec![alert(AlertKind::Recalled)],
        ..view(Kind::Pwb, public(Kind::Pwb))
    };
    views.push(("pwb-public-recalled".to_owned(), recalled));
    views
}

const ALERTS: [AlertKind; 5] = [
    AlertKind::Stolen,
    AlertKind::Clone,
    AlertKind::Cancelled,
    AlertKind::Recycled,
    AlertKind::Recalled,
];

fn refusals() -> Vec<(&'static str, Refusal)> {
    let not = |kind, why| Refusal::NotACode { kind, why };
    let soon = Duration::from_secs(30);
    vec![
        (
            "not-registered-vin",
            Refusal::NotRegistered {
                code: Box::new(card(Kind::Vin)),
            },
        ),
        (
            "not-registered-pwb",
            Refusal::NotRegistered {
                code: Box::new(card(Kind::Pwb)),
            },
        ),
        (
            "not-a-code-digits",
            not(Some(Kind::Vin), NotACode::Digits { got: 14, want: 15 }),
        ),
        (
            "not-a-code-more-digits",
            not(Some(Kind::Lic), NotACode::Digits { got: 17, want: 14 }),
        ),
        (
            "not-a-code-letter",
            not(Some(Kind::Lic), NotACode::NotADigit { at: 3 }),
        ),
        (
            "not-a-code-sign",
            not(Some(Kind::Pwb), NotACode::NotALetterOrDigit { at: 9 }),
        ),
        (
            "not-a-code-short",
            not(Some(Kind::Pwb), NotACode::TooShort { got: 8 }),
        ),
        (
            "not-a-code-long",
            not(Some(Kind::Pwb), NotACode::TooLong { got: 40 }),
        ),
        ("not-a-code-empty", not(None, NotACode::Empty)),
        ("not-a-code-kind", not(None, NotACode::UnknownKind)),
        ("bad-request", Refusal::BadRequest),
        ("no-such-page", Refusal::NoSuchPage),
        (
            "how-many",
            Refusal::Body {
                why: BadBody::HowMany {
                    got: 1,
                    least: 2,
                    most: 6,
                },
            },
        ),
        (
            "body-unreadable",
            Refusal::Body {
                why: BadBody::Unreadable,
            },
        ),
        (
            "method",
            Refusal::Method {
                allow: "GET, HEAD, OPTIONS",
            },
        ),
        (
            "not-acceptable",
            Refusal::NotAcceptable {
                offered: &["text/html", "application/json"],
            },
        ),
        ("too-many", Refusal::TooMany { retry_after: soon }),
        (
            "unavailable",
            Refusal::Unavailable {
                retry_after: Duration::from_mins(5),
            },
        ),
    ]
}

pub(crate) fn view(kind: Kind, records: Vec<Sheet>) -> View {
    View {
        code: card(kind),
        audience: Audience::Public,
        alerts: Vec::new(),
        records,
        as_of: "2026-11-21T08:00:00Z".to_owned(),
        stale: false,
    }
}

fn card(kind: Kind) -> CodeCard {
    let (parts, nonconforming): (&[(&'static str, &str)], _) = match kind {
        Kind::Vin => (
            &[
                ("enterprise", "2186"),
                ("class", "2"),
                ("year", "21"),
                ("serial", "08311027"),
            ],
            vec![],
        ),
        Kind::Pwb => (
            &[("org", "76392965"), ("own", "TN21080500543B48V121513522")],
            vec!["own-code-too-long"],
        ),
        Kind::Lic => (
            &[
                ("division", "330106"),
                ("number", "2182248"),
                ("technology", "0"),
            ],
            vec![],
        ),
    };
    let value: String = parts.iter().map(|(_, part)| *part).collect();
    CodeCard {
        kind,
        url: format!("https://www.pzcode.cn/{kind}/{value}"),
        value,
        parts: parts
            .iter()
            .map(|(name, part)| (*name, (*part).to_owned()))
            .collect(),
        nonconforming,
    }
}

pub(crate) fn alert(kind: AlertKind) -> Alert {
    let (since, text) = match kind {
        AlertKind::Recalled => (
            Some("2025-03"),
            Some("48V12Ah 批次过热，请停止充电。<联系> 4008881234"),
        ),
        AlertKind::Recycled => (Some("2025-06"), None),
        AlertKind::Cancelled => (Some("2024-11-02"), None),
        AlertKind::Clone => (Some("2025-01"), Some("同一标签在多处出现。")),
        AlertKind::Stolen => (None, None),
    };
    Alert {
        kind,
        since: since.map(str::to_owned),
        text: text.map(str::to_owned),
    }
}

pub(crate) fn plain(text: &str) -> Shown {
    Shown::Plain(text.to_owned())
}

pub(crate) fn masked(text: &str) -> Shown {
    Shown::Masked(text.to_owned())
}

pub(crate) fn sheet<const N: usize>(
    record: &'static str,
    cells: [(&'static str, Shown); N],
) -> Sheet {
    let cells = cells.into_iter().map(|(key, shown)| Cell { key, shown });
    Sheet {
        record,
        rows: vec![Row(cells.collect())],
    }
}

fn public(kind: Kind) -> Vec<Sheet> {
    let card = card(kind);
    let maker = sheet(
        "party.maker",
        [
            ("CompanyName", plain("浙江绿行车业有限公司")),
            ("CreditCode", plain("91330106MA2RJ6WH8X")),
            ("LinkMobile", masked("138****1234")),
            ("AreaCode", plain("330106")),
            ("Address", plain("浙江省杭州市西湖区文三路 1 号")),
        ],
    );
    let mut warranty = sheet(
        "warranty.policy",
        [
            ("maker", plain("2186")),
            ("model", plain("TDR4996Z")),
            ("part", plain("电机")),
            ("months", plain("24")),
        ],
    );
    let frame = [("part", "车架"), ("months", "36")];
    warranty.rows.push(Row(frame
        .map(|(key, text)| Cell {
            key,
            shown: plain(text),
        })
        .into()));
    match kind {
        Kind::Vin => vec![
            sheet(
                "production.vehicle",
                [
                    ("ZhenCheBM", plain(&card.value)),
                    ("CheLiangZZS", plain("绿行")),
                    ("ChanPinXH", plain("TDR4996Z")),
                    ("ShengChanQYMC", plain("浙江绿行车业有限公司")),
                    ("XuDianCLX", plain("铅酸蓄电池")),
                    ("XuDianCSCQY", plain("天能电池集团股份有限公司")),
                    ("XuDianCRL", plain("12Ah")),
                    ("XuDianCXH", plain("6-DZF-12")),
                    ("LinkURL", plain(&card.url)),
                ],
            ),
            maker,
            warranty,
        ],
        Kind::Pwb => vec![
            sheet(
                "production.battery",
                [
                    ("XuDianCWYBH", plain(&card.value)),
                    ("XuDianCLX", plain("锂离子蓄电池")),
                    ("XuDianCSCQY", plain("天能电池集团股份有限公司")),
                    ("XuDianCRL", plain("48V 12Ah")),
                    ("XuDianCXH", plain("TN4812")),
                    ("LinkURL", plain(&card.url)),
                ],
            ),
            maker,
        ],
        Kind::Lic => vec![sheet(
            "registration.plate",
            [
                ("XingMing", masked("张**")),
                ("ChePaiHM", plain("2182248")),
                ("LinkUrl", plain(&card.url)),
            ],
        )],
    }
}

pub(crate) fn holder(kind: Kind) -> Vec<Sheet> {
    let mut sheets = public(kind);
    sheets.push(sheet(
        "sale.binding",
        [
            ("uniscid", plain("91330106MA2RJ6WH8X")),
            (
                "XuDianCWYBH",
                Shown::List(vec![
                    "76392965TN21080500543B48V121513522".to_owned(),
                    "76392965TN21080500543B48V121513523".to_owned(),
                ]),
            ),
            ("create_time", plain("2024-05-01")),
        ],
    ));
    sheets
}

fn police(kind: Kind) -> Vec<Sheet> {
    let mut sheets = holder(kind);
    sheets.retain(|sheet| sheet.record != "registration.plate");
    sheets.push(sheet(
        "registration.plate",
        [
            ("XingMing", plain("张三丰")),
            ("IdentityCard", masked("330106********1234")),
            ("ChePaiHM", plain("2182248")),
            ("ZhenCheBM", plain("218622108311027")),
            ("CommitDate", plain("2024-05-01T09:30:00+08:00")),
        ],
    ));
    let mut riding = sheet(
        "riding.use",
        [
            ("WFR", plain("张三丰")),
            ("WFXW", plain("闯红灯")),
            ("WFSJ", plain("2024-06-01 08:12:00")),
        ],
    );
    riding.rows.push(riding.rows[0].clone());
    sheets.push(riding);
    sheets.push(sheet("recycle.receipt", [("batterytype", plain("true"))]));
    sheets
}
