//! `saoma serve`: the doors that the settings name, until a signal says stop.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::drain::{self, Ended};
use super::staff::{Staff, StaffError};
use super::{logs, serve};
use crate::path::Edge;
use crate::path::staff::desk::{Desk, Hinting};
use crate::rooms::settings::Settings;
use crate::rooms::store::{PublicStore, StoreError};
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
    let (staff, store) = if settings.staff.listen.is_empty() {
        let store = PublicStore::open(settings.public_store(), settings.policy)?;
        (None, store)
    } else {
        let (staff, store) = Staff::open(&settings)?;
        (Some(staff), store)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listeners = serve::listen(&settings.public.listen).await?;
        doors(listeners, store, staff, &settings).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Serves these listeners until a signal says stop, then finishes what is under way.
pub(super) async fn doors(
    listeners: Vec<TcpListener>,
    store: PublicStore,
    staff: Option<Staff>,
    settings: &Settings,
) -> Result<(), ServeError> {
    let Settings {
        public_url,
        contact,
        cache_bytes,
        ..
    } = settings;
    let edge = Edge::new(store, public_url, contact, *cache_bytes);
    let edge = Arc::new(edge.leading_staff_to(settings.staff.public_url.as_deref()));
    let permits = Arc::new(Semaphore::new(settings.max_connections));
    let (stopper, stop) = drain::pair();
    let mut doors = JoinSet::new();
    for listener in listeners {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "public door open");
        }
        let (edge, permits) = (Arc::clone(&edge), Arc::clone(&permits));
        doors.spawn(serve::serve(
            listener,
            edge,
            permits,
            stop.clone(),
            settings.drain,
        ));
    }
    if let Some(staff) = staff {
        let listeners = staff.listen().await?;
        let door = Arc::new(Desk::new(staff.door, hinting(settings)));
        // Its own, so that a rush at the public door keeps no officer waiting.
        let permits = Arc::new(Semaphore::new(settings.max_connections));
        for listener in listeners {
            if let Ok(address) = listener.local_addr() {
                tracing::info!(%address, "staff door open");
            }
            let (door, permits) = (Arc::clone(&door), Arc::clone(&permits));
            let stop = stop.clone();
            doors.spawn(serve::serve(listener, door, permits, stop, settings.drain));
        }
    }
    drain::on_signal(stopper).await?;
    let mut ended = Ended::Clean;
    while let Some(door) = doors.join_next().await {
        ended = ended.and(door.unwrap_or(Ended::Cut));
    }
    tracing::info!(?ended, "closed");
    Ok(())
}

/// Whether signing in leads a phone's next scans to the staff door.
fn hinting(settings: &Settings) -> Hinting {
    match (&settings.staff.public_url, &settings.staff.hint_domain) {
        (None, _) => Hinting::Off,
        (Some(_), None) => Hinting::Host,
        (Some(_), Some(domain)) => Hinting::Domain(domain.clone()),
    }
}
