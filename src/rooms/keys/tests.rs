use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as URL;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use saoma_pages::Audience;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::words::grant::{Handle, ProofId};

const NOW: i64 = 1_795_600_000;
const HOUR: i64 = 3600;

fn at(second: i64) -> Moment {
    Moment::from_seconds(second)
}

fn handle(text: &str) -> Handle {
    Handle::parse(text).unwrap()
}

fn order(audience: Audience) -> Order {
    Order {
        audience,
        subject: handle("警员 0142"),
        unit: handle("西湖分局"),
        life: Duration::from_hours(12),
    }
}

/// A folder with a key, its number, and the door's side of it.
fn office() -> (TempDir, String, Keys) {
    let folder = tempfile::tempdir().unwrap();
    let id = Issuer::make(folder.path()).unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    (folder, id, keys)
}

fn signed(folder: &Path, audience: Audience) -> (String, ProofId) {
    let issuer = Issuer::open(folder, None).unwrap();
    issuer.sign(&order(audience), at(NOW)).unwrap()
}

/// A token with any claims and any key number, signed with this key.
fn forge(folder: &Path, key: &str, kid: Option<&str>, claims: &Value) -> String {
    let pem = std::fs::read(folder.join(format!("{key}.private.pem"))).unwrap();
    let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap();
    let mut head = Header::new(Algorithm::EdDSA);
    head.kid = kid.map(str::to_owned);
    encode(
        &head,
        claims,
        &EncodingKey::from_ed_der(der.secret_pkcs8_der()),
    )
    .unwrap()
}

fn claims() -> Value {
    json!({"aud": "police", "sub": "a", "unit": "b", "iat": NOW, "nbf": NOW,
        "exp": NOW + HOUR, "jti": "c"})
}

fn with(key: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[key] = value;
    claims
}

fn refused(keys: &Keys, token: &str) -> NotGranted {
    keys.verify(token, at(NOW)).map(|_who| ()).unwrap_err()
}

#[test]
fn a_token_says_who_holds_it_and_makes_a_grant_of_its_audience() {
    let (folder, _id, keys) = office();
    for audience in [Audience::Police, Audience::Recycler, Audience::App] {
        let (token, id) = signed(folder.path(), audience);
        let who = keys.verify(&token, at(NOW)).unwrap();
        assert_eq!(who.grant.audience(), audience);
        assert_eq!(who.bearer.audience, audience);
        assert_eq!(who.bearer.subject, handle("警员 0142"));
        assert_eq!(who.bearer.unit, handle("西湖分局"));
        assert_eq!(who.bearer.proof, id);
        assert_eq!(who.bearer.until, at(NOW + 12 * HOUR));
    }
}

#[test]
fn nobody_signs_for_the_public_for_a_holder_or_for_ever() {
    let (folder, _id, _keys) = office();
    let issuer = Issuer::open(folder.path(), None).unwrap();
    for audience in [Audience::Public, Audience::Holder] {
        assert!(issuer.sign(&order(audience), at(NOW)).is_err());
    }
    for days in [0, 32] {
        let order = Order {
            life: Duration::from_hours(24 * days),
            ..order(Audience::Police)
        };
        assert!(issuer.sign(&order, at(NOW)).is_err(), "{days} days");
    }
}

#[test]
fn a_token_is_good_from_its_first_second_to_its_last() {
    let (folder, _id, keys) = office();
    let (token, _) = signed(folder.path(), Audience::Police);
    let verify = |second| keys.verify(&token, at(second)).map(|_who| ());
    assert_eq!(verify(NOW - HOUR), Err(NotGranted::TooEarly));
    // Clocks of one office may be half a minute apart.
    assert_eq!(verify(NOW - 20), Ok(()));
    assert_eq!(verify(NOW + 12 * HOUR - 1), Ok(()));
    assert_eq!(verify(NOW + 12 * HOUR), Err(NotGranted::Expired));
}

