use http::Request;

use super::*;

fn read(method: &str, target: &str, headers: &[(&str, &str)]) -> Result<Ask, Refusal> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    Ask::read(&parts, &Manner::of(&parts))
}

fn get(target: &str) -> Result<Ask, Refusal> {
    read("GET", target, &[("host", "h")])
}

fn vin() -> Code {
    Code::parse(Kind::Vin, "218622108311027").unwrap()
}

fn pwb() -> Code {
    Code::parse(Kind::Pwb, "76392965TN21080500543B48V121513522").unwrap()
}

#[test]
fn every_spelling_of_an_address_asks_for_its_code() {
    let cases = [
        ("/vin/218622108311027", vin(), Shape::Page),
        ("/vin/218622108311027/", vin(), Shape::Page),
        ("/vin/218622108311027?x=1", vin(), Shape::Page),
        (
            "http://www.pzcode.cn/vin/218622108311027",
            vin(),
            Shape::Page,
        ),
        ("/vin/218622108311027.json", vin(), Shape::Json),
        ("/vin/218622108311027.qr.svg", vin(), Shape::QrSvg),
        ("/vin/218622108311027.qr.png", vin(), Shape::QrPng),
        (
            "/pwb/76392965TN21080500543B48V121513522",
            pwb(),
            Shape::Page,
        ),
        (
            "/pwb/76392965/TN21080500543B48V121513522",
            pwb(),
            Shape::Page,
        ),
        (
            "/pwb/76392965/TN21080500543B48V121513522.json",
            pwb(),
            Shape::Json,
        ),
    ];
    for (target, code, shape) in cases {
        assert_eq!(get(target), Ok(Ask::Sticker { code, shape }), "{target}");
    }
}

#[test]
fn an_upper_case_keyword_moves_to_the_one_true_address() {
    let moved = |suffix| {
        Ok(Ask::Moved {
            code: vin(),
            suffix,
        })
    };
    assert_eq!(get("/VIN/218622108311027"), moved(""));
    assert_eq!(get("/Vin/218622108311027.json"), moved(".json"));
    assert_eq!(get("/VIN/218622108311027?a=b&lang=en"), moved(""));
}

#[test]
fn what_is_no_code_is_told_why_and_what_is_no_page_is_not_taken_for_one() {
    let not = |kind, why| {
        Err(Refusal::NotACode {
            kind: Some(kind),
            why,
        })
    };
    let digits = |got| NotACode::Digits { got, want: 15 };
    assert_eq!(get("/vin/21862210831102"), not(Kind::Vin, digits(14)));
    assert_eq!(get("/vin"), not(Kind::Vin, NotACode::Empty));
    assert_eq!(get("/vin/"), not(Kind::Vin, NotACode::Empty));
    assert_eq!(
        get("/vin/218622108311027//"),
        not(Kind::Vin, NotACode::NotADigit { at: 16 })
    );
    assert_eq!(
        get("/vin/%32"),
        not(Kind::Vin, NotACode::NotADigit { at: 1 })
    );
    for target in ["//vin/218622108311027", "/x", "/vin2/1", "/../etc/passwd"] {
        assert_eq!(get(target), Err(Refusal::NoSuchPage), "{target}");
    }
}

#[test]
fn a_message_that_could_be_two_is_refused() {
    let target = "/vin/218622108311027";
    let long = format!("{target}?{}", "a".repeat(URI_MAX));
    let cases: [(&str, &[(&str, &str)]); 6] = [
        (target, &[]),
        (target, &[("host", "a"), ("host", "b")]),
        (target, &[("host", "a b")]),
        (target, &[("host", "a"), ("content-length", "5")]),
        (target, &[("host", "a"), ("transfer-encoding", "chunked")]),
        (&long, &[("host", "a")]),
    ];
    for (target, headers) in cases {
        let refused = read("GET", target, headers);
        assert_eq!(refused, Err(Refusal::BadRequest), "{headers:?}");
    }
}

#[test]
fn other_methods_are_told_which_there_are() {
    for method in ["POST", "PUT", "DELETE", "TRACE", "BREW"] {
        let refused = read(method, "/", &[("host", "h")]);
        assert!(matches!(refused, Err(Refusal::Method { .. })), "{method}");
    }
    let preflight = read("OPTIONS", "/vin/1", &[("host", "h")]);
    assert_eq!(
        preflight,
        Ok(Ask::Preflight {
            allow: reply::ALLOWED
        })
    );
}

#[test]
fn what_was_typed_into_the_form_is_unescaped_and_found() {
    let typed = Ok(Ask::Typed { code: vin() });
    assert_eq!(get("/find?code=2186+2210-8311%20027"), typed);
    assert_eq!(
        get("/find?code=%EF%BC%92%EF%BC%91%EF%BC%98622108311027"),
        typed
    );
    assert_eq!(
        get("/find?code=https%3A%2F%2Fwww.pzcode.cn%2Fvin%2F218622108311027"),
        typed
    );
    assert_eq!(
        get("/find"),
        Err(Refusal::NotACode {
            kind: None,
            why: NotACode::Empty
        })
    );
    assert!(get("/find?code=%ff%zz").is_err());
}
