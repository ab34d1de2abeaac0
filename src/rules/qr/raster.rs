//! Pixels in memory, and their PNG.

use super::QrError;

/// The most pixels a picture may have: a sticker of 100 mm at 2400 dpi. One byte each.
const PIXELS_MAX: usize = 100_000_000;

/// How light a pixel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gray(pub u8);

impl Gray {
    /// Ink.
    pub const BLACK: Self = Self(0);
    /// Paper.
    pub const WHITE: Self = Self(255);
}

/// A picture of gray pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    width: usize,
    height: usize,
    gray: Vec<u8>,
}

impl Pixels {
    /// White paper.
    pub fn white(width: usize, height: usize) -> Result<Self, QrError> {
        let unwritable = QrError::Picture { width, height };
        let size = width.checked_mul(height).ok_or(unwritable)?;
        if size == 0 || size > PIXELS_MAX {
            return Err(unwritable);
        }
        let gray = vec![Gray::WHITE.0; size];
        Ok(Self {
            width,
            height,
            gray,
        })
    }

    /// Pixels in a row.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Fills a box; what lies outside the picture is left out.
    pub fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, gray: Gray) {
        let right = x.saturating_add(width).min(self.width);
        let rows = self.gray.chunks_mut(self.width).skip(y).take(height);
        for row in rows {
            if let Some(run) = row.get_mut(x..right) {
                run.fill(gray.0);
            }
        }
    }

    /// Darkens a pixel to `gray` unless it is darker already.
    pub fn darken(&mut self, x: usize, y: usize, gray: Gray) {
        if x >= self.width {
            return;
        }
        if let Some(pixel) = self.gray.get_mut(y * self.width + x) {
            *pixel = gray.0.min(*pixel);
        }
    }

    /// The picture as a PNG, one bit a pixel if there is only black and white. `dots_per_metre`
    /// tells a printer how large it is.
    pub fn png(&self, dots_per_metre: Option<u32>) -> Result<Vec<u8>, QrError> {
        let unwritable = QrError::Picture {
            width: self.width,
            height: self.height,
        };
        let (Ok(width), Ok(height)) = (u32::try_from(self.width), u32::try_from(self.height))
        else {
            return Err(unwritable);
        };
        let two_tone = self.gray.iter().all(|&gray| gray == 0 || gray == 255);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(if two_tone {
            png::BitDepth::One
        } else {
            png::BitDepth::Eight
        });
        encoder.set_pixel_dims(dots_per_metre.map(|dots| png::PixelDimensions {
            xppu: dots,
            yppu: dots,
            unit: png::Unit::Meter,
        }));
        let packed;
        let data = if two_tone {
            packed = self.packed();
            &packed
        } else {
            &self.gray
        };
        encoder
            .write_header()
            .and_then(|mut writer| {
                writer.write_image_data(data)?;
                writer.finish()
            })
            .map_err(|_encoding| unwritable)?;
        Ok(bytes)
    }

    /// Eight pixels a byte, each row on a byte of its own.
    fn packed(&self) -> Vec<u8> {
        let rows = self.gray.chunks(self.width);
        rows.flat_map(|row| row.chunks(8).map(pack)).collect()
    }
}

fn pack(eight: &[u8]) -> u8 {
    let bits = eight.iter().enumerate();
    bits.fold(0, |byte, (at, &gray)| {
        byte | (u8::from(gray > 127) << (7 - at))
    })
}
