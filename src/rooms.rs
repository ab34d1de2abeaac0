//! Floor 2, rooms: state with a lifetime.

pub mod store;
pub mod source;
pub mod cache;
pub mod settings;
