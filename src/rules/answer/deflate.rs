//! Deflate (RFC 1951) for texts of some kilobytes that are sent once: one look at each place, no
//! tables of codes made for the text. Most of what a thorough encoder does for a page is to make
//! ready: it clears some 180 KiB of tables for 3 KiB of text. Whatever is read with it comes out as it
//! went in, and that is all that a decoder may ask.

pub(super) mod codes;

use codes::{Bits, END, LAST, MOST, STORED, literal};

/// What a place may look like, in so many bits. One bit less makes a page's own part 1 % larger, one
/// more 0.6 % smaller, and the table is copied for each page.
const HASH_BITS: u32 = 12;
/// The least that a match replaces: what is hashed.
const LEAST: usize = 4;
/// How far back a match may lie.
const WINDOW: usize = 1 << 15;
/// The newest place of each look.
#[derive(Clone, Debug)]
pub(super) struct Places([u16; 1 << HASH_BITS]);

static NOTHING: Places = Places([0; 1 << HASH_BITS]);

/// A deflate stream that is being written, from the place of `text` up to which it has come.
#[derive(Debug)]
pub(super) struct Stream<'t> {
    text: &'t [u8],
    at: usize,
    /// Where the places in `seen` count from.
    from: usize,
    seen: &'t Places,
    out: Bits,
}

impl Places {
    /// What has been seen of a text once it has been passed.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut seen = NOTHING.clone();
        for (at, look) in text.windows(LEAST).enumerate() {
            if let Some(look) = look.first_chunk() {
                seen.turn(*look, at);
            }
        }
        seen
    }

    /// The newest place that looked like this, or nearly so; this one takes its turn. Where nothing
    /// has been seen that is the first place, which is as good as any: what stands there is compared.
    #[inline]
    fn turn(&mut self, look: [u8; LEAST], at: usize) -> usize {
        let hash = u32::from_le_bytes(look).wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS);
        let slot = usize::try_from(hash).map_or(None, |hash| self.0.get_mut(hash));
        let newest = u16::try_from(at).unwrap_or_default();
        slot.map_or(0, |slot| usize::from(std::mem::replace(slot, newest)))
    }
}

impl<'t> Stream<'t> {
    /// A stream behind these bytes, which are none of its own.
    pub(super) const fn new(text: &'t [u8], out: Vec<u8>) -> Self {
        let out = Bits::behind(out);
        Self {
            text,
            at: 0,
            from: 0,
            seen: &NOTHING,
            out,
        }
    }

    /// The next bytes of the text, which `squeezed` says: whole blocks, up to a byte's end. What
    /// was seen before is forgotten; this has been seen from now on.
    pub(super) fn pass(&mut self, length: usize, squeezed: &[u8], seen: &'t Places) {
        self.out.bytes.extend_from_slice(squeezed);
        self.seen = seen;
        self.from = self.at;
        self.at += length;
    }

    /// The next bytes as they are: for so few that squeezing them saves nothing.
    pub(super) fn store(&mut self, length: usize) {
        let end = self.at + length;
        let piece = self.text.get(self.at..end).unwrap_or_default();
        // So few that one block holds them.
        let count = u16::try_from(piece.len()).unwrap_or(u16::MAX);
        self.out.put(STORED);
        self.out.align();
        self.out.bytes.extend_from_slice(&count.to_le_bytes());
        self.out.bytes.extend_from_slice(&(!count).to_le_bytes());
        self.out.bytes.extend_from_slice(piece);
        self.at = end;
    }

