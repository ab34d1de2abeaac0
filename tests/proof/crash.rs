//! Two imports at once, and imports that are cut off: nothing is lost, nothing is half there.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use saoma::words::code::Code;
use serde_json::json;

use super::{
    sample::*,
    support::{Place, until},
};

const VEHICLES: usize = 1_800;
/// Each file ends a transaction, so many small files are cut off in the middle like one large one.
const FILES: [&str; 9] = ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"];

fn vin(n: usize) -> String {
    format!("vin/2186221{n:08}")
}

fn pwb(n: usize) -> String {
    format!("pwb/76392965TN{n:08}")
}

fn lic(n: usize) -> String {
    format!("lic/330106{n:07}0")
}

/// Vehicles and batteries in one file, what ties them together in another.
fn province(from: usize, to: usize) -> [String; 2] {
    let (mut made, mut tied) = (String::new(), String::new());
    let at = "2022-01-01T00:00:00Z";
    for n in from..to {
        writeln!(made, "{}", vehicle(&format!("v{n}"), &vin(n))).unwrap();
        writeln!(made, "{}", battery(&format!("b{n}"), &pwb(n))).unwrap();
        writeln!(tied, "{}", sale(&format!("s{n}"), &vin(n), &[&pwb(n)], at)).unwrap();
        writeln!(
            tied,
            "{}",
            plate(&format!("p{n}"), &lic(n), &vin(n), &[&pwb(n)], at)
        )
        .unwrap();
        let job = json!({"ZhenCheBM": value(&vin(n)), "datetime": at});
        writeln!(
            tied,
            "{}",
            line(&format!("j{n}"), "repair.job", REPAIRER, at, &job)
        )
        .unwrap();
    }
    [made, tied]
}

fn import_into<'a>(url: &'a str, files: &[&'a str]) -> Vec<&'a str> {
    let ends = ["--store", url, "--pair-key-file", "store.pair-key"];
    [&["import"], files, &ends].concat()
}

/// How many of the codes have a page; every page there is has to be whole.
fn pages(place: &Place, store: &str) -> usize {
    let store = place.public(store);
    let has_page = |code: &String| {
        let code = Code::parse_any(code).unwrap();
        let kept = store.read_now(code).unwrap();
        kept.map(|kept| kept.open(code, "https://www.pzcode.cn").unwrap())
            .is_some()
    };
    (0..VEHICLES)
        .flat_map(|n| [vin(n), pwb(n), lic(n)])
        .filter(has_page)
        .count()
}

#[test]
fn an_import_that_is_killed_and_run_again_makes_the_store_of_one_that_was_not() {
    let place = Place::new();
    for (n, file) in FILES.iter().enumerate() {
        let each = VEHICLES / FILES.len();
        let [made, tied] = province(n * each, (n + 1) * each);
        // What ties them together comes first, now and then.
        let content = if n % 2 == 0 {
            made + &tied
        } else {
            tied + &made
        };
        place.write(file, content);
    }
    let started = Instant::now();
    let said = place.saoma(&import_into("embedded:whole", &FILES));
    assert_eq!(said.code, Some(0), "{}", said.err);
    let whole = started.elapsed();
    let mut pages_before = 0;
    let mut interrupted = 0;
    // The later ones go on from what the earlier ones left.
    for part in [10_u32, 40, 70, 90] {
        let life = whole * part / 100;
        let run = place.start(&import_into("embedded:cut", &FILES), &[]);
        interrupted += usize::from(!run.kill_after(life));
        let pages = pages(&place, "cut");
        assert!(pages >= pages_before, "{pages_before} pages became {pages}");
        pages_before = pages;
    }
    assert!(interrupted > 0, "no import lived long enough to be killed");
    assert_eq!(
        place.saoma(&import_into("embedded:cut", &FILES)).code,
        Some(0)
    );
    assert_eq!(place.digest("cut"), place.digest("whole"));
    assert_eq!(pages(&place, "cut"), 3 * VEHICLES);
}

#[test]
fn a_reprojection_that_is_killed_and_run_again_is_whole() {
    let place = Place::new();
    let [made, tied] = province(0, 600);
    place.write("f", made + &tied);
    assert_eq!(
        place.saoma(&import_into("embedded:store", &["f"])).code,
        Some(0)
    );
    let before = place.digest("store");
    for part in 1..4 {
        let run = place.start(&["reproject", "--policy", "strict"], &[]);
        run.kill_after(Duration::from_millis(40 * part));
        assert_eq!(pages(&place, "store"), 1800);
    }
    assert_eq!(place.saoma(&["reproject"]).code, Some(0));
    assert_eq!(place.digest("store"), before);
}

#[test]
fn two_imports_at_once_lose_nothing_of_either() {
    let place = Place::new();
    let [made, tied] = province(0, 600);
    place.write("made", made);
    place.write("tied", tied);
    // On a store that neither finds there, under a secret that neither finds there.
    for turn in 0..3 {
        let url = format!("embedded:both{turn}");
        let one = place.start(&import_into(&url, &["made"]), &[]);
        let other = place.start(&import_into(&url, &["tied"]), &[]);
        for said in [one.end(), other.end()] {
            assert_eq!(said.code, Some(0), "{}", said.err);
        }
        if turn == 0 {
            assert_eq!(
                place
                    .saoma(&import_into("embedded:serial", &["made", "tied"]))
                    .code,
                Some(0)
            );
        }
        assert_eq!(place.digest(&format!("both{turn}")), place.digest("serial"));
    }
}

#[test]
fn of_many_that_want_a_secret_at_once_all_get_the_same() {
    let place = Place::new();
    place.write("f", vehicle("v1", VIN));
    let runs: Vec<_> = (0..6)
        .map(|_| place.start(&import_into("embedded:store", &["f"]), &[]))
        .collect();
    for run in runs {
        let said = run.end();
        assert_eq!(said.code, Some(0), "{}", said.err);
    }
    until("the secret is there", || {
        place.path("store.pair-key").exists().then_some(())
    });
}
