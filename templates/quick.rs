//! Texts on their way into a page, escaped, without copying them character by character.

use std::borrow::Cow;

use maud::Render as _;

/// A text that nearly always has nothing to escape. To look whether it has is much quicker than to
/// copy it byte by byte, which was half of the work of rendering a page.
pub(crate) struct Quick<'t>(pub(crate) &'t str);

impl maud::Render for Quick<'_> {
    fn render_to(&self, page: &mut String) {
        if is_plain(self.0) {
            page.push_str(self.0);
        } else {
            self.0.render_to(page);
        }
    }
}

/// A text as it stands on a page, for who puts one into a page that is there already.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.render().into_string())
    }
}

fn is_plain(text: &str) -> bool {
    let special = |byte: &&u8| matches!(byte, b'&' | b'<' | b'>' | b'"');
    // Counted, not sought: without a way out in the middle sixteen bytes are looked at at once.
    text.as_bytes().iter().filter(special).count() == 0
}

#[cfg(test)]
mod tests {
    use maud::{Render as _, html};

    use super::{Quick, escaped};

    #[test]
    fn what_has_to_be_escaped_is_and_the_rest_is_as_it_was() {
        for text in [
            "",
            "整车 vehicle",
            "a<b",
            "\"",
            "&amp;",
            "it's",
            "<script>alert(1)</script>",
        ] {
            assert_eq!(Quick(text).render().0, html! { (text) }.0, "{text}");
            assert_eq!(escaped(text), html! { (text) }.0, "{text}");
        }
    }
}
