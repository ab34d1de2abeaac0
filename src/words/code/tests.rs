use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use proptest::prelude::*;

use super::*;

const VIN: &str = "218622108311027";
const PWB: &str = "76392965TN21080500543B48V121513522";
const LIC: &str = "33010621822480";

/// An own code of this length, of digits and capitals.
fn own(len: usize) -> String {
    ('0'..='9').chain('A'..='Z').take(len).collect()
}

fn vin(text: &str) -> Result<Code, NotACode> {
    Code::parse(Kind::Vin, text)
}

fn pwb(text: &str) -> Result<Code, NotACode> {
    Code::parse(Kind::Pwb, text)
}

fn lic(text: &str) -> Result<Code, NotACode> {
    Code::parse(Kind::Lic, text)
}

#[test]
fn the_three_examples_of_the_standard_come_apart_as_it_says() {
    let code = vin(VIN).unwrap();
    assert_eq!(
        code.parts(),
        [
            ("enterprise", "2186"),
            ("class", "2"),
            ("year", "21"),
            ("serial", "08311027")
        ]
    );
    assert_eq!(code.nonconforming(), [""; 0]);
    assert_eq!(code.maker(), Some("2186"));

    let code = pwb(PWB).unwrap();
    assert_eq!(
        code.parts(),
        [("org", "76392965"), ("own", "TN21080500543B48V121513522")]
    );
    // Annex B's own example has 26 characters where Annex B allows 24.
    assert_eq!(code.nonconforming(), ["own-code-too-long"]);
    assert_eq!(code.maker(), Some("76392965"));

    let code = lic(LIC).unwrap();
    assert_eq!(
        code.parts(),
        [
            ("division", "330106"),
            ("number", "2182248"),
            ("technology", "0")
        ]
    );
    assert_eq!(code.nonconforming(), [""; 0]);
    assert_eq!(code.maker(), None);
}

#[test]
fn whatever_was_printed_resolves() {
    let battery = |len| format!("76392965{}", own(len));
    let codes = [
        (Kind::Vin, "218622108311027".to_owned(), ""),
        (Kind::Vin, "001220000000001".to_owned(), ""),
        (Kind::Vin, "000000000000000".to_owned(), "class-not-2"),
        (Kind::Vin, "218612108311027".to_owned(), "class-not-2"),
        (Kind::Lic, "33010621822481".to_owned(), ""),
        // An abolished division, and one that never was.
        (Kind::Lic, "33010321822481".to_owned(), ""),
        (Kind::Lic, "00000000000000".to_owned(), ""),
        (
            Kind::Lic,
            "33010621822482".to_owned(),
            "technology-reserved",
        ),
        // Organisations with letters, with digits only, and an own code all of zeros.
        (Kind::Pwb, "MA00001PBAJ2DZM1002004611".to_owned(), ""),
        (Kind::Pwb, "7639296530102CHENHAI120122".to_owned(), ""),
        (Kind::Pwb, "00000000000000000".to_owned(), ""),
        (Kind::Pwb, battery(1), ""),
        (Kind::Pwb, battery(24), ""),
        (Kind::Pwb, battery(25), "own-code-too-long"),
        (Kind::Pwb, battery(26), "own-code-too-long"),
        (Kind::Pwb, battery(32), "own-code-too-long"),
        (Kind::Pwb, "76392965abC".to_owned(), "small-letters"),
        (
            Kind::Pwb,
            battery(31) + "z",
            "own-code-too-long,small-letters",
        ),
    ];
    for (kind, text, remarks) in codes {
        let code = Code::parse(kind, &text).unwrap_or_else(|why| panic!("{text}: {why:?}"));
        assert_eq!(code.kind(), kind, "{text}");
        assert_eq!(code.value(), text);
        assert_eq!(code.nonconforming().join(","), remarks, "{text}");
    }
}

