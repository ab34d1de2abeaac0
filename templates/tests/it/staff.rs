//! Pages of the staff door, and what holds for them.

use saoma_pages::{
    Alert, AlertKind, Audience, Cell, Kind, Lang, Row, STAFF_STYLE, Shown, View,
    staff::{
        self, Bar, Care, Compared, Comparison, Finding, Intake, Item, Named, No, Pallet, Purpose,
        Registration, Room, Signed, Street, Taken, Totals, Trouble, Verdict,
    },
};

use crate::samples::{Page, pages, views};

/// All of them, in one language.
pub(crate) fn staff_pages(lang: Lang, add: &mut impl FnMut(&str, String)) {
    add("staff-sign-in", staff::sign_in(None, None, lang));
    let next = Some("/lic/33010621822480");
    add(
        "staff-sign-in-first",
        staff::sign_in(Some(No::SignInFirst), next, lang),
    );
    add(
        "staff-sign-in-again",
        staff::sign_in(Some(No::NotAccepted), next, lang),
    );
    add("staff-signed-out", staff::signed_out(lang));
    add(
        "staff-home-police",
        staff::home(&officer(), Some("2182248"), lang),
    );
    add("staff-home-recycler", staff::home(&recycler(), None, lang));
    for (name, no) in [
        ("not-for-you", No::NotForYou),
        ("not-from-here", No::NotFromHere),
        ("not-recorded", No::NotRecorded),
        ("purpose-missing", No::PurposeMissing),
        ("enough-today", No::EnoughToday),
        ("too-many-tries", No::TooManyTries),
    ] {
        add(
            &format!("staff-{name}"),
            staff::no(no, Some(&officer()), lang),
        );
    }
    let set = set();
    for kind in Kind::ALL {
        let view = whole(kind);
        add(
            &format!("staff-police-{kind}-ok"),
            staff::police(&street(&view, &[], &set), &officer(), lang),
        );
    }
    let plate = whole(Kind::Lic);
    let findings = alarms();
    add(
        "staff-police-lic-alarm",
        staff::police(&street(&plate, &findings, &set), &officer(), lang),
    );
    let revealed = Street {
        revealed: Some("330106199001011238".to_owned()),
        ..street(&plate, &[], &set)
    };
    add(
        "staff-police-lic-revealed",
        staff::police(&revealed, &officer(), lang),
    );
    for (name, outcome) in [
        ("belongs", Comparison::Belongs),
        ("differs", Comparison::Differs),
        ("unknown", Comparison::Unknown),
    ] {
        let battery = whole(Kind::Pwb);
        let compared = Some(Compared {
            plate: plate.code.clone(),
            outcome,
        });
        let street = Street {
            compared,
            ..street(&battery, &[], &set)
        };
        add(
            &format!("staff-police-pwb-{name}"),
            staff::police(&street, &officer(), lang),
        );
    }
    let vehicle = whole(Kind::Vin);
    let alone = [set[1].clone()];
    for (name, registration) in [
        ("unknown", Registration::Unknown),
        (
            "grace",
            Registration::InGrace {
                until: "2026-12-01".to_owned(),
            },
        ),
    ] {
        let street = Street {
            registration,
            ..street(&vehicle, &[], &alone)
        };
        add(
            &format!("staff-police-vin-{name}"),
            staff::police(&street, &officer(), lang),
        );
    }
    let battery = View {
        audience: Audience::Recycler,
        ..named(Kind::Pwb, "public-full")
    };
    for (name, intake) in intakes() {
        let pallet = Pallet {
            view: &battery,
            taken: &sitting()[0],
            intake,
            months: Some(63),
            sitting: Room::On(3),
        };
        add(
            &format!("staff-battery-{name}"),
            staff::battery(&pallet, &recycler(), lang),
        );
    }
    add(
        "staff-list",
        staff::list(&sitting(), &totals(), &recycler(), lang),
    );
    add(
        "staff-list-empty",
        staff::list(&[], &Totals::default(), &recycler(), lang),
    );
    let app = Signed {
        audience: Audience::App,
        ..officer()
    };
    add(
        "staff-generic",
        staff::generic(&named(Kind::Vin, "public-alerts"), &app, lang),
    );
}

