//! The code on a page, in groups that an eye can compare with a frame.

use maud::{Markup, Render, html};

use crate::{lang::Lang, quick::Quick, view::CodeCard, words};

/// A part longer than this is set in groups, for nobody compares twenty-six characters at once.
const GROUP_ABOVE: usize = 8;
/// Characters in a group.
const GROUP: usize = 4;

/// The code, what to compare it with, and on demand what each part means.
pub(crate) fn to_compare(code: &CodeCard, lang: Lang) -> Markup {
    html! {
        section {
            h2 { (Quick(words::COMPARE.to(lang))) }
            (self::code(code))
            p { (Quick(words::compare_with(code.kind).to(lang))) }
            details {
                summary { (Quick(words::EACH_PART.to(lang))) }
                dl class="parts" {
                    @for (name, part) in &code.parts {
                        div {
                            dt { b class="groups" translate="no" { (groups(part)) } " " (Quick(words::part_name(name, lang))) }
                            dd { (Quick(&words::part_meaning(name, part, lang))) }
                        }
                    }
                }
                @for flag in &code.nonconforming {
                    @if let Some(told) = words::nonconforming(flag, lang) {
                        p class="quiet" { (told) }
                    }
                }
            }
        }
    }
}

/// The code alone, in its groups.
pub(crate) fn code(code: &CodeCard) -> Markup {
    html! {
        // No space between the parts, so that what is copied from here is the code.
        p class="code" translate="no" {
            @for (_, part) in &code.parts { (groups(part)) }
        }
    }
}

const fn groups(part: &str) -> Groups<'_> {
    Groups(part)
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
