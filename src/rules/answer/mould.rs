//! Pages of one shape, cast in a mould.
//!
//! Two pages of found vehicles differ in a few texts: the code, the names of its makers, a moment. A
//! page is rendered once with marks where those stand, and cut there: what is left is a mould. To
//! fill it is a tenth of the work of rendering, and of squeezing, for what the pieces are squeezed to
//! is kept with them.
//!
//! Nothing here knows what a page means. Whoever makes a mould has to see that the page that it casts
//! is the page that would have been rendered.

use std::{hash::BuildHasher as _, ops::Range};

use foldhash::quality::FixedState;
use saoma_pages::escaped;

use crate::words::code::Code;

mod squeezed;

use squeezed::Squeezed;

/// A page with holes in it.
#[derive(Debug)]
pub struct Mould {
    /// What stands before the first hole: two thirds of a page.
    lead: String,
    pieces: Vec<Piece>,
    /// Of all its texts together.
    length: usize,
    hash: u64,
    squeezed: Squeezed,
}

/// A hole, and the text behind it.
#[derive(Debug)]
struct Piece {
    hole: Hole,
    text: String,
}

/// What a hole is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Hole {
    /// These characters of the code.
    Code(Range<usize>),
    /// The value of this number.
    Value(usize),
    /// When it last changed.
    Moment,
}

/// What goes into the holes.
#[derive(Clone, Debug, Hash)]
pub struct Filling {
    code: Code,
    values: Values,
    moment: String,
}

/// Texts in a row, as they stand on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Values {
    texts: Vec<u8>,
    ends: Vec<usize>,
}

/// Stand-ins, which no text of ours has. Texts of others may, but it is for those that they stand.
pub mod marks {
    const CODE: u32 = 0xe100;
    const MOMENT: u32 = 0xe1ff;
    const VALUE: u32 = 0xe200;
    /// Behind the mark of a value that has Chinese characters, since pages look whether one has.
    const CHINESE: char = '\u{3400}';
    /// Holds each kind of mark.
    const ALL: std::ops::Range<u32> = CODE..0xe400;

    pub(super) enum Mark {
        Code(usize),
        Value(usize),
        Moment,
    }

    /// For one character of a code.
    pub fn code(at: usize) -> char {
        number(CODE, at)
    }

    /// For a value.
    pub fn value(number_of_it: usize, chinese: bool) -> String {
        let mut mark = String::from(number(VALUE, number_of_it));
        if chinese {
            mark.push(CHINESE);
        }
        mark
    }

    /// For the moment.
    pub fn moment() -> String {
        String::from(number(MOMENT, 0))
    }

    /// What stands at the beginning of a text, if it is one, and behind it.
    pub(super) fn take(text: &str) -> Option<(Mark, &str)> {
        let first = text.chars().next()?;
        let rest = text.get(first.len_utf8()..)?;
        let first = u32::from(first);
        let place = |from: u32| usize::try_from(first - from).unwrap_or_default();
        match first {
            MOMENT => Some((Mark::Moment, rest)),
            CODE..MOMENT => Some((Mark::Code(place(CODE)), rest)),
            VALUE.. if ALL.contains(&first) => Some((
                Mark::Value(place(VALUE)),
                rest.strip_prefix(CHINESE).unwrap_or(rest),
            )),
            _ => None,
        }
    }

    fn number(from: u32, at: usize) -> char {
        let code = u32::try_from(at).ok().and_then(|at| from.checked_add(at));
        let mark = code.filter(|code| ALL.contains(code));
        // Too many: then the page is not the same, and no mould comes of it.
        mark.and_then(char::from_u32).unwrap_or('?')
    }
}

