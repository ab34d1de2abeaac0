//! Where listeners come from: an address of the settings, or systemd, which holds it for us.
//!
//! A socket that systemd holds survives us: what waits in it is accepted by whoever comes next, and
//! a port below 1024 needs no right of ours. Without systemd, `public.ports = "shared"` lets a new
//! process listen beside the old one. What then waits in the old one's queue when it closes is lost
//! unless the kernel moves it (`net.ipv4.tcp_migrate_req = 1`); what had arrived is taken in first.

use std::{
    env, fs, io,
    net::{SocketAddr, TcpListener as Listening},
};

use listenfd::ListenFd;
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::TcpListener;

use crate::{rooms::settings::Ports, words::start::StartError};

/// The sockets that whoever started us has opened for us, by their names.
#[derive(Debug, Default)]
pub struct HandedOver(Vec<(String, Listening)>);

/// What may wait to be accepted: a burst, a fifth of a second for a core that shakes hands. Whoever does
/// not fit knocks again a second later.
pub(super) const BACKLOG: i32 = 1024;
/// Whether the kernel moves what waits in a closing queue to a sharer of its port.
const MIGRATES: &str = "/proc/sys/net/ipv4/tcp_migrate_req";

impl HandedOver {
    /// What there is (`LISTEN_FDS`, `LISTEN_FDNAMES`). To be asked once, before anything is opened.
    pub fn take_in() -> Result<Self, StartError> {
        // Read first: the crate forgets the variables once it has seen them.
        let names = env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut sockets = ListenFd::from_env();
        let mut names = names.split(':').filter(|name| !name.is_empty());
        let mut taken = Vec::new();
        for index in 0..sockets.len() {
            let name = names.next().unwrap_or_default().to_owned();
            match sockets.take_tcp_listener(index) {
                Ok(Some(socket)) => taken.push((name, socket)),
                Ok(None) => {}
                Err(source) => return Err(StartError::HandedOver { name, source }),
            }
        }
        Ok(Self(taken))
    }

    /// Those of this name.
    pub fn named(&mut self, name: &str) -> Vec<Listening> {
        self.0
            .extract_if(.., |(known, _)| known == name)
            .map(|(_, socket)| socket)
            .collect()
    }

    /// Says which nobody asked for.
    pub fn settle(self) -> Result<(), StartError> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(StartError::HandedOver {
                name,
                source: io::Error::new(io::ErrorKind::InvalidInput, "no door has this name"),
            }),
        }
    }
}

/// Takes the sockets handed over, or opens every address where there are none.
pub fn open(
    addresses: &[SocketAddr],
    ports: Ports,
    handed: Vec<Listening>,
) -> Result<Vec<TcpListener>, StartError> {
    if handed.is_empty() {
        if ports == Ports::Shared && fs::read_to_string(MIGRATES).is_ok_and(|set| set.trim() == "0")
        {
            tracing::warn!(
                "ports are shared, but net.ipv4.tcp_migrate_req is 0: connections that arrive while \
                 an old process closes are lost"
            );
        }
        return addresses
            .iter()
            .map(|&address| {
                bind(address, ports).map_err(|source| StartError::Listen { address, source })
            })
            .collect();
    }
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    let adopt = |socket: Listening| {
        let address = socket.local_addr().unwrap_or(unknown);
        let adopted = socket.set_nonblocking(true);
        adopted
            .and_then(|()| listening(socket))
            .map_err(|source| StartError::Listen { address, source })
    };
    handed.into_iter().map(adopt).collect()
}

fn bind(address: SocketAddr, ports: Ports) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM.nonblocking(),
        Some(Protocol::TCP),
    )?;
    // A restart need not wait for the last connections of the one before to be forgotten.
    socket.set_reuse_address(true)?;
    match ports {
        Ports::Own => {}
        Ports::Shared => socket.set_reuse_port(true)?,
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    listening(socket.into())
}

/// An answer is one write; waiting for more would only delay it. Every connection has that from its
/// listener (Linux), without being told.
fn listening(socket: Listening) -> io::Result<TcpListener> {
    SockRef::from(&socket).set_tcp_nodelay(true)?;
    TcpListener::from_std(socket)
}
