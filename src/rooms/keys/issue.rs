//! The issuer's side: keys made, tokens signed, tokens taken back.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use saoma_pages::Audience;

use super::KeysError;
use super::folder::{PRIVATE, PUBLIC, REVOKED, SPKI, read_at_most};
use super::revoked::{LIST_MAX, Line};
use super::token::{Claims, life_max};
use crate::rules::bytes::hex;
use crate::words::grant::{Handle, ProofId};
use crate::words::moment::Moment;

/// Bytes of a key's digest that are its number: nobody chooses them, so no two meet.
const KEY_ID_LEN: usize = 8;
/// Bytes of chance in a token's number.
const TOKEN_ID_LEN: usize = 16;
/// Base64 is broken into lines of this many characters (RFC 7468).
const PEM_LINE: usize = 64;
const KEY_FILE_MAX: u64 = 4096;

/// Somebody who can sign.
pub struct Issuer {
    id: String,
    key: EncodingKey,
}

/// What is to be signed.
#[derive(Clone, Debug)]
pub struct Order {
    /// For whom.
    pub audience: Audience,
    /// Who.
    pub subject: Handle,
    /// Of which unit.
    pub unit: Handle,
    /// For how long.
    pub life: Duration,
}

/// What is taken back.
#[derive(Clone, Debug)]
pub enum Revocation {
    /// One token, or one certificate.
    Proof(ProofId),
    /// All that a subject was given until now.
    Subject(Audience, Handle),
}

impl Issuer {
    /// Makes a new key in this folder, and the folder if there is none, and says its number.
    pub fn make(folder: &Path) -> Result<String, KeysError> {
        let mut builder = fs::DirBuilder::new();
        // Readable by the service's group if the operator says so, never by everybody.
        builder.recursive(true).mode(0o750);
        builder
            .create(folder)
            .map_err(|source| fail(folder, source))?;
        let pair = Ed25519KeyPair::generate().map_err(|_why| KeysError::Cryptography)?;
        let private = pair.to_pkcs8v1().map_err(|_why| KeysError::Cryptography)?;
        let public = pair.public_key().as_ref();
        let number = digest(&SHA256, public);
        let id = hex(number.as_ref().get(..KEY_ID_LEN).unwrap_or_default());
        let spki = [&SPKI, public].concat();
        let list = folder.join(REVOKED);
        match write_new(
            &list,
            0o640,
            b"# What was taken back. `saoma token revoke` adds to it.\n",
        ) {
            Err(KeysError::File { source, .. })
                if source.kind() == io::ErrorKind::AlreadyExists => {}
            written => written?,
        }
        let at = |end: &str| folder.join(format!("{id}{end}"));
        write_new(
            &at(PRIVATE),
            0o600,
            pem("PRIVATE KEY", private.as_ref()).as_bytes(),
        )?;
        // Last, since from here on the key is one.
        write_new(&at(PUBLIC), 0o644, pem("PUBLIC KEY", &spki).as_bytes())?;
        Ok(id)
    }

    /// The key of this number, or the newest one in the folder.
    pub fn open(folder: &Path, id: Option<&str>) -> Result<Self, KeysError> {
        let path = match id {
            Some(id) => folder.join(format!("{id}{PRIVATE}")),
            None => newest(folder)?.ok_or_else(|| KeysError::NoKey(folder.to_owned()))?,
        };
        let unsound = |what| KeysError::Unsound {
            path: path.clone(),
            what,
        };
        let name = path.file_name().and_then(|name| name.to_str());
        let id = name.and_then(|name| name.strip_suffix(PRIVATE));
        let id = id.ok_or_else(|| unsound("is not named after a key's number"))?;
        let text = read_at_most(&path, KEY_FILE_MAX)?;
        let der = PrivatePkcs8KeyDer::from_pem_slice(&text).ok();
        let der = der.ok_or_else(|| unsound("is no private key in PEM"))?;
        let pair = Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der());
        if pair.is_err() {
            return Err(unsound("is no Ed25519 key"));
        }
        Ok(Self {
            id: id.to_owned(),
            key: EncodingKey::from_ed_der(der.secret_pkcs8_der()),
        })
    }

    /// Signs a token that is good from now on, and says its number.
    pub fn sign(&self, order: &Order, now: Moment) -> Result<(String, ProofId), KeysError> {
        let life = i64::try_from(order.life.as_secs()).unwrap_or(i64::MAX);
        let most = life_max(order.audience);
        if most == 0 {
            return Err(KeysError::Order("there are no tokens for this audience"));
        }
        if !(1..=most).contains(&life) {
            return Err(KeysError::Order(
                "a token lives for a second at least, and at most 31 days; an app's 366",
            ));
        }
        let mut chance = [0; TOKEN_ID_LEN];
        aws_lc_rs::rand::fill(&mut chance).map_err(|_why| KeysError::Cryptography)?;
        let number = hex(&chance);
        let claims = Claims {
            aud: order.audience.name().to_owned(),
            sub: order.subject.as_str().to_owned(),
            unit: order.unit.as_str().to_owned(),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: now.seconds().saturating_add(life),
            jti: number.clone(),
        };
        let mut head = Header::new(Algorithm::EdDSA);
        head.kid = Some(self.id.clone());
        let token = encode(&head, &claims, &self.key).map_err(|_why| KeysError::Cryptography)?;
        let id = ProofId::parse(&number).ok_or(KeysError::Cryptography)?;
        Ok((token, id))
    }
}

/// Takes something back. In force at every door on this folder within seconds.
pub fn revoke(folder: &Path, what: &Revocation, now: Moment) -> Result<(), KeysError> {
    let path = folder.join(REVOKED);
    let line = match what {
        Revocation::Proof(id) => Line::Token(id.clone(), now),
        Revocation::Subject(audience, subject) => Line::Subject(*audience, subject.clone(), now),
    };
    let text = line.text();
    let failed = |source| fail(&path, source);
    let mut file = OpenOptions::new()
        .append(true)
        .open(&path)
        .map_err(failed)?;
    file.lock().map_err(failed)?;
    // A last line without an end, as an editor may leave it, stays a line of its own.
    let before = read_at_most(&path, LIST_MAX)?;
    let end = match before.last() {
        None | Some(b'\n') => "",
        Some(_) => "\n",
    };
    file.write_all(format!("{end}{text}\n").as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The private key that was made last.
fn newest(folder: &Path) -> Result<Option<PathBuf>, KeysError> {
    let failed = |source| fail(folder, source);
    let mut found = None;
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name.is_some_and(|name| name.ends_with(PRIVATE)) {
            let made = entry
                .metadata()
                .and_then(|of| of.modified())
                .map_err(failed)?;
            found = found.max(Some((made, path)));
        }
    }
    Ok(found.map(|(_made, path)| path))
}

fn write_new(path: &Path, mode: u32, content: &[u8]) -> Result<(), KeysError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(mode);
    let written = options.open(path).and_then(|mut file: File| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(|source| fail(path, source))
}

fn fail(path: &Path, source: io::Error) -> KeysError {
    KeysError::File {
        path: path.to_owned(),
        source,
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(PEM_LINE);
    let lines: Vec<String> = lines
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
