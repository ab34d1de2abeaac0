//! Whatever is read as a code, a key or a party is refused, or printed as what it was read from.

use saoma::words::{code::Code, party::CreditCode};
use saoma_pages::Kind;

/// Panics if these bytes get more than a refusal without being what they seem.
pub(crate) fn check(bytes: &[u8]) {
    if let Some(code) = Code::from_key(bytes) {
        assert_eq!(&*code.key(), bytes);
        holds_together(code);
    }
    let text = String::from_utf8_lossy(bytes);
    for kind in Kind::ALL {
        if let Ok(code) = Code::parse(kind, &text) {
            assert_eq!(code.kind(), kind);
            assert_eq!(
                code.value().to_ascii_uppercase(),
                text.replace('/', "").to_ascii_uppercase()
            );
            holds_together(code);
        }
    }
    if let Ok(code) = Code::parse_any(&text) {
        assert!(text.replace('/', "").contains(code.part("own")));
        holds_together(code);
    }
    if let Ok(party) = CreditCode::parse(&text) {
        assert_eq!(party.as_str(), text.to_ascii_uppercase());
        assert_eq!(CreditCode::parse(party.as_str()), Ok(party));
    }
}

fn holds_together(code: Code) {
    assert!(!code.value().is_empty());
    assert!(
        code.value()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
    );
    assert_eq!(Code::parse(code.kind(), code.value()), Ok(code));
    assert_eq!(Code::parse_any(&code.path().to_string()), Ok(code));
    assert_eq!(Code::from_key(&code.key()), Some(code));
    let parts: String = code.parts().into_iter().map(|(_, part)| part).collect();
    assert_eq!(parts, code.value());
    if let Some(capitals) = code.in_capitals() {
        assert_eq!(capitals.value(), code.value().to_ascii_uppercase());
        assert_eq!(capitals.in_capitals(), None);
    }
    assert!(!format!("{code:?}").contains(code.value()));
}
