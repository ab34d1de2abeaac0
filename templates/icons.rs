//! Icons, drawn in lines on a field of 24 by 24. Each stands beside words that say the same, so
//! they are hidden from who listens to a page.

use maud::{Markup, html};

use crate::{layout::Tone, quick::Quick};

/// The mark of the site: three corners of a code and a bolt.
pub(crate) fn mark() -> Markup {
    drawn("M4 9V4h5M15 4h5v5M9 20H4v-5M13 7l-3 5.5h4L11 17")
}

/// The icon of an answer.
pub(crate) fn tone(tone: Tone) -> Markup {
    drawn(match tone {
        Tone::Good => "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM7.5 12.5l3 3 6-6.5",
        Tone::Warning | Tone::Mind => "M12 3 1.8 20.5h20.4zM12 9.5v5M12 17.3v.4",
        Tone::Unknown => {
            "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM9.3 9.6a2.8 2.8 0 1 1 4.2 2.5c-1 .6-1.5 1.1-1.5 2.2M12 17v.3"
        }
        Tone::Wrong => {
            "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM8.7 8.7l6.6 6.6M15.3 8.7l-6.6 6.6"
        }
        Tone::Later => "M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19zM12 7v5.4l3.4 2.2",
    })
}

/// What is hidden on purpose.
pub(crate) fn lock() -> Markup {
    drawn("M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3")
}

fn drawn(path: &str) -> Markup {
    html! {
        svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor"
            stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" {
            path d=(Quick(path)) {}
        }
    }
}
