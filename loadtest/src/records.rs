//! The records of a province, in the order in which they would have arrived: who takes part,
//! what they promise, then vehicle after vehicle with all that belongs to it, then the recalls.
//!
//! Field names are the keys of the catalog in the crate `saoma`; this crate does not depend on
//! it, so that a mistake there cannot hide behind the same mistake here.

use std::io;

use clap::ValueEnum;

use crate::calendar::Moment;
use crate::dice::{Dice, Stream};
use crate::ink::{Day, Head, Id, Sheet, Subject};
use crate::parties::{Company, Parties};
use crate::places::{identity, name};
use crate::province::{Alert, Province, Stocked, Vehicle};

use self::fields::{made_battery, made_vehicle, maker, recycler, registration, repairer, seller};

mod fields;
mod notices;
#[cfg(test)]
mod tests;

/// A type of record that a province has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    #[value(name = "party.maker")]
    Maker,
    #[value(name = "party.seller")]
    Seller,
    #[value(name = "party.repairer")]
    Repairer,
    #[value(name = "party.recycler")]
    Recycler,
    #[value(name = "warranty.policy")]
    Warranty,
    #[value(name = "production.vehicle")]
    Vehicle,
    #[value(name = "production.battery")]
    Battery,
    #[value(name = "stock.item")]
    Stock,
    #[value(name = "sale.binding")]
    Sale,
    #[value(name = "registration.plate")]
    Plate,
    #[value(name = "repair.job")]
    Repair,
    #[value(name = "recycle.receipt")]
    Recycle,
    #[value(name = "plate.cancelled")]
    Cancelled,
    #[value(name = "notice.clone")]
    Clone,
    #[value(name = "notice.stolen")]
    Stolen,
    #[value(name = "notice.recall")]
    Recall,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Maker => "party.maker",
            Self::Seller => "party.seller",
            Self::Repairer => "party.repairer",
            Self::Recycler => "party.recycler",
            Self::Warranty => "warranty.policy",
            Self::Vehicle => "production.vehicle",
            Self::Battery => "production.battery",
            Self::Stock => "stock.item",
            Self::Sale => "sale.binding",
            Self::Plate => "registration.plate",
            Self::Repair => "repair.job",
            Self::Recycle => "recycle.receipt",
            Self::Cancelled => "plate.cancelled",
            Self::Clone => "notice.clone",
            Self::Stolen => "notice.stolen",
            Self::Recall => "notice.recall",
        }
    }

    const fn letter(self) -> &'static str {
        match self {
            Self::Maker => "m",
            Self::Seller => "sl",
            Self::Repairer => "rp",
            Self::Recycler => "rc",
            Self::Warranty => "w",
            Self::Vehicle => "v",
            Self::Battery => "b",
            Self::Stock => "k",
            Self::Sale => "s",
            Self::Plate => "p",
            Self::Repair => "r",
            Self::Recycle => "x",
            Self::Cancelled => "c",
            Self::Clone => "cl",
            Self::Stolen => "st",
            Self::Recall => "n",
        }
    }
}

/// Writes the records of a province that are of one of these kinds; of all if there are none.
#[derive(Debug)]
pub(crate) struct Records<'a, S> {
    province: &'a Province,
    only: &'a [Kind],
    sheet: &'a mut S,
}

/// Whatever else is said about parties was said on this day, before the first vehicle.
const FOUNDED: Moment = Moment {
    day: 300,
    second: 36_000,
};

impl<'a, S: Sheet> Records<'a, S> {
    pub(crate) fn new(province: &'a Province, only: &'a [Kind], sheet: &'a mut S) -> Self {
        Self {
            province,
            only,
            sheet,
        }
    }

    /// Writes them all.
    pub(crate) fn write(mut self) -> io::Result<()> {
        self.parties()?;
        self.warranties()?;
        for vehicle in self.province.vehicles() {
            self.vehicle(&vehicle)?;
        }
        self.recalls()
    }

    fn wants(&self, kind: Kind) -> bool {
        self.only.is_empty() || self.only.contains(&kind)
    }

    fn begin(
        &mut self,
        kind: Kind,
        number: (u64, Option<u64>),
        source: &str,
        at: Moment,
        subject: Option<Subject<'_>>,
    ) -> io::Result<&mut S> {
        self.sheet.begin(&Head {
            record: kind.name(),
            id: Id {
                letter: kind.letter(),
                number: number.0,
                place: number.1,
            },
            source,
            at,
            subject,
        })?;
        Ok(self.sheet)
    }

    fn parties(&mut self) -> io::Result<()> {
        let Parties {
            vehicle_makers,
            battery_makers,
            sellers,
            repairers,
            recyclers,
            offices: _,
        } = &self.province.parties;
        let makers = vehicle_makers.iter().map(|maker| &maker.company);
        let makers = makers.chain(battery_makers.iter().map(|maker| &maker.company));
        self.companies(Kind::Maker, makers, maker)?;
        self.companies(Kind::Seller, sellers.iter(), seller)?;
        self.companies(Kind::Repairer, repairers.iter(), repairer)?;
        self.companies(Kind::Recycler, recyclers.iter(), recycler)
    }

