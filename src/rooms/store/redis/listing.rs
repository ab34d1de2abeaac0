//! What a node of a cluster says of itself and of the others: the answer to `CLUSTER NODES`.
//!
//! ```text
//! ID HOST:PORT@BUS[,NAME] FLAGS MASTER PING PONG EPOCH STATE [SLOT | FROM-TO | [SLOT->-ID]] …
//! ```

use std::ops::RangeInclusive;

use super::slots::SLOTS;
use crate::rooms::store::address::Host;

/// The answer of one node.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// What it has itself. What it says that others have is hearsay, and not looked at.
    pub(super) claim: Claim,
    /// Everyone it knows, itself included.
    pub(super) hosts: Vec<Host>,
}

/// The slots that a node says to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claim {
    /// Of two nodes that say to have the same slot, the one with the larger number has it.
    pub(super) epoch: u64,
    pub(super) slots: Vec<RangeInclusive<u16>>,
    /// Whether a slot is on its way to or from this node.
    pub(super) is_open: bool,
}

impl Claim {
    /// All slots: who is no member of a cluster has them.
    pub(super) fn all() -> Self {
        Self {
            epoch: 0,
            slots: vec![0..=SLOTS - 1],
            is_open: false,
        }
    }
}

impl Listing {
    /// What this text says, asked of `asked`. With `secure`, nodes are called by name, since that
    /// is what their certificates say.
    pub(super) fn read(text: &str, asked: &Host, secure: bool) -> Option<Self> {
        let (mut claim, mut hosts) = (None, Vec::new());
        for line in text.lines() {
            let mut words = line.split(' ');
            let (_id, place, flags) = (words.next()?, words.next()?, words.next()?);
            let (_master, _ping, _pong) = (words.next()?, words.next()?, words.next()?);
            let epoch = words.next()?.parse().ok()?;
            let _state = words.next()?;
            let is = |flag: &str| flags.split(',').any(|one| one == flag);
            if is("myself") {
                claim = Some(read_claim(epoch, words, is("master"))?);
            }
            if !is("noaddr") && !is("handshake") {
                hosts.extend(read_host(place, asked, secure));
            }
        }
        Some(Self {
            claim: claim?,
            hosts,
        })
    }
}

fn read_claim<'t>(
    epoch: u64,
    words: impl Iterator<Item = &'t str>,
    is_master: bool,
) -> Option<Claim> {
    let mut claim = Claim {
        epoch,
        ..Claim::default()
    };
    for word in words.filter(|_| is_master) {
        if word.starts_with('[') {
            claim.is_open = true;
            continue;
        }
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        let (from, to): (u16, u16) = (from.parse().ok()?, to.parse().ok()?);
        claim.slots.push(from..=to.min(SLOTS - 1));
    }
    Some(claim)
}

fn read_host(place: &str, asked: &Host, secure: bool) -> Option<Host> {
    let (place, rest) = place.split_once('@').unwrap_or((place, ""));
    // An address of the sixth version has colons of its own.
    let (address, port) = place.rsplit_once(':')?;
    let named = rest.split(',').nth(1).filter(|name| !name.is_empty());
    let name = match named {
        Some(name) if secure => name,
        // Who has met nobody yet does not know its own address.
        _ if address.is_empty() => asked.name.as_str(),
        _ => address,
    };
    Some(Host {
        name: name.to_owned(),
        port: port.parse().ok().filter(|port| *port != 0)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, port: u16) -> Host {
        Host {
            name: name.to_owned(),
            port,
        }
    }

    const TEXT: &str = "\
aa 127.0.0.1:30004@31004,east master - 0 1426238317239 4 connected
bb 127.0.0.1:30002@31002,west myself,master - 0 0 7 connected 0 5-8 16000-16383 [9->-aa] [3-<-cc]
cc ::1:30003@31003 slave,fail aa 0 1426238316232 3 disconnected
dd :0@0 slave,noaddr aa 0 1426238316232 3 disconnected
";

    #[test]
    fn a_node_speaks_for_itself_and_names_the_others() {
        let listing = Listing::read(TEXT, &host("x", 1), false).unwrap();
        assert_eq!(listing.claim.epoch, 7);
        assert_eq!(listing.claim.slots, [0..=0, 5..=8, 16000..=16383]);
        assert!(listing.claim.is_open);
        let hosts = [
            host("127.0.0.1", 30004),
            host("127.0.0.1", 30002),
            host("::1", 30003),
        ];
        assert_eq!(listing.hosts, hosts);
        let named = Listing::read(TEXT, &host("x", 1), true).unwrap();
        assert_eq!(named.hosts[0], host("east", 30004));
    }

    #[test]
    fn one_that_has_met_nobody_is_called_as_it_was_asked() {
        let text = "aa :7000@17000 myself,slave bb 0 0 1 connected\n";
        let listing = Listing::read(text, &host("edge", 7000), false).unwrap();
        assert_eq!(listing.hosts, [host("edge", 7000)]);
        assert_eq!(listing.claim.slots, []);
    }

    #[test]
    fn rubbish_is_nothing() {
        for text in ["", "x", "aa 127.0.0.1:1@2 master - 0 0 1 connected 0-5\n"] {
            assert_eq!(Listing::read(text, &host("x", 1), false), None, "{text}");
        }
    }
}
