use serde_json::{Value, json};

pub(crate) const VIN: &str = "vin/218622108311027";
pub(crate) const PWB: &str = "pwb/76392965TN21080500543B48V121513522";
pub(crate) const LIC: &str = "lic/33010621822480";
pub(crate) const CODES: [&str; 3] = [VIN, PWB, LIC];

/// Makes vehicles.
pub(crate) const CYCLES: &str = "91331082MA2RJ6WH89";
/// Makes batteries; its codes begin with `76392965`.
pub(crate) const CELLS: &str = "91330522763929651A";
pub(crate) const SHOP: &str = "91330106MA1DEM015F";
pub(crate) const RECYCLER: &str = "91330500MA2DEM025L";
pub(crate) const REPAIRER: &str = "91330106MA3DEM035X";
pub(crate) const POLICE: &str = "113301000024894011";

/// A line of a record file, without a subject of its own.
pub(crate) fn line(id: &str, record: &str, source: &str, at: &str, fields: &Value) -> String {
    json!({"id": id, "record": record, "source": source, "at": at, "fields": fields}).to_string()
}

/// A line of a record file that says what it is about.
pub(crate) fn about(
    subject: &str,
    id: &str,
    record: &str,
    source: &str,
    at: &str,
    fields: &Value,
) -> String {
    json!({"id": id, "record": record, "source": source, "at": at, "subject": subject,
        "fields": fields})
    .to_string()
}

/// The number in a code.
pub(crate) fn value(code: &str) -> &str {
    code.split_once('/').unwrap().1
}

pub(crate) fn vehicle(id: &str, vin: &str) -> String {
    let fields = json!({"ZhenCheBM": value(vin), "CheLiangZZS": "示例车业有限公司",
        "ChanPinXH": "TDR4996Z", "ShengChanQYMC": "示例车业有限公司", "XuDianCLX": "铅酸蓄电池",
        "XuDianCSCQY": "示例电池股份有限公司", "XuDianCRL": "12Ah", "XuDianCXH": "6-DZF-12",
        "LinkURL": format!("https://www.pzcode.cn/{vin}")});
    line(
        id,
        "production.vehicle",
        CYCLES,
        "2021-08-31T10:00:00+08:00",
        &fields,
    )
}

pub(crate) fn battery(id: &str, pwb: &str) -> String {
    let fields = json!({"XuDianCWYBH": value(pwb), "ZiBianM": "N-513522",
        "XuDianCLX": "铅酸蓄电池", "XuDianCSCQY": "示例电池股份有限公司", "XuDianCRL": "12Ah",
        "XuDianCXH": "6-DZF-12", "LinkURL": format!("https://www.pzcode.cn/{pwb}")});
    line(
        id,
        "production.battery",
        CELLS,
        "2021-08-05T10:00:00+08:00",
        &fields,
    )
}

pub(crate) fn maker(id: &str, name: &str, party: &str) -> String {
    let fields = json!({"CompanyName": name, "CreditCode": party, "LinkMobile": "400-000-0001",
        "AreaCode": "331082", "Address": "浙江省台州市临海市示例路1号",
        "ProductionAddress": "浙江省台州市临海市示例路1号"});
    line(
        id,
        "party.maker",
        party,
        "2021-01-04T09:00:00+08:00",
        &fields,
    )
}

pub(crate) fn sale(id: &str, vin: &str, batteries: &[&str], at: &str) -> String {
    let codes: Vec<&str> = batteries.iter().map(|code| value(code)).collect();
    let fields = json!({"uniscid": SHOP, "ZhenCheBM": value(vin), "XuDianCWYBH": codes,
        "create_time": at, "update_time": at});
    line(id, "sale.binding", SHOP, at, &fields)
}

pub(crate) fn plate(id: &str, lic: &str, vin: &str, batteries: &[&str], at: &str) -> String {
    let codes: Vec<&str> = batteries.iter().map(|code| value(code)).collect();
    let fields = json!({"XingMing": "张三丰", "IdentityCard": "330106199001011238",
        "ChePaiHM": value(lic).get(6..13).unwrap(), "XuDianCWYBH": codes, "ZhenCheBM": value(vin),
        "LinkUrl": format!("https://www.pzcode.cn/{lic}"), "CommitDate": at});
    line(id, "registration.plate", POLICE, at, &fields)
}

/// The first records of the three examples: each has a page.
pub(crate) fn three() -> Vec<String> {
    vec![
        maker("m1", "示例车业有限公司", CYCLES),
        maker("m2", "示例电池股份有限公司", CELLS),
        vehicle("v1", VIN),
        battery("b1", PWB),
        line(
            "p1",
            "registration.plate",
            POLICE,
            "2021-11-10T09:30:00+08:00",
            &json!({"XingMing": "张三丰", "ChePaiHM": "2182248",
                "LinkUrl": format!("https://www.pzcode.cn/{LIC}")}),
        ),
    ]
}
