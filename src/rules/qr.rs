//! A text as a QR symbol (GB/T 40204—2021, ISO/IEC 18004), and the symbol as SVG, PNG or
//! terminal text.
//!
//! - Error correction is M or better by default, H on request: the level asked for is a floor. Where
//!   the symbol has room to spare, the spare room becomes correction, since a better level in the
//!   same number of modules costs nothing and outlives more dirt.
//! - The smallest version that holds the text is chosen: fewer modules are larger modules.
//! - Four light modules surround the symbol in every form. No form may be cut closer.
//! - The payload is the text, byte for byte.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

mod raster;
mod terminal;

pub use raster::{Gray, Pixels};
pub use terminal::Ink;

/// Light modules on each side, as ISO/IEC 18004 asks for.
pub const QUIET: usize = 4;
/// Pixels a module has in a PNG whose size nobody asked for: large enough for a screen to be
/// scanned across a desk, and still under 2 kB.
pub const MODULE_PX: usize = 8;

/// How much of the symbol may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Level {
    /// About 15 %.
    #[default]
    Medium,
    /// About 30 %, for a sticker low on the frame; costs one or two versions.
    High,
}

/// Why there is no symbol or no picture of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More than the largest symbol holds.
    #[error("a text of {bytes} bytes does not fit in any QR symbol")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// The picture is larger than a PNG can be, or than memory allows.
    #[error("a picture of {width} by {height} pixels cannot be written")]
    Picture {
        /// How wide it would be.
        width: usize,
        /// How high it would be.
        height: usize,
    },
}

/// A symbol: a square of dark and light modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    side: usize,
    dark: Vec<bool>,
}

/// Dark modules side by side in one row, counted from the symbol's own corner (no quiet zone).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// First column.
    pub x: usize,
    /// Row.
    pub y: usize,
    /// How many.
    pub len: usize,
}

impl Symbol {
    /// The smallest symbol that holds the text at this level or better.
    pub fn new(text: &str, level: Level) -> Result<Self, QrError> {
        let floor = match level {
            Level::Medium => QrCodeEcc::Medium,
            Level::High => QrCodeEcc::High,
        };
        let (least, most) = (Version::MIN, Version::MAX);
        let code =
            QrCode::encode_segments_advanced(&segments(text), floor, least, most, None, true)
                .map_err(|_capacity| QrError::TooLong { bytes: text.len() })?;
        let side = code.size();
        let dark = (0..side)
            .flat_map(|y| (0..side).map(move |x| (x, y)))
            .map(|(x, y)| code.get_module(x, y))
            .collect();
        let side = usize::try_from(side).unwrap_or_default();
        Ok(Self { side, dark })
    }

    /// Modules on a side, without the quiet zone.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// Modules on a side, with the quiet zone.
    pub const fn outer(&self) -> usize {
        self.side + 2 * QUIET
    }

