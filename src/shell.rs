//! Floor 4, the shell: sockets, signals, arguments.

pub mod logs;
pub mod drain;
mod patience;
pub mod serve;
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
pub mod serve_command;
pub mod demo;
pub mod cli;
