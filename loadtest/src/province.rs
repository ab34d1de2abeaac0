//! A province: every vehicle that was made, in the order it was made, with what became of it.
//!
//! Nothing is kept: [`Province::vehicles`] walks through the years and counts serials, so a
//! million vehicles cost no more memory than one, and the same seed walks the same way.

use crate::calendar::{Calendar, Moment};
use crate::dice::{Dice, Ranks, Stream};
use crate::ink::write_padded;
use crate::parties::{BatteryMaker, Company, OwnLength, Parties, VehicleMaker};
use crate::places::DIVISIONS;

/// The most vehicles: beyond this, seven digits of the busiest division's plates run out.
pub(crate) const MOST_VEHICLES: u64 = 20_000_000;

/// 2021-11-01, when the scheme began.
const FIRST_DAY: u64 = 304;
/// Days of production; the last is 2026-04-30, and what happens later is over by October.
const DAYS: u64 = 1641;
/// Plates of a division begin below this, so that no plate has a number above nine million.
const FIRST_PLATE_BELOW: u64 = 2_000_000;

/// The parties and the law by which vehicles are dealt out to them.
#[derive(Debug)]
pub(crate) struct Province {
    pub(crate) seed: u64,
    pub(crate) parties: Parties,
    count: u64,
    sets: Sets,
    calendar: Calendar,
    vehicle_makers: Ranks,
    battery_makers: Ranks,
    divisions: Ranks,
}

/// What belongs to a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sets {
    /// As it comes: one battery or four, a plate or none.
    Mixed,
    /// One battery and one plate, so that figures by code can be told without a mixture.
    Trios,
}

/// A vehicle and all that happened to it.
#[derive(Debug)]
pub(crate) struct Vehicle<'a> {
    pub(crate) number: u64,
    pub(crate) maker: &'a VehicleMaker,
    pub(crate) model: &'a str,
    pub(crate) code: CodeText,
    pub(crate) made: Moment,
    pub(crate) pack: Pack<'a>,
    pub(crate) stocked: Stocked,
    pub(crate) sold: Option<(Moment, &'a Company)>,
    pub(crate) plate: Option<Plate<'a>>,
    pub(crate) repaired: Option<(Moment, &'a Company)>,
    pub(crate) recycled: Option<(Moment, &'a Company)>,
    pub(crate) alert: Option<(Moment, Alert)>,
}

/// The batteries a vehicle was sold with.
#[derive(Debug)]
pub(crate) struct Pack<'a> {
    pub(crate) maker: &'a BatteryMaker,
    pub(crate) sort: &'static Sort,
    codes: [CodeText; 4],
}

/// A sort of battery.
#[derive(Debug)]
pub(crate) struct Sort {
    pub(crate) chemistry: &'static str,
    pub(crate) capacity: &'static str,
    pub(crate) model: &'static str,
    /// How the maker's own code ends.
    ending: &'static str,
    /// How many make a set.
    pieces: usize,
}

/// Sixty in a hundred vehicles have one lithium battery, forty have four lead-acid blocks.
static LITHIUM: [Sort; 3] = [
    sort("锂离子蓄电池", "48V12Ah", "LFP4812", "B48V12", 1),
    sort("锂离子蓄电池", "48V20Ah", "LFP4820", "B48V20", 1),
    sort("锂离子蓄电池", "48V24Ah", "NCM4824", "B48V24", 1),
];
pub(crate) static LEAD: [Sort; 2] = [
    sort("铅酸蓄电池", "12V12Ah", "6-DZF-12", "B12V12", 4),
    sort("铅酸蓄电池", "12V20Ah", "6-DZF-20", "B12V20", 4),
];

/// What a seller took into stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stocked {
    Nothing,
    Vehicle,
    Both,
}

/// A plate.
#[derive(Debug)]
pub(crate) struct Plate<'a> {
    pub(crate) code: CodeText,
    pub(crate) office: &'a str,
    pub(crate) at: Moment,
}

/// Why the public or the police have to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alert {
    Cancelled,
    Clone,
    Stolen,
}

/// The text of a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeText {
    bytes: [u8; 40],
    len: usize,
}

impl CodeText {
    const NONE: Self = Self {
        bytes: [0; 40],
        len: 0,
    };

