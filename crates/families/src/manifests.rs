//! Versions and dependencies in the manifests and lock files of the workspace, edited in place: comments and order
//! stay.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Value};

use crate::failure::Failure;
use crate::workspace::{Tree, crate_folder};

/// The tables of a manifest that hold dependencies.
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// The path of a crate's manifest.
pub(crate) fn of_crate(package: &str) -> PathBuf {
    crate_folder(package).join("Cargo.toml")
}

/// The version of a crate.
pub(crate) fn version(tree: &Tree, package: &str) -> Result<String, Failure> {
    let path = of_crate(package);
    let manifest = parse(tree, &path)?;
    let version = manifest.get("package").and_then(|package| package.get("version")?.as_str()).map(str::to_owned);
    version.ok_or_else(|| unusable(&path, "it has no `package.version`"))
}

/// The names of the crates that depend on a crate.
pub(crate) fn dependents(tree: &Tree, package: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in tree.named("Cargo.toml") {
        let Ok(manifest) = parse(tree, &path) else { continue };
        let own = manifest.get("package").and_then(|package| package.get("name")?.as_str());
        if let Some(own) = own
            && tables(&manifest).any(|table| table.contains_key(package))
        {
            found.push(own.to_owned());
        }
    }
    found.sort();
    found
}

/// Gives a crate another version in every file that has it: its manifest, requirements, lock files.
pub(crate) fn set_version(tree: &mut Tree, package: &str, from: &str, to: &str) -> Result<(), Failure> {
    for path in tree.named("Cargo.toml") {
        let mut manifest = parse(tree, &path)?;
        let mut changed = false;
        if path == of_crate(package) {
            changed |= replace(manifest.get_mut("package").and_then(|package| package.get_mut("version")), to);
        }
        each_table(&mut manifest, &mut |table| {
            if let Some(dependency) = table.get_mut(package) {
                let is_table = dependency.is_table_like();
                let version = if is_table { dependency.get_mut("version") } else { Some(dependency) };
                changed |= replace(version, to);
            }
        });
        if changed {
            tree.write(path, manifest.to_string());
        }
    }
    for path in tree.named("Cargo.lock") {
        let text = tree.text(&path)?;
        let old = format!("name = \"{package}\"\nversion = \"{from}\"\n");
        let new = format!("name = \"{package}\"\nversion = \"{to}\"\n");
        let changed =
            text.replace(&old, &new).replace(&format!("\"{package} {from}\""), &format!("\"{package} {to}\""));
        if changed != text {
            tree.write(path, changed);
        }
    }
    Ok(())
}

/// Adds the dependencies in `needs`, which are crates of the workspace, that the manifest lacks. Returns those added.
pub(crate) fn add_dependencies(
    tree: &mut Tree,
    package: &str,
    needs: &[&'static str],
) -> Result<Vec<&'static str>, Failure> {
    let path = of_crate(package);
    let mut manifest = parse(tree, &path)?;
    let mut added = Vec::new();
    for name in needs {
        let Some(dependencies) = manifest.get_mut("dependencies").and_then(Item::as_table_like_mut) else {
            return Err(unusable(&path, "it has no `dependencies`"));
        };
        if dependencies.contains_key(name) {
            continue;
        }
        let mut inherited = toml_edit::Table::new();
        inherited.set_dotted(true);
        inherited.insert("workspace", toml_edit::value(true));
        dependencies.insert(name, Item::Table(inherited));
        dependencies.sort_values();
        added.push(*name);
    }
    if !added.is_empty() {
        tree.write(path, manifest.to_string());
        lock_dependencies(tree, package, &added)?;
    }
    Ok(added)
}

/// Adds dependencies to a crate's entry in the workspace's lock file.
fn lock_dependencies(tree: &mut Tree, package: &str, added: &[&str]) -> Result<(), Failure> {
    let path = Path::new("Cargo.lock");
    let text = tree.text(path)?;
    let entries: Vec<String> = text.split("\n\n").map(str::to_owned).collect();
    let mut out = Vec::with_capacity(entries.len());
    for entry in &entries {
        if !entry.lines().any(|line| line == format!("name = \"{package}\"")) {
            out.push(entry.clone());
            continue;
        }
        let mut names: Vec<String> = listed(entry).collect();
        names.extend(added.iter().map(|name| locked(&entries, name)));
        names.sort();
        names.dedup();
        let head: Vec<&str> = entry.lines().take_while(|line| !line.starts_with("dependencies")).collect();
        out.push(entry_with(&head.join("\n"), &names));
    }
    tree.write(path, out.join("\n\n"));
    Ok(())
}

/// Adds a crate of the workspace to its lock file.
pub(crate) fn lock_package(tree: &mut Tree, package: &str, version: &str, needs: &[String]) -> Result<(), Failure> {
    let path = Path::new("Cargo.lock");
    let text = tree.text(path)?;
    let mut entries: Vec<String> = text.trim_end().split("\n\n").map(str::to_owned).collect();
    let mut names: Vec<String> = needs.iter().map(|name| locked(&entries, name)).collect();
    names.sort();
    let entry = entry_with(&format!("[[package]]\nname = \"{package}\"\nversion = \"{version}\""), &names);
    let name_of = |entry: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix("name = \""))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let at = entries.iter().position(|other| name_of(other).is_some_and(|name| name.as_str() > package));
    entries.insert(at.unwrap_or(entries.len()), entry);
    tree.write(path, entries.join("\n\n") + "\n");
    Ok(())
}

