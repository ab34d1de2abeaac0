//! Floor 2, rooms: state with a lifetime.

pub mod settings;
pub mod meter;
pub mod readiness;
pub mod guard;
pub mod audit;
pub mod store;
pub mod source;
pub mod supply;
pub mod body;
pub mod turns;
pub mod matching;
pub mod cache;
pub mod crowd;
