//! What an officer has to know first: does anything speak against this code or what is with it.

use saoma_pages::AlertKind;
use saoma_pages::staff::{Finding, Registration, Trouble};

use super::set::{Member, Together, named};
use crate::rules::dossier::Dossier;
use crate::rules::show::Reader;
use crate::words::catalog::RecordKind;
use crate::words::code::Kind;
use crate::words::moment::Moment;
use crate::words::policy::Policy;

/// The province's regulations of 2020 give a buyer fifteen days to register.
const GRACE_DAYS: i64 = 15;
const DAY: i64 = 24 * 60 * 60;

/// How a code stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What speaks against it, gravest first; the code's own before another's.
    pub findings: Vec<Finding>,
    /// Whether there is a plate.
    pub registration: Registration,
}

/// How a code stands on this day.
pub fn standing(together: &Together, reader: Reader<'_>, policy: Policy, now: Moment) -> Standing {
    let mut findings: Vec<Finding> = together
        .members
        .iter()
        .flat_map(|member| against(member, reader, policy))
        .collect();
    let registration = registration(together, now, &mut findings);
    let own = named(together.asked);
    findings.sort_by_key(|finding| (finding.trouble, finding.about != own));
    Standing {
        findings,
        registration,
    }
}

fn against(member: &Member, reader: Reader<'_>, policy: Policy) -> Vec<Finding> {
    let finding = |alert: saoma_pages::Alert| Finding {
        trouble: trouble(alert.kind),
        about: named(member.code),
        since: alert.since,
        text: alert.text,
    };
    member
        .alerts(reader, policy)
        .into_iter()
        .map(finding)
        .collect()
}

const fn trouble(alert: AlertKind) -> Trouble {
    match alert {
        AlertKind::Stolen => Trouble::Stolen,
        AlertKind::Clone => Trouble::Clone,
        AlertKind::Recycled => Trouble::Recycled,
        AlertKind::Cancelled => Trouble::Cancelled,
        AlertKind::Recalled => Trouble::Recalled,
    }
}

/// A plate is its own registration and a battery needs none; a vehicle is registered when any
/// plate ever named it. Whether that plate is still good is another finding.
fn registration(together: &Together, now: Moment, findings: &mut Vec<Finding>) -> Registration {
    let Some(vehicle) = together.of(Kind::Vin) else {
        return Registration::Registered;
    };
    let dossier = Dossier::from_bytes(&vehicle.dossier);
    let registered = dossier
        .links_of(RecordKind::RegistrationPlate)
        .next()
        .is_some();
    if registered || together.asked.kind() == Kind::Lic {
        return Registration::Registered;
    }
    // From the last sale: whoever has it now has had fifteen days from then.
    let Some(sold) = dossier.records_of(RecordKind::SaleBinding).last() else {
        return match together.asked.kind() {
            Kind::Vin => Registration::Unknown,
            Kind::Pwb | Kind::Lic => Registration::Registered,
        };
    };
    // Whole days, so that a phone in the evening says what one in the morning said.
    let due = Moment::from_seconds(sold.at.seconds().saturating_add(GRACE_DAYS * DAY));
    if now.day_text() <= due.day_text() {
        return Registration::InGrace {
            until: due.day_text(),
        };
    }
    findings.push(Finding {
        trouble: Trouble::Unregistered,
        about: named(vehicle.code),
        since: Some(sold.at.day_text()),
        text: None,
    });
    Registration::Unknown
}

#[cfg(test)]
mod tests;
