//! Policies: what `strict` withholds, and who shows what was made under another.

use super::{
    sample::*,
    support::{Place, Said, until},
};

fn owner(place: &Place, policy: &str) -> serde_json::Value {
    let said = place.saoma(&["show", LIC, "--json", "--policy", policy]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let seen: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    seen["records"]["registration.plate"][0]["XingMing"].clone()
}

fn reproject(place: &Place, policy: &str) -> Said {
    place.saoma(&["reproject", "--policy", policy])
}

#[test]
fn reproject_withholds_the_masked_owner_and_shows_it_again() {
    let place = Place::new();
    place.take("f", &three());
    let before = place.digest("store");
    assert_eq!(owner(&place, "standard"), "张**");
    let refused = place.saoma(&["show", LIC, "--policy", "strict"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    // Nobody writes into a store under a policy that is not its own.
    let said = place.saoma(&["import", "f", "--policy", "strict"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("reproject --policy strict"),
        "{}",
        said.err
    );
    assert_eq!(place.digest("store"), before);

    assert_eq!(reproject(&place, "strict").code, Some(0));
    assert_eq!(owner(&place, "strict"), serde_json::Value::Null);
    assert_eq!(owner(&place, "standard"), serde_json::Value::Null);
    assert!(!place.saoma(&["show", LIC]).out.contains('张'));
    let said = place.saoma(&["import", "f", "--policy", "strict"]);
    assert_eq!(said.code, Some(0), "{}", said.err);

    assert_eq!(reproject(&place, "standard").code, Some(0));
    assert_eq!(owner(&place, "standard"), "张**");
    assert_eq!(place.digest("store"), before);
    // Again and again it is the same.
    assert_eq!(reproject(&place, "standard").code, Some(0));
    assert_eq!(place.digest("store"), before);
}

#[test]
fn a_strict_door_shows_no_standard_view_and_a_standard_door_shows_strict_ones() {
    let place = Place::new();
    place.take("f", &three());
    let strict = place.serve(&[("SAOMA_POLICY", "strict")]);
    let standard = place.serve(&[]);
    let page = format!("/{LIC}");
    let json = format!("/{LIC}.json");
    for target in [&page, &json] {
        let answer = strict.get(target, &[]);
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(!String::from_utf8(answer.plain()).unwrap().contains('张'));
        let answer = standard.get(target, &[]);
        assert!(
            answer.status == 200 && String::from_utf8(answer.plain()).unwrap().contains("张**")
        );
    }
    assert_eq!(reproject(&place, "strict").code, Some(0));
    // A door asks again some time after it was refused, not at once.
    let shows = |target: &&String| strict.get(target, &[]).status == 200;
    let works = || [&page, &json].iter().all(shows).then_some(());
    until("the strict door asks again", works);
    for door in [&strict, &standard] {
        for target in [&page, &json] {
            let answer = door.get(target, &[]);
            assert_eq!(answer.status, 200, "{answer:?}");
            assert!(
                !String::from_utf8(answer.plain()).unwrap().contains('张'),
                "{answer:?}"
            );
        }
    }
}

#[test]
fn a_writer_that_was_there_before_a_change_of_policy_writes_no_more_after_it() {
    let place = Place::new();
    place.take("f", &three());
    let old = place.core("store");
    drop(old);
    let mut run = place.start(&["import", "-"], &[]);
    // It has read this, and with it opened the store; the batch is not full, so it waits for more.
    run.feed_on(vehicle("v2", "vin/218622108311028").as_bytes());
    until("the import has the store open", || {
        run.holds(&place.path("store/data.mdb")).then_some(())
    });
    assert_eq!(reproject(&place, "strict").code, Some(0));
    let said = run.end();
    // Whether it had looked at the policy before or after, nothing standard is in the store now.
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("policy"), "{}", said.err);
    assert_eq!(
        place
            .saoma(&["show", "vin/218622108311028", "--policy", "strict"])
            .code,
        Some(1)
    );
}
