//! What a deflate stream is made of (RFC 1951): symbols in the codes that every decoder knows, and
//! the bits in which they are written.

/// The most that one symbol may say.
pub(in super::super) const MOST: usize = 258;
/// The symbol that ends a block.
pub(in super::super) const END: Code = Code { bits: 0, count: 7 };
/// How a block begins whose bytes are as they are.
pub(in super::super) const STORED: Code = Code {
    bits: 0b000,
    count: 3,
};
/// How the last block begins, in the codes that every decoder knows.
pub(in super::super) const LAST: Code = Code {
    bits: 0b011,
    count: 3,
};

/// A symbol, and what is said with it, as it is written: the first bit lowest.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Code {
    bits: u32,
    count: u32,
}

#[derive(Debug)]
pub(in super::super) struct Bits {
    pub(in super::super) bytes: Vec<u8>,
    waiting: u64,
    count: u32,
}

impl Bits {
    /// Nothing yet, behind these bytes.
    pub(in super::super) const fn behind(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            waiting: 0,
            count: 0,
        }
    }

    #[inline]
    pub(in super::super) fn put(&mut self, code: Code) {
        self.waiting |= u64::from(code.bits) << self.count;
        self.count += code.count;
        if self.count >= 32 {
            let [a, b, c, d, ..] = self.waiting.to_le_bytes();
            self.bytes.extend_from_slice(&[a, b, c, d]);
            self.waiting >>= 32;
            self.count -= 32;
        }
    }

    #[inline]
    pub(in super::super) fn repeat(&mut self, length: usize, distance: usize) {
        self.again(LENGTHS.get(length).copied().unwrap_or_default(), distance);
    }

    /// The same with the code of its length.
    #[inline]
    pub(in super::super) fn again(&mut self, length: Code, distance: usize) {
        self.put(length.and(said_distance(u32::try_from(distance).unwrap_or_default())));
    }

    /// Bytes one by one.
    pub(in super::super) fn spell(&mut self, bytes: &[u8]) {
        let mut threes = bytes.chunks_exact(3);
        for three in &mut threes {
            let codes = three.iter().map(|byte| literal(*byte));
            self.put(codes.fold(Code::default(), Code::and));
        }
        for byte in threes.remainder() {
            self.put(literal(*byte));
        }
    }

    /// Fills up the byte.
    pub(in super::super) fn align(&mut self) {
        let whole = self.waiting.to_le_bytes();
        let bytes = whole
            .iter()
            .take(self.count.div_ceil(8).try_into().unwrap_or(0));
        self.bytes.extend(bytes);
        (self.waiting, self.count) = (0, 0);
    }
}

impl Code {
    /// How many bits it has.
    pub(in super::super) const fn count(self) -> u32 {
        self.count
    }

    /// This, and then that: together at most 31 bits.
    #[inline]
    pub(in super::super) const fn and(self, next: Self) -> Self {
        Self {
            bits: self.bits | (next.bits << self.count),
            count: self.count + next.count,
        }
    }
}

#[inline]
pub(in super::super) fn literal(byte: u8) -> Code {
    LITERALS.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The fixed codes of the bytes (3.2.6).
const LITERALS: [Code; 256] = {
    let mut codes = [Code { bits: 0, count: 0 }; 256];
    let (mut rest, mut byte) = (codes.as_mut_slice(), 0);
    while let Some((code, behind)) = rest.split_first_mut() {
        *code = if byte < 144 {
            turned(0x30 + byte, 8)
        } else {
            turned(0x190 + byte - 144, 9)
        };
        (rest, byte) = (behind, byte + 1);
    }
    codes
};

/// The fixed codes of the lengths, from none to the longest; the first three are never written.
const LENGTHS: [Code; MOST + 1] = {
    let mut codes = [Code { bits: 0, count: 0 }; MOST + 1];
    let (mut rest, mut length) = (codes.as_mut_slice(), 0);
    while let Some((code, behind)) = rest.split_first_mut() {
        *code = said_length(length);
        (rest, length) = (behind, length + 1);
    }
    codes
};

/// The fixed code of a length: its symbol, and which of that symbol's lengths it is (3.2.5).
pub(in super::super) const fn said_length(length: u32) -> Code {
    match length {
        0..3 => Code { bits: 0, count: 0 },
        // The longest has a symbol of its own.
        258 => length_symbol(28),
        3..11 => length_symbol(length - 3),
        // Four symbols to each power of two.
        _ => {
            let before = length - 3;
            let extra = before.ilog2() - 2;
            length_symbol(4 * extra + (before >> extra)).and(lowest(before, extra))
        }
    }
}

/// The code of the symbol that is so far behind the end of a block's.
const fn length_symbol(symbol: u32) -> Code {
    // The first 23 share their length with the end of a block; the last few are as long as bytes.
    if symbol < 23 {
        turned(symbol + 1, 7)
    } else {
        turned(0xC0 + symbol - 23, 8)
    }
}

/// The fixed codes of the symbols that say a distance.
const DISTANCES: [Code; 32] = {
    let mut codes = [Code { bits: 0, count: 0 }; 32];
    let (mut rest, mut symbol) = (codes.as_mut_slice(), 0);
    while let Some((code, behind)) = rest.split_first_mut() {
        *code = turned(symbol, 5);
        (rest, symbol) = (behind, symbol + 1);
    }
    codes
};

/// The fixed code of a distance: which power of two it is in, its upper or lower half, and where.
#[inline]
fn said_distance(distance: u32) -> Code {
    let before = distance - 1;
    let (symbol, extra) = if before < 4 {
        (before, 0)
    } else {
        let extra = before.ilog2() - 1;
        (2 * extra + (before >> extra), extra)
    };
    let symbol = usize::try_from(symbol).map_or(None, |symbol| DISTANCES.get(symbol));
    symbol.map_or_else(Code::default, |code| code.and(lowest(before, extra)))
}

/// So many of the lowest bits of a number.
const fn lowest(number: u32, count: u32) -> Code {
    Code {
        bits: number & ((1 << count) - 1),
        count,
    }
}

/// Codes are written from their highest bit, all else from its lowest.
const fn turned(code: u32, count: u32) -> Code {
    Code {
        bits: code.reverse_bits() >> (32 - count),
        count,
    }
}
