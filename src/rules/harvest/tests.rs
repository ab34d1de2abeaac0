use super::*;

const LIMITS: Limits = Limits {
    codes: Some(9000),
    range: Some(500),
    walk: Some(300),
};
const READER: Seen = Seen {
    codes: 3.0,
    of_range: 1.0,
    led: 0,
    stayed: 0,
    followed: 0,
    unordered: 3,
    ground: Ground::Calm,
    usual: 0,
    tide: Tide::Low,
};

#[test]
fn honest_readers_pass() {
    let workshop = Seen {
        codes: 200.0,
        of_range: 200.0,
        led: 193,
        stayed: 199,
        ..READER
    };
    let carrier = Seen {
        codes: 4000.0,
        of_range: 800.0,
        led: 300,
        stayed: 600,
        followed: 40,
        ..READER
    };
    for honest in [READER, workshop, carrier] {
        assert_eq!(honest.verdict(&LIMITS), Verdict::Pass, "{honest:?}");
    }
}

#[test]
fn who_walks_is_slowed_and_then_refused() {
    let walk = |led: u32, ground| {
        let codes = f64::from(led) + 12.0;
        Seen {
            codes,
            of_range: codes,
            led,
            ground,
            ..READER
        }
        .verdict(&LIMITS)
    };
    assert_eq!(walk(150, Ground::Calm), Verdict::Pass);
    assert_eq!(walk(250, Ground::Calm), Verdict::Slow);
    assert_eq!(walk(301, Ground::Calm), Verdict::Refuse);
    assert_eq!(walk(31, Ground::Walked), Verdict::Refuse);
}

#[test]
fn who_takes_one_range_after_another_is_refused_too() {
    let stayed = |stayed| {
        Seen {
            codes: f64::from(stayed) + 20.0,
            of_range: 30.0,
            stayed,
            ..READER
        }
        .verdict(&LIMITS)
    };
    assert_eq!(stayed(300), Verdict::Pass);
    assert_eq!(stayed(400), Verdict::Slow);
    assert_eq!(stayed(501), Verdict::Refuse);
}

#[test]
fn a_reader_who_gets_into_a_walk_is_slowed_at_most() {
    let followed = |followed| {
        Seen {
            codes: 3.0,
            followed,
            ground: Ground::Walked,
            ..READER
        }
        .verdict(&LIMITS)
    };
    assert_eq!(followed(1), Verdict::Pass);
    assert_eq!(followed(2), Verdict::Slow);
    assert_eq!(followed(6), Verdict::Refuse);
}

#[test]
fn in_a_raid_phones_and_who_is_known_pass_and_strangers_get_what_a_phone_would() {
    let reads = |unordered, led, usual| {
        Seen {
            codes: f64::from(unordered + led),
            of_range: 1.0,
            led,
            unordered,
            usual,
            tide: Tide::Raid,
            ..READER
        }
        .verdict(&LIMITS)
    };
    assert_eq!(reads(3, 0, 0), Verdict::Pass);
    assert_eq!(reads(24, 0, 0), Verdict::Slow);
    assert_eq!(reads(25, 0, 0), Verdict::Refuse);
    // A delivery, in order.
    assert_eq!(reads(10, 190, 0), Verdict::Pass);
    // A carrier, on a day like any other.
    assert_eq!(reads(4000, 0, 3500), Verdict::Pass);
    assert_eq!(reads(4000, 0, 1900), Verdict::Refuse);
}

#[test]
fn on_walked_ground_a_workshop_reads_as_many_as_yesterday() {
    let reads = |usual| {
        Seen {
            codes: 200.0,
            of_range: 200.0,
            led: 190,
            ground: Ground::Walked,
            usual,
            ..READER
        }
        .verdict(&LIMITS)
    };
    assert_eq!(reads(0), Verdict::Refuse);
    assert_eq!(reads(200), Verdict::Pass);
}

#[test]
fn on_the_day_of_a_recall_a_known_carrier_passes_as_a_whole() {
    let carrier = Seen {
        codes: 3000.0,
        of_range: 2000.0,
        usual: 3200,
        ..READER
    };
    assert_eq!(carrier.verdict(&LIMITS), Verdict::Pass);
    let stranger = Seen {
        usual: 0,
        ..carrier
    };
    assert_eq!(stranger.verdict(&LIMITS), Verdict::Refuse);
}

#[test]
fn a_raid_is_much_and_most_of_all_and_goes_on_after_the_hour() {
    let of = |asked, unusual| Excess { asked, unusual };
    for (excess, tide) in [
        (of(RAID - 1, RAID - 1), Tide::Low),
        (of(2 * RAID, RAID), Tide::Raid),
        (of(2 * RAID + 1, RAID), Tide::Low),
    ] {
        assert_eq!(excess.tide(), tide);
        assert_eq!(excess.turned().tide(), tide);
    }
}

#[test]
fn without_limits_only_what_many_do_together_is_refused() {
    let limits = Limits {
        codes: None,
        range: None,
        walk: None,
    };
    let much = Seen {
        codes: 1e6,
        of_range: 1e6,
        led: 1_000_000,
        ..READER
    };
    assert_eq!(much.verdict(&limits), Verdict::Pass);
}
