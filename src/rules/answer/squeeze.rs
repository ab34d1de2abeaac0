//! The fewest bytes for the same text, at levels chosen for pages of ten kilobytes.

use std::cell::RefCell;

/// The library's own default; pages are too small for more to matter.
const ZSTD_LEVEL: i32 = 3;
/// Above this the encoder asks for tables of megabytes: 5 ms instead of 0.3 for a page, to save its
/// last twelfth.
const BROTLI_QUALITY: i32 = 4;
/// A window of 64 KiB is larger than any page, and its tables are small.
const BROTLI_WINDOW: i32 = 16;

pub(super) fn zstd(plain: &[u8]) -> Option<Vec<u8>> {
    thread_local! {
        /// To make its tables anew takes three times as long as to use them.
        static ENCODER: RefCell<Option<zstd::bulk::Compressor<'static>>> =
            RefCell::new(zstd::bulk::Compressor::new(ZSTD_LEVEL).ok());
    }
    ENCODER.with_borrow_mut(|encoder| encoder.as_mut()?.compress(plain).ok())
}

pub(super) fn brotli(plain: &[u8]) -> Option<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut out = Vec::with_capacity(plain.len() / 2);
    brotli::BrotliCompress(&mut &*plain, &mut out, &params).ok()?;
    Some(out)
}
