//! What the staff door answers is what `/openapi.json` says.

use jsonschema::options;
use saoma_pages::Audience;
use serde_json::{Value, json};

use crate::{
    support::{Answer, Office, ask, bearer},
    world::{CODES, LIC, VIN, everything, number},
};

/// A plate that was given to two vehicles.
const TWICE: &str = "lic/33010621822490";
const OTHER: &str = "vin/218622203150042";

fn registration(id: &str, vin: &str, at: &str) -> String {
    json!({
        "id": id, "record": "registration.plate", "source": "113301000024894011", "at": at,
        "subject": TWICE, "fields": {"XingMing": "张三丰", "ZhenCheBM": number(vin)},
    })
    .to_string()
}

/// The document, followed through its references.
struct Contract(Value);

impl Contract {
    fn follow<'d>(&'d self, value: &'d Value) -> &'d Value {
        match value["$ref"].as_str() {
            None => value,
            Some(to) => self.follow(self.0.pointer(to.strip_prefix('#').unwrap()).unwrap()),
        }
    }

    fn check(&self, method: &str, path: &str, answer: &Answer) {
        let operation = &self.0["paths"][path][method];
        let status = answer.status.to_string();
        let response = self.follow(&operation["responses"][&status]);
        assert!(
            response.is_object(),
            "{method} {path} {status} is not documented"
        );
        for (name, _header) in response["headers"].as_object().into_iter().flatten() {
            assert_ne!(
                answer.header(name),
                "",
                "{method} {path} {status}: no {name}"
            );
        }
        let Some(content) = response["content"].as_object() else {
            assert!(
                answer.body.is_empty(),
                "{method} {path} {status} has a body"
            );
            return;
        };
        let media = answer.header("content-type").split(';').next().unwrap();
        let body = content
            .get(media)
            .unwrap_or_else(|| panic!("{method} {path} {status}: {media} is not documented"));
        if !media.ends_with("json") {
            return;
        }
        let mut schema = body["schema"].clone();
        schema["components"] = self.0["components"].clone();
        let validator = options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        let value = answer.json();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{method} {path}: {wrong:#?}\n{value:#}");
    }
}

#[tokio::test]
async fn what_the_staff_door_answers_is_what_the_document_says() {
    let mut lines = everything();
    lines.push(registration("t1", VIN, "2022-02-01T00:00:00+08:00"));
    lines.push(registration("t2", OTHER, "2022-03-01T00:00:00+08:00"));
    let office = Office::open(&lines).await;
    let contract = Contract(
        ask(office.staff, "GET", "/openapi.json", &[], "")
            .await
            .json(),
    );
    let path = |code: &str| {
        let kind = code.split('/').next().unwrap();
        format!("/{kind}/{{{kind}}}.json")
    };
    for audience in [Audience::App, Audience::Recycler, Audience::Police] {
        let token = bearer(&office.token(audience).0);
        for code in CODES.into_iter().chain([TWICE, OTHER, "vin/1"]) {
            let answer = office.get(&format!("/{code}.json"), &[&token]).await;
            contract.check("get", &path(code), &answer);
            let tag = format!("If-None-Match: {}", answer.header("etag"));
            let again = office.get(&format!("/{code}.json"), &[&token, &tag]).await;
            contract.check("get", &path(code), &again);
        }
    }
    for lines in [&[][..], &["Authorization: Bearer a.b.c"]] {
        let answer = office.get(&format!("/{LIC}.json"), lines).await;
        assert_eq!(answer.status, 401);
        contract.check("get", &path(LIC), &answer);
    }
    let (app, _) = office.token(Audience::App);
    let many = json!({"codes": vec![VIN; 101]}).to_string();
    let huge = format!("{{\"codes\":[\"{}\"]}}", "a".repeat(70_000));
    for body in [
        json!({"codes": [VIN, LIC, "vin/218622108311099", "x"]}).to_string(),
        "{".to_owned(),
        many,
        huge,
    ] {
        contract.check("post", "/v1/resolve", &office.post(&app, &body).await);
    }
    let one = json!({"codes": [VIN]}).to_string();
    let (police, _) = office.token(Audience::Police);
    for (token, status) in [(police.as_str(), 403), ("a.b.c", 401)] {
        let answer = office.post(token, &one).await;
        assert_eq!(answer.status, status);
        contract.check("post", "/v1/resolve", &answer);
    }
    let token = bearer(&app);
    for (method, lines, status) in [
        ("GET", &[token.as_str()][..], 405),
        ("POST", &[&token, "Content-Type: text/plain"], 415),
    ] {
        let answer = ask(office.staff, method, "/v1/resolve", lines, &one).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        contract.check("post", "/v1/resolve", &answer);
    }
}

#[tokio::test]
async fn police_see_what_contradicts_what_and_the_log_says_which_fields_they_saw() {
    let mut lines = everything();
    lines.push(registration("t1", VIN, "2022-02-01T00:00:00+08:00"));
    lines.push(registration("t2", OTHER, "2022-03-01T00:00:00+08:00"));
    let office = Office::open(&lines).await;
    let target = format!("/{TWICE}.json");
    let seen = office.get_as(Audience::Police, &target).await.json();
    let said = |at: &str, vin: &str| json!({"at": at, "record": "registration.plate", "field": "ZhenCheBM", "value": number(vin)});
    assert_eq!(
        seen["conflicts"],
        json!([{"kind": "plate-on-two-vehicles",
            "says": [said("2022-02-01", VIN), said("2022-03-01", OTHER)]}])
    );
    let log = office.log();
    let fields = log.last().unwrap()["fields"].as_array().unwrap();
    assert!(
        fields.contains(&"registration.plate/ZhenCheBM".into()),
        "{fields:?}"
    );
    let cookie = format!("Cookie: __Host-saoma={}", office.token(Audience::Police).0);
    let lines = [&cookie, "Accept: text/html", "Accept-Language: en"];
    let page = office.get(&format!("/{TWICE}"), &lines).await;
    for text in ["contradict each other", number(VIN), number(OTHER)] {
        assert!(page.text().contains(text), "{text}");
    }
    for audience in [Audience::App, Audience::Recycler] {
        let seen = office.get_as(audience, &target).await;
        assert!(!seen.text().contains("conflicts"), "{}", seen.text());
    }
}
