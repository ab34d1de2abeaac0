//! Pages of the staff door as answers: for one reader, for this moment.

use std::sync::LazyLock;

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{
        CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY,
        WWW_AUTHENTICATE, X_FRAME_OPTIONS,
    },
};
use saoma_pages::{STAFF_STYLE, STYLE};

use crate::rules::{
    answer::Reply,
    negotiate::Encoding,
    reply::{self, Keeping, Media},
};

/// The public's policy, for the one style sheet more.
static POLICY: LazyLock<HeaderValue> =
    LazyLock::new(|| crate::rules::hardening::policy(&[STYLE, STAFF_STYLE]));

/// A page with this status. Not compressed: one reader's fifteen kilobytes are a packet or two more
/// than they could be, and what stands beside a secret should not be squeezed together with it.
pub fn page(status: StatusCode, html: String) -> Reply {
    let mut reply = of(Media::Html, html.into_bytes());
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    if status == StatusCode::UNAUTHORIZED {
        // The protocol wants a way in named; a browser has the form.
        let bearer = HeaderValue::from_static("Bearer realm=\"saoma\"");
        headers.insert(WWW_AUTHENTICATE, bearer);
    }
    reply
}

/// The list of a sitting, to be saved.
pub fn table(csv: String) -> Reply {
    let mut reply = of(Media::Text, csv.into_bytes());
    let headers = reply.headers_mut();
    let media = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(CONTENT_TYPE, media);
    let name = HeaderValue::from_static("attachment; filename=\"saoma-sitting.csv\"");
    headers.insert(CONTENT_DISPOSITION, name);
    reply
}

/// To where a form leads.
pub fn see_other(location: &str) -> Reply {
    close_off(reply::see_other(location))
}

fn of(media: Media, body: Vec<u8>) -> Reply {
    let answer = reply::answer(media, Keeping::Never, body);
    close_off(answer.reply(Encoding::Identity.into(), &HeaderMap::new()))
}

fn close_off(reply: Reply) -> Reply {
    let mut reply = reply::for_staff(reply);
    let headers = reply.headers_mut();
    // Whoever sees it again is written down again.
    headers.remove(ETAG);
    // To this host alone: under `no-referrer` a browser says `Origin: null` when a form of ours is
    // sent, and then an old one could not be told from another site's.
    let same = HeaderValue::from_static("same-origin");
    headers.insert(REFERRER_POLICY, same);
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    reply
}

/// Tells a browser to forget what it has kept of this host.
pub fn forget_all(mut reply: Reply) -> Reply {
    let name = HeaderName::from_static("clear-site-data");
    let cache = HeaderValue::from_static("\"cache\"");
    reply.headers_mut().insert(name, cache);
    reply
}

#[cfg(test)]
mod tests {
    use http::header::{CACHE_CONTROL, VARY};

    use super::*;

    #[test]
    fn nobody_keeps_frames_or_reads_across_a_staff_page() {
        for reply in [
            page(StatusCode::OK, "x".repeat(5000)),
            page(StatusCode::UNAUTHORIZED, String::new()),
            table(String::new()),
            see_other("/"),
        ] {
            let headers = reply.headers();
            assert_eq!(headers[CACHE_CONTROL], "no-store");
            assert_eq!(headers[X_FRAME_OPTIONS], "DENY");
            assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
            assert!(headers[VARY].to_str().unwrap().contains("Cookie"));
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("frame-ancestors 'none'"));
            assert!(!headers.contains_key(ETAG));
            assert!(!headers.contains_key("access-control-allow-origin"));
        }
    }

    #[test]
    fn a_staff_page_may_have_both_style_sheets_and_nothing_else() {
        let reply = page(StatusCode::OK, String::new());
        let policy = reply.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert_eq!(policy.matches("'sha256-").count(), 2);
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
    }
}
