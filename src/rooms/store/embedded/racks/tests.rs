use std::collections::BTreeMap;

use proptest::{collection::btree_map, prelude::*};

use super::*;
use crate::rooms::store::engine::Engine;
use crate::words::code::{Code, Kind};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

fn some_views() -> impl Strategy<Value = Map> {
    let key = prop_oneof![
        "2186221083[0-9]{5}".prop_map(|text| Code::parse(Kind::Vin, &text)),
        "3301062[0-9]{7}".prop_map(|text| Code::parse(Kind::Lic, &text)),
        "(76392965|0Z392965)TN2108050[0-9]{3}".prop_map(|text| Code::parse(Kind::Pwb, &text)),
    ];
    let key = key.prop_map(|code| code.unwrap().key().to_vec());
    let view = any::<[u8; 6]>().prop_map(|own| own.to_vec());
    btree_map(key, view, 1..300)
}

fn some_pairs() -> impl Strategy<Value = Map> {
    let tag = (0_u8..3, any::<[u8; 8]>());
    let tag = tag.prop_map(|(shelf, own)| [&[shelf, 1, 1, 1][..], &own].concat());
    btree_map(tag, prop::collection::vec(any::<u8>(), 60), 1..300)
}

fn some_others() -> impl Strategy<Value = Map> {
    let key = prop::collection::vec(any::<u8>(), 1..5);
    btree_map(key, prop::collection::vec(any::<u8>(), 0..5), 1..100)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_walk_in_steps_shows_what_was_put_once_and_in_order_and_goes_on_in_the_middle_of_a_drawer(
        (rack, map) in prop_oneof![
            some_views().prop_map(|map| (Rack::Views, map)),
            some_pairs().prop_map(|map| (Rack::Pairs, map)),
            some_others().prop_map(|map| (Rack::Dossiers, map)),
        ],
        most in 1_usize..40, prefix_len in 0_usize..6, of in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::open(folder.path()).unwrap();
        let mut entries: Vec<_> = map.clone().into_iter().collect();
        entries.rotate_left(map.len() / 3);
        room.put(rack, &entries).unwrap();
        prop_assert_eq!(room.count(rack).unwrap(), u64::try_from(map.len()).unwrap());
        let keys: Vec<Vec<u8>> = map.keys().cloned().collect();
        let values: Vec<_> = map.values().cloned().map(Some).collect();
        prop_assert_eq!(room.get(rack, &keys).unwrap(), values);

        let prefix = keys[of.index(keys.len())].clone();
        let prefix = &prefix[..prefix_len.min(prefix.len())];
        let mut seen = Vec::new();
        let mut from = Place::default();
        loop {
            let step = room.step(rack, prefix, &from, most).unwrap();
            prop_assert!(step.entries.len() <= most);
            seen.extend(step.entries);
            match step.next {
                Some(next) => from = next,
                None => break,
            }
        }
        let same: Vec<_> = map.into_iter().filter(|(key, _)| key.starts_with(prefix)).collect();
        prop_assert_eq!(seen, same);
        room.clear(rack).unwrap();
        prop_assert_eq!(room.count(rack).unwrap(), 0);
    }
}

#[test]
fn what_is_no_tag_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::open(folder.path()).unwrap();
    let short = vec![1; 11];
    assert!(room.get(Rack::Pairs, std::slice::from_ref(&short)).is_err());
    assert!(room.put(Rack::Pairs, &[(short, Vec::new())]).is_err());
}
