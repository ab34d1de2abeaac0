//! Floor 2, rooms: state with a lifetime.

pub mod store;
