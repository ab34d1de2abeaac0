use std::io::Read as _;

use crate::support::{Answer, Door, VIN};

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut out = Vec::new();
    match answer.header("content-encoding") {
        "" => out.clone_from(&answer.body),
        "gzip" => {
            flate2::read::GzDecoder::new(&*answer.body)
                .read_to_end(&mut out)
                .unwrap();
        }
        "br" => brotli::BrotliDecompress(&mut &*answer.body, &mut out).unwrap(),
        "zstd" => out = zstd::bulk::decompress(&answer.body, 1 << 20).unwrap(),
        other => panic!("unknown encoding {other}"),
    }
    out
}

#[tokio::test]
async fn every_encoding_carries_the_same_bytes_under_its_own_tag() {
    let door = Door::open().await;
    for target in [format!("/{VIN}"), "/".into(), "/vin/218622108311028".into()] {
        let plain = door.get(&target, &[]).await;
        let mut tags = vec![plain.header("etag").to_owned()];
        for (accept, encoding) in [
            ("Accept-Encoding: gzip", "gzip"),
            ("Accept-Encoding: zstd", "zstd"),
            ("Accept-Encoding: br", "br"),
        ] {
            let answer = door.get(&target, &[accept]).await;
            assert_eq!(answer.header("content-encoding"), encoding, "{target}");
            assert_eq!(decoded(&answer), plain.body, "{target} {encoding}");
            let length = answer.header("content-length").parse();
            assert_eq!(length, Ok(answer.body.len()));
            assert!(!tags.contains(&answer.header("etag").to_owned()));
            tags.push(answer.header("etag").to_owned());
        }
    }
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let door = Door::open().await;
    for target in [
        format!("/{VIN}"),
        format!("/{VIN}.json"),
        format!("/{VIN}.qr.png"),
        "/".into(),
        "/vin/1".into(),
        "/vin/218622108311028".into(),
        "/VIN/218622108311028".into(),
    ] {
        for line in ["Accept-Encoding: identity", "Accept-Encoding: br"] {
            let mut get = door.get(&target, &[line]).await.without_date();
            let mut head = door.ask("HEAD", &target, &[line]).await.without_date();
            // The order of fields means nothing.
            get.head.sort();
            head.head.sort();
            assert!(head.body.is_empty(), "{target}");
            assert_eq!((head.status, head.head), (get.status, get.head), "{target}");
        }
    }
}

#[tokio::test]
async fn what_the_reader_holds_is_not_sent_again() {
    let door = Door::open().await;
    for target in [
        format!("/{VIN}"),
        format!("/{VIN}.json"),
        "/icon.svg".into(),
    ] {
        let first = door.get(&target, &[]).await;
        let tag = first.header("etag");
        assert!(tag.starts_with('"'), "a strong tag");
        for held in [tag, &format!("\"x\", W/{tag}"), "*"] {
            let line = format!("If-None-Match: {held}");
            let again = door.get(&target, &[&line]).await;
            assert_eq!(again.status, 304, "{target} {held}");
            assert!(again.body.is_empty());
            for name in ["etag", "cache-control", "vary", "content-security-policy"] {
                assert_eq!(again.header(name), first.header(name), "{name}");
            }
        }
        let other = door.get(&target, &["If-None-Match: \"x\""]).await;
        assert_eq!(other.status, 200);
    }
    // A refusal is not something to hold.
    let refused = door.get("/vin/1", &["If-None-Match: *"]).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn the_language_is_chinese_unless_english_is_asked_for() {
    let door = Door::open().await;
    let rows: [(&str, &[&str], &str); 6] = [
        ("", &[], "zh-CN"),
        ("", &["Accept-Language: en-GB,en;q=0.9,zh;q=0.1"], "en"),
        ("", &["Accept-Language: zh-CN,en;q=0.9"], "zh-CN"),
        ("", &["Accept-Language: fr"], "zh-CN"),
        ("?lang=en", &["Accept-Language: zh"], "en"),
        ("?lang=zh", &["Accept-Language: en"], "zh-CN"),
    ];
    for (query, lines, want) in rows {
        let page = door.get(&format!("/{VIN}{query}"), lines).await;
        let attribute = format!("<html lang=\"{want}\"");
        assert!(page.text().contains(&attribute), "{query} {lines:?}");
    }
}

#[tokio::test]
async fn the_same_guard_stands_on_every_answer() {
    let door = Door::open().await;
    let guard = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
        ("cross-origin-opener-policy", "same-origin"),
        ("vary", "Accept, Accept-Encoding, Accept-Language"),
        ("server", ""),
        ("set-cookie", ""),
    ];
    for (method, target) in [
        ("GET", format!("/{VIN}")),
        ("GET", format!("/{VIN}.json")),
        ("GET", "/vin/1".into()),
        ("GET", "/vin/218622108311028".into()),
        ("GET", "/VIN/218622108311028".into()),
        ("OPTIONS", "/".into()),
        ("POST", "/".into()),
    ] {
        let answer = door.ask(method, &target, &[]).await;
        for (name, value) in guard {
            assert_eq!(answer.header(name), value, "{method} {target} {name}");
        }
        assert!(!answer.header("content-security-policy").is_empty());
        let data = answer.header("content-type").contains("json");
        let shared = answer.header("access-control-allow-origin") == "*";
        assert_eq!(shared, data || method == "OPTIONS", "{method} {target}");
    }
}

#[tokio::test]
async fn a_page_arrives_in_the_first_flight() {
    let door = Door::open().await;
    let request = format!(
        "GET /{VIN} HTTP/1.1\r\nHost: door\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n"
    );
    let wire = door.bytes(request.as_bytes()).await.len();
    assert!(wire <= 14 * 1024, "{wire} bytes on the wire");
}

#[tokio::test]
async fn the_contact_is_looked_at_within_a_year() {
    let door = Door::open().await;
    let answer = door.get("/.well-known/security.txt", &[]).await;
    let text = answer.text();
    assert!(text.contains("Contact: mailto:security@example.com\n"));
    let (_, rest) = text.split_once("Expires: ").unwrap();
    let expires: jiff::Timestamp = rest.lines().next().unwrap().parse().unwrap();
    let days = (expires.as_second() - jiff::Timestamp::now().as_second()) / 86_400;
    assert!((30..365).contains(&days), "{days} days");
}
