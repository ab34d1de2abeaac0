//! The catalog in the code is the standard's, row by row, and decides what the facts say.

#![expect(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::{collections::BTreeSet, fs, path::Path};

use saoma::words::catalog::{CATALOG, EXTENSIONS, Entry, FieldKind, Level, RecordKind, Rule};
use saoma_pages::Audience;

const AUDIENCES: [Audience; 5] = [
    Audience::Public,
    Audience::Holder,
    Audience::App,
    Audience::Recycler,
    Audience::Police,
];

/// Columns of the facts that decide something; the last, `note`, is for people.
const DECIDING: usize = 12;

#[test]
fn the_catalog_is_the_standards_row_by_row() {
    let facts = facts();
    assert_eq!(facts.len(), 90, "rows of facts");
    assert_eq!(CATALOG.len(), 90, "rows of the catalog");
    let rows: Vec<_> = CATALOG.iter().map(row).collect();
    let different: Vec<_> = facts.iter().zip(&rows).filter(|(a, b)| a != b).collect();
    assert!(different.is_empty(), "fact and row differ: {different:#?}");
}

#[test]
fn the_standards_rows_are_of_fifteen_record_types_and_ours_of_five_others() {
    let standard: BTreeSet<_> = CATALOG.iter().map(|entry| entry.record).collect();
    let ours: BTreeSet<_> = EXTENSIONS.iter().map(|entry| entry.record).collect();
    let named: BTreeSet<_> = facts().into_iter().map(|[_, record, ..]| record).collect();
    assert_eq!(standard.len(), 15);
    assert_eq!(
        named,
        standard.iter().map(|kind| kind.name().to_owned()).collect()
    );
    assert_eq!(ours.len(), 5);
    assert!(standard.is_disjoint(&ours));
    let all: BTreeSet<_> = standard.union(&ours).copied().collect();
    assert_eq!(all, RecordKind::ALL.into_iter().collect());
    assert!(CATALOG.iter().all(|entry| (1..=8).contains(&entry.table)));
    assert!(EXTENSIONS.iter().all(|entry| entry.table == 0));
}

#[test]
fn every_key_is_a_field_of_its_record_and_its_first_row_decides() {
    for kind in RecordKind::ALL {
        let fields = kind.fields();
        let mut keys = Vec::new();
        for entry in kind.entries() {
            for key in entry.keys.split(',') {
                let field = fields.iter().find(|field| field.key == key);
                let field = field.unwrap_or_else(|| panic!("{} has no {key}", kind.name()));
                for audience in AUDIENCES {
                    assert_eq!(
                        field.entry.rule(audience),
                        entry.rule(audience),
                        "two rows of {} decide differently about {key}",
                        kind.name()
                    );
                }
                if !keys.contains(&key) {
                    assert_eq!(field.entry.label, entry.label, "the first row decides");
                    keys.push(key);
                }
            }
        }
        assert_eq!(
            fields.iter().map(|field| field.key).collect::<Vec<_>>(),
            keys,
            "{}: one field a key, in the standard's order",
            kind.name()
        );
    }
}

#[test]
fn the_standards_name_is_the_key_unless_it_names_two_things_of_one_record() {
    for entry in &CATALOG {
        let ours = match (entry.record, entry.label) {
            (RecordKind::StockItem, "车池出库时间") => "create_time_out",
            (RecordKind::SwapUse, "共享池企名称") => "GXCQMC_chi",
            (RecordKind::SwapUse, "共享池企地址") => "GXCQDZ_chi",
            _ => &entry.standard_name.replace('\\', ","),
        };
        assert_eq!(entry.keys, ours, "{}", entry.label);
    }
}

#[test]
fn nothing_of_a_person_is_public_whole() {
    for entry in CATALOG.iter().chain(&EXTENSIONS) {
        let shown = entry.rule(Audience::Public);
        let kept = match entry.level {
            Level::L1 | Level::L2 => true,
            Level::L3 => matches!(
                shown,
                Rule::Withheld | Rule::Name | Rule::Phone | Rule::District
            ),
            Level::L4 => shown == Rule::Withheld,
        };
        assert!(kept, "{} {}: {shown:?}", entry.record.name(), entry.label);
        if matches!(entry.kind, FieldKind::Name | FieldKind::IdCard) {
            assert_ne!(shown, Rule::Full, "{}", entry.label);
        }
    }
}

