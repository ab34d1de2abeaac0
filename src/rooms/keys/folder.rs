//! The folder of keys, read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use jsonwebtoken::DecodingKey;
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject as _;

use super::KeysError;
use super::revoked::{Revoked, Version};
use crate::words::grant::ProofId;

/// What a public key's file is called after its number.
pub(super) const PUBLIC: &str = ".public.pem";
/// What a private key's file is called after its number.
pub(super) const PRIVATE: &str = ".private.pem";
/// The file of what was taken back.
pub(super) const REVOKED: &str = "revoked";

/// More keys than rotation needs, fewer than would take a second to read.
const KEYS_MAX: usize = 64;
/// A key's file is 113 bytes; some put a comment before it.
const KEY_FILE_MAX: u64 = 4096;
/// An Ed25519 key in `SubjectPublicKeyInfo` (RFC 8410) is these bytes and then its own 32.
pub(super) const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// The public keys by number, and what was taken back.
#[derive(Debug)]
pub(super) struct Ring {
    keys: BTreeMap<String, DecodingKey>,
    pub(super) revoked: Revoked,
}

impl Ring {
    /// Reads the folder. The list of revocations is read only if it is not the one of `before`.
    pub(super) fn read(folder: &Path, before: Option<&Self>) -> Result<Self, KeysError> {
        let fail = |source| KeysError::File {
            path: folder.to_owned(),
            source,
        };
        let mut keys = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(id) = name.and_then(|name| name.strip_suffix(PUBLIC)) else {
                continue;
            };
            let unsound = |what| KeysError::Unsound {
                path: path.clone(),
                what,
            };
            if ProofId::parse(id).is_none() {
                return Err(unsound("a key's number is letters, digits, - and _"));
            }
            if keys.len() == KEYS_MAX {
                return Err(unsound("there are more keys than anybody needs"));
            }
            let pem = read_at_most(&path, KEY_FILE_MAX)?;
            let raw = public_key(&pem).ok_or_else(|| unsound("is no Ed25519 key in PEM"))?;
            keys.insert(id.to_owned(), DecodingKey::from_ed_der(&raw));
        }
        let list = folder.join(REVOKED);
        let revoked = match before {
            Some(before) if before.revoked.version == Version::of(&list)? => before.revoked.clone(),
            Some(_) | None => Revoked::read(&list)?,
        };
        Ok(Self { keys, revoked })
    }

    /// The key of this number.
    pub(super) fn key(&self, id: &str) -> Option<&DecodingKey> {
        self.keys.get(id)
    }

    /// Whether there is no key.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// The content of a file that should be small.
pub(super) fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>, KeysError> {
    let fail = |source| KeysError::File {
        path: path.to_owned(),
        source,
    };
    let mut content = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(most + 1)
        .read_to_end(&mut content)
        .map_err(fail)?;
    if u64::try_from(content.len()).is_ok_and(|len| len <= most) {
        Ok(content)
    } else {
        Err(fail(io::ErrorKind::FileTooLarge.into()))
    }
}

/// The 32 bytes of an Ed25519 key in PEM.
fn public_key(pem: &[u8]) -> Option<[u8; 32]> {
    let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).ok()?;
    let raw = der.as_ref().strip_prefix(&SPKI)?;
    raw.try_into().ok()
}
