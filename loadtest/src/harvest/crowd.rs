//! Who asks for which code when: honest readers, and those who copy the register.
//!
//! A copier here is the strongest there can be: it knows which codes exist, so it never guesses, and
//! it never stops asking.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use clap::ValueEnum;
use saoma::rules::walk::range;
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
    /// A repairer reads a delivery of 200 batteries of one maker, one after another, every hour.
    Workshop,
    /// The same, once, by a repairer who was never there before.
    WorkshopNew,
    /// One maker recalls: 5,000 phones, one in five of them at the carrier's address, read one to
    /// three codes of it.
    RecallDay,
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
    /// 1,000 addresses, each of which takes codes of one maker in no order.
    HarvestRotatingNarrow,
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
    /// Those of them that the largest maker gave out.
    pub(crate) largest: Range<usize>,
}

/// Somebody asks for a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan {
    /// When, in milliseconds of the hour.
    pub(crate) at: u64,
    pub(crate) profile: Profile,
    pub(crate) from: IpAddr,
    pub(crate) code: Code,
}

/// In milliseconds.
pub(crate) const HOUR: u64 = 3_600_000;
const PHONES: u64 = 20_000;
const CARRIED: u64 = 2_000;
/// How often a phone scans in an hour. Twice: the bike, then the battery.
const SCANS: u64 = 2;
const DELIVERY: u64 = 200;
const RECALLED: u64 = 5_000;
/// Of those, one in so many is at the carrier's address.
const RECALLED_CARRIED: u64 = 5;
const RECALLED_MOST: u64 = 3;
const ROTATING: u64 = 1_000;
const SINGLE_A_SECOND: u64 = 20;
const ROTATING_A_SECOND: u64 = 100;

impl Profile {
    pub(crate) const fn intent(self) -> Intent {
        match self {
            Self::Phones
            | Self::CarrierNat
            | Self::Workshop
            | Self::WorkshopNew
            | Self::RecallDay => Intent::Honest,
            Self::HarvestSingle
            | Self::HarvestSingleShuffled
            | Self::HarvestRotating
            | Self::HarvestRotatingStretches
            | Self::HarvestRotatingShuffled
            | Self::HarvestRotatingNarrow => Intent::Harvest,
        }
    }

    pub(crate) const fn addresses(self) -> u64 {
        match self {
            Self::Phones => PHONES,
            Self::RecallDay => RECALLED,
            Self::CarrierNat
            | Self::Workshop
            | Self::WorkshopNew
            | Self::HarvestSingle
            | Self::HarvestSingleShuffled => 1,
            Self::HarvestRotating
            | Self::HarvestRotatingStretches
            | Self::HarvestRotatingShuffled
            | Self::HarvestRotatingNarrow => ROTATING,
        }
    }

    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Whether it is there in this hour. In the first there are only those who always are.
    pub(crate) const fn comes(self, hour: u64) -> bool {
        match self {
            Self::Phones | Self::CarrierNat | Self::Workshop => true,
            Self::WorkshopNew | Self::RecallDay => hour == 1,
            Self::HarvestSingle
            | Self::HarvestSingleShuffled
            | Self::HarvestRotating
            | Self::HarvestRotatingStretches
            | Self::HarvestRotatingShuffled
            | Self::HarvestRotatingNarrow => hour > 0,
        }
    }

    /// All that this crowd asks for in one hour.
    pub(crate) fn scans(self, register: &Register, hour: u64, seed: u64) -> Vec<Scan> {
        if !self.comes(hour) {
            return vec![];
        }
        // Whose codes they are stays the same from hour to hour; who asks when does not.
        let mut owners = Dice::of(seed, Stream::Arrivals, self.salt());
        let mut dice = Dice::of(seed, Stream::Arrivals, self.salt() + 100 * (hour + 1));
        let mut scans = Vec::new();
        let scan = |at, from: u64, code: &Code| Scan {
            at,
            profile: self,
            from: self.address(from),
            code: *code,
        };
        let all = &register.ordered;
        match self {
            Self::Phones | Self::CarrierNat => {
                let phones = if self == Self::Phones {
                    PHONES
                } else {
                    CARRIED
                };
                for phone in 0..phones {
                    let own = [&register.vin, &register.pwb, &register.lic]
                        .map(|codes| codes.get(owners.place(codes.len())));
                    for _ in 0..SCANS {
                        let at = dice.below(HOUR);
                        if let Some(code) = dice.pick(&own) {
                            scans.push(scan(at, phone % self.addresses(), code));
                        }
                    }
                }
            }
            Self::Workshop | Self::WorkshopNew => {
                let first = dice.place(all.len().saturating_sub(1_000));
                for (code, turn) in all.iter().skip(first).zip(0..DELIVERY) {
                    scans.push(scan(turn * HOUR / DELIVERY, 0, code));
                }
            }
            Self::RecallDay => {
                let recalled = register.of_largest_maker();
                for phone in 0..RECALLED {
                    for _ in 0..=dice.below(RECALLED_MOST) {
                        let at = dice.below(HOUR);
                        if let Some(code) = recalled.get(dice.place(recalled.len())) {
                            scans.push(scan(at, phone, code));
                        }
                    }
                }
            }
            Self::HarvestSingle
            | Self::HarvestSingleShuffled
            | Self::HarvestRotating
            | Self::HarvestRotatingStretches
            | Self::HarvestRotatingShuffled
            | Self::HarvestRotatingNarrow => {
                let a_second = self.a_second();
                let an_hour = HOUR / 1000 * a_second;
                for turn in 0..an_hour {
                    let who = turn % self.addresses();
                    let code = self.copied(register, (hour - 1) * an_hour + turn, &mut dice);
                    scans.extend(code.map(|code| scan(turn * 1000 / a_second, who, code)));
                }
            }
        }
        scans
    }

