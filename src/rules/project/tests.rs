use serde_json::{Value, json};

use super::*;
use crate::rules::admit::Incoming;
use crate::rules::dossier::sample::{
    CELLS, CYCLES, LIC, PWB, VIN, code, dossier, told, told_by, value,
};
use crate::rules::stored::open_sheets;

fn view(of: &str, told: &[Incoming]) -> Option<StoredView> {
    public_view(
        code(of),
        Dossier::from_bytes(&dossier(of, told)),
        Policy::default(),
    )
}

/// The rows of a type as the public sees them.
fn rows(of: &str, told: &[Incoming], record: &str) -> Vec<Vec<String>> {
    let view = view(of, told).unwrap();
    let sheets = open_sheets(view.sheets, code(of), "https://www.pzcode.cn");
    let sheet = sheets.into_iter().find(|sheet| sheet.record == record);
    let texts = |row: saoma_pages::Row| row.0.iter().map(|cell| cell.shown.text()).collect();
    sheet
        .map(|sheet| sheet.rows.into_iter().map(texts).collect())
        .unwrap_or_default()
}

fn vehicle(source: &str, month: &str, model: &str) -> Incoming {
    told_by(
        source,
        VIN,
        "production.vehicle",
        month,
        &json!({"ChanPinXH": model}),
    )
}

#[test]
fn a_source_corrects_itself_and_two_sources_contradict_each_other() {
    let told = [
        vehicle(CYCLES, "2022-01", "T1"),
        vehicle(CYCLES, "2022-02", "T2"),
    ];
    assert_eq!(rows(VIN, &told, "production.vehicle"), [["T2"]]);
    let told = [
        vehicle(CYCLES, "2022-01", "T1"),
        vehicle(CELLS, "2022-02", "T2"),
    ];
    assert_eq!(rows(VIN, &told, "production.vehicle"), [["T1"], ["T2"]]);
    let told = [
        vehicle(CYCLES, "2022-01", "T1"),
        vehicle(CELLS, "2022-02", "T1"),
    ];
    assert_eq!(
        rows(VIN, &told, "production.vehicle"),
        [["T1"]],
        "who say the same say it once"
    );
}

#[test]
fn an_answer_dates_from_when_it_came_to_read_like_this() {
    let told = [
        vehicle(CYCLES, "2022-01", "T1"),
        vehicle(CYCLES, "2022-05", "T1"),
    ];
    let since = view(VIN, &told).unwrap().as_of;
    assert_eq!(
        since.to_string(),
        "2022-01-15T00:00:00Z",
        "the same again is no change"
    );
    let plate = |month, owner: &str| {
        told_by(
            CYCLES,
            LIC,
            "registration.plate",
            month,
            &json!({"XingMing": owner}),
        )
    };
    let since = view(LIC, &[plate("2022-01", "张三"), plate("2022-05", "李四")])
        .unwrap()
        .as_of;
    assert_eq!(
        since.to_string(),
        "2022-05-01T00:00:00Z",
        "when a plate was given is cut to the month"
    );
    let since = view(LIC, &[plate("2022-01", "张三"), plate("2022-05", "张四光")])
        .unwrap()
        .as_of;
    assert_eq!(
        since.to_string(),
        "2022-01-01T00:00:00Z",
        "what is hidden dates nothing"
    );
}

#[test]
fn a_record_that_shows_nothing_neither_adds_nor_pushes_out_nor_names_a_maker() {
    let with = |hidden: Incoming| {
        let told = [vehicle(CYCLES, "2022-01", "T1"), hidden];
        (view(VIN, &told[..1]), view(VIN, &told))
    };
    for hidden in [
        told_by(CYCLES, VIN, "production.vehicle", "2022-03", &json!({})),
        told_by(CELLS, VIN, "production.vehicle", "2022-03", &json!({})),
        told(VIN, "riding.use", "2022-03", &json!({"WFR": "张三"})),
        told(
            VIN,
            "swap.use",
            "2022-03",
            &json!({"GXCCSYSJ": "2022-03-01"}),
        ),
        told(VIN, "notice.stolen", "2022-03", &json!({"text": "报失"})),
    ] {
        let (before, after) = with(hidden);
        assert_eq!(before, after);
    }
    assert_eq!(
        view(
            VIN,
            &[told(VIN, "production.vehicle", "2022-03", &json!({}))]
        ),
        None
    );
}

#[test]
fn strict_withholds_the_owner_and_nothing_else() {
    let fields = json!({"XingMing": "张三丰", "ChePaiHM": "2182248"});
    let told = [told(LIC, "registration.plate", "2022-01", &fields)];
    let bytes = dossier(LIC, &told);
    let strict: Policy = "strict".parse().unwrap();
    let slots = |policy| {
        let view = public_view(code(LIC), Dossier::from_bytes(&bytes), policy).unwrap();
        assert_eq!(view.stamp, policy.stamp());
        view.sheets[0].rows[0]
            .iter()
            .map(|cell| cell.slot)
            .collect::<Vec<_>>()
    };
    assert_eq!(slots(Policy::default()), [0, 2]);
    assert_eq!(slots(strict), [2]);
}

#[test]
fn the_maker_behind_a_vehicle_is_who_submitted_it_and_a_batterys_stands_in_its_code() {
    let made = view(VIN, &[vehicle(CELLS, "2022-01", "T1")]).unwrap();
    assert_eq!(made.maker, Maker::parse("76392965"));
    let made = view(VIN, &[vehicle("no credit code", "2022-01", "T1")]).unwrap();
    assert_eq!(made.maker, None);
    let made = told(
        PWB,
        "production.battery",
        "2022-01",
        &json!({"XuDianCLX": "铅酸"}),
    );
    assert_eq!(view(PWB, &[made]).unwrap().maker, None);
}

#[test]
fn shared_use_is_who_runs_it_once_however_often_it_was_used() {
    let used = |month, firm: &str| {
        told(
            VIN,
            "swap.use",
            month,
            &json!({"GXCQMC": firm, "GXCCSYSJ": format!("{month}-02 03:04:05")}),
        )
    };
    let told = [
        used("2022-01", "甲"),
        used("2022-02", "甲"),
        used("2022-03", "乙"),
        used("2022-04", "甲"),
    ];
    assert_eq!(rows(VIN, &told, "swap.use"), [["甲"], ["乙"]]);
    let since = view(VIN, &told[..2]).unwrap().as_of;
    assert_eq!(since.to_string(), "2022-01-01T00:00:00Z");
}

#[test]
fn what_a_code_says_of_itself_is_not_kept_twice() {
    let fields: Value =
        json!({"ZhenCheBM": value(VIN), "LinkURL": format!("http://pzcode.cn/{VIN}")});
    let view = view(VIN, &[told("", "production.vehicle", "2022-01", &fields)]).unwrap();
    let kept: Vec<&Kept> = view.sheets[0].rows[0]
        .iter()
        .map(|cell| &cell.kept)
        .collect();
    assert_eq!(kept, [&Kept::Echo, &Kept::EchoUrl]);
}
