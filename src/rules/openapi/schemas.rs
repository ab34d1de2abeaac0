//! The shapes of what is sent and what comes back.

use saoma_pages::staff::Disputed;
use serde_json::{Map, Value, json};

use super::samples;
use crate::rules::{pairing, render};
use crate::words::{
    catalog::{Audience, Entry, Field, FieldKind, RecordKind, Rule},
    code::Kind,
};

/// Codes in one call of the staff door.
pub(super) const RESOLVE_MOST: usize = 100;

/// What is always taken for a code; people are understood beyond that.
const CODE_TEXT: &str =
    "^((vin/)?[0-9]{15}|(lic/)?[0-9]{14}|(pwb/)?[0-9A-Z]{8}/?[0-9A-Za-z]{1,32})$";

/// The audiences that get JSON.
const AUDIENCES: [(Audience, &str); 5] = [
    (Audience::Public, "PublicView"),
    (Audience::Holder, "HolderView"),
    (Audience::App, "AppView"),
    (Audience::Recycler, "RecyclerView"),
    (Audience::Police, "PoliceView"),
];

/// All schemas, by name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    let mut add = |name: &str, schema: Value| all.insert(name.to_owned(), schema);
    for (audience, name) in AUDIENCES {
        add(name, view(audience));
        add(&records_name(name), records(audience));
    }
    add("Conflict", conflict());
    add("Code", code());
    add("Alert", alert());
    add("Problem", problem());
    add(
        "CodeText",
        json!({
            "type": "string",
            "pattern": CODE_TEXT,
            "description": "A code as it is printed, best with its kind before it. Without one, 15 digits are a vehicle's and 14 a plate's. What people type is taken too: a whole address, spaces, hyphens, full-width characters.",
            "examples": [samples::VIN, samples::PWB],
        }),
    );
    add("MatchQuestion", match_question());
    add("MatchAnswer", match_answer());
    add(
        "ResolveQuestion",
        json!({
            "type": "object",
            "required": ["codes"],
            "properties": {"codes": {
                "type": "array",
                "minItems": 1,
                "maxItems": RESOLVE_MOST,
                "description": "Codes with their kind before them, or whole addresses. Each is answered for itself, also one that is no code.",
                "items": {"type": "string", "examples": [samples::VIN, samples::PWB]},
            }},
            "additionalProperties": false,
        }),
    );
    add("ResolveAnswer", resolve_answer());
    Value::Object(all)
}

