//! Generated provinces, scans and baselines for saoma. Loopback only.
//!
//! `generate` and `codes` make a province out of a seed; `baseline` is the smallest server that
//! answers the same bytes; `scan` asks like a crowd of phones, `rush` like too many of them. What a result means is in the
//! README beside this crate.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::baseline::{Baseline, NoBaseline};
use crate::codes::{Draw, Sticker};
use crate::compare::{Compare, NoRounds};
use crate::harvest::Harvest;
use crate::ink::Pen;
use crate::plot::{NoPlot, Plot};
use crate::province::{MOST_VEHICLES, Province};
use crate::records::{Kind, Records};
use crate::rush::{NoRush, Rush};
use crate::scan::{NoFigures, Scan};
use crate::steps::{NoSteps, Steps};

mod calendar;
mod checks;
mod dice;
mod ink;
mod places;
mod parties;
mod province;
mod records;
mod codes;
mod loopback;
mod message;
mod baseline;
mod scan;
mod compare;
mod plot;
mod rush;
mod harvest;
mod steps;

/// Generated provinces, scans and baselines for saoma. Loopback only.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the records of a province, one JSON object a line.
    #[command(
        after_help = "Example: saoma-loadtest generate --vehicles 1000 --out province.ndjson"
    )]
    Generate(Generate),
    /// Print the paths of codes that a province has, or has not.
    #[command(after_help = "Example: saoma-loadtest codes --vehicles 1000 --kind vin --sample 20")]
    Codes(Codes),
    /// Answer everything with the bytes of one answer: the floor of speed to compare with.
    #[command(
        after_help = "Example: saoma-loadtest baseline --from http://127.0.0.1:8080/vin/218622108311027"
    )]
    Baseline(Baseline),
    /// Scan codes on this machine and report how long it took.
    #[command(
        after_help = "Example: saoma-loadtest scan --url http://127.0.0.1:8080 --codes codes.txt --rate 2000"
    )]
    Scan(Scan),
    /// Say what rounds of scans mean: medians of ratios, and their spread.
    #[command(after_help = "Example: saoma-loadtest compare --subject saoma rounds.ndjson")]
    Compare(Compare),
    /// Draw latency against load.
    #[command(
        after_help = "Example: saoma-loadtest plot --out cold.svg share-30.ndjson share-70.ndjson"
    )]
    Plot(Plot),
    /// Take one step of a scan again and again, for a counter of instructions.
    #[command(
        after_help = "Example: valgrind --tool=callgrind saoma-loadtest steps --step hit --times 1000"
    )]
    Steps(Steps),
    /// Send more phones than can be served, on connections new and old, and say what became of them.
    #[command(
        after_help = "Example: saoma-loadtest rush --at 127.0.0.1:8080 --rate 20000 --path /vin/218622108311027"
    )]
    Rush(Rush),
    /// Play honest crowds and copiers to the guard, and report what each got within an hour.
    #[command(after_help = "Example: saoma-loadtest harvest --profile harvest-rotating --hours 4")]
    Harvest(Harvest),
}

#[derive(Debug, Args)]
struct Of {
    /// How many vehicles the province has.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=MOST_VEHICLES))]
    vehicles: u64,
    /// The same seed makes the same province.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Each vehicle has one battery and one plate.
    #[arg(long)]
    trios: bool,
}

impl Of {
    fn province(&self) -> Province {
        let province = Province::new(self.seed, self.vehicles);
        if self.trios {
            province.of_trios()
        } else {
            province
        }
    }
}

#[derive(Debug, Args)]
struct Generate {
    #[command(flatten)]
    of: Of,
    /// Where to; `-` is standard output.
    #[arg(long, default_value = "-")]
    out: PathBuf,
    /// Only records of these types.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Kind>,
}

#[derive(Debug, Args)]
struct Codes {
    #[command(flatten)]
    of: Of,
    /// Which sticker.
    #[arg(long, value_enum, default_value = "vin")]
    kind: Sticker,
    /// Draw so many, with repetitions, instead of printing all.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=codes::MOST_DRAWN))]
    sample: Option<u64>,
    /// How to draw.
    #[arg(long, value_enum, default_value = "zipf", requires = "sample")]
    draw: Draw,
    /// How uneven the draw is: the k-th code is drawn 1/k^SKEW as often as the first.
    #[arg(long, default_value_t = 0.9, requires = "sample")]
    skew: f64,
    /// Well-formed codes that the province does not have; 1000 unless `--sample` says otherwise.
    #[arg(long)]
    unknown: bool,
}

/// What stopped a command.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
    #[error(transparent)]
    Baseline(#[from] NoBaseline),
    #[error(transparent)]
    Scan(#[from] NoFigures),
    #[error(transparent)]
    Compare(#[from] NoRounds),
    #[error(transparent)]
    Plot(#[from] NoPlot),
    #[error(transparent)]
    Steps(#[from] NoSteps),
    #[error(transparent)]
    Rush(#[from] NoRush),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Generate(arguments) => generate(&arguments),
        Command::Codes(arguments) => print_codes(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments).map_err(Stopped::from),
        Command::Scan(arguments) => scan::run(&arguments).map_err(Stopped::from),
        Command::Compare(arguments) => compare::run(&arguments).map_err(Stopped::from),
        Command::Plot(arguments) => plot::run(&arguments).map_err(Stopped::from),
        Command::Steps(arguments) => steps::run(&arguments).map_err(Stopped::from),
        Command::Rush(arguments) => rush::run(&arguments).map_err(Stopped::from),
        Command::Harvest(arguments) => harvest::run(&arguments).map_err(Stopped::from),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has had enough, as `head` does.
        Err(Stopped::Write(why)) if why.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(why) => {
            // There is nowhere left to complain if this fails.
            writeln!(io::stderr(), "saoma-loadtest: {why}").unwrap_or_default();
            ExitCode::FAILURE
        }
    }
}

fn generate(arguments: &Generate) -> Result<(), Stopped> {
    let province = arguments.of.province();
    let out: Box<dyn Write> = if arguments.out.as_os_str() == "-" {
        Box::new(io::stdout().lock())
    } else {
        Box::new(File::create(&arguments.out)?)
    };
    let mut pen = Pen::new(out);
    Records::new(&province, &arguments.only, &mut pen).write()?;
    pen.finish()?;
    Ok(())
}

fn print_codes(arguments: &Codes) -> Result<(), Stopped> {
    let (province, seed) = (arguments.of.province(), arguments.of.seed);
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.unknown {
        let sample = arguments.sample.unwrap_or(1000);
        codes::unknown(seed, &province.parties, (arguments.kind, sample), &mut out)?;
    } else if let Some(sample) = arguments.sample {
        let draw = (arguments.draw, arguments.skew, sample);
        codes::drawn(&province, arguments.kind, draw, &mut out)?;
    } else {
        codes::all(&province, arguments.kind, &mut out)?;
    }
    out.flush()?;
    Ok(())
}
