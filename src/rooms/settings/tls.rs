//! `[tls]`: what the doors behind TLS prove themselves with.

use std::{iter::zip, path::PathBuf};

use super::sheet::Sheet;

/// Who we are, in as many certificates as there are names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSection {
    /// The certificates, each with its key. Who names nobody, or somebody unknown, gets the first.
    pub pairs: Vec<KeyPair>,
}

/// A certificate and what proves that it is ours. Files in PEM, read again when they change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// The certificate, and behind it those between it and a root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Reads the section.
pub(super) fn read(sheet: &mut Sheet) -> Option<TlsSection> {
    let path = |path: &str| match path {
        "" => Err("should be the name of a file"),
        path => Ok(PathBuf::from(path)),
    };
    let certificates = sheet.list_or_none("tls.certificates", path);
    let keys = sheet.list_or_none("tls.keys", path);
    let (certificates, keys) = (certificates?, keys?);
    if certificates.len() != keys.len() {
        return sheet.mistake(
            "tls.keys",
            "should have as many files as `tls.certificates`, in the same order",
        );
    }
    let pairs = zip(certificates, keys).map(|(certificate, key)| KeyPair { certificate, key });
    Some(TlsSection {
        pairs: pairs.collect(),
    })
}
