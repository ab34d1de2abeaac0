//! A bundle: the sealed entries of one shelf, packed into one value.
//!
//! The tree has some twenty-five bytes around each thing that it keeps; a hundred vehicles have some four
//! hundred entries on one shelf. Side by side they take a byte each beside what they are: tags are looked
//! for in place, by halving, and an entry stands where the lengths of those before it say.
//!
//! ```text
//! entries 2 · lengths that there are 1 · those lengths, 4 each
//! own parts of the tags, in order · which length each entry has, 1 each · entries
//! ```
//!
//! A bundle's bytes depend on its entries and on nothing else. Whatever bytes are read, nothing panics.

use super::Found;
use crate::rooms::store::pairs::OWN_LEN;

/// The part of a tag that is not its shelf's.
pub(super) type OwnTag = [u8; OWN_LEN];

/// An entry and what it lies under.
pub(super) type Sealed<'a> = (&'a OwnTag, &'a [u8]);

/// The bytes of a bundle, taken apart where they lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bundle<'a> {
    tags: &'a [OwnTag],
    /// For each entry, the place of its length in the list of lengths.
    kinds: &'a [u8],
    lengths: &'a [[u8; 4]],
    entries: &'a [u8],
}

impl<'a> Bundle<'a> {
    /// Takes the bytes apart; nothing if [`pack`] did not make them.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[c1, c2, lengths], rest) = bytes.split_first_chunk()?;
        let count = usize::from(u16::from_be_bytes([c1, c2]));
        let (lengths, rest) = rest.split_at_checked(usize::from(lengths) * 4)?;
        let (tags, rest) = rest.split_at_checked(count * OWN_LEN)?;
        let (kinds, entries) = rest.split_at_checked(count)?;
        (count > 0).then_some(Self {
            tags: tags.as_chunks().0,
            kinds,
            lengths: lengths.as_chunks().0,
            entries,
        })
    }

    /// How many entries there are.
    pub(super) const fn len(&self) -> usize {
        self.tags.len()
    }

    /// The entry under a tag, if there is one; nothing at all if the bundle is damaged.
    pub(super) fn find(&self, tag: OwnTag) -> Option<Found<&'a [u8]>> {
        let Ok(at) = self.tags.binary_search(&tag) else {
            return Some(Found::Nothing);
        };
        let (before, kinds) = self.kinds.split_at_checked(at)?;
        let mut from = 0_usize;
        for kind in before {
            from = from.checked_add(self.length(*kind)?)?;
        }
        let to = from.checked_add(self.length(*kinds.first()?)?)?;
        self.entries.get(from..to).map(Found::Here)
    }

    /// All entries in the order of their tags; nothing in the place of one that is damaged.
    pub(super) fn entries(self) -> impl Iterator<Item = Option<Sealed<'a>>> {
        let mut rest = self.entries;
        let of = self.tags.iter().zip(self.kinds);
        of.map(move |(tag, kind)| {
            let entry;
            (entry, rest) = rest.split_at_checked(self.length(*kind)?)?;
            Some((tag, entry))
        })
    }

    fn length(&self, kind: u8) -> Option<usize> {
        let length = self.lengths.get(usize::from(kind))?;
        usize::try_from(u32::from_be_bytes(*length)).ok()
    }
}

