//! The life of one scan, on one screen. START READING HERE.
