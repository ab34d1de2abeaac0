//! The addresses, what they take, and every answer they give.

use serde_json::{Map, Value, json};

use super::samples;
use super::shared::{HTML, JSON, named, text};

/// An address of a code.
struct Address {
    id: &'static str,
    path: &'static str,
    parameters: &'static [&'static str],
    what: &'static str,
}

const ADDRESSES: [Address; 4] = [
    Address {
        id: "Vehicle",
        path: "/vin/{vin}",
        parameters: &["Vin"],
        what: "A vehicle's code",
    },
    Address {
        id: "Battery",
        path: "/pwb/{pwb}",
        parameters: &["Pwb"],
        what: "A battery's code",
    },
    Address {
        id: "BatteryInTwo",
        path: "/pwb/{org}/{own}",
        parameters: &["Org", "Own"],
        what: "A battery's code, with a slash in it as Table B.2 of the standard has it",
    },
    Address {
        id: "Plate",
        path: "/lic/{lic}",
        parameters: &["Lic"],
        what: "A plate's code",
    },
];

/// All paths.
pub(super) fn paths() -> Value {
    let mut paths = Map::new();
    for address in &ADDRESSES {
        let mut add = |ending: &str, item| paths.insert(format!("{}{ending}", address.path), item);
        add(
            "",
            sticker(address, "Page", &[(HTML, text()), (JSON, views())]),
        );
        add(".json", sticker(address, "Json", &[(JSON, views())]));
        add(
            ".qr.svg",
            sticker(address, "Svg", &[("image/svg+xml", text())]),
        );
        add(
            ".qr.png",
            sticker(address, "Png", &[("image/png", json!({"schema": {}}))]),
        );
    }
    for (path, item) in [
        ("/find", find()),
        ("/match", pair_check()),
        ("/v1/resolve", resolve()),
        (
            "/",
            fixed(
                "home",
                "The home page, with a form for stickers that will not scan",
                HTML,
            ),
        ),
        (
            "/privacy",
            fixed("privacy", "What is shown, hidden and kept", HTML),
        ),
        ("/openapi.json", fixed("openapi", "This document", JSON)),
        (
            "/robots.txt",
            fixed("robots", "What robots may do", "text/plain"),
        ),
        (
            "/.well-known/security.txt",
            fixed(
                "security",
                "Whom to tell of a hole (RFC 9116)",
                "text/plain",
            ),
        ),
        ("/icon.svg", fixed("icon", "The icon", "image/svg+xml")),
    ] {
        paths.insert(path.to_owned(), item);
    }
    Value::Object(paths)
}

fn sticker(address: &Address, form: &str, content: &[(&str, Value)]) -> Value {
    let mut found = json!({
        "description": "Registered.",
        "headers": named(&["ETag", "CacheControl", "Vary"]),
        "content": content.iter().cloned().map(|(media, body)| (media.to_owned(), body)).collect::<Map<_, _>>(),
    });
    if let Some(Value::Object(json)) = found.pointer_mut("/content/application~1json") {
        json.insert("example".to_owned(), samples::public());
    }
    let mut responses = refusals(&[
        ("304", "NotModified"),
        ("308", "Moved"),
        ("400", "NotACode"),
        ("401", "Unauthorized"),
        ("403", "NotAllowed"),
        ("404", "NotRegistered"),
        ("405", "Method"),
        ("429", "TooMany"),
        ("503", "Unavailable"),
    ]);
    if content.len() > 1 {
        responses.extend(refusals(&[("406", "NotAcceptable")]));
    }
    responses.insert("200".to_owned(), found);
    let mut parameters: Vec<Value> = address
        .parameters
        .iter()
        .map(|name| parameter(name))
        .collect();
    parameters.push(parameter("Lang"));
    let operation = |id: String| {
        json!({
            "operationId": id,
            "tags": ["codes"],
            "summary": format!("{} ({form})", address.what),
            // At the public door nobody needs one; at the staff door nobody is answered without.
            "security": [{}, {"token": []}],
            "responses": responses,
        })
    };
    json!({
        "parameters": parameters,
        "get": operation(format!("get{}{form}", address.id)),
        "head": bodiless(&operation(format!("head{}{form}", address.id))),
    })
}

fn find() -> Value {
    let code = json!({
        "name": "code",
        "in": "query",
        "required": true,
        "description": "What somebody typed off a scratched sticker, or pasted.",
        "schema": {"$ref": "#/components/schemas/CodeText"},
        "example": "218622203150042",
    });
    let mut responses = refusals(&[("400", "NotACode"), ("405", "Method"), ("429", "TooMany")]);
    responses.insert(
        "303".to_owned(),
        json!({"description": "The page of the code that was meant.", "headers": named(&["Location", "CacheControl"])}),
    );
    json!({
        "parameters": [code, parameter("Lang")],
        "get": {"operationId": "find", "tags": ["codes"], "summary": "The address of a code that was typed", "responses": responses},
    })
}

