//! `saoma copy` and `saoma diff`: a store moved to another engine, and the proof that it is there.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;

use super::cli::say;
use super::store_args::Address;
use crate::rooms::store::transfer::{Difference, Whole};
use crate::rooms::store::{Rooms, StoreError, StoreUrl};

/// The exit code when two stores are not equal.
const NOT_EQUAL: u8 = 1;

/// Arguments of `saoma copy`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma copy embedded:./saoma-data redis://10.0.0.5:6379")]
pub struct CopyArgs {
    #[command(flatten)]
    stores: TwoStores,
}

/// Arguments of `saoma diff`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma diff embedded:./saoma-data redis://10.0.0.5:6379")]
pub struct DiffArgs {
    #[command(flatten)]
    stores: TwoStores,
}

#[derive(Debug, Args)]
struct TwoStores {
    /// The first store
    #[arg(value_parser = Address)]
    from: StoreUrl,
    /// The second store
    #[arg(value_parser = Address)]
    to: StoreUrl,
    /// Where the first one's views and pairs are, if not there
    #[arg(long, value_parser = Address)]
    from_public: Option<StoreUrl>,
    /// Where the second one's views and pairs are, if not there
    #[arg(long, value_parser = Address)]
    to_public: Option<StoreUrl>,
    /// Only what a public door shows: views, classes and sealed pairs. No dossier, for an edge that should have none
    #[arg(long)]
    public_rooms: bool,
}

/// Runs `saoma copy`. Interrupted, it goes on where it was when it is run again.
pub fn copy(args: &CopyArgs) -> Result<ExitCode, StoreError> {
    let (from, to) = args.stores.open()?;
    let bar = progress(&from)?;
    let count = from.copy(&to, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    say(&format!("已复制 {count} 项。 {count} entries copied."));
    Ok(ExitCode::SUCCESS)
}

/// Runs `saoma diff`.
pub fn diff(args: &DiffArgs) -> Result<ExitCode, StoreError> {
    let (from, to) = args.stores.open()?;
    let bar = progress(&from)?;
    let found = from.differences(&to, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    for Difference {
        rack,
        only_first,
        only_second,
        unlike,
    } in &found
    {
        let rack = rack.name();
        say(&format!(
            "{rack}: {only_first} only in the first, {only_second} only in the second, {unlike} unlike"
        ));
    }
    if found.is_empty() {
        say("两处相同。 The two are equal.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::from(NOT_EQUAL))
}

impl TwoStores {
    fn open(&self) -> Result<(Whole, Whole), StoreError> {
        let rooms = |core: &StoreUrl, public: &Option<StoreUrl>| Rooms {
            core: core.clone(),
            public: public.as_ref().unwrap_or(core).clone(),
        };
        let from = Whole::open(rooms(&self.from, &self.from_public))?;
        let to = Whole::open(rooms(&self.to, &self.to_public))?;
        Ok(if self.public_rooms {
            (from.public_rooms(), to.public_rooms())
        } else {
            (from, to)
        })
    }
}

fn progress(store: &Whole) -> Result<ProgressBar, StoreError> {
    if !io::stderr().is_terminal() {
        return Ok(ProgressBar::hidden());
    }
    Ok(ProgressBar::new(store.count()?))
}
