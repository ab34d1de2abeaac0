use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::words::policy::Policy;

pub(crate) fn some_alert() -> impl Strategy<Value = Alert> {
    let kinds = prop_oneof![
        Just(AlertKind::Recalled),
        Just(AlertKind::Recycled),
        Just(AlertKind::Cancelled),
        Just(AlertKind::Clone),
        Just(AlertKind::Stolen),
    ];
    (kinds, option::of(".{1,9}"), option::of(".{1,200}")).prop_map(|(kind, since, text)| Alert {
        kind,
        since,
        text,
    })
}

fn some_cell() -> impl Strategy<Value = StoredCell> {
    let kept = prop_oneof![
        ".*".prop_map(|text| Kept::Shown(Shown::Plain(text))),
        ".*".prop_map(|text| Kept::Shown(Shown::Masked(text))),
        vec("[0-9A-Z]{9}", 0..5).prop_map(|codes| Kept::Shown(Shown::List(codes))),
        Just(Kept::Echo),
        Just(Kept::EchoUrl),
    ];
    (any::<u8>(), kept).prop_map(|(slot, kept)| StoredCell { slot, kept })
}

pub(crate) fn some_sheets() -> impl Strategy<Value = Vec<StoredSheet>> {
    let kind = (0_u8..20).prop_filter_map("a type", RecordKind::from_number);
    let rows = vec(vec(some_cell(), 0..5), 0..4);
    vec(
        (kind, rows).prop_map(|(kind, rows)| StoredSheet { kind, rows }),
        0..4,
    )
}

pub(crate) fn some_view() -> impl Strategy<Value = StoredView> {
    let maker = option::of(prop_oneof!["[0-9]{4}", "[0-9A-Z]{8}"]);
    (
        any::<u8>(),
        -(1_i64 << 39)..1 << 39,
        maker,
        vec(some_alert(), 0..3),
        some_sheets(),
    )
        .prop_map(|(stamp, at, maker, alerts, sheets)| StoredView {
            stamp: Stamp::from_byte(stamp),
            as_of: Moment::from_seconds(at),
            maker: maker.and_then(|maker| Maker::parse(&maker)),
            alerts,
            sheets,
        })
}

proptest! {
    #[test]
    fn a_view_comes_back_as_it_went_in(view in some_view()) {
        let bytes = view.encode();
        prop_assert_eq!(maker(&bytes), view.maker);
        prop_assert_eq!(bytes.first().copied(), Some(view.stamp.byte()));
        prop_assert_eq!(StoredView::decode(&bytes), Some(view));
    }

    #[test]
    fn a_view_that_was_cut_or_lengthened_is_none(view in some_view(), cut in 0_usize..2000) {
        let mut bytes = view.encode();
        bytes.push(0);
        prop_assert_eq!(StoredView::decode(&bytes), None);
        bytes.pop();
        bytes.truncate(cut % bytes.len());
        prop_assert_eq!(StoredView::decode(&bytes), None);
    }

    #[test]
    fn hostile_bytes_make_a_view_or_none_and_never_a_panic(bytes in vec(any::<u8>(), 0..300)) {
        let code = Code::parse_any("vin/218622108311027").unwrap();
        if let Some(view) = StoredView::decode(&bytes) {
            prop_assert!(open_sheets(view.sheets, code, "https://x").len() <= bytes.len());
        }
        prop_assert!(maker(&bytes).is_none_or(|maker| maker.as_str().len() <= 8));
    }

    #[test]
    fn a_view_that_was_damaged_anywhere_is_read_without_a_panic(
        view in some_view(),
        at in 0_usize..2000,
        byte: u8,
    ) {
        let mut bytes = view.encode();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Some(other) = StoredView::decode(&bytes) {
            prop_assert_eq!(StoredView::decode(&other.encode()), Some(other));
        }
    }
}

#[test]
fn a_count_that_no_bytes_follow_asks_for_no_memory() {
    let mut bytes = vec![Policy::default().stamp().byte(), 0];
    crate::rules::bytes::put_number(&mut bytes, u64::MAX);
    bytes.extend([0; 5]);
    assert_eq!(StoredView::decode(&bytes), None);
}

#[test]
fn what_a_code_says_of_itself_is_put_in_again_when_the_view_is_opened() {
    let code = Code::parse_any("vin/218622108311027").unwrap();
    let cell = |slot, kept| StoredCell { slot, kept };
    let rows = vec![vec![
        cell(0, Kept::Echo),
        cell(8, Kept::EchoUrl),
        cell(99, Kept::Echo),
    ]];
    let sheets = vec![StoredSheet {
        kind: RecordKind::ProductionVehicle,
        rows,
    }];
    let opened = open_sheets(sheets, code, "https://example.org");
    let row = &opened[0].rows[0];
    assert_eq!(
        row.get("ZhenCheBM"),
        Some(&Shown::Plain("218622108311027".to_owned()))
    );
    let url = "https://example.org/vin/218622108311027".to_owned();
    assert_eq!(row.get("LinkURL"), Some(&Shown::Plain(url)));
    assert_eq!(
        row.0.len(),
        2,
        "a field that this release does not know is left out"
    );
}
