//! What is written twice is changed once and forgotten once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use workspace_tests::workspace_root;

/// So many lines in a row that say something are a duplicate where they occur a second time.
const LINES: usize = 12;

/// How generated files begin.
const GENERATED: &str = "// @generated ";

/// Files that may have lines of one another, and why.
const ALLOWED: [(&str, &str, &str); 5] = [
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
    ("tests/oracle/src/samples.rs", "xtask/src/corpus/samples.rs", "a file that the one writes and the other reads"),
];

/// Rust that somebody wrote: the first line of what is generated says so, and the golden clients have a folder.
fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            if name != "target" && name != "fixtures" && name != "clients" && !name.to_string_lossy().starts_with('.') {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            if !text.lines().next().unwrap_or_default().starts_with(GENERATED) {
                found.push((path.strip_prefix(workspace_root()).unwrap().to_owned(), text));
            }
        }
    }
}

/// Where lines occur again, by the two files.
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
                // Lines that repeat within themselves, as those of a table, overlap.
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
fn nothing_is_written_twice() {
    let mut found = Vec::new();
    for folder in ["benches", "crates", "fuzz", "tests", "xtask"] {
        sources(&workspace_root().join(folder), &mut found);
    }
    found.sort();
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
fn a_duplicate_is_found_and_a_table_is_none() {
    let lines = |range: std::ops::Range<usize>| range.map(|n| format!("line {n};\n\n")).collect::<String>();
    let file = |name: &str, text: String| (PathBuf::from(name), text);
    let both = [file("a.rs", lines(0..20)), file("b.rs", format!("other\n{}", lines(5..17)))];
    let found: Vec<_> = duplicates(&both).into_iter().collect();
    assert_eq!(found, [(("a.rs".to_owned(), "b.rs".to_owned()), (11, 2))]);
    assert!(duplicates(&[file("a.rs", lines(0..11)), file("b.rs", lines(0..11))]).is_empty());
    assert!(duplicates(&[file("a.rs", "0,\n".repeat(20))]).is_empty());
}
