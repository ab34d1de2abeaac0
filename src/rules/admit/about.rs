//! What a record is about: which of its fields says so, and what a record of its type can be about.

use super::{Reason, Rejection, field};
use crate::words::catalog::RecordKind;
use crate::words::code::{Code, Kind};
use crate::words::party::CreditCode;
use crate::words::record::{FieldsBuilder, find};
use crate::words::subject::{Maker, Subject};

/// What the record is about: from its own field, from the envelope, or from both if they agree.
pub(super) fn subject(
    kind: RecordKind,
    envelope: Option<&str>,
    fields: &FieldsBuilder,
) -> Result<Subject, Rejection> {
    let reject = |reason| Rejection::named("subject", reason);
    let told = envelope
        .map(|text| Subject::parse(text).map_err(|_why| reject(Reason::NotACode)))
        .transpose()?;
    let own = own_subject(kind, fields)?;
    let subject = match (own, told) {
        (Some(own), Some(told)) if own != told => return Err(reject(Reason::OtherSubject)),
        (Some(subject), _) | (None, Some(subject)) => subject,
        (None, None) => return Err(reject(Reason::Missing)),
    };
    if fits(kind, subject) {
        Ok(subject)
    } else {
        Err(reject(Reason::WrongSubject))
    }
}

/// The subject that a field of the record is, if one is.
fn own_subject(kind: RecordKind, fields: &FieldsBuilder) -> Result<Option<Subject>, Rejection> {
    let text = |key: &str| find(kind, key).and_then(|(slot, _)| fields.text(slot));
    let code = |kind, key| text(key).and_then(|text| Code::parse(kind, text).ok());
    let party = |key| {
        text(key)
            .and_then(|text| CreditCode::parse(text).ok())
            .map(Subject::Party)
    };
    Ok(match kind {
        RecordKind::ProductionVehicle | RecordKind::SaleBinding => {
            code(Kind::Vin, "ZhenCheBM").map(Subject::Code)
        }
        RecordKind::ProductionBattery => code(Kind::Pwb, "XuDianCWYBH").map(Subject::Code),
        RecordKind::PartyMaker => party("CreditCode"),
        RecordKind::PartySeller | RecordKind::PartyRepairer | RecordKind::PartyRecycler => {
            party("uniscid")
        }
        RecordKind::StockItem => match (text("chechi_type"), text("chechibm")) {
            (_, None) => None,
            (None, Some(_)) => return Err(Rejection::named("chechi_type", Reason::Missing)),
            (Some(item), Some(_)) => {
                let kind = if item == field::VEHICLE {
                    Kind::Vin
                } else {
                    Kind::Pwb
                };
                let item = code(kind, "chechibm").map(Subject::Code);
                Some(item.ok_or(Rejection::named("chechibm", Reason::NotACode))?)
            }
        },
        RecordKind::RegistrationPlate => text("LinkUrl")
            .and_then(|text| Code::parse_any(text).ok())
            .map(Subject::Code),
        RecordKind::RepairJob => code(Kind::Vin, "ZhenCheBM")
            .or_else(|| code(Kind::Pwb, "XuDianCWYBH"))
            .map(Subject::Code),
        RecordKind::RecycleReceipt => code(Kind::Pwb, "chechibm")
            .or_else(|| code(Kind::Vin, "ZhenCheBM"))
            .map(Subject::Code),
        RecordKind::NoticeRecall | RecordKind::WarrantyPolicy => {
            text("maker").and_then(Maker::parse).map(Subject::Maker)
        }
        RecordKind::RidingUse
        | RecordKind::ChargingSite
        | RecordKind::ChargingFire
        | RecordKind::SwapUse
        | RecordKind::PlateCancelled
        | RecordKind::NoticeStolen
        | RecordKind::NoticeClone => None,
    })
}

/// Whether a record of this type can be about such a subject.
fn fits(kind: RecordKind, subject: Subject) -> bool {
    let code = subject.code().map(|code| code.kind());
    match kind {
        RecordKind::ProductionVehicle | RecordKind::SaleBinding => code == Some(Kind::Vin),
        RecordKind::ProductionBattery => code == Some(Kind::Pwb),
        RecordKind::RegistrationPlate | RecordKind::PlateCancelled => code == Some(Kind::Lic),
        RecordKind::StockItem
        | RecordKind::SwapUse
        | RecordKind::RepairJob
        | RecordKind::RecycleReceipt => matches!(code, Some(Kind::Vin | Kind::Pwb)),
        RecordKind::RidingUse => matches!(code, Some(Kind::Vin | Kind::Lic)),
        RecordKind::NoticeStolen | RecordKind::NoticeClone => code.is_some(),
        RecordKind::NoticeRecall => code.is_some() || matches!(subject, Subject::Maker(_)),
        RecordKind::ChargingSite | RecordKind::ChargingFire => {
            code.is_some() || matches!(subject, Subject::Party(_))
        }
        RecordKind::PartyMaker
        | RecordKind::PartySeller
        | RecordKind::PartyRepairer
        | RecordKind::PartyRecycler => matches!(subject, Subject::Party(_)),
        RecordKind::WarrantyPolicy => matches!(subject, Subject::Maker(_)),
    }
}