    pub(crate) fn new(text: &[u8]) -> Self {
        let mut code = Self::NONE;
        for (slot, &byte) in code.bytes.iter_mut().zip(text) {
            *slot = byte;
        }
        code.len = text.len().min(code.bytes.len());
        code
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Province {
    pub(crate) fn new(seed: u64, vehicles: u64) -> Self {
        let parties = Parties::new(seed, vehicles);
        Self {
            seed,
            // The first maker has a sixth of the market, the hundredth one in six hundred.
            vehicle_makers: Ranks::new(parties.vehicle_makers.len(), 1.0),
            battery_makers: Ranks::new(parties.battery_makers.len(), 1.0),
            divisions: Ranks::new(DIVISIONS.len(), 0.7),
            parties,
            count: vehicles,
            sets: Sets::Mixed,
            calendar: Calendar::new(),
        }
    }

    /// The same with one battery and one plate to each vehicle.
    pub(crate) fn of_trios(mut self) -> Self {
        self.sets = Sets::Trios;
        self
    }

    /// All vehicles, oldest first.
    pub(crate) fn vehicles(&self) -> Vehicles<'_> {
        let parties = &self.parties;
        let mut dice = Dice::of(self.seed, Stream::Parties, 1);
        Vehicles {
            province: self,
            number: 0,
            serials: parties
                .vehicle_makers
                .iter()
                .map(|maker| maker.first_serial)
                .collect(),
            batteries: parties
                .battery_makers
                .iter()
                .map(|maker| maker.first_serial)
                .collect(),
            plates: DIVISIONS
                .iter()
                .map(|_| dice.below(FIRST_PLATE_BELOW))
                .collect(),
            scratch: Vec::with_capacity(40),
        }
    }
}

impl Pack<'_> {
    /// The codes of the batteries: one, or four.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &[u8]> {
        self.codes
            .iter()
            .take(self.sort.pieces)
            .map(CodeText::as_bytes)
    }
}

/// The walk through the years.
#[derive(Debug)]
pub(crate) struct Vehicles<'a> {
    province: &'a Province,
    number: u64,
    serials: Vec<u64>,
    batteries: Vec<u64>,
    plates: Vec<u64>,
    scratch: Vec<u8>,
}

impl<'a> Iterator for Vehicles<'a> {
    type Item = Vehicle<'a>;

    fn next(&mut self) -> Option<Vehicle<'a>> {
        let province = self.province;
        if self.number >= province.count {
            return None;
        }
        let number = self.number;
        self.number += 1;
        let parties = &province.parties;
        let mut dice = Dice::of(province.seed, Stream::Vehicle, number);

        let made = Moment {
            day: FIRST_DAY + number * DAYS / province.count,
            second: hours(8, 10, &mut dice),
        };
        let (maker, code) = self.vehicle_code(made, &mut dice)?;
        let model = dice.pick(&maker.models);
        let pack = self.pack(made, &mut dice)?;

        let stocked = match dice.below(100) {
            0..10 => Stocked::Both,
            10..25 => Stocked::Vehicle,
            _ => Stocked::Nothing,
        };
        let is_trio = province.sets == Sets::Trios;
        let is_sold = dice.in_a_thousand(900) || is_trio;
        let sold = is_sold.then(|| {
            let at = made.later(1 + dice.below(60), hours(9, 10, &mut dice));
            (at, dice.pick(&parties.sellers))
        });
        // Seven of the nine that were sold have a plate.
        let plate = match sold {
            Some((at, _)) if dice.in_a_thousand(778) || is_trio => self.plate(at, &mut dice),
            _ => None,
        };
        let since = sold.map(|(at, _)| at);
        let repaired = since.filter(|_| dice.in_a_thousand(55)).map(|at| {
            let at = at.later(10 + dice.below(50), hours(9, 9, &mut dice));
            (at, dice.pick(&parties.repairers))
        });
        let recycled = since.filter(|_| dice.in_a_thousand(11)).map(|at| {
            let at = at.later(60 + dice.below(40), hours(9, 9, &mut dice));
            (at, dice.pick(&parties.recyclers))
        });
        let alert = plate
            .as_ref()
            .filter(|_| dice.below(10_000) < 14)
            .map(|plate| {
                let alert = *dice.pick(&[Alert::Cancelled, Alert::Clone, Alert::Stolen]);
                (
                    plate.at.later(5 + dice.below(40), hours(9, 8, &mut dice)),
                    alert,
                )
            });
        Some(Vehicle {
            number,
            maker,
            model,
            code,
            made,
            pack,
            stocked,
            sold,
            plate,
            repaired,
            recycled,
            alert,
        })
    }
}

