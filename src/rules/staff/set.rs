//! What should be together on the street: a plate, its vehicle, its batteries, as the newest
//! records have it.

use saoma_pages::Alert;
use saoma_pages::staff::{Item, Named};

use super::makers;
use crate::rules::alerts::alerts;
use crate::rules::bonds::mentions;
use crate::rules::class::Class;
use crate::rules::dossier::{Dossier, Link};
use crate::rules::project::sheets_of;
use crate::rules::show::Reader;
use crate::rules::stored::open_sheets;
use crate::words::catalog::RecordKind;
use crate::words::code::{Code, Kind};
use crate::words::moment::Moment;
use crate::words::policy::Policy;
use crate::words::record::Record;
use crate::words::subject::Subject;

/// The most batteries that are read for one page. A set has at most six; more is a faulty record.
const BATTERIES_MAX: usize = 12;

/// A code and what is on record with it.
#[derive(Clone, Debug)]
pub struct Together {
    /// The code that was asked for.
    pub asked: Code,
    /// The codes and their dossiers: plate, vehicle, batteries. The one asked for is among them.
    pub members: Vec<Member>,
}

/// One code of a set.
#[derive(Clone, Debug)]
pub struct Member {
    /// The code.
    pub code: Code,
    /// Its own dossier.
    pub dossier: Vec<u8>,
    /// Its makers' dossiers: recalls of a whole model lie there.
    pub makers: Vec<Vec<u8>>,
}

impl Together {
    /// Finds what is on record with a code. `lookup` reads a subject's dossier.
    pub fn gather<E>(
        asked: Code,
        mut lookup: impl FnMut(Subject) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let mut read = |code: Code| lookup(Subject::Code(code));
        let own = read(asked)?;
        let dossier = Dossier::from_bytes(&own);
        let vehicle = match asked.kind() {
            Kind::Vin => Some(asked),
            Kind::Lic => newest_registration(dossier).and_then(|record| vehicle_of(&record, asked)),
            Kind::Pwb => last_vehicle(dossier),
        };
        let vehicle_dossier = match vehicle {
            Some(code) if code != asked => read(code)?,
            Some(_) => own.clone(),
            None => Vec::new(),
        };
        let mut plate = None;
        if asked.kind() == Kind::Lic {
            plate = Some((asked, own.clone()));
        } else if let Some(vehicle) = vehicle
            && let Some(code) = last_plate(Dossier::from_bytes(&vehicle_dossier))
        {
            let bytes = read(code)?;
            // A plate that has moved to another vehicle since is not this one's any more.
            let newest = newest_registration(Dossier::from_bytes(&bytes));
            if newest.and_then(|record| vehicle_of(&record, code)) == Some(vehicle) {
                plate = Some((code, bytes));
            }
        }
        let listed = batteries(
            plate
                .as_ref()
                .map(|(code, bytes)| (*code, Dossier::from_bytes(bytes))),
            vehicle.map(|code| (code, Dossier::from_bytes(&vehicle_dossier))),
        );
        let mut found = Vec::new();
        if asked.kind() == Kind::Pwb && !listed.contains(&asked) {
            // It was replaced since: what it was with before is in its records.
            found.push((asked, own));
        } else {
            found.extend(plate);
            found.extend(vehicle.map(|code| (code, vehicle_dossier)));
            for code in listed.into_iter().take(BATTERIES_MAX) {
                let bytes = if code == asked {
                    own.clone()
                } else {
                    read(code)?
                };
                found.push((code, bytes));
            }
        }
        let mut members = Vec::with_capacity(found.len());
        for (code, dossier) in found {
            let makers = makers(code, Dossier::from_bytes(&dossier));
            let makers = makers
                .into_iter()
                .map(|maker| lookup(Subject::Maker(maker)));
            members.push(Member {
                code,
                makers: makers.collect::<Result<_, _>>()?,
                dossier,
            });
        }
        Ok(Self { asked, members })
    }

    /// The member of this kind; of several, the first.
    pub fn of(&self, kind: Kind) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.code.kind() == kind)
    }

    /// The fields that [`items`](Self::items) shows of what is with the code asked for, and those
    /// that say that it is: `record/field`.
    pub fn fields(&self) -> Vec<String> {
        let with = self
            .members
            .iter()
            .filter(|member| member.code != self.asked);
        let mut found: Vec<String> = with
            .flat_map(|member| match member.code.kind() {
                Kind::Vin => &[
                    "registration.plate/ZhenCheBM",
                    "production.vehicle/ChanPinXH",
                    "production.vehicle/CheLiangZZS",
                ][..],
                Kind::Pwb => &[
                    "sale.binding/XuDianCWYBH",
                    "production.battery/XuDianCLX",
                    "production.battery/XuDianCRL",
                    "production.battery/XuDianCSCQY",
                    "production.battery/XuDianCXH",
                ][..],
                Kind::Lic => &["registration.plate/CommitDate"][..],
            })
            .map(|field| (*field).to_owned())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The set as a page shows it, as this reader may see it.
    pub fn items(&self, reader: Reader<'_>, policy: Policy, public_url: &str) -> Vec<Item> {
        let item = |member: &Member| {
            let kind = match member.code.kind() {
                Kind::Vin => RecordKind::ProductionVehicle,
                Kind::Pwb => RecordKind::ProductionBattery,
                Kind::Lic => RecordKind::RegistrationPlate,
            };
            let code = member.code;
            let dossier = Dossier::from_bytes(&member.dossier);
            let settled = sheets_of(kind, code, dossier, reader, policy);
            let stored: Vec<_> = settled.into_iter().map(|settled| settled.sheet).collect();
            let mut rows = open_sheets(stored, code, public_url)
                .into_iter()
                .flat_map(|sheet| sheet.rows);
            let mut product = rows.next_back();
            if let Some(row) = &mut product {
                // What it is, and of a plate only since when: whose it is has its own place.
                row.0.retain(|cell| SHOWN.contains(&cell.key));
            }
            Item {
                code: named(code),
                record: kind.name(),
                product,
            }
        };
        self.members.iter().map(item).collect()
    }
}

