use std::net::IpAddr;

use saoma::rules::{
    forwarding::{Proxies, Telling},
    proxy_header::{FIXED, Opening, REST_MAX},
};

/// Whatever a proxy or a stranger sends: no panic, and nobody is believed who should not be.
pub(crate) fn check(bytes: &[u8]) {
    header(bytes);
    forwarded(bytes);
}

/// The first sixteen bytes announce no more than what may follow, and an address only if it is there.
fn header(bytes: &[u8]) {
    let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED>() else {
        return;
    };
    let Ok(opening) = Opening::read(fixed) else {
        return;
    };
    assert!(opening.rest <= REST_MAX);
    let whole = rest.get(..opening.rest);
    if let Some(whole) = whole {
        assert!(opening.client(whole).is_ok());
    }
    let _short = opening.client(rest);
}

/// A stranger stays who they are; behind a proxy, the client is one that was named, or the proxy.
fn forwarded(bytes: &[u8]) {
    let Ok(value) = http::HeaderValue::from_bytes(bytes) else {
        return;
    };
    let Ok(network) = "10.0.0.0/8".parse() else {
        return;
    };
    let proxy: IpAddr = [10, 0, 0, 1].into();
    let stranger: IpAddr = [203, 0, 113, 9].into();
    for (telling, name) in [
        (Telling::XForwardedFor, "x-forwarded-for"),
        (Telling::Forwarded, "forwarded"),
        (Telling::ProxyV2, "forwarded"),
    ] {
        let proxies = Proxies {
            networks: vec![network],
            telling,
        };
        let mut headers = http::HeaderMap::new();
        headers.insert(name, value.clone());
        assert_eq!(proxies.client(&headers, stranger), stranger);
        let client = proxies.client(&headers, proxy);
        assert_eq!(client, client.to_canonical());
        assert!(client == proxy || telling != Telling::ProxyV2);
        // What a stranger writes to the left of a proxy's own word changes nothing.
        let mut honest = value.as_bytes().to_vec();
        let own: &[u8] = match telling {
            Telling::XForwardedFor => b", 198.51.100.7",
            Telling::Forwarded => b", for=198.51.100.7",
            Telling::ProxyV2 => continue,
        };
        honest.extend_from_slice(own);
        if let Ok(honest) = http::HeaderValue::from_bytes(&honest) {
            // A line that is no text is not read at all.
            let is_text = honest.to_str().is_ok();
            headers.insert(name, honest);
            let client = proxies.client(&headers, proxy);
            let named: IpAddr = [198, 51, 100, 7].into();
            assert_eq!(client, if is_text { named } else { proxy });
        }
    }
}
