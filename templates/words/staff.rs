//! What the pages of the staff door say.

use super::{Text, kind_name, text};
use crate::{
    lang::Lang,
    staff::{Bar, Care, Comparison, No, Purpose, Trouble},
    view::{AlertKind, Audience, Kind},
};

pub(crate) const STAFF_DOOR: Text = text("工作人员入口", "Staff entrance");
pub(crate) const SIGN_IN: Text = text("登录", "Sign in");
pub(crate) const SIGN_IN_LEAD: Text = text(
    "请粘贴单位发给您的令牌。令牌是二维码时：用相机扫它，复制文字，再粘贴到这里。",
    "Paste the token that your unit gave you. If it is a QR code: scan it with the camera, copy the text, and paste it here.",
);
pub(crate) const TOKEN: Text = text("令牌", "Token");
pub(crate) const SIGN_IN_NOTE: Text = text(
    "令牌只用于登录，不会出现在地址栏里。请勿把它发给别人。",
    "The token is used to sign in and never stands in an address. Do not pass it on.",
);
pub(crate) const AFTER_SIGN_IN: Text = text(
    "登录后，用手机相机扫码，会直接打开工作人员页面。每次查看都会先留下记录。",
    "Once signed in, scanning with the camera opens the staff page. Every look is recorded first.",
);
pub(crate) const SIGN_OUT: Text = text("退出登录", "Sign out");
pub(crate) const SIGNED_OUT: Text = text("已退出登录", "You have signed out");
pub(crate) const SIGNED_IN_AS: Text = text("已登录", "Signed in");
pub(crate) const WHO: Text = text("身份", "Who you are");
pub(crate) const UNIT: Text = text("单位", "Unit");
pub(crate) const SUBJECT: Text = text("编号", "Number");
pub(crate) const UNTIL: Text = text("有效期至", "Valid until");
pub(crate) const HOME: Text = text("工作首页", "Staff home");
pub(crate) const LIST: Text = text("本次清单", "This list");
pub(crate) const SCAN_OR_TYPE: Text = text("扫码，或输入编码", "Scan, or type a code");
pub(crate) const COMPARING: Text = text("正在对照的号牌", "Plate being compared");
pub(crate) const COMPARING_NOTE: Text = text(
    "接着扫车架或电池，会与这块号牌对照。过几分钟自动停止。",
    "Scan the frame or the battery next: it is compared with this plate. This ends by itself after some minutes.",
);
pub(crate) const COMPARE_NEXT: Text = text(
    "接着扫车架和电池：会与这块号牌对照。",
    "Now scan the frame and the battery: they are compared with this plate.",
);

pub(crate) const THE_SET: Text = text("登记在一起的", "Registered together");
pub(crate) const NO_SET: Text = text(
    "没有查到与它登记在一起的车、电池或号牌。",
    "No bike, battery or plate is on record with it.",
);
pub(crate) const SCANNED_NOW: Text = text("正在看的", "This one");
pub(crate) const OWNER: Text = text("车主", "Owner");
pub(crate) const ID_PURPOSE: Text = text("查看完整身份证号的目的", "Why you need the whole number");
pub(crate) const CHOOSE: Text = text("请选择", "Please choose");
pub(crate) const REFERENCE: Text = text("案件或警情编号（可不填）", "Case number (optional)");
pub(crate) const REVEAL: Text = text("查看完整号码", "Show the whole number");
pub(crate) const REVEAL_NOTE: Text = text(
    "身份证号已遮挡。查看完整号码的目的会与您的编号一起记录。",
    "The number is masked. Why you look at it is recorded with your own number.",
);
pub(crate) const REVEALED: Text = text(
    "完整号码，本次查看和目的已记录。刷新页面后会再次遮挡。",
    "The whole number. This look and its purpose are recorded. It is masked again when you leave the page.",
);

