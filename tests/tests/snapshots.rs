//! Snapshots of everything that is generated, in pieces small enough to review: when a description changes, the diff is
//! a few small files.
//!
//! `cargo insta review`, or `INSTA_UPDATE=always cargo test --package workspace-tests --test snapshots`, accepts a change.

#![allow(clippy::unwrap_used, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use client_codegen::outline;
use openapi_pipeline::Report;
use workspace_tests::workspace_root;
use xtask::build::{self, Built};
use xtask::{Workspace, config::Family};

/// A family built in memory from the descriptions.
fn built(name: &str) -> Built {
    let workspace = Workspace::find(Some(workspace_root())).unwrap();
    let (mut cx, families, mut inputs) = build::families(&workspace).unwrap();
    let family: &Family = families.families.iter().find(|family| family.name == name).unwrap();
    build::family(&workspace, &mut cx, family, &mut inputs).unwrap()
}

fn output<'a>(built: &'a Built, ends_with: &str) -> &'a str {
    let (_, text) = built.outputs.iter().find(|(path, _)| path.ends_with(Path::new(ends_with))).unwrap();
    text
}

/// Snapshots in a folder of the family, without the noise of metadata that changes for no reason.
fn in_folder(family: &str, work: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../snapshots/{family}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(work);
}

fn check(family: &str) {
    let built = built(family);
    let generated = output(&built, "generated.rs");
    let client = output(&built, "client.rs");
    in_folder(family, || {
        let merged = output(&built, &format!("{family}.json"));
        insta::assert_snapshot!("merged", merged);
        insta::assert_snapshot!("lowerings", lowerings(&built.report));
        insta::assert_snapshot!("outline", public_outline(client, generated));
        for (name, text) in pieces(generated, client) {
            insta::assert_snapshot!(name, text);
        }
    });
}

/// What a user of the crate can name. Of progenitor's output that is the module `types`, which comes first.
fn public_outline(client: &str, generated: &str) -> String {
    let types = outline::outline(generated).unwrap();
    let types = types.lines().take_while(|line| *line != "struct Client").collect::<Vec<_>>().join("\n");
    format!("{}\n{types}\n", outline::outline(client).unwrap())
}

/// One piece per operation and per type: an operation is its method, its request, its errors and its entry in the table,
/// over the private method that sends it.
fn pieces(generated: &str, client: &str) -> BTreeMap<String, String> {
    let private = outline::pieces(generated).unwrap();
    let public = outline::pieces(client).unwrap();
    let operations: Vec<String> = private
        .keys()
        .filter_map(|name| name.strip_prefix("fn."))
        .filter(|name| *name != "new_with_client")
        .map(str::to_owned)
        .collect();
    let mut pieces = BTreeMap::new();
    for operation in &operations {
        let pascal: String = operation.split('_').map(capitalised).collect();
        let names = [
            format!("fn.{operation}"),
            format!("operations.{}", operation.to_uppercase()),
            format!("requests.{pascal}"),
            format!("errors.{pascal}Error"),
        ];
        let parts: Vec<&str> = names
            .iter()
            .map(|name| public[name].as_str())
            .chain([private[&format!("fn.{operation}")].as_str()])
            .collect();
        pieces.insert(format!("operation.{operation}"), parts.join("\n"));
    }
    for (name, text) in private {
        if let Some(name) = name.strip_prefix("types.") {
            pieces.insert(format!("type.{}", name.replace("error.", "")), text);
        }
    }
    for name in ["Client", "ClientBuilder", "Server"] {
        pieces.insert(format!("client.{name}"), public[name].clone());
    }
    pieces
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The uses of each rule, by rule, with their places.
fn lowerings(report: &Report) -> String {
    let mut by_rule: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for note in &report.notes {
        by_rule.entry(note.rule.name).or_default().push(format!("  {}: {}", note.pointer, note.text));
    }
    let mut text = String::new();
    for (rule, uses) in by_rule {
        let _ = writeln!(text, "{rule} x {}\n{}\n", uses.len(), uses.join("\n"));
    }
    text
}

#[test]
fn svix() {
    check("svix");
}

#[test]
fn pacerpro() {
    check("pacerpro");
}

#[test]
fn aivo() {
    check("aivo");
}

/// A snapshot that nothing produces any more would stay for ever.
#[test]
fn no_snapshot_is_left_over() {
    for family in ["svix", "pacerpro", "aivo"] {
        let built = built(family);
        let mut expected: Vec<String> =
            pieces(output(&built, "generated.rs"), output(&built, "client.rs")).into_keys().collect();
        expected.extend(["merged", "lowerings", "outline"].map(str::to_owned));
        let folder = workspace_root().join("tests/snapshots").join(family);
        for entry in std::fs::read_dir(folder).unwrap() {
            let file = entry.unwrap().file_name().into_string().unwrap();
            let Some(name) = file.strip_suffix(".snap") else { continue };
            assert!(
                expected.iter().any(|one| one == name),
                "tests/snapshots/{family}/{file} belongs to nothing; delete it"
            );
        }
    }
}
