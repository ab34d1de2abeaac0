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
use super::logs;
use super::serve::{self, Way};
use super::sockets::{self, HandedOver};
use super::store_args::beside;
use super::tls::{Clients, Tls};
use crate::path::Edge;
use crate::rooms::crowd::Crowd;
use crate::rooms::guard::Guard;
use crate::rooms::matching::Matching;
use crate::rooms::meter::Meter;
use crate::rooms::readiness::{Condition, Part, Readiness};
use crate::rooms::settings::{PlainHttp, Settings};
use crate::rooms::store::{PublicStore, Seen, StoreError};
use crate::rooms::supply::Supply;
use crate::rooms::turns::Turns;
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
    store.check_pair_key(&pair_key_file(&settings))?;
    let seen = settings.public.fallback.folder.as_deref();
    let seen = seen.map(|folder| Seen::open(folder, settings.policy));
    let seen = seen.transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut handed = HandedOver::take_in()?;
        let public = &settings.public;
        let (http, https) = (handed.named("http"), handed.named("https"));
        handed.settle()?;
        let tls = match (settings.tls.pairs.as_slice(), https.as_slice()) {
            ([], []) => None,
            _ => Some(Tls::new(&settings.tls, &Clients::Anybody)?),
        };
        let streets = Streets {
            http: sockets::open(&public.listen, public.ports, http)?,
            https: sockets::open(&public.listen_https, public.ports, https)?,
            tls,
        };
        doors(streets, store, seen, &settings).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Where the public door can be reached.
pub(super) struct Streets {
    pub(super) http: Vec<TcpListener>,
    pub(super) https: Vec<TcpListener>,
    /// There if any listener wants it.
    pub(super) tls: Option<Tls>,
}

/// The pair check with the secret of whoever imports.
fn matching(settings: &Settings) -> Matching {
    let file = pair_key_file(settings);
    if !file.is_file() {
        tracing::warn!(file = %file.display(), "no pair key yet: until it is there, no pair is found");
    }
    let turns = Turns::new(
        settings.matching.client_per_minute,
        settings.matching.code_per_hour,
    );
    Matching::new(&file, &settings.public_url, turns)
}

fn pair_key_file(settings: &Settings) -> PathBuf {
    let named = settings.matching.pair_key_file.clone();
    named.unwrap_or_else(|| beside(&settings.store, "pair-key"))
}

/// Serves these listeners until a signal says stop, then finishes what is under way.
pub(super) async fn doors(
    streets: Streets,
    store: PublicStore,
    seen: Option<Seen>,
    settings: &Settings,
) -> Result<(), StartError> {
    let Settings {
        public_url,
        contact,
        cache_bytes,
        public,
        ..
    } = settings;
    let (meter, readiness) = (Meter::new(), Readiness::default());
    let guard = Guard::new(settings.guard, meter.clone());
    store.watch(meter.store(), &readiness);
    let store = Supply::new(store, seen, meter.store().clone());
    let edge = Edge::new(store, public_url, contact, *cache_bytes).guarded(guard, meter.clone());
    let edge = Arc::new(edge.with_matching(matching(settings)));
    // Told last of all that it is over, so that a balancer can see the doors close.
    let (last_stopper, last_stop) = drain::pair();
    open_admin(settings, Admin::new(meter, readiness.clone()), last_stop).await?;
    // Each listener holds a permit while it waits for whom to give it to.
    let waiting = (streets.http.len() + streets.https.len()).saturating_sub(1);
    let permits = Arc::new(Semaphore::new(settings.max_connections + waiting));
    let way = Way::new(permits)
        .sharing(Crowd::new(public.connections_per_client))
        .behind(public.proxies.clone());
    let (stopper, stop) = drain::pair();
    let mut doors = JoinSet::new();
    let plain = match public.http {
        PlainHttp::Answer => way.clone(),
        PlainHttp::Redirect => way.clone().redirecting(public_url),
    };
    let mut ways: Vec<(TcpListener, Way)> = Vec::new();
    ways.extend(
        streets
            .http
            .into_iter()
            .map(|street| (street, plain.clone())),
    );
    if let Some(tls) = streets.tls {
        let secure = way.over(tls.clone());
        ways.extend(
            streets
                .https
                .into_iter()
                .map(|street| (street, secure.clone())),
        );
        tokio::spawn(tls.keep_fresh(stop.clone()));
    }
    for (listener, way) in ways {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, tls = way.is_secure(), "public door open");
        }
        let edge = Arc::clone(&edge);
        doors.spawn(serve::serve(
            listener,
            edge,
            way,
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
        let way = Way::new(permits);
        tokio::spawn(serve::serve(listener, admin, way, stop.clone(), DRAIN));
    }
    Ok(())
}
