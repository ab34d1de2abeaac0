//! `saoma reproject`: every view, class and pair made anew from the dossiers.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Args;
use indicatif::ProgressBar;

use super::cli::say;
use super::store_args::StoreArgs;
use crate::rooms::store::StoreError;

/// Arguments of `saoma reproject`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma reproject --policy strict")]
pub struct ReprojectArgs {
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command. Safe to interrupt and to repeat.
pub fn run(args: &ReprojectArgs) -> Result<ExitCode, StoreError> {
    let core = args.store.open_for_reprojection()?;
    let bar = if io::stderr().is_terminal() {
        ProgressBar::new(core.dossiers()?)
    } else {
        ProgressBar::hidden()
    };
    let count = core.reproject(args.store.policy, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    say(&format!(
        "{count} dossiers projected anew under the policy `{}`",
        args.store.policy.name()
    ));
    Ok(ExitCode::SUCCESS)
}
