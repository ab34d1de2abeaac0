//! Pairs: that two codes belong together, kept so that only who has both can find it.
//!
//! From the deployment's secret and both codes one HMAC makes a tag and a key. The tag is where
//! the entry lies: without both codes there is nothing to look for, and entries tell nothing of
//! each other. The key seals what the holder of both may see; whoever copies the store without
//! the stickers reads nothing.
//!
//! Entries of neighbouring codes begin alike, under a prefix that only the secret can name. Codes
//! come in runs, and a table written in runs is written once; scattered, a million vehicles made
//! the same pages dirty over and over. It tells who copies the store how many pairs some unknown
//! hundred codes have, and of no code whether it is in one. A hundred vehicles have some three
//! hundred pairs, which the embedded store keeps as one value: in neighbourhoods of a thousand, most
//! pairs of a batch would make much be written that stays as it is.
//!
//! What is sealed is filled up, so that its length does not count repairs. Nearly all entries have one
//! and the same length, the least there is; those of a vehicle and its plate, or with four batteries and
//! much that happened to them, have the next or the one after.

use std::fmt;
use std::io::Write;
use std::path::Path;

use aws_lc_rs::aead::{AES_128_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};

use super::StoreError;
use crate::words::code::{Code, Kind, ORG_LEN};

/// Bytes of the secret.
const SECRET_LEN: usize = 32;
/// Bytes of a tag.
pub const TAG_LEN: usize = SHELF_LEN + OWN_LEN;
/// Bytes of a tag that a pair shares with those of neighbouring codes.
pub(super) const SHELF_LEN: usize = 4;
/// Bytes of a tag that are a pair's own: 64 bits beside the shelf's, so that no two meet by chance.
pub(super) const OWN_LEN: usize = 8;
/// Bytes of a pair's key.
const KEY_LEN: usize = 16;
/// What is sealed is filled up, so that its length does not count repairs: in steps of this.
const PADDING: usize = 32;
/// Sixteen bytes of seal, and four that Redis puts around a value: with them an entry is a multiple of
/// the step, which is a block that a store would set aside for it anyway.
const AROUND: usize = 20;
/// Stands behind the content, before what fills it up.
const END: u8 = 0x80;
/// Names the use of the secret, so that nothing else made with it can be taken for a pair. Another with
/// each change of how content is written: what cannot be read is not found.
const USE: &[u8] = b"saoma pair 2";
const SHELF_USE: &[u8] = b"saoma pair shelf 2";
/// Another with each change of where pairs lie: a store made before then says that its pairs were
/// not made like this, and a reprojection makes them anew.
const CHECK_USE: &[u8] = b"saoma pair key check 3";
/// The last characters of a code, which may differ among neighbours.
const APART: usize = 2;
/// The first characters of a battery's code, which are those of its neighbours: in the example of the
/// standard, all before the last two digits of the number.
const BATTERY_SHARED: usize = ORG_LEN + 11;

/// The deployment's secret for pairs. Kept in a file of its own, readable by the service only.
pub struct PairKey(hmac::Key);

/// The beginning of the tags of a neighbourhood's pairs.
pub type Shelf = [u8; SHELF_LEN];

/// Where a pair's entry lies.
pub type Tag = [u8; TAG_LEN];

/// One pair, ready to be kept or looked for.
pub struct Pair {
    /// Where its entry lies.
    pub tag: Tag,
    key: LessSafeKey,
}

/// The two codes are one, or the cryptography said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pair cannot be sealed or opened")]
pub struct NotAPair;

