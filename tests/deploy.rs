//! What stands in deploy/ names only what there is.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a failed helper is a failed test, and a check that cannot run says so"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use saoma::rooms::{meter::Meter, settings::Settings};

#[test]
fn every_metric_that_is_named_is_rendered() {
    let rendered = Meter::new().render();
    let mut named = 0;
    for file in files() {
        for metric in words(&file, "saoma_", |letter| letter.is_ascii_lowercase()) {
            named += 1;
            let series = |line: &str| {
                let rest = line.strip_prefix(&metric);
                rest.is_some_and(|rest| rest.starts_with([' ', '{']))
            };
            // A name that ends with `_` stands for all that begin with it.
            let known = rendered.lines().any(series)
                || metric.ends_with('_') && rendered.contains(&format!("\n{metric}"));
            assert!(known, "{}: {metric}", file.display());
        }
    }
    assert!(named > 30, "{named}");
}

#[test]
fn every_metric_is_on_the_dashboard() {
    let dashboard = fs::read_to_string(home().join("grafana/saoma.json")).unwrap();
    let _sound: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    let rendered = Meter::new().render();
    let types = rendered
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "));
    for metric in types.filter_map(|line| line.split(' ').next()) {
        // A counter of what another panel shows the rate of.
        let shown = dashboard.contains(metric) || metric == "saoma_connections";
        assert!(shown, "{metric}");
    }
}

#[test]
fn every_variable_that_is_named_is_a_setting() {
    let mut variables = BTreeSet::new();
    for file in files() {
        let upper = |letter: char| letter.is_ascii_uppercase();
        variables.extend(words(&file, "SAOMA_", upper));
    }
    assert!(variables.len() >= 4, "{variables:?}");
    for variable in variables {
        let read = Settings::read("", [(variable.clone(), "\u{0}".to_owned())]);
        let unknown = read.is_err_and(|error| error.to_string().contains("no such setting"));
        assert!(!unknown, "{variable}");
    }
}

#[test]
fn every_alert_has_its_place_in_the_runbook() {
    let rules = fs::read_to_string(home().join("prometheus/alerts.yaml")).unwrap();
    let runbook = fs::read_to_string(home().join("RUNBOOK.md")).unwrap();
    let anchors: BTreeSet<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|title| title.to_ascii_lowercase().replace(' ', "-"))
        .collect();
    let mut pointed = 0;
    for anchor in rules.split("RUNBOOK.md#").skip(1) {
        let anchor = anchor.split('"').next().unwrap();
        assert!(anchors.contains(anchor), "{anchor}: {anchors:?}");
        pointed += 1;
    }
    assert_eq!(pointed, rules.matches("- alert:").count());
}

#[test]
fn the_alert_rules_fire_when_they_should() {
    let folder = home().join("prometheus");
    for arguments in [
        ["check", "config", "prometheus.yaml"],
        ["check", "rules", "alerts.yaml"],
        ["test", "rules", "alerts.test.yaml"],
    ] {
        let Ok(said) = Command::new("promtool")
            .args(arguments)
            .current_dir(&folder)
            .output()
        else {
            eprintln!("SKIPPED: there is no promtool (Debian: prometheus)");
            return;
        };
        let out = String::from_utf8_lossy(&said.stdout);
        let err = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{arguments:?}: {out}{err}");
    }
}

#[test]
fn the_unit_lets_the_service_do_little() {
    let unit = home().join("systemd/saoma.service");
    let Ok(said) = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--threshold=20"])
        .arg(&unit)
        .output()
    else {
        eprintln!("SKIPPED: there is no systemd-analyze");
        return;
    };
    let err = String::from_utf8_lossy(&said.stderr);
    if err.contains("offline") {
        eprintln!("SKIPPED: this systemd-analyze is too old: {err}");
        return;
    }
    let out = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{out}{err}");
}

#[test]
fn a_reload_is_the_signal_that_the_doors_know() {
    let unit = fs::read_to_string(home().join("systemd/saoma.service")).unwrap();
    let reload = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecReload="));
    assert_eq!(reload, Some("/bin/kill -HUP $MAINPID"));
}

#[test]
fn the_pods_have_a_pair_key_where_they_look_for_it() {
    let pods = fs::read_to_string(home().join("kubernetes.yaml")).unwrap();
    let after = |text: &str| pods.split(text).nth(1).unwrap().trim_start().to_owned();
    let looked_for = after("name: SAOMA_PAIR_KEY_FILE\n              value:");
    let looked_for = looked_for.lines().next().unwrap();
    let mounted = after("{ name: pair-key, mountPath:");
    let mounted = mounted.split(',').next().unwrap();
    assert_eq!(looked_for, format!("{mounted}/pair-key"));
    // The file in the secret is named by the command at the top.
    assert!(pods.contains("secret generic saoma-pair-key --from-file=pair-key="));
    assert!(pods.contains("secretName: saoma-pair-key"));
}

/// All words in a file that begin so and go on with such letters, digits and underscores.
fn words(file: &Path, prefix: &str, letter: impl Fn(char) -> bool) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let pieces: Vec<&str> = text.split(prefix).collect();
    let mut found = Vec::new();
    for pair in pieces.windows(2) {
        let [before, after] = pair else { continue };
        // Not in the middle of another word.
        if before.ends_with(|end: char| end.is_alphanumeric() || end == '_') {
            continue;
        }
        let end = after
            .find(|each: char| !letter(each) && !each.is_ascii_digit() && each != '_')
            .unwrap_or(after.len());
        found.push(format!("{prefix}{}", after.get(..end).unwrap()));
    }
    found
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![home()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 8, "{found:?}");
    found
}
