use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::json;

use super::*;
use crate::rules::dossier::sample::{CELLS, CYCLES, LIC, PWB, VIN, code, told, told_by, value};
use crate::rules::parts::read_parts;

mod cast;
mod lengths;
mod planned;

const OTHER: &str = "vin/218622108311028";

fn open(folder: &Path, name: &str) -> Core {
    Core::open(&folder.join(name), Policy::default(), &folder.join("key")).unwrap()
}

/// A bit of everything, tied together.
fn records() -> Vec<Incoming> {
    let (vin, pwb, other) = (value(VIN), value(PWB), value(OTHER));
    let owner = json!({"XingMing": "张㐀㐁", "IdentityCard": "330106197706132007", "ZhenCheBM": vin,
        "XuDianCWYBH": [pwb, "76392965B2"], "ChePaiHM": "2182248", "CommitDate": "2007-06-13 03:04:47"});
    let maker =
        json!({"CreditCode": CELLS, "CompanyName": "示例电池", "LinkMobile": "13971063546"});
    let recall = json!({"maker": CELLS, "text": "请停止充电"});
    vec![
        told(
            "",
            "production.vehicle",
            "2021-01",
            &json!({"ZhenCheBM": vin, "ChanPinXH": "T1"}),
        ),
        told(
            "",
            "production.vehicle",
            "2021-02",
            &json!({"ZhenCheBM": other, "ChanPinXH": "T2"}),
        ),
        told_by(
            CELLS,
            "",
            "production.battery",
            "2021-01",
            &json!({"XuDianCWYBH": pwb, "ZiBianM": "qzxwvk", "XuDianCSCQY": "示例电池"}),
        ),
        told(
            "",
            "sale.binding",
            "2021-03",
            &json!({"ZhenCheBM": vin, "XuDianCWYBH": [pwb], "uniscid": "qzxsold"}),
        ),
        told(
            "",
            "sale.binding",
            "2021-04",
            &json!({"ZhenCheBM": other, "XuDianCWYBH": [pwb]}),
        ),
        told(LIC, "registration.plate", "2021-05", &owner),
        told(
            "",
            "repair.job",
            "2021-06",
            &json!({"ZhenCheBM": vin, "datetime": "2007-06-14 03:04:47"}),
        ),
        told(
            LIC,
            "riding.use",
            "2021-07",
            &json!({"WFR": "李㐂㐃", "WFXW": "qzxred"}),
        ),
        told(
            PWB,
            "charging.fire",
            "2021-08",
            &json!({"HZSGFSDD": "浙江省杭州市西湖区㐄㐅路4007号"}),
        ),
        told(
            VIN,
            "notice.stolen",
            "2021-09",
            &json!({"text": "qzxstolen"}),
        ),
        told_by(CELLS, "", "party.maker", "2021-01", &maker),
        told_by(CELLS, "", "notice.recall", "2022-01", &recall),
        told(
            "",
            "party.seller",
            "2021-01",
            &json!({"uniscid": CYCLES, "lerep": "王㐆㐇"}),
        ),
        told(
            LIC,
            "plate.cancelled",
            "2022-01",
            &json!({"reason": "qzxreason"}),
        ),
    ]
}

fn raw(core: &Core, rack: Rack) -> Vec<u8> {
    let mut bytes = Vec::new();
    let visit = |entries: Vec<Entry>| {
        for (key, value) in entries {
            bytes.extend_from_slice(&key);
            bytes.push(0);
            bytes.extend_from_slice(&value);
            bytes.push(0);
        }
        Ok(())
    };
    core.each(rack, &[], visit).unwrap();
    bytes
}