impl Mould {
    /// A mould of a page that was rendered with marks.
    pub fn of(marked: &str) -> Option<Self> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut lead = None;
        let mut text = String::new();
        let mut rest = marked;
        while let Some(one) = rest.chars().next() {
            let Some((mark, behind)) = marks::take(rest) else {
                text.push(one);
                rest = rest.get(one.len_utf8()..)?;
                continue;
            };
            rest = behind;
            let hole = match mark {
                marks::Mark::Code(at) => Hole::Code(at..at + 1),
                marks::Mark::Value(number) => Hole::Value(number),
                marks::Mark::Moment => Hole::Moment,
            };
            let before = std::mem::take(&mut text);
            if let Some(last) = pieces.last_mut() {
                // Characters of the code in a row are one hole.
                if before.is_empty() && last.is_continued_by(&hole) {
                    continue;
                }
                last.text = before;
            } else {
                lead = Some(before);
            }
            let text = String::new();
            pieces.push(Piece { hole, text });
        }
        pieces.last_mut()?.text = text;
        let lead = lead?;
        let squeezed = Squeezed::of(&lead, &pieces)?;
        let texts = pieces.iter().map(|piece| piece.text.len());
        Some(Self {
            length: lead.len() + texts.sum::<usize>(),
            hash: FixedState::with_seed(2).hash_one(marked),
            lead,
            pieces,
            squeezed,
        })
    }

    /// A hash of it, the same in every process of one version.
    pub(super) const fn hash(&self) -> u64 {
        self.hash
    }

    /// How long the page of this filling is.
    pub(super) fn length(&self, filling: &Filling) -> usize {
        let holes = self
            .pieces
            .iter()
            .map(|piece| filling.of(&piece.hole).len());
        self.length + holes.sum::<usize>()
    }

    /// The page of this filling, without what stands before its first hole.
    fn own(&self, filling: &Filling) -> Vec<u8> {
        let mut page = Vec::with_capacity(self.length(filling) - self.lead.len());
        for piece in &self.pieces {
            page.extend_from_slice(filling.of(&piece.hole));
            page.extend_from_slice(piece.text.as_bytes());
        }
        page
    }

    /// The page of this filling as a gzip stream, unless it is longer than a match may reach.
    pub(super) fn gzip(&self, filling: &Filling) -> Option<Vec<u8>> {
        self.squeezed.gzip(self, filling, &self.own(filling))
    }

    /// The whole page of this filling.
    pub fn page(&self, filling: &Filling) -> Vec<u8> {
        [self.lead.as_bytes(), &self.own(filling)].concat()
    }
}

impl Piece {
    fn is_continued_by(&mut self, next: &Hole) -> bool {
        match (&mut self.hole, next) {
            (Hole::Code(known), Hole::Code(more)) if known.end == more.start => {
                known.end = more.end;
                true
            }
            _ => false,
        }
    }
}

impl Filling {
    /// A code, its values in the order of their numbers, and a moment.
    pub const fn new(code: Code, values: Values, moment: String) -> Self {
        Self {
            code,
            values,
            moment,
        }
    }

    /// Bytes of all its texts.
    pub(super) const fn length(&self) -> usize {
        self.values.texts.len() + self.values.ends.len() * size_of::<usize>() + self.moment.len()
    }

    fn of(&self, hole: &Hole) -> &[u8] {
        match hole {
            Hole::Code(range) => self.code.as_bytes().get(range.clone()).unwrap_or_default(),
            Hole::Value(number) => self.values.get(*number),
            Hole::Moment => self.moment.as_bytes(),
        }
    }
}

impl Values {
    /// Room for what most pages have: what grows is written anew.
    pub fn roomy() -> Self {
        Self {
            texts: Vec::with_capacity(512),
            ends: Vec::with_capacity(32),
        }
    }

    /// The number of a text, which is added if it is not there.
    pub fn number_of(&mut self, text: &str) -> usize {
        let text = escaped(text);
        let mut numbers = 0..self.ends.len();
        let known = numbers.find(|at| self.get(*at) == text.as_bytes());
        known.unwrap_or_else(|| {
            self.texts.extend_from_slice(text.as_bytes());
            self.ends.push(self.texts.len());
            self.ends.len() - 1
        })
    }

    fn get(&self, number: usize) -> &[u8] {
        let before = number
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let start = before.copied().unwrap_or_default();
        let end = self.ends.get(number).copied().unwrap_or_default();
        self.texts.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