#[test]
fn what_is_not_a_code_is_told_what_is_wrong_with_it() {
    use NotACode::{Digits, Empty, NotADigit, NotALetterOrDigit, TooLong, TooShort};
    let digits = |got, want| Digits { got, want };
    let cases = [
        (Kind::Vin, "", Empty),
        (Kind::Vin, "21862210831102", digits(14, 15)),
        (Kind::Vin, "2186221083110270", digits(16, 15)),
        (Kind::Vin, LIC, digits(14, 15)),
        (Kind::Vin, "2186221 8311027", NotADigit { at: 8 }),
        (Kind::Vin, " 218622108311027", NotADigit { at: 1 }),
        (Kind::Vin, "218622108311027\n", NotADigit { at: 16 }),
        (Kind::Vin, "218622108311027\0", NotADigit { at: 16 }),
        (Kind::Vin, "\0", NotADigit { at: 1 }),
        (Kind::Vin, "-18622108311027", NotADigit { at: 1 }),
        (Kind::Vin, "+18622108311027", NotADigit { at: 1 }),
        (Kind::Vin, "2186221O8311027", NotADigit { at: 8 }),
        // Digits to a reader, but folding them is the form's task, not the code's.
        (Kind::Vin, "２18622108311027", NotADigit { at: 1 }),
        (Kind::Vin, "21862210831102٧", NotADigit { at: 15 }),
        (Kind::Vin, "21862210831102🛵", NotADigit { at: 15 }),
        (Kind::Vin, "218622108311027/", NotADigit { at: 16 }),
        (Kind::Vin, "2186%32108311027", NotADigit { at: 5 }),
        (Kind::Lic, "", Empty),
        (Kind::Lic, VIN, digits(15, 14)),
        (Kind::Lic, "3301062182248", digits(13, 14)),
        (Kind::Lic, "3301062182248X", NotADigit { at: 14 }),
        (Kind::Lic, "浙B0621822480", NotADigit { at: 1 }),
        (Kind::Pwb, "", Empty),
        (Kind::Pwb, "7", TooShort { got: 1 }),
        (Kind::Pwb, "76392965", TooShort { got: 8 }),
        (Kind::Pwb, "76392965/", TooShort { got: 8 }),
        (Kind::Pwb, "7639296/5T", NotALetterOrDigit { at: 8 }),
        (Kind::Pwb, "76392965//T", NotALetterOrDigit { at: 10 }),
        (Kind::Pwb, "76392965/T/", NotALetterOrDigit { at: 11 }),
        (Kind::Pwb, "76392965-T", NotALetterOrDigit { at: 9 }),
        (Kind::Pwb, "76392965T N", NotALetterOrDigit { at: 10 }),
        (Kind::Pwb, "76392965T\0", NotALetterOrDigit { at: 10 }),
        (Kind::Pwb, "76392965Ｔ", NotALetterOrDigit { at: 9 }),
        (Kind::Pwb, "７6392965T", NotALetterOrDigit { at: 1 }),
        (Kind::Pwb, "76392965🔋", NotALetterOrDigit { at: 9 }),
        (Kind::Pwb, "763929é/T", NotALetterOrDigit { at: 7 }),
        (Kind::Pwb, "76392965T_1", NotALetterOrDigit { at: 10 }),
    ];
    for (kind, text, why) in cases {
        assert_eq!(Code::parse(kind, text), Err(why), "{kind} {text:?}");
    }
    let too_long = format!("76392965{}", own(33));
    assert_eq!(pwb(&too_long), Err(TooLong { got: 33 }));
    let too_long = format!("76392965/{}", own(33));
    assert_eq!(pwb(&too_long), Err(TooLong { got: 33 }));
}

#[test]
fn a_slash_and_an_organisations_small_letters_change_nothing() {
    let code = pwb("MA00001PxY9").unwrap();
    for same in ["MA00001P/xY9", "ma00001pxY9", "ma00001p/xY9", "Ma00001PxY9"] {
        assert_eq!(pwb(same), Ok(code), "{same}");
    }
    for other in ["MA00001PXY9", "MA00001Pxy9", "MA00001PxY", "MA00001P0xY9"] {
        assert_ne!(pwb(other).unwrap(), code, "{other}");
    }
}

#[test]
fn capitals_are_a_second_try_and_only_where_there_are_small_letters() {
    assert_eq!(
        pwb("76392965aB1").unwrap().in_capitals(),
        pwb("76392965AB1").ok()
    );
    assert_eq!(pwb("76392965AB1").unwrap().in_capitals(), None);
    assert_eq!(vin(VIN).unwrap().in_capitals(), None);
    assert_eq!(lic(LIC).unwrap().in_capitals(), None);
}