impl PairKey {
    /// Reads the secret from its file, making it first if there is none.
    pub fn open_or_make(path: &Path) -> Result<Self, StoreError> {
        if let Some(key) = Self::open(path)? {
            return Ok(key);
        }
        match make(path) {
            // Another process was quicker: its secret is the one.
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(unusable(path, error));
            }
            Ok(()) | Err(_) => {}
        }
        let gone = || unusable(path, std::io::ErrorKind::NotFound.into());
        Self::open(path)?.ok_or_else(gone)
    }

    /// Reads the secret from its file, if there is one.
    pub fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        let secret = match std::fs::read(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| unusable(path, error))?,
        };
        if secret.len() != SECRET_LEN {
            let what = format!("holds no secret of {SECRET_LEN} bytes");
            let error = std::io::Error::new(std::io::ErrorKind::InvalidData, what);
            return Err(unusable(path, error));
        }
        Ok(Some(Self::new(&secret)))
    }

    /// A secret from its bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// A value that tells whether a store was made with this secret, and nothing else about it.
    pub fn check(&self) -> [u8; 8] {
        let tag = hmac::sign(&self.0, CHECK_USE);
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// The pair of two codes, in whatever order they come.
    pub fn pair(&self, one: Code, other: Code) -> Result<Pair, NotAPair> {
        self.pair_on(self.shelf(one.min(other)), one, other)
    }

    /// Where the pairs of a code and of its neighbours lie together. The code is the smaller of
    /// its pair.
    pub fn shelf(&self, first: Code) -> Shelf {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(SHELF_USE);
        context.update(first.kind().keyword().as_bytes());
        context.update(neighbourhood(&first));
        let made = context.sign();
        made.as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// The pair of two codes whose shelf is known already.
    pub fn pair_on(&self, place: Shelf, one: Code, other: Code) -> Result<Pair, NotAPair> {
        if one == other {
            return Err(NotAPair);
        }
        let mut context = hmac::Context::with_key(&self.0);
        context.update(USE);
        for code in [one.min(other), one.max(other)] {
            let key = code.key();
            // Lengths keep a long first and a short second from reading like another pair.
            context.update(&[u8::try_from(key.len()).unwrap_or(u8::MAX)]);
            context.update(&key);
        }
        let made = context.sign();
        let (own, rest) = made
            .as_ref()
            .split_first_chunk::<OWN_LEN>()
            .ok_or(NotAPair)?;
        let (key, _) = rest.split_first_chunk::<KEY_LEN>().ok_or(NotAPair)?;
        let key = UnboundKey::new(&AES_128_GCM_SIV, key).map_err(|_unspecified| NotAPair)?;
        let mut tag = [0; TAG_LEN];
        for (slot, byte) in tag.iter_mut().zip(place.iter().chain(own)) {
            *slot = *byte;
        }
        Ok(Pair {
            tag,
            key: LessSafeKey::new(key),
        })
    }
}

/// Whether two codes, each the smaller of its pair, have their pairs on one shelf.
pub fn are_neighbours(one: Code, other: Code) -> bool {
    one.kind() == other.kind() && neighbourhood(&one) == neighbourhood(&other)
}

/// What a code shares with its neighbours: of a vehicle's all but the last two digits, of a battery's
/// its maker and how its own code begins. Kind, day and most of a number stand there; what stands
/// behind, voltage and capacity, is the same for all of a series, so nothing can be told by the end.
fn neighbourhood(code: &Code) -> &[u8] {
    let text = code.as_bytes();
    let shared = text.len().saturating_sub(APART);
    let shared = match code.kind() {
        Kind::Vin | Kind::Lic => shared,
        Kind::Pwb => shared.min(BATTERY_SHARED),
    };
    text.get(..shared).unwrap_or(text)
}

impl Pair {
    /// Seals what the holder of both codes may see. The same content seals to the same bytes, so
    /// that the same records make the same store; SIV mode makes that safe.
    pub fn seal(&self, content: &[u8]) -> Result<Vec<u8>, NotAPair> {
        let filled = (content.len() + 1 + AROUND).next_multiple_of(PADDING) - AROUND;
        let mut sealed = Vec::with_capacity(filled + 16);
        sealed.extend_from_slice(content);
        sealed.push(END);
        sealed.resize(filled, 0);
        self.key
            .seal_in_place_append_tag(nonce(), Aad::from(&self.tag), &mut sealed)
            .map_err(|_unspecified| NotAPair)?;
        Ok(sealed)
    }

    /// Opens what [`seal`](Self::seal) sealed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, NotAPair> {
        let mut bytes = sealed.to_vec();
        let filled = self
            .key
            .open_in_place(nonce(), Aad::from(&self.tag), &mut bytes)
            .map_err(|_unspecified| NotAPair)?;
        let end = filled.iter().rposition(|byte| *byte != 0);
        let end = end.filter(|end| filled.get(*end) == Some(&END));
        let content = filled.get(..end.ok_or(NotAPair)?).ok_or(NotAPair)?;
        Ok(content.to_vec())
    }
}

