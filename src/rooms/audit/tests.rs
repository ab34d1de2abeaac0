use std::fs;

use tempfile::TempDir;

use super::*;
use crate::words::code::Kind;

/// No file is full in these tests, unless it says so.
const BIG: u64 = 1 << 30;

/// A folder with a log in it.
struct Log {
    _folder: TempDir,
    path: PathBuf,
}

fn look() -> Look<'static> {
    Look {
        at: "2026-11-21T08:00:00Z".parse().unwrap(),
        who: "somebody",
        unit: "西湖分局",
        proof: "5f0c",
        audience: Audience::Police,
        address: None,
        purpose: "",
        seen: Seen::One(SeenOf {
            code: code(),
            fields: vec!["sale.binding/create_time".to_owned()],
        }),
        policy: "standard",
        version: VERSION,
    }
}

fn code() -> Code {
    Code::parse(Kind::Vin, "218622108311027").unwrap()
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.audit.ndjson");
        Self {
            _folder: folder,
            path,
        }
    }

    /// A log of so many lines.
    fn of(lines: usize) -> Self {
        let log = Self::new();
        log.add(lines, BIG);
        log
    }

    fn add(&self, lines: usize, rotate_bytes: u64) {
        let audit = Audit::open(&self.path, rotate_bytes).unwrap();
        (0..lines).for_each(|_| audit.write_now(&look()).unwrap());
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.path).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn put(&self, lines: &[String]) {
        fs::write(&self.path, lines.join("\n") + "\n").unwrap();
    }

    fn report(&self) -> Report {
        verify(&self.path, &[]).unwrap()
    }

    /// What is wrong, with the line of the file where it is.
    fn wrong(&self) -> Vec<(u64, Complaint)> {
        let problems = self.report().problems.into_iter();
        problems.map(|one| (one.place, one.what)).collect()
    }
}

#[test]
fn what_was_written_is_found_to_be_so() {
    let log = Log::of(7);
    let report = log.report();
    assert_eq!(report.problems, []);
    assert_eq!((report.lines, report.files, report.first), (7, 1, 1));
    assert_eq!(report.last.map(|last| last.n), Some(7));
    assert!(report.remembered);
}

