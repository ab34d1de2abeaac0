//! Floor 2, rooms: state with a lifetime.

pub mod settings;
pub mod keys;
pub mod audit;
pub mod store;
pub mod source;
pub mod cache;
pub mod archive;
pub mod budgets;
pub mod attempts;
pub mod desks;
