//! What a generated province promises.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::*;
use crate::calendar::Calendar;
use crate::checks::organisation_check;
use crate::dice::to_f64;
use crate::ink::{Ink, Pen};

const FACTS: &str = include_str!("../../../tests/facts/catalog.csv");
/// The extensions' fields, for which the standard has no table.
const EXTENSIONS: &[(&str, &[&str])] = &[
    ("plate.cancelled", &["since", "reason"]),
    (
        "notice.recall",
        &["maker", "model", "from", "to", "since", "text"],
    ),
    ("notice.stolen", &["since", "text"]),
    ("notice.clone", &["since", "text"]),
    (
        "warranty.policy",
        &["maker", "model", "part", "months", "safe_months"],
    ),
];

fn written(seed: u64, vehicles: u64, only: &[Kind]) -> String {
    let province = Province::new(seed, vehicles);
    let mut pen = Pen::new(Vec::new());
    Records::new(&province, only, &mut pen).write().unwrap();
    String::from_utf8(pen.finish().unwrap()).unwrap()
}

fn parsed(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Characters of a code, from one to before another.
fn between(code: &str, from: usize, to: usize) -> &str {
    code.get(from..to).unwrap()
}

/// The slow way: every record a map, every map through `serde_json`.
struct SlowSheet {
    calendar: Calendar,
    head: Vec<(&'static str, Value)>,
    fields: Vec<(&'static str, Value)>,
    lines: String,
}

struct InOrder<'a>(
    &'a [(&'static str, Value)],
    Option<&'a [(&'static str, Value)]>,
);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0 {
            map.serialize_entry(key, value)?;
        }
        if let Some(fields) = self.1 {
            map.serialize_entry("fields", &InOrder(fields, None))?;
        }
        map.end()
    }
}

impl SlowSheet {
    fn text(&self, value: &impl Ink) -> Value {
        let mut bytes = Vec::new();
        value.ink(&mut bytes, &self.calendar);
        Value::String(String::from_utf8(bytes).unwrap())
    }
}

impl Sheet for SlowSheet {
    fn begin(&mut self, head: &Head<'_>) -> io::Result<()> {
        self.head = vec![
            ("id", self.text(&head.id)),
            ("record", self.text(&head.record)),
            ("source", self.text(&head.source)),
            ("at", self.text(&head.at)),
        ];
        if let Some(subject) = head.subject {
            self.head.push(("subject", self.text(&subject)));
        }
        self.fields = Vec::new();
        Ok(())
    }
    fn field(&mut self, key: &'static str, value: impl Ink) {
        self.fields.push((key, self.text(&value)));
    }
    fn list<T: Ink>(&mut self, key: &'static str, values: impl Iterator<Item = T>) {
        let values = values.map(|value| self.text(&value)).collect();
        self.fields.push((key, Value::Array(values)));
    }
    fn number(&mut self, key: &'static str, value: u64) {
        self.fields.push((key, Value::from(value)));
    }
    fn end(&mut self) {
        let record = InOrder(&self.head, Some(&self.fields));
        self.lines += &serde_json::to_string(&record).unwrap();
        self.lines.push('\n');
    }
}

#[test]
fn every_line_is_what_serde_json_would_have_written() {
    let province = Province::new(5, 3000);
    let mut slow = SlowSheet {
        calendar: Calendar::new(),
        head: Vec::new(),
        fields: Vec::new(),
        lines: String::new(),
    };
    Records::new(&province, &[], &mut slow).write().unwrap();
    let quick = written(5, 3000, &[]);
    for (quick, slow) in quick.lines().zip(slow.lines.lines()) {
        assert_eq!(quick, slow);
    }
    assert_eq!(quick.len(), slow.lines.len());
}

#[test]
fn the_same_seed_makes_the_same_province_and_another_does_not() {
    assert_eq!(written(1, 500, &[]), written(1, 500, &[]));
    assert_ne!(written(1, 500, &[]), written(2, 500, &[]));
}

#[test]
fn leaving_records_out_changes_no_other() {
    let whole = written(1, 2000, &[]);
    let wanted = [Kind::Plate, Kind::Recall];
    let kept: Vec<&str> = whole
        .lines()
        .filter(|line| {
            wanted
                .iter()
                .any(|kind| line.contains(&format!("\"{}\"", kind.name())))
        })
        .collect();
    assert_eq!(written(1, 2000, &wanted).lines().collect::<Vec<_>>(), kept);
}

#[test]
fn records_have_the_catalogs_fields_and_no_other() {
    let mut known: HashMap<&str, HashSet<&str>> = HashMap::new();
    for line in FACTS.lines().skip(1) {
        let mut cells = line.split(',');
        let record = cells.nth(1).unwrap();
        // Three keys in one row are quoted, so the cell goes on behind the commas.
        let keys = line.splitn(5, ',').nth(4).unwrap();
        let keys = match keys.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap(),
            None => keys.split(',').next().unwrap(),
        };
        known.entry(record).or_default().extend(keys.split(','));
    }
    for (record, keys) in EXTENSIONS {
        known.entry(record).or_default().extend(*keys);
    }
    let mut seen = HashSet::new();
    for record in parsed(&written(1, 20_000, &[])) {
        let kind = record["record"].as_str().unwrap().to_owned();
        for key in record["fields"].as_object().unwrap().keys() {
            assert!(known[kind.as_str()].contains(key.as_str()), "{kind} {key}");
        }
        seen.insert(kind);
    }
    for kind in Kind::value_variants() {
        assert!(seen.contains(kind.name()), "{} is missing", kind.name());
        let value = kind.to_possible_value().unwrap();
        assert_eq!(value.get_name(), kind.name());
    }
}

