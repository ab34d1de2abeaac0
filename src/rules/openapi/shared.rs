//! What many addresses have in common: parts of addresses, headers, answers.

use serde_json::{Map, Value, json};

use super::samples;
use crate::rules::pairing;

pub(super) const HTML: &str = "text/html";
pub(super) const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

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
        "WWWAuthenticate": one("How to say who asks.", "Bearer realm=\"saoma\""),
        "RateLimit": one("What is left of the day's codes (draft-ietf-httpapi-ratelimit-headers).", "\"codes-per-day\";r=9900;t=3600"),
        "RateLimitPolicy": one("How many different codes a day.", "\"codes-per-day\";q=10000;w=86400"),
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
        "Unauthorized": refused("The staff door only: no token, or one that is not valid any more. It never says why.", &["WWWAuthenticate"]),
        "NotAllowed": refused("The staff door only: not for who this token names.", &[]),
        "TooSlow": refused("The body did not arrive in time.", &[]),
        "TooLong": refused("More bytes than it takes to ask this.", &[]),
        "Media": refused("A media type that is not read here.", &["AcceptPost"]),
        "TooMany": refused("Too many requests from one client, or about one code.", &["RetryAfter"]),
        "Unavailable": refused("The register cannot be asked, and nothing is cached. It says nothing about the code.", &["RetryAfter"]),
    })
}

pub(super) fn text() -> Value {
    json!({"schema": {"type": "string"}})
}

fn problem() -> Value {
    json!({PROBLEM: json!({"schema": {"$ref": "#/components/schemas/Problem"}}), HTML: text()})
}

/// Headers by the names they have on the wire.
pub(super) fn named(names: &[&str]) -> Map<String, Value> {
    let on_the_wire = |name: &str| match name {
        "CacheControl" => "Cache-Control".to_owned(),
        "RetryAfter" => "Retry-After".to_owned(),
        "AcceptPost" => "Accept-Post".to_owned(),
        "WWWAuthenticate" => "WWW-Authenticate".to_owned(),
        "RateLimitPolicy" => "RateLimit-Policy".to_owned(),
        other => other.to_owned(),
    };
    let one = |name: &&str| {
        let header = json!({"$ref": format!("#/components/headers/{name}")});
        (on_the_wire(name), header)
    };
    names.iter().map(one).collect()
}
