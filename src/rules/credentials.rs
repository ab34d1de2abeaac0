//! What a request shows of who sends it: a bearer token (RFC 6750), or the cookie that a sign-in
//! left. Never an address: addresses are written down everywhere.

use http::{
    HeaderMap, HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};

use crate::words::{
    grant::{Bearer, NotGranted},
    moment::Moment,
};

/// The cookie of somebody who signed in. By its name a browser takes it from this host only, over
/// TLS only, and for the whole host.
pub const COOKIE_NAME: &str = "__Host-saoma";
/// Carried by top-level navigation, since a scan is one, and by nothing else that comes from
/// elsewhere; out of reach of scripts.
const COOKIE_MANNER: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The token that a request shows; nothing if it shows none.
pub fn token(headers: &HeaderMap) -> Result<Option<&str>, NotGranted> {
    let mut shown = None;
    let mut show = |token| match shown.replace(token) {
        None => Ok(()),
        // Which of two counts must not be for whoever sent them to choose.
        Some(_other) => Err(NotGranted::Several),
    };
    for line in headers.get_all(AUTHORIZATION) {
        let line = line.to_str().map_err(|_bytes| NotGranted::Malformed)?;
        let (scheme, token) = line.split_once(' ').ok_or(NotGranted::Malformed)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(NotGranted::Malformed);
        }
        show(token.trim())?;
    }
    for line in headers.get_all(COOKIE) {
        // What other cookies hold is not our business, and may be any bytes.
        for pair in line.as_bytes().split(|byte| *byte == b';') {
            let pair = std::str::from_utf8(pair.trim_ascii()).unwrap_or_default();
            if let Some((COOKIE_NAME, token)) = pair.split_once('=') {
                show(token)?;
            }
        }
    }
    Ok(shown)
}

/// What a browser is told to show from now on, after a token was found good.
pub fn signed_in(token: &str, bearer: &Bearer, now: Moment) -> Option<HeaderValue> {
    let left = bearer.until.seconds().saturating_sub(now.seconds()).max(0);
    let text = format!("{COOKIE_NAME}={token}; {COOKIE_MANNER}; Max-Age={left}");
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// What a browser is told to forget.
pub fn signed_out() -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{COOKIE_NAME}=; {COOKIE_MANNER}; Max-Age=0")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_token_comes_as_a_bearer_or_in_our_own_cookie() {
        for (lines, want) in [
            (vec![], None),
            (vec![("authorization", "Bearer a.b.c")], Some("a.b.c")),
            (vec![("authorization", "bearer  a.b.c ")], Some("a.b.c")),
            (
                vec![("cookie", "x=1; __Host-saoma=a.b.c; y=2")],
                Some("a.b.c"),
            ),
            (
                vec![("cookie", "saoma=a; __host-saoma=b; __Host-saoma2=c")],
                None,
            ),
        ] {
            assert_eq!(token(&headers(&lines)), Ok(want), "{lines:?}");
        }
    }

    #[test]
    fn of_two_tokens_none_counts() {
        for lines in [
            vec![("authorization", "Bearer a"), ("authorization", "Bearer b")],
            vec![("authorization", "Bearer a"), ("cookie", "__Host-saoma=b")],
            vec![("cookie", "__Host-saoma=a; __Host-saoma=b")],
            vec![("cookie", "__Host-saoma=a"), ("cookie", "__Host-saoma=a")],
        ] {
            let shown = headers(&lines);
            assert_eq!(token(&shown), Err(NotGranted::Several), "{lines:?}");
        }
        for scheme in ["Basic YTpi", "Bearer", "", "Digest a=b"] {
            let shown = headers(&[("authorization", scheme)]);
            assert_eq!(token(&shown), Err(NotGranted::Malformed), "{scheme}");
        }
    }
}
