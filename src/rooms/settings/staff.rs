//! The staff door: where it listens, whose tokens it knows, and how much each may look at.

use std::{net::SocketAddr, path::PathBuf};

use saoma_pages::Audience;

use super::sheet::Sheet;
use crate::words::grant::staff_audience;

/// The staff door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffDoor {
    /// The addresses where it listens in the clear. None here and behind TLS: there is no staff door.
    pub listen: Vec<SocketAddr>,
    /// The addresses where it listens behind TLS.
    pub listen_https: Vec<SocketAddr>,
    /// Whose client certificates are believed there.
    pub client_ca: Option<PathBuf>,
    /// The folder of keys that tokens are signed with, and of what was taken back.
    pub keys: PathBuf,
    /// Where phones reach it, if phones that carry its hint are to be led there.
    pub public_url: Option<String>,
    /// The domain that both doors are under; without one, the hint is for the staff door's host.
    pub hint_domain: Option<String>,
    /// How many different codes each may look at in a day.
    pub codes_per_day: CodesPerDay,
    /// Whom client certificates name.
    pub certificates: Vec<CertificateRule>,
}

impl StaffDoor {
    /// Whether there is one.
    pub const fn is_open(&self) -> bool {
        !self.listen.is_empty() || !self.listen_https.is_empty()
    }
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
    let socket = |address: &str| {
        let what = "should be an address and a port, like `127.0.0.1:8444`";
        address.parse().map_err(|_error| what)
    };
    let listen = sheet.list_or_none("staff.listen", socket);
    let listen_https = sheet.list_or_none("staff.listen_https", socket);
    let client_ca = sheet.text("staff.client_ca", "", |file| match file {
        "" => Ok(None),
        file => Ok(Some(PathBuf::from(file))),
    });
    let keys = sheet.text("staff.keys", KEYS, |folder| match folder {
        "" => Err("should be a folder"),
        folder => Ok(PathBuf::from(folder)),
    });
    let public_url = sheet.text("staff.public_url", "", |url| match url {
        "" => Ok(None),
        url => address(url).map(Some),
    });
    let hint_domain = sheet.text("staff.hint_domain", "", |domain| match domain {
        "" => Ok(None),
        domain => parent(domain).map(Some),
    });
    let nowhere = matches!((&public_url, &hint_domain), (Some(None), Some(Some(_))));
    let hint_domain = if nowhere {
        sheet.mistake(
            "staff.hint_domain",
            "leads nowhere: `staff.public_url` should say where phones reach the staff door",
        )
    } else {
        hint_domain
    };
    let police = sheet.number("staff.codes_per_day_police", POLICE, 1..=CODES_MAX);
    let recycler = sheet.number("staff.codes_per_day_recycler", RECYCLER, 1..=CODES_MAX);
    let app = sheet.number("staff.codes_per_day_app", APP, 1..=CODES_MAX);
    let certificates = sheet.list_or_none("staff.certificates", |rule| {
        certificate_rule(rule).ok_or("should be like `police=ou:交警支队` (ou, o, cn or dns)")
    });
    Some(StaffDoor {
        listen: listen?,
        listen_https: listen_https?,
        client_ca: client_ca?,
        keys: keys?,
        public_url: public_url?,
        hint_domain: hint_domain?,
        codes_per_day: CodesPerDay {
            police: police?,
            recycler: recycler?,
            app: app?,
        },
        certificates: certificates?,
    })
}

/// The longest name in the DNS, and room for a scheme and a port.
const ADDRESS_MAX: usize = 270;

/// The cookies are for secure connections only; a browser counts its own machine as one.
fn address(url: &str) -> Result<String, &'static str> {
    let url = url.trim_end_matches('/');
    let host = match url.split_once("://") {
        Some(("https", host)) => Some(host),
        Some(("http", host)) => Some(host).filter(|host| {
            let name = host.split(':').next();
            name == Some("localhost")
        }),
        _ => None,
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let sound = host.is_some_and(|host| !host.is_empty() && host.bytes().all(plain));
    (sound && url.len() <= ADDRESS_MAX)
        .then(|| url.to_owned())
        .ok_or("should be like `https://staff.pzcode.cn`, without a path")
}

fn parent(domain: &str) -> Result<String, &'static str> {
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(plain)
    };
    let sound = domain.contains('.') && domain.len() <= ADDRESS_MAX && domain.split('.').all(label);
    sound
        .then(|| domain.to_ascii_lowercase())
        .ok_or("should be like `pzcode.cn`")
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
    fn the_staff_doors_address_is_secure_and_has_no_path() {
        for good in [
            "https://staff.pzcode.cn",
            "https://[::1]:8444/",
            "http://localhost:8444",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://staff.pzcode.cn",
            "http://localhost.example",
            "https://",
            "https://a/b",
            "https://a\r\nb",
            "staff",
            "http://localhost@evil",
            "http://localhost:8444/a",
            "http://127.0.0.1:8444",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_hint_is_for_a_domain_that_can_be_one() {
        assert_eq!(parent("PZcode.cn").as_deref(), Ok("pzcode.cn"));
        for bad in ["cn", ".cn", "a..b", "a;b.cn", "a.cn; Path=/"] {
            assert!(parent(bad).is_err(), "{bad}");
        }
    }

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