/// The fields of a product that a set shows.
const SHOWN: [&str; 7] = [
    "ChanPinXH",
    "CheLiangZZS",
    "XuDianCXH",
    "XuDianCLX",
    "XuDianCRL",
    "XuDianCSCQY",
    "CommitDate",
];

impl Member {
    /// The warnings that stand against it, its maker's recalls included.
    pub fn alerts(&self, reader: Reader<'_>, policy: Policy) -> Vec<Alert> {
        let dossier = Dossier::from_bytes(&self.dossier);
        let own = alerts(dossier, reader, policy);
        let mut found: Vec<Alert> = own.into_iter().filter_map(|raised| raised.alert).collect();
        found.extend(self.recalls(reader, policy));
        found
    }

    /// The recalls of its makers that concern it.
    fn recalls(&self, reader: Reader<'_>, policy: Policy) -> Vec<Alert> {
        let (kind, key) = match self.code.kind() {
            Kind::Vin => (RecordKind::ProductionVehicle, "ChanPinXH"),
            Kind::Pwb => (RecordKind::ProductionBattery, "XuDianCXH"),
            Kind::Lic => return Vec::new(),
        };
        let dossier = Dossier::from_bytes(&self.dossier);
        let records: Vec<Record<'_>> = dossier.records_of(kind).collect();
        let models: Vec<&str> = records
            .iter()
            .filter_map(|record| record.open(key))
            .collect();
        let classes = self.makers.iter();
        let classes =
            classes.filter_map(|maker| Class::seen_by(reader, Dossier::from_bytes(maker), policy));
        classes
            .flat_map(|class| {
                let recalls = class.recalls_of(self.code, &models);
                recalls
                    .filter_map(|recall| recall.alert.clone())
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

/// A code without its parts.
pub fn named(code: Code) -> Named {
    Named {
        kind: code.kind(),
        value: code.value().to_owned(),
    }
}

/// The newest record that gave out a plate.
pub fn newest_registration(plate: Dossier<'_>) -> Option<Record<'_>> {
    plate.records_of(RecordKind::RegistrationPlate).last()
}

/// The vehicle that a registration names.
pub fn vehicle_of(record: &Record<'_>, plate: Code) -> Option<Code> {
    codes_of(record, plate, Kind::Vin).into_iter().next()
}

/// The batteries that a plate's registration and its vehicle's sale name: those of the newer of
/// the two that names any.
pub fn batteries(
    plate: Option<(Code, Dossier<'_>)>,
    vehicle: Option<(Code, Dossier<'_>)>,
) -> Vec<Code> {
    let registered = plate.and_then(|(code, dossier)| {
        let record = newest_registration(dossier)?;
        Some((record.at, codes_of(&record, code, Kind::Pwb)))
    });
    let sold = vehicle.and_then(|(code, dossier)| {
        let sales = dossier.records_of(RecordKind::SaleBinding);
        let listed = sales.map(|record| (record.at, codes_of(&record, code, Kind::Pwb)));
        listed.filter(|(_, codes)| !codes.is_empty()).last()
    });
    // In doubt the registration: somebody looked at the bike for it.
    [sold, registered]
        .into_iter()
        .flatten()
        .filter(|(_, codes)| !codes.is_empty())
        .max_by_key(|(at, _)| *at)
        .map_or_else(Vec::new, |(_, codes)| codes)
}

fn codes_of(record: &Record<'_>, subject: Code, kind: Kind) -> Vec<Code> {
    let mut codes = mentions(record, Subject::Code(subject));
    codes.retain(|code| code.kind() == kind);
    codes
}

/// The plate that a vehicle was last registered under.
fn last_plate(vehicle: Dossier<'_>) -> Option<Code> {
    let links = vehicle.links_of(RecordKind::RegistrationPlate);
    newest(links)?.from.code()
}

/// The vehicle that a battery was last sold with or registered on.
fn last_vehicle(battery: Dossier<'_>) -> Option<Code> {
    let kinds = [RecordKind::SaleBinding, RecordKind::RegistrationPlate];
    let link = newest(kinds.into_iter().flat_map(|kind| battery.links_of(kind)))?;
    let named = link.from.code().into_iter().chain(link.others);
    let mut vehicles = named.filter(|code| code.kind() == Kind::Vin);
    vehicles.next()
}

fn newest(links: impl Iterator<Item = Link>) -> Option<Link> {
    links.max_by_key(|link: &Link| -> Moment { link.at })
}