fn entry_with(head: &str, names: &[String]) -> String {
    let lines: String = names.iter().map(|name| format!(" \"{name}\",\n")).collect();
    format!("{head}\ndependencies = [\n{lines}]")
}

/// The dependencies of an entry of a lock file.
fn listed(entry: &str) -> impl Iterator<Item = String> + '_ {
    let names = entry.lines().skip_while(|line| !line.starts_with("dependencies"));
    names.filter_map(|line| Some(line.trim().strip_prefix('"')?.strip_suffix("\",")?.to_owned()))
}

/// The name of a crate in a lock file: with its version, where the file has several. Then the version that a crate of
/// the workspace depends on is taken.
fn locked(entries: &[String], name: &str) -> String {
    let of_that_name = |entry: &&String| entry.lines().any(|line| line == format!("name = \"{name}\""));
    let versions: Vec<&str> = entries
        .iter()
        .filter(of_that_name)
        .filter_map(|entry| entry.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"')))
        .collect();
    if versions.len() < 2 {
        return name.to_owned();
    }
    // A crate of the workspace has no source.
    let ours = entries.iter().filter(|entry| !entry.lines().any(|line| line.starts_with("source = ")));
    let as_ours = ours.flat_map(|entry| listed(entry)).find(|one| one.starts_with(&format!("{name} ")));
    as_ours.unwrap_or_else(|| format!("{name} {}", versions.last().copied().unwrap_or_default()))
}

/// Adds a crate to the workspace's dependencies, beside its other crates.
pub(crate) fn add_to_workspace(tree: &mut Tree, package: &str, version: &str) -> Result<(), Failure> {
    let path = Path::new("Cargo.toml");
    let text = tree.text(path)?;
    let line =
        format!("{package} = {{ path = \"crates/{package}\", version = \"{version}\", default-features = false }}");
    let ours = |line: &&str| line.contains("= { path = \"crates/");
    let lines: Vec<&str> = text.lines().collect();
    let after = lines.iter().rposition(|other| ours(other) && *other < line.as_str());
    let first = lines.iter().position(ours);
    let at = match (after, first) {
        (Some(after), _) => after + 1,
        (None, Some(first)) => first,
        (None, None) => return Err(unusable(path, "it has no `workspace.dependencies` with the crates of ours")),
    };
    let (before, behind) = lines.split_at(at);
    let text =
        before.iter().copied().chain([line.as_str()]).chain(behind.iter().copied()).collect::<Vec<_>>().join("\n");
    tree.write(path, text + "\n");
    Ok(())
}

fn parse(tree: &Tree, path: &Path) -> Result<DocumentMut, Failure> {
    tree.text(path)?.parse().map_err(|error: toml_edit::TomlError| unusable(path, error.message()))
}

fn unusable(path: &Path, why: &str) -> Failure {
    Failure::Message {
        code: "manifest",
        message: format!("{} can't be used: {why}", path.display()),
        help: "repair the file; `cargo metadata` says whether cargo can read it".to_owned(),
    }
}

fn tables(manifest: &DocumentMut) -> impl Iterator<Item = &dyn toml_edit::TableLike> {
    let own = DEPENDENCIES.iter().filter_map(|key| manifest.get(key)?.as_table_like());
    let targets = manifest.get("target").and_then(Item::as_table_like).into_iter().flat_map(|targets| targets.iter());
    own.chain(targets.flat_map(|(_, target)| DEPENDENCIES.iter().filter_map(|key| target.get(key)?.as_table_like())))
}

fn each_table(manifest: &mut DocumentMut, visit: &mut dyn FnMut(&mut dyn toml_edit::TableLike)) {
    let root: &mut dyn toml_edit::TableLike = manifest.as_table_mut();
    of_one(root, visit);
    if let Some(targets) = root.get_mut("target").and_then(Item::as_table_like_mut) {
        for (_, target) in targets.iter_mut() {
            if let Some(target) = target.as_table_like_mut() {
                of_one(target, visit);
            }
        }
    }
    if let Some(workspace) = root.get_mut("workspace").and_then(Item::as_table_like_mut) {
        of_one(workspace, visit);
    }
}

fn of_one(table: &mut dyn toml_edit::TableLike, visit: &mut dyn FnMut(&mut dyn toml_edit::TableLike)) {
    for key in DEPENDENCIES {
        if let Some(dependencies) = table.get_mut(key).and_then(Item::as_table_like_mut) {
            visit(dependencies);
        }
    }
}

/// Replaces a string, if the item is one, and returns whether it changed. The whitespace and comments around it stay.
fn replace(item: Option<&mut Item>, to: &str) -> bool {
    match item {
        Some(Item::Value(Value::String(text))) if text.value() != to => {
            let mut value = toml_edit::Formatted::new(to.to_owned());
            *value.decor_mut() = text.decor().clone();
            *text = value;
            true
        }
        _ => false,
    }
}
