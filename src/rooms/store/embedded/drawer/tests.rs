use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::*;

type Rows = BTreeMap<Vec<u8>, Row>;

fn packed(rows: &Rows) -> Option<Vec<u8>> {
    let rows: Vec<(RowKey, Row)> = rows
        .iter()
        .map(|(key, row)| (RowKey::new(key).unwrap(), *row))
        .collect();
    pack(&rows)
}

fn text(pattern: &'static str) -> impl Strategy<Value = Vec<u8>> {
    pattern.prop_map(String::into_bytes)
}

/// Keys as codes have them, and others: some that are others' beginnings, some with zeros behind.
fn some_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        text("1218622108311[0-9]{3}"),
        text("2MAKER08XLINE21[0-9]{3}(B48V12|B12V20|B12V20[0-9]{3})"),
        text("[\u{0}a]{1,4}"),
        vec(any::<u8>(), 1..=KEY_ROOM),
    ]
}

fn some_row() -> impl Strategy<Value = Row> {
    let moment = prop_oneof![
        (0_u8..3, any::<u8>()).prop_map(|(day, second)| [0, 0x66, 7, day, second]),
        any::<Own>(),
    ];
    let names = prop_oneof![3 => Just(0_u8), 1 => 0_u8..4];
    (1_u8..6, names, moment).prop_map(|(first, second, own)| Row {
        names: [first, second].map(|name| [name; NAME_LEN]),
        own,
    })
}

fn some_rows() -> impl Strategy<Value = Rows> {
    let some = vec((some_key(), some_row()), 1..60);
    let alike = vec((text("1218622108311[0-9]{3}"), some_row()), 200..600);
    prop_oneof![4 => some, 1 => alike].prop_map(|rows| rows.into_iter().collect())
}

proptest! {
    #[test]
    fn what_was_packed_is_found_and_nothing_else(rows in some_rows(), other in some_key()) {
        let bytes = packed(&rows).unwrap();
        let drawer = Drawer::read(&bytes).unwrap();
        prop_assert_eq!(drawer.len(), rows.len());
        for (key, row) in &rows {
            prop_assert_eq!(drawer.find(key), Some(Found::Here(*row)));
            for like in [&key[..key.len() - 1], &[key, &[0][..]].concat()] {
                prop_assert_eq!(drawer.find(like).unwrap().here(), rows.get(like).copied());
            }
        }
        prop_assert_eq!(drawer.find(&other).unwrap().here(), rows.get(&other).copied());
        let all: Option<Vec<_>> = drawer.rows().collect();
        let all: Vec<_> = all.unwrap().into_iter().map(|(k, r)| (k.as_bytes().to_vec(), r)).collect();
        let same: Vec<_> = rows.into_iter().collect();
        prop_assert_eq!(all, same);
    }

    #[test]
    fn hostile_bytes_are_rows_or_damage_and_never_a_panic(
        rows in some_rows(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(), noise in vec(any::<u8>(), 0..200), key in some_key(),
    ) {
        let mut bent = packed(&rows).unwrap();
        for (at, byte) in changes {
            let at = at.index(bent.len());
            bent[at] = byte;
        }
        let cut = &bent[..cut.index(bent.len() + 1)];
        for bytes in [cut, &bent, &noise] {
            if let Some(drawer) = Drawer::read(bytes) {
                let _found = drawer.find(&key);
                for key in rows.keys() {
                    let _found = drawer.find(key);
                }
                let _all: Vec<_> = drawer.rows().collect();
            }
        }
    }
}

#[test]
fn a_row_of_a_usual_drawer_takes_six_bytes() {
    let rows = |count: u8| -> Rows {
        (0..count)
            .map(|n| {
                let key = [1, 0x21, 0x86, 0x22, 0x10, 0x83, n >> 4, n << 4].to_vec();
                let names = [[n & 3; NAME_LEN], NO_NAME];
                (
                    key,
                    Row {
                        names,
                        own: [0, 0x66, 0, n, n],
                    },
                )
            })
            .collect()
    };
    let len = |count| packed(&rows(count)).unwrap().len();
    assert_eq!(len(40) - len(20), 20 * 5);
}

#[test]
fn no_rows_are_no_drawer_and_no_key_is_longer_than_there_is_room() {
    assert_eq!(pack(&[]), None);
    assert!(RowKey::new(&[1; KEY_ROOM]).is_some());
    assert!(RowKey::new(&[1; KEY_ROOM + 1]).is_none());
    assert!(Drawer::read(&[]).is_none());
    assert!(Drawer::read(&[0; 40]).is_none());
}

#[test]
fn keys_are_in_the_order_of_their_bytes() {
    let key = |bytes: &[u8]| RowKey::new(bytes).unwrap();
    assert!(key(b"a") < key(b"a\0") && key(b"a\0") < key(b"a\x01") && key(b"a\x01") < key(b"b"));
}
