//! `saoma serve`: the doors that the settings name, until a signal says stop.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::admin::{self, Admin};
use super::drain::{self, Ended, Stop};
use super::{logs, serve};
use crate::path::Edge;
use crate::rooms::guard::Guard;
use crate::rooms::meter::Meter;
use crate::rooms::readiness::{Condition, Part, Readiness};
use crate::rooms::settings::Settings;
use crate::rooms::store::{PublicStore, Seen, StoreError};
use crate::rooms::supply::Supply;
use crate::words::start::StartError;

/// Arguments of `saoma serve`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma serve --config deploy/saoma.toml")]
pub struct ServeArgs {
    /// The settings file; without one, defaults and the environment
    #[arg(long, env = "SAOMA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A scraper reads its answer at once; nobody waits for one that does not.
const DRAIN: Duration = Duration::from_secs(1);

/// Why no door opened.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The settings or the addresses.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The threads to serve with.
    #[error("cannot start threads: {0}")]
    Threads(#[from] std::io::Error),
}

/// Runs the command.
pub fn run(args: &ServeArgs) -> Result<ExitCode, ServeError> {
    let settings = Settings::load(args.config.as_deref())?;
    logs::start(&settings.log);
    let store = PublicStore::open(settings.public_store(), settings.policy)?;
    let seen = settings.public.fallback.folder.as_deref();
    let seen = seen.map(|folder| Seen::open(folder, settings.policy));
    let seen = seen.transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listeners = serve::listen(&settings.public.listen).await?;
        doors(listeners, store, seen, &settings).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Serves these listeners until a signal says stop, then finishes what is under way.
pub(super) async fn doors(
    listeners: Vec<TcpListener>,
    store: PublicStore,
    seen: Option<Seen>,
    settings: &Settings,
) -> Result<(), StartError> {
    let Settings {
        public_url,
        contact,
        cache_bytes,
        ..
    } = settings;
    let (meter, readiness) = (Meter::new(), Readiness::default());
    let guard = Guard::new(settings.guard, meter.clone());
    store.watch(meter.store(), &readiness);
    let store = Supply::new(store, seen, meter.store().clone());
    let edge = Edge::new(store, public_url, contact, *cache_bytes).guarded(guard, meter.clone());
    let edge = Arc::new(edge);
    // Told last of all that it is over, so that a balancer can see the doors close.
    let (last_stopper, last_stop) = drain::pair();
    open_admin(settings, Admin::new(meter, readiness.clone()), last_stop).await?;
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
    readiness.set(Part::Doors, Condition::Fine);
    drain::on_signal(stopper).await?;
    readiness.set(Part::Doors, Condition::Stopping);
    let mut ended = Ended::Clean;
    while let Some(door) = doors.join_next().await {
        ended = ended.and(door.unwrap_or(Ended::Cut));
    }
    last_stopper.stop();
    tracing::info!(?ended, "closed");
    Ok(())
}

/// Opens the private port, if there is one.
async fn open_admin(settings: &Settings, admin: Admin, stop: Stop) -> Result<(), StartError> {
    let Some(address) = settings.admin.listen else {
        return Ok(());
    };
    for listener in serve::listen(&[address]).await? {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "private port open");
        }
        let permits = Arc::new(Semaphore::new(admin::CONNECTIONS));
        let admin = Arc::new(admin.clone());
        tokio::spawn(serve::serve(listener, admin, permits, stop.clone(), DRAIN));
    }
    Ok(())
}
