//! What sort of bytes an answer is made of, how long it may be kept, and the headers that say so.

use std::sync::{LazyLock, OnceLock};

use http::{
    HeaderMap, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE},
};

use crate::rules::{
    answer::{Heads, Squeeze},
    hardening::everywhere,
};

/// What sort of bytes an answer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A page.
    Html,
    /// A view.
    Json,
    /// A refusal for a program (RFC 9457).
    Problem,
    /// A picture made of lines.
    Svg,
    /// A picture made of pixels.
    Png,
    /// Plain text.
    Text,
}

/// How long anybody may keep an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// What a code's page says may change; an outage is bridged for a day.
    Found,
    /// Made without asking the store: worth asking again soon.
    Stale,
    /// Part of the program: changes with its version.
    Fixed,
    /// A no that may become a yes: makers upload late.
    Negative,
    /// For this reader and this moment.
    Never,
}

impl Media {
    const ALL: usize = 6;

    const fn number(self) -> usize {
        match self {
            Self::Html => 0,
            Self::Json => 1,
            Self::Problem => 2,
            Self::Svg => 3,
            Self::Png => 4,
            Self::Text => 5,
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
            Self::Problem => "application/problem+json",
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    pub(super) const fn squeeze(self) -> Squeeze {
        match self {
            Self::Html | Self::Json | Self::Problem | Self::Svg | Self::Text => Squeeze::Yes,
            Self::Png => Squeeze::No,
        }
    }

    /// Whether a script of somebody else's may read it: data yes, pages no.
    const fn is_data(self) -> bool {
        match self {
            Self::Json | Self::Problem => true,
            Self::Html | Self::Svg | Self::Png | Self::Text => false,
        }
    }
}

impl Keeping {
    const ALL: usize = 5;

    const fn number(self) -> usize {
        match self {
            Self::Found => 0,
            Self::Stale => 1,
            Self::Fixed => 2,
            Self::Negative => 3,
            Self::Never => 4,
        }
    }

    pub(super) const fn cache_control(self) -> &'static str {
        match self {
            Self::Found => "public, max-age=30, stale-if-error=86400",
            Self::Stale => "public, max-age=5, stale-if-error=86400",
            Self::Fixed => "public, max-age=3600, stale-if-error=86400",
            Self::Negative => "public, max-age=10",
            Self::Never => "no-store",
        }
    }
}

/// The headers of all answers of this media that are kept as long.
pub(super) fn heads(media: Media, keeping: Keeping) -> &'static Heads {
    static HEADS: [[OnceLock<Heads>; Keeping::ALL]; Media::ALL] =
        [const { [const { OnceLock::new() }; Keeping::ALL] }; Media::ALL];
    static NONE: LazyLock<Heads> = LazyLock::new(|| Heads::of(headers(None, Keeping::Never)));
    let heads = HEADS
        .get(media.number())
        .and_then(|heads| heads.get(keeping.number()));
    heads.map_or(&NONE, |heads| {
        heads.get_or_init(|| Heads::of(headers(Some(media), keeping)))
    })
}

pub(super) fn headers(media: Option<Media>, keeping: Keeping) -> HeaderMap {
    let mut headers = everywhere();
    if let Some(media) = media {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
        if media.is_data() {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
    }
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(keeping.cache_control()),
    );
    headers
}
