//! Records that cannot all be true: found, listed and shown to staff, never resolved by guessing.
//!
//! All records are kept. Whether some contradict each other is a function of what is kept, so it
//! does not depend on the order they came in.

use std::collections::{BTreeMap, BTreeSet};

use super::bonds::{BINDING, mentions};
use super::dossier::Dossier;
use crate::words::catalog::RecordKind;
use crate::words::code::{Code, Kind, ORG_LEN};
use crate::words::record::Record;
use crate::words::subject::{Maker, Subject};

/// What contradicts what, about one code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contradiction {
    /// A battery is bound to more than one vehicle that is still about.
    BatteryOnVehicles(Vec<Code>),
    /// A plate was given to more than one vehicle since it was last cancelled.
    PlateOnVehicles(Vec<Code>),
    /// A vehicle carries more than one plate that is still good.
    VehicleUnderPlates(Vec<Code>),
    /// A battery names a maker whose credit code has another organisation's code.
    OrganisationNotItsMakers,
}

/// That a battery's records name this maker while its code names that organisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// The maker's name.
    pub name: String,
    /// The organisation in the battery's code.
    pub maker: Maker,
}

impl Claim {
    /// Its key in a store.
    pub fn key(&self) -> Vec<u8> {
        [self.maker.as_bytes(), self.name.as_bytes()].concat()
    }

    /// Reads a key.
    pub fn from_key(key: &[u8]) -> Option<Self> {
        let (maker, name) = key.split_at_checked(ORG_LEN)?;
        let text = |bytes| std::str::from_utf8(bytes).ok();
        Some(Self {
            name: text(name)?.to_owned(),
            maker: Maker::parse(text(maker)?)?,
        })
    }

    /// Whether the maker of this name is known, and is another organisation.
    pub fn is_foreign(&self, makers: &BTreeMap<String, BTreeSet<Maker>>) -> bool {
        makers
            .get(&self.name)
            .is_some_and(|makers| !makers.contains(&self.maker))
    }
}

impl Contradiction {
    /// The name in the list of conflicts and in what staff see.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BatteryOnVehicles(_) => "battery-on-two-vehicles",
            Self::PlateOnVehicles(_) => "plate-on-two-vehicles",
            Self::VehicleUnderPlates(_) => "vehicle-under-two-plates",
            Self::OrganisationNotItsMakers => "organisation-not-its-makers",
        }
    }

    /// The other codes that it is about.
    pub fn others(&self) -> &[Code] {
        match self {
            Self::BatteryOnVehicles(codes)
            | Self::PlateOnVehicles(codes)
            | Self::VehicleUnderPlates(codes) => codes,
            Self::OrganisationNotItsMakers => &[],
        }
    }
}

/// Whether a code's own dossier gives reason to look closer: it is tied to two codes of a kind of
/// which it should have one.
pub fn is_suspect(code: Code, dossier: Dossier<'_>) -> bool {
    // Counting is cheap and nearly always enough: almost every code is tied once.
    let ties = match code.kind() {
        Kind::Pwb => BINDING
            .into_iter()
            .map(|kind| dossier.count_links_of(kind))
            .sum(),
        Kind::Vin => dossier.count_links_of(RecordKind::RegistrationPlate),
        Kind::Lic => dossier.count_records_of(RecordKind::RegistrationPlate),
    };
    ties > 1
        && match code.kind() {
            Kind::Pwb => is_on_vehicles(dossier),
            Kind::Lic | Kind::Vin => tied(code, dossier).len() > 1,
        }
}

/// What contradicts what about this code, as far as bindings go. `dossier_of` finds the dossiers
/// of other codes.
pub fn of_bindings<E>(
    code: Code,
    dossier: Dossier<'_>,
    mut dossier_of: impl FnMut(Code) -> Result<Vec<u8>, E>,
) -> Result<Option<Contradiction>, E> {
    let mut others = tied(code, dossier);
    if others.len() < 2 {
        return Ok(None);
    }
    let mut live = Vec::new();
    for other in std::mem::take(&mut others) {
        let bytes = dossier_of(other)?;
        let theirs = Dossier::from_bytes(&bytes);
        let is_live = match code.kind() {
            Kind::Pwb => !is_scrapped(theirs),
            Kind::Vin => tied(other, theirs).contains(&code),
            Kind::Lic => true,
        };
        if is_live {
            live.push(other);
        }
    }
    Ok((live.len() > 1).then(|| match code.kind() {
        Kind::Pwb => Contradiction::BatteryOnVehicles(live),
        Kind::Lic => Contradiction::PlateOnVehicles(live),
        Kind::Vin => Contradiction::VehicleUnderPlates(live),
    }))
}

/// The makers' names that a battery's records give.
pub fn claimed_makers(dossier: Dossier<'_>) -> impl Iterator<Item = &str> {
    dossier
        .records_of(RecordKind::ProductionBattery)
        .filter_map(|record| claimed_maker(&record))
}

/// The maker's name that a battery's production record gives.
pub fn claimed_maker<'a>(record: &Record<'a>) -> Option<&'a str> {
    (record.kind == RecordKind::ProductionBattery).then(|| record.open("XuDianCSCQY"))?
}

/// The vehicles of a battery or plate, the plates of a vehicle: of each it should have one.
fn tied(code: Code, dossier: Dossier<'_>) -> BTreeSet<Code> {
    match code.kind() {
        Kind::Pwb => vehicles_of_battery(code, dossier),
        Kind::Lic => vehicles_of_plate(code, dossier),
        Kind::Vin => {
            let links = dossier.links_of(RecordKind::RegistrationPlate);
            links.filter_map(|link| link.from.code()).collect()
        }
    }
}

fn vehicles_of_battery(code: Code, dossier: Dossier<'_>) -> BTreeSet<Code> {
    let mut found = BTreeSet::new();
    for link in BINDING.into_iter().flat_map(|kind| dossier.links_of(kind)) {
        found.extend(link.from.code());
        found.extend(link.others);
    }
    found.retain(|found| found.kind() == Kind::Vin && *found != code);
    found
}

/// Whether a battery is tied to more than one vehicle, without collecting which.
fn is_on_vehicles(battery: Dossier<'_>) -> bool {
    let links = BINDING.into_iter().flat_map(|kind| battery.links_of(kind));
    let mut vehicles = links
        .flat_map(|link| link.from.code().into_iter().chain(link.others))
        .filter(|code| code.kind() == Kind::Vin);
    let first = vehicles.next();
    vehicles.any(|vehicle| Some(vehicle) != first)
}

/// Only what was registered since the plate was last cancelled counts.
fn vehicles_of_plate(code: Code, dossier: Dossier<'_>) -> BTreeSet<Code> {
    let cancelled = dossier
        .records_of(RecordKind::PlateCancelled)
        .map(|record| record.at)
        .max();
    dossier
        .records_of(RecordKind::RegistrationPlate)
        .filter(|record| cancelled.is_none_or(|at| record.at > at))
        .flat_map(|record| mentions(&record, Subject::Code(code)))
        .filter(|named| named.kind() == Kind::Vin)
        .collect()
}

/// A vehicle is gone when it was itself taken in; that one of its batteries was is not enough.
fn is_scrapped(vehicle: Dossier<'_>) -> bool {
    vehicle
        .records_of(RecordKind::RecycleReceipt)
        .next()
        .is_some()
}
