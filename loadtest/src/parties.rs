//! Who makes, sells, repairs and takes back: the parties of a province.
//!
//! There are about as many makers as the real scheme reported at its start (some 200 of vehicles,
//! some 60 of batteries), and as many shops as the vehicles need.

use crate::checks::credit_code;
use crate::dice::{Dice, Stream};
use crate::places::{DIVISIONS, Division, mobile, name};

/// Makers of vehicles.
pub(crate) const VEHICLE_MAKERS: u64 = 200;
/// Makers of batteries.
pub(crate) const BATTERY_MAKERS: u64 = 60;

/// Who makes vehicles.
#[derive(Debug)]
pub(crate) struct VehicleMaker {
    pub(crate) company: Company,
    /// Four digits, the beginning of its vehicles' codes.
    pub(crate) enterprise: u64,
    /// What is written on the vehicle; some let others produce for them.
    pub(crate) brand: String,
    pub(crate) models: Vec<String>,
    /// Its first vehicle in this province; the next ones follow.
    pub(crate) first_serial: u64,
}

/// Who makes batteries.
#[derive(Debug)]
pub(crate) struct BatteryMaker {
    pub(crate) company: Company,
    /// Positions 9 to 16 of its credit code, the beginning of its batteries' codes.
    pub(crate) organisation: [u8; 8],
    /// The two letters its own codes begin with.
    pub(crate) line: String,
    /// Whether its own codes are longer than the standard's table allows, as its example is.
    pub(crate) length: OwnLength,
    pub(crate) first_serial: u64,
}

/// How long the own code of a battery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OwnLength {
    /// 21 characters.
    Conforming,
    /// 26, like the example of Annex B.
    LikeTheExample,
}

/// A party, whatever it does.
#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) credit: String,
    pub(crate) name: String,
    pub(crate) division: &'static Division,
    pub(crate) address: String,
    pub(crate) phone: String,
    /// Who signs for it.
    pub(crate) person: String,
    pub(crate) longitude: String,
    pub(crate) latitude: String,
}

/// All parties.
#[derive(Debug)]
pub(crate) struct Parties {
    pub(crate) vehicle_makers: Vec<VehicleMaker>,
    pub(crate) battery_makers: Vec<BatteryMaker>,
    pub(crate) sellers: Vec<Company>,
    pub(crate) repairers: Vec<Company>,
    pub(crate) recyclers: Vec<Company>,
    /// The credit codes of the offices that register, one for each division.
    pub(crate) offices: Vec<String>,
}

impl Parties {
    pub(crate) fn new(seed: u64, vehicles: u64) -> Self {
        let mut foundry = Foundry::new(seed);
        let sellers = (vehicles / 1500).clamp(20, 5000);
        let repairers = (vehicles / 10_000).clamp(5, 500);
        let recyclers = (vehicles / 50_000).clamp(3, 100);
        Self {
            vehicle_makers: (0..VEHICLE_MAKERS)
                .map(|n| foundry.vehicle_maker(n))
                .collect(),
            battery_makers: (0..BATTERY_MAKERS)
                .map(|n| foundry.battery_maker(n))
                .collect(),
            sellers: (0..sellers).map(|_| foundry.shop("电动车行")).collect(),
            repairers: (0..repairers)
                .map(|_| foundry.shop("电动车维修部"))
                .collect(),
            recyclers: (0..recyclers)
                .map(|_| foundry.shop("再生资源有限公司"))
                .collect(),
            offices: DIVISIONS
                .iter()
                .map(|division| foundry.office(division))
                .collect(),
        }
    }
}

/// Founds one company after another, each with an organisation code of its own.
struct Foundry {
    dice: Dice,
    offset: u64,
    founded: u64,
}

