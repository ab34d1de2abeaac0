//! The headers of an answer. Those of most are the same for thousands, and are put together once.

use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_ENCODING, ETAG},
};

use crate::rules::negotiate::Encoding;

/// What an own set of headers occupies: fifteen slots of some hundred bytes.
const OWN: usize = 2048;

/// The headers of an answer, but for its `ETag`.
#[derive(Debug)]
pub enum Head {
    /// Those of all answers of its sort.
    Shared(&'static Heads),
    /// Its own.
    Own(HeaderMap),
}

/// One set of headers, with what each encoding adds. A slot is kept for the `ETag`, for a map that
/// grows is written anew.
#[derive(Debug)]
pub struct Heads {
    plain: HeaderMap,
    gzip: HeaderMap,
    zstd: HeaderMap,
    brotli: HeaderMap,
}

impl Heads {
    /// What comes of these headers.
    pub fn of(mut plain: HeaderMap) -> Self {
        plain.insert(ETAG, HeaderValue::from_static("\"\""));
        let squeezed = |encoding| Head::Own(plain.clone()).of(encoding);
        Self {
            gzip: squeezed(Encoding::Gzip),
            zstd: squeezed(Encoding::Zstd),
            brotli: squeezed(Encoding::Brotli),
            plain,
        }
    }
}

impl Head {
    pub(super) fn of(&self, encoding: Encoding) -> HeaderMap {
        match self {
            Self::Shared(heads) => match encoding {
                Encoding::Identity => heads.plain.clone(),
                Encoding::Gzip => heads.gzip.clone(),
                Encoding::Zstd => heads.zstd.clone(),
                Encoding::Brotli => heads.brotli.clone(),
            },
            Self::Own(headers) => {
                let mut headers = headers.clone();
                if encoding != Encoding::Identity {
                    let name = HeaderValue::from_static(encoding.name());
                    headers.insert(CONTENT_ENCODING, name);
                }
                headers
            }
        }
    }

    pub(super) const fn weight(&self) -> usize {
        match self {
            Self::Shared(_) => 0,
            Self::Own(_) => OWN,
        }
    }
}

impl From<HeaderMap> for Head {
    fn from(headers: HeaderMap) -> Self {
        Self::Own(headers)
    }
}

impl From<&'static Heads> for Head {
    fn from(heads: &'static Heads) -> Self {
        Self::Shared(heads)
    }
}
