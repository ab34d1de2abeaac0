//! Floor 4, the shell: sockets, signals, arguments.

pub mod store_args;
pub mod import;
//! The shell: sockets, signals, arguments.

pub mod label;
