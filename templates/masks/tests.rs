use proptest::prelude::*;

use super::{day_of, id_edges, month_of};
use crate::personal::{Address, Hides, IdCard, Mask, Masking, Name, Phone};

fn masked<K: Mask>(raw: &str) -> Option<String> {
    K::mask(raw).map(|masking| masking.text)
}

#[test]
fn a_name_is_its_surname_and_two_stars_whatever_its_length() {
    for (name, mask) in [
        ("张三", "张**"),
        ("张三丰", "张**"),
        (" 张　三 ", "张**"),
        ("张三丰四", "张**"),
        ("张", "*"),
        ("欧阳锋", "欧阳**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧**"),
        ("司马光", "司马**"),
        ("诸葛孔明", "诸葛**"),
        ("阿依古丽·买买提", "阿**"),
        ("司马义·艾力", "司**"),
        ("Ann Lee", "A**"),
        ("Émile d’Ys", "É**"),
        ("𠮷野家", "𠮷**"),
    ] {
        assert_eq!(masked::<Name>(name).as_deref(), Some(mask), "{name}");
    }
}

#[test]
fn what_is_no_name_is_withheld() {
    for text in [
        "",
        " ",
        "13812341234",
        "张三13812341234",
        "张三（已故）",
        "A",
        "A.",
        "a@b.cn",
        "330106199001011234",
        "张三\u{0}",
        "***",
        "·张三",
        "Ann 138",
    ] {
        assert_eq!(masked::<Name>(text), None, "{text}");
    }
}

