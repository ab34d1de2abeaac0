//! Generated provinces, scans and baselines for saoma. Loopback only.

fn main() {}
