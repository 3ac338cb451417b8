//! The vendors' own documents can replace ours: same overlays, same selections, same operations.
//!
//! The documents are not in the repository; the environment variable `UPSTREAM_DIR` has their folder.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use families::workspace::Tree;
use families::{Workspace, build};
use test_requirements::Requirement;
use workspace_tests::{Scratch, run};

const FAMILIES: &str = "openapi/families.toml";

/// Our documents, and the vendors' that replace them.
const DOCUMENTS: [(&str, &str); 4] = [
    ("openapi/svix/2024-09-10.json", "svix-2024-09-10.json"),
    ("openapi/svix/2022-11-29.json", "svix-2022-11-29.json"),
    ("openapi/pacerpro/swagger.json", "pacerpro-swagger.json"),
    ("openapi/aivo/auth.yaml", "aivo-auth.yaml"),
];

/// The folder with the vendors' documents, if there is one.
fn upstream() -> Option<PathBuf> {
    test_requirements::variable(Requirement::Upstream, "UPSTREAM_DIR").map(PathBuf::from)
}

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap()
}

/// Method, path and id of every operation of a merged document.
fn operations(scratch: &Scratch, family: &str) -> BTreeSet<String> {
    let merged = scratch.read(format!("openapi/merged/{family}.json"));
    let merged: serde_json::Value = serde_json::from_str(&merged).unwrap();
    let items = merged["paths"].as_object().unwrap().iter();
    items
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, one)| (path, method, one)))
        .filter_map(|(path, method, one)| Some(format!("{method} {path} {}", one.get("operationId")?)))
        .collect()
}

#[test]
fn the_vendors_documents_can_replace_ours() {
    let Some(folder) = upstream() else { return };
    let scratch = Scratch::new();
    run(scratch.generate(&[]));
    let families = ["aivo", "pacerpro", "svix"];
    let ours = families.map(|family| operations(&scratch, family));
    assert_eq!(ours.iter().map(BTreeSet::len).sum::<usize>(), 15);
    for (own, file) in DOCUMENTS {
        scratch.write(own, &read(&folder, file));
    }

    let rules = scratch.read(FAMILIES);
    scratch.remove_tables(FAMILIES, "[[families.svix.merge]]");
    let before = scratch.files("");
    let output = scratch.generate(&[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for expected in ["schemas/HTTPValidationError`", "schemas/ApplicationTokenExpireIn`", "2 problems"] {
        assert!(stderr.contains(expected), "no {expected} in\n{stderr}");
    }
    assert!(scratch.files("") == before, "a conflict must not write");

    scratch.write(FAMILIES, &rules);
    run(scratch.generate(&[]));
    assert_eq!(families.map(|family| operations(&scratch, family)), ours);
    let mut arguments = vec!["check", "--quiet", "--no-default-features"];
    let packages = workspace_tests::families();
    arguments.extend(packages.iter().flat_map(|family| ["--package", family.package.as_str()]));
    run(scratch.cargo(&arguments));
}

#[test]
fn the_whole_of_svix_is_generated_or_reported() {
    let Some(folder) = upstream() else { return };
    let scratch = Scratch::new();
    let document = read(&folder, "svix-2024-09-10.json");
    scratch.write("openapi/svix/whole.json", &document);
    scratch.write(
        FAMILIES,
        r#"[families.whole]
package = "svix-client"
title = "Svix"

[[families.whole.documents]]
id = "whole"
file = "svix/whole.json"
"#,
    );
    scratch.neutral_docs("svix-client");
    // Some patterns of the vendor's whole document need `regress`; those of the selected operations don't.
    let dependency = "reqwest.workspace = true\n";
    scratch.replace("crates/svix-client/Cargo.toml", dependency, &format!("regress.workspace = true\n{dependency}"));
    run(scratch.generate(&[]));
    let tree = Tree::new(&Workspace::find(Some(&scratch.path(""))).unwrap());
    let (mut cx, families, mut inputs) = build::families(&tree).unwrap();
    let built = build::family(&tree, &mut cx, &families.families[0], &mut inputs).unwrap();
    let left_out = built.report.notes.iter().filter(|note| note.rule.name == "leave-out-operation").count();
    assert_eq!(built.source.operations + left_out, count_operations(&document));
    assert_eq!(operations(&scratch, "whole").len(), built.source.operations);

    let checked = scratch.cargo(&["check", "--no-default-features", "--package", "svix-client"]);
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && !said.contains("warning"), "{said}");
}

/// The number of operations, counted without our pipeline.
fn count_operations(document: &str) -> usize {
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    let items = document["paths"].as_object().unwrap().values();
    items.map(|item| methods.iter().filter(|method| item.get(**method).is_some()).count()).sum()
}
