use super::*;

const PROXY: &str = "10.0.0.1";

fn proxies(telling: Telling) -> Proxies {
    Proxies {
        networks: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
        telling,
    }
}

/// Who is behind these header lines, when they come from there.
fn behind(telling: Telling, nearest: &str, lines: &[(&'static str, &str)]) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    proxies(telling)
        .client(&headers, nearest.parse().unwrap())
        .to_string()
}

#[test]
fn a_strangers_words_about_themselves_are_not_read() {
    let lines = [
        ("x-forwarded-for", "198.51.100.1"),
        ("forwarded", "for=198.51.100.1"),
    ];
    for telling in [Telling::XForwardedFor, Telling::Forwarded, Telling::ProxyV2] {
        assert_eq!(behind(telling, "203.0.113.9", &lines), "203.0.113.9");
    }
    // And a proxy is believed in the way it was said to speak, and in no other.
    let other = [("forwarded", "for=198.51.100.1")];
    assert_eq!(behind(Telling::XForwardedFor, PROXY, &other), PROXY);
    assert_eq!(behind(Telling::ProxyV2, PROXY, &lines), PROXY);
}

#[test]
fn the_client_is_the_rightmost_that_is_no_proxy() {
    let forged = "1.1.1.1, ".repeat(100);
    let rows: [(&[&str], &str); 9] = [
        (&["198.51.100.1"], "198.51.100.1"),
        (&["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        (&["198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        (&["1.1.1.1", "198.51.100.1,10.2.3.4"], "198.51.100.1"),
        (&["10.2.3.4"], "10.2.3.4"),
        (&["198.51.100.1:4711"], "198.51.100.1"),
        (&["[2001:db8::1]:4711"], "2001:db8::1"),
        (&["::ffff:198.51.100.1"], "198.51.100.1"),
        (&[&forged, "198.51.100.1"], "198.51.100.1"),
    ];
    for (values, want) in rows {
        let lines: Vec<_> = values
            .iter()
            .map(|value| ("x-forwarded-for", *value))
            .collect();
        assert_eq!(
            behind(Telling::XForwardedFor, PROXY, &lines),
            want,
            "{values:?}"
        );
    }
}

#[test]
fn where_a_proxy_says_nothing_readable_it_is_the_client() {
    for value in [
        "",
        "unknown",
        "198.51.100.1,",
        "a, b",
        "1.2.3",
        "[::1",
        "\u{e9}",
    ] {
        let lines = [("x-forwarded-for", value)];
        assert_eq!(
            behind(Telling::XForwardedFor, PROXY, &lines),
            PROXY,
            "{value}"
        );
    }
    assert_eq!(behind(Telling::XForwardedFor, PROXY, &[]), PROXY);
    // What is left of something unreadable was written by nobody we know.
    let lines = [("x-forwarded-for", "198.51.100.1, ?, 10.5.5.5")];
    assert_eq!(behind(Telling::XForwardedFor, PROXY, &lines), "10.5.5.5");
}

#[test]
fn the_header_of_the_rfc_is_read_as_the_rfc_writes_it() {
    let rows = [
        ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
        ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
        ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
        ("for=192.0.2.43, for=\"10.1.1.1:80\"", "192.0.2.43"),
        ("for=unknown", PROXY),
        ("for=_hidden, for=_SEVKISEK", PROXY),
        ("proto=https", PROXY),
        ("for=192.0.2.1;for=192.0.2.2", PROXY),
        ("for=\"192.0.2.1, 192.0.2.2\"", PROXY),
    ];
    for (value, want) in rows {
        assert_eq!(
            behind(Telling::Forwarded, PROXY, &[("forwarded", value)]),
            want,
            "{value}"
        );
    }
}

#[test]
fn a_long_chain_of_proxies_ends_somewhere() {
    let chain = format!("198.51.100.1{}", ", 10.0.0.2".repeat(10_000));
    let lines = [("x-forwarded-for", chain.as_str())];
    assert_eq!(behind(Telling::XForwardedFor, PROXY, &lines), "10.0.0.2");
}
