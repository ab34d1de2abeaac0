//! The style sheet as it is sent: without what only its readers here need.

/// The one style sheet, inlined as it is, so that the policy's hash over it is right.
pub const STYLE: &str = match str::from_utf8(SENT.0.split_at(SENT.1).0) {
    Ok(style) => style,
    Err(_) => "",
};

/// The style sheet in a page. It has nothing to escape (a test says so), and looking through five
/// thousand bytes for it took longer than the rest of the page.
pub(crate) struct Sheet;

impl maud::Render for Sheet {
    fn render_to(&self, page: &mut String) {
        page.push_str(STYLE);
    }
}

/// What pages of the staff door need besides. They have both sheets.
pub const STAFF_STYLE: &str = match str::from_utf8(STAFF_SENT.0.split_at(STAFF_SENT.1).0) {
    Ok(style) => style,
    Err(_) => "",
};

/// The second style sheet in a page of the staff door.
pub(crate) struct StaffSheet;

impl maud::Render for StaffSheet {
    fn render_to(&self, page: &mut String) {
        page.push_str(STAFF_STYLE);
    }
}

const WRITTEN: &[u8] = include_bytes!("../static/scan.css");
const STAFF_WRITTEN: &[u8] = include_bytes!("../static/staff.css");
const STAFF_SENT: ([u8; STAFF_WRITTEN.len()], usize) = squeeze(STAFF_WRITTEN);
const SENT: ([u8; WRITTEN.len()], usize) = squeeze(WRITTEN);

/// Without comments and needless spaces, and how long that is.
#[expect(
    clippy::indexing_slicing,
    reason = "it runs at compile time, where an index out of bounds does not compile"
)]
const fn squeeze<const N: usize>(css: &[u8]) -> ([u8; N], usize) {
    let mut out = [0; N];
    let (mut at, mut end) = (0, 0);
    while at < N {
        let byte = css[at];
        if byte == b'/' && css[at + 1] == b'*' {
            at += 2;
            while !(css[at] == b'*' && css[at + 1] == b'/') {
                at += 1;
            }
            at += 2;
            continue;
        }
        at += 1;
        if byte.is_ascii_whitespace() {
            // At the start, after another space, and after what needs none.
            let needless =
                end == 0 || matches!(out[end - 1], b' ' | b'{' | b'}' | b';' | b',' | b':');
            if !needless {
                out[end] = b' ';
                end += 1;
            }
            continue;
        }
        if matches!(byte, b'{' | b'}') && end > 0 && out[end - 1] == b' ' {
            end -= 1;
        }
        if byte == b'}' && end > 0 && out[end - 1] == b';' {
            end -= 1;
        }
        out[end] = byte;
        end += 1;
    }
    (out, end)
}

#[cfg(test)]
mod tests {
    use super::{STAFF_STYLE, STYLE, squeeze};

    fn squeezed<const N: usize>(css: &[u8; N]) -> String {
        let (out, end) = squeeze::<N>(css);
        String::from_utf8(out[..end].to_vec()).unwrap()
    }

    #[test]
    fn what_is_sent_means_what_is_written() {
        let rule =
            squeezed(b"/* why */\n.a, b :not(c) {\n  margin: 0 1px;\n  top: calc(1px + 2px);\n}\n");
        assert_eq!(rule, ".a,b :not(c){margin:0 1px;top:calc(1px + 2px)}");
        assert_eq!(
            squeezed(b"@media (a: b) {\n  c { d: e; }\n}\n"),
            "@media (a:b){c{d:e}}"
        );
    }

    #[test]
    fn the_style_sheet_has_nothing_that_escaping_would_change() {
        assert!(STYLE.starts_with(":root{"));
        for style in [STYLE, STAFF_STYLE] {
            assert!(style.ends_with('}'));
            assert!(!style.contains(['<', '>', '&', '"']));
            assert!(!style.contains("/*"), "a comment is for here");
            assert!(!style.contains("url("), "a second request");
            assert!(!style.contains("@import"), "a second request");
        }
    }
}
