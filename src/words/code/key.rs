//! Codes as keys: short, and in the order of the codes.

use std::{fmt, ops::Deref};

use super::{Code, Kind, LEN_MAX, LIC_LEN, ORG_LEN, VIN_LEN};

/// The longest key: a battery's, six bits a character.
const KEY_MAX: usize = 1 + (LEN_MAX * 6).div_ceil(8);

/// A code as a store's key: one byte for the kind, then the text, packed. Digits take half a byte
/// each, letters and digits three quarters; there are tens of millions of keys, and each stands in
/// several tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    bytes: [u8; KEY_MAX],
    len: u8,
}

impl Key {
    /// The key of a code of this kind.
    pub(super) fn of(kind: Kind, text: &[u8]) -> Self {
        let mut bytes = [0; KEY_MAX];
        let [first, room @ ..] = &mut bytes;
        *first = kind_number(kind);
        let packed = match kind {
            Kind::Vin | Kind::Lic => pack_digits(text, room),
            Kind::Pwb => pack_letters(text, room),
        };
        let len = u8::try_from(1 + packed).unwrap_or(0);
        Self { bytes, len }
    }

    /// The key as numbers, in the same order.
    pub fn order(&self) -> [u128; 2] {
        let (first, second) = self.bytes.split_at(16);
        let number = |half: &[u8]| {
            let mut bytes = [0; 16];
            if let Some(room) = bytes.get_mut(..half.len()) {
                room.copy_from_slice(half);
            }
            u128::from_be_bytes(bytes)
        };
        [number(first), number(second)]
    }
}

/// Two digits a byte, in their order. Gives back how many bytes that are.
fn pack_digits(digits: &[u8], room: &mut [u8; KEY_MAX - 1]) -> usize {
    for (slot, two) in room.iter_mut().zip(digits.chunks(2)) {
        let half = |at: usize| two.get(at).map_or(0, |digit| digit - b'0');
        *slot = half(0) << 4 | half(1);
    }
    digits.len().div_ceil(2)
}

/// Four characters in three bytes, in their order. No character is all zeros, so a text is
/// before all that begin with it, and its end can be told. Gives back how many bytes that are.
fn pack_letters(letters: &[u8], room: &mut [u8; KEY_MAX - 1]) -> usize {
    let (slots, _) = room.as_chunks_mut::<3>();
    for (slot, four) in slots.iter_mut().zip(letters.chunks(4)) {
        let mut packed: u32 = 0;
        for (letter, shift) in four.iter().zip([26, 20, 14, 8]) {
            packed |= u32::from(six_bits(*letter)) << shift;
        }
        let [first, second, third, _] = packed.to_be_bytes();
        *slot = [first, second, third];
    }
    (letters.len() * 6).div_ceil(8)
}

/// The code whose key this is. Looks at every bit, so that no two keys are one code.
pub(super) fn read(key: &[u8]) -> Option<Code> {
    let (&number, packed) = key.split_first()?;
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| kind_number(*kind) == number)?;
    match kind {
        Kind::Vin => unpack_digits(kind, packed, VIN_LEN),
        Kind::Lic => unpack_digits(kind, packed, LIC_LEN),
        Kind::Pwb => unpack_letters(packed),
    }
}

/// A letter's or digit's place among them all, from 1, in the order of the texts.
const fn six_bits(letter: u8) -> u8 {
    match letter {
        b'0'..=b'9' => letter - b'0' + 1,
        b'A'..=b'Z' => letter - b'A' + 11,
        b'a'..=b'z' => letter - b'a' + 37,
        _ => 0,
    }
}

const fn letter(six_bits: u8) -> u8 {
    match six_bits {
        1..=10 => six_bits - 1 + b'0',
        11..=36 => six_bits - 11 + b'A',
        37..=62 => six_bits - 37 + b'a',
        _ => 0,
    }
}

fn unpack_digits(kind: Kind, packed: &[u8], len: usize) -> Option<Code> {
    let mut code = Code::blank(kind);
    let mut digits = packed.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    for slot in code.bytes.iter_mut().take(len) {
        *slot = digits.next().filter(|digit| *digit < 10)? + b'0';
        code.len += 1;
    }
    let padded = packed.len() == len.div_ceil(2) && digits.all(|rest| rest == 0);
    padded.then_some(code)
}

fn unpack_letters(packed: &[u8]) -> Option<Code> {
    let mut code = Code::blank(Kind::Pwb);
    let mut sixes = packed.chunks(3).flat_map(|three| {
        let mut word = [0; 4];
        for (slot, byte) in word.iter_mut().zip(three) {
            *slot = *byte;
        }
        let word = u32::from_be_bytes(word);
        [26, 20, 14, 8].map(|shift| (word >> shift).to_le_bytes()[0] & 63)
    });
    for (slot, six) in code.bytes.iter_mut().zip(sixes.by_ref()) {
        if six == 0 {
            break;
        }
        *slot = Some(letter(six)).filter(|letter| *letter != 0)?;
        code.len += 1;
    }
    let len = usize::from(code.len);
    let whole = packed.len() == (len * 6).div_ceil(8) && sixes.all(|rest| rest == 0);
    let (org, _) = code.bytes.split_at(ORG_LEN);
    let sound = len > ORG_LEN && !org.iter().any(u8::is_ascii_lowercase);
    (whole && sound).then_some(code)
}

impl Deref for Key {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// The kind's number in the store; never changes.
const fn kind_number(kind: Kind) -> u8 {
    match kind {
        Kind::Vin => 1,
        Kind::Pwb => 2,
        Kind::Lic => 3,
    }
}

impl fmt::Debug for Key {
    /// The kind's number only, for the same reason.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}…)", self.first().copied().unwrap_or_default())
    }
}
