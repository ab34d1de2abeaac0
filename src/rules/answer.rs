//! A finished answer: the bytes, the same bytes in each encoding, and every header, ready to send.
//!
//! An answer is made once and sent often, so what can be prepared is. Each encoding is made when
//! the first reader asks for it, and has an `ETag` of its own: a strong one names bytes.

use std::{hash::BuildHasher as _, io::Write as _, sync::OnceLock};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};
use http_body_util::Full;

use crate::rules::negotiate::Encoding;

/// What goes back to hyper.
pub type Reply = Response<Full<Bytes>>;

/// Whether an answer is worth compressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Squeeze {
    /// Text that is kept: compressed once, sent often.
    Yes,
    /// Pixels, or an answer for one reader.
    No,
}

/// A finished answer.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    squeeze: Squeeze,
    plain: Variant,
    gzip: OnceLock<Option<Variant>>,
    zstd: OnceLock<Option<Variant>>,
    brotli: OnceLock<Option<Variant>>,
}

#[derive(Debug)]
struct Variant {
    body: Bytes,
    headers: HeaderMap,
    etag: HeaderValue,
}

/// Shorter than this, an encoding saves no packet.
const SQUEEZE_FROM: usize = 600;
/// The first reader waits for it. Above this the encoder asks for tables of megabytes: 5 ms instead
/// of 0.2 for a page, to save its last twelfth.
const BROTLI_QUALITY: i32 = 4;
/// A window of 64 KiB is larger than any page, and its tables are small.
const BROTLI_WINDOW: i32 = 16;
/// The library's own default; pages are too small for more to matter.
const ZSTD_LEVEL: i32 = 3;
/// What the headers of one encoding occupy: fifteen slots of some hundred bytes, and their tag.
const HEAD: usize = 2048;

impl Answer {
    /// An answer with these headers; `ETag` and `Content-Encoding` are added here.
    pub fn new(status: StatusCode, headers: HeaderMap, body: Vec<u8>, squeeze: Squeeze) -> Self {
        let squeeze = if body.len() < SQUEEZE_FROM {
            Squeeze::No
        } else {
            squeeze
        };
        Self {
            status,
            squeeze,
            plain: Variant::new(headers, Bytes::from(body), None),
            gzip: OnceLock::new(),
            zstd: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }

    /// The answer for a reader who takes this encoding and holds these entity tags. A `HEAD` gets
    /// the same reply: hyper leaves the body out and keeps its length.
    pub fn reply(&self, encoding: Encoding, request: &HeaderMap) -> Reply {
        let variant = self.variant(encoding);
        // Only an answer that would be 200 has something the reader can already hold.
        if self.status == StatusCode::OK && variant.is_known_to(request) {
            return variant.not_modified();
        }
        let mut reply = Response::new(Full::new(variant.body.clone()));
        *reply.status_mut() = self.status;
        *reply.headers_mut() = variant.headers.clone();
        reply
    }

    /// The status it is sent with.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The bytes as they are.
    pub fn body(&self) -> &Bytes {
        &self.plain.body
    }

    /// An upper bound of what it keeps in memory, in bytes, encodings not yet made included.
    pub fn weight(&self) -> usize {
        let plain = HEAD + self.plain.body.len();
        match self.squeeze {
            // Three encodings, each of which takes less than half.
            Squeeze::Yes => plain + 3 * (HEAD + self.plain.body.len() / 2),
            Squeeze::No => plain,
        }
    }

    fn variant(&self, encoding: Encoding) -> &Variant {
        let slot = match (self.squeeze, encoding) {
            (Squeeze::No, _) | (Squeeze::Yes, Encoding::Identity) => return &self.plain,
            (Squeeze::Yes, Encoding::Gzip) => &self.gzip,
            (Squeeze::Yes, Encoding::Zstd) => &self.zstd,
            (Squeeze::Yes, Encoding::Brotli) => &self.brotli,
        };
        slot.get_or_init(|| self.squeezed(encoding))
            .as_ref()
            .unwrap_or(&self.plain)
    }

    /// Nothing if it would not be smaller.
    fn squeezed(&self, encoding: Encoding) -> Option<Variant> {
        let plain = &self.plain.body;
        let (name, bytes) = match encoding {
            Encoding::Identity => return None,
            Encoding::Gzip => ("gzip", gzip(plain)?),
            Encoding::Zstd => ("zstd", zstd::bulk::compress(plain, ZSTD_LEVEL).ok()?),
            Encoding::Brotli => ("br", brotli(plain)?),
        };
        (bytes.len() < plain.len())
            .then(|| Variant::new(self.plain.headers.clone(), Bytes::from(bytes), Some(name)))
    }
}

impl Variant {
    fn new(mut headers: HeaderMap, body: Bytes, encoding: Option<&'static str>) -> Self {
        let etag = etag(&body);
        headers.insert(ETAG, etag.clone());
        if let Some(name) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        Self {
            body,
            headers,
            etag,
        }
    }

