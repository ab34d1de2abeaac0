use std::path::Path;

use saoma::rooms::store::core::Core;
use saoma::rooms::store::{Rooms, StoreError};
use saoma::rules::admit::{Incoming, admit, line};
use saoma::words::policy::Policy;

/// The demo's records: all that can happen to a code, and all of it made up.
pub(crate) const DEMO: &str = include_str!("../../src/shell/demo/records.ndjson");
pub(crate) const VIN: &str = "/vin/218622108311027.json";
pub(crate) const PWB: &str = "/pwb/76392965TN21080500543B48V121513522.json";
pub(crate) const LIC: &str = "/lic/33010621822480.json";
pub(crate) const ABSENT: &str = "/vin/218622108319999.json";

/// A recall of one vehicle, of the class, and of another maker's whole class.
pub(crate) fn recall_of_vin(id: &str, text: &str) -> String {
    format!(
        r#"{{"id":"{id}","record":"notice.recall","source":"91331082MA2RJ6WH89","at":"2025-03-10T08:00:00+08:00","subject":"vin/218622108311027","fields":{{"since":"2025-03-10","text":"{text}"}}}}"#
    )
}

pub(crate) fn recall_of_class(id: &str, text: &str) -> String {
    format!(
        r#"{{"id":"{id}","record":"notice.recall","source":"91331082MA2RJ6WH89","at":"2025-03-10T08:00:00+08:00","fields":{{"maker":"2186","since":"2025-03-10","text":"{text}"}}}}"#
    )
}

pub(crate) fn vehicle(number: usize) -> String {
    format!(
        r#"{{"id":"made-{number}","record":"production.vehicle","source":"91331082MA2RJ6WH89","at":"2022-08-31T10:00:00+08:00","fields":{{"ZhenCheBM":"2186222{number:08}","CheLiangZZS":"示例车业有限公司","ChanPinXH":"TDR4996Z"}}}}"#
    )
}

/// A recall of that vehicle.
pub(crate) fn recall_of(number: usize) -> String {
    recall_of_vin(&format!("recall-{number}"), "请停止骑行")
        .replace("218622108311027", &format!("2186222{number:08}"))
}

pub(crate) fn path_of(number: usize) -> String {
    format!("/vin/2186222{number:08}.json")
}

pub(crate) fn admitted(lines: &str) -> Vec<Incoming> {
    let read = |line: &str| admit(&line::read(line.as_bytes()).unwrap(), 1).unwrap();
    lines.lines().map(read).collect()
}

/// A store under the secret in this folder.
pub(crate) fn core(rooms: impl Into<Rooms>, folder: &Path) -> Core {
    try_core(rooms, folder).unwrap()
}

pub(crate) fn try_core(rooms: impl Into<Rooms>, folder: &Path) -> Result<Core, StoreError> {
    Core::open(rooms, Policy::default(), &folder.join("pair-key"))
}

pub(crate) fn take(core: &Core, lines: &str) {
    let outcome = core.ingest(&admitted(lines)).unwrap();
    assert_eq!(outcome.clashes, [0_u64; 0]);
}
