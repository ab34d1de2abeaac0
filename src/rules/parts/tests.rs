use proptest::{collection::vec, option, prelude::*};

use saoma_pages::Shown;

use super::*;
use crate::rules::stored::tests::{some_alert, some_sheets};
use crate::rules::stored::{Kept, StoredCell};

fn couple() -> [Code; 2] {
    [
        "vin/218622108311027",
        "pwb/76392965TN21080500543B48V121513522",
    ]
    .map(|text| Code::parse_any(text).unwrap())
}

fn some_part() -> impl Strategy<Value = Part> {
    (
        vec(some_alert(), 0..2),
        some_sheets(),
        option::of(some_list()),
    )
        .prop_map(|(alerts, mut sheets, list)| {
            sheets.extend(list.map(|codes| StoredSheet {
                kind: RecordKind::SaleBinding,
                rows: vec![vec![StoredCell {
                    slot: 2,
                    kept: Kept::Shown(Shown::List(codes)),
                }]],
            }));
            Part { alerts, sheets }
        })
}

fn some_list() -> impl Strategy<Value = Vec<String>> {
    let text = prop_oneof![
        Just("76392965TN21080500543B48V121513522".to_owned()),
        "76392965TN210805005[0-9]{2}B48V121513522",
        "[0-9A-Z]{8}[0-9A-Za-z]{1,32}",
        ".{0,6}",
    ];
    vec(text, 0..6)
}

/// What the shorter ways of writing are for, and what nearly looks like it.
fn some_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9A-Z]{18}",
        "[0-9A-Za-z]{17,19}",
        "[0-9]{4}-[0-9]{2}",
        "20[0-9]{2}-[01][0-9]",
        "[0-9]{13,16}",
        "2186221083110(27|28)",
        "76392965/?TN21080500543B48V12151352[2-4]",
        "[0-9]{0,2}[*]{1,20}[0-9*]{0,3}",
        "[*]{250,260}",
    ]
}

fn some_texts() -> impl Strategy<Value = Part> {
    let shown = (some_text(), any::<bool>()).prop_map(|(text, masked)| {
        if masked {
            Shown::Masked(text)
        } else {
            Shown::Plain(text)
        }
    });
    vec((0_u8..40, shown), 0..6).prop_map(|cells| {
        let cell = |(slot, shown)| StoredCell {
            slot,
            kept: Kept::Shown(shown),
        };
        Part {
            alerts: Vec::new(),
            sheets: vec![StoredSheet {
                kind: RecordKind::SaleBinding,
                rows: vec![cells.into_iter().map(cell).collect()],
            }],
        }
    })
}

fn lone(text: &str) -> Part {
    let kept = Kept::Shown(Shown::Plain(text.to_owned()));
    Part {
        alerts: Vec::new(),
        sheets: vec![StoredSheet {
            kind: RecordKind::SaleBinding,
            rows: vec![vec![StoredCell { slot: 3, kept }]],
        }],
    }
}

proptest! {
    #[test]
    fn both_parts_come_back_as_they_went_in(one in some_part(), other in some_part()) {
        let bytes = write_parts(&couple(), [&one, &other]);
        prop_assert_eq!(read_parts(&couple(), &bytes), Some([one, other]));
    }

    #[test]
    fn texts_that_have_a_shorter_way_come_back_too(one in some_texts(), listed in some_part()) {
        for couple_of in [[&one, &listed], [&listed, &one]] {
            let bytes = write_parts(&couple(), couple_of);
            prop_assert_eq!(read_parts(&couple(), &bytes), Some(couple_of.map(Clone::clone)));
        }
    }

    #[test]
    fn hostile_bytes_make_parts_or_none_and_never_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        let _read = read_parts(&couple(), &bytes);
    }

    #[test]
    fn every_text_that_looks_like_a_day_comes_back(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
        let bytes = write_parts(&couple(), [&lone(&text), &Part::default()]);
        prop_assert_eq!(read_parts(&couple(), &bytes), Some([lone(&text), Part::default()]));
    }
}

#[test]
fn bytes_that_are_no_parts_are_none() {
    let read = |bytes: &[u8]| read_parts(&couple(), bytes);
    assert_eq!(read(&[0; 2]), Some([Part::default(), Part::default()]));
    assert_eq!(read(&[0; 1]), None);
    assert_eq!(read(&[0; 3]), None);
}

#[test]
fn what_the_reader_has_in_hand_takes_a_byte_and_a_day_two() {
    let len = |text: &str| write_parts(&couple(), [&lone(text), &Part::default()]).len();
    let empty = len("");
    assert_eq!(len("218622108311027"), empty - 1);
    assert_eq!(len("2023-05-06"), empty + 1);
    assert_eq!(len("2023-05"), empty + 1);
    assert_eq!(len("2023-5-6"), empty + 8);
    assert_eq!(len("91330106MA1DEM015F"), empty + 11);
}

#[test]
fn codes_of_one_line_take_little_and_those_named_before_a_byte() {
    let list = |codes: &[&str]| Part {
        alerts: Vec::new(),
        sheets: vec![StoredSheet {
            kind: RecordKind::SaleBinding,
            rows: vec![vec![StoredCell {
                slot: 2,
                kept: Kept::Shown(Shown::List(
                    codes.iter().map(|code| (*code).to_owned()).collect(),
                )),
            }]],
        }],
    };
    let codes = ["60", "61", "62", "70"].map(|end| format!("76392965TN210805005{end}B12V12"));
    let [first, second, third, fourth] = codes.each_ref().map(String::as_str);
    let none = Part::default();
    let len = |one: &Part, other: &Part| write_parts(&couple(), [one, other]).len();
    let alone = len(&list(&[first]), &none);
    assert_eq!(len(&list(&[first, second]), &none), alone + 3);
    assert_eq!(
        len(&list(&[first, second, third, fourth]), &none),
        alone + 3 + 3 + 5
    );
    let all = list(&[first, second, third, fourth]);
    assert_eq!(len(&all, &all) - len(&all, &none), 8);
}