    /// `If-None-Match` compares weakly (RFC 9110, 13.1.2).
    fn is_known_to(&self, request: &HeaderMap) -> bool {
        if !request.contains_key(IF_NONE_MATCH) {
            return false;
        }
        let own = self.etag.as_bytes();
        request.get_all(IF_NONE_MATCH).into_iter().any(|line| {
            line.as_bytes()
                .split(|byte| *byte == b',')
                .map(<[u8]>::trim_ascii)
                .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == own)
        })
    }

    fn not_modified(&self) -> Reply {
        let mut reply = Response::new(Full::default());
        *reply.status_mut() = StatusCode::NOT_MODIFIED;
        let mut headers = self.headers.clone();
        headers.remove(CONTENT_TYPE);
        headers.remove(CONTENT_ENCODING);
        *reply.headers_mut() = headers;
        reply
    }
}

/// The same on every edge of one version, so that a reader may change edges. A fast hash will do:
/// nobody gains by making two pages of ours collide, and nobody chooses their bytes.
fn etag(body: &[u8]) -> HeaderValue {
    let hash = foldhash::quality::FixedState::with_seed(1).hash_one(body);
    let text = format!("\"{hash:016x}\"");
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\""))
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let room = Vec::with_capacity(plain.len() / 2);
    let mut encoder = flate2::write::GzEncoder::new(room, flate2::Compression::default());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

fn brotli(plain: &[u8]) -> Option<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut out = Vec::with_capacity(plain.len() / 2);
    brotli::BrotliCompress(&mut &*plain, &mut out, &params).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn page() -> Answer {
        let body = "整车 vehicle ".repeat(200).into_bytes();
        Answer::new(StatusCode::OK, HeaderMap::new(), body, Squeeze::Yes)
    }

    #[test]
    fn every_encoding_holds_the_same_bytes_under_its_own_tag() {
        let answer = page();
        let plain = answer.plain.body.to_vec();
        let mut tags = vec![answer.plain.etag.clone()];
        for encoding in [Encoding::Gzip, Encoding::Zstd, Encoding::Brotli] {
            let variant = answer.variant(encoding);
            let mut out = Vec::new();
            match encoding {
                Encoding::Identity => unreachable!("not in the list"),
                Encoding::Gzip => {
                    flate2::read::GzDecoder::new(&*variant.body)
                        .read_to_end(&mut out)
                        .unwrap();
                }
                Encoding::Zstd => out = zstd::bulk::decompress(&variant.body, 1 << 20).unwrap(),
                Encoding::Brotli => {
                    brotli::BrotliDecompress(&mut &*variant.body, &mut out).unwrap();
                }
            }
            assert_eq!(out, plain, "{encoding:?}");
            assert!(!tags.contains(&variant.etag), "{encoding:?}");
            tags.push(variant.etag.clone());
        }
    }

    #[test]
    fn a_tag_the_reader_holds_is_recognised_in_every_way_of_writing_it() {
        let answer = page();
        let own = answer.plain.etag.to_str().unwrap().to_owned();
        let cases = [
            (own.clone(), 304),
            (format!("\"a\", W/{own}"), 304),
            ("*".to_owned(), 304),
            ("\"a\"".to_owned(), 200),
            (own.replace('"', ""), 200),
        ];
        for (held, want) in cases {
            let mut request = HeaderMap::new();
            request.insert(IF_NONE_MATCH, HeaderValue::try_from(&held).unwrap());
            let reply = answer.reply(Encoding::Identity, &request);
            assert_eq!(reply.status().as_u16(), want, "{held}");
        }
    }

    #[test]
    fn what_an_answer_weighs_bounds_what_it_holds() {
        let answer = page();
        let all: usize = [Encoding::Gzip, Encoding::Zstd, Encoding::Brotli]
            .map(|encoding| answer.variant(encoding).body.len())
            .iter()
            .sum();
        assert!(answer.weight() >= all + answer.plain.body.len() + 4 * HEAD);
    }
}