pub(crate) const ORIGIN: Text = text("来源和规格", "Origin and make");
pub(crate) const MAKER_CODE: Text = text("生产者代码", "Maker’s code");
pub(crate) const PRODUCED: Text = text("生产时间", "Produced");
pub(crate) const AGE: Text = text("已用时间", "Age");
pub(crate) const NOT_ON_RECORD: Text = text("没有记录", "Not on record");
pub(crate) const TAKE_YES: Text = text("可以回收", "May be taken in");
pub(crate) const TAKE_YES_NOTE: Text = text(
    "没有查到不能回收的记录。",
    "Nothing on record speaks against it.",
);
pub(crate) const TAKE_CARE: Text = text("可以回收，请留意", "May be taken in, with care");
pub(crate) const TAKE_NO: Text = text("不要回收", "Do not take it in");
pub(crate) const ON_THE_LIST: Text = text("已加入本次清单。", "It is on this list now.");
pub(crate) const SEE_LIST: Text = text("查看本次清单", "See this list");
pub(crate) const LIST_TITLE: Text = text("本次扫过的电池", "Batteries of this sitting");
pub(crate) const LIST_EMPTY: Text = text(
    "还没有扫过电池。扫一块，它就会出现在这里。",
    "No battery yet. Scan one and it appears here.",
);
pub(crate) const LIST_NOTE: Text = text(
    "清单只保存在服务器内存里，过一段时间不扫就会清空。请及时下载。",
    "The list is kept in memory only and is gone when nothing is scanned for a while. Download it in time.",
);
pub(crate) const LIST_FULL: Text = text(
    "清单已满，后面的没有加入。请下载后开始新的清单。",
    "The list is full; later ones were not added. Download it and begin a new one.",
);
pub(crate) const CSV: Text = text("下载表格（CSV）", "Download as a table (CSV)");
pub(crate) const CLEAR: Text = text("开始新的清单", "Begin a new list");
pub(crate) const MAY: Text = text("可以回收", "May be taken in");
pub(crate) const CARE: Text = text("请留意", "With care");
pub(crate) const NOT: Text = text("不要回收", "Not to be taken in");
pub(crate) const UNKNOWN_CHEMISTRY: Text = text("类型不明", "Type not on record");

/// What a signed-in reader is called.
pub(crate) const fn role(audience: Audience) -> Text {
    match audience {
        Audience::Police => text("公安", "Police"),
        Audience::Recycler => text("回收维修", "Recycler or repairer"),
        Audience::App => text("授权应用", "Application"),
        Audience::Holder => text("持有人", "Holder"),
        Audience::Public => text("公众", "Public"),
    }
}

/// How many, with its word.
pub(crate) fn pieces(count: usize, lang: Lang) -> String {
    match (lang, count) {
        (Lang::Zh, _) => format!("{count} 块"),
        (Lang::En, 1) => "1 battery".to_owned(),
        (Lang::En, _) => format!("{count} batteries"),
    }
}

/// A length of time in months, in years and months.
pub(crate) fn age(months: u32, lang: Lang) -> String {
    let (years, months) = (months / 12, months % 12);
    match (lang, years, months) {
        (Lang::Zh, 0, 0) => "不到 1 个月".to_owned(),
        (Lang::En, 0, 0) => "Less than a month".to_owned(),
        (Lang::Zh, 0, _) => format!("约 {months} 个月"),
        (Lang::Zh, _, 0) => format!("约 {years} 年"),
        (Lang::Zh, _, _) => format!("约 {years} 年 {months} 个月"),
        (Lang::En, 0, _) => format!("About {months} months"),
        (Lang::En, _, 0) => format!("About {years} years"),
        (Lang::En, _, _) => format!("About {years} years {months} months"),
    }
}

/// What was found against a code, or against one registered with it, as a heading.
pub(crate) fn trouble_title(trouble: Trouble, about: Kind, own: bool, lang: Lang) -> String {
    let alert = match trouble {
        Trouble::Stolen => AlertKind::Stolen,
        Trouble::Clone => AlertKind::Clone,
        Trouble::Recycled => AlertKind::Recycled,
        Trouble::Cancelled => AlertKind::Cancelled,
        Trouble::Recalled => AlertKind::Recalled,
        Trouble::Unregistered => {
            return text(
                "售出超过 15 天，未查到上牌",
                "Sold more than 15 days ago, no registration found",
            )
            .to(lang)
            .to_owned();
        }
    };
    if own {
        return super::alert_title(alert, about).to(lang).to_owned();
    }
    let what = match alert {
        AlertKind::Stolen => text("已报失窃", "was reported stolen"),
        AlertKind::Clone => text("的标签可能是复制的", "may carry a copied label"),
        AlertKind::Recycled => text("已登记回收", "was taken in for recycling"),
        AlertKind::Cancelled => text("已注销", "has been cancelled"),
        AlertKind::Recalled => text("在召回范围内", "is being recalled"),
    };
    let (thing, what) = (thing(about).to(lang), what.to(lang));
    match lang {
        Lang::Zh => format!("登记在一起的{thing}{what}"),
        Lang::En => format!("The {thing} registered with it {what}"),
    }
}

