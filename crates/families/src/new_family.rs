//! Adds a family for another vendor, by configuration alone.

mod scaffold;

use std::path::{Path, PathBuf};

use openapi_pipeline::{Diagnostics, Sources};

use crate::build::{self, Built};
use crate::description::incoming::{self, Incoming};
use crate::description::selection;
use crate::failure::Failure;
use crate::generate::regenerate;
use crate::lock::{LOCK, fingerprint};
use crate::stack::with_deep_stack;
use crate::workspace::{FAMILIES, OPENAPI, Tree, Workspace, crate_folder, in_openapi};
use crate::{client, manifests, rules, snapshots};
use scaffold::{Scaffold, USUAL, quoted};

/// The first version of the crate.
const VERSION: &str = "0.1.0";

/// The id of the family's first document.
const DOCUMENT: &str = "current";

/// The settings of a new family: its name, and the description it begins with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its name: lower-case letters, digits and dashes.
    pub name: String,
    /// The file of the description; the files it refers to must lie beside it or below.
    pub from: String,
    /// The vendor's name in prose; by default the title of the description.
    pub title: Option<String>,
    /// Operations to keep, as in [`client::Description`].
    pub select: Vec<String>,
    /// OpenAPI Overlays that correct the description.
    pub overlays: Vec<String>,
}

/// A new family in memory: the report about it, and the workspace as it would be.
#[derive(Debug)]
pub struct Made {
    /// The report to show: the contents of the family, and the steps left to the user.
    pub report: String,
    /// The workspace as it would be.
    pub tree: Tree,
}

impl Made {
    /// Writes all files or none.
    ///
    /// # Errors
    ///
    /// When a file can't be written.
    pub fn write(&self, workspace: &Workspace) -> Result<(), Failure> {
        self.tree.changes().write(workspace.root(), Path::new(LOCK))?;
        fingerprint::record(workspace);
        Ok(())
    }
}

/// The description and the overlays of a new family, read.
struct New<'a> {
    options: &'a Options,
    package: String,
    title: String,
    description: Incoming,
    /// The overlays' contents, by their paths below openapi/.
    overlays: Vec<(String, String)>,
}

/// Makes a family in memory, with its crate and its snapshots, and writes nothing.
///
/// # Errors
///
/// When the name is invalid or taken, and when the description, an overlay or a selection has a problem.
pub fn make(workspace: &Workspace, options: &Options) -> Result<Made, Failure> {
    with_deep_stack(workspace.root(), || in_memory(workspace, options))
}

fn in_memory(workspace: &Workspace, options: &Options) -> Result<Made, Failure> {
    let mut tree = Tree::new(workspace);
    let package = format!("{}-client", options.name);
    check_name(&tree, &options.name, &package)?;
    let new = New::read(options, package)?;
    for (path, text) in &new.description.files {
        tree.write(new.folder().join(path), text.clone());
    }
    for (path, text) in &new.overlays {
        tree.write(in_openapi(path), text.clone());
    }
    let families = tree.text(Path::new(FAMILIES))?;
    // `build::family` requires the manifest, whose dependencies are known after the build.
    tree.write(manifests::of_crate(&new.package), String::new());

    let entry = |secrets: &[String]| format!("{}\n{}", families.trim_end(), new.entry(secrets));
    tree.write(FAMILIES, entry(&[]));
    let built = build(&tree, &options.name)?;
    let mut secrets = built.unlisted_secrets();
    let built = loop {
        tree.write(FAMILIES, entry(&secrets));
        match build(&tree, &options.name) {
            Ok(built) => break built,
            // A field that is named like a secret and isn't a string can't be one.
            Err(Failure::Input { problems, sources }) => {
                let before = secrets.len();
                secrets.retain(|secret| !names(&problems, secret));
                if secrets.len() == before {
                    return Err(Failure::Input { problems, sources });
                }
            }
            Err(other) => return Err(other),
        }
    };
    add_crate(&mut tree, &new, &built)?;
    let library = tree.text(&crate_folder(&new.package).join("src/lib.rs"))?;
    for (name, text) in snapshots::of(&built, &library)? {
        tree.write(snapshots::folder(&options.name).join(format!("{name}.snap")), snapshots::file(&text));
    }
    regenerate(&mut tree, None)?;
    let report = report(&new, &built, &secrets);
    Ok(Made { report, tree })
}

fn names(problems: &Diagnostics, secret: &str) -> bool {
    let of_this = format!("`{secret}`");
    problems.0.iter().any(|problem| problem.code == "unknown-secret-field" && problem.message.contains(&of_this))
}

fn check_name(tree: &Tree, name: &str, package: &str) -> Result<(), Failure> {
    let refuse = |why: String, help: &str| {
        Err(Failure::Message {
            code: "family-name",
            message: format!("`{name}` can't be the name of a new family: {why}"),
            help: help.to_owned(),
        })
    };
    let choose = "choose a name such as `acme`: lower-case letters, digits and single dashes, at most 50 characters";
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.split('-').all(is_word) || name.len() > 50 {
        return refuse("it would not make a name of a crate and of a folder".to_owned(), choose);
    }
    if name == "merged" {
        return refuse("openapi/merged holds what is generated".to_owned(), choose);
    }
    let (_, families, _) = build::families(tree)?;
    if families.families.iter().any(|family| family.name == name || family.package == package) {
        return refuse(
            "there is a family of that name".to_owned(),
            "to take over a new description, run `cargo xtask adopt`",
        );
    }
    let folders = [Path::new(OPENAPI).join(name), crate_folder(package), snapshots::folder(name)];
    if let Some(folder) = folders.iter().find(|folder| tree.exists(folder)) {
        return refuse(
            format!("{} is there already", folder.display()),
            "choose another name, or move that folder away",
        );
    }
    let locked = format!("name = \"{package}\"");
    if tree.text(Path::new("Cargo.lock"))?.lines().any(|line| line == locked) {
        return refuse(format!("the workspace already uses a crate `{package}`"), choose);
    }
    Ok(())
}

