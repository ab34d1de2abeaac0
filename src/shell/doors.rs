//! The doors of one process: opened together, stopped together, each with places of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::admin::{self, Admin};
use super::drain::{self, Ended, Stop};
use super::serve::{self, Door, Way};
use super::serve_command::ServeError;
use super::sockets::{self, HandedOver};
use super::staff::Staff;
use super::store_args::beside;
use super::tls::{Clients, Tls};
use crate::path::Edge;
use crate::path::staff::StaffDoor;
use crate::path::staff::desk::{Desk, Hinting};
use crate::rooms::crowd::Crowd;
use crate::rooms::guard::Guard;
use crate::rooms::matching::Matching;
use crate::rooms::meter::Meter;
use crate::rooms::readiness::{Condition, Part, Readiness};
use crate::rooms::settings::{PlainHttp, Ports, Settings};
use crate::rooms::store::{PublicStore, Seen};
use crate::rooms::supply::Supply;
use crate::rooms::turns::Turns;
use crate::words::start::StartError;

/// A scraper reads its answer at once; nobody waits for one that does not.
const ADMIN_DRAIN: Duration = Duration::from_secs(1);

/// What is behind the doors, and where they are.
#[derive(Debug)]
pub(super) struct Doors {
    pub(super) public: Streets,
    pub(super) staff: Option<(Box<StaffDoor>, Streets)>,
    pub(super) store: PublicStore,
    /// What stands in for the store while it is away.
    pub(super) seen: Option<Seen>,
    /// What all of them count into.
    pub(super) meter: Meter,
}

/// Where a door can be reached.
#[derive(Debug)]
pub(super) struct Streets {
    pub(super) http: Vec<TcpListener>,
    pub(super) https: Vec<TcpListener>,
    /// There if any listener wants it.
    pub(super) tls: Option<Tls>,
}

/// Everything that is under way until the signal.
struct Open {
    under_way: JoinSet<Ended>,
    stop: Stop,
    drain: Duration,
}

impl Doors {
    /// The doors that the settings name.
    pub(super) fn open(settings: &Settings) -> Result<Self, ServeError> {
        let meter = Meter::new();
        let mut handed = HandedOver::take_in()?;
        let (http, https) = (handed.named("http"), handed.named("https"));
        let (staff_http, staff_https) = (handed.named("staff"), handed.named("staff-https"));
        handed.settle()?;
        // A socket that was handed over for a door is as good as an address.
        let handed_a_desk = !staff_http.is_empty() || !staff_https.is_empty();
        let (staff, store) = if settings.staff.is_open() || handed_a_desk {
            let (staff, store) = Staff::open(settings, &meter)?;
            (Some(staff.door), store)
        } else {
            let store = PublicStore::open(settings.public_store(), settings.policy)?;
            (None, store)
        };
        store.check_pair_key(&pair_key_file(settings))?;
        let seen = settings.public.fallback.folder.as_deref();
        let seen = seen.map(|folder| Seen::open(folder, settings.policy));
        let (public, at_desk) = (&settings.public, &settings.staff);
        let secured = !public.listen_https.is_empty() || !https.is_empty();
        let public = Streets {
            tls: tls(settings, secured, &Clients::Anybody)?,
            http: sockets::open(&public.listen, public.ports, http)?,
            https: sockets::open(&public.listen_https, public.ports, https)?,
        };
        let clients = at_desk
            .client_ca
            .clone()
            .map_or(Clients::Anybody, Clients::Told);
        let secured = !at_desk.listen_https.is_empty() || !staff_https.is_empty();
        let ports = settings.public.ports;
        let staff = match staff {
            None => None,
            Some(door) => Some((
                Box::new(door),
                Streets {
                    tls: tls(settings, secured, &clients)?,
                    http: sockets::open(&at_desk.listen, ports, staff_http)?,
                    https: sockets::open(&at_desk.listen_https, ports, staff_https)?,
                },
            )),
        };
        Ok(Self {
            public,
            staff,
            store,
            seen: seen.transpose()?,
            meter,
        })
    }

