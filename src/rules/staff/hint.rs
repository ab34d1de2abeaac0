//! The hint by which an officer's phone, opening a sticker's public address, is led to the staff
//! door. It is no secret and proves nothing: who forges it is led to a page that asks to sign in.

use http::{HeaderMap, HeaderValue, header::COOKIE};

/// The cookie's name.
pub const NAME: &str = "saoma_staff";
const VALUE: &str = "1";

/// Whether this request carries the hint and comes from outside, as a camera's does. Who goes on
/// from a page of the public door stays there: its policy lets no form of its own lead elsewhere.
pub fn is_hinted(headers: &HeaderMap) -> bool {
    let from_here = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "same-origin");
    !from_here && is_there(headers)
}

/// Whether this request carries the hint, wherever it comes from.
pub fn is_there(headers: &HeaderMap) -> bool {
    cookies(headers).any(|(name, value)| name == NAME && value == VALUE)
}

/// The cookies of a request, in the order they came. What is not ASCII is no cookie of ours.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// Sets the hint for this long, on the domain that both doors are under, or on this host alone.
pub fn set(domain: Option<&str>, seconds: u64) -> HeaderValue {
    cookie(VALUE, domain, seconds)
}

/// Takes the hint back.
pub fn clear(domain: Option<&str>) -> HeaderValue {
    cookie("", domain, 0)
}

/// `Lax`, because a camera opens a sticker's address from outside the site, and `Strict` would not
/// be sent along.
fn cookie(value: &str, domain: Option<&str>, seconds: u64) -> HeaderValue {
    let domain = domain.map_or_else(String::new, |domain| format!("; Domain={domain}"));
    let text = format!(
        "{NAME}={value}; Path=/{domain}; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"
    );
    // A domain is letters, digits, dots and hyphens: settings see to it.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_cookie_with_our_own_value_is_the_hint() {
        let hinted = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, HeaderValue::from_static("theme=dark"));
            headers.append(COOKIE, HeaderValue::from_static(line));
            is_hinted(&headers)
        };
        assert!(hinted("saoma_staff=1"));
        assert!(hinted("a=b; saoma_staff=1;c=d"));
        for none in [
            "saoma_staff=",
            "saoma_staff=0",
            "xsaoma_staff=1",
            "saoma_staff",
            "",
            "a=saoma_staff=1",
        ] {
            assert!(!hinted(none), "{none}");
        }
    }

    #[test]
    fn the_hint_is_on_the_parent_domain_only_where_there_is_one() {
        let text = set(Some("pzcode.cn"), 60);
        assert_eq!(
            text,
            "saoma_staff=1; Path=/; Domain=pzcode.cn; Max-Age=60; Secure; HttpOnly; SameSite=Lax"
        );
        assert!(!clear(None).to_str().unwrap().contains("Domain"));
        assert!(clear(None).to_str().unwrap().contains("Max-Age=0"));
    }
}
