//! Values that occur nowhere else, in every field that is not open, of every type of record; the
//! same records broken in every way; and how to tell whether one of them came out.

use saoma::words::catalog::{Audience, Field, FieldKind, Level, RecordKind, Rule};
use serde_json::{Map, Value, json};

use super::sample::*;

/// A value and what of it nobody may ever see.
struct Canary {
    value: Value,
    /// Each of these alone is a leak.
    forbidden: Vec<String>,
}

/// Characters that no page, no name of a place and no other canary has.
fn rare(n: u32) -> [char; 2] {
    [0x3500 + 2 * n, 0x3501 + 2 * n].map(|c| char::from_u32(c).unwrap())
}

/// A canary for the field; nothing where this audience may see all of it, or where it is a code or
/// one of a few words.
fn canary(field: &Field, n: u32, audience: Audience) -> Option<Canary> {
    let rule = field.entry.rule(audience);
    if rule == Rule::Full || field.entry.level == Level::L1 && rule != Rule::Month {
        return None;
    }
    let [one, two] = rare(n);
    let (value, forbidden) = match field.entry.kind {
        FieldKind::Name => (
            format!("张{one}{two}"),
            vec![one.to_string(), two.to_string()],
        ),
        FieldKind::Address => (
            format!("浙江省杭州市西湖区{one}{two}路{}号", 4_000 + n),
            vec![one.to_string(), two.to_string(), format!("{}号", 4_000 + n)],
        ),
        FieldKind::Phone => {
            let value = format!("139{:04}{:04}", 7_100 + n, 3_500 + n);
            let middle = value.get(2..8).unwrap().to_owned();
            (value, vec![middle])
        }
        FieldKind::IdCard => {
            let value = format!("3301061977061{:04}7", 2_000 + n);
            let hidden = value.get(6..16).unwrap().to_owned();
            (value, vec![hidden])
        }
        FieldKind::Time | FieldKind::Date => {
            let value = format!("2007-06-13 03:{:02}:47", n % 60);
            let mut forbidden = vec![format!("03:{:02}:47", n % 60)];
            // A holder is told some days; one of those would be taken for a leak of another.
            if audience == Audience::Public {
                forbidden.push("2007-06-1".to_owned());
            }
            (value, forbidden)
        }
        FieldKind::Geo | FieldKind::Number => {
            let value = format!("77.{}", 913_000 + n);
            (value, vec![format!("{}", 913_000 + n)])
        }
        FieldKind::Text | FieldKind::Url | FieldKind::Uscc | FieldKind::Division => {
            let value = format!("qzx{n:03}wvk");
            (value.clone(), vec![value])
        }
        FieldKind::Plate => (format!("浙{one}{n}"), vec![one.to_string()]),
        FieldKind::CodeVin
        | FieldKind::CodePwb
        | FieldKind::CodePwbList
        | FieldKind::ItemType
        | FieldKind::Maker
        | FieldKind::AnyCode
        | FieldKind::Months
        | FieldKind::Switch => return None,
    };
    Some(Canary {
        value: value.into(),
        forbidden,
    })
}

/// What a record of this type is about, and what else it needs.
fn base(kind: RecordKind) -> (&'static str, Map<String, Value>) {
    let (subject, fields) = match kind {
        RecordKind::ProductionVehicle | RecordKind::RepairJob => {
            (VIN, json!({"ZhenCheBM": value(VIN)}))
        }
        RecordKind::ProductionBattery => (PWB, json!({"XuDianCWYBH": value(PWB)})),
        RecordKind::SaleBinding => (
            VIN,
            json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": [value(PWB)]}),
        ),
        RecordKind::StockItem => (VIN, json!({"chechi_type": "整车", "chechibm": value(VIN)})),
        RecordKind::RegistrationPlate => (
            LIC,
            json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": [value(PWB)], "ChePaiHM": "2182248"}),
        ),
        RecordKind::PlateCancelled => (LIC, json!({})),
        RecordKind::RecycleReceipt => (
            PWB,
            json!({"chechibm": value(PWB), "ZhenCheBM": value(VIN)}),
        ),
        RecordKind::PartyMaker => (
            "",
            json!({"CreditCode": CYCLES, "CompanyName": "示例车业有限公司"}),
        ),
        RecordKind::PartySeller => ("", json!({"uniscid": SHOP})),
        RecordKind::PartyRepairer => ("", json!({"uniscid": REPAIRER})),
        RecordKind::PartyRecycler => ("", json!({"uniscid": RECYCLER})),
        RecordKind::WarrantyPolicy => ("", json!({"maker": "2186"})),
        RecordKind::RidingUse
        | RecordKind::ChargingSite
        | RecordKind::ChargingFire
        | RecordKind::SwapUse
        | RecordKind::NoticeRecall
        | RecordKind::NoticeStolen
        | RecordKind::NoticeClone => (VIN, json!({})),
    };
    let Value::Object(fields) = fields else {
        unreachable!()
    };
    (subject, fields)
}