    /// Serves until a signal says stop, then finishes what is under way.
    pub(super) async fn serve(self, settings: &Settings) -> Result<(), StartError> {
        let (meter, readiness) = (self.meter, Readiness::default());
        self.store.watch(meter.store(), &readiness);
        let store = Supply::new(self.store, self.seen, meter.store().clone());
        let edge = edge(store, settings, &meter);
        let connections = meter.connections().clone();
        // Told last of all that it is over, so that a balancer can see the doors close.
        let (last_stopper, last_stop) = drain::pair();
        open_admin(settings, &Admin::new(meter, readiness.clone()), &last_stop)?;
        let (stopper, stop) = drain::pair();
        let mut open = Open {
            under_way: JoinSet::new(),
            stop,
            drain: settings.drain,
        };
        let redirect = match settings.public.http {
            PlainHttp::Answer => None,
            PlainHttp::Redirect => Some(settings.public_url.as_str()),
        };
        let way = places(settings, &self.public).counted(&connections);
        open.door("public", &edge, self.public, &way, redirect);
        if let Some((door, streets)) = self.staff {
            let desk = desk(door, settings);
            let way = places(settings, &streets);
            open.door("staff", &desk, streets, &way, None);
        }
        readiness.set(Part::Doors, Condition::Fine);
        drain::on_signal(stopper).await?;
        readiness.set(Part::Doors, Condition::Stopping);
        let mut ended = Ended::Clean;
        while let Some(door) = open.under_way.join_next().await {
            ended = ended.and(door.unwrap_or(Ended::Cut));
        }
        last_stopper.stop();
        tracing::info!(?ended, "closed");
        Ok(())
    }
}

impl Streets {
    /// In the clear only.
    pub(super) const fn plain(http: Vec<TcpListener>) -> Self {
        Self {
            http,
            https: Vec::new(),
            tls: None,
        }
    }
}

impl Open {
    /// Opens a door on all its streets.
    fn door<D: Door>(
        &mut self,
        name: &'static str,
        door: &Arc<D>,
        streets: Streets,
        way: &Way,
        redirect: Option<&str>,
    ) {
        let plain = match redirect {
            None => way.clone(),
            Some(url) => way.clone().redirecting(url),
        };
        let mut ways: Vec<(TcpListener, Way)> = Vec::new();
        let of = |way: &Way, street: TcpListener| (street, way.clone());
        ways.extend(streets.http.into_iter().map(|street| of(&plain, street)));
        if let Some(tls) = streets.tls {
            let secure = way.clone().over(tls.clone());
            ways.extend(streets.https.into_iter().map(|street| of(&secure, street)));
            tokio::spawn(tls.keep_fresh(self.stop.clone()));
        }
        for (listener, way) in ways {
            if let Ok(address) = listener.local_addr() {
                tracing::info!(name, %address, tls = way.is_secure(), "door open");
            }
            let (door, stop) = (Arc::clone(door), self.stop.clone());
            let served = serve::serve(listener, door, way, stop, self.drain);
            self.under_way.spawn(served);
        }
    }
}

fn edge(store: Supply, settings: &Settings, meter: &Meter) -> Arc<Edge<Supply>> {
    let Settings {
        public_url,
        contact,
        cache_bytes,
        ..
    } = settings;
    let guard = Guard::new(settings.guard, meter.clone());
    let edge = Edge::new(store, public_url, contact, *cache_bytes)
        .guarded(guard, meter.clone())
        .with_matching(matching(settings))
        .leading_staff_to(settings.staff.public_url.as_deref());
    Arc::new(edge)
}

fn desk(door: Box<StaffDoor>, settings: &Settings) -> Arc<Desk> {
    Arc::new(Desk::new(*door, hinting(settings)))
}

/// As many places as the settings say, for one door: its own, so that a rush at the public door keeps
/// no officer waiting.
fn places(settings: &Settings, streets: &Streets) -> Way {
    // Each listener holds a permit while it waits for whom to give it to.
    let waiting = (streets.http.len() + streets.https.len()).saturating_sub(1);
    let permits = Arc::new(Semaphore::new(settings.max_connections + waiting));
    Way::new(permits)
        .sharing(Crowd::new(settings.public.connections_per_client))
        .behind(settings.public.proxies.clone())
}

/// What a door behind TLS proves itself with; nothing where none is.
fn tls(settings: &Settings, secured: bool, clients: &Clients) -> Result<Option<Tls>, StartError> {
    secured
        .then(|| Tls::new(&settings.tls, clients))
        .transpose()
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

/// Whether signing in leads a phone's next scans to the staff door.
fn hinting(settings: &Settings) -> Hinting {
    match (&settings.staff.public_url, &settings.staff.hint_domain) {
        (None, _) => Hinting::Off,
        (Some(_), None) => Hinting::Host,
        (Some(_), Some(domain)) => Hinting::Domain(domain.clone()),
    }
}

/// Opens the private port, if there is one.
fn open_admin(settings: &Settings, admin: &Admin, stop: &Stop) -> Result<(), StartError> {
    let addresses: Vec<_> = settings.admin.listen.into_iter().collect();
    // Shared, whatever the doors are: a new process that takes over has one too.
    for listener in sockets::open(&addresses, Ports::Shared, Vec::new())? {
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "private port open");
        }
        let way = Way::new(Arc::new(Semaphore::new(admin::CONNECTIONS)));
        let admin = Arc::new(admin.clone());
        tokio::spawn(serve::serve(
            listener,
            admin,
            way,
            stop.clone(),
            ADMIN_DRAIN,
        ));
    }
    Ok(())
}
