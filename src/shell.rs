//! The shell: sockets, signals, arguments.
