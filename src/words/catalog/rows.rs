//! The rows of the catalog, in the standard's order.
//!
//! Each reads: table, 信息名称, 信息英文名称, our keys, kind, level, and what public, holder, app,
//! recycler and police get.

use super::{Entry, FieldKind, Level, RecordKind, Rule};

macro_rules! rows {
    ($($record:ident {$(
        $table:literal $label:literal $name:literal $keys:literal $kind:ident $level:ident
        [$public:ident $holder:ident $app:ident $recycler:ident $police:ident];
    )*})*) => {
        [$($(Entry {
            table: $table,
            record: RecordKind::$record,
            label: $label,
            standard_name: $name,
            keys: $keys,
            kind: FieldKind::$kind,
            level: Level::$level,
            rules: [Rule::$public, Rule::$holder, Rule::$app, Rule::$recycler, Rule::$police],
        },)*)*]
    };
}

/// Tables 1 to 8 of the standard.
pub static CATALOG: [Entry; 90] = rows! {
    ProductionVehicle {
        1 "整车编码" "ZhenCheBM" "ZhenCheBM" CodeVin L1 [Full Full Full Full Full];
        1 "车辆制造商" "CheLiangZZS" "CheLiangZZS" Text L1 [Full Full Full Full Full];
        1 "产品型号" "ChanPinXH" "ChanPinXH" Text L1 [Full Full Full Full Full];
        1 "生产企业名称" "ShengChanQYMC" "ShengChanQYMC" Text L1 [Full Full Full Full Full];
        1 "蓄电池类型" "XuDianCLX" "XuDianCLX" Text L1 [Full Full Full Full Full];
        1 "蓄电池生产企业" "XuDianCSCQY" "XuDianCSCQY" Text L1 [Full Full Full Full Full];
        1 "蓄电池容量" "XuDianCRL" "XuDianCRL" Text L1 [Full Full Full Full Full];
        1 "蓄电池型号" "XuDianCXH" "XuDianCXH" Text L1 [Full Full Full Full Full];
        1 "电动自行车浙品码" "LinkURL" "LinkURL" Url L1 [Full Full Full Full Full];
    }
    ProductionBattery {
        1 "蓄电池编号" "XuDianCWYBH" "XuDianCWYBH" CodePwb L1 [Full Full Full Full Full];
        1 "企业自编码" "ZiBianM" "ZiBianM" Text L2 [Withheld Withheld Withheld Full Full];
        1 "蓄电池类型" "XuDianCLX" "XuDianCLX" Text L1 [Full Full Full Full Full];
        1 "蓄电池生产企业" "XuDianCSCQY" "XuDianCSCQY" Text L1 [Full Full Full Full Full];
        1 "蓄电池容量" "XuDianCRL" "XuDianCRL" Text L1 [Full Full Full Full Full];
        1 "蓄电池型号" "XuDianCXH" "XuDianCXH" Text L1 [Full Full Full Full Full];
        1 "蓄电池浙品码" "LinkURL" "LinkURL" Url L1 [Full Full Full Full Full];
    }
    PartyMaker {
        1 "企业名称" "CompanyName" "CompanyName" Text L1 [Full Full Full Full Full];
        1 "统一社会信用代码" "CreditCode" "CreditCode" Uscc L1 [Full Full Full Full Full];
        1 "联系电话" "LinkMobile" "LinkMobile" Phone L3 [Phone Phone Phone Phone Full];
        1 "行政区划" "AreaCode" "AreaCode" Division L1 [Full Full Full Full Full];
        1 "企业地址" "Address" "Address" Address L1 [Full Full Full Full Full];
        1 "生产地址" "ProductionAddress" "ProductionAddress" Address L1 [Full Full Full Full Full];
    }
    PartySeller {
        2 "统一社会信用代码" "uniscid" "uniscid" Uscc L1 [Full Full Full Full Full];
        2 "地址" "dom" "dom" Address L3 [District District District District Full];
        2 "法人" "lerep" "lerep" Name L3 [Withheld Name Withheld Name Full];
        2 "经纬度或参与方位置码" "longitude\\latitude\\gln" "longitude,latitude,gln" Geo L2 [Withheld Full Full Full Full];
        2 "法定代表人" "lerep" "lerep" Name L3 [Withheld Name Withheld Name Full];
        2 "登记机关" "regorg" "regorg" Text L1 [Full Full Full Full Full];
        2 "经营地址" "shopdom" "shopdom" Address L1 [Full Full Full Full Full];
    }
    SaleBinding {
        2 "统一社会信用代码" "uniscid" "uniscid" Uscc L2 [Withheld Full Withheld Withheld Full];
        2 "整车编码" "ZhenCheBM" "ZhenCheBM" CodeVin L2 [Withheld Full Withheld Withheld Full];
        2 "蓄电池编号" "XuDianCWYBH" "XuDianCWYBH" CodePwbList L2 [Withheld Full Withheld Withheld Full];
        2 "赋码创建时间" "create_time" "create_time" Time L2 [Withheld Day Withheld Withheld Full];
        2 "赋码更新时间" "update_time" "update_time" Time L2 [Withheld Withheld Withheld Withheld Full];
    }
    StockItem {
        2 "统一社会信用代码" "uniscid" "uniscid" Uscc L2 [Withheld Withheld Withheld Withheld Full];
        2 "生产日期" "proddt" "proddt" Date L2 [Withheld Month Withheld Month Full];
        2 "车池类型" "chechi_type" "chechi_type" ItemType L2 [Withheld Withheld Withheld Withheld Full];
        2 "整车编码" "chechibm" "chechibm" CodeVin L2 [Withheld Withheld Withheld Withheld Full];
        2 "蓄电池编号" "chechibm" "chechibm" CodePwb L2 [Withheld Withheld Withheld Withheld Full];
        2 "车池入库时间" "create_time" "create_time" Time L2 [Withheld Withheld Withheld Withheld Full];
        2 "车池出库时间" "create_time" "create_time_out" Time L2 [Withheld Withheld Withheld Withheld Full];
    }
    RegistrationPlate {
        3 "车主姓名" "XingMing" "XingMing" Name L3 [Name Name Withheld Withheld Full];
        3 "车主身份证号码" "IdentityCard" "IdentityCard" IdCard L4 [Withheld Id1 Withheld Withheld Id64];
        3 "车牌号码" "ChePaiHM" "ChePaiHM" Plate L2 [Full Full Full Withheld Full];
        3 "蓄电池编号" "XuDianCWYBH" "XuDianCWYBH" CodePwbList L3 [Withheld Full Withheld Withheld Full];
        3 "整车编码" "ZhenCheBM" "ZhenCheBM" CodeVin L3 [Withheld Full Withheld Withheld Full];
        3 "车牌二维码信息" "LinkUrl" "LinkUrl" Url L1 [Full Full Full Full Full];
        3 "上牌时间" "CommitDate" "CommitDate" Time L2 [Withheld Day Withheld Withheld Full];
    }
    RidingUse {
        4 "使用人姓名" "WFR" "WFR" Name L4 [Withheld Withheld Withheld Withheld Full];
        4 "骑行行为" "WFXW" "WFXW" Text L4 [Withheld Withheld Withheld Withheld Full];
        4 "使用时间" "WFSJ" "WFSJ" Time L4 [Withheld Withheld Withheld Withheld Full];
        4 "整车重量" "ZCZL" "ZCZL" Number L2 [Withheld Withheld Withheld Withheld Full];
        4 "车速上限" "CSSX" "CSSX" Number L2 [Withheld Withheld Withheld Withheld Full];
    }
    ChargingSite {
        5 "充停点地址" "CTDDZ" "CTDDZ" Address L2 [Withheld District Withheld Withheld Full];
        5 "充电桩地址" "CDZDZ" "CDZDZ" Address L2 [Withheld District Withheld Withheld Full];
        5 "充电桩编码" "CDZBM" "CDZBM" Text L2 [Withheld Withheld Withheld Withheld Full];
        5 "充停点设立时间" "TDSLSJ" "TDSLSJ" Time L2 [Withheld Withheld Withheld Withheld Full];
        5 "充电桩设立时间" "CDZSLSJ" "CDZSLSJ" Time L2 [Withheld Withheld Withheld Withheld Full];
    }
    ChargingFire {
        5 "火灾事故发生地点" "HZSGFSDD" "HZSGFSDD" Address L3 [Withheld District Withheld Flag Full];
        5 "火灾事故发生时间" "HZSGFSSJ" "HZSGFSSJ" Time L3 [Withheld Month Withheld Flag Full];
    }
    SwapUse {
        6 "共享车企名称" "GXCQMC" "GXCQMC" Text L1 [Full Full Full Full Full];
        6 "共享池企名称" "GXCQMC" "GXCQMC_chi" Text L1 [Full Full Full Full Full];
        6 "共享车企地址" "GXCQDZ" "GXCQDZ" Address L1 [Full Full Full Full Full];
        6 "共享池企地址" "GXCQDZ" "GXCQDZ_chi" Address L1 [Full Full Full Full Full];
        6 "共享车池使用时间" "GXCCSYSJ" "GXCCSYSJ" Time L4 [Withheld Withheld Withheld Withheld Full];
    }
    PartyRepairer {
        7 "统一社会信用代码" "uniscid" "uniscid" Uscc L1 [Full Full Full Full Full];
        7 "企业名称" "entname" "entname" Text L1 [Full Full Full Full Full];
        7 "法定代表人" "lerep" "lerep" Name L3 [Withheld Name Withheld Name Full];
        7 "地址" "dom" "dom" Address L1 [Full Full Full Full Full];
        7 "登记机关管辖单位" "regorg\\localadm" "regorg,localadm" Text L1 [Full Full Full Full Full];
        7 "经纬度或参与方位置码" "longitude\\latitude\\gln" "longitude,latitude,gln" Geo L2 [Withheld Full Full Full Full];
        7 "负责人联系电话" "managertel" "managertel" Phone L3 [Withheld Phone Withheld Phone Full];
    }
    RepairJob {
        7 "整车编码" "ZhenCheBM" "ZhenCheBM" CodeVin L2 [Withheld Full Withheld Withheld Full];
        7 "维修蓄电池编号" "XuDianCWYBH" "XuDianCWYBH" CodePwb L2 [Withheld Full Withheld Full Full];
        7 "维修时间" "datetime" "datetime" Time L2 [Withheld Day Withheld Month Full];
    }
    PartyRecycler {
        8 "统一社会信用代码" "uniscid" "uniscid" Uscc L1 [Full Full Full Full Full];
        8 "主体名称" "entname" "entname" Text L1 [Full Full Full Full Full];
        8 "地址" "dom" "dom" Address L1 [Full Full Full Full Full];
        8 "法人姓名" "lerep" "lerep" Name L3 [Withheld Name Withheld Name Full];
        8 "经纬度或参与方位置码" "longitude\\latitude\\gln" "longitude,latitude,gln" Geo L2 [Withheld Full Full Full Full];
        8 "法定代表人联系电话" "lereptel" "lereptel" Phone L3 [Withheld Withheld Withheld Phone Full];
        8 "负责人联系电话" "managertel" "managertel" Phone L3 [Withheld Phone Withheld Phone Full];
        8 "店铺名称" "shop_name" "shop_name" Text L1 [Full Full Full Full Full];
        8 "负责人姓名" "link_man" "link_man" Name L3 [Withheld Name Withheld Name Full];
        8 "仓库地址" "storehouse" "storehouse" Address L2 [Withheld Withheld Withheld Full Full];
        8 "总代理承诺照片" "generalimgpath" "generalimgpath" Url L4 [Withheld Withheld Withheld Withheld Full];
    }
    RecycleReceipt {
        8 "整车编码" "ZhenCheBM" "ZhenCheBM" CodeVin L2 [Withheld Full Withheld Full Full];
        8 "回收蓄电池编号" "chechibm" "chechibm" CodePwb L2 [Withheld Full Withheld Full Full];
        8 "回收电池类型" "batterytype" "batterytype" Text L1 [Full Full Full Full Full];
        8 "回收时间" "receive_time" "receive_time" Time L2 [Month Day Month Full Full];
    }
};

