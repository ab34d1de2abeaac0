//! Every page against its golden file. `UPDATE_GOLDEN=1 cargo test -p saoma-pages` writes them.

use std::{collections::BTreeSet, env, fs, path::PathBuf};

use crate::samples::pages;

#[test]
fn every_page_is_its_golden_file_and_every_golden_file_is_a_page() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = env::var_os("UPDATE_GOLDEN").is_some();
    let mut names = BTreeSet::new();
    for page in pages() {
        let name = format!("{}.html", page.name);
        let file = folder.join(&name);
        if update {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &page.html).unwrap();
        }
        let golden = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            golden == page.html,
            "{name} has changed; look at it, then run with UPDATE_GOLDEN=1"
        );
        assert!(names.insert(name), "two pages of one name");
    }
    for file in fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(names.contains(&name), "{name} is no page's");
    }
}
