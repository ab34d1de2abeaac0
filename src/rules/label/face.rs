//! How wide text is, so that no writer has to measure.

use super::Um;

/// The letters of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Helvetica or what replaces it, which has the same widths.
    Sans,
    /// Courier: a long code is compared character by character, in columns.
    Mono,
}

/// A font's em, in the unit its widths are given in.
const EM: u32 = 1_000;

/// Widths of Helvetica from space to tilde, in thousandths of an em (Adobe's font metrics).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278,
    278, // space to /
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, // 0 to ?
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, // @ to O
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, // P to _
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, // ` to o
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584, // p to ~
];

impl Face {
    /// The width of a text in thousandths of its size.
    pub fn width(self, text: &str) -> u32 {
        text.chars().map(|c| self.of(c)).sum()
    }

    /// The width of a text of this size.
    pub fn measure(self, text: &str, size: Um) -> Um {
        let exact = u64::from(self.width(text)) * u64::from(size) / u64::from(EM);
        u32::try_from(exact).unwrap_or(u32::MAX)
    }

    /// The largest size up to `size` at which the text fits in its room.
    pub fn fitting(self, text: &str, size: Um, room: Um) -> Um {
        let width = u64::from(self.width(text).max(1));
        let most = u64::from(room) * u64::from(EM) / width;
        u32::try_from(most).map_or(size, |most| most.min(size))
    }

    fn of(self, c: char) -> u32 {
        match (self, u32::from(c).checked_sub(0x20)) {
            (Self::Mono, Some(0..=94)) => 600,
            (Self::Sans, Some(at)) => usize::try_from(at)
                .ok()
                .and_then(|at| HELVETICA.get(at))
                .map_or(EM, |&width| u32::from(width)),
            _ => EM,
        }
    }
}
