//! The page docs/incidents.md, checked against the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// The cells of each row of each table.
fn rows<'page>(page: &'page str) -> Vec<Vec<&'page str>> {
    let is_row = |line: &&str| line.starts_with('|') && !line.starts_with("| thread |") && !line.starts_with("|---");
    let line = |line: &'page str| line.trim_matches('|').split(" | ").map(str::trim).collect();
    page.lines().filter(is_row).map(line).collect()
}

/// `owner/repository 7`, if a link has this text and the matching target.
fn thread(link: &str) -> Option<&str> {
    let (name, target) = link.strip_prefix('[')?.strip_suffix(')')?.split_once("](")?;
    let (repository, number) = name.split_once(' ')?;
    let is_number = number.parse::<u32>().is_ok() && repository.split('/').count() == 2;
    (is_number && target == format!("https://github.com/{repository}/issues/{number}")).then_some(name)
}

/// Whether a name, as `cargo test` prints it, is that of a test in the sources of this crate.
fn is_test(name: &str) -> bool {
    let path: Vec<&str> = name.split("::").collect();
    let Some((function, modules)) = path.split_last() else { return false };
    // The first modules are files, and the others are inside the last of these.
    ["tests/it", "src"].iter().any(|root| {
        (1..=modules.len()).any(|files| {
            let file = Path::new(CRATE).join(root).join(format!("{}.rs", modules[..files].join("/")));
            fs::read_to_string(file).is_ok_and(|source| has_test(&source, &modules[files..], function))
        })
    })
}

fn has_test(source: &str, modules: &[&str], function: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let has_module = |name: &&str| lines.contains(&format!("mod {name} {{").as_str());
    let is_head = |line: &&str| line.contains(&format!("fn {function}("));
    let above = lines.iter().position(is_head).map(|at| lines[..at].iter().rev());
    let mut attributes = above.into_iter().flatten().take_while(|line| line.starts_with(['#', '/']));
    modules.iter().all(has_module)
        && attributes.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
}

pub(super) fn assert_holds_together() {
    let page = fs::read_to_string(Path::new(CRATE).join("../../docs/incidents.md")).unwrap();
    let mut threads = BTreeSet::new();
    for row in rows(&page) {
        let [link, wrong, here, test] = row[..] else { panic!("not four cells: {row:?}") };
        let thread = thread(link).unwrap_or_else(|| panic!("no thread: {link}"));
        assert!(threads.insert(thread.to_owned()), "{thread} has two rows");
        for sentence in [wrong, here] {
            assert!(sentence.len() > 20 && sentence.ends_with('.'), "{thread}: no sentence: {sentence}");
        }
        let test = test.trim_matches('`');
        assert!(is_test(test), "{thread}: there is no test {test}");
    }
    assert!(threads.len() >= 30, "{threads:?}");
}

#[test]
fn a_missing_test_is_reported() {
    for (name, expected) in [
        ("incidents::the_page_lists_every_test_and_no_other", true),
        ("incidents::page::a_missing_test_is_reported", true),
        ("manager::decision::tests::one_renewal_at_a_time", true),
        ("incidents::the_page_lists_every_test_and_no_other_no_more", false),
        ("incidents::elsewhere::the_page_lists_every_test_and_no_other", false),
        ("incidents::stored", false),
        ("no_such_file::the_page_lists_every_test_and_no_other", false),
        ("the_page_lists_every_test_and_no_other", false),
    ] {
        assert_eq!(is_test(name), expected, "{name}");
    }
}
