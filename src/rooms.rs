//! Floor 2, rooms: state with a lifetime.

pub mod settings;
pub mod meter;
pub mod readiness;
pub mod guard;
pub mod keys;
pub mod audit;
pub mod moulds;
pub mod store;
pub mod copies;
pub mod source;
pub mod supply;
pub mod body;
pub mod limit;
pub mod turns;
pub mod matching;
pub mod cache;
pub mod crowd;
pub mod archive;
pub mod budgets;
pub mod attempts;
pub mod desks;
