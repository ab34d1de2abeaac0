//! Contradictions as staff see them: each side with the record and the field that say it.
//!
//! A value is shown only to who gets that field whole; who gets less learns only what contradicts
//! what.

use std::collections::BTreeSet;

use saoma_pages::staff::{Dispute, Disputed, Said};

use crate::rules::bonds::{BINDING, mentions};
use crate::rules::contradictions::Contradiction;
use crate::rules::dossier::Dossier;
use crate::rules::show::Reader;
use crate::words::catalog::{RecordKind, Rule};
use crate::words::code::{Code, Kind};
use crate::words::moment::Moment;
use crate::words::subject::Subject;

/// The contradictions about a code, with what its own dossier says on each side.
pub fn disputes<'c>(
    code: Code,
    own: Dossier<'_>,
    found: impl IntoIterator<Item = &'c Contradiction>,
    reader: Reader<'_>,
) -> Vec<Dispute> {
    let dispute = |what: &Contradiction| {
        let says = match what {
            Contradiction::BatteryOnVehicles(vehicles) => of_battery(own, vehicles),
            Contradiction::PlateOnVehicles(vehicles) => of_plate(code, own, vehicles),
            Contradiction::VehicleUnderPlates(plates) => of_vehicle(own, plates),
            Contradiction::OrganisationNotItsMakers => of_organisation(own),
        };
        let seen = says.into_iter().filter(|said| is_whole(said, reader));
        // The same said twice on one day is said once.
        let says: BTreeSet<Said> = seen.collect();
        Dispute {
            kind: kind(what),
            says: says.into_iter().collect(),
        }
    };
    found.into_iter().map(dispute).collect()
}

/// The fields that these show: `record/field`.
pub fn fields(disputes: &[Dispute]) -> impl Iterator<Item = String> {
    let says = disputes.iter().flat_map(|dispute| &dispute.says);
    says.map(|said| format!("{}/{}", said.record, said.field))
}

const fn kind(what: &Contradiction) -> Disputed {
    match what {
        Contradiction::BatteryOnVehicles(_) => Disputed::BatteryOnTwoVehicles,
        Contradiction::PlateOnVehicles(_) => Disputed::PlateOnTwoVehicles,
        Contradiction::VehicleUnderPlates(_) => Disputed::VehicleUnderTwoPlates,
        Contradiction::OrganisationNotItsMakers => Disputed::OrganisationNotItsMakers,
    }
}

/// The sales and registrations that put a battery on these vehicles.
fn of_battery(battery: Dossier<'_>, vehicles: &[Code]) -> Vec<Said> {
    let links = BINDING.into_iter().flat_map(|kind| battery.links_of(kind));
    let said = links.flat_map(|link| {
        let named = link.from.code().into_iter().chain(link.others);
        let named: Vec<Code> = named.filter(|code| vehicles.contains(code)).collect();
        let one = move |vehicle: Code| a_code(link.kind, "ZhenCheBM", vehicle, link.at);
        named.into_iter().map(one)
    });
    said.collect()
}

/// The registrations that gave a plate to these vehicles.
fn of_plate(plate: Code, own: Dossier<'_>, vehicles: &[Code]) -> Vec<Said> {
    let records = own.records_of(RecordKind::RegistrationPlate);
    let said = records.flat_map(|record| {
        let named = mentions(&record, Subject::Code(plate)).into_iter();
        let one = move |vehicle| a_code(record.kind, "ZhenCheBM", vehicle, record.at);
        named.filter(|code| vehicles.contains(code)).map(one)
    });
    said.collect()
}

/// The registrations of a vehicle under these plates.
fn of_vehicle(vehicle: Dossier<'_>, plates: &[Code]) -> Vec<Said> {
    let links = vehicle.links_of(RecordKind::RegistrationPlate);
    let said = links.filter_map(|link| {
        let plate = link.from.code().filter(|code| plates.contains(code))?;
        Some(a_code(link.kind, "LinkUrl", plate, link.at))
    });
    said.collect()
}

/// The maker's name that a battery's records give, beside the code that has another's.
fn of_organisation(battery: Dossier<'_>) -> Vec<Said> {
    let records = battery.records_of(RecordKind::ProductionBattery);
    let said = records.flat_map(|record| {
        ["XuDianCWYBH", "XuDianCSCQY"]
            .into_iter()
            .filter_map(move |field| {
                Some(Said {
                    at: record.at.day_text(),
                    record: record.kind.name(),
                    field,
                    value: record.open(field)?.to_owned(),
                    sticker: None,
                })
            })
    });
    said.collect()
}

fn a_code(record: RecordKind, field: &'static str, code: Code, at: Moment) -> Said {
    Said {
        at: at.day_text(),
        record: record.name(),
        field,
        value: code.value().to_owned(),
        sticker: Some(code.kind()),
    }
}

/// Whether a reader gets this field whole, and with a plate the vehicle that is under it.
fn is_whole(said: &Said, reader: Reader<'_>) -> bool {
    let whole = |key: &str| {
        let kind = RecordKind::from_name(said.record);
        let mut fields = kind.map_or(&[][..], RecordKind::fields).iter();
        let field = fields.find(|field| field.key == key);
        field.is_some_and(|field| field.entry.rule(reader.audience()) == Rule::Full)
    };
    whole(said.field) && (said.sticker != Some(Kind::Lic) || whole("ZhenCheBM"))
}
