//! saoma (扫码, "to scan a code"): what answers when a phone is pointed at the sticker of an
//! electric bicycle, its battery or its plate.
//!
//! A module names only modules of its own floor or of a floor above it in this list
//! (`tests/floors.rs` checks it):
pub mod words;
pub mod rules;
pub mod rooms;
pub mod path;
pub mod shell;