fn sealed(core: &Core, one: &str, other: &str) -> Option<Vec<u8>> {
    let pair = core.pair_key.pair(code(one), code(other)).unwrap();
    let found = core.engine.get(Rack::Pairs, &[pair.tag.to_vec()]).unwrap();
    let sealed = found.into_iter().next().flatten()?;
    Some(pair.open(&sealed).unwrap())
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|run| run == text.as_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_records_in_any_order_any_split_and_any_repetition_make_the_same_store(
        which in subsequence((0..14).collect::<Vec<usize>>(), 1..=14),
        (order, cuts) in (Just((0..28).collect::<Vec<usize>>()).prop_shuffle(), proptest::collection::vec(0_usize..28, 0..4)),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let pick = |at: usize| records().swap_remove(at);
        let once = open(folder.path(), "once");
        once.ingest(&which.iter().map(|at| pick(*at)).collect::<Vec<_>>()).unwrap();
        // Each record twice, in this order, in these batches.
        let twice: Vec<usize> = order.iter().filter_map(|at| which.get(at % 14).copied()).collect();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(twice.len())).collect();
        cuts.extend([0, twice.len()]);
        cuts.sort_unstable();
        let again = open(folder.path(), "again");
        let planned = open(folder.path(), "planned");
        let mut added = 0;
        for cut in cuts.windows(2) {
            let batch: Vec<Incoming> = twice[cut[0]..cut[1]].iter().map(|at| pick(*at)).collect();
            let outcome = again.ingest(&batch).unwrap();
            prop_assert!(outcome.clashes.is_empty());
            added += outcome.added;
            let ahead = Plan::of(planned.ink(), twice[cut[0]..cut[1]].iter().map(|at| pick(*at)).collect());
            let the_same = planned.take_in(&ahead.unwrap()).unwrap();
            prop_assert_eq!(&the_same.suspects, &outcome.suspects);
            prop_assert_eq!(&the_same.claims, &outcome.claims);
            prop_assert_eq!(
                (the_same.added, the_same.known, the_same.makers),
                (outcome.added, outcome.known, outcome.makers)
            );
        }
        prop_assert_eq!(planned.digest().unwrap(), again.digest().unwrap());
        prop_assert_eq!(added, u64::try_from(which.len()).unwrap());
        prop_assert_eq!(once.digest().unwrap(), again.digest().unwrap());
        for code in [VIN, PWB, LIC, OTHER].map(code) {
            prop_assert_eq!(conflicts(&once, code), conflicts(&again, code));
        }
        let policy = Policy::default();
        let before = again.digest().unwrap();
        prop_assert_eq!(before, { again.reproject(policy, |_| {}).unwrap(); open(folder.path(), "again").digest().unwrap() });
    }
}

/// All conflicts about a code, as a reader of dossiers finds them.
fn conflicts(store: &Core, code: Code) -> Vec<Conflict> {
    let bytes = store.dossier(Subject::Code(code)).unwrap();
    let makers = shelves::makers(store).unwrap();
    let foreign = shelves::foreign(code, Dossier::from_bytes(&bytes), &makers);
    let bound = store.binding_conflicts(code).unwrap();
    bound.into_iter().chain(foreign).collect()
}

#[test]
fn what_the_public_reads_holds_no_canary_and_pairs_hold_nothing_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), "store");
    core.ingest(&records()).unwrap();
    let dossiers = raw(&core, Rack::Dossiers);
    let canaries = [
        "㐀",
        "㐁",
        "197706132007",
        "2007-06-1",
        "㐂",
        "㐃",
        "qzx",
        "㐄",
        "㐅",
        "4007号",
        "13971063546",
        "㐆",
        "㐇",
    ];
    for canary in canaries {
        assert!(
            holds(&dossiers, canary),
            "{canary} is in no dossier, so that it proves nothing"
        );
        for (name, table) in [
            ("views", Rack::Views),
            ("classes", Rack::Classes),
            ("pairs", Rack::Pairs),
        ] {
            assert!(!holds(&raw(&core, table), canary), "{name} hold {canary}");
        }
    }
    assert!(holds(&raw(&core, Rack::Views), "张**"));
    assert!(holds(&raw(&core, Rack::Classes), "139****3546"));
    let pairs = raw(&core, Rack::Pairs);
    for readable in [
        "218622108311027",
        "TN21080500543B48V121513522",
        "33010621822480",
        "T1",
        "张",
        "2186",
        "76392965",
    ] {
        assert!(!holds(&pairs, readable), "pairs hold {readable}");
    }
    // A view names no code of another kind: what stands under a vehicle's key names no battery.
    let mut views = Vec::new();
    core.each(Rack::Views, &[], |entries| {
        views.extend(entries);
        Ok(())
    })
    .unwrap();
    for (key, view) in &views {
        let own = Code::from_key(key).unwrap();
        for other in [VIN, PWB, LIC, OTHER]
            .map(code)
            .into_iter()
            .filter(|other| *other != own)
        {
            assert!(
                !holds(view, other.value()),
                "the view of {own:?} names {other:?}"
            );
        }
    }
}

