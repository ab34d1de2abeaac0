//! What the pages of the pair check say.

use super::{Text, day_or_month, months, text};
use crate::lang::Lang;

pub(crate) const MATCH_TITLE: Text = text("核对是否配套", "Do they belong together?");
pub(crate) const MATCH_LEAD: Text = text(
    "手上有车和电池、或车和号牌？输入两个以上标签的编码，看登记的是不是一套。配套时，还能看到保修和维修记录。",
    "Bike and battery at hand, or bike and plate? Enter the codes of two or more stickers to see whether they are registered as one set. If so, you also see warranty and repairs.",
);
pub(crate) const MATCH_LINK: Text = text(
    "车、电池、号牌都在手上？核对是否配套",
    "Bike, battery and plate at hand? Check whether they belong together",
);
pub(crate) const MATCH: Text = text("核对", "Check");
pub(crate) const MORE_CODES: Text = text("还有更多标签", "More stickers");
pub(crate) const TOGETHER: Text = text("登记为一套", "Registered as one set");
pub(crate) const TOGETHER_DETAIL: Text = text(
    "您输入的编码登记在一起，目前没有警示。请与实物核对。",
    "These codes are registered together, and there is no warning at present. Please compare them with the things themselves.",
);
pub(crate) const TOGETHER_WARNED: Text =
    text("登记为一套，但有警示", "One set, and there is a warning");
pub(crate) const NOT_TOGETHER: Text =
    text("没有查到配套登记", "No record that they belong together");
pub(crate) const NOT_TOGETHER_DETAIL: Text = text(
    "可能不是一套，也可能还没有登记，或编码输错了。这不表示有问题。",
    "They may not be one set, or not be registered yet, or a code may be mistyped. It does not mean that something is wrong.",
);
pub(crate) const NOT_TOGETHER_STEPS: [Text; 3] = [
    text(
        "先把每个编码与标签逐位核对，再试一次。",
        "First compare each code with its sticker, figure by figure, and try again.",
    ),
    text(
        "刚买或刚换电池的：请销售店确认销售信息已上传。",
        "If it is new, or the battery was just replaced: have the shop make sure that the sale was uploaded.",
    ),
    text(
        "买二手车时对不上：请先问清来历；觉得可疑，请拨打 12315。",
        "If you are buying second-hand: ask where it comes from first. If something seems wrong, call 12315.",
    ),
];
pub(crate) const PERHAPS_A_BATTERY: Text = text(
    "编码是从电池上抄的？按电池编码再查",
    "Copied from a battery? Look it up as a battery’s code",
);
pub(crate) const SOLD: Text = text("购买日期", "Sold on");
pub(crate) const REPAIRS: Text = text("维修记录", "Repairs");

/// What the nth field of the form is for.
pub(crate) fn nth_code(nth: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("第 {nth} 个编码"),
        Lang::En => format!("Code {nth}"),
    }
}

/// What a part's warranty is called. Who promises may have named no part.
pub(crate) fn warranty_of(part: &str, lang: Lang) -> String {
    match (lang, part) {
        (Lang::Zh, "") => "保修".to_owned(),
        (Lang::En, "") => "Warranty".to_owned(),
        (Lang::Zh, part) => format!("保修：{part}"),
        (Lang::En, part) => format!("Warranty: {part}"),
    }
}

/// How long a warranty is, and its last day if the day of the sale is known.
pub(crate) fn warranty(count: &str, until: Option<&str>, lang: Lang) -> String {
    let months = months(count, lang);
    match (until.map(|day| day_or_month(day, lang)), lang) {
        (None, _) => months,
        (Some(day), Lang::Zh) => format!("{months}，到 {day}"),
        (Some(day), Lang::En) => format!("{months}, until {day}"),
    }
}

/// What a part's safe use is called, with or without its end.
pub(crate) fn safe_use_of(part: &str, ends: bool, lang: Lang) -> String {
    let what = match (lang, ends) {
        (Lang::Zh, true) => "安全使用至",
        (Lang::Zh, false) => "安全使用期",
        (Lang::En, true) => "Safe to use until",
        (Lang::En, false) => "Safe to use for",
    };
    match (lang, part) {
        (_, "") => what.to_owned(),
        (Lang::Zh, part) => format!("{what}（{part}）"),
        (Lang::En, part) => format!("{what} ({part})"),
    }
}

/// When safe use ends.
pub(crate) struct SafeEnd {
    /// A day or a month.
    pub(crate) date: String,
    /// Whether that is past.
    pub(crate) is_over: bool,
    /// Whether it is counted from the production; else from the sale.
    pub(crate) from_production: bool,
}

/// Until when something is safe to use and how that is counted; only how long, where nobody knows
/// since when.
pub(crate) fn safe_use(count: &str, end: Option<&SafeEnd>, lang: Lang) -> String {
    let months = months(count, lang);
    let Some(end) = end else {
        return months;
    };
    let date = day_or_month(&end.date, lang);
    let over = match (lang, end.is_over) {
        (_, false) => "",
        (Lang::Zh, true) => "，已过",
        (Lang::En, true) => ", which is past",
    };
    match (lang, end.from_production) {
        (Lang::Zh, true) => format!("{date}{over}（自生产起 {months}）"),
        (Lang::Zh, false) => format!("{date}{over}（自购买起 {months}）"),
        (Lang::En, true) => format!("{date}{over} ({months} from production)"),
        (Lang::En, false) => format!("{date}{over} ({months} from the sale)"),
    }
}
