//! The districts of Zhejiang, to say where a plate was issued.
//!
//! A number that is not here is shown as a number: a plate outlives the division that issued it,
//! and the list is for reading, never for deciding whether a code is one.

use crate::lang::Lang;

/// A city: its four digits, its name, its name in letters.
struct City(&'static str, &'static str, &'static str);

/// A district: its six digits, its name, its name in letters.
struct District(&'static str, &'static str, &'static str);

/// Where a plate with this division was issued: `杭州市西湖区`, `Xihu, Hangzhou`.
pub(crate) fn name_of(division: &str, lang: Lang) -> Option<String> {
    let District(_, district, in_letters) = DISTRICTS.iter().find(|d| d.0 == division)?;
    let City(_, city, city_in_letters) = city_of(division)?;
    Some(match lang {
        Lang::Zh => format!("{city}{district}"),
        Lang::En => format!("{in_letters}, {city_in_letters}"),
    })
}

/// Whether plates with this division have a name to show for it.
pub fn is_known(division: &str) -> bool {
    DISTRICTS.iter().any(|district| district.0 == division)
}

/// The city that `text` begins with, with or without its 市, and what follows.
pub(crate) fn city_at(text: &str) -> Option<(&'static str, &str)> {
    CITIES.iter().find_map(|City(digits, name, _)| {
        let rest = text.strip_prefix(name.trim_end_matches('市'))?;
        Some((*digits, rest.strip_prefix('市').unwrap_or(rest)))
    })
}

/// Whether `text` begins with a district, of that city if one is named, and what follows it.
pub(crate) fn district_at<'a>(text: &'a str, city: Option<&str>) -> Option<&'a str> {
    DISTRICTS
        .iter()
        .filter(|district| city.is_none_or(|digits| district.0.starts_with(digits)))
        .find_map(|District(_, name, _)| text.strip_prefix(name))
}

fn city_of(division: &str) -> Option<&'static City> {
    CITIES.iter().find(|city| division.starts_with(city.0))
}

#[rustfmt::skip]
static CITIES: [City; 11] = [
    City("3301", "杭州市", "Hangzhou"), City("3302", "宁波市", "Ningbo"),
    City("3303", "温州市", "Wenzhou"), City("3304", "嘉兴市", "Jiaxing"),
    City("3305", "湖州市", "Huzhou"), City("3306", "绍兴市", "Shaoxing"),
    City("3307", "金华市", "Jinhua"), City("3308", "衢州市", "Quzhou"),
    City("3309", "舟山市", "Zhoushan"), City("3310", "台州市", "Taizhou"),
    City("3311", "丽水市", "Lishui"),
];

