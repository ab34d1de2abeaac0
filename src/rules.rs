//! Floor 1, rules: pure functions over words.

pub mod qr;
pub mod label;