/// Packs entries, which come in the order of their tags; nothing if there are none, or they are too
/// many or of too many lengths for the numbers that count them.
pub(super) fn pack(entries: &[Sealed<'_>]) -> Option<Vec<u8>> {
    let count = u16::try_from(entries.len())
        .ok()
        .filter(|count| *count > 0)?;
    let mut lengths: Vec<usize> = entries.iter().map(|(_, entry)| entry.len()).collect();
    let total: usize = lengths.iter().sum();
    lengths.sort_unstable();
    lengths.dedup();
    let mut out = Vec::with_capacity(3 + lengths.len() * 4 + entries.len() * (OWN_LEN + 1) + total);
    out.extend_from_slice(&count.to_be_bytes());
    out.push(u8::try_from(lengths.len()).ok()?);
    for length in &lengths {
        out.extend_from_slice(&u32::try_from(*length).ok()?.to_be_bytes());
    }
    for (tag, _) in entries {
        out.extend_from_slice(*tag);
    }
    for (_, entry) in entries {
        out.push(u8::try_from(lengths.binary_search(&entry.len()).ok()?).ok()?);
    }
    for (_, entry) in entries {
        out.extend_from_slice(entry);
    }
    Some(out)
}

/// Entries with those that are to be from now on. Both come in order.
pub(super) fn merge<'a>(old: Option<Bundle<'a>>, new: &[Sealed<'a>]) -> Option<Vec<Sealed<'a>>> {
    let room = old.as_ref().map_or(0, Bundle::len) + new.len();
    let mut merged = Vec::with_capacity(room);
    let mut new = new.iter().copied().peekable();
    for entry in old.into_iter().flat_map(Bundle::entries) {
        let entry = entry?;
        while let Some(before) = new.next_if(|(tag, _)| *tag < entry.0) {
            merged.push(before);
        }
        if new.peek().is_none_or(|(tag, _)| *tag != entry.0) {
            merged.push(entry);
        }
    }
    merged.extend(new);
    Some(merged)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn packed(entries: &BTreeMap<OwnTag, Vec<u8>>) -> Option<Vec<u8>> {
        let entries: Vec<Sealed<'_>> = entries
            .iter()
            .map(|(tag, entry)| (tag, entry.as_slice()))
            .collect();
        pack(&entries)
    }

    fn some_entry() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            vec(any::<u8>(), 60),
            vec(any::<u8>(), 92),
            vec(any::<u8>(), 0..200)
        ]
    }

    proptest! {
        #[test]
        fn entries_put_in_any_order_are_what_a_map_has_and_make_the_same_bytes(
            puts in vec((any::<[u8; OWN_LEN]>(), some_entry()), 1..60),
            other in any::<[u8; OWN_LEN]>(),
        ) {
            let mut map = BTreeMap::new();
            let mut bundle: Option<Vec<u8>> = None;
            for (tag, entry) in &puts {
                map.insert(*tag, entry.clone());
                let merged = merge(bundle.as_deref().and_then(Bundle::read), &[(tag, entry)]);
                bundle = Some(pack(&merged.unwrap()).unwrap());
            }
            prop_assert_eq!(&bundle, &packed(&map));
            let bundle = bundle.unwrap();
            let read = Bundle::read(&bundle).unwrap();
            prop_assert_eq!(read.len(), map.len());
            for (tag, entry) in &map {
                prop_assert_eq!(read.find(*tag), Some(Found::Here(entry.as_slice())));
            }
            prop_assert_eq!(read.find(other).unwrap().here(), map.get(&other).map(Vec::as_slice));
            let all: Option<Vec<_>> = read.entries().collect();
            let all: BTreeMap<_, _> = all.unwrap().into_iter().map(|(t, e)| (*t, e.to_vec())).collect();
            prop_assert_eq!(all, map);
        }

        #[test]
        fn hostile_bytes_are_entries_or_damage_and_never_a_panic(
            bytes in vec(any::<u8>(), 0..300), count in 0_u8..8, tag in any::<[u8; OWN_LEN]>(),
        ) {
            let small = [&[0, count, count][..], &bytes].concat();
            for bytes in [&bytes, &small] {
                if let Some(read) = Bundle::read(bytes) {
                    let _found = read.find(tag);
                    let _all: Option<Vec<_>> = read.entries().collect();
                    for tag in read.tags {
                        let _found = read.find(*tag);
                    }
                }
            }
        }
    }

    #[test]
    fn an_entry_takes_nine_bytes_beside_what_it_is() {
        let entries = |count: u8| -> BTreeMap<OwnTag, Vec<u8>> {
            (0..count).map(|n| ([n; OWN_LEN], vec![n; 60])).collect()
        };
        let len = |count| packed(&entries(count)).unwrap().len();
        assert_eq!(len(11) - len(10), 69);
        assert_eq!(len(1), 76);
    }

    #[test]
    fn none_and_too_many_lengths_are_no_bundle() {
        assert_eq!(pack(&[]), None);
        let entries: BTreeMap<OwnTag, Vec<u8>> = (0..256_u64)
            .map(|n| (n.to_be_bytes(), vec![0; usize::try_from(n).unwrap()]))
            .collect();
        assert_eq!(packed(&entries), None);
    }
}
