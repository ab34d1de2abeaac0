//! What the standard calls its records and fields.
//!
//! The Chinese labels are the standard's own, or ours where it has none or says the same twice.

use super::{Text, text};
use crate::lang::Lang;

/// What a type of record is called; its own name if it is not one of ours.
pub fn sheet_title(record: &str, lang: Lang) -> &str {
    SHEETS
        .iter()
        .find(|sheet| sheet.0 == record)
        .map_or(record, |sheet| sheet.1.to(lang))
}

/// What a field of a type of record is called; its own name if it is not one of ours.
pub fn label<'a>(record: &str, key: &'a str, lang: Lang) -> &'a str {
    SHEETS
        .iter()
        .find(|sheet| sheet.0 == record)
        .and_then(|sheet| sheet.2.iter().find(|field| field.0 == key))
        .map_or(key, |field| field.1.to(lang))
}

pub(super) type Fields = &'static [(&'static str, Text)];

#[rustfmt::skip]
pub(super) static SHEETS: [(&str, Text, Fields); 20] = [
    ("production.vehicle", text("整车生产信息", "Vehicle production"), &[
        ("ZhenCheBM", text("整车编码", "Vehicle code")),
        ("CheLiangZZS", text("车辆制造商", "Vehicle maker")),
        ("ChanPinXH", text("产品型号", "Model")),
        ("ShengChanQYMC", text("生产企业名称", "Produced by")),
        ("XuDianCLX", text("蓄电池类型", "Battery type")),
        ("XuDianCSCQY", text("蓄电池生产企业", "Battery maker")),
        ("XuDianCRL", text("蓄电池容量", "Battery capacity")),
        ("XuDianCXH", text("蓄电池型号", "Battery model")),
        ("LinkURL", text("电动自行车浙品码", "Address on the sticker")),
    ]),
    ("production.battery", text("蓄电池生产信息", "Battery production"), &[
        ("XuDianCWYBH", text("蓄电池编号", "Battery code")),
        ("ZiBianM", text("企业自编码", "Maker’s own number")),
        ("XuDianCLX", text("蓄电池类型", "Battery type")),
        ("XuDianCSCQY", text("蓄电池生产企业", "Battery maker")),
        ("XuDianCRL", text("蓄电池容量", "Battery capacity")),
        ("XuDianCXH", text("蓄电池型号", "Battery model")),
        ("LinkURL", text("蓄电池浙品码", "Address on the sticker")),
    ]),
    ("party.maker", text("生产企业", "Maker"), &[
        ("CompanyName", text("企业名称", "Company")),
        ("CreditCode", text("统一社会信用代码", "Credit code")),
        ("LinkMobile", text("联系电话", "Telephone")),
        ("AreaCode", text("行政区划", "Division")),
        ("Address", text("企业地址", "Address")),
        ("ProductionAddress", text("生产地址", "Place of production")),
    ]),
    ("party.seller", text("销售单位", "Seller"), &[
        ("uniscid", text("统一社会信用代码", "Credit code")),
        ("dom", text("地址", "Address")),
        ("lerep", text("法定代表人", "Legal representative")),
        ("longitude", text("经度", "Longitude")),
        ("latitude", text("纬度", "Latitude")),
        ("gln", text("参与方位置码", "Location number")),
        ("regorg", text("登记机关", "Registered with")),
        ("shopdom", text("经营地址", "Place of business")),
    ]),
    ("sale.binding", text("销售信息", "Sale"), &[
        ("uniscid", text("统一社会信用代码", "Seller’s credit code")),
        ("ZhenCheBM", text("整车编码", "Vehicle code")),
        ("XuDianCWYBH", text("蓄电池编号", "Battery codes")),
        ("create_time", text("赋码创建时间", "Coded")),
        ("update_time", text("赋码更新时间", "Code updated")),
    ]),
    ("stock.item", text("出入库信息", "Stock"), &[
        ("uniscid", text("统一社会信用代码", "Holder’s credit code")),
        ("proddt", text("生产日期", "Produced")),
        ("chechi_type", text("车池类型", "Vehicle or battery")),
        ("chechibm", text("车池编号", "Item code")),
        ("create_time", text("车池入库时间", "Into stock")),
        ("create_time_out", text("车池出库时间", "Out of stock")),
    ]),
    ("registration.plate", text("上牌信息", "Plate registration"), &[
        ("XingMing", text("车主姓名", "Owner")),
        ("IdentityCard", text("车主身份证号码", "Owner’s identity number")),
        ("ChePaiHM", text("车牌号码", "Plate number")),
        ("XuDianCWYBH", text("蓄电池编号", "Battery codes")),
        ("ZhenCheBM", text("整车编码", "Vehicle code")),
        ("LinkUrl", text("车牌二维码信息", "Address on the plate")),
        ("CommitDate", text("上牌时间", "Registered on")),
    ]),
    ("riding.use", text("骑行信息", "Riding"), &[
        ("WFR", text("使用人姓名", "Rider")),
        ("WFXW", text("骑行行为", "Conduct")),
        ("WFSJ", text("使用时间", "Time")),
        ("ZCZL", text("整车重量", "Vehicle mass")),
        ("CSSX", text("车速上限", "Top speed")),
    ]),
    ("charging.site", text("充停点信息", "Charging site"), &[
        ("CTDDZ", text("充停点地址", "Site")),
        ("CDZDZ", text("充电桩地址", "Charger’s place")),
        ("CDZBM", text("充电桩编码", "Charger’s code")),
        ("TDSLSJ", text("充停点设立时间", "Site since")),
        ("CDZSLSJ", text("充电桩设立时间", "Charger since")),
    ]),
    ("charging.fire", text("火灾事故信息", "Fire"), &[
        ("HZSGFSDD", text("火灾事故发生地点", "Place of the fire")),
        ("HZSGFSSJ", text("火灾事故发生时间", "Time of the fire")),
    ]),
    ("swap.use", text("共享换电信息", "Shared use"), &[
        ("GXCQMC", text("共享车企名称", "Vehicle operator")),
        ("GXCQMC_chi", text("共享池企名称", "Battery operator")),
        ("GXCQDZ", text("共享车企地址", "Vehicle operator’s address")),
        ("GXCQDZ_chi", text("共享池企地址", "Battery operator’s address")),
        ("GXCCSYSJ", text("共享车池使用时间", "Time of use")),
    ]),
    ("party.repairer", text("维修单位", "Repairer"), &[
        ("uniscid", text("统一社会信用代码", "Credit code")),
        ("entname", text("企业名称", "Company")),
        ("lerep", text("法定代表人", "Legal representative")),
        ("dom", text("地址", "Address")),
        ("regorg", text("登记机关", "Registered with")),
        ("localadm", text("管辖单位", "Supervised by")),
        ("longitude", text("经度", "Longitude")),
        ("latitude", text("纬度", "Latitude")),
        ("gln", text("参与方位置码", "Location number")),
        ("managertel", text("负责人联系电话", "Manager’s telephone")),
    ]),
    ("repair.job", text("维修信息", "Repair"), &[
        ("ZhenCheBM", text("整车编码", "Vehicle code")),
        ("XuDianCWYBH", text("维修蓄电池编号", "Battery repaired")),
        ("datetime", text("维修时间", "Repaired on")),
    ]),
    ("party.recycler", text("回收单位", "Recycler"), &[
        ("uniscid", text("统一社会信用代码", "Credit code")),
        ("entname", text("主体名称", "Company")),
        ("dom", text("地址", "Address")),
        ("lerep", text("法人姓名", "Legal representative")),
        ("longitude", text("经度", "Longitude")),
        ("latitude", text("纬度", "Latitude")),
        ("gln", text("参与方位置码", "Location number")),
        ("lereptel", text("法定代表人联系电话", "Legal representative’s telephone")),
        ("managertel", text("负责人联系电话", "Manager’s telephone")),
        ("shop_name", text("店铺名称", "Shop")),
        ("link_man", text("负责人姓名", "Manager")),
        ("storehouse", text("仓库地址", "Store")),
        ("generalimgpath", text("总代理承诺照片", "Signed commitment")),
    ]),
    ("recycle.receipt", text("回收信息", "Recycling"), &[
        ("ZhenCheBM", text("整车编码", "Vehicle code")),
        ("chechibm", text("回收蓄电池编号", "Battery taken in")),
        ("batterytype", text("回收电池类型", "Battery type")),
        ("receive_time", text("回收时间", "Taken in")),
    ]),
    ("plate.cancelled", text("号牌注销", "Plate cancelled"), &[
        ("since", text("注销时间", "Cancelled on")),
        ("reason", text("注销原因", "Reason")),
    ]),
    ("notice.recall", text("召回通知", "Recall notice"), &[
        ("maker", text("召回生产者", "Maker")),
        ("model", text("召回型号", "Model")),
        ("from", text("起始编码", "First code")),
        ("to", text("终止编码", "Last code")),
        ("since", text("召回时间", "Since")),
        ("text", text("召回说明", "Notice")),
        ("lifted", text("撤销", "Lifted")),
    ]),
    ("notice.stolen", text("报失通知", "Theft notice"), &[
        ("since", text("报失时间", "Since")),
        ("text", text("报失说明", "Notice")),
        ("lifted", text("撤销", "Lifted")),
    ]),
    ("notice.clone", text("疑似复制通报", "Copied label notice"), &[
        ("since", text("通报时间", "Since")),
        ("text", text("通报说明", "Notice")),
        ("lifted", text("撤销", "Lifted")),
    ]),
    ("warranty.policy", text("保修政策", "Warranty"), &[
        ("maker", text("生产者", "Maker")),
        ("model", text("型号", "Model")),
        ("part", text("部件", "Part")),
        ("months", text("保修月数", "Months")),
        ("until", text("保修到期", "Until")),
        ("safe_months", text("安全使用月数", "Months of safe use")),
        ("safe_until", text("安全使用至", "Safe to use until")),
        ("safe_from", text("安全使用起算", "Counted from")),
        ("safe_over", text("已过安全使用期", "Past its safe use")),
    ]),
];
