//! A symbol as lines of text.

use super::Symbol;

/// What a terminal's lines are painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Black on white by colour codes, whatever the terminal's own colours are.
    BlackOnWhite,
    /// No colour codes (`NO_COLOR`, or a pipe): the characters are the *light* modules, since most
    /// terminals write light on dark. On a light one the symbol is inverted, which many phones
    /// read all the same.
    Plain,
}

/// Entries 16 and 231 of the 256-colour palette are true black and true white; the first sixteen
/// are whatever the reader's theme makes of them, and a grey on grey does not scan.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";
const RESET: &str = "\x1b[0m";

pub(super) fn lines(symbol: &Symbol, ink: Ink) -> String {
    let side = symbol.outer();
    let mut text = String::new();
    for y in (0..side).step_by(2) {
        if ink == Ink::BlackOnWhite {
            text.push_str(BLACK_ON_WHITE);
        }
        for x in 0..side {
            let upper = painted(symbol, x, y, ink);
            let lower = painted(symbol, x, y + 1, ink);
            text.push(match (upper, lower) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        if ink == Ink::BlackOnWhite {
            text.push_str(RESET);
        }
        text.push('\n');
    }
    text
}

fn painted(symbol: &Symbol, x: usize, y: usize, ink: Ink) -> bool {
    match ink {
        Ink::BlackOnWhite => symbol.is_dark(x, y),
        Ink::Plain => !symbol.is_dark(x, y),
    }
}
