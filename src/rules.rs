//! Floor 1, rules: pure functions over words.

pub(crate) mod bytes;
pub mod card;
pub mod dossier;
pub mod show;
pub mod stored;
pub mod alerts;
pub mod project;
pub mod class;
pub mod negotiate;
pub mod find;
pub mod form;
pub mod answer;
pub mod render;
pub mod reply;
pub mod ask;
pub mod bonds;
pub mod contradictions;
pub mod qr;
pub mod label;
pub mod admit;
pub mod fixed;
pub mod staff;
pub mod credentials;
pub mod batch;
