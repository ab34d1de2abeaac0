//! Who a request comes from when a listed proxy hands it on.
//!
//! Only what a listed proxy says is believed, and of that only what it added itself: chains are
//! read from the right, and the first address that is no listed proxy is the client. What stands
//! further left was written by that client. Everybody else's words about themselves are not read.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, header::FORWARDED};
use ipnet::IpNet;

/// The proxies that are believed, and how they say whom they speak for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Their networks.
    pub networks: Vec<IpNet>,
    /// How they say it.
    pub telling: Telling,
}

/// How a proxy says whom it speaks for. One way, named by the operator: a proxy that sets one of
/// these hands the others on as a stranger wrote them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Telling {
    /// `X-Forwarded-For`, which most append to.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
    /// A PROXY protocol header of version 2 before anything else, on every connection.
    ProxyV2,
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Longer chains have no meaning here; who is behind the last proxies read so far is the client.
const HOPS_MAX: usize = 16;

impl Proxies {
    /// Whether this is one of them.
    pub fn list(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks
            .iter()
            .any(|network| network.contains(&address))
    }

    /// Whether a connection from there begins with a PROXY header.
    pub fn announce(&self, address: IpAddr) -> bool {
        self.telling == Telling::ProxyV2 && self.list(address)
    }

    /// Whether the requests on a connection from there may each be somebody else's.
    pub fn carry(&self, address: IpAddr) -> bool {
        self.telling != Telling::ProxyV2 && self.list(address)
    }

    /// The client of a request that came from `nearest`. Where a listed proxy says nothing that
    /// can be read, it is taken for the client itself.
    pub fn client(&self, headers: &HeaderMap, nearest: IpAddr) -> IpAddr {
        let mut client = nearest;
        if !self.carry(client) {
            return client;
        }
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match self.telling {
            Telling::XForwardedFor => (X_FORWARDED_FOR, address),
            Telling::Forwarded => (FORWARDED, element),
            Telling::ProxyV2 => return client,
        };
        let lines: Vec<&HeaderValue> = headers.get_all(name).iter().collect();
        let hops = lines
            .into_iter()
            .rev()
            .map(|line| line.to_str().unwrap_or(""))
            .flat_map(|line| line.rsplit(','));
        for hop in hops.take(HOPS_MAX) {
            let Some(address) = read(hop.trim()) else {
                break;
            };
            client = address.to_canonical();
            if !self.list(client) {
                break;
            }
        }
        client
    }
}

/// An address, perhaps with a port: `192.0.2.7`, `192.0.2.7:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    let bare = text.strip_prefix('[')?.strip_suffix(']')?;
    bare.parse().ok().map(IpAddr::V6)
}

/// The `for` of one element of `Forwarded`. A quoted comma or semicolon is in no address, so what
/// holds one is not understood, which is the safe side.
fn element(text: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in text.split(';') {
        let (name, value) = pair.trim().split_once('=')?;
        if name.eq_ignore_ascii_case("for") {
            let value = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'))
                .unwrap_or(value);
            if found.replace(address(value)?).is_some() {
                return None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
