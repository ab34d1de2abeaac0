//! Whatever is cast is what the mould was made of, with its holes filled, plain and squeezed.

use std::io::Read as _;

use proptest::prelude::*;

use super::*;
use crate::words::code::Kind;

fn read(stream: &[u8]) -> String {
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(stream);
    decoder.read_to_string(&mut text).unwrap();
    text
}

fn code() -> Code {
    Code::parse(Kind::Vin, "218622108311027").unwrap()
}

/// A stretch of a page: text, or one of the holes.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Code(usize, usize),
    Value(usize),
    Moment,
}

const VALUES: usize = 4;

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![
        4 => ("[a-z<> 车架电池]{0,30}", 1..4_usize).prop_map(|(text, times)| Part::Text(text.repeat(times))),
        2 => (0..15_usize, 1..15_usize).prop_map(|(from, length)| Part::Code(from, (from + length).min(15))),
        2 => (0..VALUES).prop_map(Part::Value),
        1 => Just(Part::Moment),
    ];
    prop::collection::vec(part, 1..40)
}

fn marked(parts: &[Part]) -> String {
    let one = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Code(from, to) => (*from..*to).map(marks::code).collect(),
        // One of them has Chinese characters in it.
        Part::Value(number) => marks::value(*number, *number == 1),
        Part::Moment => marks::moment(),
    };
    parts.iter().map(one).collect()
}

fn filled(parts: &[Part], values: &[String], moment: &str) -> String {
    let one = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Code(from, to) => code().value().get(*from..*to).unwrap().to_owned(),
        Part::Value(number) => escaped(&values[*number]).into_owned(),
        Part::Moment => moment.to_owned(),
    };
    parts.iter().map(one).collect()
}

fn values(texts: &[String]) -> Values {
    let mut values = Values::default();
    for text in texts {
        values.texts.extend_from_slice(escaped(text).as_bytes());
        values.ends.push(values.texts.len());
    }
    values
}

proptest! {
    #[test]
    fn a_page_that_is_cast_is_the_page(
        parts in parts(),
        texts in prop::collection::vec("[a-z&\"<浙江省车业有限公司]{0,40}", VALUES),
        moment in "[0-9年月日 :]{0,20}",
    ) {
        let holes = parts.iter().any(|part| !matches!(part, Part::Text(_)));
        let mould = Mould::of(&marked(&parts));
        prop_assert_eq!(mould.is_some(), holes);
        if let Some(mould) = mould {
            let wanted = filled(&parts, &texts, &moment);
            let filling = Filling::new(code(), values(&texts), moment);
            prop_assert_eq!(mould.length(&filling), wanted.len());
            prop_assert_eq!(String::from_utf8(mould.page(&filling)).unwrap(), wanted.clone());
            prop_assert_eq!(read(&mould.gzip(&filling).unwrap()), wanted);
        }
    }
}

#[test]
fn texts_that_are_the_same_have_one_number() {
    let mut values = Values::default();
    let numbers = ["甲公司", "a<b", "甲公司", ""].map(|text| values.number_of(text));
    assert_eq!(numbers, [0, 1, 0, 2]);
    assert_eq!(
        [values.get(1), values.get(2), values.get(9)],
        [&b"a&lt;b"[..], b"", b""]
    );
}

#[test]
fn what_comes_again_behind_a_hole_is_said_again() {
    let line = "<div><dt>蓄电池生产企业</dt><dd>";
    let page = |mark: &str| [line, mark].concat().repeat(40);
    let mould = Mould::of(&page(&marks::value(0, true))).unwrap();
    for maker in ["", "拱墅区模型癸6号车业有限公司", &"长".repeat(120)] {
        let filling = Filling::new(code(), values(&[maker.to_owned()]), String::new());
        let squeezed = mould.gzip(&filling).unwrap();
        assert_eq!(read(&squeezed), page(maker));
        assert!(
            maker.len() > 258 || squeezed.len() < 500,
            "{}",
            squeezed.len()
        );
    }
}

#[test]
fn a_page_longer_than_a_match_may_reach_is_not_squeezed_here() {
    let mould = Mould::of(&["lead", &marks::value(0, false), "end"].concat()).unwrap();
    let long = Filling::new(code(), values(&["x".repeat(40_000)]), String::new());
    assert!(mould.gzip(&long).is_none());
    assert_eq!(mould.page(&long).len(), 40_007);
}

#[test]
fn another_filling_has_another_name() {
    let hash = |texts: &[&str], moment: &str| {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let filling = Filling::new(code(), values(&texts), moment.to_owned());
        FixedState::with_seed(1).hash_one(filling)
    };
    let all = [
        hash(&["ab", "c"], ""),
        hash(&["a", "bc"], ""),
        hash(&["ab", "c"], "1"),
        hash(&["abc"], ""),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one));
    }
}
