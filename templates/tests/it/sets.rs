//! What the holder of several stickers sees of them.

use saoma_pages::{AlertKind, Audience, Cell, Kind, Row, Sheet, Shown, View};

use crate::samples::{alert, holder, masked, plain, sheet, view};

/// The sets, by the name of their page.
pub(crate) fn sets() -> Vec<(&'static str, Vec<View>)> {
    let seen = |kind: Kind| View {
        audience: Audience::Holder,
        ..view(kind, held(kind))
    };
    let mut warned = Kind::ALL.map(seen);
    warned[1].alerts = vec![alert(AlertKind::Recalled), alert(AlertKind::Stolen)];
    let bare = View {
        audience: Audience::Holder,
        ..view(Kind::Pwb, Vec::new())
    };
    vec![
        ("match-yes", vec![seen(Kind::Vin), seen(Kind::Pwb)]),
        ("match-yes-bare", vec![seen(Kind::Lic), bare]),
        ("match-yes-warned", warned.into()),
    ]
}

/// What a holder sees beyond that once the sealed part is laid over it.
fn held(kind: Kind) -> Vec<Sheet> {
    let mut sheets = holder(kind);
    if kind == Kind::Lic {
        let plate = sheets
            .iter_mut()
            .find(|sheet| sheet.record == "registration.plate");
        let more = [
            ("IdentityCard", masked("3****************8")),
            ("CommitDate", plain("2024-05-03")),
        ];
        let more = more.map(|(key, shown)| Cell { key, shown });
        plate.unwrap().rows[0].0.extend(more);
        return sheets;
    }
    let mut repairs = sheet("repair.job", [("datetime", plain("2025-02-01"))]);
    repairs.rows.push(Row(vec![Cell {
        key: "datetime",
        shown: plain("2025-09-12"),
    }]));
    sheets.push(repairs);
    for row in sheets
        .iter_mut()
        .filter(|sheet| sheet.record == "warranty.policy")
        .flat_map(|sheet| &mut sheet.rows)
    {
        // The frame's is over, and the motor's is not.
        let (until, from, over) = match row.get("part").map(Shown::text).as_deref() {
            Some("车架") => ("2026-05-01", "sale", Some(("safe_over", "true"))),
            _ => ("2034-03", "production", None),
        };
        let more = [
            ("until", "2026-05-01"),
            ("safe_months", "120"),
            ("safe_until", until),
            ("safe_from", from),
        ];
        let cell = |(key, text)| Cell {
            key,
            shown: plain(text),
        };
        row.0.extend(more.into_iter().chain(over).map(cell));
    }
    sheets
}