fn officer() -> Signed {
    Signed {
        audience: Audience::Police,
        subject: "示例警员 0142".to_owned(),
        unit: "西湖区示例中队".to_owned(),
        until: "2026-11-21T12:00:00Z".to_owned(),
    }
}

fn recycler() -> Signed {
    Signed {
        audience: Audience::Recycler,
        subject: "示例 7".to_owned(),
        unit: "示例再生资源有限公司".to_owned(),
        until: "2026-11-21T12:00:00Z".to_owned(),
    }
}

fn named(kind: Kind, name: &str) -> View {
    let name = format!("{kind}-{name}");
    views().into_iter().find(|view| view.0 == name).unwrap().1
}

fn whole(kind: Kind) -> View {
    named(kind, "police-full")
}

fn street<'a>(view: &'a View, findings: &'a [Finding], set: &'a [Item]) -> Street<'a> {
    Street {
        view,
        findings,
        registration: Registration::Registered,
        set,
        compared: None,
        revealed: None,
    }
}

fn of(kind: Kind, value: &str) -> Named {
    Named {
        kind,
        value: value.to_owned(),
    }
}

fn set() -> Vec<Item> {
    let cells = |cells: &[(&'static str, &str)]| {
        let cells = cells.iter().map(|(key, text)| Cell {
            key,
            shown: Shown::Plain((*text).to_owned()),
        });
        Some(Row(cells.collect()))
    };
    let battery = cells(&[
        ("XuDianCLX", "铅酸蓄电池"),
        ("XuDianCSCQY", "天能电池集团股份有限公司"),
        ("XuDianCRL", "12Ah"),
        ("XuDianCXH", "6-DZF-12"),
    ]);
    vec![
        Item {
            code: of(Kind::Lic, "33010621822480"),
            record: "registration.plate",
            product: cells(&[("CommitDate", "2021-11-10 09:30:00")]),
        },
        Item {
            code: of(Kind::Vin, "218622108311027"),
            record: "production.vehicle",
            product: cells(&[("CheLiangZZS", "绿行"), ("ChanPinXH", "TDR4996Z")]),
        },
        Item {
            code: of(Kind::Pwb, "76392965TN21080500543B48V121513522"),
            record: "production.battery",
            product: battery,
        },
        Item {
            code: of(Kind::Pwb, "76392965TN21080500543B48V121513523"),
            record: "production.battery",
            product: None,
        },
    ]
}

fn alarms() -> Vec<Finding> {
    vec![
        Finding {
            trouble: Trouble::Stolen,
            about: of(Kind::Vin, "218622108311027"),
            since: Some("2025-10-02".to_owned()),
            text: Some("西湖区报失。<联系> 110".to_owned()),
        },
        Finding {
            trouble: Trouble::Cancelled,
            about: of(Kind::Lic, "33010621822480"),
            since: Some("2024-12-20".to_owned()),
            text: None,
        },
        Finding {
            trouble: Trouble::Unregistered,
            about: of(Kind::Vin, "218622108311027"),
            since: None,
            text: None,
        },
    ]
}

fn intakes() -> [(&'static str, Intake); 3] {
    let all = [Care::Clone, Care::Recalled, Care::Fire, Care::NoProduction];
    [
        ("yes", Intake::Yes),
        ("care", Intake::WithCare(all.into())),
        ("no", Intake::No(Bar::AlreadyTaken)),
    ]
}

fn sitting() -> Vec<Taken> {
    let taken = |code: &str, chemistry: Option<&str>, verdict| Taken {
        code: code.to_owned(),
        chemistry: chemistry.map(str::to_owned),
        capacity: chemistry.map(|_| "12Ah".to_owned()),
        produced: chemistry.map(|_| "2021-08".to_owned()),
        verdict,
        at: "2026-11-21T08:00:00Z".to_owned(),
    };
    let lead = Some("铅酸蓄电池");
    vec![
        taken("76392965TN21080500543B48V121513522", lead, Verdict::Yes),
        taken("76392965TN22010100001A48V12", lead, Verdict::No),
        taken("76392965TN22010100002A48V12", None, Verdict::Care),
    ]
}

fn totals() -> Totals {
    Totals {
        yes: 1,
        care: 1,
        no: 1,
        by_chemistry: vec![
            (Some("铅酸蓄电池".to_owned()), 2, Some(245)),
            (None, 1, None),
        ],
    }
}

fn only_staff() -> impl Iterator<Item = Page> {
    pages()
        .into_iter()
        .filter(|page| page.name.starts_with("staff-"))
}

#[test]
fn an_officer_loses_no_value_that_police_may_see() {
    for kind in Kind::ALL {
        let view = whole(kind);
        let html = staff::police(&street(&view, &[], &set()), &officer(), Lang::Zh);
        for (sheet, row) in view
            .records
            .iter()
            .flat_map(|sheet| sheet.rows.iter().map(move |row| (sheet.record, row)))
        {
            for cell in &row.0 {
                let text = cell.shown.text();
                let said = text == "true" || text.split(' ').all(|one| html.contains(one));
                assert!(said, "{kind} loses {sheet} {}", cell.key);
            }
        }
    }
}

#[test]
fn the_alarm_stands_before_everything_else_and_each_has_its_words() {
    let view = whole(Kind::Lic);
    let html = staff::police(&street(&view, &alarms(), &set()), &officer(), Lang::Zh);
    let (before, after) = html.split_once("<h1>").unwrap();
    assert!(after.starts_with("登记在一起的车已报失窃"), "{after:.40}");
    assert!(before.contains("verdict warning") && !before.contains("<h2>"));
    for words in [
        "这块号牌已注销",
        "售出超过 15 天，未查到上牌",
        "西湖区报失。&lt;联系",
    ] {
        assert!(after.contains(words), "{words}");
    }
}

#[test]
fn a_whole_identity_number_is_only_on_the_page_that_reveals_it() {
    let whole_number = "330106199001011238";
    for page in only_staff() {
        let shows = page.html.contains(whole_number);
        assert_eq!(shows, page.name.contains("revealed"), "{}", page.name);
    }
}

#[test]
fn a_purpose_has_to_be_chosen_and_its_name_is_read_back() {
    let html = staff::police(
        &street(&whole(Kind::Lic), &[], &set()),
        &officer(),
        Lang::En,
    );
    assert!(html.contains("<select id=\"purpose\" name=\"purpose\" required>"));
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::named(purpose.name()), Some(purpose));
        assert!(html.contains(&format!("value=\"{}\"", purpose.name())));
    }
    assert_eq!(Purpose::named(""), None);
}

