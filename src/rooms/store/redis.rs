//! The store on Redis: the same racks as keys of two rooms.
//!
//! | room | key | value |
//! |---|---|---|
//! | public | `v:` + the code's key | its row: the name of its common part, and its own moment |
//! | public | `s:` + a name | what the views that name it have in common |
//! | public | `c:` + the maker's key | what is public of its whole class |
//! | public | `p:` + the pair's tag | the holder view, sealed |
//! | public | `g` | the generation mark: which filling of Redis this is |
//! | public | `g{` + a number + `}` | the same in each slot of a cluster |
//! | core | `d:` + the subject's key | its dossier |
//! | core | `r:` + source, NUL, id | the record's digest; with [`PENDING`] while it is taken in |
//! | core | `k`, `i` | sets: claims, keys of parties |
//! | core | `m:` + name | what is said of the store itself |
//!
//! Keys are short because a province has ten million of them. Nothing in the public room counts
//! anything: a row's own bytes are what a writer compares before it sets.

use super::{Rack, StoreError};

mod connect;
mod wire;
mod epochs;
mod slots;
mod views;
mod state;
mod listing;
mod lane;
mod fleet;
mod health;
mod reader;
mod looker;
mod stream;
mod writer;

pub(super) use looker::Looker;
pub use reader::RedisReader;
pub use stream::Stream;
pub(super) use writer::Writer;

/// Stands behind a record's digest until everything it brings is written.
const PENDING: u8 = b'+';
/// The generation mark.
const GENERATION: &[u8] = b"g";
/// The set of claims.
const CLAIMS: &[u8] = b"k";
/// The set of parties that have dossiers.
const PARTIES: &[u8] = b"i";
/// What is said of the store itself.
const ABOUT: &[u8] = b"m:";

/// Which of the two rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Public,
    Core,
}

/// What every key of a rack begins with. Claims are members of one set.
const fn prefix(rack: Rack) -> &'static [u8] {
    match rack {
        Rack::Views => b"v:",
        Rack::Classes => b"c:",
        Rack::Pairs => b"p:",
        Rack::Dossiers => b"d:",
        Rack::Records => b"r:",
        Rack::Claims => CLAIMS,
    }
}

const fn room(rack: Rack) -> Room {
    match rack {
        Rack::Views | Rack::Classes | Rack::Pairs => Room::Public,
        Rack::Dossiers | Rack::Records | Rack::Claims => Room::Core,
    }
}

/// The key in Redis of an entry of a rack.
fn key(rack: Rack, key: &[u8]) -> Vec<u8> {
    [prefix(rack), key].concat()
}

impl From<::redis::RedisError> for StoreError {
    fn from(error: ::redis::RedisError) -> Self {
        Self::Redis(said(&error))
    }
}

/// What a server or the network said. The text of an answer is left out: it may quote the command,
/// and with it a value.
fn said(error: &::redis::RedisError) -> String {
    match (error.code(), error.kind()) {
        (Some(code), _) => format!("the server says {code}"),
        (None, kind) if error.is_io_error() || error.is_timeout() => format!("{kind:?}: {error}"),
        (None, kind) => format!("{kind:?}"),
    }
}
