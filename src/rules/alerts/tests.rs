use serde_json::json;

use super::*;
use crate::rules::dossier::sample::{LIC, PWB, VIN, dossier, told, value};

fn raised_for(
    subject: &str,
    told: &[crate::rules::admit::Incoming],
    audience: Audience,
) -> Vec<Alert> {
    let bytes = dossier(subject, told);
    alerts(
        Dossier::from_bytes(&bytes),
        Reader::Masked(audience),
        Policy::default(),
    )
    .into_iter()
    .filter_map(|raised| raised.alert)
    .collect()
}

#[test]
fn each_notice_raises_its_alert_to_the_month_and_the_gravest_comes_first() {
    let told = [
        told(
            VIN,
            "notice.recall",
            "2024-01",
            &json!({"since": "2023-12-24", "text": "请停止骑行"}),
        ),
        told(
            "",
            "recycle.receipt",
            "2024-02",
            &json!({"ZhenCheBM": value(VIN), "receive_time": "2024-02-03"}),
        ),
        told(VIN, "notice.clone", "2024-03", &json!({})),
    ];
    let seen = raised_for(VIN, &told, Audience::Public);
    let seen: Vec<_> = seen
        .iter()
        .map(|alert| (alert.kind, alert.since.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            (AlertKind::Clone, Some("2024-03")),
            (AlertKind::Recycled, Some("2024-02")),
            (AlertKind::Recalled, Some("2023-12")),
        ]
    );
}

#[test]
fn a_theft_is_for_police_recyclers_and_holders() {
    let told = [told(
        PWB,
        "notice.stolen",
        "2024-01",
        &json!({"text": "报失"}),
    )];
    for (audience, count) in [
        (Audience::Public, 0),
        (Audience::App, 0),
        (Audience::Holder, 1),
        (Audience::Recycler, 1),
    ] {
        assert_eq!(
            raised_for(PWB, &told, audience).len(),
            count,
            "{audience:?}"
        );
    }
    let bytes = dossier(PWB, &told);
    let open = Policy {
        theft: Theft::Public,
        ..Policy::default()
    };
    let seen = alerts(
        Dossier::from_bytes(&bytes),
        Reader::Masked(Audience::Public),
        open,
    );
    let alert = seen[0].alert.as_ref().unwrap();
    assert_eq!(
        alert.text, None,
        "that it was stolen, not what the owner said"
    );
}

#[test]
fn a_notice_that_is_lifted_is_gone_and_one_that_is_raised_again_is_there() {
    let raise = told(VIN, "notice.clone", "2024-01", &json!({"text": "复制"}));
    let lift = told(VIN, "notice.clone", "2024-02", &json!({"lifted": true}));
    let again = told(VIN, "notice.clone", "2024-03", &json!({"text": "复制"}));
    assert_eq!(raised_for(VIN, &[raise], Audience::Public).len(), 1);
    let raise = told(VIN, "notice.clone", "2024-01", &json!({"text": "复制"}));
    let bytes = dossier(VIN, &[raise, lift]);
    let seen = alerts(
        Dossier::from_bytes(&bytes),
        Reader::Masked(Audience::Public),
        Policy::default(),
    );
    assert_eq!(seen[0].alert, None);
    assert_eq!(
        seen[0].at.month_text(),
        "2024-02",
        "that it was lifted dates the answer"
    );
    let lift = told(VIN, "notice.clone", "2024-02", &json!({"lifted": "是"}));
    assert_eq!(raised_for(VIN, &[lift, again], Audience::Public).len(), 1);
}

#[test]
fn a_plate_that_was_registered_again_after_it_was_cancelled_is_a_live_plate() {
    let plate = |month| {
        told(
            LIC,
            "registration.plate",
            month,
            &json!({"ChePaiHM": "2182248"}),
        )
    };
    let cancel = |month| told(LIC, "plate.cancelled", month, &json!({"reason": "转让"}));
    let count = |told: &[_]| raised_for(LIC, told, Audience::Public).len();
    assert_eq!(count(&[plate("2022-01"), cancel("2023-01")]), 1);
    assert_eq!(
        count(&[plate("2022-01"), cancel("2023-01"), plate("2023-02")]),
        0
    );
    assert_eq!(count(&[plate("2023-02"), cancel("2023-01")]), 0);
    assert_eq!(
        count(&[
            plate("2022-01"),
            cancel("2023-01"),
            plate("2023-02"),
            cancel("2024-01")
        ]),
        1
    );
    let seen = raised_for(LIC, &[cancel("2023-01")], Audience::Public);
    assert_eq!(seen[0].text, None, "the reason is for staff");
}
