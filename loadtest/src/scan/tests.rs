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
        let questions = Questions::new(&target, None, &[], Profile::Hot).unwrap();
        let end = Duration::from_secs(1);
        let crowd = Crowd {
            target,
            questions: Rc::new(questions),
            arrivals: Rc::new(RefCell::new(Arrivals::new(
                Pattern::Constant,
                100.0,
                end,
                1,
            ))),
            end,
        };
        let scanned = tokio::time::timeout(Duration::from_secs(20), crowd.scan(1)).await;
        scanned.unwrap().0
    })
}

/// How often a run may be disturbed by whatever else this machine does.
const TRIES: usize = 20;

#[test]
fn a_pause_of_the_server_is_charged_to_everybody_who_was_due() {
    let pausing = |asked| {
        let pause = if asked == 10 { 500 } else { 0 };
        (Duration::from_millis(pause), PAGE)
    };
    // Who was due before the pause did not wait: true of a run that nothing else held up.
    let undisturbed = |tally: &Tally| tally.percentile(30.0) < 50_000;
    let tally = (0..TRIES).map(|_try| scan(pausing)).find(undisturbed);
    let tally = tally.expect("those who did not have to wait are charged too");
    // Half of the hundred were due while it stood still. A closed loop would have seen one.
    assert!(
        tally.percentile(60.0) > 50_000,
        "p60 {}",
        tally.percentile(60.0)
    );
    assert!(tally.longest() >= 480_000, "{}", tally.longest());
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
    // The first of every four, however many were sent in time.
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
