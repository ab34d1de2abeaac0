//! Who is let in, and who is not.

use std::{
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::Empty;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use saoma::{
    path::staff::{
        StaffDoor,
        desk::{Desk, Hinting},
    },
    rooms::{
        keys::{Issuer, Revocation, revoke},
        settings::{Attribute, CertificateRule},
    },
    words::{grant::ProofId, moment::Moment, peer::Peer},
};
use saoma_pages::Audience;
use tempfile::TempDir;

use crate::{
    support::{Answer, DEADLINE, LIMITS, Office, ask, bearer, fill, staff_door},
    world::{LIC, VIN, everything},
};

fn target() -> String {
    format!("/{LIC}.json")
}

/// What somebody hears who is not let in: the same, whatever the reason.
fn shut_out(answer: &Answer) -> (String, Vec<u8>) {
    assert_eq!(answer.status, 401, "{}", answer.text());
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"saoma\"");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let lines = answer.head.lines().filter(|line| !line.starts_with("date"));
    (lines.collect(), answer.body.clone())
}

#[tokio::test]
async fn whoever_is_not_let_in_hears_the_same_whatever_the_reason() {
    let office = Office::open(&everything()).await;
    let (good, _) = office.token(Audience::Police);
    assert_eq!(office.get(&target(), &[&bearer(&good)]).await.status, 200);
    let elsewhere = Office::open(&[]).await;
    let (foreign, _) = elsewhere.token(Audience::Police);
    let past = Moment::from_seconds(Moment::now().seconds() - 13 * 3600);
    let (expired, _) = office.token_from(Audience::Police, past);
    let future = Moment::from_seconds(Moment::now().seconds() + 3600);
    let (early, _) = office.token_from(Audience::Police, future);
    let unsigned = good.rsplit_once('.').unwrap().0;
    let other = office.token(Audience::App).0;
    let (_, signature) = other.rsplit_once('.').unwrap();
    let shown = [
        vec![],
        vec![bearer(&foreign)],
        vec![bearer(&expired)],
        vec![bearer(&early)],
        vec![bearer(&format!("{unsigned}."))],
        vec![bearer(&format!("{unsigned}.{signature}"))],
        vec![bearer("令牌")],
        vec![format!("Authorization: Basic {good}")],
        vec![bearer(&good), bearer(&good)],
    ];
    let mut heard = Vec::new();
    for lines in &shown {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        // Neither does it matter whether there is such a code, or any code at all.
        let answer = office.get(&target(), &lines).await;
        heard.push(shut_out(&answer));
    }
    for other in ["/vin/218622108311028.json", "/vin/x.json", "/nothing.json"] {
        heard.push(shut_out(&office.get(other, &[]).await));
    }
    heard.dedup();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(office.log().len(), 1, "only what was shown is a look");
}

#[tokio::test]
async fn a_token_in_an_address_is_no_token() {
    let office = Office::open(&everything()).await;
    let (token, _) = office.token(Audience::Police);
    for query in ["token", "access_token", "authorization"] {
        let answer = office
            .get(&format!("{}?{query}={token}", target()), &[])
            .await;
        assert_eq!(answer.status, 401);
    }
}

#[tokio::test]
async fn a_cookie_lets_in_a_browser_under_the_one_name_that_binds_it_to_its_host() {
    let office = Office::open(&everything()).await;
    let (token, _) = office.token(Audience::Police);
    for (name, status) in [
        ("__Host-saoma", 200),
        ("saoma", 401),
        ("__Secure-saoma", 401),
        ("__host-saoma", 401),
    ] {
        let cookie = format!("Cookie: a=b; {name}={token}");
        let answer = office.get(&target(), &[&cookie]).await;
        assert_eq!(answer.status, status, "{name}");
    }
}