    /// The code that a copier takes as its `turn`-th.
    fn copied<'r>(self, register: &'r Register, turn: u64, dice: &mut Dice) -> Option<&'r Code> {
        let all = &register.ordered;
        let at = |place: u64| all.get(usize::try_from(place).unwrap_or(usize::MAX));
        match self {
            Self::HarvestSingle | Self::HarvestRotating => at(turn),
            Self::HarvestRotatingStretches => {
                let (mine, step) = (turn % ROTATING, turn / ROTATING);
                let stretch = u64::try_from(all.len()).unwrap_or(u64::MAX) / ROTATING;
                at(mine * stretch + step % stretch.max(1))
            }
            Self::HarvestSingleShuffled => {
                let maker = register.of_largest_maker();
                maker.get(dice.place(maker.len()))
            }
            Self::HarvestRotatingNarrow => {
                // Where its stretch would begin, there is its maker.
                let first = usize::try_from(turn % ROTATING).unwrap_or_default() * all.len();
                let maker = of_same_maker(all, first / usize::try_from(ROTATING).ok()?);
                maker.get(dice.place(maker.len()))
            }
            Self::HarvestRotatingShuffled => all.get(dice.place(all.len())),
            Self::Phones
            | Self::CarrierNat
            | Self::Workshop
            | Self::WorkshopNew
            | Self::RecallDay => None,
        }
    }

    const fn a_second(self) -> u64 {
        match self.intent() {
            Intent::Honest => 0,
            Intent::Harvest if self.addresses() == 1 => SINGLE_A_SECOND,
            Intent::Harvest => ROTATING_A_SECOND,
        }
    }

    /// Its n-th address. No two crowds share one, and no two of a crowd are near each other: who
    /// rents addresses rents them all over the world. Only a recall comes through the carrier too.
    fn address(self, number: u64) -> IpAddr {
        /// Odd, so that no two numbers below 2^24 get the same place.
        const SPREAD: u64 = 0x9E_3779;
        if self == Self::RecallDay && number.is_multiple_of(RECALLED_CARRIED) {
            return Self::CarrierNat.address(0);
        }
        let [.., high, middle, low] = number.wrapping_mul(SPREAD).to_be_bytes();
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
            Self::HarvestRotatingNarrow => 8,
            Self::WorkshopNew => 9,
            Self::RecallDay => 10,
        }
    }
}

impl Register {
    /// Those that the largest maker gave out.
    fn of_largest_maker(&self) -> &[Code] {
        self.ordered.get(self.largest.clone()).unwrap_or_default()
    }

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
            largest: of_largest_maker(&ordered),
            ordered,
        }
    }
}

/// The codes of the range that has most.
fn of_largest_maker(ordered: &[Code]) -> Range<usize> {
    let mut end = 0;
    ordered
        .chunk_by(|one, other| range(one) == range(other))
        .map(|maker| {
            end += maker.len();
            end - maker.len()..end
        })
        .max_by_key(ExactSizeIterator::len)
        .unwrap_or_default()
}

/// The codes of the range that the one at this place is of.
fn of_same_maker(ordered: &[Code], place: usize) -> &[Code] {
    let Some(name) = ordered.get(place).map(range) else {
        return &[];
    };
    let first = ordered.partition_point(|code| range(code) < name);
    let end = ordered.partition_point(|code| range(code) <= name);
    ordered.get(first..end).unwrap_or_default()
}