impl<'a> Vehicles<'a> {
    fn vehicle_code(
        &mut self,
        made: Moment,
        dice: &mut Dice,
    ) -> Option<(&'a VehicleMaker, CodeText)> {
        let place = self.province.vehicle_makers.throw(dice);
        let maker = self.province.parties.vehicle_makers.get(place)?;
        let serial = self.serials.get_mut(place)?;
        // A maker sells elsewhere too: one serial in ten is not of this province.
        *serial += 1 + u64::from(dice.in_a_thousand(100));
        let year = self.province.calendar.day(made.day).get(2..4)?;
        let code = vehicle_code(&mut self.scratch, maker, year, *serial);
        Some((maker, code))
    }

    fn pack(&mut self, made: Moment, dice: &mut Dice) -> Option<Pack<'a>> {
        let place = self.province.battery_makers.throw(dice);
        let maker = self.province.parties.battery_makers.get(place)?;
        let serial = self.batteries.get_mut(place)?;
        let sort = if dice.in_a_thousand(600) || self.province.sets == Sets::Trios {
            dice.pick(&LITHIUM)
        } else {
            dice.pick(&LEAD)
        };
        let mut codes = [CodeText::NONE; 4];
        for code in codes.iter_mut().take(sort.pieces) {
            *serial += 1;
            let day = self.province.calendar.day(made.day);
            *code = battery_code(&mut self.scratch, maker, day, *serial, sort);
        }
        Some(Pack { maker, sort, codes })
    }

    fn plate(&mut self, sold: Moment, dice: &mut Dice) -> Option<Plate<'a>> {
        let place = self.province.divisions.throw(dice);
        let division = DIVISIONS.get(place)?;
        let office = self.province.parties.offices.get(place)?;
        let number = self.plates.get_mut(place)?;
        *number += 1;
        self.scratch.clear();
        self.scratch.extend_from_slice(division.code.as_bytes());
        write_padded(&mut self.scratch, *number, 7);
        self.scratch
            .push(if dice.in_a_thousand(200) { b'1' } else { b'0' });
        Some(Plate {
            code: CodeText::new(&self.scratch),
            office,
            at: sold.later(dice.below(16), hours(9, 8, dice)),
        })
    }
}

/// Enterprise 4, class 2, year 2, serial 8.
pub(crate) fn vehicle_code(
    scratch: &mut Vec<u8>,
    maker: &VehicleMaker,
    year: &[u8],
    serial: u64,
) -> CodeText {
    scratch.clear();
    write_padded(scratch, maker.enterprise, 4);
    scratch.push(b'2');
    scratch.extend_from_slice(year);
    write_padded(scratch, serial, 8);
    CodeText::new(scratch)
}

/// Organisation 8, line 2, day 6, serial 7, what it is 6; some makers add five digits.
pub(crate) fn battery_code(
    scratch: &mut Vec<u8>,
    maker: &BatteryMaker,
    day: &[u8; 10],
    serial: u64,
    sort: &Sort,
) -> CodeText {
    let [_, _, y1, y2, _, m1, m2, _, d1, d2] = *day;
    scratch.clear();
    scratch.extend_from_slice(&maker.organisation);
    scratch.extend_from_slice(maker.line.as_bytes());
    scratch.extend_from_slice(&[y1, y2, m1, m2, d1, d2]);
    write_padded(scratch, serial, 7);
    scratch.extend_from_slice(sort.ending.as_bytes());
    match maker.length {
        OwnLength::Conforming => {}
        OwnLength::LikeTheExample => write_padded(scratch, 13_500 + serial % 1000, 5),
    }
    CodeText::new(scratch)
}

const fn sort(
    chemistry: &'static str,
    capacity: &'static str,
    model: &'static str,
    ending: &'static str,
    pieces: usize,
) -> Sort {
    Sort {
        chemistry,
        capacity,
        model,
        ending,
        pieces,
    }
}

/// A second of the day, in so many hours from `first`.
fn hours(first: u64, hours: u64, dice: &mut Dice) -> u64 {
    first * 3600 + dice.below(hours * 3600)
}