#[test]
fn a_mismatch_comes_before_the_answer_and_names_the_plate() {
    let (view, set) = (whole(Kind::Pwb), set());
    let street = Street {
        compared: Some(Compared {
            plate: whole(Kind::Lic).code,
            outcome: Comparison::Differs,
        }),
        ..street(&view, &[], &set)
    };
    let html = staff::police(&street, &officer(), Lang::Zh);
    let (before, _) = html.split_once("<h1>").unwrap();
    assert!(before.contains("这块电池不属于刚扫的号牌") && before.contains("2182248"));
}

#[test]
fn only_staff_pages_carry_the_staff_sheet() {
    for page in pages() {
        let has = page.html.contains(&format!("<style>{STAFF_STYLE}</style>"));
        assert_eq!(has, page.name.starts_with("staff-"), "{}", page.name);
    }
}

#[test]
fn a_recycler_is_told_every_warning_in_the_verdict() {
    let alert = Alert {
        kind: AlertKind::Recalled,
        since: Some("2025-03".to_owned()),
        text: Some("批次过热".to_owned()),
    };
    let view = View {
        alerts: vec![alert],
        ..named(Kind::Pwb, "public-full")
    };
    let pallet = Pallet {
        view: &view,
        taken: &sitting()[0],
        intake: Intake::WithCare(vec![Care::Recalled]),
        months: None,
        sitting: Room::Full,
    };
    let html = staff::battery(&pallet, &recycler(), Lang::Zh);
    let verdict = html.split("</section>").next().unwrap();
    for words in [
        "可以回收，请留意",
        "请先问生产者",
        "批次过热",
        "2025 年 3 月",
    ] {
        assert!(verdict.contains(words), "{words}");
    }
}
