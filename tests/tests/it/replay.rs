//! A crate that uses every public item of the crate of one version, compiled with that of the next one.
//!
//! In an ordinary run, the versions are made for the test. `HISTORY_DIR` names a folder with published versions of one
//! description, in the order of their names, and `UPSTREAM_DIR` one with two of Svix's; each needs minutes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests say what they found and expect")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use client_codegen::items;
use families::diff::Level;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_requirements::{Requirement, effort};
use workspace_tests::downstream::Downstream;
use workspace_tests::mutations::{self, Expected};
use workspace_tests::replay::{Broken, Pair, Reason, Replay};
use workspace_tests::{cargo, run, scratch_target, workspace_root};

use crate::semver;

/// The sources of each golden client, and the uses of its items.
fn goldens() -> BTreeMap<String, ([String; 2], Downstream)> {
    let clients = workspace_root().join("tests/goldens/src/clients");
    let folders = std::fs::read_dir(clients).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let read = |folder: PathBuf| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let sources = ["client.rs", "generated.rs"].map(|file| std::fs::read_to_string(folder.join(file)).unwrap());
        let downstream = Downstream::of(&format!("golden_clients::{name}"), &sources[0], &sources[1]);
        (name, (sources, downstream))
    };
    folders.map(read).collect()
}

#[test]
fn every_item_of_a_crate_is_used() {
    let mut kinds = BTreeSet::new();
    for (name, ([client, generated], downstream)) in goldens() {
        let used: BTreeSet<(items::Kind, &str)> =
            downstream.uses.iter().map(|one| (one.item.kind, one.item.path.as_str())).collect();
        let all = items::of_source(&client, &generated).unwrap();
        kinds.extend(all.iter().map(|item| item.kind.name()));
        let unused: Vec<_> =
            all.iter().filter(|item| !item.hidden && !used.contains(&(item.kind, item.path.as_str()))).collect();
        assert!(used.len() > 30 && unused.is_empty(), "{name}: {unused:#?}");
    }
    let expected = ["constant", "enum", "field", "impl", "method", "struct", "variant"];
    assert_eq!(kinds, expected.into());
}

/// At night, since it builds all golden clients once more.
#[test]
fn uses_of_every_golden_client_compile() {
    if !effort(false, true) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    let [goldens_folder, runtime] = ["tests/goldens", "crates/client-runtime"].map(|path| workspace_root().join(path));
    write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"golden-users\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
             [workspace]\n\n[dependencies]\ngolden-clients = {{ path = {goldens_folder:?}, features = [\"schemars\"] }}\n\
             client-runtime = {{ path = {runtime:?}, default-features = false }}\n\
             reqwest = {{ version = \"0.13\", default-features = false }}\nschemars = \"1\"\nserde = \"1\"\nserde_json = \"1\"\n"
        ),
    );
    std::fs::copy(workspace_root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let clients = goldens();
    let modules: String = clients.keys().map(|name| format!("mod {name};\n")).collect();
    write("lib.rs", &modules);
    clients.iter().for_each(|(name, (_, downstream))| write(&format!("{name}.rs"), &downstream.source()));
    run(cargo(folder.path(), &scratch_target(), &["check"]));
}

/// Versions of one description, each made from the one before.
struct Versions {
    folder: TempDir,
    document: Value,
    count: usize,
}

impl Versions {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), document: mutations::base(), count: 0 }
    }

    fn next(&mut self, change: impl FnOnce(&mut Value)) -> PathBuf {
        change(&mut self.document);
        self.count += 1;
        let path = self.folder.path().join(format!("{}.json", self.count));
        std::fs::write(&path, self.document.to_string()).unwrap();
        path
    }
}

/// The additions of a vendor: a parameter, properties, a value of an enum, an error, an operation with two answers.
fn grow(document: &mut Value) {
    let schemas = &mut document["components"]["schemas"];
    schemas["NewOrder"]["properties"]["gift"] = json!({"type": "boolean"});
    schemas["Order"]["properties"]["weighed"] = json!({"type": "boolean"});
    schemas["Order"]["properties"]["state"]["enum"] = json!(["open", "paid", "shipped", "lost"]);
    let order = json!({"$ref": "#/components/schemas/Order"});
    let answer = |schema: &Value| json!({"description": "So.", "content": {"application/json": {"schema": schema}}});
    let paths = &mut document["paths"];
    let list = &mut paths["/orders"]["get"];
    list["parameters"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "page", "in": "query", "schema": {"type": "string"}}));
    list["responses"]["409"] = json!({"$ref": "#/components/responses/Failed"});
    paths["/orders/{orderId}/copy"]["post"] = json!({
        "operationId": "copyOrder",
        "parameters": [{"$ref": "#/components/parameters/OrderId"}],
        "responses": {"201": answer(&order), "202": answer(&json!({"$ref": "#/components/schemas/Receipt"}))},
    });
}

/// Other names for schemas.
fn rename(document: &mut Value, names: &[(&str, &str)]) {
    for (was, is) in names {
        let quoted = |name: &str| format!("#/components/schemas/{name}\"");
        *document = serde_json::from_str(&document.to_string().replace(&quoted(was), &quoted(is))).unwrap();
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        let schema = schemas.remove(*was).unwrap();
        schemas.insert((*is).to_owned(), schema);
    }
}

