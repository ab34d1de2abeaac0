//! Floor 0, words: pure types. No state, no clock, no IO.

pub mod code;
pub mod catalog;
pub mod party;
pub mod fault;
pub mod moment;
pub mod policy;
pub mod record;
pub mod subject;
pub mod start;
pub mod peer;
pub mod grant;