    fn companies<'b>(
        &mut self,
        kind: Kind,
        companies: impl Iterator<Item = &'b Company>,
        say: fn(&mut S, &Company),
    ) -> io::Result<()> {
        if !self.wants(kind) {
            return Ok(());
        }
        for (company, number) in companies.zip(0..) {
            let at = FOUNDED;
            let sheet = self.begin(kind, (number, None), &company.credit, at, None)?;
            say(sheet, company);
            sheet.end();
        }
        Ok(())
    }

    fn vehicle(&mut self, vehicle: &Vehicle<'_>) -> io::Result<()> {
        let number = vehicle.number;
        if self.wants(Kind::Vehicle) {
            let source = &vehicle.maker.company.credit;
            let sheet = self.begin(Kind::Vehicle, (number, None), source, vehicle.made, None)?;
            made_vehicle(sheet, vehicle);
            sheet.end();
        }
        if self.wants(Kind::Battery) {
            let source = &vehicle.pack.maker.company.credit;
            for (code, place) in vehicle.pack.codes().zip(1..) {
                let id = (number, Some(place));
                let sheet = self.begin(Kind::Battery, id, source, vehicle.made, None)?;
                made_battery(sheet, &vehicle.pack, code);
                sheet.end();
            }
        }
        self.trade(vehicle)?;
        if let Some(plate) = vehicle.plate.as_ref().filter(|_| self.wants(Kind::Plate)) {
            let subject = Subject("lic", plate.code.as_bytes());
            let mut dice = Dice::of(self.province.seed, Stream::Details, number);
            let id = (number, None);
            let sheet = self.begin(Kind::Plate, id, plate.office, plate.at, Some(subject))?;
            let (card, owner) = (identity(&mut dice), name(&mut dice));
            registration(sheet, vehicle, plate, owner, &card);
            sheet.end();
        }
        self.afterwards(vehicle)
    }

    /// Into stock, and sold.
    fn trade(&mut self, vehicle: &Vehicle<'_>) -> io::Result<()> {
        let Some((at, seller)) = vehicle.sold else {
            return Ok(());
        };
        let number = vehicle.number;
        if self.wants(Kind::Stock) && vehicle.stocked != Stocked::Nothing {
            let code = vehicle.code.as_bytes();
            self.stocked(vehicle, (0, "整车", Subject("vin", code)), seller)?;
            if vehicle.stocked == Stocked::Both {
                for (code, place) in vehicle.pack.codes().zip(1..) {
                    self.stocked(vehicle, (place, "蓄电池", Subject("pwb", code)), seller)?;
                }
            }
        }
        if self.wants(Kind::Sale) {
            let sheet = self.begin(Kind::Sale, (number, None), &seller.credit, at, None)?;
            sheet.field("uniscid", seller.credit.as_str());
            sheet.field("ZhenCheBM", vehicle.code.as_bytes());
            sheet.list("XuDianCWYBH", vehicle.pack.codes());
            sheet.field("create_time", at);
            sheet.field("update_time", at);
            sheet.end();
        }
        Ok(())
    }

    fn stocked(
        &mut self,
        vehicle: &Vehicle<'_>,
        (place, sort, subject): (u64, &'static str, Subject<'_>),
        seller: &Company,
    ) -> io::Result<()> {
        let id = (vehicle.number, Some(place));
        let at = vehicle.made.later(1, 28_800 + vehicle.made.second / 2);
        let sheet = self.begin(Kind::Stock, id, &seller.credit, at, Some(subject))?;
        sheet.field("uniscid", seller.credit.as_str());
        sheet.field("proddt", Day(vehicle.made));
        sheet.field("chechi_type", sort);
        sheet.field("chechibm", subject.1);
        sheet.field("create_time", at);
        sheet.end();
        Ok(())
    }

    /// Repaired, taken back, or reported.
    fn afterwards(&mut self, vehicle: &Vehicle<'_>) -> io::Result<()> {
        let code = vehicle.code.as_bytes();
        let battery = vehicle.pack.codes().next().unwrap_or_default();
        let id = (vehicle.number, None);
        if let Some((at, shop)) = vehicle.repaired.filter(|_| self.wants(Kind::Repair)) {
            let subject = Some(Subject("vin", code));
            let sheet = self.begin(Kind::Repair, id, &shop.credit, at, subject)?;
            sheet.field("ZhenCheBM", code);
            sheet.field("XuDianCWYBH", battery);
            sheet.field("datetime", at);
            sheet.end();
        }
        if let Some((at, shop)) = vehicle.recycled.filter(|_| self.wants(Kind::Recycle)) {
            let subject = Some(Subject("pwb", battery));
            let sheet = self.begin(Kind::Recycle, id, &shop.credit, at, subject)?;
            sheet.field("ZhenCheBM", code);
            sheet.field("chechibm", battery);
            sheet.field("batterytype", vehicle.pack.sort.chemistry);
            sheet.field("receive_time", at);
            sheet.end();
        }
        let (Some((at, alert)), Some(plate)) = (vehicle.alert, vehicle.plate.as_ref()) else {
            return Ok(());
        };
        let (kind, subject, key, text) = match alert {
            Alert::Cancelled => {
                let plate = Subject("lic", plate.code.as_bytes());
                (Kind::Cancelled, plate, "reason", "车主申请注销")
            }
            Alert::Clone => (Kind::Clone, Subject("vin", code), "text", "疑似套用编码"),
            Alert::Stolen => (Kind::Stolen, Subject("vin", code), "text", "车主报失"),
        };
        if self.wants(kind) {
            let sheet = self.begin(kind, id, plate.office, at, Some(subject))?;
            sheet.field("since", Day(at));
            sheet.field(key, text);
            sheet.end();
        }
        Ok(())
    }
}