    /// The rest of the text, as the stream's last block.
    pub(super) fn finish(self) -> Vec<u8> {
        let Self {
            text,
            mut at,
            from,
            seen,
            mut out,
        } = self;
        let mut seen = seen.clone();
        out.put(LAST);
        let mut here = text.get(at..).unwrap_or_default();
        while let Some(look) = here.first_chunk::<LEAST>() {
            let place = from + seen.turn(*look, at - from);
            let same = match text.get(place..) {
                Some(there) if (1..=WINDOW).contains(&(at - place)) => alike(there, here),
                Some(_) | None => 0,
            };
            let passed = if same >= LEAST {
                out.repeat(same, at - place);
                same
            } else if look[0] < 0xE0 {
                out.put(literal(look[0]));
                1
            } else {
                // Nothing is sought inside a Chinese character: what comes again comes whole.
                out.put(literal(look[0]).and(literal(look[1])).and(literal(look[2])));
                3
            };
            at += passed;
            here = here.get(passed..).unwrap_or_default();
        }
        for byte in here {
            out.put(literal(*byte));
        }
        out.put(END);
        out.align();
        out.bytes
    }
}

/// How many bytes two texts begin with alike, eight at a time, as far as one symbol says.
#[inline]
fn alike(one: &[u8], other: &[u8]) -> usize {
    let mut same = 0;
    let eights = one.chunks_exact(8).zip(other.chunks_exact(8));
    for (one, other) in eights.take(MOST / 8 + 1) {
        let number = |eight: &[u8]| {
            eight
                .first_chunk()
                .map_or(0, |eight| u64::from_le_bytes(*eight))
        };
        let differ = number(one) ^ number(other);
        if differ != 0 {
            let bytes = usize::try_from(differ.trailing_zeros() / 8).unwrap_or_default();
            return (same + bytes).min(MOST);
        }
        same += 8;
    }
    let rest = one.iter().zip(other).skip(same);
    let rest = rest.take_while(|(one, other)| one == other).count();
    (same + rest).min(MOST)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn read(stream: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        let mut decoder = flate2::read::DeflateDecoder::new(stream);
        decoder.read_to_end(&mut text).unwrap();
        text
    }

    /// Few different bytes, in stretches, some of which come again: near, far, and overlapping.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let stretch = (prop::collection::vec(any::<u8>(), 0..40), 1..30_usize);
        prop::collection::vec(stretch, 0..40).prop_map(|all| {
            all.into_iter()
                .flat_map(|(bytes, times)| bytes.repeat(times))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn every_text_comes_out_as_it_went_in(text in texts()) {
            prop_assert_eq!(read(&Stream::new(&text, Vec::new()).finish()), text);
        }

        #[test]
        fn so_it_does_behind_what_is_stored_and_what_was_squeezed_before(
            stored in prop::collection::vec(any::<u8>(), 0..300), shared in texts(), rest in texts(),
        ) {
            let mut squeezed = Vec::with_capacity(shared.len() + 4096);
            flate2::Compress::new(flate2::Compression::best(), false)
                .compress_vec(&shared, &mut squeezed, flate2::FlushCompress::Sync)
                .unwrap();
            let text = [&*stored, &shared, &rest, &shared, &rest].concat();
            let seen = Places::of(&shared);
            let mut stream = Stream::new(&text, Vec::new());
            stream.store(stored.len());
            stream.pass(shared.len(), &squeezed, &seen);
            prop_assert_eq!(read(&stream.finish()), text);
        }
    }

    #[test]
    fn each_length_and_each_distance_has_its_code() {
        for length in 4..=600_usize {
            let text = [vec![b'a'; length], b"b".to_vec()].concat();
            assert_eq!(read(&Stream::new(&text, Vec::new()).finish()), text);
        }
        for distance in (1..60_000_usize).step_by(61) {
            // Nothing between comes twice.
            let between = (0_u32..).flat_map(|n| n.wrapping_mul(0x9E37_79B1).to_le_bytes());
            let mut text = b"once more".to_vec();
            text.extend(between.take(distance));
            text.extend(b"once more");
            assert_eq!(
                read(&Stream::new(&text, Vec::new()).finish()),
                text,
                "{distance}"
            );
        }
    }

    #[test]
    fn what_comes_again_is_small() {
        let text = "整车合格证 ".repeat(100).into_bytes();
        assert!(Stream::new(&text, Vec::new()).finish().len() < 60);
    }
}
