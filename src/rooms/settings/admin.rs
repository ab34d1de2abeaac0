//! `[admin]`: the private port.

use std::net::SocketAddr;

use super::sheet::Sheet;

/// The private port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdminPort {
    /// Where it listens; nothing if there is none.
    pub listen: Option<SocketAddr>,
}

/// For who is on this machine. What it tells is not secret, and nobody else's business.
const LISTEN: &str = "127.0.0.1:9090";

pub(super) fn read(sheet: &mut Sheet) -> Option<AdminPort> {
    let listen = sheet.text("admin.listen", LISTEN, |text| match text {
        "" => Ok(None),
        address => match address.parse() {
            Ok(address) => Ok(Some(address)),
            Err(_not_an_address) => {
                Err("should be an address and a port, like `127.0.0.1:9090`, or nothing")
            }
        },
    })?;
    Some(AdminPort { listen })
}
