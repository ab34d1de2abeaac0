//! Who asks for which code when: honest readers, and those who copy the register.
//!
//! A copier here is the strongest there can be: it knows which codes exist, so it never guesses, and
//! it never stops asking.

use std::net::{IpAddr, Ipv4Addr};

use clap::ValueEnum;
use saoma::words::code::{Code, Kind};

use crate::codes::{self, Sticker};
use crate::dice::{Dice, Stream};
use crate::province::Province;

/// A kind of crowd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// 20,000 phones, each with an address of its own, read their owners' stickers.
    Phones,
    /// 2,000 phones behind one address read their owners' stickers.
    CarrierNat,
    /// A repairer reads a delivery of 200 batteries of one maker, one after another.
    Workshop,
    /// One address takes one code after another, in order, 20 a second.
    HarvestSingle,
    /// The same address takes codes of one maker in no order.
    HarvestSingleShuffled,
    /// 1,000 addresses take codes in order by turns, 100 a second together.
    HarvestRotating,
    /// 1,000 addresses, each of which takes a stretch of its own.
    HarvestRotatingStretches,
    /// 1,000 addresses that take codes of the whole province in no order.
    HarvestRotatingShuffled,
}

/// Whether somebody may be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// No.
    Honest,
    /// That is what the guard is for.
    Harvest,
}

/// A province as those see it who ask for its codes.
pub(crate) struct Register {
    /// Of each kind, in the order in which they were given out.
    pub(crate) vin: Vec<Code>,
    pub(crate) pwb: Vec<Code>,
    pub(crate) lic: Vec<Code>,
    /// Of the kind that is copied, in their own order.
    pub(crate) ordered: Vec<Code>,
}

/// Somebody asks for a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan {
    /// When, in milliseconds.
    pub(crate) at: u64,
    pub(crate) profile: Profile,
    pub(crate) from: IpAddr,
    pub(crate) code: Code,
}

const HOUR: u64 = 3_600_000;
const PHONES: u64 = 20_000;
const CARRIED: u64 = 2_000;
/// How often a phone scans in an hour. Twice: the bike, then the battery.
const SCANS: u64 = 2;
const DELIVERY: u64 = 200;
const ROTATING: u64 = 1_000;
const SINGLE_A_SECOND: u64 = 20;
const ROTATING_A_SECOND: u64 = 100;

impl Profile {
    pub(crate) const fn intent(self) -> Intent {
        match self {
            Self::Phones | Self::CarrierNat | Self::Workshop => Intent::Honest,
            Self::HarvestSingle
            | Self::HarvestSingleShuffled
            | Self::HarvestRotating
            | Self::HarvestRotatingStretches
            | Self::HarvestRotatingShuffled => Intent::Harvest,
        }
    }