fn records_name(view: &str) -> String {
    format!("{view}Records")
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn view(audience: Audience) -> Value {
    let name = AUDIENCES.iter().find(|(of, _)| *of == audience);
    let records = records_name(name.map_or("", |(_, name)| name));
    let mut view = json!({
        "type": "object",
        "required": ["code", "audience", "alerts", "records", "asOf", "stale"],
        "properties": {
            "code": reference("Code"),
            "audience": {"const": audience.name()},
            "alerts": {"type": "array", "items": reference("Alert"), "description": "Gravest first."},
            "records": reference(&records),
            "asOf": {"type": "string", "format": "date-time", "description": "When what is shown last changed."},
            "stale": {"type": "boolean", "description": "The register could not be asked just now; a new alert may be missing."},
        },
        "additionalProperties": false,
    });
    if audience == Audience::Police
        && let Some(Value::Object(properties)) = view.get_mut("properties")
    {
        let conflicts = json!({"type": "array", "items": reference("Conflict"), "minItems": 1, "description": "Records that cannot all be true; left out where there are none."});
        properties.insert("conflicts".to_owned(), conflicts);
    }
    view
}

/// A contradiction, and what is said on each side of it.
fn conflict() -> Value {
    let said = json!({
        "type": "object",
        "required": ["at", "record", "field", "value"],
        "properties": {
            "at": {"type": "string", "format": "date", "description": "The day of the record."},
            "record": {"enum": RecordKind::ALL.map(RecordKind::name)},
            "field": {"type": "string", "description": "The field of that record."},
            "value": {"type": "string"},
        },
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "required": ["kind", "says"],
        "properties": {
            "kind": {"enum": Disputed::ALL.map(Disputed::name)},
            "says": {"type": "array", "items": said, "description": "Each value with the record that says it, oldest first."},
        },
        "additionalProperties": false,
    })
}

/// A map of record types, each a list of rows with the fields that this audience gets.
fn records(audience: Audience) -> Value {
    let mut types = Map::new();
    for kind in RecordKind::ALL {
        let fields: Map<String, Value> = kind
            .fields()
            .iter()
            .filter(|field| field.entry.rule(audience) != Rule::Withheld)
            .map(|field| (field.key.to_owned(), value(field, audience)))
            .chain(derived(kind, audience))
            .collect();
        if !fields.is_empty() {
            let row = json!({"type": "object", "properties": fields, "minProperties": 1, "additionalProperties": false});
            types.insert(
                kind.name().to_owned(),
                json!({"type": "array", "items": row, "minItems": 1}),
            );
        }
    }
    json!({"type": "object", "properties": types, "additionalProperties": false})
}

fn value(field: &Field, audience: Audience) -> Value {
    let Entry { label, kind, .. } = field.entry;
    let rule = field.entry.rule(audience);
    let what = told(rule);
    if *kind == FieldKind::CodePwbList && rule == Rule::Full {
        return json!({"type": "array", "items": {"type": "string"}, "title": label});
    }
    match rule {
        Rule::Day => {
            json!({"type": "string", "format": "date", "title": label, "description": what})
        }
        Rule::Month => {
            json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "title": label, "description": what})
        }
        Rule::Flag => json!({"const": "true", "title": label, "description": what}),
        Rule::Full => json!({"type": "string", "title": label}),
        Rule::Withheld | Rule::Name | Rule::Phone | Rule::District | Rule::Id1 | Rule::Id64 => {
            json!({"type": "string", "title": label, "description": what})
        }
    }
}

/// The fields that follow from others and are in no record.
fn derived(kind: RecordKind, audience: Audience) -> Vec<(String, Value)> {
    if kind != RecordKind::WarrantyPolicy || audience != Audience::Holder {
        return Vec::new();
    }
    [
        ("until", json!({"type": "string", "format": "date", "title": "保修到期", "description": "So many months after the sale, where its day is known."})),
        ("safe_until", json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$", "title": "安全使用至", "description": "So many months after what safe_from says: a month after that of the production, a day after that of the sale."})),
        ("safe_over", json!({"const": "true", "title": "已过安全使用期", "description": "That that day or month is over."})),
        ("safe_from", json!({"enum": ["production", "sale"], "title": "安全使用起算", "description": "The production, where its month is known; else the sale."})),
    ]
    .map(|(key, schema)| (key.to_owned(), schema))
    .into()
}

const fn told(rule: Rule) -> &'static str {
    match rule {
        Rule::Withheld => "Nothing.",
        Rule::Full => "Whole.",
        Rule::Name => "The surname and two stars.",
        Rule::Phone => "The first three and last four digits; a switchboard whole.",
        Rule::District => "Down to the district.",
        Rule::Day => "To the day.",
        Rule::Month => "To the month.",
        Rule::Id1 => "The first and the last character.",
        Rule::Id64 => "The first six and the last four.",
        Rule::Flag => "That it is there.",
    }
}

fn code() -> Value {
    let part = |what: &str| json!({"type": "string", "description": what});
    json!({
        "type": "object",
        "required": ["kind", "value", "url", "parts", "nonconforming"],
        "properties": {
            "kind": {"enum": Kind::ALL.map(Kind::keyword)},
            "value": {"type": "string", "pattern": "^[0-9A-Za-z]{9,40}$"},
            "url": {"type": "string", "format": "uri", "description": "What the sticker carries."},
            "parts": {
                "type": "object",
                "description": "In printed order.",
                "properties": {
                    "enterprise": part("Vehicle: the maker's number, 4 digits."),
                    "class": part("Vehicle: 2 is an electric bicycle."),
                    "year": part("Vehicle: 2 digits."),
                    "serial": part("Vehicle: 8 digits."),
                    "org": part("Battery: characters 9 to 16 of the maker's credit code."),
                    "own": part("Battery: the maker's own code."),
                    "division": part("Plate: where it was issued, 6 digits."),
                    "number": part("Plate: the 7 digits printed on it."),
                    "technology": part("Plate: 0 plain, 1 with a radio tag."),
                },
                "additionalProperties": false,
            },
            "nonconforming": {
                "type": "array",
                "description": "Where it departs from the letter of the standard though it resolves.",
                "items": {"enum": ["class-not-2", "own-code-too-long", "small-letters", "technology-reserved"]},
            },
        },
        "additionalProperties": false,
    })
}