/// What the standard leaves out. Names are ours, the decisions follow its own.
pub static EXTENSIONS: [Entry; 20] = rows! {
    PlateCancelled {
        0 "注销时间" "since" "since" Date L1 [Month Day Month Day Full];
        0 "注销原因" "reason" "reason" Text L2 [Withheld Withheld Withheld Withheld Full];
    }
    NoticeRecall {
        0 "召回生产者" "maker" "maker" Maker L1 [Full Full Full Full Full];
        0 "召回型号" "model" "model" Text L1 [Full Full Full Full Full];
        0 "起始编码" "from" "from" AnyCode L1 [Full Full Full Full Full];
        0 "终止编码" "to" "to" AnyCode L1 [Full Full Full Full Full];
        0 "召回时间" "since" "since" Date L1 [Month Day Month Day Full];
        0 "召回说明" "text" "text" Text L1 [Full Full Full Full Full];
        0 "撤销" "lifted" "lifted" Switch L1 [Full Full Full Full Full];
    }
    NoticeStolen {
        0 "报失时间" "since" "since" Date L2 [Withheld Day Withheld Withheld Full];
        0 "报失说明" "text" "text" Text L2 [Withheld Full Withheld Withheld Full];
        0 "撤销" "lifted" "lifted" Switch L2 [Withheld Full Withheld Withheld Full];
    }
    NoticeClone {
        0 "通报时间" "since" "since" Date L1 [Month Day Month Day Full];
        0 "通报说明" "text" "text" Text L1 [Full Full Full Full Full];
        0 "撤销" "lifted" "lifted" Switch L1 [Full Full Full Full Full];
    }
    WarrantyPolicy {
        0 "生产者" "maker" "maker" Maker L1 [Full Full Full Full Full];
        0 "型号" "model" "model" Text L1 [Full Full Full Full Full];
        0 "部件" "part" "part" Text L1 [Full Full Full Full Full];
        0 "保修月数" "months" "months" Months L1 [Full Full Full Full Full];
        0 "安全使用月数" "safe_months" "safe_months" Months L1 [Full Full Full Full Full];
    }
};