/// What an officer does about it.
pub(crate) const fn trouble_advice(trouble: Trouble) -> Text {
    match trouble {
        Trouble::Stolen => text("请核实车辆和骑行人。", "Verify the bike and who rides it."),
        Trouble::Clone => text(
            "请把标签上的编码与车架、外壳逐位核对。",
            "Compare the label with the frame and the case, figure by figure.",
        ),
        Trouble::Recycled => text(
            "已交回收，不应再使用。",
            "It was handed in and should not be in use.",
        ),
        Trouble::Cancelled => text(
            "这块号牌不应再挂在车上。",
            "This plate should no longer be on a bike.",
        ),
        Trouble::Unregistered => text(
            "购车后应在 15 天内上牌。记录可能上传得晚，请看购车发票。",
            "A bike is to be registered within 15 days. Records may arrive late: look at the invoice.",
        ),
        Trouble::Recalled => text(
            "请提醒车主停用，并联系生产者。",
            "Tell the owner to stop using it and to contact the maker.",
        ),
    }
}

/// When nothing was found against a code that is registered.
pub(crate) const fn in_order(kind: Kind) -> Text {
    match kind {
        Kind::Lic => text("号牌在册，没有警示", "Plate registered, no alarm"),
        Kind::Vin => text("车辆已上牌，没有警示", "Bike registered, no alarm"),
        Kind::Pwb => text("电池有登记，没有警示", "Battery registered, no alarm"),
    }
}

/// When a bike was sold a few days ago.
pub(crate) const IN_GRACE: Text = text(
    "还没有上牌，未满 15 天",
    "Not registered yet, within 15 days",
);
pub(crate) const GRACE_NOTE: Text = text(
    "购车后 15 天内可以先凭发票骑行。期限：",
    "For 15 days after the sale it may be ridden with the invoice. Until",
);
/// When neither a sale nor a registration is known.
pub(crate) const NO_REGISTRATION: Text = text("没有查到上牌记录", "No registration on record");
pub(crate) const NO_REGISTRATION_NOTE: Text = text(
    "也没有警示。记录可能上传得晚，这不表示有问题。",
    "No alarm either. Records may arrive late: this alone means nothing.",
);

/// The thing, in the middle of a sentence.
const fn thing(kind: Kind) -> Text {
    match kind {
        Kind::Vin => text("车", "bike"),
        Kind::Pwb => text("电池", "battery"),
        Kind::Lic => text("号牌", "plate"),
    }
}

/// How the code scanned now and the plate scanned before go together.
pub(crate) fn comparison(outcome: Comparison, kind: Kind, lang: Lang) -> String {
    let thing = thing(kind).to(lang);
    match (outcome, lang) {
        (Comparison::Belongs, Lang::Zh) => {
            format!("这{}{thing}与刚扫的号牌登记一致", measure(kind))
        }
        (Comparison::Belongs, Lang::En) => {
            format!("This {thing} belongs to the plate you just scanned")
        }
        (Comparison::Differs, Lang::Zh) => {
            format!("这{}{thing}不属于刚扫的号牌", measure(kind))
        }
        (Comparison::Differs, Lang::En) => {
            format!("This {thing} does not belong to the plate you just scanned")
        }
        (Comparison::Unknown, Lang::Zh) => {
            format!("不知道这{}{thing}是否属于刚扫的号牌", measure(kind))
        }
        (Comparison::Unknown, Lang::En) => {
            format!("Whether this {thing} belongs to the plate is not on record")
        }
    }
}

const fn measure(kind: Kind) -> &'static str {
    match kind {
        Kind::Vin => "辆",
        Kind::Pwb | Kind::Lic => "块",
    }
}

/// The plate of a comparison, as it is printed.
pub(crate) fn compared_with(number: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("对照号牌 {number}"),
        Lang::En => format!("Compared with plate {number}"),
    }
}

