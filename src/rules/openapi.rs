//! What an app can call, in the words of OpenAPI 3.1.

/// The document.
pub fn document(_public_url: &str) -> Vec<u8> {
    b"{}".to_vec()
}
