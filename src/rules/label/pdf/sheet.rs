//! Where stickers stand on paper, and where they are cut.

use std::fmt::Write as _;

use super::super::{LabelError, MM, Um};
use super::A4;

/// Around each sticker nothing is printed, so a cut that drifts this far shows no ink of a mark or
/// of a neighbour.
pub const BLEED: Um = 2 * MM;
/// How long a cut mark is.
pub const MARK: Um = 2 * MM;
/// Between two stickers: the bleed of each, and the mark they share.
const GAP: Um = BLEED + MARK + BLEED;
/// What office printers cannot print on, at each edge.
const EDGE: Um = BLEED + MARK;
/// Thin enough to cut along, thick enough to be printed at 300 dpi.
const HAIR: Um = 100;

/// What stickers are printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Sheet {
    /// A4, with as many as fit.
    #[default]
    Filled,
    /// A4, with so many columns and rows.
    Grid {
        /// Side by side.
        columns: u32,
        /// One under another.
        rows: u32,
    },
    /// One a page, and the page is the sticker: for a label printer.
    Roll,
}

/// Whether a sticker has cut marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ticks {
    Drawn,
    None,
}

/// A sticker's lower left corner on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) left: Um,
    pub(super) foot: Um,
}

/// The places on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    columns: u32,
    rows: u32,
    size: (Um, Um),
    first: Cell,
    ticks: Ticks,
}

impl Sheet {
    /// The size of the paper for stickers of this size.
    pub(super) const fn paper(self, sticker: (Um, Um)) -> (Um, Um) {
        match self {
            Self::Filled | Self::Grid { .. } => A4,
            Self::Roll => sticker,
        }
    }

    /// The places for stickers of this size.
    pub(super) fn grid(self, size: (Um, Um)) -> Result<Grid, LabelError> {
        let (fit_columns, fit_rows) = fitting(size);
        let (columns, rows) = match self {
            Self::Roll => return Ok(Grid::single(size)),
            Self::Grid { columns, rows } => (columns, rows),
            // At least one, so that a sticker larger than the paper is refused.
            Self::Filled => (fit_columns.max(1), fit_rows.max(1)),
        };
        if columns == 0 || rows == 0 || columns > fit_columns || rows > fit_rows {
            return Err(LabelError::SheetTooSmall {
                columns,
                rows,
                fit_columns,
                fit_rows,
            });
        }
        let span = |count: u32, one: Um| count * (one + GAP) - GAP;
        let left = (A4.0 - span(columns, size.0)) / 2;
        let top = (A4.1 - span(rows, size.1)) / 2;
        let foot = A4.1 - top - size.1;
        Ok(Grid {
            columns,
            rows,
            size,
            first: Cell { left, foot },
            ticks: Ticks::Drawn,
        })
    }

    /// The widest sticker of these proportions that the sheet has room for.
    pub fn widest(self, (width, height): (Um, Um)) -> Um {
        let Self::Grid { columns, rows } = self else {
            return width;
        };
        let room = |paper: Um, count: u32| {
            let all = (paper + GAP).saturating_sub(2 * EDGE);
            (all / count.max(1)).saturating_sub(GAP)
        };
        let by_height = u64::from(room(A4.1, rows)) * u64::from(width) / u64::from(height.max(1));
        let by_height = u32::try_from(by_height).unwrap_or(width);
        // Whole tenths of a millimetre: a size somebody may want to name again.
        width.min(room(A4.0, columns)).min(by_height) / 100 * 100
    }
}

impl Grid {
    const fn single(size: (Um, Um)) -> Self {
        let first = Cell { left: 0, foot: 0 };
        Self {
            columns: 1,
            rows: 1,
            size,
            first,
            ticks: Ticks::None,
        }
    }

    /// How many places a page has.
    pub(super) const fn places(&self) -> u32 {
        self.columns.saturating_mul(self.rows)
    }

    pub(super) const fn ticks(&self) -> Ticks {
        self.ticks
    }

    /// The place number `at`, in reading order.
    pub(super) const fn cell(&self, at: u32) -> Cell {
        let (column, row) = (at % self.columns, at / self.columns);
        Cell {
            left: self.first.left + column * (self.size.0 + GAP),
            foot: self.first.foot - row * (self.size.1 + GAP),
        }
    }
}

/// How many columns and rows of this size A4 has room for.
fn fitting((width, height): (Um, Um)) -> (u32, u32) {
    let count = |paper: Um, one: Um| (paper + GAP - 2 * EDGE) / one.saturating_add(GAP);
    (count(A4.0, width), count(A4.1, height))
}

/// The marks of one sticker: two at each corner, outside its bleed.
pub(super) fn ticks(page: &mut String, cell: Cell, width: Um, height: Um) {
    let Cell { left, foot } = cell;
    let (right, head) = (left + width, foot + height);
    let _ = write!(page, "{HAIR} w");
    for x in [left, right] {
        for (from, to) in [(foot - EDGE, foot - BLEED), (head + BLEED, head + EDGE)] {
            let _ = write!(page, " {x} {from} m {x} {to} l");
        }
    }
    for y in [foot, head] {
        for (from, to) in [(left - EDGE, left - BLEED), (right + BLEED, right + EDGE)] {
            let _ = write!(page, " {from} {y} m {to} {y} l");
        }
    }
    page.push_str(" S\n");
}
