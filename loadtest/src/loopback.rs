//! Which addresses this crate talks to: this machine's own, and nobody else's. A load generator
//! that could be pointed at a stranger would be a weapon.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// An address of this machine's loopback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loopback(SocketAddr);

/// How it is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

/// `http://127.0.0.1:8080/vin/218622108311027`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) scheme: Scheme,
    /// Where the server listens.
    pub(crate) at: Loopback,
    /// What to ask for; `/` if the URL says nothing.
    pub(crate) path: String,
}

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("begin it with http:// or https://")]
    Scheme,
    #[error("name the address and the port, as in 127.0.0.1:8080")]
    Address,
    #[error("only this machine's own loopback is allowed: 127.0.0.1, [::1] or localhost")]
    NotLoopback,
    #[error("the path has a space or a control character")]
    Path,
}

impl Loopback {
    pub(crate) const fn address(self) -> SocketAddr {
        self.0
    }
}

impl FromStr for Loopback {
    type Err = Refused;

    /// Names are not looked up: whoever answers for a name decides where it leads.
    fn from_str(text: &str) -> Result<Self, Refused> {
        let address = match text.split_once("localhost:") {
            Some(("", port)) => {
                let port = port.parse().ok().ok_or(Refused::Address)?;
                SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
            }
            _ => match text.parse::<SocketAddr>() {
                Ok(address) => address,
                Err(_) if text.contains(':') => return Err(Refused::NotLoopback),
                Err(_) => return Err(Refused::Address),
            },
        };
        if address.ip().to_canonical().is_loopback() {
            Ok(Self(address))
        } else {
            Err(Refused::NotLoopback)
        }
    }
}

impl FromStr for Target {
    type Err = Refused;

    fn from_str(url: &str) -> Result<Self, Refused> {
        let (scheme, rest) = match url.split_once("://") {
            Some(("http", rest)) => (Scheme::Http, rest),
            Some(("https", rest)) => (Scheme::Https, rest),
            _ => return Err(Refused::Scheme),
        };
        let (address, path) = match rest.split_once('/') {
            Some((address, path)) => (address, format!("/{path}")),
            None => (rest, String::from("/")),
        };
        if path.bytes().any(|byte| byte <= b' ' || byte == 0x7F) {
            return Err(Refused::Path);
        }
        Ok(Self {
            scheme,
            at: address.parse()?,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_allowed_in_all_its_spellings() {
        for (url, address, path) in [
            ("http://127.0.0.1:80", "127.0.0.1:80", "/"),
            ("http://127.9.9.9:80/vin/1", "127.9.9.9:80", "/vin/1"),
            ("http://[::1]:8080/a?b=c", "[::1]:8080", "/a?b=c"),
            ("http://localhost:8080/", "127.0.0.1:8080", "/"),
            ("https://127.0.0.1:8443/lic/1", "127.0.0.1:8443", "/lic/1"),
        ] {
            let target: Target = url.parse().unwrap();
            assert_eq!(target.at.address(), address.parse().unwrap());
            assert_eq!(target.path, path);
        }
    }

    #[test]
    fn every_other_address_is_refused() {
        for (url, why) in [
            ("http://www.pzcode.cn:80/vin/1", Refused::NotLoopback),
            ("http://192.168.1.1:80/", Refused::NotLoopback),
            ("http://10.0.0.1:80/", Refused::NotLoopback),
            ("http://0.0.0.0:80/", Refused::NotLoopback),
            ("http://[::]:80/", Refused::NotLoopback),
            ("http://[::ffff:8.8.8.8]:80/", Refused::NotLoopback),
            ("http://127.0.0.1.nip.io:80/", Refused::NotLoopback),
            ("http://127.0.0.1@8.8.8.8:80/", Refused::NotLoopback),
            ("http://notlocalhost:80/", Refused::NotLoopback),
            ("http://localhost:80@8.8.8.8/", Refused::Address),
            ("http://127.0.0.1/", Refused::Address),
            ("https://www.pzcode.cn:443/vin/1", Refused::NotLoopback),
            ("ftp://127.0.0.1:80/", Refused::Scheme),
            ("127.0.0.1:80", Refused::Scheme),
            ("http://127.0.0.1:80/a\r\nb", Refused::Path),
        ] {
            assert_eq!(url.parse::<Target>(), Err(why), "{url}");
        }
    }
}