/// The parts of invented company names.
const NAMES: &[&str] = &[
    "虚拟", "样板", "试行", "例行", "仿真", "拟合", "模型", "云样", "示范", "假想", "草图", "比方",
];
const SIGNS: &[&str] = &["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];

impl Foundry {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::of(seed, Stream::Parties, 0);
        let offset = dice.below(1_000_000);
        Self {
            dice,
            offset,
            founded: 0,
        }
    }

    fn vehicle_maker(&mut self, number: u64) -> VehicleMaker {
        let (company, _) = self.company("91", "车业有限公司");
        let brand = if self.dice.in_a_thousand(100) {
            company.name.replace("车业", "品牌管理")
        } else {
            company.name.clone()
        };
        let models = (0..3 + self.dice.below(6))
            .map(|_| {
                let family = *self.dice.pick(&["TDR", "TDT", "TDN"]);
                format!("{family}{:04}Z", 1000 + self.dice.below(9000))
            })
            .collect();
        VehicleMaker {
            company,
            // 37 and 9000 have no common factor, so no two makers share their four digits.
            enterprise: 1000 + (number * 37 + self.offset) % 9000,
            brand,
            models,
            first_serial: self.dice.below(1_000_000),
        }
    }

    fn battery_maker(&mut self, number: u64) -> BatteryMaker {
        let (company, organisation) = self.company("91", "电源有限公司");
        let letter = |dice: &mut Dice| char::from(*dice.pick(b"ABCDEFGHJKLMNPQRTUWXY"));
        BatteryMaker {
            company,
            organisation,
            line: [letter(&mut self.dice), letter(&mut self.dice)]
                .iter()
                .collect(),
            length: if number % 8 == 5 {
                OwnLength::LikeTheExample
            } else {
                OwnLength::Conforming
            },
            first_serial: self.dice.below(100_000),
        }
    }

    fn shop(&mut self, trade: &str) -> Company {
        let kind = if self.dice.in_a_thousand(600) {
            "92"
        } else {
            "91"
        };
        self.company(kind, trade).0
    }

    fn office(&mut self, division: &Division) -> String {
        let body = self.organisation();
        credit_code("11", division.code, body)
    }

    fn company(&mut self, kind: &str, trade: &str) -> (Company, [u8; 8]) {
        let organisation = self.organisation();
        let dice = &mut self.dice;
        let division = dice.pick(DIVISIONS);
        let (surname, (given, sign)) = name(dice);
        let company = Company {
            credit: credit_code(kind, division.code, organisation),
            name: format!(
                "{}{}{}{}号{trade}",
                division.name.get("杭州市".len()..).unwrap_or(division.name),
                dice.pick(NAMES),
                dice.pick(SIGNS),
                self.founded,
            ),
            division,
            address: format!("浙江省{}样本路{}号", division.name, 1 + dice.below(999)),
            phone: if dice.in_a_thousand(300) {
                format!("0571-8800{:04}", dice.below(10_000))
            } else {
                mobile(dice)
            },
            person: format!("{surname}{given}{sign}"),
            longitude: format!("{}.{:06}", 118 + dice.below(4), dice.below(1_000_000)),
            latitude: format!("{}.{:06}", 28 + dice.below(3), dice.below(1_000_000)),
        };
        (company, organisation)
    }

    /// Eight characters nobody else in the province has. A third are of the newer sort, with
    /// letters. 7919 is prime and divides neither range, so numbers do not repeat.
    fn organisation(&mut self) -> [u8; 8] {
        self.founded += 1;
        let number = self.founded * 7919 + self.offset;
        let text = if self.founded.is_multiple_of(3) {
            format!("MA{:06}", number % 1_000_000)
        } else {
            format!("{:08}", number % 100_000_000)
        };
        let mut body = *b"00000000";
        body.copy_from_slice(text.as_bytes());
        body
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_parties_share_a_number() {
        for seed in 0..5 {
            let parties = Parties::new(seed, 10_000_000);
            let enterprises: HashSet<_> = parties
                .vehicle_makers
                .iter()
                .map(|maker| maker.enterprise)
                .collect();
            assert_eq!(enterprises.len(), 200);
            assert!(enterprises.iter().all(|code| (1000..10_000).contains(code)));
            let makers = parties.vehicle_makers.iter().map(|maker| &maker.company);
            let batteries = parties.battery_makers.iter().map(|maker| &maker.company);
            let companies: Vec<&str> = makers
                .chain(batteries)
                .chain(&parties.sellers)
                .chain(&parties.repairers)
                .chain(&parties.recyclers)
                .map(|company| company.credit.as_str())
                .chain(parties.offices.iter().map(String::as_str))
                .collect();
            assert_eq!(
                companies.iter().collect::<HashSet<_>>().len(),
                companies.len()
            );
            let bodies: HashSet<_> = companies.iter().map(|credit| credit.get(8..16)).collect();
            assert_eq!(bodies.len(), companies.len());
        }
    }

    #[test]
    fn a_battery_makers_codes_begin_with_its_credit_codes_organisation() {
        for maker in Parties::new(1, 1000).battery_makers {
            let in_credit = maker.company.credit.get(8..16).unwrap();
            assert_eq!(in_credit.as_bytes(), maker.organisation);
        }
    }
}
