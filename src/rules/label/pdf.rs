//! Stickers on sheets of A4, or one a page for a roll, as PDF.
//!
//! - A page is written when it is full, so ten thousand stickers need the memory of one page.
//! - Symbols are vectors, one path each. Latin is Helvetica and Courier, Chinese is Adobe's
//!   predefined STSong-Light: fonts every reader has or replaces, so none is embedded.
//! - The same stickers make the same bytes: there is no date in the file.
//! - Viewers are told not to scale when they print, since a module's width is a promise.

use std::fmt::Write as _;
use std::io::{self, Write};

use flate2::{Compression, write::ZlibEncoder};

use super::{Face, LabelError, Layout, Line, MM, Um};

mod sheet;

pub use sheet::{BLEED, MARK, Sheet};

use sheet::{Cell, Ticks};

/// Why a document could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The sheet is too small.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// The file could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A document under way.
#[derive(Debug)]
pub struct Document<W> {
    out: W,
    sheet: Sheet,
    /// Bytes written so far.
    at: u64,
    /// Where each object begins; object 1 is the first.
    objects: Vec<u64>,
    /// The objects that are pages.
    pages: Vec<usize>,
    /// The page being filled.
    page: String,
    filled: u32,
    /// Width and height of the stickers on this page.
    size: (Um, Um),
}

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)\
                       /ViewerPreferences<</PrintScaling/None>>>>";
/// Object 2 lists the pages, and is written last.
const PAGES: usize = 2;
/// The objects from 3 on: what pages share.
const SHARED: [&str; 6] = [
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    "<</Type/Font/Subtype/Type1/BaseFont/Courier-Bold/Encoding/WinAnsiEncoding>>",
    "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light-UniGB-UCS2-H/Encoding/UniGB-UCS2-H\
     /DescendantFonts[6 0 R]>>",
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R\
     /CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>",
    "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]\
     /ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>",
    "<</Font<</Sans 3 0 R/Mono 4 0 R/Song 5 0 R>>>>",
];

