//! The crowd against small servers that misbehave in known ways.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/// What the server does with the n-th request it ever gets.
type Reply = fn(u32) -> (Duration, &'static [u8]);

async fn server(reply: Reply) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::task::spawn_local(async move {
        let mut asked = 0;
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut part = [0; 1024];
        while stream.read(&mut part).await.is_ok_and(|read| read > 0) {
            let (pause, bytes) = reply(asked);
            asked += 1;
            tokio::time::sleep(pause).await;
            stream.write_all(bytes).await.unwrap();
        }
    });
    at
}

/// One connection to a server of this sort, a hundred scans a second for one second.
fn scan(reply: Reply) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async {
        let at = server(reply).await;
        let target: Target = format!("http://{at}/vin/218622108311027").parse().unwrap();
        let end = Duration::from_secs(1);
        let arrivals = Arrivals::new(Pattern::Constant, 100.0, end, (1, 0));
        go(&target, Profile::Hot, arrivals, end, 1).await
    })
}

async fn go(
    target: &Target,
    profile: Profile,
    arrivals: Arrivals,
    end: Duration,
    connections: u64,
) -> Tally {
    let crowd = Crowd {
        profile,
        network: Network::new(
            target.clone(),
            KeyExchange::default(),
            profile.protocol(),
            16,
        ),
        form: Form::new(target, &[]),
        questions: Rc::new(Questions::new(target, None, &[], profile).unwrap()),
        arrivals: Rc::new(RefCell::new(arrivals)),
        end,
        before: 0,
    };
    let scanned = tokio::time::timeout(Duration::from_mins(1), crowd.scan(connections)).await;
    scanned.unwrap().unwrap().0
}

/// The baseline behind TLS, asked by a crowd of this sort.
fn scan_tls(profile: Profile, connections: u64) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LocalSet::new().block_on(&runtime, async {
        let folder = tempfile::tempdir().unwrap();
        let at = crate::baseline::tests::behind_tls(folder.path()).await;
        let target: Target = format!("https://{at}/vin/218622108311027").parse().unwrap();
        let end = Duration::from_millis(500);
        let arrivals = Arrivals::new(Pattern::AtOnce, 1.0, end, (1, 0));
        go(&target, profile, arrivals, end, connections).await
    })
}

#[test]
fn a_cold_scan_is_a_connection_and_a_whole_handshake_each() {
    let tally = scan_tls(Profile::Cold, 2);
    assert!(
        tally.answered() > 0 && tally.failures.is_empty(),
        "{tally:?}"
    );
    assert_eq!(tally.handshakes.whole, tally.answered());
    assert_eq!(tally.handshakes.resumed, 0);
}

#[test]
fn who_comes_back_brings_a_ticket() {
    let tally = scan_tls(Profile::Resumed, 1);
    assert!(tally.failures.is_empty(), "{tally:?}");
    assert_eq!(tally.handshakes.whole, 1);
    assert_eq!(tally.handshakes.resumed, tally.answered() - 1);
}

#[test]
fn an_app_asks_a_hundred_times_at_once_over_one_connection() {
    let tally = scan_tls(Profile::Api, 1);
    assert!(
        tally.answered() >= 100 && tally.failures.is_empty(),
        "{tally:?}"
    );
    assert_eq!(tally.handshakes.whole, 1);
}

#[test]
fn a_storm_is_one_question_of_everybody() {
    let tally = scan_tls(Profile::Storm, 300);
    assert_eq!(tally.answered(), 300, "{tally:?}");
    assert_eq!(tally.handshakes.whole, 300);
}

#[test]
fn a_pause_of_the_server_is_charged_to_everybody_who_was_due() {
    let tally = scan(|asked| {
        (
            Duration::from_millis(if asked == 10 { 500 } else { 0 }),
            PAGE,
        )
    });
    // What a machine that stood still itself could not send is counted too.
    assert!((98..=100).contains(&(tally.statuses[&200] + tally.unsent)));
    // Half of the hundred were due while it stood still. A closed loop would have seen one.
    assert!(
        tally.percentile(60.0) > 50_000,
        "p60 {}",
        tally.percentile(60.0)
    );
    assert!(tally.longest() > 480_000, "{}", tally.longest());
}

#[test]
fn answers_are_counted_by_status() {
    let tally = scan(|asked| {
        let busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
        (Duration::ZERO, if asked % 4 == 0 { busy } else { PAGE })
    });
    assert_eq!(
        tally.statuses.keys().copied().collect::<Vec<_>>(),
        [200, 503]
    );
    assert_eq!(tally.statuses[&503], tally.answered().div_ceil(4));
    assert!(tally.failures.is_empty());
}

#[test]
fn nonsense_is_a_failure_and_has_no_time() {
    let tally = scan(|_| (Duration::ZERO, b"nonsense\r\n\r\n"));
    assert_eq!(tally.answered(), 0);
    assert!(tally.failures["unreadable"] >= 1);
    assert_eq!(tally.longest(), 0);
}
