//! The staff door: where it listens, whose tokens it knows, and how much each may look at.

use std::{net::SocketAddr, path::PathBuf};

use saoma_pages::Audience;

use super::sheet::Sheet;
use crate::words::grant::staff_audience;

/// The staff door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffDoor {
    /// The addresses it listens on. None: there is no staff door.
    pub listen: Vec<SocketAddr>,
    /// The folder of keys that tokens are signed with, and of what was taken back.
    pub keys: PathBuf,
    /// How many different codes each may look at in a day.
    pub codes_per_day: CodesPerDay,
    /// Whom client certificates name.
    pub certificates: Vec<CertificateRule>,
}

/// That a certificate with this name in it is of this audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRule {
    /// The audience.
    pub audience: Audience,
    /// Where the name stands.
    pub attribute: Attribute,
    /// The name, whole.
    pub value: String,
}

/// A place for a name in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `OU`.
    Unit,
    /// `O`.
    Organisation,
    /// `CN`.
    Common,
    /// A host among the alternative names.
    Host,
}

/// How many different codes a subject may look at in a day, by audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodesPerDay {
    /// An officer.
    pub police: u32,
    /// A recycler or a repairer.
    pub recycler: u32,
    /// An application.
    pub app: u32,
}

const KEYS: &str = "./saoma-keys";
/// A busy day on the street is some two hundred plates; more is somebody reading the register.
const POLICE: u32 = 500;
/// A yard that takes in a lorry of batteries, one by one.
const RECYCLER: u32 = 2000;
/// A hundred batches of a hundred.
const APP: u32 = 10_000;
/// What one subject's day may occupy in memory: eight bytes a code.
const CODES_MAX: u32 = 1_000_000;

pub(super) fn read(sheet: &mut Sheet) -> Option<StaffDoor> {
    let listen = sheet.list_or_none("staff.listen", |address| {
        address
            .parse()
            .map_err(|_error| "should be an address and a port, like `127.0.0.1:8444`")
    });
    let keys = sheet.text("staff.keys", KEYS, |folder| match folder {
        "" => Err("should be a folder"),
        folder => Ok(PathBuf::from(folder)),
    });
    let police = sheet.number("staff.codes_per_day_police", POLICE, 1..=CODES_MAX);
    let recycler = sheet.number("staff.codes_per_day_recycler", RECYCLER, 1..=CODES_MAX);
    let app = sheet.number("staff.codes_per_day_app", APP, 1..=CODES_MAX);
    let certificates = sheet.list_or_none("staff.certificates", |rule| {
        certificate_rule(rule).ok_or("should be like `police=ou:交警支队` (ou, o, cn or dns)")
    });
    Some(StaffDoor {
        listen: listen?,
        keys: keys?,
        codes_per_day: CodesPerDay {
            police: police?,
            recycler: recycler?,
            app: app?,
        },
        certificates: certificates?,
    })
}

fn certificate_rule(text: &str) -> Option<CertificateRule> {
    let (audience, name) = text.split_once('=')?;
    let (attribute, value) = name.split_once(':')?;
    let attribute = match attribute {
        "ou" => Attribute::Unit,
        "o" => Attribute::Organisation,
        "cn" => Attribute::Common,
        "dns" => Attribute::Host,
        _ => return None,
    };
    (!value.is_empty()).then_some(CertificateRule {
        audience: staff_audience(audience)?,
        attribute,
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_an_audience_a_place_and_a_name() {
        let rule = certificate_rule("police=ou:交警支队").unwrap();
        assert_eq!(
            (rule.audience, rule.attribute, rule.value.as_str()),
            (Audience::Police, Attribute::Unit, "交警支队")
        );
        for wrong in [
            "",
            "police",
            "police=ou",
            "police=ou:",
            "holder=ou:a",
            "app=l:a",
        ] {
            assert_eq!(certificate_rule(wrong), None, "{wrong}");
        }
    }
}
