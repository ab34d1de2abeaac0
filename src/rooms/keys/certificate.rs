//! A client certificate: whom it names, as the operator's rules read it.
//!
//! That it is signed by the operator's authority, and that whoever shows it has its key, was
//! verified by the listener, in the handshake. Here it is only read.

use aws_lc_rs::digest::{SHA256, digest};
use saoma_pages::Audience;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::oid::db::rfc4519;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::{DirectoryString, GeneralName};

use crate::rooms::settings::{Attribute, CertificateRule};
use crate::rules::bytes::hex;
use crate::words::grant::{Bearer, Handle, NotGranted, ProofId};
use crate::words::moment::Moment;

/// The largest that is read. A leaf with a dozen names has a tenth of it.
const CERTIFICATE_MAX: usize = 16 * 1024;

/// Whom a certificate names, and since when it is good.
pub(super) fn read(
    bytes: &[u8],
    rules: &[CertificateRule],
    now: Moment,
) -> Result<(Bearer, Moment), NotGranted> {
    if bytes.len() > CERTIFICATE_MAX {
        return Err(NotGranted::Malformed);
    }
    let certificate = Certificate::from_der(bytes).map_err(|_syntax| NotGranted::Malformed)?;
    let content = certificate.tbs_certificate();
    let second = |time: x509_cert::time::Time| {
        let seconds = time.to_unix_duration().as_secs();
        Moment::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    };
    let validity = content.validity();
    let (from, until) = (second(validity.not_before), second(validity.not_after));
    if now < from {
        return Err(NotGranted::TooEarly);
    }
    if now >= until {
        return Err(NotGranted::Expired);
    }
    let names = Names::of(&certificate)?;
    let mut audiences: Vec<Audience> = rules
        .iter()
        .filter(|rule| names.of_kind(rule.attribute).contains(&rule.value))
        .map(|rule| rule.audience)
        .collect();
    audiences.sort_unstable();
    audiences.dedup();
    // One that fits two audiences is for neither: which it is must not hang on the order of rules.
    let [audience] = audiences[..] else {
        return Err(NotGranted::Audience);
    };
    let first = |names: &[String]| names.first().and_then(|name| Handle::parse(name));
    let unit = first(&names.units).or_else(|| first(&names.organisations));
    let fingerprint = hex(digest(&SHA256, bytes).as_ref());
    let bearer = Bearer {
        audience,
        subject: first(&names.common).ok_or(NotGranted::Malformed)?,
        unit: unit
            .or_else(|| Handle::parse("-"))
            .ok_or(NotGranted::Malformed)?,
        proof: ProofId::parse(&fingerprint).ok_or(NotGranted::Malformed)?,
        until,
    };
    Ok((bearer, from))
}

/// The names in a certificate.
#[derive(Debug, Default)]
struct Names {
    common: Vec<String>,
    units: Vec<String>,
    organisations: Vec<String>,
    hosts: Vec<String>,
}

impl Names {
    fn of(certificate: &Certificate) -> Result<Self, NotGranted> {
        let content = certificate.tbs_certificate();
        let mut names = Self::default();
        for name in content.subject().iter() {
            let list = match name.oid {
                oid if oid == rfc4519::CN => &mut names.common,
                oid if oid == rfc4519::OU => &mut names.units,
                oid if oid == rfc4519::O => &mut names.organisations,
                _ => continue,
            };
            let text = DirectoryString::try_from(&name.value);
            let text = text.map_err(|_kind| NotGranted::Malformed)?;
            list.push(text.value().into_owned());
        }
        let more = content.get_extension::<SubjectAltName>();
        let more = more.map_err(|_syntax| NotGranted::Malformed)?;
        if let Some((_critical, SubjectAltName(more))) = more {
            for name in more {
                if let GeneralName::DnsName(host) = name {
                    names.hosts.push(host.to_string().to_ascii_lowercase());
                }
            }
        }
        Ok(names)
    }

