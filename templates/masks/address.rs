//! Addresses.

use super::narrow;
use crate::{divisions, personal::Masking};

/// The provinces and regions, without the word for what they are.
const PROVINCES: [&str; 30] = [
    "河北",
    "山西",
    "辽宁",
    "吉林",
    "黑龙江",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "海南",
    "四川",
    "贵州",
    "云南",
    "陕西",
    "甘肃",
    "青海",
    "台湾",
    "内蒙古",
    "广西",
    "西藏",
    "宁夏",
    "新疆",
    "香港",
    "澳门",
];
/// What follows the name of a province.
const PROVINCE_WORDS: [&str; 6] = [
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
    "特别行政区",
    "自治区",
    "省",
];
/// Cities that are provinces: their districts follow at once.
const MUNICIPALITIES: [&str; 4] = ["北京", "上海", "天津", "重庆"];
/// Ends of names that are no district, though they end like one: an estate, a park, a campus.
const NOT_DISTRICTS: [&str; 18] = [
    "小区", "社区", "园区", "校区", "厂区", "景区", "库区", "片区", "宅区", "活区", "属区", "业区",
    "税区", "发区", "住区", "校区", "工区", "公区",
];
/// The two new areas that are districts. Others are named so by whoever sells flats there.
const NEW_AREAS: [&str; 2] = ["浦东新区", "滨海新区"];
/// The longest name of a district, of which no people is part: 额尔古纳市.
const LONGEST_NAME: usize = 5;
/// The longest there is: 积石山保安族东乡族撒拉族自治县.
const LONGEST: usize = 15;

/// The address down to its district, then stars. What names no district is withheld, and so is
/// what only looks as if it did. In Zhejiang the district has to be one of the list; elsewhere its
/// name has to be built like one, and has to follow its province and city.
pub(super) fn mask(raw: &str) -> Option<Masking> {
    let address: String = narrow(raw).collect();
    let rest = after_district(&address)?;
    let kept = address.strip_suffix(rest)?;
    Some(if rest.is_empty() {
        Masking::whole(kept.to_owned())
    } else {
        Masking::part(format!("{kept}****"))
    })
}

/// What follows the district.
fn after_district(address: &str) -> Option<&str> {
    let address = address.strip_prefix("中国").unwrap_or(address);
    if let Some(rest) = MUNICIPALITIES
        .iter()
        .find_map(|city| address.strip_prefix(city))
    {
        let rest = rest.strip_prefix('市').unwrap_or(rest);
        let rest = rest.strip_prefix("市辖区").unwrap_or(rest);
        return after_name(rest, &["区", "县"]);
    }
    let (province, rest) = province_at(address);
    if let Some((city, rest)) = divisions::city_at(rest) {
        return divisions::district_at(rest, Some(city));
    }
    match province {
        // Of a text that names neither, only the list can say that it is an address.
        Some("浙江") | None => divisions::district_at(rest, None),
        Some(_) => elsewhere(rest),
    }
}

fn province_at(address: &str) -> (Option<&'static str>, &str) {
    let found = PROVINCES
        .iter()
        .find_map(|name| Some((*name, address.strip_prefix(name)?)));
    let Some((name, rest)) = found else {
        return (None, address);
    };
    let word = PROVINCE_WORDS
        .iter()
        .find_map(|word| rest.strip_prefix(word));
    (Some(name), word.unwrap_or(rest))
}

/// A city and its district. A city with no district behind it may be either, so it is withheld.
fn elsewhere(text: &str) -> Option<&str> {
    let rest = after_name(text, &["自治州", "地区", "盟", "市"])?;
    after_name(rest, &["区", "自治县", "自治旗", "县", "旗", "市"])
}

/// What follows the first name that ends in one of `words`, if that name is built like one.
fn after_name<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    for (count, end) in (1..=LONGEST).zip(ends) {
        let (name, rest) = text.split_at_checked(end)?;
        let Some(word) = words.iter().find(|word| name.ends_with(**word)) else {
            continue;
        };
        // 沙市区, 市中区: here 市 does not end the name; 人民市场 is no city at all.
        if name == *word || (*word == "市" && rest.starts_with('区')) {
            continue;
        }
        return is_name(name, count)
            .then_some(rest)
            .filter(|rest| !rest.starts_with('场'));
    }
    None
}

fn is_name(name: &str, count: usize) -> bool {
    let of_a_people = name.contains('族') || name.contains("自治");
    let steppe = name.ends_with('旗') || name.ends_with('盟');
    let han = name.chars().all(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
    // A street may begin with these words, a district's name has them at its very beginning.
    let mut inner = name.chars().skip(1);
    let street = !of_a_people
        && inner.any(|c| {
            matches!(
                c,
                '路' | '街' | '道' | '镇' | '村' | '巷' | '弄' | '号' | '幢' | '栋' | '室' | '里'
            )
        })
        && !name.ends_with("景德镇市");
    let estate = NOT_DISTRICTS.iter().any(|end| name.ends_with(end))
        || (name.ends_with("新区") && !NEW_AREAS.contains(&name));
    han && !street && !estate && (count <= LONGEST_NAME || of_a_people || steppe)
}