#[test]
fn an_operator_may_write_a_path_an_address_or_the_code_with_its_keyword() {
    for text in [
        "vin/218622108311027",
        "/vin/218622108311027",
        "/vin/218622108311027/",
        "  vin/218622108311027\n",
        "VIN/218622108311027",
        "http://www.pzcode.cn/vin/218622108311027",
        "https://pzcode.cn/vin/218622108311027",
        "HTTPS://WWW.PZCODE.CN/VIN/218622108311027",
        "https://127.0.0.1:8443/vin/218622108311027",
        "www.pzcode.cn/vin/218622108311027",
        "pzcode.cn/vin/218622108311027",
        "//pzcode.cn/vin/218622108311027",
        "localhost:8080/vin/218622108311027",
        "https://www.pzcode.cn/vin/218622108311027?lang=en#top",
        "https://www.pzcode.cn/vin/218622108311027/?lang=en",
        "vin/218622108311027?from=http://example.org/lic/33010621822480",
    ] {
        assert_eq!(Code::parse_any(text), vin(VIN), "{text}");
    }
    for text in [
        "pwb/76392965TN21080500543B48V121513522",
        "https://www.pzcode.cn/pwb/76392965/TN21080500543B48V121513522",
    ] {
        assert_eq!(Code::parse_any(text), pwb(PWB), "{text}");
    }
    assert_eq!(Code::parse_any("lic/33010621822480"), lic(LIC));
}

#[test]
fn without_its_keyword_nothing_is_guessed() {
    for text in [
        "",
        " ",
        "/",
        "218622108311027",
        "vin",
        "vin:218622108311027",
        "car/218622108311027",
        "vin /218622108311027",
        "ｖｉｎ/218622108311027",
        "vln/218622108311027",
        "https://www.pzcode.cn",
        "https://www.pzcode.cn/",
        "https://vin/218622108311027",
        "://",
        "?vin/218622108311027",
        "a/vin/218622108311027",
        "https://www.pzcode.cn/a.b/vin/218622108311027",
        "pzcode.cn/a.b/vin/218622108311027",
    ] {
        assert_eq!(
            Code::parse_any(text),
            Err(NotACode::UnknownKind),
            "{text:?}"
        );
    }
    assert_eq!(Code::parse_any("vin/"), Err(NotACode::UnknownKind));
    assert_eq!(Code::parse_any("vin//"), Err(NotACode::Empty));
}

#[test]
fn a_log_never_shows_a_code() {
    for code in [vin(VIN), pwb(PWB), lic(LIC)].map(Result::unwrap) {
        for shown in [
            format!("{code:?} {code:#?}"),
            format!("{:?} {:#?}", code.key(), code.key()),
        ] {
            for part in code.parts() {
                assert!(!shown.contains(part.1) || part.1.len() < 2, "{shown}");
            }
        }
    }
    assert_eq!(format!("{:?}", vin(VIN).unwrap()), "Code(vin/…)");
}

#[test]
fn a_key_is_the_kind_and_then_the_text_packed() {
    let key = vin(VIN).unwrap().key();
    assert_eq!(&*key, b"\x01\x21\x86\x22\x10\x83\x11\x02\x70");
    let key = lic(LIC).unwrap().key();
    assert_eq!(&*key, b"\x03\x33\x01\x06\x21\x82\x24\x80");
    // Z, A, z and 0 are 36, 11, 62 and 1 in six bits each.
    let key = pwb("ZAZAZAZA/z0").unwrap().key();
    let four = [0b1001_0000, 0b1011_1001, 0b0000_1011];
    assert_eq!(
        *key,
        [&[2], &four[..], &four, &[0b1111_1000, 0b0001_0000]].concat()
    );
    let longest = pwb(&format!("76392965{}", own(OWN_MAX))).unwrap();
    assert_eq!(longest.key().len(), 31);
}

#[test]
fn the_keys_of_an_organisations_batteries_begin_alike_and_no_others_do() {
    let prefix = Code::key_prefix_of(b"76392965");
    assert!(pwb(PWB).unwrap().key().starts_with(&prefix));
    assert!(!pwb("76392966A").unwrap().key().starts_with(&prefix));
}

#[test]
fn bytes_that_no_code_has_for_a_key_are_nobodys() {
    let strangers: [&[u8]; 9] = [
        b"",
        b"\x01",
        // A kind that there is not, one byte less, one more, and what no digit is.
        b"\x04\x21\x86\x22\x10\x83\x11\x02\x70",
        b"\x01\x21\x86\x22\x10\x83\x11\x02",
        b"\x01\x21\x86\x22\x10\x83\x11\x02\x70\x00",
        b"\x01\x21\x86\x22\x10\x83\x11\x02\x7a",
        // A sixteenth digit where there are fifteen.
        b"\x01\x21\x86\x22\x10\x83\x11\x02\x71",
        // An organisation in small letters, and a text that goes on after its end.
        &Key::of(Kind::Pwb, b"ma00001pT1"),
        &[&*Key::of(Kind::Pwb, b"MA00001PT1"), &[0, 64]].concat(),
    ];
    for key in strangers {
        assert_eq!(Code::from_key(key), None, "{key:?}");
    }
}

