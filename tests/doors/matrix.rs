//! Every field of the standard for every audience: 90 rows, 5 columns, asked of the doors.

use std::{collections::BTreeMap, fs, path::Path};

use saoma::{
    rooms::{archive::Story, store::shelves::Dossiers},
    rules::{show::Reader, staff},
    words::{
        catalog::{CATALOG, FieldKind},
        code::Code,
        policy::Policy,
    },
};
use saoma_pages::Audience;
use serde_json::Value;

use crate::{
    support::{Office, URL, ask, bearer, fill},
    world::{CODES, LIC, everything, value},
};

const AUDIENCES: [Audience; 5] = [
    Audience::Public,
    Audience::Holder,
    Audience::App,
    Audience::Recycler,
    Audience::Police,
];

/// What the table would show, and no page does: the party stands behind a record of which this
/// audience may see nothing, so that to show it would tell that the record exists.
const BEHIND_WHAT_IS_WITHHELD: [(&str, Audience); 6] = [
    ("party.seller", Audience::Public),
    ("party.seller", Audience::App),
    ("party.seller", Audience::Recycler),
    ("party.repairer", Audience::Public),
    ("party.repairer", Audience::App),
    // The public page names who made a thing, and nobody else.
    ("party.recycler", Audience::Public),
];

/// The rows that each record type has in all answers to one audience.
type Shown = BTreeMap<String, Vec<Value>>;

#[tokio::test]
async fn every_field_is_shown_to_every_audience_as_the_facts_say() {
    let office = Office::open(&everything()).await;
    let holder = holder();
    let mut shown: Vec<Shown> = Vec::new();
    for audience in AUDIENCES {
        let mut rows = Shown::new();
        for code in CODES {
            let target = format!("/{code}.json");
            let answer = match audience {
                Audience::Public => ask(office.public, "GET", &target, &[], "").await.json(),
                Audience::Holder => holder[code].clone(),
                Audience::App | Audience::Recycler | Audience::Police => {
                    office.get_as(audience, &target).await.json()
                }
            };
            assert_eq!(answer["audience"], audience.name(), "{answer}");
            for (record, found) in answer["records"].as_object().unwrap() {
                let found = found.as_array().unwrap().iter().cloned();
                rows.entry(record.clone()).or_default().extend(found);
            }
        }
        shown.push(rows);
    }
    let facts = facts();
    assert_eq!(facts.len(), CATALOG.len());
    let mut cells = 0;
    for (entry, rules) in CATALOG.iter().zip(&facts) {
        let record = entry.record.name();
        for ((audience, rows), rule) in AUDIENCES.iter().zip(&shown).zip(rules) {
            cells += 1;
            for key in entry.keys.split(',') {
                let what = format!("{record}/{key} for {} by {rule}", audience.name());
                let found = rows
                    .get(record)
                    .and_then(|rows| rows.iter().find_map(|row| row.get(key)));
                let hidden = BEHIND_WHAT_IS_WITHHELD.contains(&(record, *audience));
                let whole = value(entry.record, key, first_kind(entry.record, key));
                let want = if hidden { None } else { wanted(rule, &whole) };
                assert_eq!(found, want.as_ref(), "{what}");
            }
        }
    }
    assert_eq!(cells, 90 * 5);
}

#[tokio::test]
async fn an_identity_number_is_whole_for_an_officer_who_says_what_for_and_for_nobody_else() {
    let office = Office::open(&everything()).await;
    let target = format!("/{LIC}.json");
    let purpose = "Saoma-Purpose: 案件 2026-17";
    for (audience, want) in [
        (Audience::Police, Value::from("330106199001011238")),
        (Audience::Recycler, Value::Null),
        (Audience::App, Value::Null),
    ] {
        let token = bearer(&office.token(audience).0);
        let seen = office.get(&target, &[&token, purpose]).await.json();
        let shown = &seen["records"]["registration.plate"][0]["IdentityCard"];
        assert_eq!(*shown, want, "{seen}");
    }
    let lines = office.log();
    assert_eq!(lines[0]["purpose"], "案件 2026-17");
    let token = bearer(&office.token(Audience::Police).0);
    let long = format!("Saoma-Purpose: {}", "长".repeat(201));
    for bad in [&long, "Saoma-Purpose: "] {
        let answer = office.get(&target, &[&token, bad]).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
    }
}

/// What a holder sees of each code. It has no door of its own: it is sealed under the pair.
fn holder() -> BTreeMap<&'static str, Value> {
    let folder = tempfile::tempdir().unwrap();
    let store = Dossiers::of(fill(&folder, &everything()));
    let view = |text: &str| {
        let code = Code::parse_any(text).unwrap();
        let known = Story::read(&store, code, Audience::Holder).unwrap().known;
        let reader = Reader::Masked(Audience::Holder);
        let view = staff::view(code, &known, reader, Policy::default(), URL);
        serde_json::to_value(view.unwrap()).unwrap()
    };
    CODES.into_iter().map(|code| (code, view(code))).collect()
}

/// What a rule makes of these values.
fn wanted(rule: &str, whole: &Value) -> Option<Value> {
    let text = whole.as_str().unwrap_or_default();
    Some(match rule {
        "-" => return None,
        "full" => whole.clone(),
        "name" => "张**".into(),
        "phone" => "139****5678".into(),
        "district" => "浙江省杭州市西湖区****".into(),
        "day" => text.get(..10).unwrap().into(),
        "month" => text.get(..7).unwrap().into(),
        "id1" => "3****************8".into(),
        "id64" => "330106********1238".into(),
        "flag" => "true".into(),
        other => panic!("the facts have a rule of their own: {other}"),
    })
}

/// Two rows may share a key; the first says what its value looks like.
fn first_kind(record: saoma::words::catalog::RecordKind, key: &str) -> FieldKind {
    let mut fields = record.fields().iter();
    fields.find(|field| field.key == key).unwrap().entry.kind
}

/// What the facts say: a rule for each audience, row by row.
fn facts() -> Vec<Vec<String>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/facts/catalog.csv");
    let text = fs::read_to_string(file).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        row.iter().skip(7).take(5).map(str::to_owned).collect()
    });
    rows.collect()
}
