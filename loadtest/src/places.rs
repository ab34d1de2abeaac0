//! Divisions of Zhejiang (GB/T 2260) and the invented people who live there.

use crate::checks::identity_check;
use crate::dice::Dice;
use crate::ink::write_padded;

/// A district or county that registers vehicles.
#[derive(Debug)]
pub(crate) struct Division {
    /// Six digits.
    pub(crate) code: &'static str,
    /// With its city: `杭州市西湖区`.
    pub(crate) name: &'static str,
}

macro_rules! divisions {
    ($($code:literal $name:literal)*) => { &[$(Division { code: $code, name: $name }),*] };
}

/// The busiest first: vehicles are dealt out by rank.
pub(crate) static DIVISIONS: &[Division] = divisions! {
    "330106" "杭州市西湖区" "330110" "杭州市余杭区" "330109" "杭州市萧山区" "330212" "宁波市鄞州区"
    "330302" "温州市鹿城区" "330782" "金华市义乌市" "330105" "杭州市拱墅区" "330102" "杭州市上城区"
    "330108" "杭州市滨江区" "330111" "杭州市富阳区" "330113" "杭州市临平区" "330114" "杭州市钱塘区"
    "330203" "宁波市海曙区" "330205" "宁波市江北区" "330282" "宁波市慈溪市" "330281" "宁波市余姚市"
    "330303" "温州市龙湾区" "330304" "温州市瓯海区" "330381" "温州市瑞安市" "330382" "温州市乐清市"
    "330402" "嘉兴市南湖区" "330411" "嘉兴市秀洲区" "330481" "嘉兴市海宁市" "330483" "嘉兴市桐乡市"
    "330502" "湖州市吴兴区" "330503" "湖州市南浔区" "330522" "湖州市长兴县" "330602" "绍兴市越城区"
    "330603" "绍兴市柯桥区" "330604" "绍兴市上虞区" "330681" "绍兴市诸暨市" "330702" "金华市婺城区"
    "330783" "金华市东阳市" "330784" "金华市永康市" "330802" "衢州市柯城区" "330803" "衢州市衢江区"
    "330902" "舟山市定海区" "330903" "舟山市普陀区" "331002" "台州市椒江区" "331003" "台州市黄岩区"
    "331004" "台州市路桥区" "331081" "台州市温岭市" "331102" "丽水市莲都区" "331121" "丽水市青田县"
};

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "欧阳",
    "司马", "诸葛", "上官",
];
/// Given names nobody has: "trial", "sample", "imagined" and the like with a cyclical sign.
const GIVEN: &[&str] = &["试", "样", "例", "虚", "拟", "仿", "造", "假"];
const SIGNS: &[&str] = &[
    "甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "",
];

/// The name of somebody who does not exist, in pieces.
pub(crate) fn name(dice: &mut Dice) -> (&'static str, (&'static str, &'static str)) {
    let surname = *dice.pick(SURNAMES);
    (surname, (*dice.pick(GIVEN), *dice.pick(SIGNS)))
}

/// An identity card with a right check character, born between 1950 and 2005, from a division
/// that was never assigned (3399xx): it looks like a card and cannot be anybody's.
pub(crate) fn identity(dice: &mut Dice) -> [u8; 18] {
    let mut text = Vec::with_capacity(18);
    text.extend_from_slice(b"3399");
    write_padded(&mut text, dice.below(100), 2);
    write_padded(&mut text, 1950 + dice.below(56), 4);
    write_padded(&mut text, 1 + dice.below(12), 2);
    write_padded(&mut text, 1 + dice.below(28), 2);
    write_padded(&mut text, 1 + dice.below(999), 3);
    text.push(identity_check(&text));
    let mut card = [b'0'; 18];
    for (slot, byte) in card.iter_mut().zip(text) {
        *slot = byte;
    }
    card
}

/// A mobile number by its shape only: seven fixed digits and four thrown ones.
pub(crate) fn mobile(dice: &mut Dice) -> String {
    format!("1990000{:04}", dice.below(10_000))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::dice::Stream;

    #[test]
    fn divisions_are_different_and_in_zhejiang() {
        let codes: HashSet<_> = DIVISIONS.iter().map(|division| division.code).collect();
        assert_eq!(codes.len(), DIVISIONS.len());
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 6 && code.starts_with("33"))
        );
    }

    #[test]
    fn identity_cards_have_a_birthday_and_the_right_check_character() {
        let mut dice = Dice::of(1, Stream::Details, 0);
        for _ in 0..1000 {
            let card = identity(&mut dice);
            let text = std::str::from_utf8(&card).unwrap();
            let number =
                |range: std::ops::Range<usize>| text.get(range).unwrap().parse::<u32>().unwrap();
            assert!(text.starts_with("3399"));
            assert!((1950..=2005).contains(&number(6..10)));
            assert!((1..=12).contains(&number(10..12)));
            assert!((1..=28).contains(&number(12..14)));
            assert_eq!(identity_check(&card[..17]), card[17]);
        }
    }
}
