//! The fields of records, in the catalog's order.

use crate::ink::{Sheet, Subject};
use crate::parties::Company;
use crate::province::{Pack, Plate, Vehicle};

/// What a sticker says before its code.
const PUBLIC_URL: &str = "https://www.pzcode.cn/";

pub(super) fn maker(sheet: &mut impl Sheet, company: &Company) {
    sheet.field("CompanyName", company.name.as_str());
    sheet.field("CreditCode", company.credit.as_str());
    sheet.field("LinkMobile", company.phone.as_str());
    sheet.field("AreaCode", company.division.code);
    sheet.field("Address", company.address.as_str());
    sheet.field("ProductionAddress", company.address.as_str());
}

pub(super) fn seller(sheet: &mut impl Sheet, company: &Company) {
    sheet.field("uniscid", company.credit.as_str());
    sheet.field("dom", company.address.as_str());
    sheet.field("lerep", company.person.as_str());
    place(sheet, company);
    sheet.field("regorg", (company.division.name, "市场监督管理局"));
    sheet.field("shopdom", company.address.as_str());
}

pub(super) fn repairer(sheet: &mut impl Sheet, company: &Company) {
    sheet.field("uniscid", company.credit.as_str());
    sheet.field("entname", company.name.as_str());
    sheet.field("lerep", company.person.as_str());
    sheet.field("dom", company.address.as_str());
    sheet.field("regorg", (company.division.name, "市场监督管理局"));
    sheet.field("localadm", (company.division.name, "市场监督管理局"));
    place(sheet, company);
    sheet.field("managertel", company.phone.as_str());
}

pub(super) fn recycler(sheet: &mut impl Sheet, company: &Company) {
    sheet.field("uniscid", company.credit.as_str());
    sheet.field("entname", company.name.as_str());
    sheet.field("dom", company.address.as_str());
    sheet.field("lerep", company.person.as_str());
    place(sheet, company);
    sheet.field("lereptel", company.phone.as_str());
    sheet.field("managertel", company.phone.as_str());
    sheet.field("shop_name", company.name.as_str());
    sheet.field("link_man", company.person.as_str());
    sheet.field("storehouse", company.address.as_str());
}

fn place(sheet: &mut impl Sheet, company: &Company) {
    sheet.field("longitude", company.longitude.as_str());
    sheet.field("latitude", company.latitude.as_str());
}

pub(super) fn made_vehicle(sheet: &mut impl Sheet, vehicle: &Vehicle<'_>) {
    sheet.field("ZhenCheBM", vehicle.code.as_bytes());
    sheet.field("CheLiangZZS", vehicle.maker.brand.as_str());
    sheet.field("ChanPinXH", vehicle.model);
    sheet.field("ShengChanQYMC", vehicle.maker.company.name.as_str());
    battery_facts(sheet, &vehicle.pack);
    sheet.field(
        "LinkURL",
        (PUBLIC_URL, Subject("vin", vehicle.code.as_bytes())),
    );
}

pub(super) fn made_battery(sheet: &mut impl Sheet, pack: &Pack<'_>, code: &[u8]) {
    sheet.field("XuDianCWYBH", code);
    sheet.field("ZiBianM", code.get(8..).unwrap_or_default());
    battery_facts(sheet, pack);
    sheet.field("LinkURL", (PUBLIC_URL, Subject("pwb", code)));
}

fn battery_facts(sheet: &mut impl Sheet, pack: &Pack<'_>) {
    sheet.field("XuDianCLX", pack.sort.chemistry);
    sheet.field("XuDianCSCQY", pack.maker.company.name.as_str());
    sheet.field("XuDianCRL", pack.sort.capacity);
    sheet.field("XuDianCXH", pack.sort.model);
}

pub(super) fn registration(
    sheet: &mut impl Sheet,
    vehicle: &Vehicle<'_>,
    plate: &Plate<'_>,
    (surname, given): (&'static str, (&'static str, &'static str)),
    card: &[u8],
) {
    let code = plate.code.as_bytes();
    sheet.field("XingMing", (surname, given));
    sheet.field("IdentityCard", card);
    sheet.field("ChePaiHM", code.get(6..13).unwrap_or_default());
    sheet.list("XuDianCWYBH", vehicle.pack.codes());
    sheet.field("ZhenCheBM", vehicle.code.as_bytes());
    sheet.field("LinkUrl", (PUBLIC_URL, Subject("lic", code)));
    sheet.field("CommitDate", plate.at);
}
