use super::{clock::Hand, *};
use crate::rules::harvest::Limits;

const STRANGER: Caller = Caller::Network(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7)));

fn guard(settings: GuardSettings) -> (Guard, Hand) {
    let (clock, hand) = Clock::by_hand();
    (Guard::by(clock, settings, Meter::new()), hand)
}

fn few() -> GuardSettings {
    GuardSettings {
        requests_per_second: 1,
        burst: 20,
        ..GuardSettings::default()
    }
}

fn vin(serial: u32) -> Code {
    Code::parse_any(&format!("vin/2186221{serial:08}")).unwrap()
}

fn admitted(guard: &Guard, caller: Caller) -> usize {
    (0..1000)
        .take_while(|_| guard.admit(caller).is_ok())
        .count()
}

#[test]
fn a_client_has_its_burst_and_then_its_rate() {
    let (guard, hand) = guard(few());
    assert_eq!(admitted(&guard, STRANGER), 20);
    let no = guard.admit(STRANGER).unwrap_err();
    assert_eq!(no.why, Why::Rate);
    assert!(no.retry_after <= Duration::from_secs(1));
    hand.turn_to(Duration::from_secs(3));
    assert_eq!(admitted(&guard, STRANGER), 3);
}

#[test]
fn another_client_has_its_own() {
    let (guard, _hand) = guard(few());
    admitted(&guard, STRANGER);
    let other = Caller::Network("192.0.2.8".parse().unwrap());
    assert_eq!(admitted(&guard, other), 20);
}

#[test]
fn what_is_not_registered_costs_five_and_what_is_no_code_ten() {
    for (status, paid) in [(200, 20), (304, 20), (404, 4), (400, 2), (406, 20)] {
        let (guard, _hand) = guard(few());
        let status = StatusCode::from_u16(status).unwrap();
        let asked = (0..1000).take_while(|_| {
            let admitted = guard.admit(STRANGER).is_ok();
            guard.settle(STRANGER, status);
            admitted
        });
        assert_eq!(asked.count(), paid, "{status}");
    }
}

#[test]
fn a_cost_that_cannot_be_paid_takes_what_there_is() {
    let (guard, _hand) = guard(few());
    for _ in 0..18 {
        drop(guard.admit(STRANGER).unwrap());
    }
    guard.settle(STRANGER, StatusCode::BAD_REQUEST);
    assert!(guard.admit(STRANGER).is_err());
}

#[test]
fn this_machine_is_not_counted_unless_it_is_wanted() {
    let here = Caller::Network("127.0.0.1".parse().unwrap());
    let (free, _hand) = guard(few());
    assert_eq!(admitted(&free, here), 1000);
    let (counted, _hand) = guard(GuardSettings {
        this_machine: ThisMachine::Counted,
        ..few()
    });
    assert_eq!(admitted(&counted, here), 20);
}

#[test]
fn whoever_shows_a_token_has_room_when_strangers_have_none() {
    let (guard, _hand) = guard(GuardSettings {
        requests_at_once: 8,
        ..GuardSettings::default()
    });
    let places: Vec<_> = (0..8).map(|_| guard.admit(STRANGER).unwrap()).collect();
    assert_eq!(guard.admit(STRANGER).unwrap_err().why, Why::Full);
    let known = guard.admit(Caller::Token(1)).unwrap();
    assert_eq!(guard.admit(Caller::Token(1)).unwrap_err().why, Why::Full);
    drop(places);
    assert!(guard.admit(STRANGER).is_ok());
    drop(known);
}

#[test]
fn a_flood_of_clients_takes_bounded_room() {
    let (guard, _hand) = guard(GuardSettings {
        clients: 1024,
        ..GuardSettings::default()
    });
    for number in 0..20_000_u32 {
        let caller = Caller::Network(IpAddr::V4(number.swap_bytes().into()));
        guard.weigh(caller, &vin(number * 7919 % 100_000_000));
    }
    assert!(guard.clients.len() <= 1024);
    assert!(guard.shares.len() <= 1024);
    assert!(guard.patches.len() <= 2048);
}

#[test]
fn a_refused_code_stays_refused_when_it_is_asked_for_again() {
    let (guard, _hand) = guard(GuardSettings {
        harvest: Limits {
            codes: None,
            range: None,
            walk: Some(30),
        },
        ..GuardSettings::default()
    });
    let verdicts: Vec<_> = (0..100).map(|n| guard.weigh(STRANGER, &vin(n)).0).collect();
    assert_eq!(verdicts[10], Verdict::Pass);
    assert_eq!(verdicts[99], Verdict::Refuse);
    assert_eq!(guard.weigh(STRANGER, &vin(99)).0, Verdict::Refuse);
    // And so is everything else, until the hour is over: who walks, walks on elsewhere.
    assert_eq!(guard.weigh(STRANGER, &vin(50_000)).0, Verdict::Refuse);
}

#[test]
fn after_an_hour_a_client_begins_anew() {
    let (guard, hand) = guard(GuardSettings::default());
    for serial in 0..600 {
        guard.weigh(STRANGER, &vin(serial));
    }
    let (verdict, wait) = guard.weigh(STRANGER, &vin(600));
    assert_eq!(verdict, Verdict::Refuse);
    hand.turn_to(wait);
    assert_eq!(guard.weigh(STRANGER, &vin(601)).0, Verdict::Pass);
}

#[test]
fn a_new_hour_begins_with_nothing_of_the_last() {
    let (guard, hand) = guard(GuardSettings {
        harvest: Limits {
            codes: None,
            range: Some(60),
            walk: None,
        },
        ..GuardSettings::default()
    });
    // The client's hour begins long before it comes to the range.
    let elsewhere = Code::parse_any("lic/33010621822480").unwrap();
    guard.weigh(STRANGER, &elsewhere);
    hand.turn_to(Duration::from_secs(3001));
    for n in 0..70 {
        guard.weigh(STRANGER, &vin(n * 100));
    }
    assert_eq!(guard.weigh(STRANGER, &vin(0)).0, Verdict::Refuse);
    hand.turn_to(Duration::from_secs(3700));
    assert_eq!(guard.weigh(STRANGER, &vin(0)).0, Verdict::Pass);
}

#[tokio::test(start_paused = true)]
async fn who_is_slowed_waits_and_only_so_many_do() {
    let (guard, _hand) = guard(GuardSettings {
        requests_at_once: 16,
        harvest: Limits {
            codes: Some(300),
            range: None,
            walk: None,
        },
        ..GuardSettings::default()
    });
    // Every hundredth, so that no block is filled.
    for n in 0..230 {
        guard.weigh(STRANGER, &vin(n * 100));
    }
    let started = tokio::time::Instant::now();
    let one = vin(0);
    let three = tokio::join!(
        guard.watch(STRANGER, &one),
        guard.watch(STRANGER, &one),
        guard.watch(STRANGER, &one)
    );
    assert_eq!(started.elapsed(), SLOWED_FOR);
    assert_eq!((three.0, three.1), (Ok(()), Ok(())));
    assert_eq!(three.2.unwrap_err().why, Why::Harvest);
}

#[test]
fn what_is_remembered_of_each_is_as_little_as_the_settings_say() {
    assert!(size_of::<Client>() <= 224, "{}", size_of::<Client>());
    assert!(size_of::<Share>() <= 72, "{}", size_of::<Share>());
    assert!(size_of::<Patch>() <= 160, "{}", size_of::<Patch>());
    assert!(size_of::<Field>() <= 16, "{}", size_of::<Field>());
}