#[tokio::test]
async fn what_was_taken_back_opens_nothing_within_five_seconds() {
    let office = Office::open(&everything()).await;
    let (token, id) = office.token(Audience::Police);
    let (other, _) = office.token(Audience::Recycler);
    let line = bearer(&token);
    assert_eq!(office.get(&target(), &[&line]).await.status, 200);
    revoke(&office.path("keys"), &Revocation::Proof(id), Moment::now()).unwrap();
    let taken_back = Instant::now();
    while office.get(&target(), &[&line]).await.status != 401 {
        assert!(taken_back.elapsed() < DEADLINE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Again and again, and nobody else's.
    assert_eq!(office.get(&target(), &[&line]).await.status, 401);
    let vin = format!("/{VIN}.json");
    assert_eq!(office.get(&vin, &[&bearer(&other)]).await.status, 200);
}

#[tokio::test]
async fn an_old_key_goes_on_beside_a_new_one() {
    let office = Office::open(&everything()).await;
    let (old, _) = office.token(Audience::Police);
    Issuer::make(&office.path("keys")).unwrap();
    let (new, _) = office.token(Audience::Police);
    assert_eq!(office.get(&target(), &[&bearer(&old)]).await.status, 200);
    // The new key is known when the folder is looked at again.
    let made = Instant::now();
    while office.get(&target(), &[&bearer(&new)]).await.status != 200 {
        assert!(made.elapsed() < DEADLINE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn where_revocations_cannot_be_read_the_door_is_shut_and_says_so() {
    let office = Office::open(&everything()).await;
    let line = bearer(&office.token(Audience::Police).0);
    std::fs::remove_file(office.path("keys/revoked")).unwrap();
    let gone = Instant::now();
    loop {
        let answer = office.get(&target(), &[&line]).await;
        if answer.status == 503 {
            assert_ne!(answer.header("retry-after"), "");
            break;
        }
        assert_eq!(answer.status, 200);
        assert!(gone.elapsed() < DEADLINE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn who_tries_token_after_token_is_told_to_wait_and_a_good_one_passes() {
    let office = Office::open(&everything()).await;
    let mut statuses = Vec::new();
    for n in 0..12 {
        let answer = office.get(&target(), &[&bearer(&format!("a.b.{n}"))]).await;
        statuses.push(answer.status);
        if answer.status == 429 {
            assert_ne!(answer.header("retry-after"), "");
        }
    }
    let refused = [[401; 10].as_slice(), &[429; 2]].concat();
    assert_eq!(statuses, refused);
    let good = bearer(&office.token(Audience::Police).0);
    assert_eq!(office.get(&target(), &[&good]).await.status, 200);
    // Who shows nothing has not tried.
    assert_eq!(office.get(&target(), &[]).await.status, 401);
}

/// An officer's certificate, and a door that knows the unit in it.
fn door_for_an_officer() -> (TempDir, Arc<[u8]>, StaffDoor) {
    let officer = include_bytes!("../../src/rooms/keys/tests/officer.pem");
    let officer = CertificateDer::from_pem_slice(officer).unwrap().to_vec();
    let folder = tempfile::tempdir().unwrap();
    let rule = CertificateRule {
        audience: Audience::Police,
        attribute: Attribute::Unit,
        value: "交警支队".to_owned(),
    };
    let core = fill(&folder, &everything());
    let door = staff_door(&folder, core, LIMITS, vec![rule]);
    (folder, officer.into(), door)
}

#[tokio::test]
async fn a_certificate_opens_the_door_until_it_is_taken_back_and_never_beside_a_bad_token() {
    // O=示例公安局, OU=交警支队, CN=警员 0142.
    let (folder, officer, door) = door_for_an_officer();
    let ask = async |certificate: Option<&Arc<[u8]>>, token: Option<&str>| {
        let mut request = http::Request::get(target()).header("host", "door");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let peer = Peer {
            secure: true,
            certificate: certificate.cloned(),
            ..Peer::plain(Ipv4Addr::LOCALHOST.into())
        };
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        door.answer(request, &peer).await.status().as_u16()
    };
    assert_eq!(ask(Some(&officer), None).await, 200);
    assert_eq!(ask(None, None).await, 401);
    assert_eq!(ask(Some(&officer), Some("a.b.c")).await, 401);
    let other: Arc<[u8]> = officer.iter().rev().copied().collect();
    assert_eq!(ask(Some(&other), None).await, 401);
    let text = std::fs::read_to_string(folder.path().join("audit.ndjson")).unwrap();
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["who"], "警员 0142");
    let print = ProofId::parse(line["proof"].as_str().unwrap()).unwrap();
    let keys = folder.path().join("keys");
    revoke(&keys, &Revocation::Proof(print), Moment::now()).unwrap();
    let taken_back = Instant::now();
    while ask(Some(&officer), None).await != 401 {
        assert!(taken_back.elapsed() < DEADLINE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn who_comes_by_certificate_is_hinted_once_for_a_shift_and_who_shows_a_token_is_not() {
    let (_folder, officer, door) = door_for_an_officer();
    let desk = Desk::new(door, Hinting::Domain("pzcode.cn".to_owned()));
    let peer = Peer {
        secure: true,
        certificate: Some(officer),
        ..Peer::plain(Ipv4Addr::LOCALHOST.into())
    };
    let hinted = async |peer: &Peer, cookie: Option<&str>| {
        let mut request = http::Request::get(format!("/{LIC}"))
            .header("host", "door")
            .header("accept", "text/html");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let reply = desk.answer(request, peer).await;
        let cookies = reply.headers().get_all("set-cookie").into_iter();
        let cookies: Vec<String> = cookies
            .map(|cookie| cookie.to_str().unwrap().to_owned())
            .collect();
        (reply.status().as_u16(), cookies)
    };
    let (status, cookies) = hinted(&peer, None).await;
    assert_eq!(status, 200);
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert!(cookies[0].starts_with("saoma_staff=1; Path=/; Domain=pzcode.cn; Max-Age="));
    let seconds = cookies[0].split("Max-Age=").nth(1).unwrap();
    let seconds: u64 = seconds.split(';').next().unwrap().parse().unwrap();
    assert!(seconds <= 12 * 60 * 60);
    // It has it, or is nobody.
    assert_eq!(hinted(&peer, Some("saoma_staff=1")).await, (200, vec![]));
    let nobody = Peer::plain(Ipv4Addr::LOCALHOST.into());
    let (status, cookies) = hinted(&nobody, None).await;
    assert_eq!(status, 401);
    assert!(cookies.iter().all(|cookie| cookie.contains("Max-Age=0")));
}

#[tokio::test]
async fn the_public_door_does_not_know_what_a_token_is() {
    let office = Office::open(&everything()).await;
    let line = bearer(&office.token(Audience::Police).0);
    let without = ask(office.public, "GET", &target(), &[], "").await;
    let with = ask(office.public, "GET", &target(), &[&line], "").await;
    assert_eq!(with.body, without.body);
    assert_eq!(with.header("etag"), without.header("etag"));
}