fn printed() -> impl Strategy<Value = (Kind, String)> {
    prop_oneof![
        "[0-9]{15}".prop_map(|text| (Kind::Vin, text)),
        "[0-9]{14}".prop_map(|text| (Kind::Lic, text)),
        "[0-9A-Z]{8}[0-9A-Za-z]{1,32}".prop_map(|text| (Kind::Pwb, text)),
    ]
}

/// Codes close to each other, so that a prefix or a change of case is often the only difference.
fn neighbour() -> impl Strategy<Value = (Kind, String)> {
    prop_oneof![
        "00000[0-1]{10}".prop_map(|text| (Kind::Vin, text)),
        "00000[0-1]{9}".prop_map(|text| (Kind::Lic, text)),
        "[aA]{8}[/]?[aA0]{1,4}".prop_map(|text| (Kind::Pwb, text)),
    ]
}

/// The documented foldings, said in another way than the parser does.
fn folded(kind: Kind, text: &str) -> String {
    let (org, own) = match kind {
        Kind::Pwb => text.split_at(ORG_LEN),
        Kind::Vin | Kind::Lic => ("", text),
    };
    org.to_uppercase() + own.trim_start_matches('/')
}

fn hash(code: Code) -> u64 {
    let mut hasher = DefaultHasher::new();
    code.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #[test]
    fn parsing_what_is_printed_gives_the_same_code((kind, text) in printed()) {
        let code = Code::parse(kind, &text).unwrap();
        prop_assert_eq!(code.value(), &text);
        prop_assert_eq!(code.as_bytes(), text.as_bytes());
        prop_assert_eq!(Code::parse(kind, code.value()), Ok(code));
        prop_assert_eq!(Code::parse_any(&code.path().to_string()), Ok(code));
        let parts: String = code.parts().into_iter().map(|(_, part)| part).collect();
        prop_assert_eq!(parts, text);
    }

    #[test]
    fn two_texts_are_one_code_only_where_the_foldings_say_so(
        (kind, text) in neighbour(),
        (other_kind, other_text) in neighbour(),
    ) {
        let code = Code::parse(kind, &text).unwrap();
        let other = Code::parse(other_kind, &other_text).unwrap();
        let same = kind == other_kind && folded(kind, &text) == folded(kind, &other_text);
        prop_assert_eq!(code == other, same);
        prop_assert_eq!(*code.key() == *other.key(), same);
        prop_assert_eq!(code.cmp(&other).is_eq(), same);
        if same {
            prop_assert_eq!(hash(code), hash(other));
        }
    }

    #[test]
    fn keys_are_ordered_as_their_codes_are(
        (kind, text) in neighbour(),
        (other_kind, other_text) in neighbour(),
    ) {
        let code = Code::parse(kind, &text).unwrap();
        let other = Code::parse(other_kind, &other_text).unwrap();
        prop_assert_eq!((*code.key()).cmp(&*other.key()), code.cmp(&other));
        prop_assert_eq!(code.key().cmp(&other.key()), code.cmp(&other));
        if kind == other_kind {
            prop_assert_eq!(code.value().cmp(other.value()), code.cmp(&other));
        }
    }

    #[test]
    fn a_key_gives_back_its_code((kind, text) in printed()) {
        let code = Code::parse(kind, &text).unwrap();
        prop_assert_eq!(Code::from_key(&code.key()), Some(code));
    }

    #[test]
    fn a_key_read_from_any_bytes_is_that_codes_key(bytes: Vec<u8>) {
        if let Some(code) = Code::from_key(&bytes) {
            prop_assert_eq!(&*code.key(), &*bytes);
        }
    }

    #[test]
    fn hostile_text_is_refused_or_printable(text: String) {
        for kind in Kind::ALL {
            if let Ok(code) = Code::parse(kind, &text) {
                prop_assert_eq!(Code::parse(kind, code.value()), Ok(code));
            }
        }
        if let Ok(code) = Code::parse_any(&text) {
            prop_assert_eq!(Code::parse_any(&code.path().to_string()), Ok(code));
        }
    }

    #[test]
    fn hostile_text_near_a_code_is_refused_or_printable(
        text in "(https?://)?([a-z.]{0,3}/)?/?(vin|PWB|Lic)?/[0-9A-Za-z/?#. é０-９\u{0}]{0,44}/?",
    ) {
        if let Ok(code) = Code::parse_any(&text) {
            prop_assert_eq!(Code::parse_any(&code.path().to_string()), Ok(code));
            prop_assert_eq!(Code::from_key(&code.key()), Some(code));
        }
    }
}
