//! A finished answer: the bytes, the same bytes in each encoding, and every header, ready to send.
//!
//! An answer is made once and sent often, so what can be prepared is. Each encoding is made when
//! the first reader asks for it, and has an `ETag` of its own: a strong one names bytes. Most codes
//! are scanned once in an hour, so the first reader gets the encoding that is made soonest, and
//! only what is asked for again is made as small as it can be.

use std::{
    borrow::Cow,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH},
};
use http_body_util::Full;

use crate::rules::negotiate::{Encoding, Wish};

mod deflate;
mod gzip;
mod head;
pub mod mould;
mod squeeze;
mod text;

pub use head::{Head, Heads};
pub use text::Text;

/// What goes back to hyper.
pub type Reply = Response<Full<Bytes>>;

/// Whether an answer is worth compressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Squeeze {
    /// Text that is kept: compressed once, sent often.
    Yes,
    /// Text that is kept for seconds: what is made soonest is kept, and nothing else.
    Soon,
    /// Pixels, or an answer for one reader.
    No,
}

/// A finished answer.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    squeeze: Squeeze,
    head: Head,
    text: Text,
    /// What all its entity tags begin with.
    hash: String,
    plain: OnceLock<Variant>,
    gzip: OnceLock<Option<Variant>>,
    zstd: OnceLock<Option<Variant>>,
    brotli: OnceLock<Option<Variant>>,
    /// Whether somebody has had it squeezed already.
    again: AtomicBool,
}

#[derive(Clone, Debug)]
struct Variant {
    encoding: Encoding,
    body: Bytes,
    etag: HeaderValue,
}

/// Shorter than this, an encoding saves no packet.
const SQUEEZE_FROM: usize = 600;
/// What an answer keeps beside its texts: itself, and its entity tags.
const BESIDE: usize = 1024;

impl Answer {
    /// An answer with these headers; `ETag` and `Content-Encoding` are added here.
    pub fn new(
        status: StatusCode,
        head: impl Into<Head>,
        text: impl Into<Text>,
        squeeze: Squeeze,
    ) -> Self {
        let text = text.into();
        let squeeze = if text.len() < SQUEEZE_FROM {
            Squeeze::No
        } else {
            squeeze
        };
        Self {
            status,
            squeeze,
            head: head.into(),
            // The same on every edge of one version, so that a reader may change edges.
            hash: format!("\"{:016x}", text.hash()),
            text,
            plain: OnceLock::new(),
            gzip: OnceLock::new(),
            zstd: OnceLock::new(),
            brotli: OnceLock::new(),
            again: AtomicBool::new(false),
        }
    }

    /// The answer for a reader who takes this encoding and holds these entity tags. A `HEAD` gets
    /// the same reply: hyper leaves the body out and keeps its length.
    pub fn reply(&self, wish: Wish, request: &HeaderMap) -> Reply {
        // Only an answer that would be 200 has something the reader can already hold.
        if self.status == StatusCode::OK && request.contains_key(IF_NONE_MATCH) {
            // Whoever holds any encoding of it holds what would be sent, and every edge makes the same.
            let tags = Encoding::ALL.map(|encoding| self.tag(encoding));
            if let Some(held) = tags.into_iter().find(|tag| is_held(tag, request)) {
                return self.not_modified(held);
            }
        }
        let variant = self.wished(wish);
        let mut reply = Response::new(Full::new(variant.body.clone()));
        *reply.status_mut() = self.status;
        *reply.headers_mut() = self.headers(variant.encoding, variant.etag.clone());
        reply
    }

    /// The status it is sent with.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The bytes as they are.
    pub fn body(&self) -> &Bytes {
        &self.plain().body
    }

    /// An upper bound of what it keeps in memory, in bytes, encodings not yet made included.
    pub fn weight(&self) -> usize {
        let plain = BESIDE + self.head.weight() + self.text.weight();
        match self.squeeze {
            // As it is, and in three encodings, each of which takes less than half.
            Squeeze::Yes => plain + self.text.len() * 5 / 2,
            Squeeze::No => plain + self.text.len(),
            Squeeze::Soon => plain + self.text.len() / 2,
        }
    }

