//! Floor 4, the shell: sockets, signals, arguments.

pub mod store_args;
pub mod import;
