//! `saoma check-config`: reads the settings as `serve` would, and reports every mistake at once.

use std::net::SocketAddr;
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
    say("设置无误。 The settings are fine.");
    for (door, addresses) in doors(&settings) {
        let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        match addresses.as_slice() {
            [] => say(&format!("  {door}: -")),
            addresses => say(&format!("  {door}: {}", addresses.join(", "))),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Every door that there could be, and where it listens. Sockets handed over take the place of
/// addresses, and are not known here.
fn doors(settings: &Settings) -> [(&'static str, Vec<SocketAddr>); 5] {
    let (public, staff) = (&settings.public, &settings.staff);
    [
        ("公众 public http", public.listen.clone()),
        ("公众 public https", public.listen_https.clone()),
        ("工作人员 staff http", staff.listen.clone()),
        ("工作人员 staff https", staff.listen_https.clone()),
        (
            "管理 private admin",
            settings.admin.listen.into_iter().collect(),
        ),
    ]
}
