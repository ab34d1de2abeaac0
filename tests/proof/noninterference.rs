//! Rule 3 of the design: only an alert changes the public answer for a code that exists.

use proptest::{prelude::*, sample::subsequence};
use saoma::{
    rooms::store::core::Core,
    rules::admit::{Incoming, admit, line::read},
    words::{code::Code, policy::Policy},
};
use serde_json::json;

use super::{
    sample::*,
    support::{Answer, Place, Serving},
};

const HTML: &str = "Accept: text/html";
const JSON: &str = "Accept: application/json";

/// Every form in which a sticker can be asked for.
fn answers(door: &Serving, code: &str) -> Vec<Answer> {
    let [page, data, svg, png] =
        ["", ".json", ".qr.svg", ".qr.png"].map(|end| format!("/{code}{end}"));
    let english = format!("/{code}?lang=en");
    let forms: [(&str, &str, &[&str]); 11] = [
        ("GET", &page, &[HTML]),
        ("GET", &english, &[HTML]),
        ("GET", &page, &[HTML, "Accept-Language: en"]),
        ("GET", &page, &[JSON]),
        ("GET", &data, &[]),
        ("HEAD", &page, &[HTML]),
        ("GET", &page, &[HTML, "Accept-Encoding: br"]),
        ("GET", &page, &[HTML, "Accept-Encoding: gzip"]),
        ("GET", &page, &[JSON, "Accept-Encoding: zstd"]),
        ("GET", &svg, &[]),
        ("GET", &png, &[]),
    ];
    forms
        .map(|(method, target, lines)| door.ask(method, target, lines))
        .to_vec()
}

fn all(door: &Serving) -> Vec<Vec<Answer>> {
    CODES.iter().map(|code| answers(door, code)).collect()
}

