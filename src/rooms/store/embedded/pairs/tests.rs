use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::super::{Room, from};
use super::*;

type Map = BTreeMap<Tag, Vec<u8>>;

/// What a shelf may take in these tests, so that few entries divide it.
const FEW: usize = 400;

fn room() -> (tempfile::TempDir, Room) {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::open(folder.path()).unwrap();
    (folder, room)
}

fn put(room: &Room, puts: &Map, most: usize) {
    let mut txn = room.env.write_txn().unwrap();
    let puts: Vec<Put<'_>> = puts.iter().map(|(tag, entry)| (tag, &**entry)).collect();
    room.tables
        .pairs
        .put_on(&mut txn, SHELF_LEN, &puts, most)
        .unwrap();
    txn.commit().unwrap();
}

fn table(room: &Room) -> Vec<(Vec<u8>, Vec<u8>)> {
    let txn = room.env.read_txn().unwrap();
    from(room.tables.pairs.0, &txn, &[])
        .unwrap()
        .map(|found| {
            found
                .map(|(key, value)| (key.to_vec(), value.to_vec()))
                .unwrap()
        })
        .collect()
}

/// Few shelves, and own parts that begin alike more often than a hash would.
fn some_tag() -> impl Strategy<Value = Tag> {
    (0_u8..3, vec(0_u8..3, 8)).prop_map(|(shelf, own)| {
        let mut tag = [shelf; TAG_LEN];
        tag[SHELF_LEN..].copy_from_slice(&own);
        tag
    })
}

fn some_puts() -> impl Strategy<Value = Map> {
    let entry = prop_oneof![vec(any::<u8>(), 60), vec(any::<u8>(), 92)];
    prop::collection::btree_map(some_tag(), entry, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pairs_put_in_any_order_are_what_a_map_has_also_where_a_shelf_is_divided(
        batches in vec(some_puts(), 1..5), others in vec(some_tag(), 20), begin in some_tag(),
    ) {
        let (_folder, room) = room();
        let mut map = Map::new();
        for puts in &batches {
            put(&room, puts, FEW);
            map.extend(puts.clone());
        }
        let txn = room.env.read_txn().unwrap();
        let pairs = room.tables.pairs;
        for tag in map.keys().chain(&others) {
            prop_assert_eq!(pairs.get(&txn, tag).unwrap(), map.get(tag).map(Vec::as_slice));
        }
        prop_assert_eq!(pairs.count(&txn).unwrap(), u64::try_from(map.len()).unwrap());
        let mut seen = Vec::new();
        pairs.each_from(&txn, &begin, |tag, entry| {
            seen.push((Tag::try_from(tag).unwrap(), entry.to_vec()));
            Ok(ControlFlow::Continue(()))
        }).unwrap();
        prop_assert!(seen.is_sorted_by_key(|(tag, _)| *tag));
        let mut same: Vec<(Tag, Vec<u8>)> = map.into_iter().collect();
        seen.retain(|(tag, _)| *tag >= begin);
        same.retain(|(tag, _)| *tag >= begin);
        prop_assert_eq!(seen, same);
        for (_, bytes) in table(&room) {
            let small = bytes.len() <= FEW;
            prop_assert!(small || Bundle::read(&bytes).unwrap().len() == 1);
        }
    }

    #[test]
    fn the_same_pairs_lie_in_the_same_bytes_whatever_came_first(
        puts in some_puts(), order in any::<u64>(), step in 1_usize..9,
    ) {
        let (one, other) = (room(), room());
        put(&one.1, &puts, FEW);
        let mut rest: Vec<_> = puts.into_iter().collect();
        rest.sort_by_key(|(tag, _)| tag.iter().fold(order, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        }));
        for some in rest.chunks(step) {
            put(&other.1, &some.iter().cloned().collect(), FEW);
        }
        prop_assert_eq!(table(&one.1), table(&other.1));
    }
}

#[test]
fn a_shelf_that_grows_without_end_is_never_written_as_a_whole() {
    let (_folder, room) = room();
    let tag = |n: u32| {
        let mut tag = [7; TAG_LEN];
        // As a hash would spread them.
        let own = u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        tag[SHELF_LEN..].copy_from_slice(&own.to_be_bytes());
        tag
    };
    let all: Map = (0..5000).map(|n| (tag(n), vec![1; 60])).collect();
    put(&room, &all, MOST);
    let (_, first) = table(&room).remove(0);
    assert_eq!(first, DIVIDED);
    assert!(table(&room).iter().all(|(_, bytes)| bytes.len() < 4096));
    let txn = room.env.read_txn().unwrap();
    assert_eq!(room.tables.pairs.count(&txn).unwrap(), 5000);
}

#[test]
fn of_two_entries_for_one_tag_the_later_counts_and_damage_is_told() {
    let (_folder, room) = room();
    let tag = [9; TAG_LEN];
    let mut txn = room.env.write_txn().unwrap();
    let pairs = room.tables.pairs;
    pairs
        .put(&mut txn, vec![(&tag, b"one"), (&tag, b"other")])
        .unwrap();
    assert_eq!(pairs.get(&txn, &tag).unwrap(), Some(&b"other"[..]));
    for bytes in [&b""[..], b"//", &[0, 1, 1, 0, 0, 0, 9, 9, 9]] {
        pairs.0.put(&mut txn, &tag[..SHELF_LEN], bytes).unwrap();
        assert!(matches!(pairs.get(&txn, &tag), Err(StoreError::Corrupt(_))));
    }
    // Divided down to nothing.
    for len in SHELF_LEN..=TAG_LEN {
        pairs.0.put(&mut txn, &tag[..len], DIVIDED).unwrap();
    }
    assert!(matches!(pairs.get(&txn, &tag), Err(StoreError::Corrupt(_))));
}
