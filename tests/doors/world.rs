use saoma::words::catalog::{FieldKind, RecordKind};
use serde_json::{Map, Value, json};

pub(crate) const VIN: &str = "vin/218622108311027";
pub(crate) const PWB: &str = "pwb/76392965TN21080500543B48V121513522";
pub(crate) const LIC: &str = "lic/33010621822480";
pub(crate) const CODES: [&str; 3] = [VIN, PWB, LIC];

const CYCLES: &str = "91331082MA2RJ6WH89";
const CELLS: &str = "91330522763929651A";
const SHOP: &str = "91330106MA1DEM015F";
const RECYCLER: &str = "91330500MA2DEM025L";
const REPAIRER: &str = "91330106MA3DEM035X";
const POLICE: &str = "113301000024894011";

/// The number in a code.
pub(crate) fn number(code: &str) -> &str {
    code.split_once('/').unwrap().1
}

/// What a record of this type is about, and who submits it.
fn about(kind: RecordKind) -> (&'static str, &'static str) {
    match kind {
        RecordKind::ProductionVehicle | RecordKind::PartyMaker => (VIN, CYCLES),
        RecordKind::ProductionBattery => (PWB, CELLS),
        RecordKind::RecycleReceipt | RecordKind::PartyRecycler => (PWB, RECYCLER),
        RecordKind::RegistrationPlate => (LIC, POLICE),
        RecordKind::PartySeller | RecordKind::SaleBinding | RecordKind::StockItem => (VIN, SHOP),
        RecordKind::PartyRepairer | RecordKind::RepairJob => (VIN, REPAIRER),
        RecordKind::RidingUse
        | RecordKind::ChargingSite
        | RecordKind::ChargingFire
        | RecordKind::SwapUse
        | RecordKind::PlateCancelled
        | RecordKind::NoticeRecall
        | RecordKind::NoticeStolen
        | RecordKind::NoticeClone
        | RecordKind::WarrantyPolicy => (VIN, POLICE),
    }
}

/// A value that looks like what it should be.
pub(crate) fn value(record: RecordKind, key: &str, kind: FieldKind) -> Value {
    let (subject, source) = about(record);
    match kind {
        FieldKind::CodeVin => number(VIN).into(),
        FieldKind::CodePwb => number(PWB).into(),
        FieldKind::CodePwbList => json!([number(PWB)]),
        FieldKind::Url if key == "generalimgpath" => "https://example.com/qzx.png".into(),
        FieldKind::Url => format!("https://www.pzcode.cn/{subject}").into(),
        FieldKind::Uscc => source.into(),
        FieldKind::Phone => "13912345678".into(),
        FieldKind::Division => "330106".into(),
        FieldKind::Address => "浙江省杭州市西湖区文三路1号".into(),
        FieldKind::Name => "张三丰".into(),
        FieldKind::IdCard => "330106199001011238".into(),
        FieldKind::Geo => "120.153576".into(),
        FieldKind::Time => "2022-01-02 03:04:05".into(),
        FieldKind::Date => "2022-01-02".into(),
        FieldKind::ItemType => "整车".into(),
        FieldKind::Number => "55".into(),
        FieldKind::Plate => "2182248".into(),
        FieldKind::Text
        | FieldKind::Maker
        | FieldKind::AnyCode
        | FieldKind::Months
        | FieldKind::Switch => format!("示例{key}").into(),
    }
}

/// A record of each of the standard's fifteen types, with a value in every field.
pub(crate) fn everything() -> Vec<String> {
    let standard = RecordKind::ALL.into_iter().take(15);
    standard.map(|kind| line(kind).to_string()).collect()
}

fn line(kind: RecordKind) -> Value {
    let (subject, source) = about(kind);
    let mut fields = Map::new();
    for field in kind.fields() {
        let value = value(kind, field.key, field.entry.kind);
        fields.insert(field.key.to_owned(), value);
    }
    let mut line = json!({"id": format!("id-{}", kind.name()), "record": kind.name(),
        "source": source, "at": "2022-01-02T03:04:05+08:00", "fields": fields});
    if !kind.name().starts_with("party.") {
        line["subject"] = subject.into();
    }
    line
}
