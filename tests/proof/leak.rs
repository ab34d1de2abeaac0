//! Canaries: values that occur nowhere else, in every field that is not open, of every type of
//! record. None comes out anywhere, beyond what its mask leaves.

use serde_json::{Map, Value};

use super::{
    canaries::{broken, clean, records},
    sample::*,
    support::{Answer, Place, Serving},
};

/// What the log says, without the numbers that a clock or a process-wide key draws: over thousands
/// of lines one of those holds any six digits sooner or later, and would be taken for a leak.
fn said_in(log: &str) -> String {
    let drawn = |(key, value): (&String, &Value)| match key.as_str() {
        "timestamp" => value.as_str().is_some_and(|at| at.len() == 27),
        "code" | "micros" => value.is_u64(),
        _ => false,
    };
    let line = |line: &str| match serde_json::from_str::<Map<String, Value>>(line) {
        Ok(mut said) => {
            said.retain(|key, value| !drawn((key, value)));
            Value::Object(said).to_string()
        }
        Err(_) => line.to_owned(),
    };
    log.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// An answer as its reader has it, without the clock's own line: that may hold any time of day, a
/// canary's among them.
fn told(answer: &Answer) -> String {
    let head = answer.head.iter().map(String::as_str);
    let head: Vec<&str> = head
        .filter(|line| !line.to_ascii_lowercase().starts_with("date:"))
        .collect();
    let body = answer.plain();
    format!("{}\n{}", head.join("\n"), String::from_utf8_lossy(&body))
}

/// Everything that a public door says: every address, form, language and encoding.
fn crawl(door: &Serving, mut seen: impl FnMut(&str, &str)) {
    let mut targets: Vec<String> = [
        "/",
        "/find",
        "/find?code=13971003500",
        "/privacy",
        "/robots.txt",
        "/.well-known/security.txt",
        "/icon.svg",
        "/openapi.json",
        "/match",
        "/healthz",
        "/metrics",
        "/nowhere",
        "/vin/1",
        "/pwb/%E5%BC%A0",
        "/VIN/218622108311027",
        "/lic/33010699999990",
    ]
    .map(str::to_owned)
    .to_vec();
    for code in CODES.into_iter().chain(["vin/218622108311029"]) {
        targets.extend(
            [
                "",
                "/",
                ".json",
                ".qr.svg",
                ".qr.png",
                "?lang=en",
                ".json?lang=en",
            ]
            .map(|end| format!("/{code}{end}")),
        );
    }
    targets.push("/pwb/76392965/TN21080500543B48V121513522".to_owned());
    for target in &targets {
        for accept in ["text/html", "application/json", "image/png", "*/*"] {
            for rest in [
                "Accept-Encoding: br",
                "Accept-Encoding: gzip",
                "Accept-Encoding: zstd",
                "Accept-Language: en",
            ] {
                let answer = door.get(target, &[&format!("Accept: {accept}"), rest]);
                seen(target, &told(&answer));
            }
        }
        for method in ["HEAD", "POST", "OPTIONS", "DELETE"] {
            let answer = door.ask(method, target, &["Content-Length: 0"]);
            seen(target, &told(&answer));
        }
    }
}

#[test]
fn no_canary_comes_out_of_any_public_place() {
    let place = Place::new();
    let (records, forbidden) = records();
    assert!(
        forbidden.len() > 60,
        "most fields have a canary: {}",
        forbidden.len()
    );
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    place.write("good", lines.join("\n"));
    let said = place.saoma(&["import", "good"]);
    let rejected = place.read("good.rejected.ndjson");
    assert_eq!(said.code, Some(0), "every canary gets in: {rejected}");
    clean("what import says", &(said.out + &said.err), &forbidden);
    // Something for the list of conflicts.
    place.take(
        "more",
        &[
            sale("s1", "vin/218622108311028", &[PWB], "2022-01-01T00:00:00Z"),
            plate("p1", "lic/33010621822490", VIN, &[], "2022-01-01T00:00:00Z"),
            battery("b1", "pwb/ABCDEFGH1"),
            maker("m1", "示例电池股份有限公司", CELLS),
        ],
    );
    assert_eq!(place.lines("more.conflicts.ndjson").len(), 2);
    clean(
        "the list of conflicts",
        &place.read("more.conflicts.ndjson"),
        &forbidden,
    );

    let broken = broken(&records);
    place.write("broken", broken.join(&b'\n'));
    let said = place.saoma(&["import", "broken", "--encoding", "utf-8"]);
    assert_eq!(said.code, Some(3));
    clean(
        "what import says of broken lines",
        &(said.out + &said.err),
        &forbidden,
    );
    let rejected = place.lines("broken.rejected.ndjson").len();
    assert!(
        rejected * 10 > broken.len() * 6,
        "{rejected} of {}",
        broken.len()
    );
    clean(
        "the list of rejects",
        &place.read("broken.rejected.ndjson"),
        &forbidden,
    );
    clean(
        "the list of conflicts",
        &place.read("broken.conflicts.ndjson"),
        &forbidden,
    );

    for form in [
        &["show", VIN][..],
        &["show", PWB, "--json"],
        &["show", LIC],
        &["label", VIN],
        &["show", "张qzx001wvk"],
    ] {
        let said = place.saoma(form);
        clean("a command", &(said.out + &said.err), &forbidden);
    }
    for command in [
        "import",
        "show",
        "serve",
        "demo",
        "label",
        "reproject",
        "check-config",
        "",
    ] {
        let said = place.saoma(&[command, "--help"][usize::from(command.is_empty())..]);
        clean("help", &(said.out + &said.err), &forbidden);
    }
}

#[test]
fn no_answer_and_no_log_line_of_a_public_door_holds_a_canary_or_another_code() {
    let place = Place::new();
    let (records, forbidden) = records();
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    place.take("good", &lines);
    let door = place.serve(&[("SAOMA_LOG_LEVEL", "trace")]);
    let mut found = 0;
    crawl(&door, |target, text| {
        clean(target, text, &forbidden);
        found += usize::from(text.contains(" 200 "));
        // Rule 4: a page names no other code.
        for code in CODES {
            let own = target
                .to_lowercase()
                .replace("/tn", "tn")
                .contains(&value(code).to_lowercase());
            assert!(
                own || !text.contains(value(code)),
                "{target} names {code}: {text}"
            );
        }
    });
    assert!(found > 100, "only {found} answers showed anything");
    let log = door.running.log();
    assert!(
        log.lines().count() > 500,
        "the log says something of each answer"
    );
    clean("the log", &said_in(&log), &forbidden);
    for code in CODES {
        assert!(!log.contains(value(code)), "the log holds a code whole");
    }
    assert!(
        !log.contains("13971003500") && !log.contains("127.0.0.1:5"),
        "what was typed, or who asked"
    );
}
