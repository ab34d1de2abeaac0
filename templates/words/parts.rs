//! The parts of a code, and where a code departs from the standard.

use std::borrow::Cow;

use super::text;
use crate::{divisions, lang::Lang};

/// What a part is called; its own name if it is not one of ours.
pub(crate) fn part_name(part: &'static str, lang: Lang) -> &'static str {
    let name = match part {
        "enterprise" => text("企业代码", "Maker’s number"),
        "class" => text("车辆类别", "Kind of vehicle"),
        "year" => text("年份", "Year"),
        "serial" => text("流水号", "Serial number"),
        "org" => text("组织机构代码", "Organisation code"),
        "own" => text("企业自编码", "Maker’s own code"),
        "division" => text("发牌地区", "Where it was issued"),
        "number" => text("号牌号码", "Plate number"),
        "technology" => text("号牌类型", "Kind of plate"),
        _ => return part,
    };
    name.to(lang)
}

/// What a part says.
pub(crate) fn part_meaning(part: &str, value: &str, lang: Lang) -> Cow<'static, str> {
    let meaning = match (part, value) {
        ("enterprise", _) => text(
            "由中国物品编码中心分配给企业。",
            "Given to the maker by the Article Numbering Center of China.",
        ),
        ("class", "2") => text("2 表示电动自行车。", "2 is an electric bicycle."),
        ("class", "1") => text("1 表示自行车。", "1 is a bicycle."),
        ("class", "3") => text("3 表示燃油助力车。", "3 is a moped with an engine."),
        ("class", _) => text(
            "标准没有规定这个数字。",
            "The standard does not say what this figure means.",
        ),
        ("year", year) => {
            return Cow::Owned(match lang {
                Lang::Zh => ["由企业填写，通常指 20", year, " 年生产。"].concat(),
                Lang::En => ["Filled in by the maker, usually for 20", year, "."].concat(),
            });
        }
        ("serial", _) => text(
            "企业给每辆车编的号。",
            "The maker’s number for this one vehicle.",
        ),
        ("org", _) => text(
            "来自生产企业统一社会信用代码的第 9 至 16 位。",
            "Characters 9 to 16 of the maker’s credit code.",
        ),
        ("own", _) => text(
            "企业给每块电池编的号。",
            "The maker’s number for this one battery.",
        ),
        ("division", division) => {
            if let Some(name) = divisions::name_of(division, lang) {
                return Cow::Owned(name);
            }
            text(
                "行政区划代码。",
                "The number of an administrative division.",
            )
        }
        ("number", _) => text("号牌上印的号码。", "The number printed on the plate."),
        ("technology", "0") => text("0 表示普通号牌。", "0 is a plain plate."),
        ("technology", "1") => text(
            "1 表示带射频识别（RFID）的号牌。",
            "1 is a plate with a radio tag (RFID).",
        ),
        ("technology", _) => text(
            "这个数字留作以后使用。",
            "This figure is kept for later use.",
        ),
        _ => return Cow::Borrowed(""),
    };
    Cow::Borrowed(meaning.to(lang))
}

/// Where a code departs from the letter of the standard; nothing for a departure not known here.
pub(crate) fn nonconforming(flag: &str, lang: Lang) -> Option<&'static str> {
    let told = match flag {
        "class-not-2" => text(
            "类别位不是 2（电动自行车）。",
            "Its kind of vehicle is not 2 (electric bicycle).",
        ),
        "own-code-too-long" => text(
            "企业自编码超过标准的 24 位，仍可查询。",
            "The maker’s own code is longer than the standard’s 24 characters. It can be looked up all the same.",
        ),
        "small-letters" => text("编码里有小写字母。", "The code has small letters in it."),
        "technology-reserved" => text(
            "号牌类型位不是 0 或 1。",
            "Its kind of plate is neither 0 nor 1.",
        ),
        _ => return None,
    };
    Some(told.to(lang))
}