/// Why an officer looks at a whole identity number.
pub(crate) const fn purpose(purpose: Purpose) -> Text {
    match purpose {
        Purpose::StreetCheck => text("路面查验", "Check on the street"),
        Purpose::Theft => text("盗抢核查", "Theft"),
        Purpose::Accident => text("事故处理", "Accident"),
        Purpose::Offence => text("违法处理", "Offence"),
        Purpose::Lost => text("失物招领", "Lost and found"),
    }
}

/// Why a battery is not to be taken in.
pub(crate) const fn bar(bar: Bar) -> Text {
    match bar {
        Bar::AlreadyTaken => text(
            "已有回收记录。请核对编码，同一块电池不能回收两次。",
            "It was taken in before. Compare the code: one battery is not taken in twice.",
        ),
        Bar::Stolen => text(
            "已报失窃。请留下电池，并拨打 110。",
            "It was reported stolen. Keep it aside and call 110.",
        ),
    }
}

/// What to mind when it is taken in.
pub(crate) const fn care(care: Care) -> Text {
    match care {
        Care::Clone => text(
            "标签可能是复制的。请把编码与外壳逐位核对。",
            "The label may be a copy. Compare the code with the case, figure by figure.",
        ),
        Care::Recalled => text(
            "在召回范围内。请先问生产者，单独存放。",
            "It is being recalled. Ask the maker first, and store it apart.",
        ),
        Care::Fire => text(
            "有火灾记录。请单独存放，远离可燃物。",
            "A fire is on record. Store it apart, away from anything that burns.",
        ),
        Care::NoProduction => text(
            "没有查到生产记录。请看标牌，写下类型和容量。",
            "No production record. Read type and capacity from its plate.",
        ),
    }
}

/// A no of the staff door, in one sentence.
pub(crate) fn no_title(no: No, lang: Lang) -> &'static str {
    match no {
        No::SignInFirst => text("请先登录", "Please sign in first"),
        No::NotAccepted => text("令牌无效", "This token is not accepted"),
        No::TooManyTries => text("试得有点快", "That was a little fast"),
        No::NotForYou => text("您的身份不能查看这一页", "This page is not for your role"),
        No::NotFromHere => text("请从本站页面操作", "Please use the pages of this site"),
        No::NotRecorded => text("暂时不能查看", "Not available just now"),
        No::PurposeMissing => text("请选择查看目的", "Please choose a purpose"),
        No::EnoughToday => text(
            "今天的查看数量已到上限",
            "The number of looks for today is used up",
        ),
    }
    .to(lang)
}

/// Why, and what to do.
pub(crate) fn no_detail(no: No, lang: Lang) -> &'static str {
    match no {
        No::SignInFirst => text(
            "这里是工作人员入口。公众请直接扫码查询。",
            "This is the staff entrance. The public page opens by scanning the code.",
        ),
        No::NotAccepted => text(
            "可能已过期、已收回或没有粘贴完整。请重新粘贴，或联系单位管理员。",
            "It may have expired, been taken back, or not been pasted whole. Paste it again, or ask your administrator.",
        ),
        No::TooManyTries => text("请过一分钟再试。", "Please try again in a minute."),
        No::NotForYou => text(
            "需要查看时，请联系单位管理员。",
            "If you need it for your work, ask your administrator.",
        ),
        No::NotFromHere => text(
            "这个请求来自别的网站，没有执行。",
            "The request came from another site and was not carried out.",
        ),
        No::NotRecorded => text(
            "资料暂时读不到，或查看记录写不进去，所以不能显示内容。请稍后再试。",
            "The register cannot be read, or the look cannot be recorded, so nothing can be shown. Please try again later.",
        ),
        No::PurposeMissing => text(
            "没有目的，不能显示完整号码。",
            "Without a purpose the whole number is not shown.",
        ),
        No::EnoughToday => text(
            "工作需要时，请联系单位管理员。",
            "If your work needs more, ask your administrator.",
        ),
    }
    .to(lang)
}

/// The columns of the list as a table.
pub(crate) fn columns(lang: Lang) -> [&'static str; 6] {
    [
        text("编码", "Code"),
        text("类型", "Type"),
        text("容量", "Capacity"),
        text("生产时间", "Produced"),
        text("结果", "Verdict"),
        text("扫码时间", "Scanned"),
    ]
    .map(|column| column.to(lang))
}

/// The heading over one item of a set.
pub(crate) fn item_title(kind: Kind, lang: Lang) -> &'static str {
    kind_name(kind).to(lang)
}
