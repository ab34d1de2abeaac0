//! The PROXY protocol, version 2: whom a proxy speaks for, before anything else is said.
//!
//! Sixteen bytes say how long the rest is; the rest is read whole and only then understood. The
//! first version, a line of text, is refused: it needs reading byte by byte, and whoever has it has
//! the second too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The part of fixed length.
pub const FIXED: usize = 16;
/// The longest rest: two IPv6 addresses and what a large load balancer adds to them. A client's
/// whole certificate, which some would add, is not for us.
pub const REST_MAX: usize = 1024;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;

/// What the fixed part said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    what: What,
    /// How many bytes follow, at most [`REST_MAX`].
    pub rest: usize,
}

/// Why this is no such header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAHeader {
    /// It begins differently, perhaps as version 1.
    #[error("no PROXY header of version 2")]
    Signature,
    /// A version or a command that does not exist.
    #[error("a PROXY header with a command that does not exist")]
    Command,
    /// Not TCP.
    #[error("a PROXY header for something other than TCP")]
    Family,
    /// More than anybody needs.
    #[error("a PROXY header that is too long")]
    Long,
    /// Less than the addresses it announces.
    #[error("a PROXY header without its addresses")]
    Short,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// The proxy's own connection, such as a look at our health.
    Own,
    /// Somebody behind it.
    Ipv4,
    Ipv6,
}

impl Opening {
    /// Understands the fixed part.
    pub fn read(fixed: &[u8; FIXED]) -> Result<Self, NotAHeader> {
        let [signature @ .., command, family, high, low] = fixed;
        if *signature != SIGNATURE {
            return Err(NotAHeader::Signature);
        }
        let what = match (*command, *family) {
            (LOCAL, _) => What::Own,
            (PROXY, TCP_OVER_IPV4) => What::Ipv4,
            (PROXY, TCP_OVER_IPV6) => What::Ipv6,
            // Whoever cannot say for whom it speaks speaks for nobody we could count.
            (PROXY, _) => return Err(NotAHeader::Family),
            _ => return Err(NotAHeader::Command),
        };
        let rest = usize::from(u16::from_be_bytes([*high, *low]));
        let least = match what {
            What::Own => 0,
            What::Ipv4 => 2 * 4 + 2 * 2,
            What::Ipv6 => 2 * 16 + 2 * 2,
        };
        if rest > REST_MAX {
            Err(NotAHeader::Long)
        } else if rest < least {
            Err(NotAHeader::Short)
        } else {
            Ok(Self { what, rest })
        }
    }

    /// The client, from the rest; nothing if the proxy speaks for itself.
    pub fn client(self, rest: &[u8]) -> Result<Option<IpAddr>, NotAHeader> {
        let client = match self.what {
            What::Own => None,
            What::Ipv4 => {
                let bytes: &[u8; 4] = rest.first_chunk().ok_or(NotAHeader::Short)?;
                Some(IpAddr::V4(Ipv4Addr::from(*bytes)))
            }
            What::Ipv6 => {
                let bytes: &[u8; 16] = rest.first_chunk().ok_or(NotAHeader::Short)?;
                Some(IpAddr::V6(Ipv6Addr::from(*bytes)).to_canonical())
            }
        };
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(command: u8, family: u8, rest: u16) -> [u8; FIXED] {
        let mut bytes = [0; FIXED];
        bytes[..12].copy_from_slice(&SIGNATURE);
        bytes[12] = command;
        bytes[13] = family;
        bytes[14..].copy_from_slice(&rest.to_be_bytes());
        bytes
    }

    #[test]
    fn the_address_behind_a_proxy_is_read() {
        let opening = Opening::read(&fixed(PROXY, TCP_OVER_IPV4, 12)).unwrap();
        let rest = [192, 0, 2, 7, 10, 0, 0, 1, 0x12, 0x34, 0x01, 0xbb];
        assert_eq!(
            opening.client(&rest),
            Ok(Some("192.0.2.7".parse().unwrap()))
        );
        let opening = Opening::read(&fixed(PROXY, TCP_OVER_IPV6, 40)).unwrap();
        let mut rest = [0; 40];
        let client: Ipv6Addr = "2001:db8::7".parse().unwrap();
        rest[..16].copy_from_slice(&client.octets());
        assert_eq!(opening.client(&rest), Ok(Some(IpAddr::V6(client))));
        let mapped: Ipv6Addr = "::ffff:192.0.2.7".parse().unwrap();
        rest[..16].copy_from_slice(&mapped.octets());
        assert_eq!(
            opening.client(&rest),
            Ok(Some("192.0.2.7".parse().unwrap()))
        );
    }

    #[test]
    fn a_proxy_may_come_for_itself() {
        for family in [0, TCP_OVER_IPV4, 0xff] {
            let opening = Opening::read(&fixed(LOCAL, family, 0)).unwrap();
            assert_eq!(opening.client(&[]), Ok(None));
        }
    }

    #[test]
    fn what_is_no_such_header_is_refused() {
        assert_eq!(
            Opening::read(b"PROXY TCP4 192.0"),
            Err(NotAHeader::Signature)
        );
        assert_eq!(
            Opening::read(b"GET / HTTP/1.1\r\n"),
            Err(NotAHeader::Signature)
        );
        let rows = [
            ((0x11, TCP_OVER_IPV4, 12), NotAHeader::Command),
            ((0x22, TCP_OVER_IPV4, 12), NotAHeader::Command),
            ((PROXY, 0x00, 0), NotAHeader::Family),
            ((PROXY, 0x12, 12), NotAHeader::Family),  // UDP
            ((PROXY, 0x31, 216), NotAHeader::Family), // a path of this machine
            ((PROXY, TCP_OVER_IPV4, 11), NotAHeader::Short),
            ((PROXY, TCP_OVER_IPV6, 35), NotAHeader::Short),
            ((PROXY, TCP_OVER_IPV4, 1025), NotAHeader::Long),
            ((LOCAL, 0, u16::MAX), NotAHeader::Long),
        ];
        for ((command, family, rest), want) in rows {
            assert_eq!(Opening::read(&fixed(command, family, rest)), Err(want));
        }
    }

    #[test]
    fn a_rest_that_was_cut_is_no_address() {
        let opening = Opening::read(&fixed(PROXY, TCP_OVER_IPV6, 36)).unwrap();
        assert_eq!(opening.client(&[0; 15]), Err(NotAHeader::Short));
    }
}
