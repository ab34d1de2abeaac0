//! Warnings: what each is called, and what a reader should do.

use super::{Text, text};
use crate::view::{AlertKind, Kind};

/// What the warning says, as the answer to the scan.
pub(crate) const fn alert_title(alert: AlertKind, kind: Kind) -> Text {
    match (alert, kind) {
        (AlertKind::Recalled, Kind::Vin) => {
            text("这辆车在召回范围内", "This bike is being recalled")
        }
        (AlertKind::Recalled, Kind::Pwb) => {
            text("这块电池在召回范围内", "This battery is being recalled")
        }
        (AlertKind::Recalled, Kind::Lic) => text("有召回通知", "There is a recall notice"),
        (AlertKind::Recycled, Kind::Vin) => {
            text("这辆车已登记回收", "This bike was taken in for recycling")
        }
        (AlertKind::Recycled, Kind::Pwb) => text(
            "这块电池已登记回收",
            "This battery was taken in for recycling",
        ),
        (AlertKind::Recycled, Kind::Lic) => text("已登记回收", "Taken in for recycling"),
        (AlertKind::Cancelled, _) => text("这块号牌已注销", "This plate has been cancelled"),
        (AlertKind::Clone, _) => text("这张标签可能是复制的", "This label may be a copy"),
        (AlertKind::Stolen, Kind::Vin) => text("这辆车已报失窃", "This bike was reported stolen"),
        (AlertKind::Stolen, Kind::Pwb) => {
            text("这块电池已报失窃", "This battery was reported stolen")
        }
        (AlertKind::Stolen, Kind::Lic) => {
            text("这块号牌已报失窃", "This plate was reported stolen")
        }
    }
}

/// What to do about it.
pub(crate) const fn alert_advice(alert: AlertKind) -> Text {
    match alert {
        AlertKind::Recalled => text(
            "请先停止使用和充电，联系销售店或生产者处理。",
            "Stop riding and charging for now, and contact the shop or the maker.",
        ),
        AlertKind::Recycled => text(
            "它不应再出售或使用。发现仍在出售或使用，请拨打 12315。",
            "It should no longer be sold or used. If it is, please call 12315.",
        ),
        AlertKind::Cancelled => text(
            "它不应再挂在车上。如果是您的车，请联系发牌的车管部门。",
            "It should no longer be on a bike. If it is yours, ask the office that issued it.",
        ),
        AlertKind::Clone => text(
            "请把下面的编码与实物逐位核对。有一处不同，请拨打 12315。",
            "Compare the code below with the item, figure by figure. If any differs, call 12315.",
        ),
        AlertKind::Stolen => text(
            "请不要买卖或拆装，并拨打 110。",
            "Do not buy, sell or dismantle it, and please call 110.",
        ),
    }
}
