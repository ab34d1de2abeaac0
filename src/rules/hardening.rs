//! What stands on every answer, good or bad: the one place for hardening headers.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS},
};
use saoma_pages::STYLE;

/// What stands on every answer, with room for what one adds.
pub(crate) fn everywhere() -> HeaderMap {
    EVERYWHERE.clone()
}

/// Put together once.
static EVERYWHERE: LazyLock<HeaderMap> = LazyLock::new(|| {
    // With room for what an answer adds.
    let mut headers = HeaderMap::with_capacity(SECURITY.len() + 8);
    headers.insert(
        VARY,
        HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language"),
    );
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    for (name, value) in SECURITY {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
});

const SECURITY: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // The address of a page is a code: no other site learns it.
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    ),
];

/// Nothing but our one style sheet, our own pictures and our own form.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(&[STYLE]));

/// The policy of a page with these style sheets in it.
pub(crate) fn policy(styles: &[&str]) -> HeaderValue {
    let hash = |style: &&str| {
        let hash = digest::digest(&digest::SHA256, style.as_bytes());
        format!("'sha256-{}'", STANDARD.encode(hash))
    };
    let hashes: Vec<String> = styles.iter().map(hash).collect();
    let policy = format!(
        "default-src 'none'; style-src {}; img-src 'self' data:; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        hashes.join(" ")
    );
    // Base64 is visible ASCII; if that were ever untrue, a page without style is the safe side.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