#[test]
fn a_token_changed_in_any_one_character_is_good_for_nothing() {
    let (folder, _id, keys) = office();
    let (token, _) = signed(folder.path(), Audience::Recycler);
    for place in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(keys.verify(&changed, at(NOW)).is_err(), "at {place}");
    }
}

#[test]
fn claims_that_were_changed_after_signing_are_forged() {
    let (folder, _id, keys) = office();
    let (token, _) = signed(folder.path(), Audience::App);
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&URL.decode(parts[1]).unwrap()).unwrap();
    claims["aud"] = "police".into();
    let changed = format!(
        "{}.{}.{}",
        parts[0],
        URL.encode(claims.to_string()),
        parts[2]
    );
    assert_eq!(refused(&keys, &changed), NotGranted::Forged);
}

#[test]
fn no_head_can_choose_another_algorithm() {
    let (folder, id, keys) = office();
    let (token, _) = signed(folder.path(), Audience::Police);
    let parts: Vec<&str> = token.split('.').collect();
    let head = |alg: &str| URL.encode(json!({"alg": alg, "typ": "JWT", "kid": id}).to_string());
    let public = std::fs::read(folder.path().join(format!("{id}.public.pem"))).unwrap();
    for (alg, want) in [
        ("none", NotGranted::Malformed),
        ("None", NotGranted::Malformed),
        ("ed25519", NotGranted::Malformed),
        ("RS256", NotGranted::Algorithm),
        ("ES256", NotGranted::Algorithm),
    ] {
        for signature in [parts[2], ""] {
            let forged = format!("{}.{}.{signature}", head(alg), parts[1]);
            assert_eq!(refused(&keys, &forged), want, "{alg}");
        }
    }
    // The oldest game: the public key as the secret of a MAC.
    let mut hmac = Header::new(Algorithm::HS256);
    hmac.kid = Some(id);
    let secret = EncodingKey::from_secret(&public);
    let forged = encode(&hmac, &claims(), &secret).unwrap();
    assert_eq!(refused(&keys, &forged), NotGranted::Algorithm);
}

#[test]
fn a_key_that_is_not_in_the_folder_signs_nothing() {
    let (folder, id, keys) = office();
    let (elsewhere, other, _keys) = office();
    let folder = folder.path();
    let with_kid = |kid| forge(elsewhere.path(), &other, kid, &claims());
    assert_eq!(
        refused(&keys, &with_kid(Some(&other))),
        NotGranted::UnknownKey
    );
    assert_eq!(refused(&keys, &with_kid(None)), NotGranted::UnknownKey);
    assert_eq!(
        refused(&keys, &with_kid(Some("../x"))),
        NotGranted::UnknownKey
    );
    // Under the number of a key of ours, the signature is another's.
    assert_eq!(refused(&keys, &with_kid(Some(&id))), NotGranted::Forged);
    let own = forge(folder, &id, Some(&id), &claims());
    assert!(keys.verify(&own, at(NOW)).is_ok());
}

#[test]
fn signed_nonsense_is_nonsense() {
    let (folder, id, keys) = office();
    let refused = |claims: &Value| refused(&keys, &forge(folder.path(), &id, Some(&id), claims));
    for audience in ["holder", "public", "admin", "", "POLICE"] {
        assert_eq!(refused(&with("aud", audience.into())), NotGranted::Audience);
    }
    let malformed = [
        with("aud", json!(["police"])),
        with("sub", "".into()),
        with("sub", " a".into()),
        with("unit", "a\nb".into()),
        with("jti", "a b".into()),
        with("exp", "9999999999".into()),
        with("exp", Value::Null),
        json!({}),
        json!([]),
    ];
    for claims in malformed {
        assert_eq!(refused(&claims), NotGranted::Malformed, "{claims}");
    }
    let long = with("exp", (NOW + 32 * 24 * HOUR).into());
    assert_eq!(refused(&long), NotGranted::TooLong);
    let backdated = with("iat", (NOW - 400 * 24 * HOUR).into());
    assert_eq!(refused(&backdated), NotGranted::TooLong);
    let extreme = with("nbf", i64::MIN.into());
    assert_eq!(refused(&extreme), NotGranted::TooLong);
}

