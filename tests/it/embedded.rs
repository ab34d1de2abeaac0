use std::process::Command;

use saoma::{
    rooms::store::{PublicStore, StoreUrl},
    words::policy::Policy,
};
use tempfile::TempDir;

use crate::support::{Door, VIN};

const MADE: &str = r#"{"id":"1","record":"production.vehicle","source":"91331082MA2RJ6WH89","at":"2021-08-31T10:00:00+08:00","fields":{"ZhenCheBM":"218622108311027","CheLiangZZS":"示例车业有限公司","ChanPinXH":"TDR4996Z"}}"#;
const STOCKED: &str = r#"{"id":"2","record":"stock.item","source":"91330106MA1DEM015F","at":"2021-09-20T10:00:00+08:00","fields":{"uniscid":"91330106MA1DEM015F","proddt":"2021-08-31","chechi_type":"整车","chechibm":"218622108311027","create_time":"2021-09-20 10:00:00"}}"#;
const RECALLED: &str = r#"{"id":"3","record":"notice.recall","source":"91331082MA2RJ6WH89","at":"2025-03-10T08:00:00+08:00","fields":{"maker":"2186","model":"TDR4996Z","from":"vin/218622100000000","to":"vin/218622199999999","since":"2025-03-10","text":"请停止骑行"}}"#;

/// Another process, as it is in life.
fn import(folder: &TempDir, line: &str) {
    let file = folder.path().join("records.ndjson");
    std::fs::write(&file, line).unwrap();
    let store = format!("embedded:{}", folder.path().join("store").display());
    let run = Command::new(env!("CARGO_BIN_EXE_saoma"))
        .arg("import")
        .arg(&file)
        .args(["--store", &store])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{line}: {told}");
}

#[tokio::test]
async fn what_import_writes_beside_an_open_door_is_on_its_next_page_if_it_is_public() {
    let folder = TempDir::new().unwrap();
    import(&folder, MADE);
    let url = StoreUrl::Embedded(folder.path().join("store"));
    let store = PublicStore::open(&url, Policy::default()).unwrap();
    let door = Door::before_store(store).await;
    for target in [format!("/{VIN}"), format!("/{VIN}.json")] {
        let made = door.get(&target, &[]).await.without_date();
        assert_eq!(made.status, 200);
        assert!(made.text().contains("TDR4996Z"));
    }
    let target = format!("/{VIN}.json");
    let made = door.get(&target, &[]).await.without_date();
    import(&folder, STOCKED);
    let stocked = door.get(&target, &[]).await.without_date();
    assert_eq!(made, stocked, "stock is nobody's business");
    import(&folder, RECALLED);
    let recalled = door.get(&target, &[]).await;
    assert_eq!(recalled.json()["alerts"][0]["kind"], "recalled");
    assert_ne!(recalled.header("etag"), made.header("etag"));
}
