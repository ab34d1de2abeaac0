//! `saoma audit`: whether the log of looks is what was written, and who looked at what.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::cli::say;
use crate::rooms::audit::{Anchor, Wanted, search, verify};
use crate::words::code::Code;

/// The exit code when something is wrong with the log.
const WRONG: u8 = 1;
/// Days are those of the country's one clock.
const CHINA: Offset = Offset::constant(8);

/// Arguments of `saoma audit`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma audit verify --file ./saoma-data.audit.ndjson")]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
    /// The log; files that are full lie beside it
    #[arg(
        long,
        global = true,
        env = "SAOMA_AUDIT_FILE",
        value_name = "FILE",
        default_value = "./saoma-data.audit.ndjson"
    )]
    file: PathBuf,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Whether a line was changed, taken out, moved, or the end cut off; and where
    #[command(after_help = "Example: saoma audit verify --known 17:5f0c…")]
    Verify {
        /// A last line that was noted earlier, as this command prints it; may be given many times
        #[arg(long, value_name = "NUMBER:DIGEST")]
        known: Vec<Anchor>,
    },
    /// The looks of somebody, at a code, or of a time; a line each, as they are in the log
    #[command(
        after_help = "Example: saoma audit search --code lic/33010621822480 --from 2026-11-01"
    )]
    Search {
        /// Who looked
        #[arg(long)]
        subject: Option<String>,
        /// What they looked at
        #[arg(long, value_parser = code)]
        code: Option<Code>,
        /// From this day, or moment (2026-11-01, 2026-11-01T08:00:00+08:00)
        #[arg(long, value_parser = moment)]
        from: Option<Timestamp>,
        /// Before this day, or moment
        #[arg(long, value_parser = moment)]
        to: Option<Timestamp>,
    },
}

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the audit log {path}: {source}")]
pub struct AuditError {
    path: PathBuf,
    source: io::Error,
}

/// Runs the command.
pub fn run(args: &AuditArgs) -> Result<ExitCode, AuditError> {
    let fail = |source| AuditError {
        path: args.file.clone(),
        source,
    };
    match &args.command {
        AuditCommand::Verify { known } => {
            let report = verify(&args.file, known).map_err(fail)?;
            for problem in &report.problems {
                say(&problem.to_string());
            }
            if report.first > 1 {
                let first = report.first;
                say(&format!(
                    "日志从第 {first} 行开始，之前的文件已移走。 The log begins with line {first}: older files were put away."
                ));
            }
            if report.torn > 0 {
                say(&format!(
                    "停机时未写完的行：{0}。 Lines left half written when a machine stopped: {0}.",
                    report.torn
                ));
            }
            if report.lines > 0 && !report.remembered {
                say(
                    "没有末行记录，末尾若被截去看不出来。 Nothing remembers the last line: a cut end would not show.",
                );
            }
            let (lines, files) = (report.lines, report.files);
            let wrong = report.problems.len();
            say(&format!(
                "{files} 个文件，{lines} 行，问题 {wrong} 处。 {files} file(s), {lines} line(s), {wrong} problem(s)."
            ));
            if let Some(last) = &report.last {
                say(&format!("末行 last line: {last}"));
            }
            Ok(if wrong == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(WRONG)
            })
        }
        AuditCommand::Search {
            subject,
            code,
            from,
            to,
        } => {
            let wanted = Wanted {
                subject: subject.clone(),
                code: *code,
                from: *from,
                to: *to,
            };
            search(&args.file, &wanted, |_look, line| say(line)).map_err(fail)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn code(text: &str) -> Result<Code, &'static str> {
    Code::parse_any(text).map_err(|_why| "is not a code, such as lic/33010621822480")
}

fn moment(text: &str) -> Result<Timestamp, &'static str> {
    let day = || -> Option<Timestamp> {
        let day: Date = text.parse().ok()?;
        let zone = TimeZone::fixed(CHINA);
        Some(day.to_zoned(zone).ok()?.timestamp())
    };
    // A moment first: a day would take the beginning of one for a whole.
    let read = text.parse().ok().or_else(day);
    read.ok_or("should be like 2026-11-01 or 2026-11-01T08:00:00+08:00")
}
