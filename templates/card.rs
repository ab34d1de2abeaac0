//! The code on a page, in groups that an eye can compare with a frame.

use maud::{Markup, html};

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
                            dd { (words::part_meaning(name, part, lang)) }
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

fn groups(part: &str) -> Markup {
    let characters: Vec<char> = part.chars().collect();
    let size = if characters.len() > GROUP_ABOVE {
        GROUP
    } else {
        GROUP_ABOVE
    };
    html! {
        span class="part" {
            @for group in characters.chunks(size) {
                span { (group.iter().collect::<String>()) }
            }
        }
    }
}