fn pair_check() -> Value {
    let form = json!({
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"$ref": "#/components/schemas/MatchQuestion/properties/codes"}},
    });
    let asked = json!({
        "required": true,
        "content": {
            JSON: {
                "schema": {"$ref": "#/components/schemas/MatchQuestion"},
                "example": {"codes": [samples::VIN, samples::PWB]},
            },
            "application/x-www-form-urlencoded": {
                "schema": form,
                "encoding": {"code": {"style": "form", "explode": true}},
                "example": {"code": [samples::VIN, samples::PWB]},
            },
        },
    });
    let answered = json!({
        "description": "An answer: yes, or anything else. A page, or JSON for who sends JSON or asks for it.",
        "headers": named(&["CacheControl", "Vary"]),
        "content": {
            HTML: text(),
            JSON: {
                "schema": {"$ref": "#/components/schemas/MatchAnswer"},
                "examples": {
                    "yes": {"value": samples::together()},
                    "no, or not known": {"value": samples::not_together()},
                },
            },
        },
    });
    let mut responses = refusals(&[
        ("400", "NotACode"),
        ("405", "Method"),
        ("406", "NotAcceptable"),
        ("408", "TooSlow"),
        ("413", "TooLong"),
        ("415", "Media"),
        ("429", "TooMany"),
        ("503", "Unavailable"),
    ]);
    responses.insert("200".to_owned(), answered);
    let shown = fixed("matchForm", "The form of the pair check", HTML);
    let mut get = shown.get("get").cloned().unwrap_or_default();
    if let Value::Object(get) = &mut get {
        get.insert("tags".to_owned(), json!(["match"]));
        let code = json!({"name": "code", "in": "query", "description": "A code to fill in.", "schema": {"type": "string"}, "example": samples::VIN});
        get.insert("parameters".to_owned(), json!([code]));
    }
    json!({
        "parameters": [parameter("Lang")],
        "get": get,
        "post": {
            "operationId": "match",
            "tags": ["match"],
            "summary": "Whether codes belong together, and then what their holder may see",
            "description": "Never cached. Strictly limited for each client and for each code.",
            "requestBody": asked,
            "responses": responses,
        },
    })
}

fn resolve() -> Value {
    let mut responses = refusals(&[
        ("400", "NotACode"),
        ("401", "Unauthorized"),
        ("403", "NotAllowed"),
        ("405", "Method"),
        ("408", "TooSlow"),
        ("413", "TooLong"),
        ("415", "Media"),
        ("429", "TooMany"),
        ("503", "Unavailable"),
    ]);
    responses.insert(
        "200".to_owned(),
        json!({
            "description": "One result for each code, in order, each with its own status.",
            "headers": named(&["CacheControl", "Vary", "RateLimit", "RateLimitPolicy"]),
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/ResolveAnswer"}}},
        }),
    );
    json!({
        "servers": [{"url": "https://{host}", "description": "The staff door.", "variables": {"host": {"default": "staff.example.com"}}}],
        "post": {
            "operationId": "resolve",
            "tags": ["staff"],
            "summary": "Up to a hundred codes at once, as a registered application sees them",
            "security": [{"token": []}],
            "requestBody": {
                "required": true,
                "content": {JSON: {
                    "schema": {"$ref": "#/components/schemas/ResolveQuestion"},
                    "example": {"codes": [samples::VIN, samples::PWB]},
                }},
            },
            "responses": responses,
        },
    })
}

/// What a code is answered with: at the public door the public's view, at the staff door that of the
/// audience that the token names.
fn views() -> Value {
    let views = ["PublicView", "AppView", "RecyclerView", "PoliceView"];
    json!({"schema": {"oneOf": views.map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))}})
}

/// A page or a file that depends on no code.
fn fixed(id: &str, what: &str, media: &str) -> Value {
    let mut responses = refusals(&[
        ("304", "NotModified"),
        ("405", "Method"),
        ("429", "TooMany"),
    ]);
    let found = json!({
        "description": what,
        "headers": named(&["ETag", "CacheControl", "Vary"]),
        "content": {media: if media == JSON { json!({"schema": {"type": "object"}}) } else { text() }},
    });
    responses.insert("200".to_owned(), found);
    let get = json!({"operationId": id, "tags": ["site"], "summary": what, "responses": responses});
    json!({"parameters": [parameter("Lang")], "get": get})
}

/// The same operation for a `HEAD`: the same headers, and no content.
fn bodiless(operation: &Value) -> Value {
    let mut operation = operation.clone();
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        for (status, response) in responses.iter_mut() {
            *response = json!({"description": format!("As a GET would answer: {status}.")});
        }
    }
    operation
}

fn refusals(list: &[(&str, &str)]) -> Map<String, Value> {
    let one = |&(status, name): &(&str, &str)| {
        let response = json!({"$ref": format!("#/components/responses/{name}")});
        (status.to_owned(), response)
    };
    list.iter().map(one).collect()
}

fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}
