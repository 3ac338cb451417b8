//! Published packages have the metadata that a registry and its readers need, and contain no unnecessary files.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use workspace_tests::{run, workspace_root};

/// The workspaces of this repository.
const MANIFESTS: [&str; 3] = ["Cargo.toml", "benches/Cargo.toml", "fuzz/Cargo.toml"];

/// The crates that are not published, since they are only of use here.
const PRIVATE: [&str; 13] = [
    "call-bench",
    "families",
    "generation-bench",
    "golden-clients",
    "hot-path-bench",
    "oracle",
    "pipeline-fuzz",
    "pool-bench",
    "store-bench",
    "test-requirements",
    "workspace-tests",
    "xtask",
    "xtask-online",
];

/// Every file of a package besides its sources and the files that cargo adds.
const BESIDE_SOURCES: [&str; 5] = ["CHANGELOG.md", "Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

fn cargo(arguments: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    run(cargo.args(arguments).arg("--offline").current_dir(workspace_root()).output().unwrap())
}

/// The crates of a workspace, as `cargo metadata` describes them.
fn crates(manifest: &str) -> Vec<Value> {
    let text = cargo(&["metadata", "--no-deps", "--format-version", "1", "--manifest-path", manifest]);
    let mut metadata: Value = serde_json::from_str(&text).unwrap();
    match metadata["packages"].take() {
        Value::Array(crates) if !crates.is_empty() => crates,
        other => panic!("{manifest} has no crates: {other}"),
    }
}

fn is_private(package: &Value) -> bool {
    package["publish"].as_array().is_some_and(Vec::is_empty)
}

fn published() -> Vec<Value> {
    crates("Cargo.toml").into_iter().filter(|package| !is_private(package)).collect()
}

fn text<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_else(|| panic!("{} has no {key}", package["name"]))
}

fn texts<'a>(package: &'a Value, key: &str) -> Vec<&'a str> {
    package[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn folder(package: &Value) -> PathBuf {
    Path::new(text(package, "manifest_path")).parent().unwrap().to_owned()
}

#[test]
fn only_tools_tests_and_measurements_are_private() {
    let all = MANIFESTS.into_iter().flat_map(crates);
    let private: Vec<String> = all
        .filter(is_private)
        .map(|package| text(&package, "name").to_owned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(private, PRIVATE);
    // `.ci/release` finds the packages by these folders.
    for package in published() {
        assert_eq!(folder(&package), workspace_root().join("crates").join(text(&package, "name")));
    }
}

#[test]
fn manifests_say_what_a_registry_shows() {
    for package in published() {
        let name = text(&package, "name");
        let description = text(&package, "description");
        assert!(description.len() > 20 && !description.ends_with('.'), "{name}: {description}");
        assert_eq!(text(&package, "license"), "MIT OR Apache-2.0", "{name}");
        assert!(!text(&package, "rust_version").is_empty(), "{name}");

        let keywords = texts(&package, "keywords");
        assert!((1..=5).contains(&keywords.len()), "{name}: {keywords:?}");
        let is_keyword = |word: &str| {
            word.len() <= 20
                && word.starts_with(|first: char| first.is_ascii_alphanumeric())
                && word.chars().all(|char| char.is_ascii_alphanumeric() || "_-+".contains(char))
        };
        assert!(keywords.iter().all(|word| is_keyword(word)), "{name}: {keywords:?}");
        let categories = texts(&package, "categories");
        assert!((1..=5).contains(&categories.len()), "{name}: {categories:?}");

        let docs = &package["metadata"]["docs"]["rs"];
        assert_eq!(docs["all-features"], true, "{name}");
        assert_eq!(docs["targets"], serde_json::json!(["x86_64-unknown-linux-gnu"]), "{name}");
    }
}

#[test]
fn readme_changelog_and_licences_are_in_the_folder() {
    for package in published() {
        let (name, version) = (text(&package, "name"), text(&package, "version"));
        let read = |file: &str| {
            let path = folder(&package).join(file);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        assert_eq!(text(&package, "readme"), "README.md", "{name}");
        assert!(read("README.md").starts_with(&format!("# {name}\n")), "{name}: its README has another title");
        let changelog = read("CHANGELOG.md");
        assert!(changelog.starts_with(&format!("# Changelog of {name}\n")), "{name}: its changelog has another title");
        let latest = changelog.lines().find(|line| line.starts_with("## "));
        assert!(
            latest.is_some_and(|line| line.starts_with(&format!("## [{version}] - "))),
            "{name}: the changelog's latest entry is {latest:?}, the version {version}"
        );
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let original = std::fs::read_to_string(workspace_root().join(licence)).unwrap();
            assert!(read(licence) == original, "{name}: {licence} isn't a copy of the workspace's");
        }
    }
}

#[test]
fn packages_hold_sources_documentation_and_licences() {
    for package in published() {
        let name = text(&package, "name");
        let list = cargo(&["package", "--list", "--allow-dirty", "--package", name]);
        let cargo_adds = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml.orig"];
        let (sources, mut beside): (Vec<&str>, Vec<&str>) =
            list.lines().filter(|file| !cargo_adds.contains(file)).partition(|file| file.starts_with("src/"));
        beside.sort_unstable();
        assert_eq!(beside, BESIDE_SOURCES, "{name}");
        assert!(sources.contains(&"src/lib.rs"), "{name}: {sources:?}");
    }
}

/// A dependency with a version must be published first. One with only a path is left out of the package.
#[test]
fn there_is_an_order_to_publish_in() {
    let published = published();
    let names: BTreeSet<&str> = published.iter().map(|package| text(package, "name")).collect();
    let needs = |package: &Value| -> Vec<String> {
        let dependencies = package["dependencies"].as_array().unwrap();
        let local = dependencies.iter().filter(|dependency| dependency["path"].is_string());
        let versioned = local.filter(|dependency| {
            let by_path_alone = dependency["req"] == "*";
            assert!(!by_path_alone || dependency["kind"] == "dev", "{}: {dependency}", package["name"]);
            !by_path_alone
        });
        versioned.map(|dependency| text(dependency, "name").to_owned()).collect()
    };

    let mut done: BTreeSet<&str> = BTreeSet::new();
    while done.len() < names.len() {
        let is_next = |package: &&Value| {
            let name = text(package, "name");
            !done.contains(name) && needs(package).iter().all(|needed| done.contains(needed.as_str()))
        };
        let next: Vec<&str> = published.iter().filter(is_next).map(|package| text(package, "name")).collect();
        let left: Vec<&&str> = names.difference(&done).collect();
        assert!(!next.is_empty(), "none of {left:?} can be published before the others");
        done.extend(next);
    }
}
