use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::*;
use crate::words::record::Value as Kept;

mod broken;

const FACTS: &str = include_str!("../../../tests/facts/catalog.csv");
const VIN: &str = "218622108311027";
const PWB: &str = "76392965TN21080500543B48V121513522";
const LIC: &str = "33010621822480";
const PARTY: &str = "91330522763929651A";

/// A good value, as a party would write it.
fn good(record: &str, key: &str, kind: &str) -> Value {
    match (kind, key) {
        ("code.vin", _) => VIN.into(),
        ("code.pwb", "chechibm") if record == "stock.item" => VIN.into(),
        ("code.pwb", _) => PWB.into(),
        ("code.pwb[]", _) => json!([PWB, "76392965A1"]),
        ("uscc", _) => PARTY.into(),
        ("url", "generalimgpath") => "https://img.example/1.jpg".into(),
        ("url", _) => match record {
            "production.battery" => format!("https://www.pzcode.cn/pwb/{PWB}"),
            "registration.plate" => format!("http://pzcode.cn/lic/{LIC}"),
            _ => format!("https://www.pzcode.cn/vin/{VIN}"),
        }
        .into(),
        ("enum", _) => "整车".into(),
        ("time", _) => "2022-01-02 03:04:05".into(),
        ("date", _) => "2022-01-02".into(),
        ("number", _) => json!(55.5),
        ("plate", _) => "2182248".into(),
        _ => format!("示例 {key}").into(),
    }
}

/// What a record of this type is about, where no field says so.
fn envelope(record: &str) -> Option<String> {
    match record {
        "riding.use" | "swap.use" | "plate.cancelled" if record == "plate.cancelled" => {
            Some(format!("lic/{LIC}"))
        }
        "riding.use" | "swap.use" | "notice.stolen" | "notice.clone" => Some(format!("vin/{VIN}")),
        "charging.site" | "charging.fire" => Some(format!("party/{PARTY}")),
        _ => None,
    }
}

fn line_of(record: &str, fields: impl Into<Value>) -> Value {
    let mut line = json!({"id": "1", "record": record, "source": "somebody",
        "at": "2024-05-01T09:30:00+08:00", "fields": fields.into()});
    if let Some(subject) = envelope(record) {
        line["subject"] = subject.into();
    }
    line
}

fn taken(line: &Value) -> Result<Incoming, Rejection> {
    line::read(line.to_string().as_bytes()).and_then(|draft| admit(&draft, 7))
}

/// One line for each type of the standard's tables, with every row of its table, by key or label.
fn full(by_label: bool) -> Vec<Value> {
    let mut lines: Vec<Value> = Vec::new();
    let mut rows = csv::Reader::from_reader(FACTS.as_bytes());
    for row in rows.records().map(Result::unwrap) {
        let (record, label, keys, kind) = (&row[1], &row[2], &row[4], &row[5]);
        if lines.last().is_none_or(|line| line["record"] != record) {
            lines.push(line_of(record, Map::new()));
        }
        let fields = lines.last_mut().unwrap()["fields"].as_object_mut().unwrap();
        if by_label && kind == "geo" {
            fields.insert(label.to_owned(), "120.1, 30.2".into());
        } else if by_label {
            let key = keys.split(',').next().unwrap();
            fields.insert(label.to_owned(), good(record, key, kind));
        } else {
            for key in keys.split(',') {
                fields.insert(key.to_owned(), good(record, key, kind));
            }
        }
    }
    lines
}

