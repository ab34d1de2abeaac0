//! Names.

use super::narrow;
use crate::personal::Masking;

/// The longest name written in Chinese characters that is still taken for one.
const LONGEST: usize = 20;
/// The longest name written in letters, after the machine-readable line of a passport.
const LONGEST_LATIN: usize = 60;

/// Surnames of two characters. Both are kept: 欧阳 with the first alone would be another surname.
const COMPOUND: [&str; 83] = [
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛",
    "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容",
    "仲孙", "钟离", "长孙", "宇文", "司徒", "鲜于", "司空", "闾丘", "子车", "亓官", "司寇", "巫马",
    "公西", "颛孙", "壤驷", "公良", "漆雕", "乐正", "宰父", "谷梁", "拓跋", "夹谷", "轩辕", "令狐",
    "段干", "百里", "呼延", "东郭", "南门", "羊舌", "微生", "公户", "公玉", "公仪", "梁丘", "公仲",
    "公上", "公门", "公山", "公坚", "左丘", "公伯", "西门", "公祖", "第五", "公乘", "贯丘", "公皙",
    "南荣", "东里", "东宫", "仲长", "子书", "子桑", "即墨", "达奚", "褚师", "纳兰", "歐陽",
];

/// The surname and two stars, however long the name is: the number of stars would tell its
/// length. A compound surname keeps both characters, if anything is left to hide. A name with a
/// dot in it (阿依古丽·买买提) or in letters keeps its first character. A name of one character is
/// one star.
pub(super) fn mask(raw: &str) -> Option<Masking> {
    let trimmed = raw.trim();
    let first = trimmed.chars().next()?;
    if first.is_alphabetic() && !is_han(first) {
        return latin(trimmed).then(|| Masking::part(format!("{first}**")));
    }
    // A form pads a short name: 张　三.
    let name: Vec<char> = narrow(trimmed).collect();
    if name.len() > LONGEST || !name.iter().all(|c| is_han(*c) || is_dot(*c)) || !is_han(first) {
        return None;
    }
    if name.len() == 1 {
        return Some(Masking::part("*".to_owned()));
    }
    let dotted = name.iter().any(|c| is_dot(*c));
    let kept: String = name.iter().take(2).collect();
    let kept = if name.len() > 2 && !dotted && COMPOUND.contains(&kept.as_str()) {
        kept
    } else {
        first.to_string()
    };
    Some(Masking::part(format!("{kept}**")))
}

/// Letters of an alphabet, with what joins them; more than one, or nothing would be hidden.
fn latin(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    letters > 1
        && name.chars().count() <= LONGEST_LATIN
        && name.chars().all(|c| {
            (c.is_alphabetic() && !is_han(c))
                || matches!(c, ' ' | '-' | '\'' | '’' | ',')
                || is_dot(c)
        })
}

/// A Chinese character: the unified blocks and the circle that some names have for a zero.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' | '〇')
}

/// The dots that forms and keyboards offer between the parts of a name.
fn is_dot(c: char) -> bool {
    matches!(
        c,
        '·' | '•' | '・' | '\u{ff65}' | '‧' | '∙' | '⋅' | '.' | '．'
    )
}
