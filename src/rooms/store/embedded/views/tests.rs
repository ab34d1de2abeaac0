use std::collections::BTreeMap;

use heed::CommitOrAbort;
use heed::types::Bytes;
use proptest::{collection::vec, prelude::*};

use super::super::drawer::Own;
use super::super::{Room, from};
use super::*;
use crate::rooms::store::engine::Engine;
use crate::words::code::{Code, Kind};
use crate::words::policy::Policy;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A store of nothing but views, without the rest of one.
fn room() -> (tempfile::TempDir, Room) {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::open(folder.path()).unwrap();
    (folder, room)
}

fn view(common: u8, own: Own) -> Vec<u8> {
    [&[5, common, common][..], &own].concat()
}

fn key(kind: Kind, text: &str) -> Vec<u8> {
    Code::parse(kind, text).unwrap().key().to_vec()
}

fn some_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "2186221083[0-3][0-9]{4}".prop_map(|text| key(Kind::Vin, &text)),
        "3301062[0-9]{7}".prop_map(|text| key(Kind::Lic, &text)),
        "76392965TN2108050[0-9]{2}B(48V12|12V20[0-9])".prop_map(|text| key(Kind::Pwb, &text)),
        "[A-Z0-9]{8}[A-Za-z0-9]{1,3}".prop_map(|text| key(Kind::Pwb, &text)),
    ]
}

type Said = Vec<(Vec<u8>, Option<Vec<u8>>)>;

fn some_changes() -> impl Strategy<Value = Said> {
    let row = (0_u8..4, 0_u8..8).prop_map(|(common, n)| view(common, [0, 0x66, 0, n, n]));
    vec((some_key(), prop::option::weighted(0.8, row)), 1..200)
}

fn keep(room: &Room, said: &[(Vec<u8>, Option<Vec<u8>>)]) {
    let mut txn = room.env.write_txn().unwrap();
    let views = said.iter().map(|(key, view)| (&**key, view.as_deref()));
    room.tables.views.keep(&mut txn, views).unwrap();
    txn.commit().unwrap();
}

