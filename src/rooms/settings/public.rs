//! `[public]`: where the public door listens, and whom it believes.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::{
    StoreUrl,
    fallback::{self, Fallback},
    of_its_own,
    sheet::Sheet,
};
use crate::rules::forwarding::{Proxies, Telling};

/// The public door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDoor {
    /// The addresses where it listens in the clear.
    pub listen: Vec<SocketAddr>,
    /// The addresses where it listens behind TLS.
    pub listen_https: Vec<SocketAddr>,
    /// What is said in the clear.
    pub http: PlainHttp,
    /// The proxies that may speak for others.
    pub proxies: Proxies,
    /// Connections open at once for one client.
    pub connections_per_client: usize,
    /// Whether the addresses may be listened on by another process of ours at the same time.
    pub ports: Ports,
    /// Where views and pairs are, if not with everything else.
    pub store: Option<StoreUrl>,
    /// What this door notes of a store elsewhere.
    pub fallback: Fallback,
}

/// What is said to who comes without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// The same as with it.
    Answer,
    /// To come back with it.
    Redirect,
}

/// Whether a port is ours alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// Ours: a second process is told that the address is in use.
    Own,
    /// A new process may listen beside the old one, which then leaves (`SO_REUSEPORT`).
    Shared,
}

/// Behind a proxy on the same machine, until the operator says otherwise.
const LISTEN: &str = "127.0.0.1:8080";
/// A carrier's address stands for thousands of phones, of which some hundred are connected at once;
/// one address alone still cannot take every place.
const CONNECTIONS_PER_CLIENT: usize = 1000;
const ADDRESS: &str = "should be an address and a port, like `0.0.0.0:8080`";

/// Reads the section.
pub(super) fn read(sheet: &mut Sheet) -> Option<PublicDoor> {
    let address = |address: &str| address.parse().map_err(|_error| ADDRESS);
    let listen = sheet.list("public.listen", &[LISTEN], address);
    let listen_https = sheet.list_or_none("public.listen_https", address);
    let http = sheet.text("public.http", "answer", |name| match name {
        "answer" => Ok(PlainHttp::Answer),
        "redirect" => Ok(PlainHttp::Redirect),
        _ => Err("should be `answer` or `redirect`"),
    });
    let networks = sheet.list_or_none("public.proxies", |network| {
        let alone = || network.parse::<IpAddr>().map(IpNet::from);
        network
            .parse::<IpNet>()
            .or_else(|_error| alone())
            .map_err(|_error| "should be a network, like `10.0.0.0/8`, or an address")
    });
    let telling = sheet.text(
        "public.proxies_tell",
        "x-forwarded-for",
        |name| match name {
            "x-forwarded-for" => Ok(Telling::XForwardedFor),
            "forwarded" => Ok(Telling::Forwarded),
            "proxy-v2" => Ok(Telling::ProxyV2),
            _ => Err("should be `x-forwarded-for`, `forwarded` or `proxy-v2`"),
        },
    );
    let connections_per_client = sheet.number(
        "public.connections_per_client",
        CONNECTIONS_PER_CLIENT,
        1..=1_000_000,
    );
    let ports = sheet.text("public.ports", "own", |name| match name {
        "own" => Ok(Ports::Own),
        "shared" => Ok(Ports::Shared),
        _ => Err("should be `own` or `shared`"),
    });
    let store = sheet.text("public.store", "", of_its_own);
    let fallback = fallback::read(sheet);
    Some(PublicDoor {
        listen: listen?,
        listen_https: listen_https?,
        http: http?,
        proxies: Proxies {
            networks: networks?,
            telling: telling?,
        },
        connections_per_client: connections_per_client?,
        ports: ports?,
        store: store?,
        fallback: fallback?,
    })
}
