//! Floor 4, the shell: sockets, signals, arguments.

pub mod store_args;
pub mod import;
//! The shell: sockets, signals, arguments.

pub mod label;
pub mod logs;
pub mod drain;
mod patience;
pub mod serve;