/// The table as it is.
fn drawers(room: &Room) -> Vec<(Vec<u8>, Vec<u8>)> {
    let txn = room.env.read_txn().unwrap();
    from(room.tables.views.drawers, &txn, &[])
        .unwrap()
        .map(|found| {
            found
                .map(|(key, value)| (key.to_vec(), value.to_vec()))
                .unwrap()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn views_put_and_deleted_in_any_order_are_what_a_map_has(
        batches in vec(some_changes(), 1..5), others in vec(some_key(), 20),
    ) {
        let (_folder, room) = room();
        let mut map = Map::new();
        for said in &batches {
            keep(&room, said);
            for (key, view) in said {
                match view {
                    Some(view) => map.insert(key.clone(), view.clone()),
                    None => map.remove(key),
                };
            }
            let txn = room.env.read_txn().unwrap();
            let get = |key: &Vec<u8>| room.tables.views.get(&txn, key).unwrap();
            for key in map.keys().chain(&others).chain(said.iter().map(|(key, _)| key)) {
                prop_assert_eq!(get(key), map.get(key).cloned());
            }
            prop_assert_eq!(room.tables.views.count(&txn).unwrap(), u64::try_from(map.len()).unwrap());
        }
        // And with everything gone nothing is left.
        let gone: Said = map.keys().map(|key| (key.clone(), None)).collect();
        keep(&room, &gone);
        prop_assert!(drawers(&room).is_empty());
    }

    #[test]
    fn the_same_views_lie_in_the_same_bytes_whatever_came_first(
        (said, order) in vec((some_key(), 0_u8..4), 1..300)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        step in 1_usize..60,
    ) {
        let (one, other) = (room(), room());
        let views = |all: &[(Vec<u8>, u8)]| -> Said {
            // What a key has does not depend on how often it is said.
            all.iter().map(|(key, _)| (key.clone(), Some(view(key[1] & 3, [0, 0x66, 0, 0, key[2]])))).collect()
        };
        keep(&one.1, &views(&said));
        for some in order.chunks(step) {
            keep(&other.1, &views(some));
        }
        prop_assert_eq!(drawers(&one.1), drawers(&other.1));
    }
}

#[test]
fn codes_that_no_drawer_would_end_at_are_cut_into_drawers_all_the_same() {
    let (_folder, room) = room();
    let codes = (0..u32::MAX).map(|n| key(Kind::Vin, &format!("2186221{n:08}")));
    let keys: Vec<_> = codes.filter(|key| !ends_a_drawer(key)).take(3000).collect();
    let own = [0, 0x66, 0, 0, 0];
    for (n, some) in keys.chunks(700).enumerate() {
        let said: Said = some
            .iter()
            .map(|key| (key.clone(), Some(view(1, own))))
            .collect();
        keep(&room, &said);
        assert!(drawers(&room).len() >= 700 * (n + 1) / MOST);
    }
    for key in keys.iter().step_by(7) {
        keep(&room, &[(key.clone(), Some(view(2, own)))]);
    }
    let all = drawers(&room);
    assert!(all.len() < 3000 / (MOST / 4), "{} drawers", all.len());
    for (_, drawer) in &all {
        assert!(Drawer::read(drawer).unwrap().len() <= MOST);
        assert!(drawer.len() <= 4096, "{}", drawer.len());
    }
    let txn = room.env.read_txn().unwrap();
    for key in &keys {
        assert!(room.tables.views.get(&txn, key).unwrap().is_some());
    }
}

#[test]
fn one_key_in_thirty_two_ends_a_drawer_however_codes_are_numbered() {
    let runs: [fn(u32) -> Vec<u8>; 4] = [
        |n| key(Kind::Vin, &format!("2186221{n:08}")),
        |n| key(Kind::Vin, &format!("{:04}22100000001", n % 10_000)),
        |n| key(Kind::Lic, &format!("330106{n:07}0")),
        |n| key(Kind::Pwb, &format!("76392965TN210805{n:07}B48V12")),
    ];
    for run in runs {
        let ends = (0..10_000).filter(|n| ends_a_drawer(&run(*n))).count();
        assert!((220..410).contains(&ends), "{ends}");
    }
}

#[test]
fn damaged_drawers_are_told_and_never_read() {
    let (_folder, room) = room();
    let own = [0, 0x66, 0, 0, 0];
    let vin = key(Kind::Vin, "218622108311027");
    keep(&room, &[(vin.clone(), Some(view(1, own)))]);
    let (last, mut bytes) = drawers(&room).remove(0);
    bytes.truncate(bytes.len() - 1);
    for bytes in [&bytes[..], &[0; 14], &[]] {
        let mut txn = room.env.write_txn().unwrap();
        room.tables
            .views
            .drawers
            .put(&mut txn, &last, bytes)
            .unwrap();
        txn.commit().unwrap();
        let txn = room.env.read_txn().unwrap();
        let found = room.tables.views.get(&txn, &vin);
        assert!(matches!(found, Err(StoreError::Corrupt(_))), "{found:?}");
    }
    let no_code = room.tables.views.keep(
        &mut room.env.write_txn().unwrap(),
        [(&[0xff, 1][..], Some(&*view(1, own)))].into_iter(),
    );
    assert!(matches!(no_code, Err(StoreError::Corrupt(_))));
}

#[test]
fn a_store_of_the_release_before_is_refused_until_it_is_made_anew() {
    let (folder, room) = room();
    let txn = room.env.write_txn().unwrap();
    let made = room.env.create_databases_and_commit(txn, |opener, txn| {
        let old = opener.create_database::<Bytes, Bytes>(txn, Some("views"))?;
        old.put(txn, b"key", b"row")?;
        room.tables.meta.put(txn, b"format", &[2])?;
        Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit(old))
    });
    let old = made.unwrap().unwrap_commit();
    let refused = room.check_format(&[super::super::FORMAT]).unwrap_err();
    assert!(refused.to_string().contains("saoma reproject"), "{refused}");
    let left = |room: &Room| old.len(&room.env.read_txn().unwrap()).unwrap();
    assert_eq!(left(&room), 1);
    room.check_format(&[super::super::FORMAT, super::super::FORMAT_BEFORE])
        .unwrap();
    room.sweep(Policy::default()).unwrap();
    assert_eq!(left(&room), 0);
    drop(room);
    Room::open(folder.path()).unwrap();
}
