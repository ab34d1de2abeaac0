//! Who is at the other end of a connection, as far as anybody can prove it.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// The other end. Its address is the connection's own, or one that a listed proxy vouches for;
/// nothing that a stranger wrote into a header gets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether what is said cannot be overheard.
    pub secure: bool,
    /// The certificate it proved to have, as DER, where the door asks for one and has verified it.
    pub certificate: Option<Arc<[u8]>>,
}

impl Peer {
    /// Somebody on a connection that anybody on the way can read.
    pub fn plain(address: IpAddr) -> Self {
        Self {
            address: address.to_canonical(),
            secure: false,
            certificate: None,
        }
    }

    /// What is counted as one client: an IPv4 address, or the /64 of an IPv6 address, which is
    /// what one household or one phone has to itself.
    pub fn network(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => self.address,
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_client_and_a_mapped_address_is_what_it_maps() {
        let of = |text: &str| Peer::plain(text.parse().unwrap()).network().to_string();
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
    }
}
