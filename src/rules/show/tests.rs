use super::*;
use crate::words::catalog::{CATALOG, EXTENSIONS, Entry, RecordKind};
use crate::words::record::{Fields, FieldsBuilder, Record};

const AUDIENCES: [Audience; 5] = [
    Audience::Public,
    Audience::Holder,
    Audience::App,
    Audience::Recycler,
    Audience::Police,
];

/// A value that looks like what it should be.
fn good(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::CodeVin => "218622108311027",
        FieldKind::CodePwb => "76392965TN21080500543B48V121513522",
        FieldKind::CodePwbList => "76392965A1|76392965A2",
        FieldKind::AnyCode | FieldKind::Url => "vin/218622108311027",
        FieldKind::Text => "示例",
        FieldKind::Uscc => "91331082MA2RJ6WH89",
        FieldKind::Phone => "13912345678",
        FieldKind::Division => "330106",
        FieldKind::Address => "浙江省杭州市西湖区文三路1号",
        FieldKind::Name => "张三丰",
        FieldKind::IdCard => "330106199001011238",
        FieldKind::Geo => "120.153576",
        FieldKind::Time => "2022-01-02 03:04:05",
        FieldKind::Date => "2022-01-02",
        FieldKind::ItemType => "整车",
        FieldKind::Number => "55",
        FieldKind::Plate => "2182248",
        FieldKind::Maker => "2186",
        FieldKind::Months => "24",
        FieldKind::Switch => "true",
    }
}

#[expect(clippy::disallowed_methods, reason = "the test vouches for nobody")]
fn shown(
    entry: &'static Entry,
    key: &'static str,
    text: &str,
    audience: Audience,
) -> Option<Shown> {
    let place = entry
        .record
        .fields()
        .iter()
        .position(|field| field.key == key)
        .unwrap();
    let slot = u8::try_from(place).unwrap();
    let mut fields = FieldsBuilder::default();
    assert!(fields.put(slot, text));
    let mut bytes = Vec::new();
    fields.write(&mut bytes);
    let record = Record {
        kind: entry.record,
        at: crate::words::moment::Moment::from_seconds(0),
        source: b"",
        id: b"",
        fields: Fields::from_bytes(&bytes),
    };
    let value = record.value(key).unwrap();
    // The row that is looked at, also where an earlier row of the same key decides.
    let field = Field { key, entry };
    let grant = Grant::assertion(audience);
    let reader = if audience == Audience::Police {
        Reader::Verified(&grant)
    } else {
        Reader::Masked(audience)
    };
    show(&field, &value, reader)
}

fn cells() -> impl Iterator<Item = (&'static Entry, &'static str, Audience)> {
    let rows = CATALOG.iter().chain(&EXTENSIONS);
    let keys = rows.flat_map(|entry| entry.keys.split(',').map(move |key| (entry, key)));
    keys.flat_map(|(entry, key)| AUDIENCES.map(|audience| (entry, key, audience)))
}

#[test]
fn every_cell_of_the_table_shows_a_good_value_as_it_says_and_no_cell_is_empty_by_mistake() {
    let mut count = 0;
    for (entry, key, audience) in cells() {
        let (rule, text) = (entry.rule(audience), good(entry.kind));
        let seen = shown(entry, key, text, audience);
        let what = format!(
            "{:?} {key} for {audience:?} by {rule:?}: {seen:?}",
            entry.record
        );
        let masked = |text: &str| Some(Shown::Masked(text.to_owned()));
        let plain = |text: &str| Some(Shown::Plain(text.to_owned()));
        match rule {
            Rule::Withheld => assert_eq!(seen, None, "{what}"),
            Rule::Full if entry.kind == FieldKind::CodePwbList => {
                let codes = text.split('|').map(str::to_owned).collect();
                assert_eq!(seen, Some(Shown::List(codes)), "{what}");
            }
            Rule::Full => assert_eq!(seen, plain(text), "{what}"),
            Rule::Name => assert_eq!(seen, masked("张**"), "{what}"),
            Rule::Phone => assert_eq!(seen, masked("139****5678"), "{what}"),
            Rule::District => assert_eq!(seen, masked("浙江省杭州市西湖区****"), "{what}"),
            Rule::Day => assert_eq!(seen, plain("2022-01-02"), "{what}"),
            Rule::Month => assert_eq!(
                seen.map(|seen| seen.text()),
                Some("2022-01".to_owned()),
                "{what}"
            ),
            Rule::Id1 => assert_eq!(seen, masked("3****************8"), "{what}"),
            Rule::Id64 => assert_eq!(seen, masked("330106********1238"), "{what}"),
            Rule::Flag => assert_eq!(seen, masked("true"), "{what}"),
        }
        count += 1;
    }
    assert!(count >= (90 + 19) * 5, "{count}");
}

#[test]
fn what_does_not_look_like_what_it_should_be_is_withheld_where_it_would_be_masked() {
    for (entry, key, audience) in cells() {
        let rule = entry.rule(audience);
        if matches!(rule, Rule::Full | Rule::Flag) {
            continue;
        }
        for astray in ["13912345678x", "330106199001011238000", "qzx wvk 7", "？"] {
            assert_eq!(
                shown(entry, key, astray, audience),
                None,
                "{key} {rule:?} {astray}"
            );
        }
    }
}

#[test]
fn nobody_without_a_grant_is_shown_a_personal_value_whole() {
    for (entry, key, audience) in cells() {
        let codes = matches!(
            entry.kind,
            FieldKind::CodeVin | FieldKind::CodePwb | FieldKind::CodePwbList
        );
        if entry.level < crate::words::catalog::Level::L3 || audience == Audience::Police || codes {
            continue;
        }
        let text = good(entry.kind);
        let seen = shown(entry, key, text, audience)
            .map(|seen| seen.text())
            .unwrap_or_default();
        assert!(
            !seen.contains(text),
            "{:?} {key} {audience:?}",
            entry.record
        );
    }
}

#[test]
fn every_type_of_record_has_a_field_that_the_police_see() {
    for kind in RecordKind::ALL {
        assert!(
            kind.entries()
                .any(|entry| entry.rule(Audience::Police) == Rule::Full),
            "{kind:?}"
        );
    }
}