    fn of_kind(&self, attribute: Attribute) -> &[String] {
        match attribute {
            Attribute::Unit => &self.units,
            Attribute::Organisation => &self.organisations,
            Attribute::Common => &self.common,
            Attribute::Host => &self.hosts,
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    /// O=示例公安局, OU=交警支队, OU=二大队, CN=警员 0142, and a host; good for a century.
    const OFFICER: &[u8] = include_bytes!("tests/officer.pem");
    /// O=nobody, and no more.
    const NOBODY: &[u8] = include_bytes!("tests/nobody.pem");
    const NOW: Moment = Moment::from_seconds(1_795_600_000);

    fn rule(audience: Audience, attribute: Attribute, value: &str) -> CertificateRule {
        CertificateRule {
            audience,
            attribute,
            value: value.to_owned(),
        }
    }

    fn read_pem(pem: &[u8], rules: &[CertificateRule], now: Moment) -> Result<Bearer, NotGranted> {
        let der = CertificateDer::from_pem_slice(pem).unwrap();
        read(&der, rules, now).map(|(bearer, _since)| bearer)
    }

    #[test]
    fn a_certificate_names_whom_the_operators_rules_say() {
        for (attribute, value) in [
            (Attribute::Unit, "交警支队"),
            (Attribute::Unit, "二大队"),
            (Attribute::Organisation, "示例公安局"),
            (Attribute::Common, "警员 0142"),
            (Attribute::Host, "terminal-7.example.com"),
        ] {
            let rules = [rule(Audience::Police, attribute, value)];
            let bearer = read_pem(OFFICER, &rules, NOW).unwrap();
            assert_eq!(bearer.audience, Audience::Police);
            assert_eq!(bearer.subject.as_str(), "警员 0142");
            assert_eq!(bearer.unit.as_str(), "交警支队");
            let print = "f400aec90d390058954b778467f85de1393e0e21b7594212e6d609f2cc350dfc";
            assert_eq!(bearer.proof.as_str(), print);
        }
    }

    #[test]
    fn a_certificate_that_fits_no_rule_or_two_audiences_names_nobody() {
        let police = rule(Audience::Police, Attribute::Unit, "交警支队");
        let recycler = rule(Audience::Recycler, Attribute::Organisation, "示例公安局");
        let near = rule(Audience::Police, Attribute::Unit, "交警");
        let astray = rule(Audience::Police, Attribute::Organisation, "交警支队");
        for rules in [
            vec![],
            vec![near],
            vec![astray],
            vec![police.clone(), recycler],
        ] {
            let refused = read_pem(OFFICER, &rules, NOW);
            assert_eq!(refused, Err(NotGranted::Audience), "{rules:?}");
        }
        let twice = [police.clone(), police];
        assert!(read_pem(OFFICER, &twice, NOW).is_ok());
        let nobody = [rule(Audience::App, Attribute::Organisation, "nobody")];
        let refused = read_pem(NOBODY, &nobody, NOW);
        assert_eq!(refused, Err(NotGranted::Malformed), "without a name");
    }

    #[test]
    fn a_certificate_is_good_in_its_own_time_only() {
        let rules = [rule(Audience::Police, Attribute::Unit, "交警支队")];
        let at = |second| read_pem(OFFICER, &rules, Moment::from_seconds(second)).map(|_who| ());
        assert_eq!(at(0), Err(NotGranted::TooEarly));
        assert_eq!(at(1 << 33), Err(NotGranted::Expired));
    }

    #[test]
    fn what_is_no_certificate_is_malformed() {
        let long = vec![0x30; CERTIFICATE_MAX + 1];
        let der = CertificateDer::from_pem_slice(OFFICER).unwrap();
        let cut = &der[..der.len() - 1];
        for bytes in [&b""[..], b"0", cut, &long] {
            let refused = read(bytes, &[], NOW).map(|_who| ());
            assert_eq!(refused, Err(NotGranted::Malformed));
        }
    }
}