fn alert() -> Value {
    json!({
        "type": "object",
        "required": ["kind"],
        "properties": {
            "kind": {"enum": ["recalled", "recycled", "cancelled", "clone", "stolen"]},
            "since": {"type": "string", "description": "A month or a day, as exactly as this audience may know.", "examples": ["2025-03"]},
            "text": {"type": "string", "description": "The notice's own words."},
        },
        "additionalProperties": false,
    })
}

fn problem() -> Value {
    let number = json!({"type": "integer", "minimum": 0});
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"enum": render::PROBLEMS.map(|kind| format!("{}{kind}", render::PROBLEM))},
            "title": {"type": "string", "description": "In the language of the request."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string", "description": "In the language of the request."},
            "kind": {"enum": ["vin", "pwb", "lic", null], "description": "not-a-code: what it was taken for."},
            "why": {
                "type": "object",
                "description": "not-a-code: what is wrong. Never what was given.",
                "required": ["reason"],
                "properties": {
                    "reason": {"enum": ["empty", "unknown-kind", "digits", "not-a-digit", "not-a-letter-or-digit", "too-short", "too-long"]},
                    "got": number, "want": number, "at": number,
                },
                "additionalProperties": false,
            },
            "code": reference("Code"),
            "allow": {"type": "string"},
            "offered": {"type": "array", "items": {"type": "string"}},
            "retryAfter": {"type": "integer", "minimum": 1, "description": "Seconds."},
            "taken": {"type": "string", "description": "body-media: the media types that are read."},
            "got": number, "least": number, "most": number,
        },
        "additionalProperties": false,
    })
}

fn codes(least: usize, most: usize) -> Value {
    json!({"type": "array", "items": reference("CodeText"), "minItems": least, "maxItems": most})
}

fn match_question() -> Value {
    let mut codes = codes(pairing::LEAST, saoma_pages::MATCH_MOST);
    if let Value::Object(codes) = &mut codes {
        codes.insert("uniqueItems".to_owned(), true.into());
        let what = "Two to six codes of different stickers: a vehicle and its batteries, a plate and its vehicle, or all of them.";
        codes.insert("description".to_owned(), what.into());
    }
    json!({
        "type": "object",
        "required": ["codes"],
        "properties": {"codes": codes},
        "additionalProperties": false,
    })
}

fn match_answer() -> Value {
    json!({
        "type": "object",
        "required": ["together", "views"],
        "properties": {
            "together": {
                "enum": [render::YES, render::NO],
                "description": "`yes` only if all of the codes are registered together. Everything else is one answer, whether a code is unknown, or belongs to something else, or its sale was not uploaded yet.",
            },
            "views": {
                "type": "array",
                "items": reference("HolderView"),
                "maxItems": saoma_pages::MATCH_MOST,
                "description": "After a yes: what the holder may see of each code, in the order of the question.",
            },
        },
        "additionalProperties": false,
    })
}

fn resolve_answer() -> Value {
    json!({
        "type": "object",
        "required": ["results"],
        "properties": {"results": {
            "type": "array",
            "maxItems": RESOLVE_MOST,
            "description": "One for each code, in the order of the question.",
            "items": {
                "type": "object",
                "required": ["status"],
                "properties": {
                    "status": {"type": "integer", "description": "As the code's own address would have answered: 200, 400, 404 or 503."},
                    "view": reference("AppView"),
                    "problem": reference("Problem"),
                },
                "additionalProperties": false,
            },
        }},
        "additionalProperties": false,
    })
}