fn unusable(path: &Path, source: std::io::Error) -> StoreError {
    StoreError::File {
        path: path.to_owned(),
        source,
    }
}

/// Makes a secret. Its file appears whole or not at all, also when this is cut off in the middle
/// or done by two at once, and is for the owner only.
fn make(path: &Path) -> std::io::Result<()> {
    let mut secret = [0; SECRET_LEN];
    rand::fill(&mut secret).map_err(|_unspecified| std::io::Error::other("no random bytes"))?;
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(&secret)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// Each pair has a key of its own, so one nonce serves.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

impl fmt::Debug for PairKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairKey(..)")
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pair(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> (Code, Code, Code) {
        (
            Code::parse(Kind::Vin, "218622108311027").unwrap(),
            Code::parse(Kind::Pwb, "76392965TN21080500543B48V121513522").unwrap(),
            Code::parse(Kind::Lic, "33010621822480").unwrap(),
        )
    }

    #[test]
    fn a_pair_is_the_same_in_either_order_and_opens_with_both_codes() {
        let key = PairKey::new(&[7; SECRET_LEN]);
        let (vin, pwb, _) = codes();
        let pair = key.pair(vin, pwb).unwrap();
        let sealed = pair.seal(b"two repairs").unwrap();
        let found = key.pair(pwb, vin).unwrap();
        assert_eq!(found.tag, pair.tag);
        assert_eq!(found.open(&sealed).unwrap(), b"two repairs");
    }

    #[test]
    fn another_code_or_another_secret_opens_nothing() {
        let key = PairKey::new(&[7; SECRET_LEN]);
        let (vin, pwb, lic) = codes();
        let sealed = key.pair(vin, pwb).unwrap().seal(b"secret").unwrap();
        assert_eq!(key.pair(vin, lic).unwrap().open(&sealed), Err(NotAPair));
        let other = PairKey::new(&[8; SECRET_LEN]).pair(vin, pwb).unwrap();
        assert_eq!(other.open(&sealed), Err(NotAPair));
        assert_ne!(other.tag, key.pair(vin, pwb).unwrap().tag);
    }

    #[test]
    fn pairs_of_neighbouring_codes_lie_together_and_others_do_not() {
        let key = PairKey::new(&[7; SECRET_LEN]);
        let (vin, pwb, lic) = codes();
        let next = Code::parse(Kind::Vin, "218622108311099").unwrap();
        let far = Code::parse(Kind::Vin, "218622108311100").unwrap();
        let shelf = |code| key.pair(code, pwb).unwrap().tag[..SHELF_LEN].to_vec();
        assert!(are_neighbours(vin, next) && !are_neighbours(vin, far));
        assert_eq!(shelf(vin), shelf(next));
        assert_ne!(shelf(vin), shelf(far));
        assert_eq!(
            shelf(vin),
            key.pair(lic, vin).unwrap().tag[..SHELF_LEN].to_vec()
        );
        assert_ne!(
            key.pair(vin, pwb).unwrap().tag,
            key.pair(next, pwb).unwrap().tag
        );
    }

    #[test]
    fn batteries_of_one_series_are_neighbours_though_their_codes_end_alike() {
        let (.., pwb, lic) = codes();
        let battery = |text| Code::parse(Kind::Pwb, text).unwrap();
        let next = battery("76392965TN21080500577B48V121513522");
        let far = battery("76392965TN21080500643B48V121513522");
        assert!(are_neighbours(pwb, next) && !are_neighbours(pwb, far));
        assert!(!are_neighbours(pwb, lic));
        assert!(are_neighbours(
            battery("76392965A01"),
            battery("76392965A99")
        ));
    }

    #[test]
    fn a_code_is_no_pair_with_itself() {
        let (vin, ..) = codes();
        assert!(PairKey::new(&[7; SECRET_LEN]).pair(vin, vin).is_err());
    }

    #[test]
    fn a_sealed_length_does_not_tell_how_much_there_is() {
        let key = PairKey::new(&[7; SECRET_LEN]);
        let (vin, pwb, _) = codes();
        let pair = key.pair(vin, pwb).unwrap();
        assert_eq!(
            pair.seal(&[1; 12]).unwrap().len(),
            pair.seal(&[1; 43]).unwrap().len()
        );
    }
}
