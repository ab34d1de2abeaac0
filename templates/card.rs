//! The code on a page, in groups that an eye can compare with a frame.

use maud::Render;

use crate::{lang::Lang, quick::Quick, view::CodeCard, words};

/// A part longer than this is set in groups, for nobody compares twenty-six characters at once.
const GROUP_ABOVE: usize = 8;
/// Characters in a group.
const GROUP: usize = 4;

/// The code, what to compare it with, and on demand what each part means.
pub(crate) const fn to_compare(code: &CodeCard, lang: Lang) -> ToCompare<'_> {
    ToCompare { code, lang }
}

/// The code alone, in its groups.
pub(crate) const fn code(code: &CodeCard) -> Whole<'_> {
    Whole(code)
}

pub(crate) struct ToCompare<'c> {
    code: &'c CodeCard,
    lang: Lang,
}

pub(crate) struct Whole<'c>(&'c CodeCard);

// It is on every page of a code, and is written straight into it.
impl Render for ToCompare<'_> {
    fn render_to(&self, page: &mut String) {
        let Self { code, lang } = *self;
        page.push_str("<section><h2>");
        Quick(words::COMPARE.to(lang)).render_to(page);
        page.push_str("</h2>");
        Whole(code).render_to(page);
        page.push_str("<p>");
        Quick(words::compare_with(code.kind).to(lang)).render_to(page);
        page.push_str("</p><details><summary>");
        Quick(words::EACH_PART.to(lang)).render_to(page);
        page.push_str("</summary><dl class=\"parts\">");
        for (name, part) in &code.parts {
            page.push_str("<div><dt><b class=\"groups\" translate=\"no\">");
            Groups(part).render_to(page);
            page.push_str("</b> ");
            Quick(words::part_name(name, lang)).render_to(page);
            page.push_str("</dt><dd>");
            Quick(&words::part_meaning(name, part, lang)).render_to(page);
            page.push_str("</dd></div>");
        }
        page.push_str("</dl>");
        let flags = code.nonconforming.iter();
        for told in flags.filter_map(|flag| words::nonconforming(flag, lang)) {
            page.push_str("<p class=\"quiet\">");
            Quick(told).render_to(page);
            page.push_str("</p>");
        }
        page.push_str("</details></section>");
    }
}

impl Render for Whole<'_> {
    fn render_to(&self, page: &mut String) {
        // No space between the parts, so that what is copied from here is the code.
        page.push_str("<p class=\"code\" translate=\"no\">");
        for (_, part) in &self.0.parts {
            Groups(part).render_to(page);
        }
        page.push_str("</p>");
    }
}

struct Groups<'p>(&'p str);

impl Render for Groups<'_> {
    fn render_to(&self, page: &mut String) {
        let long = self.0.chars().count() > GROUP_ABOVE;
        let size = if long { GROUP } else { GROUP_ABOVE };
        page.push_str("<span class=\"part\">");
        let mut rest = self.0;
        while !rest.is_empty() {
            let end = rest
                .char_indices()
                .nth(size)
                .map_or(rest.len(), |(at, _)| at);
            let (group, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            page.push_str("<span>");
            Quick(group).render_to(page);
            page.push_str("</span>");
            rest = after;
        }
        page.push_str("</span>");
    }
}
