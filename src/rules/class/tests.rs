use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::rules::dossier::sample::{CELLS, CYCLES, code, dossier, told, told_by};
use crate::rules::stored::tests::{some_alert, some_sheets};

fn some_code() -> impl Strategy<Value = Code> {
    prop_oneof![
        "vin/[0-9]{15}",
        "pwb/[0-9A-Z]{8}[0-9A-Za-z]{1,24}",
        "lic/[0-9]{14}"
    ]
    .prop_filter_map("a code", |text| Code::parse_any(&text).ok())
}

fn some_class() -> impl Strategy<Value = Class> {
    let bounds = (option::of(some_code()), option::of(some_code()));
    let recall = (option::of(some_alert()), any::<i64>(), ".{0,9}", bounds).prop_map(
        |(alert, at, model, (from, to))| Recall {
            alert,
            at: Moment::from_seconds(at),
            model,
            from,
            to,
        },
    );
    let texts = (".{0,9}", ".{0,9}", "[0-9]{1,3}", "[0-9]{0,3}");
    let warranty = texts.prop_map(|(model, part, months, safe_months)| Warranty {
        model,
        part,
        months,
        safe_months,
    });
    (
        some_sheets(),
        any::<i64>(),
        vec(recall, 0..4),
        vec(warranty, 0..4),
    )
        .prop_map(|(sheets, at, recalls, warranties)| Class {
            sheets_at: (!sheets.is_empty()).then_some(Moment::from_seconds(at)),
            sheets,
            recalls,
            warranties,
        })
}

proptest! {
    #[test]
    fn a_class_comes_back_as_it_went_in(class in some_class()) {
        prop_assert_eq!(Class::decode(&class.encode()), Some(class));
    }

    #[test]
    fn hostile_bytes_make_a_class_or_none_and_never_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        if let Some(class) = Class::decode(&bytes) {
            prop_assert_eq!(Class::decode(&class.encode()), Some(class));
        }
    }

    #[test]
    fn a_class_that_was_damaged_anywhere_is_read_without_a_panic(
        class in some_class(), at in 0_usize..2000, byte: u8,
    ) {
        let mut bytes = class.encode();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Some(class) = Class::decode(&bytes) {
            prop_assert_eq!(Class::decode(&class.encode()), Some(class));
        }
    }
}

/// The class of the maker of vehicles 2186 after these recalls, one a month.
fn after(recalls: &[Value]) -> Option<Class> {
    let told: Vec<_> = (1..)
        .zip(recalls)
        .map(|(month, fields)| {
            told(
                "maker/2186",
                "notice.recall",
                &format!("2024-{month:02}"),
                fields,
            )
        })
        .collect();
    Class::of(
        Dossier::from_bytes(&dossier("maker/2186", &told)),
        Policy::default(),
    )
}

fn concerns(class: &Class, text: &str, model: &str) -> bool {
    let models = [model];
    let mut recalls = class.recalls_of(code(text), &models);
    recalls.any(|recall| recall.alert.is_some())
}

#[test]
fn a_recall_concerns_the_codes_of_its_model_between_its_bounds_and_no_other() {
    let class = after(&[
        json!({"maker": "2186", "model": "T1", "from": "vin/218622100000005",
        "to": "vin/218622100000007", "text": "请停止骑行"}),
    ])
    .unwrap();
    for (vin, model, expected) in [
        ("vin/218622100000004", "T1", false),
        ("vin/218622100000005", "T1", true),
        ("vin/218622100000007", "T1", true),
        ("vin/218622100000008", "T1", false),
        ("vin/218622100000006", "T2", false),
        ("pwb/218622100000006", "T1", false),
    ] {
        assert_eq!(concerns(&class, vin, model), expected, "{vin} {model}");
    }
    let all = after(&[json!({"maker": "2186"})]).unwrap();
    assert!(concerns(&all, "vin/218699900000004", "anything"));
    let alert = class.recalls[0].alert.as_ref().unwrap();
    assert_eq!(alert.since.as_deref(), Some("2024-01"));
    assert_eq!(alert.text.as_deref(), Some("请停止骑行"));
}

#[test]
fn a_recall_of_the_same_products_replaces_the_earlier_and_a_lifted_one_is_gone() {
    let (t1, t2) = (
        json!({"maker": "2186", "model": "T1"}),
        json!({"maker": "2186", "model": "T2"}),
    );
    let with = |fields: &Value, key: &str, value: Value| {
        let mut fields = fields.clone();
        fields[key] = value;
        fields
    };
    let mut worse = with(&t1, "text", "更严重".into());
    worse["since"] = "2024-03-02".into();
    let class = after(&[t1.clone(), t2.clone(), worse.clone(), worse.clone()]).unwrap();
    assert_eq!(class.recalls.len(), 2);
    let recall = class
        .recalls_of(code("vin/218622100000004"), &["T1"])
        .next()
        .unwrap();
    let alert = recall.alert.as_ref().unwrap();
    assert_eq!(alert.text.as_deref(), Some("更严重"));
    assert_eq!(
        recall.at.to_string(),
        "2024-03-01T00:00:00Z",
        "the same words again are no change"
    );
    let lifted = with(&t1, "lifted", true.into());
    let class = after(&[t1.clone(), lifted.clone()]);
    let class = class.unwrap();
    assert!(!concerns(&class, "vin/218622100000004", "T1"));
    let at = class.recalls[0].at.to_string();
    assert_eq!(
        at, "2024-02-01T00:00:00Z",
        "that it was lifted dates the answer"
    );
    assert_eq!(
        after(std::slice::from_ref(&lifted)),
        None,
        "what was never there leaves nothing"
    );
    let class = after(&[t1.clone(), t2, lifted.clone(), t1.clone()]).unwrap();
    assert!(
        concerns(&class, "vin/218622100000004", "T1"),
        "and may be called back again"
    );
}

#[test]
fn a_class_holds_the_makers_public_record_to_the_month_and_its_newest_warranties() {
    let maker = json!({"CreditCode": CELLS, "CompanyName": "示例电池股份有限公司", "LinkMobile": "13912345678"});
    let warranty = |months: u8| json!({"maker": CELLS, "part": "蓄电池", "months": months});
    let told = [
        told_by(CELLS, "", "party.maker", "2021-01", &maker),
        told_by(CELLS, "", "warranty.policy", "2021-02", &warranty(12)),
        told_by(CYCLES, "", "warranty.policy", "2021-03", &warranty(24)),
    ];
    let mut entries: Vec<_> = told.iter().map(|one| one.entry.clone()).collect();
    entries.sort_unstable();
    let bytes = crate::rules::dossier::fold(&[], entries.iter().map(Vec::as_slice)).unwrap();
    let class = Class::of(Dossier::from_bytes(&bytes), Policy::default()).unwrap();
    assert_eq!(class.sheets_at.unwrap().to_string(), "2021-01-01T00:00:00Z");
    let months: Vec<&str> = class
        .warranties
        .iter()
        .map(|warranty| &*warranty.months)
        .collect();
    assert_eq!(months, ["24"]);
    let text = String::from_utf8_lossy(&class.encode()).into_owned();
    assert!(text.contains("139****5678") && !text.contains("13912345678"));
}
