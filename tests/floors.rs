//! The walls: what may name what, and what may stand in a file.
//!
//! Files are read as tokens, so a comment or a text may speak of anything.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed helper is a failed test"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The longest file. One that outgrows it holds two things.
const LINES: usize = 420;
/// Where our own Rust is.
const ROOTS: [&str; 4] = ["src", "templates", "loadtest", "tests"];

#[test]
fn a_module_names_only_its_own_floor_or_one_above_it_in_the_list() {
    let floors = floors();
    assert_eq!(floors, ["words", "rules", "rooms", "path", "shell"]);
    let complaints: Vec<_> = sources("src")
        .iter()
        .flat_map(|file| climbs(&floors, &modules(file), &tokens(file)))
        .collect();
    assert_eq!(complaints, [""; 0]);
}

#[test]
fn the_pages_know_maud_and_serde_only() {
    let manifest = read(&home().join("templates/Cargo.toml"));
    let manifest: toml::Table = manifest.parse().unwrap();
    let known: Vec<_> = manifest["dependencies"]
        .as_table()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(known, ["maud", "serde"]);
    for other in ["build-dependencies", "target"] {
        assert!(!manifest.contains_key(other), "{other}");
    }
}

#[test]
fn everything_comes_from_the_registry_and_there_is_one_tls() {
    let lock: toml::Table = read(&home().join("Cargo.lock")).parse().unwrap();
    let mut registries = std::collections::BTreeSet::new();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let source = package.get("source").and_then(toml::Value::as_str);
        let ours = name.starts_with("saoma");
        assert_eq!(source.is_none(), ours, "{name}");
        registries.extend(source);
        assert!(
            !["openssl", "openssl-sys", "native-tls"].contains(&name),
            "{name}: rustls is enough"
        );
    }
    // Not a git address, and not two registries.
    assert_eq!(registries.len(), 1);
    assert!(
        registries
            .iter()
            .all(|source| source.starts_with("registry+"))
    );
}

#[test]
fn a_page_escapes_everything() {
    for file in files("templates") {
        let text = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&text);
        assert!(!text.contains("PreEscaped"), "{}", file.display());
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for file in ROOTS.into_iter().flat_map(sources) {
        let lines = read(&file).lines().count();
        assert!(lines <= LINES, "{} has {lines} lines", file.display());
    }
}

#[test]
fn every_exception_to_a_lint_is_expected_not_allowed() {
    for file in ROOTS.into_iter().flat_map(sources) {
        assert!(!allows(&tokens(&file)), "{} allows a lint", file.display());
    }
}

#[test]
fn a_planted_climb_is_found() {
    let floors: Vec<_> = ["words", "rules", "shell"].map(str::to_owned).into();
    let planted = |modules: &[&str], text: &str| {
        let modules: Vec<_> = modules.iter().map(|&name| name.to_owned()).collect();
        climbs(&floors, &modules, &text.parse().unwrap())
    };
    let climbing = [
        ("use crate::rules;", "words names rules"),
        (
            "use crate::{words::code, rules::find};",
            "words names rules",
        ),
        ("use crate::{words, shell as s};", "words names shell"),
        ("fn f() { crate::shell::serve::run() }", "words names shell"),
        ("pub(in crate::rules) fn f() {}", "words names rules"),
        (
            "macro_rules! m { () => { $crate::rules::f() } }",
            "words names rules",
        ),
        ("use super::super::rules::find;", "words names rules"),
        ("use super::{code, super::rules};", "words names rules"),
        (
            "mod tests { use super::super::super::rules; }",
            "words names rules",
        ),
        ("use crate::*;", "words names the whole crate"),
        ("use crate::Shortcut;", "words names Shortcut"),
        ("fn f() { x(crate :: r#rules::y) }", "words names rules"),
    ];
    for (text, complaint) in climbing {
        assert_eq!(planted(&["words", "code"], text), [complaint], "{text}");
    }
    let level = [
        "use crate::words::fault;",
        "use crate::{words::{fault, code}, words};",
        "use super::{rules, shell};",
        "use super::super::words::code;",
        "mod tests { use super::super::rules; }",
        "pub(crate) fn rules(path: &str) {}",
        "/// See [`crate::shell`].\nfn f() { g(\"crate::shell\") } // crate::shell",
        "use saoma_pages::view::Kind;",
    ];
    for text in level {
        assert_eq!(planted(&["words", "code"], text), [""; 0], "{text}");
    }
    assert_eq!(planted(&["rules"], "use crate::words;"), [""; 0]);
    assert_eq!(
        planted(&["rules"], "use super::shell;"),
        ["rules names shell"]
    );
}

#[test]
fn a_planted_allow_is_found() {
    for text in [
        "#[allow(dead_code)] fn f() {}",
        "#![allow(dead_code)]",
        "mod m { # [ allow ( dead_code ) ] fn f() {} }",
        "#[cfg_attr(test, allow(dead_code))] fn f() {}",
    ] {
        assert!(allows(&text.parse().unwrap()), "{text}");
    }
    for text in [
        "#[expect(dead_code, reason = \"allow\")] fn f() {}",
        "fn allow(allow: &[u8]) { let _ = \"#[allow(x)]\"; f([allow]) } // #[allow(x)]",
    ] {
        assert!(!allows(&text.parse().unwrap()), "{text}");
    }
}

