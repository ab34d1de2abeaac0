//! The shell: sockets, signals, arguments.

pub mod label;
