use std::collections::BTreeSet;

use jsonschema::{Validator, options};
use serde_json::{Value, json};

use crate::{
    matching::Place,
    support::{Answer, Door, LIC, PWB, VIN},
};

/// The document, and who checks what against it.
struct Contract(Value);

impl Contract {
    async fn of(door: &Door) -> Self {
        let answer = door.get("/openapi.json", &[]).await;
        assert_eq!(answer.status, 200);
        Self(answer.json())
    }

    /// What a reference, if it is one, leads to.
    fn follow<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str() {
            None => value,
            Some(to) => {
                let place = to.strip_prefix('#').unwrap();
                let found = self
                    .0
                    .pointer(place)
                    .unwrap_or_else(|| panic!("{to} leads nowhere"));
                self.follow(found)
            }
        }
    }

    /// A schema of the document, with everything that it may refer to.
    fn validator(&self, schema: &Value) -> Validator {
        let mut whole = schema.clone();
        whole["components"] = self.0["components"].clone();
        options()
            .should_validate_formats(true)
            .build(&whole)
            .unwrap()
    }

    fn check(&self, method: &str, path: &str, what: &str, answer: &Answer) {
        let operation = &self.0["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} is not documented");
        let status = answer.status.to_string();
        let response = self.follow(&operation["responses"][&status]);
        assert!(
            response.is_object(),
            "{method} {path} {status} ({what}) is not documented"
        );
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            assert!(!self.follow(header).is_null());
            let value = answer.header(&name.to_ascii_lowercase());
            assert!(!value.is_empty(), "{what}: no {name}");
        }
        let Some(content) = response["content"].as_object() else {
            assert!(answer.body.is_empty(), "{what} has a body");
            return;
        };
        let said = answer.header("content-type").split(';').next().unwrap();
        let body = content
            .get(said)
            .unwrap_or_else(|| panic!("{what}: {said} is not documented"));
        if said.ends_with("json") {
            let validator = self.validator(&body["schema"]);
            let value = answer.json();
            let wrong: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(wrong.is_empty(), "{what}: {wrong:#?}\n{value:#}");
        }
    }
}

const PAGE: &str = "Accept: text/html";
const DATA: &str = "Accept: application/json";

#[tokio::test]
async fn real_answers_of_every_kind_are_what_the_document_says() {
    let place = Place::new();
    let door = place.door().await;
    let contract = Contract::of(&door).await;
    let known = [
        ("vin", "vin", VIN),
        ("vin", "vin", "vin/218622203150042"),
        ("vin", "vin", "vin/218622108311028"),
        ("vin", "vin", "vin/2186"),
        ("pwb", "pwb", PWB),
        ("pwb", "pwb", "pwb/76392965TN22010100001A48V12"),
        ("pwb", "pwb", "pwb/76392965tn21080500543b48v121513522"),
        ("lic", "lic", LIC),
        ("lic", "lic", "lic/33010621822490"),
    ];
    for (kind, part, code) in known {
        for ending in ["", ".json", ".qr.svg", ".qr.png"] {
            let path = format!("/{kind}/{{{part}}}{ending}");
            for accept in [PAGE, DATA, "Accept: image/gif", "Accept-Language: en"] {
                let target = format!("/{code}{ending}");
                let answer = door.get(&target, &[accept]).await;
                contract.check("get", &path, &target, &answer);
                let tag = format!("If-None-Match: {}", answer.header("etag"));
                let again = door.get(&target, &[accept, &tag]).await;
                contract.check("get", &path, &target, &again);
            }
        }
        let refused = door.ask("PUT", &format!("/{code}"), &[]).await;
        let known = refused.status == 405;
        assert!(known, "{code}");
        contract.check("get", &format!("/{kind}/{{{part}}}"), "PUT", &refused);
    }
    let two = "/pwb/76392965/TN21080500543B48V121513522.json";
    contract.check(
        "get",
        "/pwb/{org}/{own}.json",
        two,
        &door.get(two, &[]).await,
    );
    for (path, targets) in [
        ("/", &["/"][..]),
        ("/privacy", &["/privacy?lang=en"]),
        ("/robots.txt", &["/robots.txt"]),
        ("/icon.svg", &["/icon.svg"]),
        ("/openapi.json", &["/openapi.json"]),
        ("/.well-known/security.txt", &["/.well-known/security.txt"]),
        (
            "/find",
            &["/find?code=218622108311027", "/find?code=1", "/find"],
        ),
        ("/match", &["/match", "/match?code=1"]),
    ] {
        for target in targets {
            for accept in [PAGE, DATA] {
                contract.check("get", path, target, &door.get(target, &[accept]).await);
            }
        }
    }
}