impl<W: Write> Document<W> {
    /// Begins a document.
    pub fn new(out: W, sheet: Sheet) -> Result<Self, PdfError> {
        let mut document = Self {
            out,
            sheet,
            at: 0,
            objects: Vec::new(),
            pages: Vec::new(),
            page: String::new(),
            filled: 0,
            size: (0, 0),
        };
        // Four bytes above 127 tell what carries the file that it is not text.
        document.put(b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n")?;
        document.object(CATALOG.as_bytes())?;
        document.objects.push(0);
        for shared in SHARED {
            document.object(shared.as_bytes())?;
        }
        Ok(document)
    }

    /// Puts a sticker in the next free place.
    pub fn add(&mut self, layout: &Layout) -> Result<(), PdfError> {
        let size = (layout.width, layout.height);
        if self.filled > 0 && self.size != size {
            self.close_page()?;
        }
        self.size = size;
        let grid = self.sheet.grid(size)?;
        draw(&mut self.page, layout, grid.cell(self.filled), grid.ticks());
        self.filled += 1;
        if self.filled == grid.places() {
            self.close_page()?;
        }
        Ok(())
    }

    /// Writes what is left, and gives the file back.
    pub fn finish(mut self) -> Result<W, PdfError> {
        if self.filled > 0 || self.pages.is_empty() {
            self.close_page()?;
        }
        let mut kids = String::new();
        for page in &self.pages {
            let _ = write!(kids, "{page} 0 R ");
        }
        let pages = format!(
            "<</Type/Pages/Count {}/Kids[{}]>>",
            self.pages.len(),
            kids.trim_end()
        );
        if let Some(offset) = self.objects.get_mut(PAGES - 1) {
            *offset = self.at;
        }
        self.put(format!("{PAGES} 0 obj\n{pages}\nendobj\n").as_bytes())?;
        let start = self.at;
        let count = self.objects.len() + 1;
        let mut index = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.objects {
            let _ = writeln!(index, "{offset:010} 00000 n ");
        }
        let _ = write!(
            index,
            "trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
        );
        self.put(index.as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn close_page(&mut self) -> Result<(), PdfError> {
        let (width, height) = self.sheet.paper(self.size);
        // One unit of the drawing is a micrometre; a point is 1/72 inch.
        let content = format!("0.0028346457 0 0 0.0028346457 0 0 cm\n{}", self.page);
        self.page.clear();
        self.filled = 0;
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(content.as_bytes())?;
        let packed = packed.finish()?;
        let head = format!("<</Length {}/Filter/FlateDecode>>stream\n", packed.len());
        let mut stream = head.into_bytes();
        stream.extend_from_slice(&packed);
        stream.extend_from_slice(b"\nendstream");
        let content = self.object(&stream)?;
        let page = format!(
            "<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 {} {}]/Resources 8 0 R\
             /Contents {content} 0 R>>",
            points(width),
            points(height),
        );
        let page = self.object(page.as_bytes())?;
        self.pages.push(page);
        Ok(())
    }

    /// Writes the next object, and says its number.
    fn object(&mut self, body: &[u8]) -> Result<usize, PdfError> {
        self.objects.push(self.at);
        let number = self.objects.len();
        self.put(format!("{number} 0 obj\n").as_bytes())?;
        self.put(body)?;
        self.put(b"\nendobj\n")?;
        Ok(number)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), PdfError> {
        self.out.write_all(bytes)?;
        self.at += u64::try_from(bytes.len()).unwrap_or_default();
        Ok(())
    }
}

/// Micrometres in points, to a thousandth.
fn points(um: Um) -> String {
    let thousandths = u64::from(um) * 360 / 127;
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}

/// One sticker, and the marks it is cut along. PDF counts upwards from the foot of the page.
fn draw(page: &mut String, layout: &Layout, cell: Cell, ticks: Ticks) {
    let Cell { left, foot } = cell;
    let head = foot + layout.height;
    if ticks == Ticks::Drawn {
        sheet::ticks(page, cell, layout.width, layout.height);
    }
    let (module, x, y) = layout.modules();
    let _ = writeln!(
        page,
        "q {module} 0 0 -{module} {} {} cm",
        left + x,
        head - y
    );
    for run in layout.runs() {
        let _ = writeln!(page, "{} {} {} 1 re", run.x, run.y, run.len);
    }
    page.push_str("f Q\n");
    for line in &layout.lines {
        text(page, line, left, head);
    }
}

pub(super) fn text(page: &mut String, line: &Line, left: Um, head: Um) {
    let width = line.face.measure(&line.text, line.size);
    let spare = if line.middle {
        line.room.saturating_sub(width) / 2
    } else {
        0
    };
    let x = left + line.left + spare;
    let _ = write!(page, "BT {x} {} Td", head.saturating_sub(line.baseline));
    let latin = |c: &char| (' '..='~').contains(c);
    let chars: Vec<char> = line.text.chars().collect();
    for run in chars.chunk_by(|a, b| latin(a) == latin(b)) {
        if run.iter().all(latin) {
            let face = match line.face {
                Face::Sans => "Sans",
                Face::Mono => "Mono",
            };
            let _ = write!(page, " /{face} {} Tf (", line.size);
            for &c in run {
                if matches!(c, '(' | ')' | '\\') {
                    page.push('\\');
                }
                page.push(c);
            }
            page.push_str(") Tj");
        } else {
            let _ = write!(page, " /Song {} Tf <", line.size);
            for &c in run {
                // The encoding ends where sixteen bits do.
                let _ = write!(
                    page,
                    "{:04X}",
                    u16::try_from(u32::from(c)).unwrap_or(0x25A1)
                );
            }
            page.push_str("> Tj");
        }
    }
    page.push_str(" ET\n");
}

/// A4 paper.
const A4: (Um, Um) = (210 * MM, 297 * MM);
