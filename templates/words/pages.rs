//! What the pages themselves say.

use super::{Text, text};
use crate::{
    lang::Lang,
    view::{Audience, Kind},
};

pub(crate) const SITE: Text = text("电动自行车扫码查询", "E-bike codes");
pub(crate) const OTHER_LANGUAGE: Text = text("EN", "中文");
pub(crate) const LARGE: Text = text("大字", "Large");
/// As it stands in every text that names the hotline for consumers.
pub(crate) const CALL_12315: Text = text("拨打 12315", "call 12315");
/// As it stands in every text that names the police.
pub(crate) const CALL_110: Text = text("拨打 110", "call 110");
pub(crate) const SKIP: Text = text("跳到结果", "Skip to the answer");
pub(crate) const PREVIEW: Text = text(
    "打开后查看这个编码的登记情况和警示。",
    "Open to see what is registered for this code, and any warning.",
);
pub(crate) const LOOK_UP_ANOTHER: Text = text("查另一个编码", "Look up another code");
pub(crate) const PRIVACY: Text = text("隐私说明", "Privacy");
pub(crate) const STANDARD: Text = text(
    "编码规则：DB33/T 1323—2023",
    "Format of the codes: DB33/T 1323—2023",
);

/// The answer, when there is no warning. It says what was found and no more.
pub(crate) const REGISTERED: Text = text("编码已登记", "This code is registered");
pub(crate) const NO_WARNING: Text = text(
    "目前没有警示。请核对下面的编码。",
    "No warning at present. Please compare the code below.",
);
pub(crate) const NO_WARNING_THEN: Text = text(
    "当时没有警示。请核对下面的编码。",
    "There was no warning then. Please compare the code below.",
);
pub(crate) const THE_NOTICE: Text = text("通知原文", "The notice");
pub(crate) const STILL_REGISTERED: Text = text(
    "编码已登记，但有警示。",
    "The code is registered, and there is a warning.",
);
pub(crate) const STALE: Text = text(
    "暂时连不上登记系统，下面是先前保存的内容，警示可能不全。内容截至：",
    "The register cannot be reached just now. This was saved earlier and may lack a new warning. As of",
);
pub(crate) const COMPARE: Text = text("与实物核对编码", "Compare the code");
pub(crate) const EACH_PART: Text = text("各部分的意思", "What each part means");
pub(crate) const CERTIFIED_BATTERY: Text = text("认证时的电池配置", "Battery as certified");
pub(crate) const CERTIFIED_NOTE: Text = text(
    "这是车型认证时的配置，不一定是车上现在装的电池。",
    "What the model was certified with. The battery fitted today may be another.",
);
pub(crate) const MASKED: Text = text("有意隐去，保护隐私", "Hidden on purpose, for privacy");
pub(crate) const NEXT: Text = text("接下来", "What to do next");
pub(crate) const MORE: Text = text("更多登记信息", "More from the register");
pub(crate) const STICKER: Text = text("标签地址", "Address on the sticker");
pub(crate) const UPDATED: Text = text("内容更新", "Last changed");
pub(crate) const PLATE_AREA: Text = text("发牌地区", "Issued in");
pub(crate) const YES: Text = text("是", "Yes");
pub(crate) const NO: Text = text("否", "No");

pub(crate) const HOME_TITLE: Text = text("查一个编码", "Look up a code");
pub(crate) const HOME_LEAD: Text = text(
    "车、电池、号牌上的浙品码，都可以在这里查。标签扫不出来时，把编码输在下面。",
    "For the codes on e-bikes, their batteries and plates. If a sticker will not scan, type its code here.",
);
pub(crate) const CODE: Text = text("编码", "Code");
pub(crate) const CODE_HINT: Text = text(
    "整个网址也可以。空格和横线不影响。",
    "The whole address will do. Spaces and hyphens do not matter.",
);
pub(crate) const FIND: Text = text("查询", "Look up");
pub(crate) const WHERE: Text = text("编码在哪里", "Where to find it");

