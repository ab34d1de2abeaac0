//! `saoma label`: stickers to print, from codes, a list of codes or a file of records.
//!
//! - A list may have any length: one sticker is in memory at a time, and one page of a PDF.
//! - A line that is no sticker is reported with its number and left out; the rest is printed, and
//!   the exit code is 3. A size at which nothing would scan stops everything.
//! - A file is under its own name only when it is whole.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use saoma_pages::view::Kind;

use crate::rules::label::pdf::{PdfError, Sheet};
use crate::rules::label::{LabelError, MM, Sticker, Um};
use crate::rules::qr::Level;

mod press;
mod source;

use press::Press;
use source::{BadLine, Entry, Source};

/// The exit code when some lines were left out, as `saoma import` has it.
const SOME_LEFT_OUT: u8 = 3;
/// So many bad lines are told one by one; a wrong file has a million.
const TOLD_MAX: u64 = 20;

/// Make stickers: the QR of a code with the text of figures A.1, B.1 and C.1
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    saoma label vin/218622108311027\n  \
    saoma label vin/218622108311027 --model TDR4996Z --colour 珍珠白 --out bike.svg\n  \
    saoma label --from codes.txt --sheet 3x8 --out stickers.pdf\n  \
    saoma label --from records.ndjson --format png --dpi 300 --out stickers/")]
pub struct LabelArgs {
    /// A code (`vin/218622108311027`) or a whole address
    #[arg(value_name = "CODE", required_unless_present = "from")]
    codes: Vec<String>,
    /// A file with a code or a record (NDJSON) on each line; `-` is stdin
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// What to make; by the ending of --out if left out
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Error correction: m, or h for a sticker that will get dirty
    #[arg(long, value_enum, default_value_t = Ecc::M)]
    ecc: Ecc,
    /// How wide a sticker is, in millimetres (vin 60, pwb 50, lic 24 if left out)
    #[arg(long, value_name = "W", value_parser = millimetres)]
    size_mm: Option<Um>,
    /// Dots an inch of a PNG
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(100..=2400))]
    dpi: u32,
    /// Columns and rows on a page of A4, as in `3x8`, or `roll` for one sticker a page;
    /// as many as fit if left out
    #[arg(long, value_name = "CxR", value_parser = sheet)]
    sheet: Option<Sheet>,
    /// Where to write: a file, a folder (with a `/` at the end), or `-` for stdout
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Where the addresses lead
    #[arg(
        long,
        env = "SAOMA_PUBLIC_URL",
        default_value = "https://www.pzcode.cn"
    )]
    public_url: String,
    /// Product model (产品型号) on the stickers of the vehicles named here
    #[arg(long)]
    model: Option<String>,
    /// Body colour (车身颜色) on the stickers of the vehicles named here
    #[arg(long)]
    colour: Option<String>,
}

/// What is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Svg,
    Png,
    Pdf,
    Terminal,
}

/// Error correction, as on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ecc {
    M,
    H,
}

/// What the operator is told when no stickers were made.
#[derive(Debug, thiserror::Error)]
pub enum LabelFailure {
    /// A code on the command line is none.
    #[error("code {number} on the command line: {why}")]
    Code {
        /// Which, counted from 1.
        number: usize,
        /// What is wrong with it.
        why: BadLine,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The stickers cannot be written.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// No sticker of this size, or not so many.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// Several stickers for one picture.
    #[error(
        "one file holds one sticker in this form; give a folder (--out stickers/) or \
         --format pdf"
    )]
    OnePicture,
    /// Bytes for a screen.
    #[error("this would write binary data to the terminal; give a file (--out FILE)")]
    ToTerminal,
    /// Nothing to print.
    #[error("there is no code in the input")]
    Nothing,
}

/// Makes the stickers.
pub fn run(args: &LabelArgs) -> Result<ExitCode, LabelFailure> {
    let mut press = Press::new(args)?;
    for (at, text) in args.codes.iter().enumerate() {
        let code = source::code(text).map_err(|why| LabelFailure::Code {
            number: at + 1,
            why: why.into(),
        })?;
        let mut sticker = Sticker::of(code);
        if code.kind() == Kind::Vin {
            sticker.model.clone_from(&args.model);
            sticker.colour.clone_from(&args.colour);
        }
        press.print(&sticker)?;
    }
    let left_out = match &args.from {
        Some(path) => file(&mut press, path)?,
        None => 0,
    };
    press.finish()?;
    Ok(if left_out == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(SOME_LEFT_OUT)
    })
}

