//! The command line: one command, one module.
//!
//! Exit codes: 0 done, 1 could not, 2 the arguments make no sense, 3 some records were refused.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{
    audit, check_config, demo, import, label, reproject, serve_command, show, token, transfer,
};

/// 扫码: answers when a phone is pointed at the sticker of an electric bicycle, its battery or its plate.
#[derive(Debug, Parser)]
#[command(name = "saoma", version, about, max_term_width = 100)]
#[command(after_help = "Example: saoma demo")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything on this machine with no set-up: sample codes over http and https, a QR to scan, the
    /// staff door and a token for each audience
    Demo(demo::DemoArgs),
    /// Open the doors that the settings name
    Serve(serve_command::ServeArgs),
    /// Take records in, from NDJSON or CSV
    Import(import::ImportArgs),
    /// What an audience would see of a code
    Show(show::ShowArgs),
    /// Stickers: QR with the text beside it
    Label(label::LabelArgs),
    /// Make every view anew, after a change of policy or of the pair key
    Reproject(reproject::ReprojectArgs),
    /// Move a whole store to another, such as embedded to Redis
    Copy(transfer::CopyArgs),
    /// Whether two stores are equal
    Diff(transfer::DiffArgs),
    /// Tokens for staff and apps: issued, taken back; and the keys they are signed with
    Token(token::TokenArgs),
    /// Whether the audit log is what was written, and who looked at what
    Audit(audit::AuditArgs),
    /// Read the settings and report every mistake at once
    CheckConfig(check_config::CheckConfigArgs),
}

/// Runs the command that was asked for.
pub fn main() -> ExitCode {
    let done: Result<ExitCode, Box<dyn Error>> = match Cli::parse().command {
        Command::Demo(args) => demo::run(&args).map_err(Into::into),
        Command::Serve(args) => serve_command::run(&args).map_err(Into::into),
        Command::Import(args) => import::run(&args).map_err(Into::into),
        Command::Show(args) => show::run(&args).map_err(Into::into),
        Command::Label(args) => label::run(&args).map_err(Into::into),
        Command::Reproject(args) => reproject::run(&args).map_err(Into::into),
        Command::Copy(args) => transfer::copy(&args).map_err(Into::into),
        Command::Diff(args) => transfer::diff(&args).map_err(Into::into),
        Command::Token(args) => token::run(&args).map_err(Into::into),
        Command::Audit(args) => audit::run(&args).map_err(Into::into),
        Command::CheckConfig(args) => check_config::run(&args).map_err(Into::into),
    };
    done.unwrap_or_else(|error| {
        // That nobody reads standard error any more is no reason for another exit code.
        drop(writeln!(io::stderr(), "saoma: {error}"));
        ExitCode::FAILURE
    })
}

/// A line on standard output. That nobody reads it any more ends nothing.
pub(crate) fn say(text: &str) {
    drop(writeln!(io::stdout(), "{text}"));
}
