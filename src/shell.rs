//! Floor 4, the shell: sockets, signals, arguments.

pub mod logs;
pub mod drain;
mod patience;
pub mod tls;
pub mod sockets;
pub mod serve;
pub mod admin;
pub mod store_args;
pub mod import;
pub mod label;
pub mod reproject;
pub mod transfer;
pub mod show;
pub mod token;
pub mod audit;
pub mod check_config;
pub mod staff;
mod doors;
pub mod serve_command;
pub mod demo;
pub mod cli;
