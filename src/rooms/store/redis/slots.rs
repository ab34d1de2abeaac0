//! Slots: which part of a cluster a key lies in, and what marks each part.
//!
//! One server has one generation mark. A cluster has one in every slot, since any one of its
//! masters may come back empty while the others are as they were; a mark moves with its slot.
//! They take 1.3 MB in all.

use std::sync::OnceLock;

use super::GENERATION;

/// How many there are in every cluster.
pub(super) const SLOTS: u16 = 16_384;
/// The polynomial of CRC-16/XMODEM, by which keys are spread over slots.
const POLYNOMIAL: u16 = 0x1021;

/// The slot of a key: of what stands in its first braces, if anything does.
pub(super) fn slot_of(key: &[u8]) -> u16 {
    let tag = key.iter().position(|byte| *byte == b'{').and_then(|open| {
        let rest = key.get(open + 1..)?;
        let close = rest.iter().position(|byte| *byte == b'}')?;
        rest.get(..close).filter(|tag| !tag.is_empty())
    });
    crc16(tag.unwrap_or(key)) % SLOTS
}

/// Where the mark of this slot lies.
pub(super) fn mark_of(slot: u16) -> Vec<u8> {
    let tag = tags().get(usize::from(slot)).copied().unwrap_or_default();
    [GENERATION, b"{", tag.to_string().as_bytes(), b"}"].concat()
}

/// For each slot, a number whose digits hash to it.
fn tags() -> &'static [u32] {
    static TAGS: OnceLock<Box<[u32]>> = OnceLock::new();
    TAGS.get_or_init(|| {
        let mut tags = vec![None; usize::from(SLOTS)];
        let mut missing = tags.len();
        // Some two hundred thousand, a few milliseconds.
        for number in 0_u32.. {
            let slot = slot_of(number.to_string().as_bytes());
            if let Some(free @ None) = tags.get_mut(usize::from(slot)) {
                *free = Some(number);
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
        }
        tags.into_iter().map(Option::unwrap_or_default).collect()
    })
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _bit| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ POLYNOMIAL
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_where_redis_says() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(slot_of(b"foo"), 12182);
        assert_eq!(slot_of(b"{foo}bar"), 12182);
        assert_eq!(slot_of(b"x{foo}{bar}"), 12182);
        assert_eq!(slot_of(b"foo{}"), crc16(b"foo{}") % SLOTS);
    }

    #[test]
    fn every_slot_has_a_mark_of_its_own_in_it() {
        for slot in 0..SLOTS {
            assert_eq!(slot_of(&mark_of(slot)), slot);
        }
    }
}
