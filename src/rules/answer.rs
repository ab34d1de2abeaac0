//! A finished answer: the bytes, the same bytes in each encoding, and every header, ready to send.
//!
//! An answer is made once and sent often, so what can be prepared is. Each encoding is made when
//! the first reader asks for it, and has an `ETag` of its own: a strong one names bytes. Most codes
//! are scanned once in an hour, so the first reader gets the encoding that is made soonest, and
//! only what is asked for again is made as small as it can be.

use std::{
    hash::BuildHasher as _,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};
use http_body_util::Full;

use crate::rules::negotiate::{Encoding, Wish};

mod deflate;
mod gzip;
mod squeeze;

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
    /// Whether somebody has had it squeezed already.
    again: AtomicBool,
}

#[derive(Debug)]
struct Variant {
    body: Bytes,
    headers: HeaderMap,
    etag: HeaderValue,
}

/// Shorter than this, an encoding saves no packet.
const SQUEEZE_FROM: usize = 600;
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
            plain: Variant::new(headers, Bytes::from(body)),
            gzip: OnceLock::new(),
            zstd: OnceLock::new(),
            brotli: OnceLock::new(),
            again: AtomicBool::new(false),
        }
    }

    /// The answer for a reader who takes this encoding and holds these entity tags. A `HEAD` gets
    /// the same reply: hyper leaves the body out and keeps its length.
    pub fn reply(&self, wish: Wish, request: &HeaderMap) -> Reply {
        let variant = self.wished(wish);
        // Only an answer that would be 200 has something the reader can already hold.
        if self.status == StatusCode::OK && request.contains_key(IF_NONE_MATCH) {
            let known = self.made().find(|variant| variant.is_known_to(request));
            if let Some(known) = known {
                return known.not_modified();
            }
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

    fn wished(&self, wish: Wish) -> &Variant {
        let small = self.slot(wish.small);
        let is_worth_it = wish.small == wish.soon
            || small.is_some_and(|slot| slot.get().is_some())
            || self.again.swap(true, Relaxed);
        self.variant(if is_worth_it { wish.small } else { wish.soon })
    }

    fn variant(&self, encoding: Encoding) -> &Variant {
        let Some(slot) = self.slot(encoding) else {
            return &self.plain;
        };
        slot.get_or_init(|| self.squeezed(encoding))
            .as_ref()
            .unwrap_or(&self.plain)
    }

    /// Where an encoding is kept; nothing for what is sent as it is.
    const fn slot(&self, encoding: Encoding) -> Option<&OnceLock<Option<Variant>>> {
        match (self.squeeze, encoding) {
            (Squeeze::No, _) | (Squeeze::Yes, Encoding::Identity) => None,
            (Squeeze::Yes, Encoding::Gzip) => Some(&self.gzip),
            (Squeeze::Yes, Encoding::Zstd) => Some(&self.zstd),
            (Squeeze::Yes, Encoding::Brotli) => Some(&self.brotli),
        }
    }

    /// Every encoding there is by now. Whoever holds any of them holds what would be sent.
    fn made(&self) -> impl Iterator<Item = &Variant> {
        let slots = [&self.gzip, &self.zstd, &self.brotli];
        let squeezed = slots.into_iter().filter_map(|slot| slot.get()?.as_ref());
        std::iter::once(&self.plain).chain(squeezed)
    }

    /// Nothing if it would not be smaller.
    fn squeezed(&self, encoding: Encoding) -> Option<Variant> {
        let plain = &self.plain.body;
        let (name, bytes) = match encoding {
            Encoding::Identity => return None,
            Encoding::Gzip => ("gzip", gzip::gzip(plain)?),
            Encoding::Zstd => ("zstd", squeeze::zstd(plain)?),
            Encoding::Brotli => ("br", squeeze::brotli(plain)?),
        };
        (bytes.len() < plain.len()).then(|| self.plain.squeezed(name, bytes))
    }
}

impl Variant {
    fn new(mut headers: HeaderMap, body: Bytes) -> Self {
        let etag = tag(hash(&body));
        headers.insert(ETAG, etag.clone());
        Self {
            body,
            headers,
            etag,
        }
    }

    /// The same text in other bytes. Its tag is the text's own with the encoding's name, for what
    /// is made of one text in one way is the same on every edge too.
    fn squeezed(&self, name: &'static str, bytes: Vec<u8>) -> Self {
        let own = self.etag.to_str().unwrap_or_default();
        let etag = tag(format!("{}-{name}\"", own.trim_end_matches('"')));
        let mut headers = self.headers.clone();
        headers.insert(ETAG, etag.clone());
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        Self {
            body: Bytes::from(bytes),
            headers,
            etag,
        }
    }

    /// `If-None-Match` compares weakly (RFC 9110, 13.1.2).
    fn is_known_to(&self, request: &HeaderMap) -> bool {
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
fn hash(body: &[u8]) -> String {
    let hash = foldhash::quality::FixedState::with_seed(1).hash_one(body);
    format!("\"{hash:016x}\"")
}

fn tag(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\""))
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
            let reply = answer.reply(Encoding::Identity.into(), &request);
            assert_eq!(reply.status().as_u16(), want, "{held}");
        }
    }

    #[test]
    fn only_what_is_asked_for_again_is_made_as_small_as_can_be() {
        let answer = page();
        let wish = Wish {
            small: Encoding::Brotli,
            soon: Encoding::Zstd,
        };
        let told = || {
            let reply = answer.reply(wish, &HeaderMap::new());
            reply.headers()[CONTENT_ENCODING].clone()
        };
        assert_eq!([told(), told(), told()], ["zstd", "br", "br"]);
        // Who holds the first still holds the page.
        let first = answer.variant(Encoding::Zstd).etag.clone();
        let mut request = HeaderMap::new();
        request.insert(IF_NONE_MATCH, first.clone());
        let reply = answer.reply(wish, &request);
        assert_eq!(reply.status().as_u16(), 304);
        assert_eq!(reply.headers()[ETAG], first);
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