#[test]
fn who_has_both_codes_and_the_secret_finds_what_the_holder_may_see_and_nobody_else_does() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), "store");
    core.ingest(&records()).unwrap();
    let find = |one: &str, other: &str| sealed(&core, one, other);
    for (one, other) in [
        (VIN, PWB),
        (LIC, VIN),
        (PWB, LIC),
        (OTHER, PWB),
        ("pwb/76392965B2", VIN),
    ] {
        assert!(
            find(one, other).is_some() && find(other, one).is_some(),
            "{one} {other}"
        );
    }
    for (one, other) in [
        (VIN, OTHER),
        (LIC, OTHER),
        (PWB, "pwb/76392965B2"),
        (LIC, "vin/218622108311029"),
    ] {
        assert!(find(one, other).is_none(), "{one} {other}");
    }
    let seen = find(VIN, LIC).unwrap();
    let mut couple = [code(VIN), code(LIC)];
    couple.sort_unstable();
    let parts = format!("{:?}", read_parts(&couple, &seen).unwrap());
    assert!(
        parts.contains("qzxstolen") && parts.contains("2007-06-14"),
        "the holder's part"
    );
    assert!(
        !holds(&seen, "㐀") && !holds(&seen, "qzxred"),
        "no more than the holder's part"
    );
}

#[test]
fn a_holder_sees_the_masked_owner_also_where_the_public_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let strict: Policy = "strict".parse().unwrap();
    open(folder.path(), "store").ingest(&records()).unwrap();
    let owner_in = |core: &Core| {
        let pair = sealed(core, VIN, LIC).unwrap();
        [raw(core, Rack::Views), pair].map(|bytes| holds(&bytes, "张**"))
    };
    assert_eq!(owner_in(&open(folder.path(), "store")), [true, false]);
    let core = open(folder.path(), "store").reproject(strict, |_| {});
    assert_eq!(core.unwrap(), 8, "every dossier was looked at");
    let key = folder.path().join("key");
    let core = Core::open(&folder.path().join("store"), strict, &key).unwrap();
    assert_eq!(owner_in(&core), [false, true]);
}

#[test]
fn a_new_secret_leaves_no_pair_of_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), "store");
    core.ingest(&records()).unwrap();
    let old = raw(&core, Rack::Pairs);
    let views = raw(&core, Rack::Views);
    drop(core);
    std::fs::write(folder.path().join("key"), [7; 32]).unwrap();
    let refused = Core::open(
        &folder.path().join("store"),
        Policy::default(),
        &folder.path().join("key"),
    );
    assert!(matches!(refused, Err(StoreError::PairKey(_))));
    let core = Core::open_any(
        &folder.path().join("store"),
        Policy::default(),
        &folder.path().join("key"),
    );
    core.unwrap().reproject(Policy::default(), |_| {}).unwrap();
    let core = open(folder.path(), "store");
    let new = raw(&core, Rack::Pairs);
    assert_eq!(new.len(), old.len());
    for tag in old
        .chunks(16)
        .map(|tag| String::from_utf8_lossy(tag).into_owned())
        .filter(|tag| tag.len() == 16)
    {
        assert!(!holds(&new, &tag));
    }
    assert_ne!(new, old);
    assert_eq!(raw(&core, Rack::Views), views);
}

#[test]
fn a_writer_whose_policy_or_secret_is_no_longer_the_stores_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), "store");
    let set = |name: &str, value: &[u8]| core.engine.note(name, value).unwrap();
    let own = [Policy::default().stamp().byte()];
    let strict: Policy = "strict".parse().unwrap();
    set(about::POLICY, &[strict.stamp().byte()]);
    assert!(matches!(
        core.ingest(&records()),
        Err(StoreError::Policy { .. })
    ));
    set(about::POLICY, &own);
    set(about::PAIR_KEY_CHECK, b"another!");
    assert!(matches!(
        core.ingest(&records()),
        Err(StoreError::PairKey(_))
    ));
    assert_eq!(core.dossiers().unwrap(), 0);
    set(about::PAIR_KEY_CHECK, &core.pair_key.check());
    assert_eq!(core.ingest(&records()).unwrap().added, 14);
}

#[test]
fn bytes_that_are_no_view_and_a_store_of_another_format_are_told_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let core = open(folder.path(), "store");
    core.ingest(&records()).unwrap();
    let stamp = Policy::default().stamp().byte();
    let wrong = (
        code(VIN).key().to_vec(),
        vec![stamp, 255, 255, 0, 0, 0, 0, 0],
    );
    core.engine.put(Rack::Views, &[wrong]).unwrap();
    core.engine.note("format", &[99]).unwrap();
    let public = core.reader();
    let kept = public.read_now(code(VIN)).unwrap().unwrap();
    assert!(kept.open(code(VIN), "https://x").is_err());
    drop((public, core));
    let refused = Core::open(
        &folder.path().join("store"),
        Policy::default(),
        &folder.path().join("key"),
    );
    assert!(matches!(refused, Err(StoreError::Format { found: 99, .. })));
}
