//! `saoma import`: records from files or standard input into dossiers, views and pairs.
//!
//! Streams in bounded memory. Each batch is in the store whole or not at all, and records are
//! known by source and id, so an import that was cut off is simply run again. What is refused goes
//! to `FILE.rejected.ndjson`, what contradicts something to `FILE.conflicts.ndjson`; neither holds
//! a value of any field.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use self::ahead::{Batch, Gathered};
use self::source::{Encoding, Format, Source};
use super::store_args::StoreArgs;
use crate::rooms::store::StoreError;
use crate::rooms::store::core::{Conflict, Core};
use crate::rules::admit::{self, Reason, Rejection};
use crate::rules::contradictions::Claim;
use crate::words::catalog::RecordKind;
use crate::words::code::Code;

mod ahead;
mod source;
mod table;

/// Records in one transaction. Larger ones write fewer pages, smaller ones hold less memory.
const BATCH_RECORDS: usize = 32_000;
/// Bytes of records in one transaction, for files whose records are long.
const BATCH_BYTES: usize = 32 << 20;
/// The exit code when some records were refused.
const SOME_REJECTED: u8 = 3;

/// Arguments of `saoma import`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: saoma import vehicles.ndjson plates.csv --record registration.plate"
)]
pub struct ImportArgs {
    /// Files of records, NDJSON or CSV; `-` is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How the files are written; by default `.csv` is CSV and all else NDJSON
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The files' encoding; by default what the first mebibyte looks like
    #[arg(long, value_enum)]
    encoding: Option<Encoding>,
    /// The record type of CSV files; by default the file's name or a column `record`
    #[arg(long, value_parser = record_kind)]
    record: Option<RecordKind>,
    /// Who submits CSV files that have no column `source`
    #[arg(long)]
    source: Option<String>,
    /// The moment (RFC 3339) of CSV files that have no column `at`
    #[arg(long)]
    at: Option<String>,
    #[command(flatten)]
    store: StoreArgs,
}

/// Why an import could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What was said.
        source: io::Error,
    },
    /// A CSV file cannot be understood as a whole.
    #[error("{path}: {what}")]
    Header {
        /// Which.
        path: PathBuf,
        /// What is missing.
        what: String,
    },
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records read.
    pub read: u64,
    /// Records that are new.
    pub added: u64,
    /// Records that were there already.
    pub known: u64,
    /// Records refused.
    pub rejected: u64,
    /// Conflicts found.
    pub conflicts: u64,
}

/// One file under way.
struct Import<'c> {
    core: &'c Core,
    path: PathBuf,
    rejects: SideFile,
    suspects: BTreeSet<Code>,
    claims: BTreeSet<Claim>,
    makers: bool,
    tally: Tally,
    bar: ProgressBar,
    started: Instant,
}

/// A file that is made when there is something to put in it.
struct SideFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

/// Runs the command.
pub fn run(args: &ImportArgs) -> Result<ExitCode, ImportError> {
    let core = args.store.open()?;
    let mut rejected = 0;
    for path in &args.files {
        rejected += file(&core, path, args)?.rejected;
    }
    Ok(if rejected == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(SOME_REJECTED)
    })
}

/// Imports NDJSON that is at hand, as if it had been read from `path`. Used by the demo.
pub fn records(core: &Core, path: &Path, lines: &[u8]) -> Result<Tally, ImportError> {
    let mut import = Import::new(core, path, ProgressBar::hidden());
    let mut gathered = Gathered::default();
    for (number, line) in (1..).zip(lines.split(|byte| *byte == b'\n')) {
        if line.is_empty() {
            continue;
        }
        let read = admit::line::read(line).and_then(|draft| admit::admit(&draft, number));
        gathered.push((number, read));
        if gathered.is_full() {
            import.take(gathered.close(core, 0)?)?;
        }
    }
    import.take(gathered.close(core, 0)?)?;
    import.finish()
}

fn file(core: &Core, path: &Path, args: &ImportArgs) -> Result<Tally, ImportError> {
    let source = Source::open(path, args)?;
    let mut import = Import::new(core, path, progress(source.size()));
    import.rejects.forget()?;
    // Nothing waits between the two: one batch is worked out while another is written, and that is
    // as much as there is memory for.
    let (sender, batches) = mpsc::sync_channel(0);
    thread::scope(|scope| {
        // It ends when nobody listens any more.
        scope.spawn(move || ahead::read(core, source, &sender));
        for batch in batches {
            import.take(batch?)?;
        }
        Ok::<_, ImportError>(())
    })?;
    let started = import.started;
    let tally = import.finish()?;
    say(&format!("{}: {}", path.display(), tally.words(started)));
    Ok(tally)
}

impl<'c> Import<'c> {
    fn new(core: &'c Core, path: &Path, bar: ProgressBar) -> Self {
        Self {
            core,
            path: path.to_owned(),
            rejects: SideFile::beside(path, "rejected"),
            suspects: BTreeSet::new(),
            claims: BTreeSet::new(),
            makers: false,
            tally: Tally::default(),
            bar,
            started: Instant::now(),
        }
    }

