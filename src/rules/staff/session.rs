//! Who a browser says it is, and whether it speaks for its own page.
//!
//! The token itself is the session: it is in a cookie that no script and no other host can read or
//! set, and it is verified at every request, so taking it back ends the session too.

use http::{
    HeaderMap, HeaderValue, Uri,
    header::{HOST, ORIGIN},
};

use super::hint::cookies;

/// `__Host-`: a browser takes it over a secure connection only, from this host only, for all of it.
pub const NAME: &str = "__Host-saoma";

/// What a request's cookies say of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<'r> {
    /// Nothing.
    Nothing,
    /// This token.
    Token(&'r str),
    /// More than one, and which of them counts is a stranger's choice.
    Several,
}

/// Where a request comes from, as far as the browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A page of this host, or the person at the address bar.
    Here,
    /// Some other site's page, or nobody says.
    Elsewhere,
}

/// The token in a request's cookies.
pub fn token(headers: &HeaderMap) -> Shown<'_> {
    let mut tokens = cookies(headers).filter(|(name, _)| *name == NAME);
    match (tokens.next(), tokens.next()) {
        (None, _) | (Some((_, "")), None) => Shown::Nothing,
        (Some((_, token)), None) => Shown::Token(token),
        (Some(_), Some(_)) => Shown::Several,
    }
}

/// Keeps a token for this long. `Lax` and not `Strict`: an officer's camera opens a sticker's
/// address from outside the site, which is a cross-site navigation, and has to arrive signed in.
/// What `Strict` would have kept out, a POST from another site, [`sender`] keeps out.
pub fn keep(token: &str, seconds: u64) -> Option<HeaderValue> {
    let text = format!("{NAME}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Ends the session in this browser.
pub const fn forget() -> HeaderValue {
    HeaderValue::from_static("__Host-saoma=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
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
    fn one_cookie_of_ours_is_a_token_and_two_are_none() {
        let of = |cookie: &str| token(&headers(&[("cookie", cookie)])) == Shown::Token("a.b-c_d");
        assert!(of("__Host-saoma=a.b-c_d"));
        assert!(of("x=1; __Host-saoma=a.b-c_d; saoma_staff=1"));
        assert!(!of("saoma=a.b-c_d; __host-saoma=a.b-c_d"));
        assert_eq!(
            token(&headers(&[("cookie", "__Host-saoma=")])),
            Shown::Nothing
        );
        let two = headers(&[("cookie", "__Host-saoma=a"), ("cookie", "__Host-saoma=b")]);
        assert_eq!(token(&two), Shown::Several);
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
    fn the_cookie_is_kept_from_scripts_and_other_hosts_and_from_logs() {
        let value = keep("a.b", 60).unwrap();
        assert_eq!(
            value.to_str().unwrap(),
            "__Host-saoma=a.b; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(format!("{value:?}"), "Sensitive");
        assert!(keep("a\r\nb", 60).is_none());
    }
}