pub(crate) const PRIVACY_TITLE: Text = text("隐私说明", "Privacy");
pub(crate) const PRIVACY_POINTS: [(Text, Text); 4] = [
    (
        text("公开页面上有什么", "What the public page holds"),
        text(
            "产品信息和警示。一件物品的页面不列出与它配套的车、电池或号牌。个人信息在写入时就已隐去，公开页面读不到原文。",
            "The product and its warnings. The page of one item does not name the bike, battery or plate that belongs to it. Personal data are hidden when they are written; the public pages cannot read the originals.",
        ),
    ),
    (
        text("带 * 的内容", "Values with a *"),
        text(
            "这是有意隐去的，例如姓名只留姓氏。有权限的工作人员另有入口，每次查看都先留下记录。",
            "They are hidden on purpose: of a name only the surname is left. Authorised staff have an entrance of their own, and every look is recorded first.",
        ),
    ),
    (
        text("您扫码时", "When you scan"),
        text(
            "没有脚本，没有 Cookie，不定位。日志不记完整编码，也不记完整网络地址。",
            "No script, no cookie, no location. Logs hold no whole code and no whole network address.",
        ),
    ),
    (
        text("发现不对", "If something is wrong"),
        text(
            "产品信息有误，请联系生产者或销售店；质量或假冒问题，请拨打 12315。",
            "If product details are wrong, ask the maker or the shop. For quality or counterfeits, call 12315.",
        ),
    ),
];

/// A length of time in months, as it was submitted.
pub(crate) fn months(count: &str, lang: Lang) -> String {
    match (lang, count) {
        (Lang::Zh, _) => [count, " 个月"].concat(),
        (Lang::En, "1") => "1 month".to_owned(),
        (Lang::En, _) => [count, " months"].concat(),
    }
}

/// The thing, as a heading.
pub(crate) const fn kind_name(kind: Kind) -> Text {
    match kind {
        Kind::Vin => text("电动自行车", "E-bike"),
        Kind::Pwb => text("蓄电池", "Battery"),
        Kind::Lic => text("号牌", "Plate"),
    }
}

/// Where the code to compare with is.
pub(crate) const fn compare_with(kind: Kind) -> Text {
    match kind {
        Kind::Vin => text(
            "与车架上刻的编码逐位核对。",
            "Compare it with the number engraved on the frame.",
        ),
        Kind::Pwb => text(
            "与电池外壳上的编码逐位核对。",
            "Compare it with the number on the battery’s case.",
        ),
        Kind::Lic => text(
            "中间 7 位应与号牌上印的号码一致。",
            "The seven digits in the middle should be those printed on the plate.",
        ),
    }
}

/// The product's facts, as a heading.
pub(crate) const fn facts(kind: Kind) -> Text {
    match kind {
        Kind::Vin => text("车辆", "The bike"),
        Kind::Pwb => text("电池", "The battery"),
        Kind::Lic => text("号牌", "The plate"),
    }
}

/// What to do after a code was found.
pub(crate) const fn next_steps(kind: Kind) -> &'static [Text] {
    match kind {
        Kind::Vin => &VEHICLE_STEPS,
        Kind::Pwb => &BATTERY_STEPS,
        Kind::Lic => &PLATE_STEPS,
    }
}

const VEHICLE_STEPS: [Text; 3] = [
    text(
        "核对：上面的编码应与车架上刻的一致。登记只说明这个编码有记录，不能单凭它认定是正品。",
        "Compare: the code above should be the one on the frame. Registered only means that there is a record; it does not prove the bike genuine.",
    ),
    text(
        "对不上，或标签像是重贴的：请问销售店，或拨打 12315。",
        "If they differ, or the sticker looks replaced: ask the shop, or call 12315.",
    ),
    text(
        "不再骑了：请交给正规回收点，不要自己拆。",
        "When you no longer ride it: take it to a proper collection point. Do not take it apart.",
    ),
];