    fn take(&mut self, batch: Batch) -> Result<(), ImportError> {
        let Batch {
            plan,
            rejected,
            position,
        } = batch;
        let read = plan.len() + rejected.len();
        self.tally.read += u64::try_from(read).unwrap_or(u64::MAX);
        for (line, rejection) in rejected {
            self.reject(line, rejection)?;
        }
        let mut outcome = self.core.take_in(&plan)?;
        drop(plan);
        self.tally.added += outcome.added;
        self.tally.known += outcome.known;
        self.suspects.append(&mut outcome.suspects);
        self.claims.append(&mut outcome.claims);
        self.makers |= outcome.makers;
        outcome.clashes.sort_unstable();
        for line in outcome.clashes {
            self.reject(line, Rejection::named("id", Reason::OtherContent))?;
        }
        self.bar.set_position(position);
        self.bar.set_message(self.tally.rate(self.started));
        Ok(())
    }

    fn reject(&mut self, line: u64, rejection: Rejection) -> Result<(), ImportError> {
        self.tally.rejected += 1;
        let said = serde_json::json!({
            "line": line,
            "field": rejection.field.to_string(),
            "reason": rejection.reason.to_string(),
        });
        self.rejects.write(&said)
    }

    fn finish(mut self) -> Result<Tally, ImportError> {
        let mut list = SideFile::beside(&self.path, "conflicts");
        list.forget()?;
        for conflict in self.conflicts()? {
            self.tally.conflicts += 1;
            list.write(&in_words(&conflict))?;
        }
        list.close()?;
        self.rejects.close()?;
        self.bar.finish_and_clear();
        Ok(self.tally)
    }

    /// Looked for when all records are in, so that their order does not matter.
    fn conflicts(&self) -> Result<BTreeSet<Conflict>, StoreError> {
        let mut found = BTreeSet::new();
        for code in &self.suspects {
            found.extend(self.core.binding_conflicts(*code)?);
        }
        let claims = if self.makers {
            self.core.claims()?
        } else {
            self.claims.clone()
        };
        found.extend(self.core.foreign_batteries(&claims)?);
        Ok(found)
    }
}

impl Tally {
    fn rate(&self, started: Instant) -> String {
        let Self { read, rejected, .. } = self;
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let rate = read.saturating_mul(1000) / millis.max(1);
        format!("{read} records, {rate}/s, {rejected} rejected")
    }

    fn words(&self, started: Instant) -> String {
        let Self {
            added,
            known,
            conflicts,
            ..
        } = self;
        let rate = self.rate(started);
        format!("{rate}; {added} new, {known} known already, {conflicts} conflicts")
    }
}

impl SideFile {
    fn beside(path: &Path, what: &str) -> Self {
        let name = if path == Path::new("-") {
            Path::new("stdin")
        } else {
            path
        };
        let mut path = name.as_os_str().to_owned();
        path.push(format!(".{what}.ndjson"));
        Self {
            path: path.into(),
            file: None,
        }
    }

    /// Removes what an earlier run left.
    fn forget(&self) -> Result<(), ImportError> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.fail(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn write(&mut self, line: &serde_json::Value) -> Result<(), ImportError> {
        let file = if let Some(file) = &mut self.file {
            file
        } else {
            let file = File::create(&self.path).map_err(|error| self.fail(error))?;
            self.file.insert(BufWriter::new(file))
        };
        let written = writeln!(file, "{line}");
        written.map_err(|error| self.fail(error))
    }

    fn close(&mut self) -> Result<(), ImportError> {
        match self.file.take() {
            Some(mut file) => file.flush().map_err(|error| self.fail(error)),
            None => Ok(()),
        }
    }

    fn fail(&self, source: io::Error) -> ImportError {
        ImportError::File {
            path: self.path.clone(),
            source,
        }
    }
}

fn in_words(conflict: &Conflict) -> serde_json::Value {
    serde_json::json!({
        "conflict": conflict.what.name(),
        "subject": conflict.code.in_full(),
        "others": conflict.what.others().iter().map(Code::in_full).collect::<Vec<_>>(),
    })
}

fn progress(size: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, shape) = match size {
        Some(size) => (
            ProgressBar::new(size),
            "{bar:30} {percent}% {msg}, {eta} left",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {msg}, {elapsed}"),
    };
    match ProgressStyle::with_template(shape) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A line for the operator. That standard error is closed is no reason to stop.
fn say(text: &str) {
    drop(writeln!(io::stderr(), "{text}"));
}

fn record_kind(text: &str) -> Result<RecordKind, String> {
    RecordKind::from_name(text).ok_or_else(|| {
        let names: Vec<_> = RecordKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("is none of {}", names.join(", "))
    })
}
