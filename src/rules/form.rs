//! Forms as browsers write them, in a query or in a body: `code=a&code=b`.

/// The values under a name, in their order.
pub fn values<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = String> + 't {
    raw(text, name).map(unescape)
}

/// The first value under a name, as it was written.
pub fn first_raw<'t>(text: &'t str, name: &'t str) -> Option<&'t str> {
    raw(text, name).next()
}

fn raw<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.split('&').filter_map(move |pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then_some(value)
    })
}

/// Undoes what a browser does to a form field. What is not UTF-8 becomes a character that is in
/// no code, so that the reader is told where.
pub fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut ahead = rest.clone();
                match (ahead.next().and_then(nibble), ahead.next().and_then(nibble)) {
                    (Some(high), Some(low)) => {
                        rest = ahead;
                        high << 4 | low
                    }
                    _ => byte,
                }
            }
            _ => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