#[test]
fn ids_are_unique_at_their_source_and_sources_are_credit_codes() {
    let mut ids = HashSet::new();
    for record in parsed(&written(3, 4000, &[])) {
        let (id, source) = (
            record["id"].as_str().unwrap(),
            record["source"].as_str().unwrap(),
        );
        assert!(ids.insert((source.to_owned(), id.to_owned())), "{id} again");
        assert!(id.len() <= 12, "{id}");
        assert_eq!(source.len(), 18);
        let body: [u8; 8] = source.as_bytes()[8..16].try_into().unwrap();
        assert_eq!(organisation_check(body), source.as_bytes()[16]);
        let at = record["at"].as_str().unwrap();
        assert!(at.len() == 25 && at.ends_with("+08:00"), "{at}");
    }
}

#[test]
fn codes_are_well_formed_unique_and_ascending_at_each_maker() {
    let mut codes = HashSet::new();
    let mut last: HashMap<String, String> = HashMap::new();
    for record in parsed(&written(
        3,
        4000,
        &[Kind::Vehicle, Kind::Battery, Kind::Plate],
    )) {
        let fields = &record["fields"];
        let code = match record["record"].as_str().unwrap() {
            "production.vehicle" => {
                let code = fields["ZhenCheBM"].as_str().unwrap();
                assert!(code.len() == 15 && code.bytes().all(|byte| byte.is_ascii_digit()));
                let (maker, serial) = (between(code, 0, 4), between(code, 7, 15));
                let before = last.insert(maker.to_owned(), serial.to_owned());
                assert!(before.is_none_or(|before| before.as_str() < serial));
                code
            }
            "production.battery" => {
                let code = fields["XuDianCWYBH"].as_str().unwrap();
                assert!(code.len() == 29 || code.len() == 34, "{code}");
                assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                let source = record["source"].as_str().unwrap();
                assert_eq!(between(code, 0, 8), between(source, 8, 16));
                code
            }
            _ => {
                let code = record["subject"]
                    .as_str()
                    .unwrap()
                    .strip_prefix("lic/")
                    .unwrap();
                assert_eq!(code.len(), 14);
                assert_eq!(between(code, 6, 13), fields["ChePaiHM"].as_str().unwrap());
                code
            }
        };
        assert!(codes.insert(code.to_owned()), "{code} again");
    }
}

#[test]
fn things_happen_as_often_as_promised() {
    const VEHICLES: u64 = 50_000;
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut makers: HashMap<&str, u64> = HashMap::new();
    let text = written(1, VEHICLES, &[]);
    for line in text.lines() {
        let (_, rest) = line.split_once("\"record\":\"").unwrap();
        let kind = rest.split('"').next().unwrap();
        *counts.entry(kind).or_default() += 1;
        if kind == "production.vehicle" {
            let code = rest.split_once("\"ZhenCheBM\":\"").unwrap().1;
            *makers.entry(between(code, 0, 4)).or_default() += 1;
        }
    }
    let share = |kind| to_f64(counts[kind]) / to_f64(VEHICLES);
    for (kind, low, high) in [
        ("production.vehicle", 1.0, 1.0),
        ("production.battery", 2.15, 2.25),
        ("sale.binding", 0.89, 0.91),
        ("registration.plate", 0.69, 0.71),
        ("repair.job", 0.045, 0.055),
        ("recycle.receipt", 0.009, 0.011),
    ] {
        assert!(
            (low..=high).contains(&share(kind)),
            "{kind} {}",
            share(kind)
        );
    }
    let alerts = share("plate.cancelled") + share("notice.clone") + share("notice.stolen");
    assert!((0.0005..0.0015).contains(&alerts), "{alerts}");
    assert!((3..10).contains(&counts["notice.recall"]));
    let most = to_f64(*makers.values().max().unwrap()) / to_f64(VEHICLES);
    assert!(
        (0.15..0.19).contains(&most),
        "the greatest maker has {most}"
    );
    assert!(makers.len() > 190, "{} makers", makers.len());
}

#[test]
fn a_recall_covers_vehicles_that_exist_and_leaves_out_others() {
    let records = parsed(&written(1, 20_000, &[Kind::Vehicle, Kind::Recall]));
    let text = |record: &Value, key: &str| record["fields"][key].as_str().unwrap().to_owned();
    let recall = records
        .iter()
        .find(|record| record["record"] == "notice.recall")
        .unwrap();
    let of_maker = records.iter().filter(|record| {
        record["record"] == "production.vehicle"
            && text(record, "ZhenCheBM").starts_with(&text(recall, "maker"))
    });
    let (inside, outside): (Vec<_>, Vec<_>) = of_maker.partition(|vehicle| {
        let code = format!("vin/{}", text(vehicle, "ZhenCheBM"));
        text(vehicle, "ChanPinXH") == text(recall, "model")
            && (text(recall, "from")..=text(recall, "to")).contains(&code)
    });
    assert!(
        (5..=200).contains(&inside.len()),
        "{} recalled",
        inside.len()
    );
    assert!(outside.len() > 1000);
}
