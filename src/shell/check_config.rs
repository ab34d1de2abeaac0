//! `saoma check-config`: reads the settings as `serve` would, and reports every mistake at once.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::cli::say;
use crate::rooms::settings::Settings;
use crate::words::start::StartError;

/// Arguments of `saoma check-config`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma check-config --config deploy/saoma.toml")]
pub struct CheckConfigArgs {
    /// The settings file; without one, only defaults and the environment
    #[arg(long, env = "SAOMA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &CheckConfigArgs) -> Result<ExitCode, StartError> {
    let settings = Settings::load(args.config.as_deref())?;
    let doors: Vec<String> = settings
        .public
        .listen
        .iter()
        .map(ToString::to_string)
        .collect();
    say(&format!(
        "设置无误。 The settings are fine: public door on {}.",
        doors.join(", ")
    ));
    Ok(ExitCode::SUCCESS)
}
