//! What an app can call, in the words of OpenAPI 3.1: `/openapi.json`.
//!
//! Fields come out of the one catalog, so a field that is added there is here; statuses and headers
//! are held against real answers of every kind by `tests/it/openapi.rs`, and by schemathesis.

use serde_json::{Value, json};

mod samples;
mod schemas;
mod shared;
mod operations;

/// The document. `public_url` is what stands before the path on a sticker.
pub fn document(public_url: &str) -> Vec<u8> {
    let document = json!({
        "openapi": "3.1.0",
        "info": info(),
        "servers": [
            {"url": public_url, "description": "The public door, whose addresses are on the stickers."},
            {"url": "https://{host}", "description": "The staff door: the same addresses of codes, with a token.", "variables": {"host": {"default": "staff.example.com"}}},
        ],
        "tags": [
            {"name": "codes", "description": "What anybody may know of a code."},
            {"name": "match", "description": "Whether codes belong together."},
            {"name": "staff", "description": "For registered applications, at the staff door, with a token."},
            {"name": "site", "description": "Everything else."},
        ],
        "paths": operations::paths(),
        "components": {
            "schemas": schemas::all(),
            "parameters": shared::parameters(),
            "headers": shared::headers(),
            "responses": shared::responses(),
            "securitySchemes": {"token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token for the audience `app`, signed by the operator (`saoma token issue`). At the staff door it widens what the same addresses show.",
            }},
        },
    });
    document.to_string().into_bytes()
}

fn info() -> Value {
    json!({
        "title": "扫码 saoma",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Codes on e-bikes, batteries and plates (DB33/T 1323-2023).",
        "description": "Keys in `records` are the standard's own English names; which of them an audience gets is decided by one table. A value with stars is masked on purpose. Each answer has a strong `ETag`; send it back as `If-None-Match`. Errors are `application/problem+json` (RFC 9457) for who does not ask for HTML; their `type` never changes. JSON may be read by scripts of any site (CORS).",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    })
}
