//! Snapshots of each family, which a reviewer reads: when a description changes, the diff is a few small files. The
//! families are those of openapi/families.toml, so a new one needs no change here.
//!
//! `cargo insta review`, or `INSTA_UPDATE=always cargo test --workspace --test it -- snapshots`, accepts a change.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeMap, BTreeSet};

use families::workspace::Tree;
use families::{Workspace, build, snapshots};
use workspace_tests::workspace_root;

/// The snapshots of every family, built in memory from the descriptions.
fn families() -> BTreeMap<String, BTreeMap<&'static str, String>> {
    let tree = Tree::new(&Workspace::find(Some(workspace_root())).unwrap());
    let (mut cx, families, mut inputs) = build::families(&tree).unwrap();
    let snapshots = families.families.iter().map(|family| {
        let built = build::family(&tree, &mut cx, family, &mut inputs).unwrap();
        let library = workspace_root().join("crates").join(&family.package).join("src/lib.rs");
        (family.name.clone(), snapshots::of(&built, &std::fs::read_to_string(library).unwrap()).unwrap())
    });
    snapshots.collect()
}

/// Runs with the snapshots in the folder of the family, and without metadata that changes for no reason.
fn in_folder(family: &str, work: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(workspace_root().join(snapshots::folder(family)));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(work);
}

/// One changed family doesn't hide the changes of another.
#[test]
fn generated_code_is_as_reviewed() {
    let failed: Vec<String> = families()
        .into_iter()
        .filter_map(|(family, snapshots)| {
            let compare = || {
                in_folder(&family, || {
                    for (name, text) in &snapshots {
                        insta::assert_snapshot!(*name, text);
                    }
                })
            };
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare)).is_err().then_some(family)
        })
        .collect();
    assert!(failed.is_empty(), "the snapshots of these families differ, see above: {}", failed.join(", "));
}

/// A snapshot that no family has any more would stay for ever.
#[test]
fn no_snapshot_is_left_over() {
    let families = families();
    let folder = workspace_root().join("tests/snapshots");
    let names = |path: &std::path::Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        entries.collect()
    };
    for family in names(&folder) {
        let Some(expected) = families.get(&family) else {
            panic!("tests/snapshots/{family} belongs to no family; delete it");
        };
        for file in names(&folder.join(&family)) {
            let known = file.strip_suffix(".snap").is_none_or(|name| expected.contains_key(name));
            assert!(known, "tests/snapshots/{family}/{file} belongs to nothing; delete it");
        }
    }
}