#[expect(clippy::too_many_lines, reason = "one entry a type of record")]
/// Records without a field that the public may see, of every type there is.
fn unseen() -> Vec<(&'static str, Vec<String>)> {
    let at = "2022-02-03T04:05:06+08:00";
    let stock = |id, kind, code| {
        let fields = json!({"uniscid": SHOP, "proddt": "2021-08-31", "chechi_type": kind,
            "chechibm": value(code), "create_time": at, "create_time_out": at});
        line(id, "stock.item", SHOP, at, &fields)
    };
    let each = |record: &str, source: &str, codes: &[&str], fields: serde_json::Value| {
        let one = |code: &&str| {
            about(
                code,
                &format!("{record}-{code}"),
                record,
                source,
                at,
                &fields,
            )
        };
        codes.iter().map(one).collect::<Vec<_>>()
    };
    let jobs = json!({"ZhenCheBM": value(VIN), "XuDianCWYBH": value(PWB), "datetime": at});
    let anew = json!({"XuDianCWYBH": [value(PWB)], "ZhenCheBM": value(VIN), "CommitDate": at,
        "IdentityCard": "330106199001011238"});
    vec![
        (
            "stock",
            vec![stock("s1", "整车", VIN), stock("s2", "蓄电池", PWB)],
        ),
        ("sale", vec![sale("sale", VIN, &[PWB], at)]),
        // A vehicle's and a battery's page say nothing of a plate; a plate's says nothing of what
        // it is on.
        (
            "registration",
            vec![
                plate("r1", "lic/33010621822490", VIN, &[PWB], at),
                about(LIC, "r2", "registration.plate", POLICE, at, &anew),
            ],
        ),
        (
            "repair",
            vec![line("j1", "repair.job", REPAIRER, at, &jobs)],
        ),
        (
            "violation",
            each(
                "riding.use",
                POLICE,
                &[VIN, LIC],
                json!({"WFR": "李四光", "WFXW": "闯红灯", "WFSJ": at, "ZCZL": 55, "CSSX": 25}),
            ),
        ),
        (
            "charging site",
            each(
                "charging.site",
                SHOP,
                &CODES,
                json!({"CTDDZ": "浙江省杭州市西湖区文三路1号", "CDZBM": "C1", "CTDSLSJ": at}),
            ),
        ),
        (
            "charging fire",
            each(
                "charging.fire",
                SHOP,
                &CODES,
                json!({"HZSGFSDD": "浙江省杭州市西湖区文三路1号", "HZSGFSSJ": at}),
            ),
        ),
        (
            "theft",
            each(
                "notice.stolen",
                POLICE,
                &CODES,
                json!({"since": "2022-02-03", "text": "报失"}),
            ),
        ),
        (
            "a movement",
            each("swap.use", SHOP, &[VIN, PWB], json!({"GXCCSYSJ": at})),
        ),
        (
            "a record with nothing in it",
            vec![
                about(VIN, "e1", "production.vehicle", CYCLES, at, &json!({})),
                about(
                    PWB,
                    "e2",
                    "production.battery",
                    CELLS,
                    at,
                    &json!({"ZiBianM": "N-2"}),
                ),
            ],
        ),
        (
            "a seller",
            vec![line(
                "x1",
                "party.seller",
                SHOP,
                at,
                &json!({"uniscid": SHOP, "lerep": "王五"}),
            )],
        ),
        (
            "a warranty",
            vec![line(
                "w1",
                "warranty.policy",
                CYCLES,
                at,
                &json!({"maker": "2186", "part": "车架", "months": 24}),
            )],
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "one entry a change")]
/// Each of these changes the public answer of the codes beside it, and of no other.
fn seen() -> Vec<(&'static str, &'static [&'static str], String)> {
    let at = "2024-02-03T04:05:06+08:00";
    let clone = json!({"since": "2024-02-03", "text": "标签可能是复制的"});
    let range = json!({"maker": "2186", "model": "TDR4996Z", "from": "vin/218622100000000",
        "to": "vin/218622199999999", "since": "2024-02-03", "text": "请停止骑行"});
    let cells =
        json!({"maker": CELLS, "model": "6-DZF-12", "since": "2024-02-03", "text": "请停止充电"});
    let other =
        json!({"maker": "2186", "model": "TDR1", "since": "2024-02-03", "text": "别的型号"});
    let receipt = json!({"chechibm": value(PWB), "batterytype": "铅酸", "receive_time": at});
    let scrapped = json!({"ZhenCheBM": value(VIN), "receive_time": at});
    let mut lifted = range.clone();
    lifted["lifted"] = true.into();
    let later = "2024-03-03T04:05:06+08:00";
    vec![
        (
            "recall by code",
            &[VIN],
            about(
                VIN,
                "a1",
                "notice.recall",
                CYCLES,
                at,
                &json!({"since": "2024-02-03", "text": "请停止骑行"}),
            ),
        ),
        (
            "recall by maker, model and range",
            &[VIN],
            line("a2", "notice.recall", CYCLES, at, &range),
        ),
        (
            "recall of all of a model",
            &[PWB],
            line("a3", "notice.recall", CELLS, at, &cells),
        ),
        (
            "recall of another model",
            &[],
            line("a4", "notice.recall", CYCLES, at, &other),
        ),
        (
            "recall lifted",
            &[VIN],
            line("a11", "notice.recall", CYCLES, later, &lifted),
        ),
        (
            "recycled battery",
            &[PWB],
            line("a5", "recycle.receipt", RECYCLER, at, &receipt),
        ),
        (
            "recycled vehicle",
            &[VIN],
            line("a6", "recycle.receipt", RECYCLER, at, &scrapped),
        ),
        (
            "cancelled plate",
            &[LIC],
            about(
                LIC,
                "a7",
                "plate.cancelled",
                POLICE,
                at,
                &json!({"since": "2024-02-03", "reason": "转让"}),
            ),
        ),
        (
            "cloned vehicle",
            &[VIN],
            about(VIN, "a8", "notice.clone", POLICE, at, &clone),
        ),
        (
            "cloned battery",
            &[PWB],
            about(PWB, "a9", "notice.clone", POLICE, at, &clone),
        ),
        (
            "cloned plate",
            &[LIC],
            about(LIC, "a10", "notice.clone", POLICE, at, &clone),
        ),
    ]
}

#[test]
fn only_an_alert_changes_a_byte_of_the_public_answer() {
    let place = Place::new();
    place.take("three", &three());
    let door = place.serve(&[]);
    let before = all(&door);
    assert!(
        before.iter().flatten().all(|answer| answer.status == 200),
        "{before:#?}"
    );
    for (what, lines) in unseen() {
        place.take(what, &lines);
        assert_eq!(all(&door), before, "{what} shows");
    }
    // A door that has none of this in memory answers the same.
    drop(door);
    let door = place.serve(&[("SAOMA_CACHE_BYTES", "0")]);
    let mut before = before;
    assert_eq!(
        all(&door),
        before,
        "a door that was opened later shows more"
    );
    for (what, codes, line) in seen() {
        place.take(what, &[line]);
        let after = all(&door);
        for ((code, before), after) in CODES.iter().zip(&before).zip(&after) {
            assert_eq!(before != after, codes.contains(code), "{code} after {what}");
        }
        before = after;
    }
}

#[test]
fn a_code_of_which_nothing_public_is_known_answers_like_one_that_nobody_knows() {
    let place = Place::new();
    place.take("makers", &three()[..2]);
    let door = place.serve(&[]);
    let before = all(&door);
    assert!(
        before.iter().flatten().all(|answer| answer.status == 404),
        "{before:#?}"
    );
    let (_, registrations) = &unseen()[2];
    for (what, lines) in unseen() {
        let lines: Vec<String> = lines
            .into_iter()
            .filter(|line| *line != registrations[0])
            .collect();
        place.take(what, &lines);
        assert_eq!(all(&door), before, "{what} makes a page");
    }
}

fn admitted(lines: &[String]) -> Vec<Incoming> {
    let one = |line: &String| admit(&read(line.as_bytes()).unwrap(), 1).unwrap();
    lines.iter().map(one).collect()
}

/// What a public store says of the three codes: nothing, or JSON and the mark that dates caches.
fn said(store: &Core) -> Vec<Option<(String, u64)>> {
    let store = store.reader();
    let one = |code: &&str| {
        let code = Code::parse_any(code).unwrap();
        let kept = store.read_now(code).unwrap()?;
        let view = kept.open(code, "https://www.pzcode.cn").unwrap();
        Some((serde_json::to_string(&view).unwrap(), kept.mark()))
    };
    CODES.iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unseen_records_change_nothing_whatever_else_is_known_and_whatever_the_order(
        shown in subsequence(
            three().into_iter().chain(seen().into_iter().map(|(_, _, line)| line)).collect::<Vec<_>>(), 0..=8),
        hidden in subsequence(
            unseen().into_iter().filter(|(what, _)| *what != "a warranty")
                .flat_map(|(_, lines)| lines).collect::<Vec<_>>(), 1..=12).prop_shuffle(),
        strict in any::<bool>(),
        cut in 0_usize..12,
    ) {
        let folder = tempfile::tempdir().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let policy: Policy = if strict { "strict" } else { "standard" }.parse().unwrap();
        let open = |name: &str| {
            let key = folder.path().join("key");
            Core::open(&folder.path().join(name), policy, &key).unwrap()
        };
        let (without, with) = (open("without"), open("with"));
        without.ingest(&admitted(&shown)).unwrap();
        let (first, rest) = hidden.split_at(cut.min(hidden.len()));
        for batch in [first, &shown, rest] {
            with.ingest(&admitted(batch)).unwrap();
        }
        prop_assert_eq!(said(&without), said(&with));
    }
}
