//! One test binary for the pages, so that there is one to link.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a fixture or a scan of a page that fails is a failed test"
)]

// Every page there is, in every language and fullness.
#[path = "it/samples.rs"]
mod samples;
// Sets of stickers, for the pair check.
#[path = "it/sets.rs"]
mod sets;
// Byte for byte against tests/golden.
#[path = "it/golden.rs"]
mod golden;
// What holds for any page: well-nested, no script, no second request, light.
#[path = "it/structure.rs"]
mod structure;
// What holds for this crate's sources.
#[path = "it/sources.rs"]
mod sources;
// Every page of the staff door.
#[path = "it/staff.rs"]
mod staff;
// What holds for those.
#[path = "it/desk.rs"]
mod desk;