/// Those of today and, after them in each city, those that plates may still carry.
#[rustfmt::skip]
static DISTRICTS: [District; 100] = [
    District("330102", "上城区", "Shangcheng"), District("330105", "拱墅区", "Gongshu"),
    District("330106", "西湖区", "Xihu"), District("330108", "滨江区", "Binjiang"),
    District("330109", "萧山区", "Xiaoshan"), District("330110", "余杭区", "Yuhang"),
    District("330111", "富阳区", "Fuyang"), District("330112", "临安区", "Lin'an"),
    District("330113", "临平区", "Linping"), District("330114", "钱塘区", "Qiantang"),
    District("330122", "桐庐县", "Tonglu"), District("330127", "淳安县", "Chun'an"),
    District("330182", "建德市", "Jiande"), District("330103", "下城区", "Xiacheng"),
    District("330104", "江干区", "Jianggan"), District("330183", "富阳市", "Fuyang"),
    District("330185", "临安市", "Lin'an"),
    District("330203", "海曙区", "Haishu"), District("330205", "江北区", "Jiangbei"),
    District("330206", "北仑区", "Beilun"), District("330211", "镇海区", "Zhenhai"),
    District("330212", "鄞州区", "Yinzhou"), District("330213", "奉化区", "Fenghua"),
    District("330225", "象山县", "Xiangshan"), District("330226", "宁海县", "Ninghai"),
    District("330281", "余姚市", "Yuyao"), District("330282", "慈溪市", "Cixi"),
    District("330204", "江东区", "Jiangdong"), District("330283", "奉化市", "Fenghua"),
    District("330302", "鹿城区", "Lucheng"), District("330303", "龙湾区", "Longwan"),
    District("330304", "瓯海区", "Ouhai"), District("330305", "洞头区", "Dongtou"),
    District("330324", "永嘉县", "Yongjia"), District("330326", "平阳县", "Pingyang"),
    District("330327", "苍南县", "Cangnan"), District("330328", "文成县", "Wencheng"),
    District("330329", "泰顺县", "Taishun"), District("330381", "瑞安市", "Rui'an"),
    District("330382", "乐清市", "Yueqing"), District("330383", "龙港市", "Longgang"),
    District("330322", "洞头县", "Dongtou"),
    District("330402", "南湖区", "Nanhu"), District("330411", "秀洲区", "Xiuzhou"),
    District("330421", "嘉善县", "Jiashan"), District("330424", "海盐县", "Haiyan"),
    District("330481", "海宁市", "Haining"), District("330482", "平湖市", "Pinghu"),
    District("330483", "桐乡市", "Tongxiang"),
    District("330502", "吴兴区", "Wuxing"), District("330503", "南浔区", "Nanxun"),
    District("330521", "德清县", "Deqing"), District("330522", "长兴县", "Changxing"),
    District("330523", "安吉县", "Anji"),
    District("330602", "越城区", "Yuecheng"), District("330603", "柯桥区", "Keqiao"),
    District("330604", "上虞区", "Shangyu"), District("330624", "新昌县", "Xinchang"),
    District("330681", "诸暨市", "Zhuji"), District("330683", "嵊州市", "Shengzhou"),
    District("330621", "绍兴县", "Shaoxing County"), District("330682", "上虞市", "Shangyu"),
    District("330702", "婺城区", "Wucheng"), District("330703", "金东区", "Jindong"),
    District("330723", "武义县", "Wuyi"), District("330726", "浦江县", "Pujiang"),
    District("330727", "磐安县", "Pan'an"), District("330781", "兰溪市", "Lanxi"),
    District("330782", "义乌市", "Yiwu"), District("330783", "东阳市", "Dongyang"),
    District("330784", "永康市", "Yongkang"),
    District("330802", "柯城区", "Kecheng"), District("330803", "衢江区", "Qujiang"),
    District("330822", "常山县", "Changshan"), District("330824", "开化县", "Kaihua"),
    District("330825", "龙游县", "Longyou"), District("330881", "江山市", "Jiangshan"),
    District("330902", "定海区", "Dinghai"), District("330903", "普陀区", "Putuo"),
    District("330921", "岱山县", "Daishan"), District("330922", "嵊泗县", "Shengsi"),
    District("331002", "椒江区", "Jiaojiang"), District("331003", "黄岩区", "Huangyan"),
    District("331004", "路桥区", "Luqiao"), District("331022", "三门县", "Sanmen"),
    District("331023", "天台县", "Tiantai"), District("331024", "仙居县", "Xianju"),
    District("331081", "温岭市", "Wenling"), District("331082", "临海市", "Linhai"),
    District("331083", "玉环市", "Yuhuan"), District("331021", "玉环县", "Yuhuan"),
    District("331102", "莲都区", "Liandu"), District("331121", "青田县", "Qingtian"),
    District("331122", "缙云县", "Jinyun"), District("331123", "遂昌县", "Suichang"),
    District("331124", "松阳县", "Songyang"), District("331125", "云和县", "Yunhe"),
    District("331126", "庆元县", "Qingyuan"), District("331127", "景宁畲族自治县", "Jingning"),
    District("331181", "龙泉市", "Longquan"),
];

#[cfg(test)]
mod tests {
    use super::{CITIES, DISTRICTS, city_of, is_known, name_of};
    use crate::lang::Lang;

    #[test]
    fn every_district_has_a_number_of_its_own_and_a_city() {
        for (at, district) in DISTRICTS.iter().enumerate() {
            assert!(district.0.len() == 6 && city_of(district.0).is_some());
            assert!(DISTRICTS[..at].iter().all(|other| other.0 != district.0));
        }
        assert_eq!(CITIES.len(), 11);
    }

    #[test]
    fn a_division_is_named_in_both_languages_and_an_unknown_one_not_at_all() {
        assert_eq!(name_of("330106", Lang::Zh).unwrap(), "杭州市西湖区");
        assert_eq!(name_of("330106", Lang::En).unwrap(), "Xihu, Hangzhou");
        assert_eq!(name_of("330199", Lang::Zh), None);
        assert_eq!(name_of("310101", Lang::Zh), None);
        assert_eq!(name_of("", Lang::Zh), None);
        assert!(is_known("330106") && !is_known("330199"));
    }
}
