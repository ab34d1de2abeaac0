//! The addresses, what they take, and every answer they give.

use serde_json::{Map, Value, json};

use super::samples;
use crate::rules::pairing;

const HTML: &str = "text/html";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

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
            sticker(
                address,
                "Page",
                &[(HTML, text()), (JSON, schema("PublicView"))],
            ),
        );
        add(
            ".json",
            sticker(address, "Json", &[(JSON, schema("PublicView"))]),
        );
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

/// Parts of addresses, and the one thing a query says.
pub(super) fn parameters() -> Value {
    let digits = |count: usize| format!("^[0-9]{{{count}}}$");
    let part = |name: &str, pattern: &str, example: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "pattern": pattern}, "example": example});
    json!({
        "Vin": part("vin", &digits(15), "218622203150042"),
        "Lic": part("lic", &digits(14), "33010621822490"),
        "Pwb": part("pwb", "^[0-9A-Z]{8}[0-9A-Za-z]{1,32}$", "76392965TN22010100001A48V12"),
        "Org": part("org", "^[0-9A-Z]{8}$", "76392965"),
        "Own": part("own", "^[0-9A-Za-z]{1,32}$", "TN22010100001A48V12"),
        "Lang": {
            "name": "lang",
            "in": "query",
            "description": "`zh` or `en`; anything else is as if it were not there, and `Accept-Language` decides. Chinese when in doubt.",
            "schema": {"type": "string", "examples": ["zh", "en"]},
        },
    })
}

/// Headers that are on many answers.
pub(super) fn headers() -> Value {
    let one = |what: &str, example: &str| json!({"description": what, "required": true, "schema": {"type": "string"}, "example": example});
    json!({
        "ETag": one("Names these bytes, in this encoding.", "\"0123456789abcdef\""),
        "CacheControl": one("How long anybody may keep it.", "public, max-age=30, stale-if-error=86400"),
        "Vary": one("What the answer was chosen by.", "Accept, Accept-Encoding, Accept-Language"),
        "Location": one("Where it is.", "/vin/218622203150042"),
        "Allow": one("The methods there are.", "GET, HEAD, OPTIONS"),
        "AcceptPost": one("The media types that are read.", pairing::TAKEN),
        "RetryAfter": {"description": "Seconds.", "required": true, "schema": {"type": "integer", "minimum": 1}},
    })
}

/// Answers that many addresses give.
pub(super) fn responses() -> Value {
    let refused = |what: &str, more: &[&str]| {
        let mut headers = named(&["CacheControl", "Vary"]);
        headers.extend(named(more));
        json!({"description": what, "headers": headers, "content": problem()})
    };
    let mut not_a_code = refused(
        "Not a code, or not a sound message. The store was not asked.",
        &[],
    );
    if let Some(content) = not_a_code.pointer_mut("/content/application~1problem+json") {
        *content = json!({"schema": {"$ref": "#/components/schemas/Problem"}, "example": samples::not_a_code()});
    }
    json!({
        "NotModified": {"description": "The reader has it already.", "headers": named(&["ETag", "CacheControl", "Vary"])},
        "Moved": {"description": "The same code under its one true address.", "headers": named(&["Location", "CacheControl"])},
        "NotACode": not_a_code,
        "NotRegistered": refused("Well formed, but not registered. Makers upload late: this does not mean it is fake.", &[]),
        "Method": refused("Not a method of this address.", &["Allow"]),
        "NotAcceptable": refused("`Accept` excludes all the forms there are.", &[]),
        "Unauthorized": refused("No token, or one that is not valid any more.", &[]),
        "TooSlow": refused("The body did not arrive in time.", &[]),
        "TooLong": refused("More bytes than it takes to ask this.", &[]),
        "Media": refused("A media type that is not read here.", &["AcceptPost"]),
        "TooMany": refused("Too many requests from one client, or about one code.", &["RetryAfter"]),
        "Unavailable": refused("The register cannot be asked, and nothing is cached. It says nothing about the code.", &["RetryAfter"]),
    })
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
        ("413", "TooLong"),
        ("415", "Media"),
        ("429", "TooMany"),
        ("503", "Unavailable"),
    ]);
    responses.insert(
        "200".to_owned(),
        json!({
            "description": "One result for each code, in order, each with its own status.",
            "headers": named(&["CacheControl"]),
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

fn schema(name: &str) -> Value {
    json!({"schema": {"$ref": format!("#/components/schemas/{name}")}})
}

fn text() -> Value {
    json!({"schema": {"type": "string"}})
}

fn problem() -> Value {
    json!({PROBLEM: schema("Problem"), HTML: text()})
}

/// Headers by the names they have on the wire.
fn named(names: &[&str]) -> Map<String, Value> {
    let on_the_wire = |name: &str| match name {
        "CacheControl" => "Cache-Control".to_owned(),
        "RetryAfter" => "Retry-After".to_owned(),
        "AcceptPost" => "Accept-Post".to_owned(),
        other => other.to_owned(),
    };
    let one = |name: &&str| {
        let header = json!({"$ref": format!("#/components/headers/{name}")});
        (on_the_wire(name), header)
    };
    names.iter().map(one).collect()
}