#[test]
fn of_many_that_write_at_once_each_adds_its_line_to_the_end() {
    let log = Log::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| log.add(5, BIG));
        }
    });
    let report = log.report();
    assert_eq!((report.lines, report.problems), (20, vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_that_wait_together_are_written_together() {
    let log = Log::new();
    let audit = Audit::open(&log.path, BIG).unwrap();
    let looks: Vec<_> = (0..200)
        .map(|_| {
            let audit = audit.clone();
            tokio::spawn(async move { audit.write(&look()).await.is_ok() })
        })
        .collect();
    for look in looks {
        assert!(look.await.unwrap());
    }
    let report = log.report();
    assert_eq!((report.lines, report.problems), (200, vec![]));
}

#[test]
fn a_changed_line_is_found_where_it_is() {
    let log = Log::of(6);
    for place in 1..=6 {
        let lines = log.lines();
        let mut changed = lines.clone();
        changed[place - 1] = changed[place - 1].replace("somebody", "nobody");
        log.put(&changed);
        let place = u64::try_from(place).unwrap();
        assert_eq!(log.wrong(), [(place, Complaint::Changed { n: place })]);
        log.put(&lines);
    }
    assert_eq!(log.wrong(), []);
}

#[test]
fn a_line_that_is_no_line_any_more_is_found_where_it_is() {
    let log = Log::of(5);
    for place in 1..=5 {
        let lines = log.lines();
        let mut changed = lines.clone();
        changed[place - 1] = changed[place - 1].replace("\"at\"", "\"at");
        log.put(&changed);
        let place = u64::try_from(place).unwrap();
        assert_eq!(log.wrong(), [(place, Complaint::Changed { n: place })]);
        log.put(&lines);
    }
}

#[test]
fn a_line_taken_out_is_found_to_be_missing() {
    let log = Log::of(6);
    for place in 2..=5 {
        let lines = log.lines();
        let mut fewer = lines.clone();
        fewer.remove(place - 1);
        log.put(&fewer);
        let n = u64::try_from(place).unwrap();
        assert_eq!(log.wrong(), [(n, Complaint::Missing { from: n, to: n })]);
        log.put(&lines);
    }
}

#[test]
fn a_line_that_was_moved_or_is_there_twice_is_found() {
    let log = Log::of(6);
    let lines = log.lines();
    let mut swapped = lines.clone();
    swapped.swap(2, 3);
    log.put(&swapped);
    assert_eq!(log.wrong(), [(4, Complaint::Moved { n: 3 })]);
    let mut twice = lines.clone();
    twice.insert(4, lines[1].clone());
    log.put(&twice);
    assert_eq!(log.wrong(), [(5, Complaint::Moved { n: 2 })]);
}

#[test]
fn a_cut_end_is_found_wherever_it_was_cut() {
    let log = Log::of(5);
    let whole = fs::read(&log.path).unwrap();
    let two = log.lines()[..2].join("\n").len() + 1;
    fs::write(&log.path, &whole[..two]).unwrap();
    assert_eq!(log.wrong(), [(2, Complaint::Cut { from: 3, to: 5 })]);
    // In the middle of the last line, which is the line that changed.
    fs::write(&log.path, &whole[..whole.len() - 20]).unwrap();
    assert_eq!(log.wrong(), [(5, Complaint::Changed { n: 5 })]);
    fs::write(&log.path, "").unwrap();
    assert_eq!(log.wrong(), [(0, Complaint::Cut { from: 1, to: 5 })]);
    fs::remove_file(&log.path).unwrap();
    assert_eq!(log.wrong(), [(0, Complaint::Cut { from: 1, to: 5 })]);
}

#[test]
fn a_cut_end_still_shows_when_more_was_written() {
    let log = Log::of(5);
    log.put(&log.lines()[..3]);
    log.add(2, BIG);
    assert_eq!(log.wrong(), [(4, Complaint::Missing { from: 4, to: 5 })]);
}

#[test]
fn a_line_known_from_elsewhere_tells_on_a_log_that_was_written_anew() {
    let log = Log::of(4);
    let noted = log.report().last.unwrap();
    assert_eq!(noted.to_string().parse(), Ok(noted.clone()));
    let anew = Log::new();
    let audit = Audit::open(&anew.path, BIG).unwrap();
    for who in ["a", "b", "c", "d"] {
        audit.write_now(&Look { who, ..look() }).unwrap();
    }
    fs::copy(&anew.path, &log.path).unwrap();
    fs::copy(lines::head_file(&anew.path), lines::head_file(&log.path)).unwrap();
    assert_eq!(log.wrong(), []);
    let report = verify(&log.path, &[noted]).unwrap();
    assert_eq!(report.problems[0].what, Complaint::Changed { n: 4 });
}

#[test]
fn a_line_that_was_cut_off_keeps_its_place_and_the_next_is_whole() {
    // With what remembers the last line and without: a power cut may take that as well.
    for remembered in [true, false] {
        let log = Log::of(1);
        let whole = fs::read_to_string(&log.path).unwrap();
        let torn: String = whole.chars().take(whole.len() / 2).collect();
        fs::write(&log.path, format!("{whole}{torn}")).unwrap();
        if !remembered {
            fs::remove_file(lines::head_file(&log.path)).unwrap();
        }
        log.add(1, BIG);
        let lines = log.lines();
        assert_eq!((lines.len(), lines[1].as_str()), (3, torn.as_str()));
        let last: serde_json::Value = serde_json::from_str(&lines[2]).unwrap();
        assert_eq!(
            (&last["n"], &last["before"]),
            (&3.into(), &lines::digest_of(torn.as_bytes()).into())
        );
        let report = log.report();
        assert_eq!((report.problems, report.torn), (vec![], 1));
    }
}

#[test]
fn the_chain_goes_on_from_file_to_file_and_over_a_lost_memory() {
    let log = Log::new();
    log.add(3, 1);
    log.add(2, 1);
    fs::remove_file(lines::head_file(&log.path)).unwrap();
    log.add(2, 1);
    let report = log.report();
    assert_eq!(report.problems, []);
    assert_eq!((report.lines, report.files), (7, 7));
    // A whole file taken away is as many lines missing.
    fs::remove_file(lines::full_file(&log.path, 4)).unwrap();
    assert_eq!(log.wrong(), [(1, Complaint::Missing { from: 4, to: 4 })]);
    // The oldest may be put away: the log then begins later, and says so.
    for first in 1..=3 {
        fs::remove_file(lines::full_file(&log.path, first)).unwrap();
    }
    let report = log.report();
    assert_eq!((report.first, report.problems), (5, vec![]));
}

#[test]
fn a_new_day_begins_a_new_file() {
    let log = Log::of(2);
    let audit = Audit::open(&log.path, BIG).unwrap();
    // Midnight in China is 16:00 in UTC. One of before it may come after.
    for at in ["2026-11-21T16:00:00Z", "2026-11-21T15:59:59Z"] {
        let at = at.parse().unwrap();
        audit.write_now(&Look { at, ..look() }).unwrap();
    }
    assert_eq!(log.lines().len(), 2);
    let report = log.report();
    assert_eq!(
        (report.lines, report.files, report.problems),
        (4, 2, vec![])
    );
}

#[test]
fn on_a_full_disk_there_is_no_line_and_no_answer() {
    let log = Log::new();
    std::os::unix::fs::symlink("/dev/full", &log.path).unwrap();
    let audit = Audit::open(&log.path, BIG).unwrap();
    for _ in 0..2 {
        assert!(audit.write_now(&look()).is_err());
    }
    // When there is room again, the log begins as if nothing had been.
    fs::remove_file(&log.path).unwrap();
    audit.write_now(&look()).unwrap();
    let report = log.report();
    assert_eq!((report.lines, report.problems), (1, vec![]));
}

#[test]
fn looks_are_found_by_who_by_code_and_by_time() {
    let log = Log::new();
    let audit = Audit::open(&log.path, BIG).unwrap();
    let other = Code::parse(Kind::Lic, "33010621822480").unwrap();
    let batch = Seen::Batch {
        looks: vec![SeenTogether {
            codes: vec![other, code()],
            fields: vec![],
        }],
    };
    for (at, who, seen) in [
        ("2026-11-21T08:00:00Z", "a", look().seen),
        ("2026-11-21T09:00:00Z", "b", batch),
        ("2026-11-22T08:00:00Z", "a", look().seen),
    ] {
        let at = at.parse().unwrap();
        audit
            .write_now(&Look {
                at,
                who,
                seen,
                ..look()
            })
            .unwrap();
    }
    let found = |wanted: &Wanted| {
        let mut found = Vec::new();
        search(&log.path, wanted, |look, _line| {
            found.push(look.at.to_string());
        })
        .unwrap();
        found
    };
    assert_eq!(found(&Wanted::default()).len(), 3);
    let by_a = Wanted {
        subject: Some("a".to_owned()),
        ..Wanted::default()
    };
    assert_eq!(
        found(&by_a),
        ["2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"]
    );
    let of_plate = Wanted {
        code: Some(other),
        ..Wanted::default()
    };
    assert_eq!(found(&of_plate), ["2026-11-21T09:00:00Z"]);
    let morning = Wanted {
        from: Some("2026-11-21T08:00:00Z".parse().unwrap()),
        to: Some("2026-11-21T09:00:00Z".parse().unwrap()),
        ..by_a
    };
    assert_eq!(found(&morning), ["2026-11-21T08:00:00Z"]);
}