#[tokio::test]
async fn real_pair_checks_are_what_the_document_says() {
    let place = Place::new();
    let door = place.door().await;
    let contract = Contract::of(&door).await;
    let asked = |codes: &[&str]| json!({ "codes": codes }).to_string();
    let json = "application/json";
    let long = "a".repeat(5000);
    for (media, body) in [
        (json, asked(&[VIN, PWB, LIC])),
        (json, asked(&["vin/218622203150043", "pwb/76392965SET1"])),
        (json, asked(&[VIN, "76392965NONE"])),
        (json, asked(&[VIN])),
        (json, asked(&[VIN, "1"])),
        (json, "{".to_owned()),
        ("text/plain", String::new()),
        (json, long),
    ] {
        for accept in [PAGE, DATA, "Accept: image/gif"] {
            let answer = door.post("/match", media, &body, &[accept]).await;
            contract.check("post", "/match", &body, &answer);
        }
    }
    let strict = place.door_for(1, 1).await;
    let _first = strict.post("/match", json, "{}", &[]).await;
    let second = strict.post("/match", json, "{}", &[]).await;
    assert_eq!(second.status, 429);
    contract.check("post", "/match", "too many", &second);
}

#[tokio::test]
async fn an_outage_is_what_the_document_says() {
    let door = Door::open().await;
    let contract = Contract::of(&door).await;
    door.shelf.fail(true);
    let answer = door.get(&format!("/{VIN}.json"), &[]).await;
    assert_eq!(answer.status, 503);
    contract.check("get", "/vin/{vin}.json", "an outage", &answer);
    let answer = door.post("/match", "application/json", "{}", &[]).await;
    assert_eq!(answer.status, 503);
    contract.check("post", "/match", "an outage", &answer);
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_example_is_one() {
    let door = Door::open().await;
    let contract = Contract::of(&door).await;
    let mut examples = 0;
    let mut ids = BTreeSet::new();
    let mut left = vec![&contract.0];
    while let Some(value) = left.pop() {
        contract.follow(value);
        if let Some(id) = value["operationId"].as_str() {
            assert!(ids.insert(id), "two operations are called {id}");
        }
        if let Some(schema) = value.get("schema") {
            let validator = contract.validator(schema);
            let given = value.get("examples").and_then(Value::as_object);
            let given = given.into_iter().flatten().map(|(_, one)| &one["value"]);
            for example in given.chain(value.get("example")) {
                examples += 1;
                let wrong = validator.validate(example);
                assert!(wrong.is_ok(), "{wrong:?}: {example:#}");
            }
        }
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(members) => left.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    assert!(examples > 20 && ids.len() > 30, "{examples} {}", ids.len());
}

#[tokio::test]
async fn the_document_is_compressed_and_named_and_readable_by_any_site() {
    let door = Door::open().await;
    let plain = door.get("/openapi.json", &[]).await;
    let small = door.get("/openapi.json", &["Accept-Encoding: br"]).await;
    assert_eq!(small.header("content-encoding"), "br");
    assert!(
        small.body.len() * 5 < plain.body.len(),
        "{}",
        small.body.len()
    );
    assert_eq!(plain.header("access-control-allow-origin"), "*");
    let tag = format!("If-None-Match: {}", plain.header("etag"));
    assert_eq!(door.get("/openapi.json", &[&tag]).await.status, 304);
    assert_eq!(plain.json()["servers"][0]["url"], "https://www.pzcode.cn");
}
