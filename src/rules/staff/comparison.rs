//! Whether the code scanned now goes with the plate scanned before.

use saoma_pages::staff::Comparison;

use super::set::{batteries, newest_registration, vehicle_of};
use crate::rules::dossier::Dossier;
use crate::words::code::{Code, Kind};

/// Compares a code with a plate. `vehicle` is the dossier of the vehicle that the plate is on:
/// where the registration names no battery, the sale may.
pub fn compare(
    code: Code,
    plate: Code,
    plate_dossier: Dossier<'_>,
    vehicle: Option<(Code, Dossier<'_>)>,
) -> Comparison {
    let on_record = match code.kind() {
        Kind::Lic => vec![plate],
        Kind::Vin => newest_registration(plate_dossier)
            .and_then(|record| vehicle_of(&record, plate))
            .into_iter()
            .collect(),
        Kind::Pwb => batteries(Some((plate, plate_dossier)), vehicle),
    };
    if on_record.is_empty() {
        Comparison::Unknown
    } else if on_record.contains(&code) {
        Comparison::Belongs
    } else {
        Comparison::Differs
    }
}

#[cfg(test)]
mod tests {
    use saoma_pages::staff::Comparison;
    use serde_json::json;

    use super::compare;
    use crate::rules::dossier::Dossier;
    use crate::rules::dossier::sample::{LIC, PWB, VIN, code, dossier, told, value};

    const OTHER_VIN: &str = "vin/218622108311028";
    const OTHER_PWB: &str = "pwb/76392965TN21080500543B48V121513523";

    fn plate(fields: &serde_json::Value) -> Vec<u8> {
        dossier(LIC, &[told(LIC, "registration.plate", "2021-11", fields)])
    }

    fn on(plate: &[u8], scanned: &str) -> Comparison {
        compare(code(scanned), code(LIC), Dossier::from_bytes(plate), None)
    }

    #[test]
    fn what_the_newest_registration_names_belongs_and_another_does_not() {
        let plate = plate(&json!({"ChePaiHM": "2182248", "ZhenCheBM": value(VIN),
            "XuDianCWYBH": [value(PWB)]}));
        for (scanned, want) in [
            (VIN, Comparison::Belongs),
            (PWB, Comparison::Belongs),
            (OTHER_VIN, Comparison::Differs),
            (OTHER_PWB, Comparison::Differs),
        ] {
            assert_eq!(on(&plate, scanned), want, "{scanned}");
        }
    }

    #[test]
    fn where_nothing_is_on_record_nothing_is_said_against_it() {
        let plate = plate(&json!({"ChePaiHM": "2182248"}));
        assert_eq!(on(&plate, VIN), Comparison::Unknown);
        assert_eq!(on(&plate, PWB), Comparison::Unknown);
        assert_eq!(on(&[], PWB), Comparison::Unknown);
    }

    #[test]
    fn a_battery_that_only_the_sale_names_belongs_to_the_plate_of_its_vehicle() {
        let plate = plate(&json!({"ChePaiHM": "2182248", "ZhenCheBM": value(VIN)}));
        let sale = json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": [value(PWB)]});
        let vehicle = dossier(VIN, &[told("", "sale.binding", "2021-10", &sale)]);
        let of = |scanned| {
            let vehicle = Some((code(VIN), Dossier::from_bytes(&vehicle)));
            compare(
                code(scanned),
                code(LIC),
                Dossier::from_bytes(&plate),
                vehicle,
            )
        };
        assert_eq!(of(PWB), Comparison::Belongs);
        assert_eq!(of(OTHER_PWB), Comparison::Differs);
    }

    #[test]
    fn a_plate_that_was_given_to_another_vehicle_belongs_to_that_one_only() {
        let of = |vin: &str, month| {
            let fields = json!({"ChePaiHM": "2182248", "ZhenCheBM": value(vin)});
            told(LIC, "registration.plate", month, &fields)
        };
        let plate = dossier(LIC, &[of(VIN, "2021-11"), of(OTHER_VIN, "2023-02")]);
        assert_eq!(on(&plate, OTHER_VIN), Comparison::Belongs);
        assert_eq!(on(&plate, VIN), Comparison::Differs);
    }
}