impl<'a> New<'a> {
    fn read(options: &'a Options, package: String) -> Result<Self, Failure> {
        selection(&options.select).map_err(|problems| Failure::Input { problems, sources: Sources::new() })?;
        let description = incoming::read(&options.from)?;
        let given = options.title.clone().unwrap_or_default();
        let published = description.root.get("info").and_then(|info| info.get_str("title")).unwrap_or_default();
        let title = [client::plain(&given), client::plain(published), options.name.clone()];
        let title = title.into_iter().find(|title| !title.is_empty()).unwrap_or_default();
        let mut overlays = Vec::new();
        for file in &options.overlays {
            let path = Path::new(file);
            let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, error))?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let path = format!("{}/{name}", options.name);
            if overlays.iter().any(|(other, _)| *other == path)
                || description.files.iter().any(|(other, _)| *other == Path::new(&name))
            {
                return Err(Failure::Message {
                    code: "file-taken",
                    message: format!("two files would become openapi/{path}"),
                    help: "give one of them another name".to_owned(),
                });
            }
            overlays.push((path, text));
        }
        Ok(Self { options, package, title, description, overlays })
    }

    fn folder(&self) -> PathBuf {
        Path::new(OPENAPI).join(&self.options.name)
    }

    /// The family's part of families.toml, after a blank line.
    fn entry(&self, secrets: &[String]) -> String {
        let name = &self.options.name;
        let mut text =
            format!("\n[families.{name}]\npackage = {}\ntitle = {}\n", quoted(&self.package), quoted(&self.title));
        if !secrets.is_empty() {
            text.push_str("# Found by their names: compare the list with the description.\nsecrets = [\n");
            secrets.iter().for_each(|secret| text.push_str(&format!("    {},\n", quoted(secret))));
            text.push_str("]\n");
        }
        let file = format!("{name}/{}", self.description.name);
        text.push_str(&format!(
            "\n[[families.{name}.documents]]\nid = {}\nfile = {}\n",
            quoted(DOCUMENT),
            quoted(&file)
        ));
        if !self.overlays.is_empty() {
            let overlays: Vec<String> = self.overlays.iter().map(|(path, _)| quoted(path)).collect();
            text.push_str(&format!("overlays = [{}]\n", overlays.join(", ")));
        }
        text.push_str(&self.selection());
        text
    }

    fn selection(&self) -> String {
        let of_kind = |kind: &str| {
            let values: Vec<String> = self
                .options
                .select
                .iter()
                .filter_map(|criterion| Some(quoted(criterion.strip_prefix(kind)?.strip_prefix(':')?)))
                .collect();
            (!values.is_empty()).then(|| values.join(", "))
        };
        let kinds = [("tag", "tags"), ("path", "paths"), ("operation", "operations")];
        let lists: Vec<String> =
            kinds.into_iter().filter_map(|(kind, key)| Some(format!("{key} = [{}]", of_kind(kind)?))).collect();
        if lists.is_empty() { String::new() } else { format!("select = {{ {} }}\n", lists.join(", ")) }
    }
}

/// Builds a family with its strict rules.
fn build(tree: &Tree, name: &str) -> Result<Built, Failure> {
    let (mut cx, families, mut inputs) = build::families(tree)?;
    let family = families.named(name)?;
    build::family(tree, &mut cx, family, &mut inputs).map_err(|error| error.into_failure(family, cx.sources))
}

/// Adds the crate, its line in the workspace's manifest, and its entry in the lock file.
fn add_crate(tree: &mut Tree, new: &New<'_>, built: &Built) -> Result<(), Failure> {
    let scaffold = Scaffold {
        family: &new.options.name,
        package: &new.package,
        title: &new.title,
        version: VERSION,
        source: &built.source,
        needs: client::needs(&built.source),
    };
    for (path, text) in scaffold.files() {
        tree.write(path, text);
    }
    let dependencies: Vec<String> =
        USUAL.into_iter().chain(scaffold.needs.iter().copied()).map(str::to_owned).collect();
    manifests::add_to_workspace(tree, &new.package, VERSION)?;
    manifests::lock_package(tree, &new.package, VERSION, &dependencies)
}

fn report(new: &New<'_>, built: &Built, secrets: &[String]) -> String {
    let New { options, package, title, .. } = new;
    let name = &options.name;
    let mut lines = vec![
        format!(
            "family {name} ({title}): {} operation{}, {} types in crates/{package}",
            built.source.operations,
            if built.source.operations == 1 { "" } else { "s" },
            built.source.types
        ),
        String::new(),
    ];
    lines.extend(rules::table(std::iter::once(&built.report)));
    for left in &built.report.left_out {
        lines.push(format!("left out {}: {} (at {})", left.operation, left.reason, left.pointer));
    }
    lines.push(String::new());
    lines.push(match secrets {
        [] => "no field is named like a secret; list those that are in openapi/families.toml".to_owned(),
        some => format!("secrets, found by their names: {}", some.join(", ")),
    });
    lines.push(String::new());
    lines.push("next:".to_owned());
    lines.push(format!("  read [families.{name}] in openapi/families.toml, above all the list of secrets"));
    lines
        .push(format!("  correct what is unreadable by an overlay in openapi/{name}/, and run `cargo xtask generate`"));
    lines.push(format!("  cargo test --package {package}"));
    lines.push(format!("  write what the crate is for into crates/{package}/src/lib.rs and README.md"));
    lines.join("\n")
}