/// A record of every type with a canary in every field that can have one, and all that is
/// forbidden.
pub(crate) fn records() -> (Vec<Value>, Vec<String>) {
    records_for(Audience::Public)
}

/// The same for an audience that may see more.
pub(crate) fn records_for(audience: Audience) -> (Vec<Value>, Vec<String>) {
    let (mut records, mut forbidden, mut n) = (Vec::new(), Vec::new(), 0);
    for kind in RecordKind::ALL {
        let (subject, mut fields) = base(kind);
        for field in kind.fields() {
            n += 1;
            if let Some(canary) =
                canary(field, n, audience).filter(|_| !fields.contains_key(field.key))
            {
                fields.insert(field.key.to_owned(), canary.value);
                forbidden.extend(canary.forbidden);
            }
        }
        let source = if kind == RecordKind::ProductionVehicle {
            CYCLES
        } else {
            "qzx-source-wvk"
        };
        let mut record = json!({"id": format!("qzx-id-{}", kind.name()), "record": kind.name(),
            "source": source, "at": "2011-09-08T05:06:07+08:00", "fields": fields});
        if !subject.is_empty() {
            record["subject"] = subject.into();
        }
        records.push(record);
    }
    forbidden.extend([
        "qzx-source".to_owned(),
        "qzx-id".to_owned(),
        "03:59:47".to_owned(),
    ]);
    (records, forbidden)
}

/// The same records, each broken in one way, so that a canary stands where the mistake is.
pub(crate) fn broken(records: &[Value]) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for record in records {
        let fields = record["fields"].as_object().unwrap();
        let Some((key, leak)) = fields.iter().find(|(_, value)| value.is_string()) else {
            continue;
        };
        let mut push = |name: &str, value: Value| {
            let mut record = record.clone();
            record[name] = value;
            lines.push(record.to_string().into_bytes());
        };
        let long = leak.as_str().unwrap().repeat(40);
        push("record", leak.clone());
        push("at", leak.clone());
        push("subject", leak.clone());
        push("id", long.into());
        push("source", format!("a\n{leak}").into());
        push("extra", leak.clone());
        push("fields", leak.clone());
        push("fields", json!([leak]));
        push("fields", json!({leak.as_str().unwrap(): 1}));
        push("fields", json!({key: {"a": leak}}));
        push("fields", json!({key: format!("{leak}\u{7}")}));
        // The same id with other content.
        push("at", "2012-09-08T05:06:07+08:00".into());
        // Cut off in the middle of a value, and no text at all.
        let line = record.to_string();
        let cut = line.find(leak.as_str().unwrap()).unwrap() + leak.as_str().unwrap().len();
        lines.push(line.as_bytes()[..cut].to_vec());
        lines.push([line.as_bytes(), b"\xff"].concat());
        for code in [
            "ZhenCheBM",
            "XuDianCWYBH",
            "chechibm",
            "CreditCode",
            "uniscid",
            "maker",
            "from",
            "lifted",
            "months",
        ] {
            let mut fields = fields.clone();
            fields.insert(code.to_owned(), leak.clone());
            let mut record = record.clone();
            record["fields"] = fields.into();
            record["id"] = format!("qzx-id-{code}").into();
            lines.push(record.to_string().into_bytes());
        }
    }
    lines
}

pub(crate) fn clean(what: &str, text: &str, forbidden: &[String]) {
    for leak in forbidden {
        assert!(!text.contains(leak.as_str()), "{what} holds {leak}: {text}");
    }
    // As it would stand in JSON or HTML that escapes it.
    let escaped = |c: char| format!("\\u{:04x}", u32::from(c));
    for rare in forbidden
        .iter()
        .filter_map(|leak| leak.chars().next().filter(|c| !c.is_ascii()))
    {
        assert!(
            !text.to_lowercase().contains(&escaped(rare)),
            "{what} holds {rare} escaped"
        );
    }
}