#[test]
fn every_row_of_the_standard_is_taken_by_its_english_name_and_kept_under_it() {
    let lines = full(false);
    assert_eq!(lines.len(), 15);
    for line in lines {
        let taken = taken(&line).unwrap_or_else(|why| panic!("{line}: {why:?}"));
        let record = taken.record().unwrap();
        let kept: BTreeSet<&str> = record.values().map(|(field, _)| field.key).collect();
        let given: BTreeSet<&str> = line["fields"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(kept, given, "{}", record.kind.name());
        assert_eq!(
            (record.id, record.source, taken.line),
            (&b"1"[..], &b"somebody"[..], 7)
        );
        assert_eq!(record.at.to_string(), "2024-05-01T01:30:00Z");
    }
}

#[test]
fn every_row_of_the_standard_is_taken_by_its_chinese_label_and_kept_under_its_name() {
    for (english, chinese) in full(false).into_iter().zip(full(true)) {
        let (english, chinese) = (taken(&english).unwrap(), taken(&chinese).unwrap());
        let keys = |taken: &Incoming| {
            let record = taken.record().unwrap();
            record
                .values()
                .map(|(field, _)| field.key)
                .collect::<BTreeSet<&str>>()
        };
        assert_eq!(english.subject, chinese.subject);
        assert_eq!(english.mentions, chinese.mentions);
        let missing: Vec<&str> = keys(&english)
            .difference(&keys(&chinese))
            .copied()
            .collect();
        // A label stands for its row's first key, and the place for two of its three.
        assert!(
            missing.iter().all(|key| matches!(*key, "gln" | "localadm")),
            "{missing:?}"
        );
    }
}

#[test]
fn every_extension_is_taken() {
    for (record, fields) in [
        (
            "plate.cancelled",
            json!({"since": "2024-05-01", "reason": "转让"}),
        ),
        (
            "notice.recall",
            json!({"maker": "2186", "model": "T1", "from": format!("vin/{VIN}"),
            "to": format!("vin/{VIN}"), "since": "2024-05-01", "text": "请停止骑行", "lifted": false}),
        ),
        (
            "notice.stolen",
            json!({"since": "2024-05-01", "text": "报失", "lifted": "是"}),
        ),
        (
            "notice.clone",
            json!({"since": "2024-05-01", "text": "复制", "lifted": null}),
        ),
        (
            "warranty.policy",
            json!({"maker": PARTY, "model": "T1", "part": "车架", "months": 24, "safe_months": 120}),
        ),
    ] {
        let line = line_of(record, fields.as_object().unwrap().clone());
        assert!(taken(&line).is_ok(), "{record}: {:?}", taken(&line));
    }
}

fn text(record: &str, name: &str, value: &str, key: &str) -> String {
    let mut fields = Map::from_iter([(name.to_owned(), Value::from(value))]);
    if record == "registration.plate" && !name.eq_ignore_ascii_case("LinkUrl") {
        fields.insert("LinkUrl".to_owned(), format!("lic/{LIC}").into());
    }
    let mut line = line_of(record, fields);
    if record == "production.vehicle" {
        line["subject"] = format!("vin/{VIN}").into();
    }
    let taken = taken(&line).unwrap_or_else(|why| panic!("{line}: {why:?}"));
    match taken.record().unwrap().value(key) {
        Some(Kept::Open(text) | Kept::Codes(text)) => text.to_owned(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn spellings_that_the_standard_is_not_sure_of_mean_one_field() {
    let address = format!("https://www.pzcode.cn/lic/{LIC}");
    for name in [
        "LinkUrl",
        "LinkURL",
        "linkurl",
        "车牌二维码信息",
        " LinkUrl ",
    ] {
        assert_eq!(
            text("registration.plate", name, &address, "LinkUrl"),
            format!("lic/{LIC}")
        );
    }
    let address = format!("http://www.pzcode.cn/vin/{VIN}");
    for name in ["LinkURL", "LinkUrl"] {
        assert_eq!(
            text("production.vehicle", name, &address, "LinkURL"),
            format!("vin/{VIN}")
        );
    }
    for name in ["TDSLSJ", "CTDSLSJ", "充停点设立时间"] {
        assert_eq!(
            text("charging.site", name, "2022-01-02", "TDSLSJ"),
            "2022-01-02"
        );
    }
    for (name, key) in [
        ("共享车企名称", "GXCQMC"),
        ("共享池企名称", "GXCQMC_chi"),
        ("共享池企地址", "GXCQDZ_chi"),
    ] {
        assert_eq!(text("swap.use", name, "甲", key), "甲");
    }
    let stock =
        json!({"chechi_type": "池", "蓄电池编号": PWB, "车池入库时间": "1", "车池出库时间": "2"});
    let taken = taken(&line_of("stock.item", stock.as_object().unwrap().clone())).unwrap();
    assert_eq!(taken.subject.to_string(), format!("pwb/{PWB}"));
    let record = taken.record().unwrap();
    assert_eq!(
        (record.open("create_time"), record.open("create_time_out")),
        (Some("1"), Some("2"))
    );
}

#[test]
fn a_battery_whose_code_reads_like_a_vehicles_names_no_vehicle() {
    let fields = json!({"chechi_type": "蓄电池", "chechibm": "763929650000001"});
    let taken = taken(&line_of("stock.item", fields.as_object().unwrap().clone())).unwrap();
    assert_eq!(taken.subject.to_string(), "pwb/763929650000001");
    assert_eq!(taken.mentions, []);
}

#[test]
fn the_same_set_of_batteries_is_the_same_text_however_it_is_written() {
    let list = |codes: Value| {
        let fields = json!({"ZhenCheBM": VIN, "XuDianCWYBH": codes});
        taken(&line_of(
            "sale.binding",
            fields.as_object().unwrap().clone(),
        ))
        .unwrap()
        .entry
    };
    let first = list(json!(["76392965A2", "76392965A1"]));
    for codes in [
        json!("76392965A1,76392965A2"),
        json!("76392965A1、76392965A2；76392965A1"),
        json!(["pwb/76392965A1", "https://www.pzcode.cn/pwb/76392965/A2"]),
    ] {
        assert_eq!(list(codes), first);
    }
}
