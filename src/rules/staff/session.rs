//! Whether a browser speaks for a page of this host and for the person before it.
//!
//! The session's cookie is `SameSite=Lax` and not `Strict`: an officer's camera opens a sticker's
//! address from outside the site, which is a cross-site navigation, and has to arrive signed in.
//! What `Strict` would have kept out besides is kept out here.

use http::{
    HeaderMap, HeaderValue, Uri,
    header::{HOST, ORIGIN},
};

/// Where a request comes from, as far as the browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A page of this host, or the person at the address bar.
    Here,
    /// Some other site's page, or nobody says.
    Elsewhere,
}

/// What a browser opens an address for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// For a window.
    Window,
    /// For a frame, a picture, a script, or in advance: for nobody who looks.
    Other,
}

/// What a browser opens an address for. One that does not say is an old one, and has the cookie's
/// own rule to keep it from frames and scripts of other sites.
pub fn opening(headers: &HeaderMap) -> Opening {
    let said = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    let mode = said("sec-fetch-mode").is_none_or(|mode| mode == b"navigate");
    let target = said("sec-fetch-dest").is_none_or(|dest| dest == b"document");
    let ahead = ["sec-purpose", "purpose"]
        .into_iter()
        .filter_map(said)
        .any(|purpose| purpose.starts_with(b"prefetch"));
    if mode && target && !ahead {
        Opening::Window
    } else {
        Opening::Other
    }
}

/// Who makes a browser send something that changes or reveals. `Sec-Fetch-Site` cannot be set by a
/// page; browsers without it send `Origin` with every POST. Who sends neither is no browser with a
/// page of ours in it.
pub fn sender(headers: &HeaderMap) -> Sender {
    if let Some(site) = headers.get("sec-fetch-site") {
        return match site.as_bytes() {
            b"same-origin" | b"none" => Sender::Here,
            _ => Sender::Elsewhere,
        };
    }
    let own = headers.get(HOST).map(HeaderValue::as_bytes);
    let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin: Option<Uri> = origin.and_then(|origin| origin.parse().ok());
    let authority = origin.as_ref().and_then(Uri::authority);
    match (own, authority) {
        (Some(own), Some(theirs)) if own.eq_ignore_ascii_case(theirs.as_str().as_bytes()) => {
            Sender::Here
        }
        _ => Sender::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::try_from(*value).unwrap());
        }
        headers
    }

    #[test]
    fn only_a_page_of_this_host_may_post() {
        let host = ("host", "staff.example.cn");
        for (line, want) in [
            (("sec-fetch-site", "same-origin"), Sender::Here),
            (("sec-fetch-site", "none"), Sender::Here),
            (("sec-fetch-site", "same-site"), Sender::Elsewhere),
            (("sec-fetch-site", "cross-site"), Sender::Elsewhere),
            (("origin", "https://staff.example.cn"), Sender::Here),
            (("origin", "https://STAFF.example.cn"), Sender::Here),
            (("origin", "https://www.example.cn"), Sender::Elsewhere),
            (
                ("origin", "https://staff.example.cn:444"),
                Sender::Elsewhere,
            ),
            (
                ("origin", "https://staff.example.cn.evil.example"),
                Sender::Elsewhere,
            ),
            (("origin", "null"), Sender::Elsewhere),
            (("x-nothing", ""), Sender::Elsewhere),
        ] {
            assert_eq!(sender(&headers(&[host, line])), want, "{line:?}");
        }
        // What the page of another site cannot set wins over what a stranger may.
        let both = [
            host,
            ("origin", "https://staff.example.cn"),
            ("sec-fetch-site", "cross-site"),
        ];
        assert_eq!(sender(&headers(&both)), Sender::Elsewhere);
    }

    #[test]
    fn a_page_is_for_a_window_that_somebody_opened() {
        let camera = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        assert_eq!(opening(&headers(&camera)), Opening::Window);
        assert_eq!(opening(&headers(&[])), Opening::Window);
        for line in [
            ("sec-fetch-dest", "iframe"),
            ("sec-fetch-dest", "image"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
        ] {
            assert_eq!(opening(&headers(&[line])), Opening::Other, "{line:?}");
        }
    }
}
