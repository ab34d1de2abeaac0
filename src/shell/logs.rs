//! The log: text for who sits before it, JSON for who collects it. To standard error, since
//! standard output belongs to what a command prints.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{
    Layer as _, Registry,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
};

use crate::rooms::settings::{Log, LogFormat};

/// Starts the log. Once in the life of a process; a second time changes nothing.
pub fn start(log: &Log) {
    // Of what we build on only what is wrong: its finer lines may hold what a stranger sent.
    let ours = LevelFilter::from_level(log.level);
    let level = Targets::new()
        .with_target(env!("CARGO_CRATE_NAME"), ours)
        .with_default(ours.min(LevelFilter::WARN));
    let as_text = match log.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = fmt::layer().with_writer(io::stderr).with_target(false);
    let layer = if as_text {
        lines
            .with_ansi(io::stderr().is_terminal())
            .with_filter(level)
            .boxed()
    } else {
        lines.json().flatten_event(true).with_filter(level).boxed()
    };
    let _started = tracing::subscriber::set_global_default(Registry::default().with(layer)).is_ok();
}
