//! `saoma serve`: the doors that the settings name, until a signal says stop.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::doors::Doors;
use super::logs;
use super::staff::StaffError;
use crate::rooms::settings::Settings;
use crate::rooms::store::StoreError;
use crate::words::start::StartError;

/// Arguments of `saoma serve`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma serve --config deploy/saoma.toml")]
pub struct ServeArgs {
    /// The settings file; without one, defaults and the environment
    #[arg(long, env = "SAOMA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Why no door opened.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The settings or the addresses.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The staff door.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The threads to serve with.
    #[error("cannot start threads: {0}")]
    Threads(#[from] std::io::Error),
}

/// Runs the command.
pub fn run(args: &ServeArgs) -> Result<ExitCode, ServeError> {
    let settings = Settings::load(args.config.as_deref())?;
    logs::start(&settings.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        Doors::open(&settings)?.serve(&settings).await?;
        Ok(ExitCode::SUCCESS)
    })
}