#[test]
fn a_phone_keeps_three_and_four_a_landline_its_area_and_four() {
    for (phone, mask) in [
        ("13812341234", "138****1234"),
        ("138 1234 1234", "138****1234"),
        ("138-1234-1234", "138****1234"),
        ("+8613812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("008613812341234", "138****1234"),
        ("8613812341234", "138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("0571-87654321", "0571-****4321"),
        ("(0571)87654321", "0571-****4321"),
        ("057187654321", "0571-****4321"),
        ("+86-571-87654321", "0571-****4321"),
        ("010-12345678", "None"),
        ("010-62345678", "010-****5678"),
        ("021 5234567", "021-****4567"),
        ("87654321", "****4321"),
    ] {
        let got = masked::<Phone>(phone).unwrap_or("None".to_owned());
        assert_eq!(got, mask, "{phone}");
    }
}

#[test]
fn a_firms_number_is_shown_whole_and_a_desks_extension_is_not() {
    for (phone, shown) in [
        ("400-888-1234", "400-888-1234"),
        ("4008881234", "400-888-1234"),
        ("400 8881 234", "400-888-1234"),
        ("800-820-8820", "800-820-8820"),
        ("95598", "95598"),
        ("12315", "12315"),
    ] {
        assert_eq!(
            Phone::mask(phone),
            Some(Masking::whole(shown.to_owned())),
            "{phone}"
        );
    }
    for phone in [
        "0571-87654321-801",
        "0571-87654321转801",
        "057187654321#801",
        "0571 87654321 ext. 801",
    ] {
        assert_eq!(
            masked::<Phone>(phone).as_deref(),
            Some("0571-87654321-***"),
            "{phone}"
        );
    }
}

#[test]
fn what_is_no_phone_is_withheld() {
    for text in [
        "",
        "1381234123",
        "138123412345",
        "23812341234",
        "张三",
        "+85212345678",
        "0000000",
        "1234567",
        "0571-1",
        "13812341234 13812341235",
        "13812341234/87654321",
        "+",
        "-",
        "转",
    ] {
        assert_eq!(masked::<Phone>(text), None, "{text}");
    }
}

#[test]
fn an_identity_number_keeps_its_ends() {
    for (id, mask, edges) in [
        (
            "330106199001011234",
            "3****************4",
            "330106********1234",
        ),
        (
            "33010619900101123X",
            "3****************X",
            "330106********123X",
        ),
        (
            "33010619900101123x",
            "3****************X",
            "330106********123X",
        ),
        ("330106900101123", "3*************3", "330106*****1123"),
    ] {
        assert_eq!(masked::<IdCard>(id).as_deref(), Some(mask));
        assert_eq!(
            id_edges(id).map(|masking| masking.text).as_deref(),
            Some(edges)
        );
    }
    for text in [
        "",
        "33010690010112X",
        "3301061990010112345",
        "X30106199001011234",
        "护照E12345678",
    ] {
        assert_eq!(masked::<IdCard>(text), None, "{text}");
        assert_eq!(id_edges(text), None, "{text}");
    }
}

#[test]
fn an_address_is_kept_to_its_district() {
    for (address, mask) in [
        ("浙江省杭州市西湖区文三路1号", "浙江省杭州市西湖区****"),
        ("浙江杭州西湖区文三路1号", "浙江杭州西湖区****"),
        ("杭州市西湖区 文三路", "杭州市西湖区****"),
        ("西湖区文三路", "西湖区****"),
        ("浙江省义乌市稠城街道", "浙江省义乌市****"),
        ("浙江省金华市义乌市稠城街道", "浙江省金华市义乌市****"),
        ("浙江省嘉兴市桐乡市梧桐街道", "浙江省嘉兴市桐乡市****"),
        (
            "浙江省丽水市景宁畲族自治县红星街道",
            "浙江省丽水市景宁畲族自治县****",
        ),
        ("台州市路桥区路北街道", "台州市路桥区****"),
        ("北京市朝阳区建国路88号", "北京市朝阳区****"),
        ("上海市浦东新区世纪大道1号", "上海市浦东新区****"),
        ("上海浦东新区世纪大道1号", "上海浦东新区****"),
        ("重庆市市辖区渝中区解放碑", "重庆市市辖区渝中区****"),
        ("江苏省苏州市昆山市玉山镇", "江苏省苏州市昆山市****"),
        ("江苏省无锡市锡山区锡沪路", "江苏省无锡市锡山区****"),
        ("江苏省南京市鼓楼区中山北路", "江苏省南京市鼓楼区****"),
        ("湖北省荆州市沙市区北京路", "湖北省荆州市沙市区****"),
        ("山东省济南市市中区经四路", "山东省济南市市中区****"),
        ("江西省景德镇市珠山区", "江西省景德镇市珠山区"),
        (
            "内蒙古自治区锡林郭勒盟锡林浩特市",
            "内蒙古自治区锡林郭勒盟锡林浩特市",
        ),
        (
            "甘肃省临夏回族自治州积石山保安族东乡族撒拉族自治县吹麻滩镇",
            "甘肃省临夏回族自治州积石山保安族东乡族撒拉族自治县****",
        ),
    ] {
        assert_eq!(
            masked::<Address>(address).as_deref(),
            Some(mask),
            "{address}"
        );
    }
    let whole = Address::mask("江西省景德镇市珠山区").unwrap();
    assert_eq!(whole.hides, Hides::Nothing);
}

#[test]
fn an_address_without_a_district_is_withheld() {
    for text in [
        "",
        "文三路1号",
        "浙江省杭州市文三路1号",
        "浙江省杭州市文三路西湖小区3幢",
        "幸福小区3幢",
        "江苏省苏州市阳光小区3幢",
        "江苏省苏州市人民路1号",
        "江苏省昆山市玉山镇",
        "江苏省苏州市阳光新区1号",
        "上海市人民路小区",
        "江苏省南京市人民市场3号",
        "张三",
        "江苏省苏州市3区",
        "浙江省",
        "杭州市",
        "杭州西溪花园",
        "和平城市中心区5幢",
        "安徽省合肥市经济开发区",
    ] {
        assert_eq!(masked::<Address>(text), None, "{text}");
    }
}

#[test]
fn a_moment_is_read_in_six_ways_and_told_as_a_day_or_a_month() {
    for moment in [
        "2024-05-01",
        "2024-05-01 09:30:00",
        "2024-05-01T09:30:00+08:00",
        "2024-05-01T09:30:00Z",
        "2024-05-01T09:30:00.123456Z",
        "2024-05-01T09:30:00-0500",
        "2024/5/1",
        "2024/05/01 9:30",
        "20240501",
        "2024年5月1日",
        "2024年05月01日 09:30",
        " 2024-5-1 ",
        "２０２４年５月１日",
    ] {
        assert_eq!(day_of(moment).as_deref(), Some("2024-05-01"), "{moment}");
        assert_eq!(month_of(moment).as_deref(), Some("2024-05"), "{moment}");
    }
    assert_eq!(day_of("2024-02-29").as_deref(), Some("2024-02-29"));
}

#[test]
fn what_is_no_moment_is_nothing() {
    for text in [
        "",
        "2024",
        "2024-05",
        "2024-13-01",
        "2024-00-01",
        "2023-02-29",
        "2024-04-31",
        "2024-05-32",
        "2024-05-01 25:00",
        "2024-05-01x",
        "2024-05-01T",
        "1989-01-01",
        "2200-01-01",
        "202405010",
        "2024-5/1",
        "13812341234",
        "2024-05-01 张三",
        "+024-05-01",
        "2024-05-01T09:30:00+99:00",
        "九月",
    ] {
        assert_eq!(day_of(text), None, "{text}");
    }
}

/// Texts that are nearly personal values, and any text at all.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "浙江省",
        "杭州市",
        "西湖区",
        "江苏",
        "市",
        "区",
        "县",
        "自治",
        "族",
        "旗",
        "文三路",
        "小区",
        "138",
        "0571",
        "-",
        "+86",
        "转",
        "4",
        "20",
        "年",
        "月",
        "日",
        "T",
        ":",
        "欧阳",
        "张",
        "·",
        "X",
        " ",
        "\u{3000}",
        "Z",
        "é",
        "𠮷",
        "（",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()),
        "[0-9+ ()-]{0,20}",
        "\\PC{0,12}",
    ]
}