/// What these tokens of a module name that stands below its own floor.
fn climbs(floors: &[String], modules: &[String], tokens: &TokenStream) -> Vec<String> {
    let Some(own) = modules.first() else {
        return Vec::new(); // lib.rs and main.rs stand below all of them
    };
    let place = |name: &str| floors.iter().position(|floor| floor == name);
    let mut named = Vec::new();
    from_root(tokens.clone(), modules.len(), &mut named);
    named
        .into_iter()
        .filter(|name| place(name).is_none_or(|floor| Some(floor) > place(own)))
        .map(|name| format!("{own} names {name}"))
        .collect()
}

/// Collects every name that is looked up at the root of the crate, from tokens of a module that
/// lies `depth` below it.
fn from_root(tokens: TokenStream, depth: usize, named: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    let mut before = None;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            TokenTree::Ident(word) if word == "crate" => rest = path(after, 0, named),
            TokenTree::Ident(word) if word == "super" => rest = path(after, depth - 1, named),
            TokenTree::Group(group) => {
                let inline = before.is_some_and(|word| word == "mod");
                from_root(group.stream(), depth + usize::from(inline), named);
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        // `mod name {`: the word that counts is the one before the name.
        before = match (first, rest) {
            (TokenTree::Ident(word), [TokenTree::Ident(_), ..]) => Some(word),
            (TokenTree::Ident(_), _) => before,
            _ => None,
        };
    }
}

/// Follows a path on from a module `depth` below the root, and gives back what comes after it.
fn path<'t>(
    mut rest: &'t [TokenTree],
    mut depth: usize,
    named: &mut Vec<String>,
) -> &'t [TokenTree] {
    while let [colon, also, next, after @ ..] = rest {
        if !is_punct(colon, ':') || !is_punct(also, ':') {
            break;
        }
        match next {
            TokenTree::Ident(word) if word == "super" => depth = depth.saturating_sub(1),
            TokenTree::Ident(word) if depth == 0 => {
                named.push(plain(word));
                return after;
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                branches(group, depth, named);
                return after;
            }
            TokenTree::Punct(_) if depth == 0 => {
                named.push("the whole crate".to_owned());
                return after;
            }
            TokenTree::Ident(_)
            | TokenTree::Group(_)
            | TokenTree::Punct(_)
            | TokenTree::Literal(_) => return after,
        }
        rest = after;
    }
    rest
}

/// The branches of a `use` tree's braces.
fn branches(group: &Group, depth: usize, named: &mut Vec<String>) {
    let tokens: Vec<_> = group.stream().into_iter().collect();
    for branch in tokens.split(|token| is_punct(token, ',')) {
        match branch {
            [TokenTree::Ident(word), rest @ ..] if word == "super" => {
                path(rest, depth.saturating_sub(1), named);
            }
            [TokenTree::Ident(word), ..] if depth == 0 => named.push(plain(word)),
            [TokenTree::Punct(_), ..] if depth == 0 => named.push("the whole crate".to_owned()),
            _ => {}
        }
    }
}

/// Whether any attribute among these tokens allows a lint.
fn allows(tokens: &TokenStream) -> bool {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let attribute = tokens.windows(3).any(|three| match three {
        [hash, TokenTree::Group(group), _] if is_punct(hash, '#') => has_allow(group),
        [hash, bang, TokenTree::Group(group)] => {
            is_punct(hash, '#') && is_punct(bang, '!') && has_allow(group)
        }
        _ => false,
    });
    attribute
        || tokens.iter().any(|token| match token {
            TokenTree::Group(group) => allows(&group.stream()),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
}

fn has_allow(attribute: &Group) -> bool {
    attribute.stream().into_iter().any(|token| match token {
        TokenTree::Group(group) => has_allow(&group),
        TokenTree::Ident(word) => word == "allow",
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == wanted)
}

fn plain(word: &Ident) -> String {
    word.to_string().trim_start_matches("r#").to_owned()
}

/// The floors, in the order of src/lib.rs.
fn floors() -> Vec<String> {
    let text = read(&home().join("src/lib.rs"));
    let floor = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned());
    text.lines().filter_map(floor).collect()
}

/// The modules a file of src/ lies in, outermost first: `["rules", "find"]`.
fn modules(file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(home().join("src")).unwrap();
    let inside = inside.with_extension("");
    let names = inside.iter().map(|name| name.to_str().unwrap().to_owned());
    names
        .filter(|name| name != "lib" && name != "main")
        .collect()
}

fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}

fn tokens(file: &Path) -> TokenStream {
    let parsed = read(file).parse();
    parsed.unwrap_or_else(|why| panic!("{}: {why}", file.display()))
}

/// Every Rust file under a folder of ours.
fn sources(root: &str) -> Vec<PathBuf> {
    let mut found = files(root);
    found.retain(|file| file.extension().is_some_and(|end| end == "rs"));
    assert!(!found.is_empty(), "no source in {root}");
    found
}

fn files(root: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![home().join(root)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.is_dir() {
                found.push(path);
            } else if !path.ends_with("target") {
                folders.push(path);
            }
        }
    }
    found
}
