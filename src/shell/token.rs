//! `saoma token`: keys, tokens, revocations.
//!
//! A token is printed once, on standard output and nowhere else. It is not kept: what can be taken
//! back later is its number, or all that a subject was given.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use saoma_pages::Audience;

use super::cli::say;
use crate::rooms::keys::{Issuer, KeysError, Order, Revocation, revoke};
use crate::words::grant::{Handle, ProofId, staff_audience};
use crate::words::moment::Moment;

/// Arguments of `saoma token`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: saoma token issue --audience police --subject 0142 --unit 西湖分局 --ttl 12h"
)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
    /// The folder of keys
    #[arg(
        long,
        global = true,
        env = "SAOMA_STAFF_KEYS",
        value_name = "FOLDER",
        default_value = "./saoma-keys"
    )]
    keys: PathBuf,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a key. New tokens are signed with the newest; old ones stay good until the file of
    /// their public key is taken away
    #[command(after_help = "Example: saoma token keygen --keys ./saoma-keys")]
    Keygen,
    /// Sign a token, and print it. The first makes a key too
    #[command(
        after_help = "Example: saoma token issue --audience app --subject insurer-7 --unit 示例保险 --ttl 90d"
    )]
    Issue(IssueArgs),
    /// Take back a token by its number, or all that a subject was given until now
    #[command(
        after_help = "Examples: saoma token revoke --id 5f0c63…\n          saoma token revoke --audience police --subject 0142"
    )]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
struct IssueArgs {
    /// For whom: police, recycler or app
    #[arg(long, value_parser = audience)]
    audience: Audience,
    /// Who: an officer's number, a firm, an application
    #[arg(long, value_parser = handle)]
    subject: Handle,
    /// Of which unit
    #[arg(long, value_parser = handle, default_value = "-")]
    unit: Handle,
    /// How long it is good for: 30m, 12h, 7d
    #[arg(long, value_parser = life, default_value = "12h")]
    ttl: Duration,
    /// With which key, by its number [default: the newest]
    #[arg(long)]
    key: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct RevokeArgs {
    /// The token's number, or a certificate's
    #[arg(long, value_parser = proof, conflicts_with_all = ["audience", "subject"])]
    id: Option<ProofId>,
    /// Whose tokens
    #[arg(long, value_parser = audience, requires = "subject")]
    audience: Option<Audience>,
    /// Whose tokens
    #[arg(long, value_parser = handle, requires = "audience")]
    subject: Option<Handle>,
}

/// Runs the command.
pub fn run(args: &TokenArgs) -> Result<ExitCode, KeysError> {
    let folder = &args.keys;
    let now = Moment::now();
    match &args.command {
        TokenCommand::Keygen => say(&Issuer::make(folder)?),
        TokenCommand::Issue(issue) => {
            let order = Order {
                audience: issue.audience,
                subject: issue.subject.clone(),
                unit: issue.unit.clone(),
                life: issue.ttl,
            };
            let issuer = match Issuer::open(folder, issue.key.as_deref()) {
                // The first token of a new place.
                Err(KeysError::NoKey(_)) if issue.key.is_none() => {
                    let id = Issuer::make(folder)?;
                    Issuer::open(folder, Some(&id))?
                }
                opened => opened?,
            };
            let (token, id) = issuer.sign(&order, now)?;
            say(&token);
            note(&format!("编号 number: {}", id.as_str()));
        }
        TokenCommand::Revoke(what) => {
            let what = match (&what.id, what.audience, &what.subject) {
                (Some(id), ..) => Revocation::Proof(id.clone()),
                (None, Some(audience), Some(subject)) => {
                    Revocation::Subject(audience, subject.clone())
                }
                (None, ..) => return Err(KeysError::Order("name a number or a subject")),
            };
            revoke(folder, &what, now)?;
            note("已吊销，几秒内生效。 Taken back; in force within seconds.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for the person at the terminal, beside what goes to a pipe.
fn note(text: &str) {
    drop(writeln!(io::stderr(), "{text}"));
}

fn audience(text: &str) -> Result<Audience, &'static str> {
    staff_audience(text).ok_or("is none of police, recycler, app")
}

fn handle(text: &str) -> Result<Handle, &'static str> {
    Handle::parse(text).ok_or("should be 1 to 64 characters, without space at its ends")
}

fn proof(text: &str) -> Result<ProofId, &'static str> {
    ProofId::parse(text).ok_or("should be letters, digits, - and _")
}

fn life(text: &str) -> Result<Duration, &'static str> {
    const WHAT: &str = "should be like 30m, 12h or 7d";
    let (number, unit) = text
        .char_indices()
        .next_back()
        .and_then(|(at, _unit)| text.split_at_checked(at))
        .ok_or(WHAT)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return Err(WHAT),
    };
    let number: u64 = number.parse().map_err(|_error| WHAT)?;
    let total = number.checked_mul(seconds).ok_or(WHAT)?;
    Ok(Duration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_a_number_and_a_unit() {
        for (text, seconds) in [("30m", 1800), ("12h", 43_200), ("7d", 604_800), ("1s", 1)] {
            assert_eq!(life(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "h",
            "12",
            "12 h",
            "-1h",
            "12小",
            "99999999999999999999d",
        ] {
            assert!(life(text).is_err(), "{text}");
        }
    }
}