#[test]
fn a_record_types_number_and_name_never_change() {
    // What is in a store was written under these; append only.
    let names = [
        "production.vehicle",
        "production.battery",
        "party.maker",
        "party.seller",
        "sale.binding",
        "stock.item",
        "registration.plate",
        "riding.use",
        "charging.site",
        "charging.fire",
        "swap.use",
        "party.repairer",
        "repair.job",
        "party.recycler",
        "recycle.receipt",
        "plate.cancelled",
        "notice.recall",
        "notice.stolen",
        "notice.clone",
        "warranty.policy",
    ];
    for (number, name) in (0..).zip(names) {
        let kind = RecordKind::from_name(name);
        assert_eq!(kind.map(RecordKind::number), Some(number), "{name}");
        assert_eq!(RecordKind::from_number(number), kind);
    }
    assert_eq!(names.len(), RecordKind::ALL.len());
    assert_eq!(RecordKind::from_number(20), None);
    assert_eq!(RecordKind::from_name("Production.Vehicle"), None);
    assert_eq!(RecordKind::from_name(""), None);
}

#[test]
fn a_field_of_ours_keeps_its_place() {
    // As above: the place is the number. The standard's are held in place by the facts.
    let placed: [(RecordKind, &[&str]); 5] = [
        (RecordKind::PlateCancelled, &["since", "reason"]),
        (
            RecordKind::NoticeRecall,
            &["maker", "model", "from", "to", "since", "text", "lifted"],
        ),
        (RecordKind::NoticeStolen, &["since", "text", "lifted"]),
        (RecordKind::NoticeClone, &["since", "text", "lifted"]),
        (
            RecordKind::WarrantyPolicy,
            &["maker", "model", "part", "months", "safe_months"],
        ),
    ];
    for (kind, keys) in placed {
        let fields: Vec<_> = kind.fields().iter().map(|field| field.key).collect();
        assert!(fields.starts_with(keys), "{}: {fields:?}", kind.name());
    }
}

/// The facts, without their heading and their notes.
fn facts() -> Vec<[String; DECIDING]> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/facts/catalog.csv");
    let text = fs::read_to_string(file).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        [
            "table",
            "record",
            "label_zh",
            "standard_name",
            "key",
            "kind",
            "level",
            "public",
            "holder",
            "app",
            "recycler",
            "police",
            "note"
        ]
    );
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let cells: Vec<String> = row.iter().take(DECIDING).map(str::to_owned).collect();
        cells.try_into().unwrap()
    });
    rows.collect()
}

/// A row of the catalog as the facts write it.
fn row(entry: &Entry) -> [String; DECIDING] {
    let [public, holder, app, recycler, police] = AUDIENCES.map(|audience| entry.rule(audience));
    [
        &entry.table.to_string(),
        entry.record.name(),
        entry.label,
        entry.standard_name,
        entry.keys,
        kind_name(entry.kind),
        level_name(entry.level),
        rule_name(public),
        rule_name(holder),
        rule_name(app),
        rule_name(recycler),
        rule_name(police),
    ]
    .map(str::to_owned)
}

fn kind_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::CodeVin => "code.vin",
        FieldKind::CodePwb => "code.pwb",
        FieldKind::CodePwbList => "code.pwb[]",
        FieldKind::Text => "text",
        FieldKind::Url => "url",
        FieldKind::Uscc => "uscc",
        FieldKind::Phone => "phone",
        FieldKind::Division => "division",
        FieldKind::Address => "address",
        FieldKind::Name => "name",
        FieldKind::IdCard => "idcard",
        FieldKind::Geo => "geo",
        FieldKind::Time => "time",
        FieldKind::Date => "date",
        FieldKind::ItemType => "enum",
        FieldKind::Number => "number",
        FieldKind::Plate => "plate",
        FieldKind::Maker | FieldKind::AnyCode | FieldKind::Months | FieldKind::Switch => {
            "only in our extensions"
        }
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::L1 => "L1",
        Level::L2 => "L2",
        Level::L3 => "L3",
        Level::L4 => "L4",
    }
}

fn rule_name(rule: Rule) -> &'static str {
    match rule {
        Rule::Withheld => "-",
        Rule::Full => "full",
        Rule::Name => "name",
        Rule::Phone => "phone",
        Rule::District => "district",
        Rule::Day => "day",
        Rule::Month => "month",
        Rule::Id1 => "id1",
        Rule::Id64 => "id64",
        Rule::Flag => "flag",
    }
}
