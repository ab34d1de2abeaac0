use std::time::Duration;

use saoma::{
    rooms::{meter::Meter, settings::guard::GuardSettings},
    rules::harvest::Limits,
};

use crate::support::{Answer, Door, VIN};

/// Every second there is a chance to see what is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

const FEW: GuardSettings = GuardSettings {
    // So slowly that no machine is slow enough to see one more.
    requests_per_second: 1,
    burst: 20,
    harvest: Limits {
        codes: None,
        range: None,
        walk: None,
    },
    clients: 1024,
    requests_at_once: 100,
    this_machine: saoma::rooms::settings::guard::ThisMachine::Counted,
    speed: 1,
};

/// Asks until it is refused, and says how often it was not.
async fn until_refused(door: &Door, path: &str, most: usize) -> (usize, Answer) {
    for turn in 0..most {
        let answer = door.get(path, &[]).await;
        if answer.status == 429 {
            return (turn, answer);
        }
    }
    panic!("{most} were not refused");
}

fn count(meter: &Meter, name: &str) -> u64 {
    let text = meter.render();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim().parse().unwrap()
}

#[tokio::test]
async fn who_asks_too_often_is_told_how_much_and_when() {
    let meter = Meter::new();
    let door = Door::guarded(FEW, meter.clone()).await;
    let (asked, no) = until_refused(&door, &format!("/{VIN}"), 1000).await;
    assert!(asked >= 20, "{asked}");
    assert_eq!(no.header("ratelimit-policy"), "\"client\";q=20;w=20");
    assert_eq!(no.header("ratelimit"), "\"client\";r=0;t=1");
    assert_eq!(no.header("retry-after"), "1");
    assert_eq!(no.header("cache-control"), "no-store");
    assert!(no.text().contains("查得有点快"), "{}", no.text());
    assert!(!no.text().contains("218622108311027"));
    let json = loop {
        let json = door.get("/vin/218622108311027.json", &[]).await;
        if json.status == 429 {
            break json;
        }
    };
    assert_eq!(json.header("content-type"), "application/problem+json");
    assert_eq!(json.json()["retryAfter"], 1);
    assert!(count(&meter, "saoma_refused_total{why=\"rate\"}") >= 2);
    assert!(count(&meter, "saoma_answers_total{kind=\"vin\",status=\"200\"}") >= 20);
}

#[tokio::test]
async fn a_found_page_names_no_budget_since_anybody_may_keep_it() {
    let door = Door::guarded(FEW, Meter::new()).await;
    let found = door.get(&format!("/{VIN}"), &[]).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.header("ratelimit"), "");
    assert_eq!(found.header("ratelimit-policy"), "");
}

#[tokio::test]
async fn guesses_and_rubbish_cost_more_than_pages() {
    for (path, most) in [("/vin/218622108311028", 8), ("/vin/nonsense", 5)] {
        let door = Door::guarded(FEW, Meter::new()).await;
        let (asked, _no) = until_refused(&door, path, 100).await;
        assert!(asked <= most, "{path}: {asked}");
    }
}

#[tokio::test]
async fn whether_it_is_refused_does_not_depend_on_what_there_is() {
    let harvest = Limits {
        codes: None,
        range: None,
        // So few that all of them are remembered one by one.
        walk: Some(2),
    };
    let settings = GuardSettings {
        burst: 10_000,
        harvest,
        ..FEW
    };
    let mut statuses = Vec::new();
    for registered in [true, false] {
        let door = Door::guarded(settings, Meter::new()).await;
        let mut refused = Vec::new();
        for serial in 0..12 {
            let code = format!("vin/2186221{serial:08}");
            if registered {
                door.shelf.put(&code, "某某车业有限公司");
            }
            let answer = door.get(&format!("/{code}"), &[]).await;
            assert_eq!(answer.header("ratelimit"), "");
            refused.push(answer.status == 429);
        }
        assert!(!refused[0] && refused[11]);
        statuses.push(refused);
    }
    assert_eq!(statuses[0], statuses[1]);
}

#[tokio::test]
async fn when_there_is_no_room_the_others_are_told_at_once() {
    let meter = Meter::new();
    let settings = GuardSettings {
        requests_at_once: 1,
        burst: 10_000,
        ..FEW
    };
    let door = Door::guarded(settings, meter.clone()).await;
    // Longer than the deadline of a read, so that one reader fills the room for a second.
    door.shelf.slow(Duration::from_secs(30));
    let crowd = async {
        // Another code each time, since an outage is remembered.
        for serial in 0_u32.. {
            door.get(&format!("/vin/2186221{serial:08}"), &[]).await;
        }
    };
    let full = until(&door, 503);
    let full = tokio::time::timeout(PATIENCE, async {
        tokio::select! {
            full = full => full,
            () = crowd => panic!("numbers have run out"),
        }
    });
    let full = full.await.unwrap();
    assert_eq!(full.header("retry-after"), "2");
    assert_eq!(full.header("cache-control"), "no-store");
    assert!(count(&meter, "saoma_refused_total{why=\"shed\"}") >= 1);
    // Whoever filled the room has gone, which the door notices soon.
    tokio::time::timeout(PATIENCE, until(&door, 200))
        .await
        .unwrap();
}

/// The first answer of the home page with this status.
async fn until(door: &Door, status: u16) -> Answer {
    loop {
        let answer = door.get("/", &[]).await;
        if answer.status == status {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}
