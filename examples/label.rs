//! `saoma label` alone, for the label bench: `cargo run --example label -- label vin/…`.

use std::process::ExitCode;

use clap::Parser;
use saoma::shell::label::{LabelArgs, LabelFailure};

#[derive(Debug, Parser)]
enum Command {
    Label(LabelArgs),
}

fn main() -> Result<ExitCode, LabelFailure> {
    let Command::Label(args) = Command::parse();
    saoma::shell::label::run(&args)
}
