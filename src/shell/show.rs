//! `saoma show`: what an audience would see of a code.
//!
//! The public view comes from the public store, as a phone would get it. All others are computed
//! from dossiers, and whoever asks for them is written down first.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use saoma_pages::{Audience, Grant, Lang, Refusal, View, staff::Dispute, words};

use super::cli::say;
use super::store_args::StoreArgs;
use crate::rooms::archive::Story;
use crate::rooms::audit::{Audit, Look, NotAudited, Seen, SeenOf, VERSION};
use crate::rooms::settings::ROTATE_BYTES;
use crate::rooms::store::shelves::Dossiers;
use crate::rooms::store::{PublicStore, StoreError};
use crate::rules::dossier::Dossier;
use crate::rules::show::Reader;
use crate::rules::staff::{self, Told, dispute};
use crate::words::code::Code;
use crate::words::fault::Fault;

/// The exit code when there is nothing to show.
const NOTHING: u8 = 1;

/// Arguments of `saoma show`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma show vin/218622108311027 --as police --json")]
pub struct ShowArgs {
    /// A code (`vin/218622108311027`) or a whole address
    #[arg(value_parser = code)]
    code: Code,
    /// Who would be looking. Anybody but the public is written into the audit log
    #[arg(long = "as", value_parser = audience, default_value = "public")]
    audience: Audience,
    /// As an app would get it
    #[arg(long)]
    json: bool,
    /// What stands before the path on a sticker
    #[arg(
        long,
        env = "SAOMA_PUBLIC_URL",
        default_value = "https://www.pzcode.cn"
    )]
    public_url: String,
    /// Where the look is written down [default: beside the store]
    #[arg(long, env = "SAOMA_AUDIT_FILE", value_name = "FILE")]
    audit_file: Option<PathBuf>,
    #[command(flatten)]
    store: StoreArgs,
}

/// Why nothing could be shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The view could not be read.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The look could not be written down.
    #[error(transparent)]
    Audit(#[from] NotAudited),
}

/// Runs the command.
pub fn run(args: &ShowArgs) -> Result<ExitCode, ShowError> {
    let (view, conflicts) = match args.audience {
        Audience::Public => (public(args)?, Vec::new()),
        Audience::Holder | Audience::App | Audience::Recycler | Audience::Police => staff(args)?,
    };
    let Some(view) = view else {
        say("没有登记。 Not registered.");
        return Ok(ExitCode::from(NOTHING));
    };
    if args.json {
        say(&json(&view, &conflicts));
    } else {
        print(&view, &conflicts);
    }
    Ok(ExitCode::SUCCESS)
}

fn public(args: &ShowArgs) -> Result<Option<View>, ShowError> {
    let store = PublicStore::open(args.store.public(), args.store.policy)?;
    let kept = store.read_now(args.code)?;
    Ok(kept
        .map(|kept| kept.open(args.code, &args.public_url))
        .transpose()?)
}

fn staff(args: &ShowArgs) -> Result<(Option<View>, Vec<Dispute>), ShowError> {
    let core = args.store.open()?;
    let story = Story::read(&Dossiers::of(core), args.code, args.audience)?;
    let grant;
    let reader = if args.audience == Audience::Police {
        #[expect(
            clippy::disallowed_methods,
            reason = "who can open the folder of dossiers on this machine has all of them already; \
                      the look is written down under the name of the account"
        )]
        let assertion = Grant::assertion(Audience::Police);
        grant = assertion;
        Reader::Verified(&grant)
    } else {
        Reader::Masked(args.audience)
    };
    let policy = args.store.policy;
    let view = staff::view(args.code, &story.known, reader, policy, &args.public_url);
    let own = Dossier::from_bytes(&story.known.own);
    let found = story.conflicts.iter().map(|conflict| &conflict.what);
    let conflicts = dispute::disputes(args.code, own, found, reader);
    // That there is nothing is an answer too.
    let mut fields = view.as_ref().map(staff::fields).unwrap_or_default();
    if view.is_some() {
        fields.extend(dispute::fields(&conflicts));
        fields.sort_unstable();
        fields.dedup();
    }
    let log = args.audit_file.clone();
    let log = log.unwrap_or_else(|| args.store.audit_file());
    Audit::open(&log, ROTATE_BYTES)?.write_now(&Look {
        at: Timestamp::now(),
        who: &account(),
        unit: "",
        proof: "",
        audience: args.audience,
        address: None,
        purpose: "",
        seen: Seen::One(SeenOf {
            code: args.code,
            fields,
        }),
        policy: policy.name(),
        version: VERSION,
    })?;
    Ok((view, conflicts))
}

fn json(view: &View, conflicts: &[Dispute]) -> String {
    serde_json::to_string_pretty(&Told { view, conflicts }).unwrap_or_default()
}

fn print(view: &View, conflicts: &[Dispute]) {
    say(&view.code.url);
    for alert in &view.alerts {
        let since = alert.since.as_deref().unwrap_or_default();
        say(&format!("! {} {since}", alert.kind.name()));
    }
    for conflict in conflicts {
        say(&format!("! {}", conflict.kind.name()));
        for said in &conflict.says {
            let label = words::label(said.record, said.field, Lang::Zh);
            let (at, record, value) = (&said.at, said.record, &said.value);
            say(&format!(
                "    {at} {record} {label} {}: {value}",
                said.field
            ));
        }
    }
    for sheet in &view.records {
        say(sheet.record);
        for row in &sheet.rows {
            for cell in &row.0 {
                let label = words::label(sheet.record, cell.key, Lang::Zh);
                say(&format!("  {label} {}: {}", cell.key, cell.shown.text()));
            }
        }
    }
    say(&format!("asOf {}", view.as_of));
}

/// The account that runs this, as far as the system tells.
fn account() -> String {
    let uid = std::fs::read_to_string("/proc/self/loginuid").unwrap_or_default();
    let user = std::env::vars()
        .find(|(name, _)| name == "USER")
        .map(|(_, user)| user);
    format!(
        "account {} login {}",
        user.unwrap_or_else(|| "unknown".to_owned()),
        uid.trim()
    )
}

fn code(text: &str) -> Result<Code, String> {
    Code::parse_any(text)
        .map_err(|why| words::refusal_detail(&Refusal::NotACode { kind: None, why }, Lang::En))
}

fn audience(text: &str) -> Result<Audience, String> {
    let all = [
        Audience::Public,
        Audience::Holder,
        Audience::App,
        Audience::Recycler,
        Audience::Police,
    ];
    all.into_iter()
        .find(|audience| audience.name() == text)
        .ok_or_else(|| "is none of public, holder, app, recycler, police".to_owned())
}
