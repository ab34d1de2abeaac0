//! Reads what a person typed off a scratched sticker, or pasted out of a message.
//!
//! Folded: full-width letters and digits, spaces and hyphens of every sort, a whole URL.
//! Nothing is corrected: an O stays an O, for a guess could be somebody else's bicycle.

use crate::words::code::{Code, Kind, LIC_LEN, NotACode, VIN_LEN};

/// The code that was meant, and the kind it was taken for if it is none.
pub fn find(typed: &str) -> Result<Code, (Option<Kind>, NotACode)> {
    let text: String = typed.chars().filter_map(fold).collect();
    if let Some((kind, code)) = address(&text) {
        return Code::parse(kind, code).map_err(|why| (Some(kind), why));
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let kind = match text.len() {
        0 => return Err((None, NotACode::Empty)),
        VIN_LEN if digits => Kind::Vin,
        LIC_LEN if digits => Kind::Lic,
        _ => Kind::Pwb,
    };
    Code::parse(kind, &text).map_err(|why| (Some(kind), why))
}

/// The kind and code in an address such as `https://www.pzcode.cn/vin/218622108311027?x`.
fn address(text: &str) -> Option<(Kind, &str)> {
    let path = text.split(['?', '#']).next()?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut rest = path;
    loop {
        let (segment, tail) = rest.split_once('/')?;
        if let Some(kind) = keyword(segment) {
            return Some((kind, tail));
        }
        rest = tail;
    }
}

/// The kind a path's first segment names, in whatever letter case.
pub fn keyword(segment: &str) -> Option<Kind> {
    Kind::ALL
        .into_iter()
        .find(|kind| kind.keyword().eq_ignore_ascii_case(segment))
}

fn fold(typed: char) -> Option<char> {
    // Full-width forms stand 0xFEE0 above the ASCII they repeat.
    let plain = match typed {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(typed) - 0xfee0)?,
        other => other,
    };
    let filler = plain.is_whitespace()
        || plain.is_control()
        || matches!(
            plain,
            '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}'
        )
        || matches!(
            plain,
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{b7}'
        );
    (!filler).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_folded_and_its_kind_guessed() {
        let cases = [
            ("218622108311027", "/vin/218622108311027"),
            (" 2186-2210 8311—027 ", "/vin/218622108311027"),
            ("２１８６２２１０８３１１０２７", "/vin/218622108311027"),
            ("33010621822480", "/lic/33010621822480"),
            (
                "76392965/TN21080500543B48V121513522",
                "/pwb/76392965TN21080500543B48V121513522",
            ),
            ("７６３９２９６５ＴＮ２１", "/pwb/76392965TN21"),
            (
                "https://www.pzcode.cn/pwb/76392965/TN21?from=wechat",
                "/pwb/76392965TN21",
            ),
            (
                "HTTP://WWW.PZCODE.CN/VIN/218622108311027/",
                "/vin/218622108311027",
            ),
            ("lic/33010621822480", "/lic/33010621822480"),
        ];
        for (typed, path) in cases {
            let code = find(typed).unwrap_or_else(|why| panic!("{typed}: {why:?}"));
            assert_eq!(code.path().to_string(), path, "{typed}");
        }
    }

    #[test]
    fn a_mistake_says_what_is_wrong() {
        assert_eq!(find("  "), Err((None, NotACode::Empty)));
        assert_eq!(
            find("https://www.pzcode.cn/vin/2186"),
            Err((Some(Kind::Vin), NotACode::Digits { got: 4, want: 15 }))
        );
        assert_eq!(
            find("2186"),
            Err((Some(Kind::Pwb), NotACode::TooShort { got: 4 }))
        );
        assert_eq!(
            find("你好"),
            Err((Some(Kind::Pwb), NotACode::NotALetterOrDigit { at: 1 }))
        );
    }
}