/// The checks of a pair that hold for every description.
#[track_caller]
fn check_pair(pair: &Pair) {
    println!("{pair}");
    // After a breaking change there are many.
    if pair.verdict == Some(Level::Source) {
        for Broken { item, reason, message } in &pair.broken {
            println!("  {} `{}` is {reason}: {message}", item.kind.name(), item.path);
        }
    }
    let is_major = pair.step.as_deref() == Some("major");
    let report = &pair.report;
    if matches!(pair.verdict, None | Some(Level::Compatible | Level::Documentation)) {
        assert!(pair.broken.is_empty() && !is_major, "{pair}\n{:#?}\n{report}", pair.broken);
    }
    assert!(pair.broken.is_empty() || is_major, "a step of {:?} breaks code: {:#?}\n{report}", pair.step, pair.broken);
    // Code that passes a server's URL has to pass another one, which no public item shows.
    let is_of_addresses = report.contains("server-prefix-moved");
    if pair.verdict == Some(Level::Source) && !is_of_addresses {
        assert!(is_major != pair.broken.is_empty(), "a major step, and all code compiles:\n{report}");
    }
    // Each broken use is one of an item that `adopt` lists, or of an item next to it.
    let unlisted: Vec<_> = pair.broken.iter().filter(|broken| broken.reason == Reason::Within).collect();
    assert!(unlisted.is_empty(), "items that are there as before can't be used: {unlisted:#?}\n{report}");
}

#[test]
fn code_for_one_version_compiles_with_the_next_one_as_far_as_the_verdict_says() {
    let mut versions = Versions::new();
    let mut replay = Replay::begin("made", &versions.next(|_| {}));
    let checks_semver = effort(false, true) && semver::is_installed();
    let mut next = |change: fn(&mut Value)| {
        let pair = replay.next(&versions.next(change));
        check_pair(&pair);
        if checks_semver {
            replay.check_semver(&pair);
        }
        let broken: BTreeSet<String> = pair.broken.iter().map(|broken| broken.item.path.clone()).collect();
        (pair.verdict, pair.step.clone().unwrap(), broken.into_iter().collect::<Vec<String>>())
    };

    let additions = next(grow);
    assert_eq!(additions, (Some(Level::Compatible), "minor".to_owned(), vec![]));

    // A request, what only an operation answers, an operation with several answers, and one with parameters; the constructor
    // of a type of numbers, and a variant that is named after its schema.
    let names = next(|document| {
        rename(document, &[("NewOrder", "OrderIn"), ("Problem", "Fault"), ("Order", "OrderOut"), ("Receipt", "Slip")]);
        document["paths"]["/orders/{orderId}/copy"]["post"]["operationId"] = json!("duplicate");
        document["paths"]["/orders"]["get"]["operationId"] = json!("orders");
    });
    assert_eq!(names, (Some(Level::Source), "minor".to_owned(), vec![]));

    // Each adoption compiles two crates, so these are for the night.
    if effort(false, true) {
        // Names that are taken back: the aliases are the items again, and the names of between are aliases.
        let back = next(|document| {
            rename(document, &[("OrderIn", "NewOrder")]);
            document["paths"]["/orders"]["get"]["operationId"] = json!("listOrders");
        });
        assert_eq!(back, (Some(Level::Source), "minor".to_owned(), vec![]));

        let (verdict, step, broken) = next(|document| {
            document["paths"]["/orders"]["get"]["parameters"][1]["schema"]["format"] = json!("int64");
        });
        assert_eq!((verdict, step.as_str()), (Some(Level::Source), "major"));
        assert_eq!(broken, ["requests::ListOrders::limit"]);
    }

    let (verdict, step, broken) = next(|document| {
        document["components"]["schemas"]["OrderOut"]["properties"].as_object_mut().unwrap().remove("note");
    });
    assert_eq!((verdict, step.as_str()), (Some(Level::Breaking), "major"));
    assert!(broken.contains(&"types::OrderOut::note".to_owned()), "{broken:?}");
    replay.check_present();
}

/// Each single change that isn't breaking, both ways; at night, since each compiles two crates four times.
#[test]
fn code_compiles_after_a_single_change_as_far_as_its_level_says() {
    if !effort(false, true) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: String, document: &Value| {
        let path = folder.path().join(name + ".json");
        std::fs::write(&path, document.to_string()).unwrap();
        path
    };
    for (number, change) in mutations::all().iter().enumerate() {
        println!("{}", change.name);
        let (before, after) = change.pair();
        let files = [file(format!("{number}-before"), &before), file(format!("{number}-after"), &after)];
        for (from, to, expected) in [(0, 1, change.there.level), (1, 0, change.back.level)] {
            if expected != Expected::Breaking {
                check_pair(&Replay::begin("single", &files[from]).next(&files[to]));
            }
        }
    }
}

/// All pairs of a history, in order.
fn replayed(family: &str, files: &[PathBuf]) {
    let [first, rest @ ..] = files else { panic!("there is no version") };
    let mut replay = Replay::begin(family, first);
    let mut pairs = Vec::new();
    let checks_semver = semver::is_installed();
    for next in rest {
        let pair = replay.next(next);
        check_pair(&pair);
        if checks_semver {
            replay.check_semver(&pair);
        }
        pairs.push(pair);
    }
    replay.check_present();
    println!("{} pairs:", pairs.len());
    pairs.iter().for_each(|pair| println!("  {pair}"));
}

fn versions_in(folder: &Path, is_one: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| is_one(&path.file_name().unwrap().to_string_lossy())).collect();
    files.sort();
    files
}

#[test]
fn code_for_published_versions_compiles_with_the_next_ones() {
    let Some(folder) = test_requirements::variable(Requirement::History, "HISTORY_DIR") else { return };
    let is_description = |name: &str| [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending));
    replayed("published", &versions_in(Path::new(&folder), is_description));
}

#[test]
fn code_for_svix_compiles_with_its_next_version_as_far_as_the_verdict_says() {
    let Some(folder) = test_requirements::variable(Requirement::Upstream, "UPSTREAM_DIR") else { return };
    replayed("svixes", &versions_in(Path::new(&folder), |name| name.starts_with("svix-")));
}
