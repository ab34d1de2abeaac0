//! Floor 1, rules: pure functions over words.

pub mod card;
pub(crate) mod bytes;
pub mod dossier;
pub mod show;
pub mod stored;
pub mod alerts;
pub mod project;
pub mod class;
