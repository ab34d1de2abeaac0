//! What the product promises about records, proven on the real binary and on real stores.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails is a test that fails"
)]

// A folder with a store in it, the binary run on that store, and a client that speaks bytes.
mod support;
// Records to put into it.
mod sample;
// What may change a public answer, and what may not.
mod noninterference;
// That what is personal comes out nowhere.
mod leak;
// That pairs tell no more than their codes were given for.
mod pairs;
// Files in every form, and what is said of those that are wrong.
mod import;
// Records that cannot all be true.
mod canaries;
mod conflicts;
// Policies, and who shows what was made under another.
mod policy;
// Two at once, and one that is cut off.
mod crash;
// Looks at what is not public.
mod looks;
