use proptest::prelude::*;

use super::*;

/// Published ones: the usual textbook example, a government office and a public institution. The
/// last two have letters after H in their bodies, whose values differ between the two standards.
const REAL: [&str; 3] = [
    "91350100M000100Y43",
    "11332500MB1601924J",
    "12440600MB2C07549J",
];

fn with(text: &str, at: usize, byte: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = byte;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn published_credit_codes_are_accepted() {
    for text in REAL {
        let code = CreditCode::parse(text).unwrap();
        assert_eq!(code.as_str(), text);
        assert_eq!(code.to_string(), text);
    }
    let bodies = REAL.map(|text| CreditCode::parse(text).unwrap().org_body().to_owned());
    assert_eq!(bodies, ["M000100Y", "MB160192", "MB2C0754"]);
}

#[test]
fn known_organisations_get_their_known_check_characters() {
    let known = [
        ("00248940", "1"),
        ("MB160192", "4"),
        ("MB2C0754", "9"),
        ("M000100Y", "4"),
        ("76392965", "1"),
        ("MA2RJ6WH", "8"),
        // Sums that leave 0 and 1: an 11 written 0, and a 10 written X.
        ("00000000", "0"),
        ("00000006", "X"),
    ];
    for (body, check) in known {
        let code = CreditCode::complete("91330100", body).unwrap();
        assert_eq!(code.as_str().get(ORG_END..=ORG_END), Some(check), "{body}");
        assert_eq!(CreditCode::parse(code.as_str()), Ok(code));
    }
}

#[test]
fn a_remainder_of_nothing_is_written_0() {
    // Seventeen zeros sum to nothing; 31 − 0 has no character of its own.
    assert!(CreditCode::parse("000000000000000000").is_ok());
}

#[test]
fn small_letters_are_raised() {
    assert_eq!(
        CreditCode::parse("91350100m000100y43"),
        CreditCode::parse(REAL[0])
    );
    assert_eq!(
        CreditCode::complete("a1350100", "m000100y"),
        CreditCode::complete("A1350100", "M000100Y")
    );
}

#[test]
fn what_is_not_a_credit_code_is_told_what_is_wrong_with_it() {
    use NotAParty::{Character, Check, Length, OrgCheck};
    let cases = [
        ("", Length { got: 0 }),
        ("91350100M000100Y4", Length { got: 17 }),
        ("91350100M000100Y433", Length { got: 19 }),
        // Fifteen digits: the old registration number.
        ("330106000012345", Length { got: 15 }),
        ("91350100M000100Y4Z", Character { at: 18 }),
        ("9I350100M000100Y43", Character { at: 2 }),
        ("91350100MO00100Y43", Character { at: 10 }),
        ("91350100m0001s0Y43", Character { at: 14 }),
        ("91350100V000100Y43", Character { at: 9 }),
        (" 91350100M000100Y43", Character { at: 1 }),
        ("91350100M000100Y-43", Character { at: 17 }),
        ("９1350100M000100Y43", Character { at: 1 }),
        ("91350100M000100Y4\0", Character { at: 18 }),
        ("浙", Character { at: 1 }),
        ("91350100M000100Y42", Check),
        ("91350100M000100Y34", Check),
        // The last character fits, the seventeenth does not.
        ("91350100M000100Y56", OrgCheck),
    ];
    for (text, why) in cases {
        assert_eq!(CreditCode::parse(text), Err(why), "{text:?}");
    }
}

#[test]
fn a_party_cannot_be_completed_from_what_is_too_long_or_not_of_its_alphabet() {
    use NotAParty::{Character, Length};
    let complete = CreditCode::complete;
    assert_eq!(complete("9133010", "76392965"), Err(Length { got: 17 }));
    assert_eq!(complete("91330100", "763929651"), Err(Length { got: 19 }));
    assert_eq!(complete("91330100", "7639296I"), Err(Character { at: 16 }));
}

#[test]
fn neither_a_log_nor_a_reason_shows_a_credit_code() {
    let code = CreditCode::parse(REAL[0]).unwrap();
    assert_eq!(format!("{code:?}"), "CreditCode(91…)");
    for bad in ["91350100M000100Y42", "91350100M000100Y4Z", "91350100M0001"] {
        let why = CreditCode::parse(bad).unwrap_err().to_string();
        assert!(!why.contains(bad.get(8..).unwrap()), "{why}");
    }
}

fn party() -> impl Strategy<Value = CreditCode> {
    let letters = "[0-9A-HJ-NP-RTUWXY]{8}";
    (letters, letters).prop_map(|(head, body)| CreditCode::complete(&head, &body).unwrap())
}

proptest! {
    #[test]
    fn parsing_what_is_printed_gives_the_same_party(code in party()) {
        prop_assert_eq!(CreditCode::parse(code.as_str()), Ok(code));
        prop_assert_eq!(code.as_str().get(8..16), Some(code.org_body()));
    }

    #[test]
    fn every_single_wrong_character_is_caught(code in party()) {
        for at in 0..CREDIT_LEN {
            for &byte in ALPHABET {
                let text = with(code.as_str(), at, byte);
                if text != code.as_str() {
                    // Always by the whole's check, whatever the organisation's says.
                    prop_assert_eq!(CreditCode::parse(&text), Err(NotAParty::Check));
                }
            }
        }
    }

    #[test]
    fn two_exchanged_characters_are_caught_but_for_the_first_with_the_last(code in party()) {
        for one in 0..CREDIT_LEN {
            for other in one + 1..CREDIT_LEN {
                let mut bytes = code.0;
                bytes.swap(one, other);
                let text = std::str::from_utf8(&bytes).unwrap();
                let blind = (one, other) == (0, CREDIT_LEN - 1) || text == code.as_str();
                prop_assert_eq!(CreditCode::parse(text).is_ok(), blind, "{} {}", one, other);
            }
        }
    }

    #[test]
    fn hostile_text_is_refused_or_printable(text: String) {
        if let Ok(code) = CreditCode::parse(&text) {
            prop_assert_eq!(code.as_str(), text.to_ascii_uppercase());
        }
    }
}
