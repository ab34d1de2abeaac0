//! The binary: arguments in, exit code out. Everything it does is in the library.

use std::process::ExitCode;

/// The system's keeps what a burst of connections took; this one gives it back.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    saoma::shell::cli::main()
}
