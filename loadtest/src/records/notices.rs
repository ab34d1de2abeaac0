//! What makers say about whole series: warranties before the first vehicle, recalls after the
//! last.

use std::io;

use super::{FOUNDED, Kind, Records};
use crate::calendar::Moment;
use crate::dice::{Dice, Stream};
use crate::ink::{Day, Padded, Sheet, Subject};
use crate::province::{LEAD, battery_code, vehicle_code};

/// Makers of vehicles that recall: the greatest, one in the middle, and a small one.
const RECALLING: [usize; 4] = [0, 1, 20, 120];
/// Vehicles between the first and the last of a recall.
const RECALLED: u64 = 200;
/// The maker of batteries that recalls.
const RECALLING_BATTERIES: usize = 7;
/// After the last thing that happens to a vehicle: 2026-10-28.
const RECALL_DAY: Moment = Moment {
    day: 2126,
    second: 43_200,
};

impl<S: Sheet> Records<'_, S> {
    /// The five greatest makers promise something for their first model.
    pub(super) fn warranties(&mut self) -> io::Result<()> {
        if !self.wants(Kind::Warranty) {
            return Ok(());
        }
        let mut dice = Dice::of(self.province.seed, Stream::Notices, 0);
        let mut number = 0;
        for maker in self.province.parties.vehicle_makers.iter().take(5) {
            let Some(model) = maker.models.first() else {
                continue;
            };
            for (part, months, safe) in [("电机", 24, 120), ("控制器", 18, 120), ("蓄电池", 12, 60)]
            {
                let source = &maker.company.credit;
                let sheet = self.begin(Kind::Warranty, (number, None), source, FOUNDED, None)?;
                sheet.field("maker", Padded(maker.enterprise, 4));
                sheet.field("model", model.as_str());
                sheet.field("part", part);
                sheet.number("months", months + 6 * dice.below(3));
                sheet.number("safe_months", safe);
                sheet.end();
                number += 1;
            }
        }
        Ok(())
    }

    /// A few recalls, each by maker, model and range: the first vehicles of a year's series.
    pub(super) fn recalls(&mut self) -> io::Result<()> {
        if !self.wants(Kind::Recall) {
            return Ok(());
        }
        let parties = &self.province.parties;
        let mut scratch = Vec::new();
        let mut number = 0;
        for maker in RECALLING
            .iter()
            .filter_map(|&place| parties.vehicle_makers.get(place))
        {
            let Some(model) = maker.models.first() else {
                continue;
            };
            let from = vehicle_code(&mut scratch, maker, b"21", maker.first_serial);
            let last = maker.first_serial + RECALLED;
            let to = vehicle_code(&mut scratch, maker, b"21", last);
            let source = &maker.company.credit;
            let sheet = self.begin(Kind::Recall, (number, None), source, RECALL_DAY, None)?;
            sheet.field("maker", Padded(maker.enterprise, 4));
            sheet.field("model", model.as_str());
            sheet.field("from", Subject("vin", from.as_bytes()));
            sheet.field("to", Subject("vin", to.as_bytes()));
            sheet.field("since", Day(RECALL_DAY));
            sheet.field("text", "前叉焊接不牢，请到经销商处免费更换");
            sheet.end();
            number += 1;
        }
        if let Some(maker) = parties.battery_makers.get(RECALLING_BATTERIES) {
            let [sort, _] = &LEAD;
            let last = maker.first_serial + RECALLED;
            let from = battery_code(&mut scratch, maker, b"2021-11-01", maker.first_serial, sort);
            let to = battery_code(&mut scratch, maker, b"2021-12-31", last, sort);
            let source = &maker.company.credit;
            let sheet = self.begin(Kind::Recall, (number, None), source, RECALL_DAY, None)?;
            sheet.field("maker", maker.organisation.as_slice());
            sheet.field("model", sort.model);
            sheet.field("from", Subject("pwb", from.as_bytes()));
            sheet.field("to", Subject("pwb", to.as_bytes()));
            sheet.field("since", Day(RECALL_DAY));
            sheet.field("text", "充电时可能过热，请停止使用并联系经销商");
            sheet.end();
        }
        Ok(())
    }
}
