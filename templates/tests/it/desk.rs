//! What holds for pages of the staff door.

use saoma_pages::{
    Alert, AlertKind, Kind, Lang, STAFF_STYLE, View,
    staff::{self, Care, Compared, Comparison, Intake, Pallet, Purpose, Room, Street},
};

use crate::{
    samples::{Page, pages},
    staff::{alarms, disputes, named, officer, recycler, set, sitting, street, whole},
};

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
fn a_plate_whose_records_contradict_each_other_is_not_in_order() {
    let (view, set, disputes) = (whole(Kind::Lic), set(), disputes());
    let street = Street {
        disputes: &disputes,
        ..street(&view, &[], &set)
    };
    let html = staff::police(&street, &officer(), Lang::Zh);
    assert!(html.contains("<h1>登记信息互相矛盾</h1>") && !html.contains("verdict good"));
    for said in [
        "这副号牌登记给不止一辆车",
        "translate=\"no\">218622203150042</a>",
        "上牌信息 · 整车编码 · 2023 年 2 月 1 日",
        "编码里的企业与登记的生产企业不是同一家",
    ] {
        assert!(html.contains(said), "{said}");
    }
    // What is known to be wrong comes first all the same.
    let findings = alarms();
    let alarmed = Street {
        findings: &findings,
        ..street
    };
    let html = staff::police(&alarmed, &officer(), Lang::En);
    assert!(html.contains("verdict warning") && html.contains("contradict each other"));
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
