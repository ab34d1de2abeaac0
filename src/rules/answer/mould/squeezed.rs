//! What the pieces of a mould are squeezed to, and how a whole page comes of it.
//!
//! What stands before the first hole is blocks of their own. Behind it is one block in the codes that
//! every decoder knows: what was sought and found once is said again for each page, only with the
//! distances that it has there.

use std::collections::HashMap;

use flate2::{Compress, Compression, Crc, FlushCompress};

use super::super::{
    deflate::codes::{Bits, Code, END, LAST, MOST, literal, said_length},
    gzip::HEAD,
};
use super::{Filling, Mould, Piece};

/// How far back a match may lie.
const WINDOW: usize = 1 << 15;
/// The least that is worth saying as a match.
const LEAST: usize = 4;
/// Places with the same beginning that are compared. The nearest are the cheapest to name.
const TRIED: usize = 64;
/// Bits that are written at once.
const AT_ONCE: u32 = 31;

/// The squeezed form of a mould.
#[derive(Debug)]
pub(super) struct Squeezed {
    /// The head of a gzip stream and all before the first hole, up to a byte's end.
    lead: Vec<u8>,
    /// Of what stands there.
    sum: Crc,
    pieces: Vec<Said>,
}

/// A hole and the text behind it.
#[derive(Debug)]
struct Said {
    /// The piece before it whose hole is for the same.
    same: Option<usize>,
    text: Vec<Token>,
}

#[derive(Debug)]
enum Token {
    /// A few symbols.
    Say(Code),
    /// Something that stood in a text before.
    Again {
        length: Code,
        /// Its place in its own text, and where it is said in this one.
        there: Place,
        here: usize,
    },
}

/// A place in a text: that before the first hole is number 0.
#[derive(Clone, Copy, Debug)]
struct Place {
    text: usize,
    at: usize,
}

/// Where things begin that have been seen.
type Seen = HashMap<[u8; LEAST], Vec<Place>>;

impl Squeezed {
    pub(super) fn of(lead: &str, pieces: &[Piece]) -> Option<Self> {
        let mut squeezed = Vec::with_capacity(HEAD.len() + lead.len() + 64);
        squeezed.extend_from_slice(&HEAD);
        Compress::new(Compression::best(), false)
            .compress_vec(lead.as_bytes(), &mut squeezed, FlushCompress::Sync)
            .ok()?;
        let mut texts = vec![lead.as_bytes()];
        let mut seen = Seen::new();
        for at in 0..lead.len() {
            see(&mut seen, &texts, Place { text: 0, at });
        }
        let mut said = Vec::with_capacity(pieces.len());
        for (number, piece) in pieces.iter().enumerate() {
            let before = pieces.get(..number)?.iter();
            let same = before
                .into_iter()
                .rposition(|other| other.hole == piece.hole);
            texts.push(piece.text.as_bytes());
            let text = tokens(&texts, &mut seen)?;
            said.push(Said { same, text });
        }
        let mut sum = Crc::new();
        sum.update(lead.as_bytes());
        Some(Self {
            lead: squeezed,
            sum,
            pieces: said,
        })
    }

    /// A gzip stream of the page, or nothing if the page is longer than a match may reach.
    pub(super) fn gzip(&self, mould: &Mould, filling: &Filling, own: &[u8]) -> Option<Vec<u8>> {
        if mould.lead.len() + own.len() > WINDOW {
            return None;
        }
        let mut out = Vec::with_capacity(self.lead.len() + own.len());
        out.extend_from_slice(&self.lead);
        let mut out = Bits::behind(out);
        out.put(LAST);
        // Where each text begins on this page.
        let mut starts = Vec::with_capacity(self.pieces.len() + 1);
        starts.push(0);
        let start_of =
            |starts: &[usize], text: usize| starts.get(text).copied().unwrap_or_default();
        let mut at = mould.lead.len();
        for (piece, said) in mould.pieces.iter().zip(&self.pieces) {
            let hole = filling.of(&piece.hole);
            match said.same {
                Some(same) if (LEAST..=MOST).contains(&hole.len()) => {
                    // The text behind a hole begins where the hole ends.
                    let before = start_of(&starts, same + 1) - hole.len();
                    out.repeat(hole.len(), at - before);
                }
                Some(_) | None => out.spell(hole),
            }
            at += hole.len();
            starts.push(at);
            for token in &said.text {
                match token {
                    Token::Say(code) => out.put(*code),
                    Token::Again {
                        length,
                        there,
                        here,
                    } => {
                        let before = start_of(&starts, there.text) + there.at;
                        out.again(*length, at + here - before);
                    }
                }
            }
            at += piece.text.len();
        }
        out.put(END);
        out.align();
        let mut sum = Crc::new();
        sum.combine(&self.sum);
        sum.update(own);
        let mut out = out.bytes;
        out.extend_from_slice(&sum.sum().to_le_bytes());
        out.extend_from_slice(&sum.amount().to_le_bytes());
        Some(out)
    }
}

/// The last of these texts, in symbols. What is found again stands within one text, for what
/// is between two is of another length on each page.
fn tokens(texts: &[&[u8]], seen: &mut Seen) -> Option<Vec<Token>> {
    let number = texts.len() - 1;
    let text = *texts.last()?;
    let mut tokens = Vec::new();
    let mut waiting = Code::default();
    let mut at = 0;
    while let Some(here) = text.get(at..).filter(|here| !here.is_empty()) {
        let found = here.first_chunk().and_then(|look| {
            let places = seen.get(look)?.iter().rev().take(TRIED);
            let measured = places.map(|place| (alike(texts, *place, here), *place));
            // Of two as long, the nearer: it was seen later, and comes first.
            measured.reduce(|best, other| if other.0 > best.0 { other } else { best })
        });
        let found = found.filter(|(length, _)| *length >= LEAST);
        let passed = if let Some((length, there)) = found {
            if waiting.count() > 0 {
                tokens.push(Token::Say(std::mem::take(&mut waiting)));
            }
            tokens.push(Token::Again {
                length: said_length(u32::try_from(length).ok()?),
                there,
                here: at,
            });
            length
        } else {
            let next = literal(*here.first()?);
            if waiting.count() + next.count() > AT_ONCE {
                tokens.push(Token::Say(std::mem::take(&mut waiting)));
            }
            waiting = waiting.and(next);
            1
        };
        for at in at..at + passed {
            see(seen, texts, Place { text: number, at });
        }
        at += passed;
    }
    if waiting.count() > 0 {
        tokens.push(Token::Say(waiting));
    }
    Some(tokens)
}

fn see(seen: &mut Seen, texts: &[&[u8]], place: Place) {
    let look = texts
        .get(place.text)
        .and_then(|text| text.get(place.at..)?.first_chunk());
    if let Some(look) = look {
        seen.entry(*look).or_default().push(place);
    }
}

/// How much of this stands at that place, as far as one symbol says.
fn alike(texts: &[&[u8]], place: Place, here: &[u8]) -> usize {
    let there = texts
        .get(place.text)
        .and_then(|text| text.get(place.at..))
        .unwrap_or_default();
    let pairs = there.iter().zip(here).take(MOST);
    pairs.take_while(|(one, other)| one == other).count()
}
