//! The stickers of figures A.1, B.1 and C.1 of DB33/T 1323—2023, ready to print.
//!
//! One layout, in micrometres, is made once ([`Sticker::layout`]) and drawn by three writers:
//! [`Layout::svg`], [`Layout::png`] and [`pdf`].
//!
//! - The symbol holds the canonical address and nothing else: a sticker is for ever, and a
//!   parameter added today is a promise for decades.
//! - No module is printed smaller than [`MODULE_MIN`]. A sticker too small for that is refused, and the
//!   refusal names the smallest size that would do.
//! - Nothing is printed in the symbol's quiet zone, and text that does not fit is made smaller
//!   within reason, then refused. It never runs over the edge.

use saoma_pages::view::Kind;

use super::qr::{Level, QUIET, QrError, Run, Symbol};
use crate::words::code::{Code, ORG_LEN};

mod bitmap;
mod face;
pub mod pdf;
mod plan;
mod svg;

pub use face::Face;

use plan::{Plan, Text, plan};

/// Micrometres: a printer of 2400 dpi has dots of ten.
pub type Um = u32;
/// A millimetre.
pub const MM: Um = 1_000;
/// A module's least width. GS1 practice goes down to 0.254 mm for symbols read in a warehouse; a
/// sticker on a bicycle is read by an old phone, in the rain, so there is a third more.
pub const MODULE_MIN: Um = 330;
/// How far a line's letters may be made smaller to fit: a millimetre high is the least a person
/// reads at arm's length.
pub const TEXT_MIN: Um = 1_000;
/// Characters a line of a battery's own code has in figure B.1.
const OWN_LINE: usize = 14;
/// The mark under the symbol.
const MARK: &str = "浙品码";

/// What is on one sticker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sticker {
    /// Whose it is.
    pub code: Code,
    /// Product model (产品型号); vehicles only.
    pub model: Option<String>,
    /// Body colour (车身颜色); vehicles only.
    pub colour: Option<String>,
}

/// Why a sticker cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// The symbol's modules would be smaller than may be printed.
    #[error(
        "a sticker {} mm wide has modules of {} mm; at least {} mm are needed \
         (GS1 practice is 0.254 mm, and a phone needs more), so make it {} mm wide or more",
        mm(*.width), mm(*.module), mm(MODULE_MIN), mm(*.least)
    )]
    TooSmall {
        /// The width asked for.
        width: Um,
        /// The width its modules would have.
        module: Um,
        /// The smallest width that would do.
        least: Um,
    },
    /// The symbol's modules would be too small once they are whole dots of the printer.
    #[error(
        "at {dpi} dpi a module of this sticker is {} mm; at least {} mm are needed, so \
         make it {} mm wide or more, or ask for more dpi", mm(*.module), mm(MODULE_MIN), mm(*.least)
    )]
    TooCoarse {
        /// Dots an inch.
        dpi: u32,
        /// The width its modules would have.
        module: Um,
        /// The smallest width that would do.
        least: Um,
    },
    /// A line does not fit, however small its letters.
    #[error("this line is too long for a sticker {} mm wide: {line}", mm(*.width))]
    LineTooLong {
        /// What it says.
        line: String,
        /// The width asked for.
        width: Um,
    },
    /// The dots are too few for legible text.
    #[error("at {dpi} dpi the text is not legible on a sticker of this size; ask for {least} dpi")]
    Illegible {
        /// Dots an inch.
        dpi: u32,
        /// How many would do.
        least: u32,
    },
    /// The sheet has no room for so many.
    #[error("{columns}x{rows} stickers of this size do not fit on A4; {}", room(*.fit_columns, *.fit_rows))]
    SheetTooSmall {
        /// Columns asked for.
        columns: u32,
        /// Rows asked for.
        rows: u32,
        /// Columns that fit.
        fit_columns: u32,
        /// Rows that fit.
        fit_rows: u32,
    },
    /// There is no symbol.
    #[error(transparent)]
    Symbol(#[from] QrError),
}

/// Where everything is, from the upper left corner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How wide it is cut.
    pub width: Um,
    /// How high it is cut.
    pub height: Um,
    /// The square that holds the symbol with its quiet zone.
    pub place: Square,
    /// The symbol.
    pub symbol: Symbol,
    /// The lines of text.
    pub lines: Vec<Line>,
    /// What the symbol says.
    pub address: String,
}

/// A square.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Square {
    pub left: Um,
    pub top: Um,
    pub side: Um,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it begins.
    pub left: Um,
    /// What it stands on.
    pub baseline: Um,
    /// How high its letters are (one em).
    pub size: Um,
    /// How much room it has.
    pub room: Um,
    /// Whether it stands in the middle of its room.
    pub middle: bool,
    /// The letters.
    pub face: Face,
    /// What it says.
    pub text: String,
}

impl Sticker {
    /// A sticker with no more than its code.
    pub const fn of(code: Code) -> Self {
        Self {
            code,
            model: None,
            colour: None,
        }
    }

    /// How wide it is if nobody asks for another width.
    pub const fn usual_width(kind: Kind) -> Um {
        plan(kind).width
    }

    /// How high a sticker of this width is.
    pub fn height(kind: Kind, width: Um) -> Um {
        let plan = plan(kind);
        scaled(plan.height, width, plan.width)
    }

