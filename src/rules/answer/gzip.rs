//! gzip for who asks first.
//!
//! Two thirds of a page are the same on all pages: how it begins, and its style sheet. They are
//! squeezed once, as well as can be, and each page carries them as blocks of their own; only what
//! is between and behind is looked at for each page.

use std::{io::Write as _, sync::LazyLock};

use flate2::{Compress, Compression, Crc, FlushCompress};
use saoma_pages::Lang;

use super::deflate::{Places, Stream};

/// No name, no time, an unknown system (RFC 1952).
pub(super) const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// Places are counted in two bytes.
const LONGEST: usize = 0xffff;
/// How soon the second stretch begins behind the first: a title and a few words stand between.
const OWN_AT_MOST: usize = 2000;
/// A third of the time of the default, and within a hundredth of its size.
const LEVEL: u32 = 3;

/// A stretch that many texts share.
struct Shared {
    text: &'static [u8],
    /// It alone, in blocks that end with a byte.
    squeezed: Vec<u8>,
    seen: Places,
}

/// What the public's pages of one language share: how they begin, and their longest stretch.
static SHELLS: LazyLock<Option<[[Shared; 2]; 2]>> = LazyLock::new(|| {
    let [zh, en] = Lang::ALL.map(|lang| {
        let [start, rest] = saoma_pages::shared(lang);
        Some([Shared::new(start)?, Shared::new(rest)?])
    });
    Some([zh?, en?])
});

/// Small enough, and soon.
pub(super) fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() > LONGEST {
        return thorough(plain);
    }
    let mut out = Vec::with_capacity(plain.len() / 2 + 64);
    out.extend_from_slice(&HEAD);
    let mut stream = Stream::new(plain, out);
    let shells = SHELLS.as_ref()?;
    if let Some([start, rest]) = shells
        .iter()
        .find(|[start, _]| plain.starts_with(start.text))
    {
        stream.pass(start.text.len(), &start.squeezed, &start.seen);
        let behind = plain.get(start.text.len()..).unwrap_or_default();
        if let Some(own) = rest.place_in(behind) {
            stream.store(own);
            stream.pass(rest.text.len(), &rest.squeezed, &rest.seen);
        }
    }
    let mut out = stream.finish();
    let mut sum = Crc::new();
    sum.update(plain);
    out.extend_from_slice(&sum.sum().to_le_bytes());
    out.extend_from_slice(&sum.amount().to_le_bytes());
    Some(out)
}

/// For what is longer than a page.
fn thorough(plain: &[u8]) -> Option<Vec<u8>> {
    let room = Vec::with_capacity(plain.len() / 2);
    let mut encoder = flate2::write::GzEncoder::new(room, Compression::new(LEVEL));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

impl Shared {
    fn new(text: &'static str) -> Option<Self> {
        let text = text.as_bytes();
        let mut squeezed = Vec::with_capacity(text.len() + 64);
        Compress::new(Compression::best(), false)
            .compress_vec(text, &mut squeezed, FlushCompress::Sync)
            .ok()?;
        Some(Self {
            text,
            squeezed,
            seen: Places::of(text),
        })
    }

    /// Where it begins in a text, if it does soon.
    fn place_in(&self, text: &[u8]) -> Option<usize> {
        let beginning = self.text.first_chunk::<16>()?;
        let places = text.windows(beginning.len()).take(OWN_AT_MOST).enumerate();
        let mut places = places.filter(|(_, bytes)| bytes == beginning);
        places.find_map(|(place, _)| text.get(place..)?.starts_with(self.text).then_some(place))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use saoma_pages::Refusal;

    use super::*;
    use crate::rules::render;

    fn read(stream: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(stream);
        decoder.read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn pages_and_other_texts_come_out_as_they_went_in() {
        let page = |lang| render::refusal_page(&Refusal::NotAllowed, lang);
        let long = "整车".repeat(LONGEST).into_bytes();
        for text in [vec![], b"{}".to_vec(), page(Lang::Zh), page(Lang::En), long] {
            assert!(read(&gzip(&text).unwrap()) == text, "{} bytes", text.len());
        }
    }

    #[test]
    fn what_all_pages_share_is_found_in_them() {
        for lang in Lang::ALL {
            let page = render::refusal_page(&Refusal::NotAllowed, lang);
            let [start, rest] = SHELLS
                .as_ref()
                .unwrap()
                .iter()
                .find(|[start, _]| page.starts_with(start.text))
                .unwrap();
            let behind = &page[start.text.len()..];
            assert!(rest.place_in(behind).is_some(), "{lang:?}");
            // Or there would be little to gain.
            assert!(start.text.len() + rest.text.len() > page.len() / 2);
        }
    }
}
