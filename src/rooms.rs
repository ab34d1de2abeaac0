//! Floor 2, rooms: state with a lifetime.
