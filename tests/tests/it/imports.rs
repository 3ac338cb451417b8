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
/// Decision: a module may import from its descendants and they from it, since they are one thing. Its descendants may
/// not form another cycle among themselves: the rule holds again for what is left without the module's own file. The
/// first file of a crate, of which all files are descendants, is no such module: it may be in no cycle.
#[test]
fn imports_have_no_cycles_except_of_a_module_and_its_descendants() {
    let roots = roots();
    assert!(roots.len() > 10, "{roots:?}");
    let mut found = Vec::new();
    for root in &roots {
        let read = Crate::read(root);
        found.extend(forbidden_cycles(&read, read.arrows()).iter().map(|cycle| shown(cycle, read.arrows())));
    }
    assert!(found.is_empty(), "{} cycles of imports:\n\n{}", found.len(), found.join("\n\n"));
}

/// The cycles that are no module with its descendants.
fn forbidden_cycles(read: &Crate, arrows: &Arrows) -> Vec<BTreeSet<PathBuf>> {
    let mut forbidden = Vec::new();
    for mut cycle in cycles::of(arrows) {
        match top_of(&cycle, read) {
            Some(top) => {
                cycle.remove(&top);
                forbidden.extend(forbidden_cycles(read, &among(&cycle, arrows)));
            }
            None => forbidden.push(cycle),
        }
    }
    forbidden
}

/// The file of the module of which all others are descendants, unless it is the first file of the crate.
fn top_of(cycle: &BTreeSet<PathBuf>, read: &Crate) -> Option<PathBuf> {
    let is_top = |top: &[String]| !top.is_empty() && cycle.iter().all(|file| read.module(file).starts_with(top));
    cycle.iter().find(|file| is_top(read.module(file))).cloned()
}

/// The imports between some files.
fn among(files: &BTreeSet<PathBuf>, arrows: &Arrows) -> Arrows {
    let mut kept = Arrows::new();
    for file in files {
        let mut targets = arrows.get(file).cloned().unwrap_or_default();
        targets.retain(|target, _| files.contains(target));
        kept.insert(file.clone(), targets);
    }
    kept
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

const CODEGEN: Floors = Floors {
    root: "crates/client-codegen/src/lib.rs",
    floors: &[
        // The input of a generation, its errors, and reading and writing source.
        &["docs", "error", "panic_capture", "size", "spec", "syntax", "unions", "wiring"],
        &["background", "render"],
        // Operations and schemas as data, and the types in use.
        &["model"],
        &["reach", "view"],
        // progenitor's input and output.
        &["given", "items", "polish"],
        &["engine", "provenance"],
        // The public client.
        &["emit", "source"],
        &["aliases", "generation"],
        &["guard"],
    ],
};

const FAMILIES: Floors = Floors {
    root: "crates/families/src/lib.rs",
    floors: &[
        &["failure"],
        &["calls", "config", "http", "progress", "rules", "stack", "stages", "watch", "yaml"],
        // The files of a workspace, written all or none.
        &["workspace"],
        // A description that lies anywhere; files of the workspace; names that items had before.
        &["description", "lock", "manifests", "policy", "renames"],
        // A family in memory; a crate of any description.
        &["build", "client"],
        &["corpus", "explain", "fetch", "generate", "show", "snapshots"],
        &["diff", "new_family"],
        &["adopt"],
    ],
};

/// Problem: a module that imports from one beside it, as a stage from another stage, can't be read, tested or moved
/// without it.
///
/// Decision: code shared by two of them is on a floor below both.
#[test]
fn modules_import_from_the_floors_below_and_not_from_one_another() {
    let found: Vec<String> = [PIPELINE, CODEGEN, FAMILIES].iter().flat_map(Floors::upward_imports).collect();
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
    /// Imports from the same or a higher floor, but those within a module.
    fn upward_imports(&self) -> Vec<String> {
        let read = Crate::read(&workspace_root().join(self.root));
        let mut found = Vec::new();
        for (from, all) in read.arrows() {
            let Some(module) = read.module(from).first() else { continue };
            for (to, names) in all {
                let Some(other) = read.module(to).first().filter(|other| *other != module) else { continue };
                if self.floor_of(other) >= self.floor_of(module) {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    found.push(format!("{} -> {}: {}", from.display(), to.display(), names.join(", ")));
                }
            }
        }
        found
    }

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

/// A crate made of a few files.
fn crate_of(files: &[(&str, &str)]) -> (tempfile::TempDir, Crate) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let read = Crate::read(&folder.path().join("lib.rs"));
    (folder, read)
}

/// The imports in a crate made of a few files.
fn arrows_of(files: &[(&str, &str)]) -> Vec<String> {
    let (folder, read) = crate_of(files);
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

/// The forbidden cycles in a crate made of a few files, by the names of the files.
fn cycles_of(files: &[(&str, &str)]) -> Vec<String> {
    let (folder, read) = crate_of(files);
    let named = |file: &PathBuf| file.strip_prefix(folder.path()).unwrap().display().to_string();
    let cycles = forbidden_cycles(&read, read.arrows());
    cycles.iter().map(|cycle| cycle.iter().map(named).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_module_and_its_descendants_may_import_from_one_another() {
    let files = [
        ("lib.rs", "mod top;\n"),
        ("top.rs", "mod below;\nuse below::work;\npub struct Top;\n"),
        ("top/below.rs", "use super::Top;\npub fn work() {}\n"),
    ];
    assert_eq!(cycles_of(&files), [""; 0]);
}

#[test]
fn siblings_may_not_import_from_one_another_even_if_their_parent_does() {
    let files = [
        ("lib.rs", "mod top;\n"),
        ("top.rs", "mod left;\nmod right;\nuse left::start;\npub struct Top;\n"),
        ("top/left.rs", "use super::Top;\nuse super::right::turn;\npub fn start() {}\n"),
        ("top/right.rs", "use super::Top;\nuse super::left::start;\npub fn turn() {}\n"),
    ];
    assert_eq!(cycles_of(&files), ["top/left.rs top/right.rs"]);
}

#[test]
fn the_first_file_of_a_crate_may_be_in_no_cycle() {
    let files =
        [("lib.rs", "mod a;\nuse a::work;\npub struct Root;\n"), ("a.rs", "use crate::Root;\npub fn work() {}\n")];
    assert_eq!(cycles_of(&files), ["a.rs lib.rs"]);
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
