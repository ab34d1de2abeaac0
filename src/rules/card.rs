//! A code as a page or an app sees it.

use saoma_pages::CodeCard;

use crate::words::code::Code;

/// The code taken apart, with the address its sticker carries under `public_url`.
pub fn code_card(code: Code, public_url: &str) -> CodeCard {
    CodeCard {
        kind: code.kind(),
        value: code.value().to_owned(),
        url: url(code, public_url),
        parts: code
            .parts()
            .into_iter()
            .map(|(name, part)| (name, part.to_owned()))
            .collect(),
        nonconforming: code.nonconforming(),
    }
}

/// The canonical address of a code: what its sticker carries and nothing else.
pub fn url(code: Code, public_url: &str) -> String {
    format!("{}{}", public_url.trim_end_matches('/'), code.path())
}
