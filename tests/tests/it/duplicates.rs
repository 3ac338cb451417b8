//! Duplicated code is found: a change of one copy is easily forgotten in the other.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use workspace_tests::{workspace_root, written_files};

/// The number of consecutive non-empty lines that are a duplicate where they occur again.
const LINES: usize = 12;

/// Pairs of files that may have lines in common, with the reason.
const ALLOWED: [(&str, &str, &str); 4] = [
    (
        "crates/aivo-client/src/lib.rs",
        "crates/pacerpro-client/src/lib.rs",
        "`new-family` writes them from one template",
    ),
    ("crates/aivo-client/src/lib.rs", "crates/svix-client/src/lib.rs", "`new-family` writes them from one template"),
    (
        "crates/pacerpro-client/src/lib.rs",
        "crates/svix-client/src/lib.rs",
        "`new-family` writes them from one template",
    ),
    ("crates/auth-core/src/store/keyring.rs", "crates/auth-core/src/store/redis.rs", "the signatures of a trait"),
];

/// The beginning of a generated file.
const GENERATED: &str = "// @generated ";

/// Hand-written Rust files, by their path in the repository.
fn sources() -> Vec<(PathBuf, String)> {
    let root = workspace_root();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (!text.starts_with(GENERATED)).then(|| (path.strip_prefix(root).unwrap().to_owned(), text))
    };
    let folders = ["benches", "crates", "fuzz", "tests", "xtask"].map(|folder| root.join(folder));
    folders.iter().flat_map(|folder| written_files(folder, "rs")).filter_map(read).collect()
}

/// The lines of the first duplicate of each pair of files.
fn duplicates(sources: &[(PathBuf, String)]) -> BTreeMap<(String, String), (usize, usize)> {
    let mut first = HashMap::<Vec<&str>, (&Path, usize)>::new();
    let mut found = BTreeMap::new();
    for (path, text) in sources {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
        let lines: Vec<(usize, &str)> = lines.filter(|(_, line)| !line.is_empty()).collect();
        for window in lines.windows(LINES) {
            let (at, key) = (window[0].0, window.iter().map(|(_, line)| *line).collect());
            match first.get(&key) {
                None => {
                    first.insert(key, (path, at));
                }
                // Windows of repetitive lines, such as those of a table, match themselves where they overlap.
                Some((other, before)) if *other == path && at < before + LINES => {}
                Some((other, before)) => {
                    let files = (other.display().to_string(), path.display().to_string());
                    found.entry(files).or_insert((*before, at));
                }
            }
        }
    }
    found
}

#[test]
fn no_passage_occurs_twice() {
    let found = sources();
    assert!(found.len() > 500, "{} files are not all", found.len());
    let duplicates = duplicates(&found);
    let allowed: BTreeSet<(String, String)> =
        ALLOWED.iter().map(|(one, other, _)| ((*one).to_owned(), (*other).to_owned())).collect();
    let problems = duplicates.iter().filter(|(files, _)| !allowed.contains(*files));
    let problems: Vec<String> =
        problems.map(|((one, other), (at, again))| format!("{one}:{at} and {other}:{again}")).collect();
    assert!(problems.is_empty(), "{LINES} lines or more are written twice:\n{}", problems.join("\n"));
    let stale: Vec<_> = allowed.iter().filter(|files| !duplicates.contains_key(*files)).collect();
    assert!(stale.is_empty(), "these have nothing in common any more: {stale:?}");
}

#[test]
fn a_duplicate_is_found_and_a_table_is_not_one() {
    let lines = |range: std::ops::Range<usize>| range.map(|n| format!("line {n};\n\n")).collect::<String>();
    let file = |name: &str, text: String| (PathBuf::from(name), text);
    let both = [file("a.rs", lines(0..20)), file("b.rs", format!("other\n{}", lines(5..17)))];
    let found: Vec<_> = duplicates(&both).into_iter().collect();
    assert_eq!(found, [(("a.rs".to_owned(), "b.rs".to_owned()), (11, 2))]);
    assert!(duplicates(&[file("a.rs", lines(0..11)), file("b.rs", lines(0..11))]).is_empty());
    assert!(duplicates(&[file("a.rs", "0,\n".repeat(20))]).is_empty());
}