    pub(crate) const fn addresses(self) -> u64 {
        match self {
            Self::Phones => PHONES,
            Self::CarrierNat
            | Self::Workshop
            | Self::HarvestSingle
            | Self::HarvestSingleShuffled => 1,
            Self::HarvestRotating
            | Self::HarvestRotatingStretches
            | Self::HarvestRotatingShuffled => ROTATING,
        }
    }

    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// All that this crowd asks for in so many hours.
    pub(crate) fn scans(self, register: &Register, hours: u64, seed: u64) -> Vec<Scan> {
        let mut dice = Dice::of(seed, Stream::Arrivals, self.salt());
        let until = hours * HOUR;
        let mut scans = Vec::new();
        let scan = |at, from: u64, code: &Code| Scan {
            at,
            profile: self,
            from: self.address(from),
            code: *code,
        };
        match self {
            Self::Phones | Self::CarrierNat => {
                let phones = if self == Self::Phones {
                    PHONES
                } else {
                    CARRIED
                };
                for phone in 0..phones {
                    let own = [&register.vin, &register.pwb, &register.lic]
                        .map(|codes| codes.get(dice.place(codes.len())));
                    for _ in 0..SCANS * hours {
                        let at = dice.below(until);
                        if let Some(code) = dice.pick(&own) {
                            scans.push(scan(at, phone % self.addresses(), code));
                        }
                    }
                }
            }
            Self::Workshop => {
                let first = dice.place(register.ordered.len().saturating_sub(1_000));
                let delivery = register.ordered.iter().skip(first);
                // Within an hour, and then it does something else.
                for (code, turn) in delivery.zip(0..DELIVERY) {
                    scans.push(scan(turn * HOUR / DELIVERY, 0, code));
                }
            }
            Self::HarvestSingle | Self::HarvestRotating => {
                let a_second = self.a_second();
                for (code, turn) in register.ordered.iter().zip(0..until / 1000 * a_second) {
                    scans.push(scan(turn * 1000 / a_second, turn % self.addresses(), code));
                }
            }
            Self::HarvestRotatingStretches => {
                let (a_second, all) = (self.a_second(), register.ordered.len());
                for turn in 0..until / 1000 * a_second {
                    let (mine, step) = (turn % ROTATING, turn / ROTATING);
                    let stretch = u64::try_from(all).unwrap_or(u64::MAX) / ROTATING;
                    let place = mine * stretch + step % stretch.max(1);
                    let place = usize::try_from(place).unwrap_or(usize::MAX);
                    if let Some(code) = register.ordered.get(place) {
                        scans.push(scan(turn * 1000 / a_second, mine, code));
                    }
                }
            }
            Self::HarvestSingleShuffled | Self::HarvestRotatingShuffled => {
                let a_second = self.a_second();
                let from = if self.addresses() == 1 {
                    of_largest_maker(&register.ordered)
                } else {
                    &register.ordered
                };
                for turn in 0..until / 1000 * a_second {
                    if let Some(code) = from.get(dice.place(from.len())) {
                        let who = turn % self.addresses();
                        scans.push(scan(turn * 1000 / a_second, who, code));
                    }
                }
            }
        }
        scans
    }

    const fn a_second(self) -> u64 {
        match self.intent() {
            Intent::Honest => 0,
            Intent::Harvest if self.addresses() == 1 => SINGLE_A_SECOND,
            Intent::Harvest => ROTATING_A_SECOND,
        }
    }

    /// Its n-th address. No two crowds share one.
    fn address(self, number: u64) -> IpAddr {
        let [.., high, middle, low] = number.to_be_bytes();
        let crowd = u8::try_from(self.salt()).unwrap_or_default();
        IpAddr::V4(Ipv4Addr::new(20 + crowd, high, middle, low))
    }

    const fn salt(self) -> u64 {
        match self {
            Self::Phones => 0,
            Self::CarrierNat => 1,
            Self::Workshop => 2,
            Self::HarvestSingle => 3,
            Self::HarvestSingleShuffled => 4,
            Self::HarvestRotating => 5,
            Self::HarvestRotatingStretches => 6,
            Self::HarvestRotatingShuffled => 7,
        }
    }
}

impl Register {
    /// The codes of a province, those of one kind to be copied.
    pub(crate) fn of(province: &Province, copied: Sticker) -> Self {
        let all = |sticker: Sticker, kind: Kind| {
            let mut all = Vec::new();
            codes::each(province, sticker, |text| {
                let text = std::str::from_utf8(text).unwrap_or_default();
                all.extend(Code::parse(kind, text));
            });
            all
        };
        let [vin, pwb, lic] = [
            all(Sticker::Vin, Kind::Vin),
            all(Sticker::Pwb, Kind::Pwb),
            all(Sticker::Lic, Kind::Lic),
        ];
        let mut ordered = match copied {
            Sticker::Vin => vin.clone(),
            Sticker::Pwb => pwb.clone(),
            Sticker::Lic => lic.clone(),
        };
        ordered.sort_unstable();
        Self {
            vin,
            pwb,
            lic,
            ordered,
        }
    }
}

/// The codes of the range that has most.
fn of_largest_maker(ordered: &[Code]) -> &[Code] {
    ordered
        .chunk_by(|one, other| saoma::rules::walk::range(one) == saoma::rules::walk::range(other))
        .max_by_key(|range| range.len())
        .unwrap_or_default()
}