    /// Whether a module is dark, counted from the corner of the quiet zone; all beyond is light.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let (Some(x), Some(y)) = (x.checked_sub(QUIET), y.checked_sub(QUIET)) else {
            return false;
        };
        x < self.side && self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }

    /// The dark modules as runs, row by row.
    pub fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let rows = self.dark.chunks(self.side.max(1)).enumerate();
        rows.flat_map(|(y, row)| {
            let mut x = 0;
            row.chunk_by(|a, b| a == b).filter_map(move |run| {
                let (start, len) = (x, run.len());
                x += len;
                let dark = run.first().copied().unwrap_or(false);
                dark.then_some(Run { x: start, y, len })
            })
        })
    }

    /// The dark modules as one SVG path of one unit a module, from the symbol's own corner.
    ///
    /// One path, because two shapes that touch may show a hair of paper between them.
    pub fn path(&self) -> String {
        let mut path = String::new();
        let (mut at_x, mut at_y) = (0, 0);
        for run in self.runs() {
            // Each run closes where it began, so the next is placed relative to it: shorter.
            let (right, down) = (run.x.cast_signed() - at_x, run.y.cast_signed() - at_y);
            let len = run.len;
            // Writing to a String cannot fail.
            let _ = write!(path, "m{right} {down}h{len}v1h-{len}z");
            (at_x, at_y) = (run.x.cast_signed(), run.y.cast_signed());
        }
        path
    }

    /// A drawing that scales without blur, black on white, titled for those who hear the page.
    pub fn svg(&self, title: &str) -> String {
        let side = self.outer();
        let px = side * MODULE_PX;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             width=\"{px}\" height=\"{px}\" role=\"img\" shape-rendering=\"crispEdges\">\
             <title>{title}</title><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path d=\"M{QUIET} {QUIET}{path}\"/></svg>\n",
            title = escaped(title),
            path = self.path(),
        )
    }

    /// A picture of so many pixels a module, one bit a pixel.
    pub fn png(&self, module_px: usize) -> Result<Vec<u8>, QrError> {
        let side = self.outer().saturating_mul(module_px);
        let mut pixels = Pixels::white(side, side)?;
        self.paint(&mut pixels, QUIET * module_px, QUIET * module_px, module_px);
        pixels.png(None)
    }

    /// Paints the dark modules with the symbol's own corner at `left`, `top`.
    pub fn paint(&self, pixels: &mut Pixels, left: usize, top: usize, module_px: usize) {
        for run in self.runs() {
            let x = left + run.x * module_px;
            let y = top + run.y * module_px;
            pixels.fill(x, y, run.len * module_px, module_px, Gray::BLACK);
        }
    }

    /// Half blocks for a terminal, one line for two rows of modules.
    pub fn terminal(&self, ink: Ink) -> String {
        terminal::lines(self, ink)
    }
}

/// [`Symbol::svg`] at level M, titled with the text itself.
pub fn svg(text: &str) -> Result<String, QrError> {
    Ok(Symbol::new(text, Level::Medium)?.svg(text))
}

/// [`Symbol::png`] at level M, of eight pixels a module.
pub fn png(text: &str) -> Result<Vec<u8>, QrError> {
    Symbol::new(text, Level::Medium)?.png(MODULE_PX)
}

/// [`Symbol::terminal`] at level M.
pub fn terminal(text: &str, ink: Ink) -> Result<String, QrError> {
    Ok(Symbol::new(text, Level::Medium)?.terminal(ink))
}

/// The text in markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML 1.0 has no way to write the other control characters.
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// The text as bytes, and its end as digits or capitals where that is shorter: an address ends in
/// the code. At level H this saves a vehicle's symbol one version, and a battery's too.
fn segments(text: &str) -> Vec<QrSegment> {
    let tail = |fits: fn(char) -> bool| text.len() - text.trim_end_matches(fits).len();
    let is_capital =
        |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || " $%*+-./:".contains(c);
    let cuts = [
        (text.len(), QrSegment::make_bytes(&[])),
        cut(text, tail(|c| c.is_ascii_digit()), QrSegment::make_numeric),
        cut(text, tail(is_capital), QrSegment::make_alphanumeric),
    ];
    let best = cuts
        .into_iter()
        .min_by_key(|(head, tail)| 8 * head + bits(tail));
    let Some((head, tail)) = best else {
        return Vec::new();
    };
    let head = text.as_bytes().get(..head).unwrap_or_default();
    [QrSegment::make_bytes(head), tail]
        .into_iter()
        .filter(|segment| segment.num_chars() > 0)
        .collect()
}

fn cut(text: &str, tail: usize, make: fn(&str) -> QrSegment) -> (usize, QrSegment) {
    let head = text.len() - tail;
    (head, make(text.get(head..).unwrap_or_default()))
}

/// What a segment costs, with the header it has in the symbols a sticker can hold (version 9 and
/// below: 4 bits of mode, at most 10 of length).
fn bits(segment: &QrSegment) -> usize {
    const HEADER: usize = 14;
    match segment.num_chars() {
        0 => 0,
        _ => HEADER + segment.data().len(),
    }
}

#[cfg(test)]
mod tests;