#[test]
fn what_is_no_token_is_malformed_however_long() {
    let (_folder, _id, keys) = office();
    let long = "a".repeat(1 << 20);
    for text in ["", ".", "..", "a.b.c", "a.b", "....", "令牌", &long] {
        assert_eq!(refused(&keys, text), NotGranted::Malformed);
    }
}

#[test]
fn a_new_key_takes_over_and_an_old_one_ends_with_its_file() {
    let (folder, old, _keys) = office();
    let (before, _) = signed(folder.path(), Audience::Police);
    let new = Issuer::make(folder.path()).unwrap();
    assert_ne!(old, new);
    let keys = Keys::open(folder.path()).unwrap();
    let issuer = Issuer::open(folder.path(), Some(&new)).unwrap();
    let (after, _) = issuer.sign(&order(Audience::Police), at(NOW)).unwrap();
    assert!(keys.verify(&before, at(NOW)).is_ok());
    assert!(keys.verify(&after, at(NOW)).is_ok());
    std::fs::remove_file(folder.path().join(format!("{old}.public.pem"))).unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    assert_eq!(refused(&keys, &before), NotGranted::UnknownKey);
    assert!(keys.verify(&after, at(NOW)).is_ok());
}

#[test]
fn what_was_taken_back_ends_and_the_rest_goes_on() {
    let (folder, _id, _keys) = office();
    let folder = folder.path();
    let (token, id) = signed(folder, Audience::Police);
    let (other, _) = signed(folder, Audience::Police);
    let (app, _) = signed(folder, Audience::App);
    revoke(folder, &Revocation::Proof(id), at(NOW)).unwrap();
    let keys = Keys::open(folder).unwrap();
    assert_eq!(refused(&keys, &token), NotGranted::Revoked);
    assert!(keys.verify(&other, at(NOW)).is_ok());
    let all = Revocation::Subject(Audience::Police, handle("警员 0142"));
    revoke(folder, &all, at(NOW)).unwrap();
    let keys = Keys::open(folder).unwrap();
    assert_eq!(refused(&keys, &other), NotGranted::Revoked);
    assert!(keys.verify(&app, at(NOW)).is_ok(), "of another audience");
    let issuer = Issuer::open(folder, None).unwrap();
    let later = at(NOW + 1);
    let (given_later, _) = issuer.sign(&order(Audience::Police), later).unwrap();
    assert!(keys.verify(&given_later, later).is_ok());
}

#[test]
fn a_revocation_is_in_force_within_five_seconds_at_a_door_that_is_open() {
    let (folder, _id, keys) = office();
    let (token, id) = signed(folder.path(), Audience::Police);
    assert!(keys.verify(&token, at(NOW)).is_ok());
    revoke(folder.path(), &Revocation::Proof(id), at(NOW)).unwrap();
    let taken_back = Instant::now();
    while keys.verify(&token, at(NOW)).is_ok() {
        assert!(taken_back.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn where_revocations_cannot_be_read_nobody_is_let_in() {
    let (folder, _id, keys) = office();
    let list = folder.path().join("revoked");
    let (token, _) = signed(folder.path(), Audience::Police);
    for broken in [Some("tokn abc 1\n"), Some("token abc\n"), None] {
        match broken {
            Some(text) => std::fs::write(&list, text).unwrap(),
            None => std::fs::remove_file(&list).unwrap(),
        }
        assert!(Keys::open(folder.path()).is_err());
        let started = Instant::now();
        while keys.verify(&token, at(NOW)).is_ok() {
            assert!(started.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(refused(&keys, &token), NotGranted::Unknowable);
    }
}

#[test]
fn a_private_key_is_readable_by_its_owner_only_and_needed_by_no_door() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, id, _keys) = office();
    let (token, _) = signed(folder.path(), Audience::Police);
    let private = folder.path().join(format!("{id}.private.pem"));
    let mode = std::fs::metadata(&private).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::remove_file(private).unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    assert!(keys.verify(&token, at(NOW)).is_ok());
}