    fn wished(&self, wish: Wish) -> Cow<'_, Variant> {
        if self.squeeze == Squeeze::Soon {
            return match self.slot(wish.soon) {
                Some(_) => Cow::Borrowed(self.variant(wish.soon)),
                None => Cow::Owned(self.squeezed(wish.soon).unwrap_or_else(|| self.as_it_is())),
            };
        }
        let small = self.slot(wish.small);
        let is_made = small.is_some_and(|slot| slot.get().is_some());
        if is_made || self.again.swap(true, Relaxed) {
            return Cow::Borrowed(self.variant(wish.small));
        }
        // What is cast is soon cast again, and most are asked for once: kept, it would only be
        // memory that is written to for nothing.
        match (&self.text, wish.soon) {
            (Text::Cast(..), Encoding::Gzip) => {
                Cow::Owned(self.squeezed(wish.soon).unwrap_or_else(|| self.as_it_is()))
            }
            _ => Cow::Borrowed(self.variant(wish.soon)),
        }
    }

    fn variant(&self, encoding: Encoding) -> &Variant {
        let Some(slot) = self.slot(encoding) else {
            return self.plain();
        };
        slot.get_or_init(|| self.squeezed(encoding))
            .as_ref()
            .unwrap_or_else(|| self.plain())
    }

    /// Where an encoding is kept; nothing for what is sent as it is.
    const fn slot(&self, encoding: Encoding) -> Option<&OnceLock<Option<Variant>>> {
        match (self.squeeze, encoding) {
            (Squeeze::Yes | Squeeze::Soon, Encoding::Gzip) => Some(&self.gzip),
            (Squeeze::No | Squeeze::Soon, _) | (Squeeze::Yes, Encoding::Identity) => None,
            (Squeeze::Yes, Encoding::Zstd) => Some(&self.zstd),
            (Squeeze::Yes, Encoding::Brotli) => Some(&self.brotli),
        }
    }

    fn plain(&self) -> &Variant {
        self.plain.get_or_init(|| self.as_it_is())
    }

    fn as_it_is(&self) -> Variant {
        Variant {
            encoding: Encoding::Identity,
            body: self.text.plain(),
            etag: self.tag(Encoding::Identity),
        }
    }

    /// Nothing if it would not be smaller.
    fn squeezed(&self, encoding: Encoding) -> Option<Variant> {
        let bytes = match encoding {
            Encoding::Identity => return None,
            Encoding::Gzip => self.text.gzip()?,
            Encoding::Zstd => squeeze::zstd(&self.text.plain())?,
            Encoding::Brotli => squeeze::brotli(&self.text.plain())?,
        };
        (bytes.len() < self.text.len()).then(|| Variant {
            encoding,
            body: Bytes::from(bytes),
            etag: self.tag(encoding),
        })
    }

    /// The tag of an encoding is the text's own with the encoding's name, for what is made of one
    /// text in one way is the same on every edge too.
    fn tag(&self, encoding: Encoding) -> HeaderValue {
        let text = match encoding {
            Encoding::Identity => [&self.hash, "\""].concat(),
            Encoding::Gzip | Encoding::Zstd | Encoding::Brotli => {
                [&self.hash, "-", encoding.name(), "\""].concat()
            }
        };
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("\"\""))
    }

    fn headers(&self, encoding: Encoding, etag: HeaderValue) -> HeaderMap {
        let mut headers = self.head.of(encoding);
        headers.insert(ETAG, etag);
        headers
    }

    fn not_modified(&self, held: HeaderValue) -> Reply {
        let mut reply = Response::new(Full::default());
        *reply.status_mut() = StatusCode::NOT_MODIFIED;
        let mut headers = self.headers(Encoding::Identity, held);
        headers.remove(CONTENT_TYPE);
        *reply.headers_mut() = headers;
        reply
    }
}

/// Whether a request says that its reader has what this tag names. `If-None-Match` compares weakly
/// (RFC 9110, 13.1.2).
fn is_held(own: &HeaderValue, request: &HeaderMap) -> bool {
    request.get_all(IF_NONE_MATCH).into_iter().any(|line| {
        line.as_bytes()
            .split(|byte| *byte == b',')
            .map(<[u8]>::trim_ascii)
            .any(|tag| tag == b"*" || tag.strip_prefix(b"W/").unwrap_or(tag) == own)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use http::header::CONTENT_ENCODING;

    use super::*;

    fn page() -> Answer {
        let body = "整车 vehicle ".repeat(200).into_bytes();
        Answer::new(StatusCode::OK, HeaderMap::new(), body, Squeeze::Yes)
    }

    #[test]
    fn every_encoding_holds_the_same_bytes_under_its_own_tag() {
        let answer = page();
        let plain = answer.body().to_vec();
        let mut tags = vec![answer.plain().etag.clone()];
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
        let own = answer.plain().etag.to_str().unwrap().to_owned();
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
        assert!(answer.weight() >= all + answer.body().len());
    }
}