proptest! {
    #[test]
    fn no_text_makes_a_mask_panic_or_answer_twice_differently(text in any_text()) {
        prop_assert_eq!(Name::mask(&text), Name::mask(&text));
        prop_assert_eq!(Phone::mask(&text), Phone::mask(&text));
        prop_assert_eq!(IdCard::mask(&text), IdCard::mask(&text));
        prop_assert_eq!(Address::mask(&text), Address::mask(&text));
        prop_assert_eq!(id_edges(&text), id_edges(&text));
        prop_assert_eq!(day_of(&text).is_some(), month_of(&text).is_some());
    }

    #[test]
    fn a_name_shows_two_characters_at_most_and_never_its_length(text in any_text()) {
        if let Some(mask) = masked::<Name>(&text) {
            let kept = mask.trim_end_matches('*');
            prop_assert!(kept.chars().count() <= 2);
            prop_assert!(mask == "*" || mask.strip_prefix(kept) == Some("**"));
            prop_assert!(kept != text.trim());
        }
    }

    #[test]
    fn the_middle_of_a_mobile_number_is_not_in_its_mask(
        first in "1[3-9][0-9]", middle in "[0-9]{4}", last in "[0-9]{4}",
    ) {
        let mask = masked::<Phone>(&format!("{first}{middle}{last}"));
        prop_assert_eq!(mask, Some(format!("{first}****{last}")));
    }

    #[test]
    fn a_masked_phone_keeps_no_five_digits_of_the_line_together(text in "[0-9+ ()-]{0,20}") {
        if let Some(Masking { text: mask, hides: Hides::Part }) = Phone::mask(&text)
            && !mask.ends_with("-***")
        {
            let line = mask.rsplit('*').next().unwrap_or_default();
            prop_assert_eq!(line.len(), 4);
            prop_assert!(mask.contains("****"));
        }
    }

    #[test]
    fn a_birthday_is_in_no_mask_of_an_identity_number(
        county in "[1-9][0-9]{5}", born in "(19|20)[0-9]{6}", rest in "[0-9]{3}[0-9Xx]",
    ) {
        let id = format!("{county}{born}{rest}");
        let mask = masked::<IdCard>(&id).unwrap_or_default();
        prop_assert_eq!(mask.len(), id.len());
        prop_assert_eq!(mask.bytes().filter(|byte| *byte == b'*').count(), 16);
        let edges = id_edges(&id).map(|masking| masking.text).unwrap_or_default();
        prop_assert!(edges.contains("********"));
    }

    #[test]
    fn a_street_is_in_no_masked_address(
        street in "[甲乙丙丁戊己庚辛]{2,6}(路|街|弄|小区|新区|园区)[0-9]{1,4}号",
        before in prop::sample::select(vec![
            "浙江省杭州市西湖区", "杭州市", "西湖区", "江苏省苏州市", "北京市", "北京市朝阳区",
            "江苏省苏州市吴中区", "", "浙江省",
        ]),
    ) {
        if let Some(mask) = masked::<Address>(&format!("{before}{street}")) {
            prop_assert!(mask.trim_end_matches('*') == before, "{}", mask);
        }
    }
}
