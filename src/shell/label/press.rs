//! Where stickers go: one picture, a folder of pictures, a PDF, or the terminal.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use super::{Format, LabelArgs, LabelFailure, PdfError};
use crate::rules::label::pdf::{Document, Sheet};
use crate::rules::label::{Layout, Sticker, Um};
use crate::rules::qr::{Ink, Level};

/// Makes stickers one after another.
pub(super) struct Press {
    public_url: String,
    level: Level,
    width: Option<Um>,
    dpi: u32,
    sheet: Sheet,
    out: PathBuf,
    output: Output,
    printed: u64,
}

enum Output {
    /// The only picture, kept until it is known to be the only one.
    Picture { form: Form, held: Option<Vec<u8>> },
    /// A file for each.
    Folder { form: Form },
    /// One file for all, under another name until it is whole.
    Pdf {
        document: Box<Document<Box<dyn Write>>>,
        part: Option<Part>,
    },
    /// Lines on stdout.
    Terminal { ink: Ink },
}

/// A file that is not whole yet. It is gone with the press that did not finish it.
struct Part(PathBuf);

#[derive(Clone, Copy)]
enum Form {
    Svg,
    Png,
}

impl Press {
    pub(super) fn new(args: &LabelArgs) -> Result<Self, LabelFailure> {
        let out = args.out.clone();
        let sheet = args.sheet.unwrap_or_default();
        let output = match Format::of(args) {
            Format::Svg => Output::pictures(&out, Form::Svg)?,
            Format::Png => Output::pictures(&out, Form::Png)?,
            Format::Pdf => Output::pdf(&out, sheet)?,
            Format::Terminal => {
                // https://no-color.org: any value but an empty one.
                let no_colour = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
                let plain = no_colour || !to_stdout(&out) || !io::stdout().is_terminal();
                let ink = if plain { Ink::Plain } else { Ink::BlackOnWhite };
                Output::Terminal { ink }
            }
        };
        Ok(Self {
            public_url: args.public_url.clone(),
            level: args.ecc.into(),
            width: args.size_mm,
            dpi: args.dpi,
            sheet,
            out,
            output,
            printed: 0,
        })
    }

    /// How many there are so far.
    pub(super) const fn printed(&self) -> u64 {
        self.printed
    }

    pub(super) fn print(&mut self, sticker: &Sticker) -> Result<(), LabelFailure> {
        let kind = sticker.code.kind();
        let width = self.width.unwrap_or_else(|| {
            let usual = Sticker::usual_width(kind);
            self.sheet.widest((usual, Sticker::height(kind, usual)))
        });
        let layout = sticker.layout(&self.public_url, self.level, width)?;
        let dpi = self.dpi;
        let out = &self.out;
        let unwritable = |cause| LabelFailure::Write {
            path: out.clone(),
            cause,
        };
        match &mut self.output {
            Output::Picture { held: Some(_), .. } => return Err(LabelFailure::OnePicture),
            Output::Picture { form, held } => *held = Some(form.draw(&layout, dpi)?),
            Output::Folder { form } => {
                let name = format!("{kind}-{}.{}", sticker.code.value(), form.ending());
                let path = out.join(name);
                let picture = form.draw(&layout, dpi)?;
                fs::write(&path, picture).map_err(|cause| LabelFailure::Write { path, cause })?;
            }
            Output::Pdf { document, .. } => document.add(&layout).map_err(|why| match why {
                PdfError::Label(why) => why.into(),
                PdfError::Io(cause) => unwritable(cause),
            })?,
            Output::Terminal { ink } => {
                let mut text = layout.symbol.terminal(*ink);
                for line in &layout.lines {
                    text.push_str("  ");
                    text.push_str(&line.text);
                    text.push('\n');
                }
                text.push_str("  ");
                text.push_str(&layout.address);
                text.push_str("\n\n");
                io::stdout()
                    .write_all(text.as_bytes())
                    .map_err(unwritable)?;
            }
        }
        self.printed += 1;
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), LabelFailure> {
        let Self {
            out,
            output,
            printed,
            ..
        } = self;
        let unwritable = |cause| LabelFailure::Write {
            path: out.clone(),
            cause,
        };
        if printed == 0 {
            return Err(LabelFailure::Nothing);
        }
        match output {
            Output::Picture { held, .. } => {
                let picture = held.unwrap_or_default();
                if to_stdout(&out) {
                    io::stdout().write_all(&picture).map_err(unwritable)
                } else {
                    fs::write(&out, picture).map_err(unwritable)
                }
            }
            Output::Pdf { document, part } => {
                document.finish().map_err(|why| match why {
                    PdfError::Label(why) => why.into(),
                    PdfError::Io(cause) => unwritable(cause),
                })?;
                part.map_or(Ok(()), |part| part.become_whole(&out).map_err(unwritable))
            }
            Output::Folder { .. } | Output::Terminal { .. } => Ok(()),
        }
    }
}

impl Output {
    fn pictures(out: &Path, form: Form) -> Result<Self, LabelFailure> {
        let named_so = out.as_os_str().as_encoded_bytes().ends_with(b"/");
        if named_so || out.is_dir() {
            let unwritable = |cause| LabelFailure::Write {
                path: out.to_owned(),
                cause,
            };
            fs::create_dir_all(out).map_err(unwritable)?;
            return Ok(Self::Folder { form });
        }
        if matches!(form, Form::Png) {
            refuse_terminal(out)?;
        }
        Ok(Self::Picture { form, held: None })
    }

    fn pdf(out: &Path, sheet: Sheet) -> Result<Self, LabelFailure> {
        refuse_terminal(out)?;
        let unwritable = |cause| LabelFailure::Write {
            path: out.to_owned(),
            cause,
        };
        let (file, part): (Box<dyn Write>, _) = if to_stdout(out) {
            (Box::new(BufWriter::new(io::stdout())), None)
        } else {
            let part = Part::of(out);
            let file = File::create(&part.0).map_err(unwritable)?;
            (Box::new(BufWriter::new(file)), Some(part))
        };
        let document = Document::new(file, sheet).map_err(|why| match why {
            PdfError::Label(why) => why.into(),
            PdfError::Io(cause) => unwritable(cause),
        })?;
        Ok(Self::Pdf {
            document: Box::new(document),
            part,
        })
    }
}

impl Part {
    fn of(out: &Path) -> Self {
        let mut part = out.as_os_str().to_owned();
        part.push(".part");
        Self(part.into())
    }

    fn become_whole(self, out: &Path) -> io::Result<()> {
        fs::rename(&self.0, out)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After a rename there is nothing by this name.
        let _gone = fs::remove_file(&self.0);
    }
}

impl Form {
    fn draw(self, layout: &Layout, dpi: u32) -> Result<Vec<u8>, LabelFailure> {
        Ok(match self {
            Self::Svg => layout.svg().into_bytes(),
            Self::Png => layout.png(dpi)?,
        })
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

fn to_stdout(out: &Path) -> bool {
    out.as_os_str() == "-"
}

fn refuse_terminal(out: &Path) -> Result<(), LabelFailure> {
    if to_stdout(out) && io::stdout().is_terminal() {
        return Err(LabelFailure::ToTerminal);
    }
    Ok(())
}
