//! The shell: sockets, signals, arguments.
pub mod logs;
pub mod drain;
mod patience;
pub mod serve;