    /// Where everything is on a sticker of this width. `public_url` is the scheme and host, without a
    /// slash at the end.
    pub fn layout(&self, public_url: &str, level: Level, width: Um) -> Result<Layout, LabelError> {
        let address = format!("{}{}", public_url.trim_end_matches('/'), self.code.path());
        let symbol = Symbol::new(&address, level)?;
        let plan = plan(self.code.kind());
        let fit = |um| scaled(um, width, plan.width);
        let place = Square {
            left: fit(plan.place.left),
            top: fit(plan.place.top),
            side: fit(plan.place.side),
        };
        let module = place.side / modules(&symbol);
        if module < MODULE_MIN {
            let least = least_width(&symbol, self.code.kind(), MODULE_MIN);
            return Err(LabelError::TooSmall {
                width,
                module,
                least,
            });
        }
        let mut lines = self.lines(&plan);
        if let Some(baseline) = plan.mark {
            lines.push(Line {
                left: plan.place.left,
                baseline,
                size: 2_700,
                room: plan.place.side,
                middle: true,
                face: Face::Sans,
                text: MARK.to_owned(),
            });
        }
        for line in &mut lines {
            line.left = fit(line.left);
            line.baseline = fit(line.baseline);
            line.room = fit(line.room);
            line.size = line.face.fitting(&line.text, fit(line.size), line.room);
            if line.size < TEXT_MIN {
                let line = line.text.clone();
                return Err(LabelError::LineTooLong { line, width });
            }
        }
        let height = fit(plan.height);
        Ok(Layout {
            width,
            height,
            place,
            symbol,
            lines,
            address,
        })
    }

    /// The block of lines, around the middle of its height.
    fn lines(&self, plan: &Plan) -> Vec<Line> {
        let Text {
            left,
            room,
            height,
            pitch,
            size,
            middle,
            face,
        } = plan.text;
        let texts = self.texts();
        let above = u32::try_from(texts.len().saturating_sub(1)).unwrap_or_default() * pitch / 2;
        // Capitals and digits are 0.7 em high: this puts the middle of the letters on the height.
        let mut baseline = (height + size * 7 / 20).saturating_sub(above);
        let mut lines = Vec::with_capacity(texts.len());
        for text in texts {
            lines.push(Line {
                left,
                baseline,
                size,
                room,
                middle,
                face,
                text,
            });
            baseline += pitch;
        }
        lines
    }

    fn texts(&self) -> Vec<String> {
        let value = self.code.value();
        match self.code.kind() {
            Kind::Vin => {
                let model = self.model.iter().map(|model| format!("产品型号: {model}"));
                let colour = self
                    .colour
                    .iter()
                    .map(|colour| format!("车身颜色: {colour}"));
                let code = std::iter::once(format!("整车编码: {value}"));
                model
                    .chain(colour)
                    .chain(code)
                    .map(|text| printable(&text))
                    .collect()
            }
            Kind::Pwb => {
                let (org, own) = value.split_at_checked(ORG_LEN).unwrap_or((value, ""));
                let own = own.as_bytes().chunks(OWN_LINE);
                std::iter::once(org.to_owned())
                    .chain(own.map(|part| String::from_utf8_lossy(part).into_owned()))
                    .collect()
            }
            Kind::Lic => vec![value.to_owned()],
        }
    }
}

impl Layout {
    /// A module's width when the symbol is drawn, in micrometres, and the symbol's own corner.
    fn modules(&self) -> (Um, Um, Um) {
        let outer = modules(&self.symbol);
        let module = self.place.side / outer;
        // What is left over after whole micrometres goes around the symbol.
        let quiet = module * u32::try_from(QUIET).unwrap_or_default();
        let edge = (self.place.side - module * outer) / 2 + quiet;
        (module, self.place.left + edge, self.place.top + edge)
    }

    /// The dark modules.
    fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        self.symbol.runs()
    }
}

/// What does fit on a sheet, for people.
fn room(columns: u32, rows: u32) -> String {
    match columns.min(rows) {
        0 => "not one does".to_owned(),
        _ => format!("{columns}x{rows} would"),
    }
}

/// Micrometres as millimetres, for people.
pub fn mm(um: Um) -> String {
    let text = format!("{}.{:03}", um / MM, um % MM);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn modules(symbol: &Symbol) -> u32 {
    u32::try_from(symbol.outer()).unwrap_or(u32::MAX)
}

/// The smallest width at which a module is `module` wide, in whole tenths of a millimetre.
fn least_width(symbol: &Symbol, kind: Kind, module: Um) -> Um {
    let plan = plan(kind);
    let side = u64::from(modules(symbol)) * u64::from(module);
    let exact = (side * u64::from(plan.width)).div_ceil(u64::from(plan.place.side));
    // One more micrometre pays for the rounding down on the way back.
    let tenths = (exact + 1).div_ceil(100);
    u32::try_from(tenths * 100).unwrap_or(u32::MAX)
}

/// `um` of a plan `from` wide, on a sticker `to` wide.
fn scaled(um: Um, to: Um, from: Um) -> Um {
    let exact = u64::from(um) * u64::from(to) / u64::from(from.max(1));
    u32::try_from(exact).unwrap_or(u32::MAX)
}

/// Without control characters, and without space around it.
fn printable(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests;