/// Prints what a file holds, and says how many lines were left out.
fn file(press: &mut Press, path: &Path) -> Result<u64, LabelFailure> {
    let unreadable = |cause| LabelFailure::Read {
        path: path.to_owned(),
        cause,
    };
    let mut source = Source::open(path).map_err(unreadable)?;
    let bar = bar(source.bytes());
    let mut left_out = 0;
    while let Some(entry) = source.next().map_err(unreadable)? {
        let bad = match entry {
            Entry::Skipped => None,
            Entry::Bad(why) => Some(why),
            Entry::Sticker(sticker) => match press.print(&sticker) {
                Ok(()) => None,
                // One record's long text is no reason to stop; a size that suits nobody is.
                Err(LabelFailure::Label(why @ LabelError::LineTooLong { .. })) => Some(why.into()),
                Err(fatal) => {
                    bar.finish_and_clear();
                    return Err(fatal);
                }
            },
        };
        if let Some(why) = bad {
            left_out += 1;
            if left_out <= TOLD_MAX {
                let line = source.line();
                bar.suspend(|| tell(&format!("{}: line {line}: {why}", path.display())));
            }
        }
        bar.set_position(source.read());
        bar.set_message(press.printed().to_string());
    }
    bar.finish_and_clear();
    if left_out > 0 {
        let printed = press.printed();
        tell(&format!(
            "{}: {left_out} lines left out, {printed} stickers made",
            path.display()
        ));
    }
    Ok(left_out)
}

/// Shown on a terminal only; by bytes, since counting lines would read the file twice.
fn bar(bytes: Option<u64>) -> ProgressBar {
    // Often enough to look alive, seldom enough to cost nothing.
    const TICK: Duration = Duration::from_millis(200);
    let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template = match bytes {
        Some(_) => "{wide_bar} {percent:>3} %  {msg} stickers  {eta} left",
        None => "{spinner} {msg} stickers  {elapsed}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}

/// A line to stderr. If nobody listens there is nobody to tell that.
fn tell(line: &str) {
    let _unheard = writeln!(io::stderr(), "{line}");
}

/// Between a grain and a metre.
fn millimetres(text: &str) -> Result<Um, String> {
    let wrong = || "a width in millimetres, as in 60 or 52.5, up to 1000".to_owned();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 3 || !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    let um = format!("{whole}{part:0<3}")
        .parse()
        .map_err(|_overflow| wrong())?;
    if (MM..=1_000 * MM).contains(&um) {
        Ok(um)
    } else {
        Err(wrong())
    }
}

fn sheet(text: &str) -> Result<Sheet, String> {
    if text.eq_ignore_ascii_case("roll") {
        return Ok(Sheet::Roll);
    }
    let count = |text: &str| text.parse().ok().filter(|count| (1..=100).contains(count));
    let (columns, rows) = text.split_once(['x', 'X', '×']).unzip();
    match (columns.and_then(count), rows.and_then(count)) {
        (Some(columns), Some(rows)) => Ok(Sheet::Grid { columns, rows }),
        _ => Err("columns and rows, as in 3x8, or roll".to_owned()),
    }
}

impl From<Ecc> for Level {
    fn from(ecc: Ecc) -> Self {
        match ecc {
            Ecc::M => Self::Medium,
            Ecc::H => Self::High,
        }
    }
}

impl Format {
    /// What was asked for, or what the file's name says, or what the reader can use.
    fn of(args: &LabelArgs) -> Self {
        let ending = args.out.extension().and_then(|ending| ending.to_str());
        let by_name = ending.and_then(|ending| Self::from_str(ending, true).ok());
        args.format.or(by_name).unwrap_or_else(|| {
            if args.out.as_os_str() == "-" && io::stdout().is_terminal() {
                Self::Terminal
            } else {
                Self::Svg
            }
        })
    }
}

#[cfg(test)]
mod tests;
