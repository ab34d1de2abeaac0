//! A sticker as dots, for printers that take pictures.
//!
//! Modules and letters are whole numbers of dots: a thermal head has no half dots, and a module
//! that is three dots here and four there does not scan. Letters are GNU Unifont's, which has
//! every Chinese character a model or colour may be written with.

use super::{Face, LabelError, Layout, Line, MODULE_MIN, Um};
use crate::rules::qr::{Gray, Pixels, QUIET};

/// Dots of an em, and of the part of it below the baseline.
const EM: u32 = 16;
const BELOW: u32 = 2;
/// The fewest dots a module has: one dot more or less of ink would be half of a smaller one.
const MODULE_DOTS_MIN: u32 = 2;

impl Layout {
    /// The sticker as a PNG of its real size at so many dots an inch.
    pub fn png(&self, dpi: u32) -> Result<Vec<u8>, LabelError> {
        let mut pixels = Pixels::white(dots(self.width, dpi), dots(self.height, dpi))?;
        let outer = super::modules(&self.symbol);
        let side = dots(self.place.side, dpi);
        let module = side / self.symbol.outer();
        let least = MODULE_MIN
            .saturating_mul(dpi)
            .div_ceil(INCH)
            .max(MODULE_DOTS_MIN);
        if u32::try_from(module).is_ok_and(|module| module < least) {
            let needed =
                u64::from(least) * u64::from(outer) * u64::from(INCH) / u64::from(dpi.max(1));
            let wider = needed * u64::from(self.width) / u64::from(self.place.side.max(1));
            return Err(LabelError::TooCoarse {
                dpi,
                module: um(module, dpi),
                least: u32::try_from(wider.div_ceil(100) * 100 + 100).unwrap_or(u32::MAX),
            });
        }
        let edge = (side - module * self.symbol.outer()) / 2 + QUIET * module;
        let (left, top) = (dots(self.place.left, dpi), dots(self.place.top, dpi));
        self.symbol
            .paint(&mut pixels, left + edge, top + edge, module);
        for line in &self.lines {
            write(&mut pixels, line, dpi)?;
        }
        let per_metre = u64::from(dpi) * 1_000_000 / u64::from(INCH);
        Ok(pixels.png(u32::try_from(per_metre).ok())?)
    }
}

/// An inch, in micrometres.
const INCH: Um = 25_400;

fn dots(um: Um, dpi: u32) -> usize {
    let exact = (u64::from(um) * u64::from(dpi) + u64::from(INCH / 2)) / u64::from(INCH);
    usize::try_from(exact).unwrap_or(usize::MAX)
}

fn um(dots: usize, dpi: u32) -> Um {
    let exact = u64::try_from(dots)
        .unwrap_or(u64::MAX)
        .saturating_mul(u64::from(INCH));
    u32::try_from(exact / u64::from(dpi.max(1))).unwrap_or(u32::MAX)
}

/// A line in the largest whole multiple of the font that fits its room and is near its size.
fn write(pixels: &mut Pixels, line: &Line, dpi: u32) -> Result<(), LabelError> {
    let glyphs: Vec<_> = line.text.chars().map(glyph).collect();
    let width: usize = glyphs.iter().map(|glyph| glyph.get_width()).sum();
    let room = dots(line.room, dpi);
    // A quarter larger than planned is still clear of the lines above and below.
    let high = dots(line.size + line.size / 4, dpi) / 16;
    let times = (room / width.max(1)).min(high);
    if times == 0 {
        let enough = (EM * INCH).div_ceil((line.size + line.size / 4).max(1));
        let needed = u64::try_from(width).unwrap_or(u64::MAX) * u64::from(INCH);
        let wide = needed.div_ceil(u64::from(line.room.max(1)));
        let least = enough.max(u32::try_from(wide).unwrap_or(u32::MAX));
        return Err(LabelError::Illegible { dpi, least });
    }
    let spare = if line.middle {
        (room - width * times) / 2
    } else {
        0
    };
    let mut left = dots(line.left, dpi) + spare;
    let above = usize::try_from(EM - BELOW).unwrap_or_default() * times;
    let top = dots(line.baseline, dpi).saturating_sub(above);
    // Courier is bold in the other forms; here a stroke is half a dot of the font wider.
    let stroke = match line.face {
        Face::Sans => times,
        Face::Mono => times + times / 2,
    };
    for glyph in glyphs {
        for y in 0..16 {
            for x in 0..glyph.get_width() {
                if glyph.get_pixel(x, y) {
                    pixels.fill(
                        left + x * times,
                        top + y * times,
                        stroke,
                        times,
                        Gray::BLACK,
                    );
                }
            }
        }
        left += glyph.get_width() * times;
    }
    Ok(())
}

/// A character's dots; an empty box for one the font has not got.
fn glyph(c: char) -> &'static unifont::Glyph {
    const EMPTY: unifont::Glyph = unifont::Glyph::Halfwidth([0; 16]);
    unifont::get_glyph(c)
        .or_else(|| unifont::get_glyph('\u{25A1}'))
        .unwrap_or(&EMPTY)
}
