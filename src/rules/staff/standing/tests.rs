use std::convert::Infallible;

use saoma_pages::Audience;
use saoma_pages::staff::{Registration, Trouble};
use serde_json::json;

use super::{Standing, standing};
use crate::rules::admit::Incoming;
use crate::rules::dossier::sample::{CYCLES, LIC, PWB, VIN, code, dossier, told, told_by, value};
use crate::rules::show::Reader;
use crate::rules::staff::set::Together;
use crate::words::moment::Moment;
use crate::words::policy::Policy;
use crate::words::subject::Subject;

const OTHER_PWB: &str = "pwb/76392965TN21080500543B48V121513523";
const MAKER: &str = "maker/2186";

fn gathered(asked: &str, records: &[Incoming]) -> Together {
    let read = |subject: Subject| {
        let known = [VIN, PWB, OTHER_PWB, LIC, MAKER];
        let name = known
            .into_iter()
            .find(|name| Subject::parse(name) == Ok(subject));
        Ok::<_, Infallible>(name.map(|name| dossier(name, records)).unwrap_or_default())
    };
    Together::gather(code(asked), read).unwrap()
}

fn on(asked: &str, records: &[Incoming], day: &str) -> Standing {
    let reader = Reader::Masked(Audience::Recycler);
    let now = Moment::parse(&format!("{day}T20:00:00+08:00")).unwrap();
    standing(&gathered(asked, records), reader, Policy::default(), now)
}

fn troubles(standing: &Standing) -> Vec<(Trouble, String)> {
    let of = |finding: &saoma_pages::staff::Finding| {
        (
            finding.trouble,
            format!("{}/{}", finding.about.kind, finding.about.value),
        )
    };
    standing.findings.iter().map(of).collect()
}

fn sale(month: &str) -> Incoming {
    let fields = json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": [value(PWB)]});
    told("", "sale.binding", month, &fields)
}

fn plate(month: &str) -> Incoming {
    let fields = json!({"ChePaiHM": "2182248", "ZhenCheBM": value(VIN),
        "XuDianCWYBH": [value(PWB)]});
    told(LIC, "registration.plate", month, &fields)
}

#[test]
fn a_set_is_found_from_any_of_its_codes() {
    let records = [sale("2021-10"), plate("2021-11")];
    for asked in [LIC, VIN, PWB] {
        let codes: Vec<_> = gathered(asked, &records)
            .members
            .iter()
            .map(|member| member.code)
            .collect();
        assert_eq!(codes, [LIC, VIN, PWB].map(code), "{asked}");
    }
}

#[test]
fn a_battery_that_was_replaced_since_stands_alone() {
    let fields = json!({"ChePaiHM": "2182248", "ZhenCheBM": value(VIN),
        "XuDianCWYBH": [value(OTHER_PWB)]});
    let again = told(LIC, "registration.plate", "2023-01", &fields);
    let records = [sale("2021-10"), plate("2021-11"), again];
    assert_eq!(gathered(PWB, &records).members.len(), 1);
    let codes: Vec<_> = gathered(LIC, &records)
        .members
        .iter()
        .map(|member| member.code)
        .collect();
    assert_eq!(codes, [LIC, VIN, OTHER_PWB].map(code));
}

#[test]
fn a_theft_of_the_vehicle_stands_on_its_plate_and_on_its_battery() {
    let stolen = told(
        VIN,
        "notice.stolen",
        "2025-10",
        &json!({"since": "2025-10-02"}),
    );
    let records = [sale("2021-10"), plate("2021-11"), stolen];
    for asked in [LIC, VIN, PWB] {
        let standing = on(asked, &records, "2026-01-01");
        assert_eq!(
            troubles(&standing),
            [(Trouble::Stolen, VIN.to_owned())],
            "{asked}"
        );
    }
}

#[test]
fn findings_come_gravest_first_and_the_codes_own_before_anothers() {
    let records = [
        sale("2021-10"),
        plate("2021-11"),
        told(
            LIC,
            "plate.cancelled",
            "2024-12",
            &json!({"since": "2024-12-20"}),
        ),
        told(
            PWB,
            "notice.clone",
            "2025-01",
            &json!({"since": "2025-01-02"}),
        ),
        told(
            LIC,
            "notice.clone",
            "2025-02",
            &json!({"since": "2025-02-02"}),
        ),
    ];
    let want = [
        (Trouble::Clone, LIC.to_owned()),
        (Trouble::Clone, PWB.to_owned()),
        (Trouble::Cancelled, LIC.to_owned()),
    ];
    assert_eq!(troubles(&on(LIC, &records, "2026-01-01")), want);
}

#[test]
fn a_recall_of_the_whole_model_is_found() {
    let made = json!({"ZhenCheBM": value(VIN), "ChanPinXH": "TDR4996Z"});
    let recall = json!({"maker": "2186", "model": "TDR4996Z", "since": "2025-03-10"});
    let records = [
        told("", "production.vehicle", "2021-08", &made),
        told_by(CYCLES, "", "notice.recall", "2025-03", &recall),
        sale("2021-10"),
        plate("2021-11"),
    ];
    let standing = on(LIC, &records, "2026-01-01");
    assert_eq!(troubles(&standing), [(Trouble::Recalled, VIN.to_owned())]);
}

#[test]
fn a_bike_sold_more_than_fifteen_days_ago_without_a_plate_is_found() {
    // Sold on the 15th of October 2021.
    let records = [sale("2021-10")];
    for (day, unregistered) in [
        ("2021-10-15", false),
        ("2021-10-30", false),
        ("2021-10-31", true),
        ("2026-01-01", true),
    ] {
        for asked in [VIN, PWB] {
            let standing = on(asked, &records, day);
            let want = if unregistered {
                vec![(Trouble::Unregistered, VIN.to_owned())]
            } else {
                assert_eq!(
                    standing.registration,
                    Registration::InGrace {
                        until: "2021-10-30".to_owned()
                    }
                );
                Vec::new()
            };
            assert_eq!(troubles(&standing), want, "{asked} on {day}");
        }
    }
}

#[test]
fn with_a_plate_no_sale_is_too_long_ago_and_without_a_sale_nothing_is_said() {
    let standing = on(VIN, &[sale("2021-10"), plate("2021-12")], "2026-01-01");
    assert_eq!(troubles(&standing), []);
    assert_eq!(standing.registration, Registration::Registered);
    let made = json!({"ZhenCheBM": value(VIN), "ChanPinXH": "TDR4996Z"});
    let made = told("", "production.vehicle", "2021-08", &made);
    let standing = on(VIN, &[made], "2026-01-01");
    assert_eq!(troubles(&standing), []);
    assert_eq!(standing.registration, Registration::Unknown);
}
