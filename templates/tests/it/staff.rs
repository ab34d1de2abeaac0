//! Every page of the staff door.

use saoma_pages::{
    Audience, Cell, Kind, Lang, Row, Shown, View,
    staff::{
        self, Bar, Care, Compared, Comparison, Dispute, Disputed, Finding, Intake, Item, Named, No,
        Pallet, Registration, Room, Said, Signed, Street, Taken, Totals, Trouble, Verdict,
    },
};

use crate::samples::views;

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
    officers_pages(lang, add);
    compared_pages(lang, add);
    recyclers_pages(lang, add);
}

fn officers_pages(lang: Lang, add: &mut impl FnMut(&str, String)) {
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
    let disputes = disputes();
    let contradicted = Street {
        disputes: &disputes,
        ..street(&plate, &[], &set)
    };
    add(
        "staff-police-lic-contradicted",
        staff::police(&contradicted, &officer(), lang),
    );
    let revealed = Street {
        revealed: Some("330106199001011238".to_owned()),
        ..street(&plate, &[], &set)
    };
    add(
        "staff-police-lic-revealed",
        staff::police(&revealed, &officer(), lang),
    );
}

fn compared_pages(lang: Lang, add: &mut impl FnMut(&str, String)) {
    let set = set();
    for (name, outcome) in [
        ("belongs", Comparison::Belongs),
        ("differs", Comparison::Differs),
        ("unknown", Comparison::Unknown),
    ] {
        let battery = whole(Kind::Pwb);
        let compared = Some(Compared {
            plate: whole(Kind::Lic).code,
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
}

fn recyclers_pages(lang: Lang, add: &mut impl FnMut(&str, String)) {
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

pub(crate) fn officer() -> Signed {
    Signed {
        audience: Audience::Police,
        subject: "示例警员 0142".to_owned(),
        unit: "西湖区示例中队".to_owned(),
        until: "2026-11-21T12:00:00Z".to_owned(),
    }
}

pub(crate) fn recycler() -> Signed {
    Signed {
        audience: Audience::Recycler,
        subject: "示例 7".to_owned(),
        unit: "示例再生资源有限公司".to_owned(),
        until: "2026-11-21T12:00:00Z".to_owned(),
    }
}

pub(crate) fn named(kind: Kind, name: &str) -> View {
    let name = format!("{kind}-{name}");
    views().into_iter().find(|view| view.0 == name).unwrap().1
}

pub(crate) fn whole(kind: Kind) -> View {
    named(kind, "police-full")
}

pub(crate) fn street<'a>(view: &'a View, findings: &'a [Finding], set: &'a [Item]) -> Street<'a> {
    Street {
        view,
        findings,
        disputes: &[],
        registration: Registration::Registered,
        set,
        compared: None,
        revealed: None,
    }
}

/// A plate on two vehicles, and a battery whose code names another company than its records.
pub(crate) fn disputes() -> Vec<Dispute> {
    let registered = |at: &str, vin: &str| Said {
        at: at.to_owned(),
        record: "registration.plate",
        field: "ZhenCheBM",
        value: vin.to_owned(),
        sticker: Some(Kind::Vin),
    };
    let made = |field: &'static str, value: &str| Said {
        at: "2021-08-05".to_owned(),
        record: "production.battery",
        field,
        value: value.to_owned(),
        sticker: None,
    };
    vec![
        Dispute {
            kind: Disputed::PlateOnTwoVehicles,
            says: vec![
                registered("2021-11-10", "218622108311027"),
                registered("2023-02-01", "218622203150042"),
            ],
        },
        Dispute {
            kind: Disputed::OrganisationNotItsMakers,
            says: vec![
                made("XuDianCWYBH", "ABCDEFGH21080500543"),
                made("XuDianCSCQY", "示例电池股份有限公司"),
            ],
        },
    ]
}

fn of(kind: Kind, value: &str) -> Named {
    Named {
        kind,
        value: value.to_owned(),
    }
}

pub(crate) fn set() -> Vec<Item> {
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

pub(crate) fn alarms() -> Vec<Finding> {
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

pub(crate) fn sitting() -> Vec<Taken> {
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
