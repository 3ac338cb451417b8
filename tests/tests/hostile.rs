//! A description that tries to break out of comments, strings, names and folders gets nowhere: its client compiles, its
//! documentation builds, and no text of it ever runs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use workspace_tests::{Scratch, run};

const HOSTILE: &str = include_str!("fixtures/hostile.yaml");

/// A workspace whose only family comes from the hostile description.
fn hostile() -> Scratch {
    let scratch = Scratch::new();
    for folder in ["crates/svix-client", "crates/pacerpro-client", "openapi"] {
        std::fs::remove_dir_all(scratch.path(folder)).unwrap();
    }
    scratch.write("openapi/hostile.yaml", HOSTILE);
    scratch.write(
        "openapi/families.toml",
        r#"[families.hostile]
package = "aivo-client"
title = "Hostile"
secrets = ["Keywords.password"]

[[families.hostile.documents]]
id = "hostile"
file = "hostile.yaml"
"#,
    );
    scratch.neutral_docs("aivo-client");
    scratch
}

#[test]
fn no_text_of_a_description_becomes_code() {
    let scratch = hostile();
    assert_only_the_expected_files_are_written(&scratch);
    let client = scratch.read("crates/aivo-client/src/client.rs");
    let generated = scratch.read("crates/aivo-client/src/generated.rs");
    assert!(!(client + &generated).contains("process::Command"), "a description chose a Rust type");

    let package = ["--package", "aivo-client", "--no-default-features"];
    let cargo = |arguments: &[&str]| scratch.cargo(&[arguments, &package].concat());

    let checked = cargo(&["check"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && !said.contains("warning"), "{said}");

    run(cargo(&["--config", "build.rustdocflags = ['-D', 'warnings']", "doc", "--no-deps"]));

    // The crate's own documentation has no example here, so each doc test would be a description's.
    let tested = run(cargo(&["test", "--quiet", "--doc"]));
    assert!(tested.contains("running 0 tests"), "{tested}");

    let traps: Vec<PathBuf> =
        scratch.files("").into_keys().filter(|path| path.file_name().is_some_and(|name| name == "trap")).collect();
    assert!(traps.is_empty(), "a description wrote {traps:?}");
}

fn assert_only_the_expected_files_are_written(scratch: &Scratch) {
    let before = scratch.files("");
    run(scratch.generate(&[]));
    let after = scratch.files("");
    let written: BTreeSet<PathBuf> =
        after.into_iter().filter(|(path, bytes)| before.get(path) != Some(bytes)).map(|(path, _)| path).collect();
    let expected = [
        "crates/aivo-client/src/client.rs",
        "crates/aivo-client/src/generated.rs",
        "openapi/families.lock",
        "openapi/merged/hostile.json",
        "target/xtask/generate.fingerprint",
    ];
    assert_eq!(written, expected.map(|path| scratch.path(path)).into());
}
