//! The imports between the files of a crate, which must have no cycles.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod cycles;
mod reader;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use reader::Crate;
use workspace_tests::workspace_root;

/// The files that each file imports names from, with those names.
pub(crate) type Arrows = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeSet<String>>>;

/// The first files of all crates and programs of this repository that aren't tests.
fn roots() -> Vec<PathBuf> {
    let manifests = ["crates/*", "xtask", "xtask/online", "tests", "tests/*", "benches/*", "fuzz"];
    let mut roots = Vec::new();
    for pattern in manifests {
        let folders: Vec<PathBuf> = match pattern.strip_suffix("/*") {
            Some(folder) => {
                let entries = std::fs::read_dir(workspace_root().join(folder)).unwrap();
                entries.map(|entry| entry.unwrap().path()).collect()
            }
            None => vec![workspace_root().join(pattern)],
        };
        for folder in folders.iter().filter(|folder| folder.join("Cargo.toml").is_file()) {
            let files = ["src/lib.rs", "src/main.rs"].map(|file| folder.join(file));
            roots.extend(files.into_iter().filter(|file| file.is_file()));
        }
    }
    roots.sort();
    roots
}

/// Problem: files that import from one another can only be understood and moved together.
///
/// Decision: a module and its descendants may, since they are one thing. The first file of a
/// crate, of which all files are descendants, is no such module: it may be in no cycle.
#[test]
fn imports_have_no_cycles_except_of_a_module_and_its_descendants() {
    let roots = roots();
    assert!(roots.len() > 10, "{roots:?}");
    let mut found = Vec::new();
    for root in &roots {
        let read = Crate::read(root);
        for cycle in cycles::of(read.arrows()) {
            if !is_a_module_with_descendants(&cycle, &read) {
                found.push(shown(&cycle, read.arrows()));
            }
        }
    }
    assert!(found.is_empty(), "{} cycles of imports:\n\n{}", found.len(), found.join("\n\n"));
}

fn is_a_module_with_descendants(cycle: &BTreeSet<PathBuf>, read: &Crate) -> bool {
    let modules: Vec<&[String]> = cycle.iter().map(|file| read.module(file)).collect();
    modules.iter().any(|top| !top.is_empty() && modules.iter().all(|module| module.starts_with(top)))
}

/// The floors of a crate: modules import from floors below theirs, and not from another module of the same floor.
struct Floors {
    root: &'static str,
    /// The lowest first. The first file of the crate is above all of them.
    floors: &'static [&'static [&'static str]],
}

const PIPELINE: Floors = Floors {
    root: "crates/openapi-pipeline/src/lib.rs",
    floors: &[
        // The places of nodes, and the tree of nodes.
        &["source"],
        &["node"],
        // The limits of a run, and its output.
        &["unconverted", "limits"],
        &["diagnostic"],
        &["report"],
        // The OpenAPI vocabulary shared by the stages, and the Rust names of generated items.
        &["vocabulary"],
        &["names"],
        // The stages, and the comparison of two documents.
        &["load", "overlay", "convert", "select", "merge", "lower", "diff"],
    ],
};

/// Problem: a stage that imports from another can't be read, tested or moved without it.
///
/// Decision: code shared by two stages is on a floor below both.
#[test]
fn stages_import_from_the_floors_below_and_not_from_one_another() {
    let read = Crate::read(&workspace_root().join(PIPELINE.root));
    let mut found = Vec::new();
    for (from, all) in read.arrows() {
        let Some(module) = read.module(from).first() else { continue };
        for (to, names) in all.iter().filter(|(to, _)| read.module(to).first().is_some_and(|other| other != module)) {
            let other = &read.module(to)[0];
            if PIPELINE.floor_of(other) >= PIPELINE.floor_of(module) {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                found.push(format!("{} -> {}: {}", from.display(), to.display(), names.join(", ")));
            }
        }
    }
    assert!(found.is_empty(), "{} imports that don't lead downwards:\n\n{}", found.len(), found.join("\n"));
}

/// Problem: a pass of `lower` that imports from another is entered in a second way, and can't be moved in the list.
///
/// Decision: passes are the modules in folders of `lower`; they share what is directly in `lower`, which imports from
/// no pass. Only the list of passes, in `lower.rs`, does.
#[test]
fn passes_of_lowering_import_only_shared_code() {
    const FOLDERS: [&str; 3] = ["document", "operations", "schemas"];
    let read = Crate::read(&workspace_root().join(PIPELINE.root));
    let pass_of = |file: &Path| match read.module(file) {
        [lower, folder, pass, ..] if lower == "lower" && FOLDERS.contains(&folder.as_str()) => {
            Some(format!("{folder}::{pass}"))
        }
        _ => None,
    };
    let passes: BTreeSet<String> = read.arrows().keys().filter_map(|file| pass_of(file)).collect();
    assert!(passes.len() > 20, "{passes:?}");
    let mut found = Vec::new();
    for (from, all) in read.arrows().iter().filter(|(from, _)| read.module(from) != ["lower"]) {
        for to in all.keys().filter(|to| pass_of(to).is_some_and(|pass| pass_of(from) != Some(pass))) {
            found.push(format!("{} -> {}", from.display(), to.display()));
        }
    }
    assert!(found.is_empty(), "{} imports of passes:\n\n{}", found.len(), found.join("\n"));
}

impl Floors {
    fn floor_of(&self, module: &str) -> usize {
        let floor = self.floors.iter().position(|floor| floor.contains(&module));
        floor.unwrap_or_else(|| panic!("the module `{module}` of {} is on no floor: add it to this list", self.root))
    }
}

/// Every import of a cycle, with the names imported.
fn shown(cycle: &BTreeSet<PathBuf>, arrows: &Arrows) -> String {
    let relative = |path: &Path| path.strip_prefix(workspace_root()).unwrap_or(path).display().to_string();
    let mut lines = Vec::new();
    for from in cycle {
        for (to, names) in arrows.get(from).into_iter().flatten().filter(|(to, _)| cycle.contains(*to)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            lines.push(format!("{} -> {}: {}", relative(from), relative(to), names.join(", ")));
        }
    }
    lines.join("\n")
}

/// The imports in a crate made of a few files.
fn arrows_of(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let read = Crate::read(&folder.path().join("lib.rs"));
    let relative = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
    let mut lines = Vec::new();
    for (from, all) in read.arrows() {
        for (to, names) in all {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            lines.push(format!("{} -> {}: {}", relative(from), relative(to), names.join(" ")));
        }
    }
    lines
}

#[test]
fn names_are_followed_to_the_file_that_defines_them() {
    let arrows = arrows_of(&[
        ("lib.rs", "mod a;\nmod b;\nmod deep;\npub use deep::Thing;\npub struct Root;\n"),
        ("a.rs", "use crate::{Thing, b};\nfn a() -> crate::Root { b::help(); super::deep::inner::work() }\n"),
        ("b.rs", "pub fn help() {}\n#[cfg(test)]\nmod tests { use crate::a; }\n"),
        ("deep.rs", "pub mod inner;\npub use inner::*;\npub fn own() { let _ = self::inner::work; }\n"),
        ("deep/inner.rs", "pub struct Thing;\npub fn work() { vec![super::own()]; }\nuse std::fmt;\n"),
    ]);
    assert_eq!(
        arrows,
        [
            "a.rs -> b.rs: b help",
            "a.rs -> deep/inner.rs: Thing work",
            "a.rs -> lib.rs: Root",
            "deep/inner.rs -> deep.rs: own",
            "deep.rs -> deep/inner.rs: * work",
            "lib.rs -> deep/inner.rs: Thing",
        ]
    );
}
