use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::sample::{CELLS, LIC, PWB, VIN, code, told, told_by, value};
use super::*;

fn folded(dossier: &[u8], entries: &[Vec<u8>]) -> Vec<u8> {
    let mut entries = entries.to_vec();
    entries.sort_unstable();
    fold(dossier, entries.iter().map(Vec::as_slice)).unwrap_or_else(|| dossier.to_vec())
}

proptest! {
    #[test]
    fn any_order_any_repetition_and_any_split_make_the_same_dossier(
        (entries, again) in vec(vec(0_u8..4, 1..4), 1..12).prop_flat_map(|entries| {
            let twice = [entries.clone(), entries.clone()].concat();
            (Just(entries), Just(twice).prop_shuffle())
        }),
        cuts in vec(0_usize..24, 0..4),
    ) {
        let whole = folded(&[], &entries);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(again.len())).collect();
        cuts.extend([0, again.len()]);
        cuts.sort_unstable();
        let mut grown = Vec::new();
        for cut in cuts.windows(2) {
            grown = folded(&grown, &again[cut[0]..cut[1]]);
        }
        prop_assert_eq!(&grown, &whole);
        // And once more it is no change at all.
        let mut sorted = entries;
        sorted.sort_unstable();
        prop_assert_eq!(fold(&whole, sorted.iter().map(Vec::as_slice)), None);
        let members: Vec<Vec<u8>> = runs(&whole).map(<[u8]>::to_vec).collect();
        sorted.dedup();
        prop_assert_eq!(members, sorted);
    }

    #[test]
    fn hostile_bytes_are_read_to_where_they_make_sense_and_no_further(bytes in vec(any::<u8>(), 0..300)) {
        let dossier = Dossier::from_bytes(&bytes);
        let entries = dossier.entries().count();
        prop_assert_eq!(dossier.records().count() + dossier.links().count(), entries);
        for record in dossier.records() {
            prop_assert!(record.values().count() <= bytes.len());
        }
        let sound = dossier.is_sound();
        prop_assert!(sound || entries <= bytes.len());
    }

    #[test]
    fn a_dossier_that_was_damaged_anywhere_is_read_without_a_panic(at in 0_usize..400, byte: u8) {
        let sale = told("", "sale.binding", "2022-01", &json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": value(PWB)}));
        let mut bytes = sample::dossier(PWB, &[sale, made()]);
        let at = at % bytes.len();
        bytes[at] = byte;
        let dossier = Dossier::from_bytes(&bytes);
        prop_assert!(dossier.entries().count() <= 2);
        prop_assert!(dossier.records().all(|record| record.values().count() <= 16));
    }
}

fn made() -> crate::rules::admit::Incoming {
    let fields = json!({"XuDianCWYBH": value(PWB), "XuDianCLX": "铅酸蓄电池"});
    told_by(CELLS, "", "production.battery", "2021-08", &fields)
}

#[test]
fn records_come_back_as_they_went_in_and_links_say_who_names_whom() {
    let fields = json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": [value(PWB), "76392965B2"]});
    let plate = told(LIC, "registration.plate", "2022-02", &fields);
    let bytes = sample::dossier(PWB, &[plate, made()]);
    let dossier = Dossier::from_bytes(&bytes);
    assert!(dossier.is_sound());
    let record = dossier.records().next().unwrap();
    assert_eq!(record.kind, RecordKind::ProductionBattery);
    assert_eq!(
        (record.source, record.id),
        (CELLS.as_bytes(), &b"production.battery 2021-08"[..])
    );
    assert_eq!(record.open("XuDianCLX"), Some("铅酸蓄电池"));
    let link = dossier.links().next().unwrap();
    assert_eq!(link.kind, RecordKind::RegistrationPlate);
    assert_eq!(link.from, Subject::Code(code(LIC)));
    // Not the second battery of the set: the two are no pair.
    assert_eq!(link.others, [code(VIN)]);
    assert!(!Dossier::from_bytes(&bytes[..bytes.len() - 1]).is_sound());
}
