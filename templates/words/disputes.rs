//! What is said of records that cannot all be true.

use super::{Text, text};
use crate::staff::Disputed;

pub(crate) const CONTRADICTED: Text = text("登记信息互相矛盾", "The records contradict each other");
pub(crate) const CONTRADICTED_NOTE: Text = text(
    "没有警示，但下列登记不可能都对。请与实物核对，以核实的为准。",
    "There is no warning, but not all of the records below can be true. Please compare them with the things themselves.",
);
pub(crate) const CONTRADICTIONS: Text =
    text("互相矛盾的登记", "Records that contradict each other");

/// What contradicts what.
pub(crate) const fn disputed(what: Disputed) -> Text {
    match what {
        Disputed::BatteryOnTwoVehicles => text(
            "这块电池登记在不止一辆车上",
            "This battery is on record with more than one vehicle",
        ),
        Disputed::PlateOnTwoVehicles => text(
            "这副号牌登记给不止一辆车",
            "This plate is on record for more than one vehicle",
        ),
        Disputed::VehicleUnderTwoPlates => text(
            "这辆车登记在不止一副号牌下",
            "This vehicle is on record under more than one plate",
        ),
        Disputed::OrganisationNotItsMakers => text(
            "编码里的企业与登记的生产企业不是同一家",
            "The code names another company than the maker on record",
        ),
    }
}