const BATTERY_STEPS: [Text; 3] = [
    text(
        "核对：上面的编码应与电池外壳上的一致。登记只说明这个编码有记录，不能单凭它认定是正品。",
        "Compare: the code above should be the one on the case. Registered only means that there is a record; it does not prove the battery genuine.",
    ),
    text(
        "对不上，或容量、型号与标牌不同：请停止充电，问销售店，或拨打 12315。",
        "If it differs, or capacity or model are not as on the label: stop charging, ask the shop, or call 12315.",
    ),
    text(
        "电池旧了：请交给正规回收点，不要拆开，也不要丢进垃圾桶。",
        "When the battery is worn out: take it to a proper collection point. Do not open it or bin it.",
    ),
];

const PLATE_STEPS: [Text; 2] = [
    text(
        "核对：中间 7 位应与号牌上印的一致，一位不差。登记只说明这个编码有记录。",
        "Compare: the seven digits in the middle should be those on the plate. Registered only means that there is a record.",
    ),
    text(
        "对不上，或号牌像是伪造的：请拨打 110。",
        "If they differ, or the plate looks forged: call 110.",
    ),
];

pub(crate) const BIKE_NOT_SHOWN: Text = text(
    "这里不显示它属于哪辆车。买二手车时，请和卖家一起到车管部门办理转移登记。",
    "This page does not say which bike it belongs to. When you buy second-hand, have it transferred at the registration office.",
);

/// What to do when nobody has registered a code.
pub(crate) const fn not_registered_steps(kind: Kind) -> [Text; 3] {
    let new = match kind {
        Kind::Vin | Kind::Pwb => text(
            "刚买的：过几天再查，或请销售店联系厂家登记。",
            "If you have just bought it: look again in a few days, or have the shop ask the maker to register it.",
        ),
        Kind::Lic => text(
            "刚上牌的：过几天再查，或问发牌的车管部门。",
            "If the plate is new: look again in a few days, or ask the office that issued it.",
        ),
    };
    [
        text(
            "先把编码与标签逐位核对。",
            "First compare the code with the sticker, figure by figure.",
        ),
        new,
        text(
            "仍查不到，或觉得可疑：请拨打 12315。",
            "If it stays unknown, or something seems wrong: call 12315.",
        ),
    ]
}

/// What a sticker looks like, for who types its code.
pub(crate) const fn where_to_find(kind: Kind) -> Text {
    match kind {
        Kind::Vin => text(
            "15 位数字，在车架和踏板处的标签上。",
            "15 digits, on the frame and on the sticker by the footboard.",
        ),
        Kind::Pwb => text(
            "字母和数字，在电池外壳的标签上，含前面的 8 位组织机构代码。",
            "Letters and digits, on the battery’s case, with the 8 characters of the organisation in front.",
        ),
        Kind::Lic => text(
            "14 位数字：6 位地区代码，号牌上印的 7 位号码，末位 0（普通）或 1（带芯片）。",
            "14 digits: 6 of the district, the 7 printed on the plate, then 0 (plain) or 1 (with a chip).",
        ),
    }
}

/// Whose view this is; the public's needs no saying.
pub(crate) const fn seen_as(audience: Audience) -> Option<Text> {
    match audience {
        Audience::Public => None,
        Audience::Holder => Some(text(
            "持有人可见的内容，请勿转发截图。",
            "What the holder may see. Please do not pass it on.",
        )),
        Audience::App => Some(text(
            "授权应用可见的内容。",
            "What an authorised application may see.",
        )),
        Audience::Recycler => Some(text(
            "回收维修单位可见的内容，仅限业务使用。",
            "What recyclers and repairers may see, for their work only.",
        )),
        Audience::Police => Some(text(
            "公安可见的内容，本次查看已记录。",
            "What officers may see. This look has been recorded.",
        )),
    }
}
