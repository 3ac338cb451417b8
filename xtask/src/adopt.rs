//! `cargo xtask adopt`: the vendor published something new.
//!
//! The family is built twice, as it is and as it would be, in memory. What differs is shown; only `--write` puts it on disk,
//! all files or none.

mod assign;
mod changelog;
mod report;
mod surface;
mod trial;

use std::path::{Path, PathBuf};

use clap::Args;
use client_codegen::items::{self, Item};
use openapi_pipeline::diff::{self, Difference, Step, next_version};
use openapi_pipeline::lower::Strictness;
use openapi_pipeline::{Context, Node, select};

use crate::build::{self, Built, Inputs, OPENAPI};
use crate::config::{Families, Family};
use crate::generate::unknown_family;
use crate::lock::LOCK;
use crate::progress::{Progress, line};
use crate::stack::with_deep_stack;
use crate::tree::Tree;
use crate::workspace::{FAMILIES, Failure};
use crate::{Workspace, client, fingerprint, manifests, overlays, stages};
use assign::Replacement;
use changelog::Entry;
use surface::Surface;
use trial::{Trial, Tried};

/// Show what a new description of a vendor changes, and take it over
///
/// Says what changed in what the family uses, which overlay actions, selections, merge rules and secrets no longer fit,
/// which public items of the crate change, which version the crate must get, and what its CHANGELOG will say. Nothing is
/// touched without --write. docs/regenerating.md shows the whole way.
#[derive(Debug, Args)]
pub struct Adopt {
    /// The family, as in openapi/families.toml
    #[arg(value_name = "FAMILY")]
    pub family: String,
    /// The new description, in any dialect; with ID= it replaces that document of the family, else the one it has the
    /// most operations in common with. The files it refers to must lie beside it or below
    #[arg(value_name = "[ID=]FILE", required = true)]
    pub files: Vec<String>,
    /// Take it over: openapi/, the generated files, the version and the CHANGELOG of the crate
    #[arg(long)]
    pub write: bool,
}

/// Runs the task.
pub fn run(workspace: &Workspace, options: &Adopt) -> Result<(), Failure> {
    let progress = Progress::new();
    progress.step(&format!("comparing family {} with what is new", options.family));
    let adoption = with_deep_stack(|| prepare(workspace, options))
        .map_err(|error| Failure::io("start a thread for", workspace.root(), error));
    progress.finish();
    let adoption = adoption??;
    let say = |text: &str| line(&mut std::io::stdout().lock(), text);
    say(&adoption.report);
    if !options.write {
        return Ok(());
    }
    if adoption.problems > 0 {
        return Err(refusal(&adoption));
    }
    write(workspace, &adoption.tree)?;
    say(&adoption.next);
    Ok(())
}

/// An adoption that was thought through, and not yet written.
pub struct Adoption {
    /// What to show.
    pub report: String,
    /// What to show when it is written: what is left to do.
    pub next: String,
    /// How many problems stand in its way.
    pub problems: usize,
    /// The version the crate gets; nothing if it stays as it is.
    pub version: Option<String>,
    /// The workspace as it would be.
    pub tree: Tree,
    family: String,
}

/// Everything that is known of an adoption, for the report.
struct Known<'a> {
    cx: Context,
    options: &'a Adopt,
    family: &'a Family,
    replacements: &'a [Replacement],
    before: &'a Trial,
    present: &'a Present,
    after: &'a Trial,
    /// The difference of each document: in what is selected, and in all of it.
    differences: Vec<Option<Differences>>,
    release: Option<Release>,
}

/// The crate as it is.
struct Present {
    version: String,
    client: String,
    generated: String,
    items: Vec<Item>,
}

impl Present {
    /// From what is committed: the overlays may have moved on.
    fn read(now: &Tree, package: &str) -> Result<Self, Failure> {
        let source = |file: &str| now.text(&Path::new("crates").join(package).join("src").join(file));
        let (client, generated) = (source("client.rs")?, source("generated.rs")?);
        let items = items::of_source(&client, &generated).map_err(|error| Failure::Message {
            code: "not-rust",
            message: format!("the sources of {package} can't be parsed: {error}"),
            help: "`cargo xtask generate` writes them anew".to_owned(),
        })?;
        Ok(Self { version: manifests::version(now, package)?, client, generated, items })
    }
}

/// How a document differs.
struct Differences {
    selected: Difference,
    whole: Difference,
}

/// What becomes of the crate.
struct Release {
    from: String,
    /// The next version; the present one if nothing in the crate changes.
    to: String,
    step: Step,
    /// Why it is that step.
    why: Vec<String>,
    surface: Surface,
    entry: String,
    /// What the manifest lacked.
    dependencies: Vec<&'static str>,
}

/// Thinks an adoption through; touches nothing.
pub fn prepare(workspace: &Workspace, options: &Adopt) -> Result<Adoption, Failure> {
    let now = Tree::new(workspace);
    let (mut cx, families, _) = build::families_of(&now)?;
    let family = families
        .families
        .iter()
        .find(|family| family.name == options.family)
        .ok_or_else(|| unknown_family(&options.family, &families.families))?;
    let replacements = assign::assign(&now, family, &options.files)?;
    let before = trial::run(&now, &mut cx, family);
    // Overlays and secrets may be written for the new description already; but the old one must be there.
    if !before.problems.documents.0.is_empty() {
        return Err(Failure::Input { problems: before.problems.documents, sources: cx.sources });
    }
    let present = Present::read(&now, &family.package)?;

    let mut tree = now.clone();
    take_over(&mut tree, &cx, family, &replacements)?;
    let after_families = parse_families(&mut cx, &tree)?;
    let after_family = after_families.families.iter().find(|one| one.name == family.name).unwrap_or(family);
    let after = trial::run(&tree, &mut cx, after_family);
    let differences = compare(&mut cx, (&now, &before), (&tree, &after));

    let mut known = Known {
        cx,
        options,
        family,
        replacements: &replacements,
        before: &before,
        present: &present,
        after: &after,
        differences,
        release: None,
    };
    if let Some(built) = &after.built {
        known.release = Some(known.release(built, &mut tree)?);
    }
    if known.after.problems.is_empty() {
        let inputs = build::regenerate(&mut tree)?;
        for path in no_longer_read(&before.read, &inputs) {
            tree.remove(&path);
        }
    }
    let version = known.release.as_ref().filter(|release| release.from != release.to).map(|release| release.to.clone());
    let problems = known.after.problems.count();
    Ok(Adoption {
        report: report::render(&mut known, &now, &tree),
        next: report::next(&known, &tree),
        problems,
        version,
        family: family.name.clone(),
        tree,
    })
}

/// Writes all that changed; what nobody reads any more goes last.
fn write(workspace: &Workspace, tree: &Tree) -> Result<(), Failure> {
    tree.changes().write(workspace.root(), Path::new(LOCK))?;
    for path in tree.gone() {
        let path = workspace.path(path);
        std::fs::remove_file(&path).map_err(|error| Failure::io("remove", &path, error))?;
    }
    fingerprint::record(workspace);
    Ok(())
}

/// Puts the new files in their places, and names them in families.toml.
fn take_over(tree: &mut Tree, cx: &Context, family: &Family, replacements: &[Replacement]) -> Result<(), Failure> {
    let mut edits = Vec::new();
    for replacement in replacements {
        for (path, text) in &replacement.files {
            tree.write(path, text.clone());
        }
        let Some(document) = family.documents.get(replacement.document) else { continue };
        let (name, origin) = &document.file;
        let target = replacement.target.strip_prefix(OPENAPI).unwrap_or(&replacement.target).display().to_string();
        if *name != target {
            edits.push((cx.sources.span(*origin), toml::Value::from(target).to_string()));
        }
    }
    if edits.is_empty() {
        return Ok(());
    }
    // From the end, so that no edit moves the next one's place.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = tree.text(Path::new(FAMILIES))?;
    for (span, value) in edits {
        text.replace_range(span, &value);
    }
    tree.write(FAMILIES, text);
    Ok(())
}

fn parse_families(cx: &mut Context, tree: &Tree) -> Result<Families, Failure> {
    let source = cx.sources.add(FAMILIES, tree.text(Path::new(FAMILIES))?);
    Families::parse(cx, source)
        .map_err(|problems| Failure::Input { problems, sources: std::mem::take(&mut cx.sources) })
}

/// Both sides are corrected by the overlay actions that fit both; what the family selects is what it selects of either.
fn compare(
    cx: &mut Context,
    (now, before): (&Tree, &Trial),
    (then, after): (&Tree, &Trial),
) -> Vec<Option<Differences>> {
    let pairs = before.documents.iter().zip(&after.documents);
    pairs
        .map(|(old, new)| {
            cx.keep_for_comparison(true);
            let corrected = corrected(cx, (now, old), (then, new));
            cx.keep_for_comparison(false);
            let (was, is) = corrected?;
            let selected = |root, tried: &Tried| select::subset(root, |path, method| tried.selects(path, method));
            let selected = diff::diff(cx, &selected(&was, old), &selected(&is, new));
            Some(Differences { selected, whole: diff::diff(cx, &was, &is) })
        })
        .collect()
}

/// Two documents in 3.0.3, corrected alike. Where one of them is only valid with a correction that the other one doesn't
/// need, each has its own.
fn corrected(cx: &mut Context, (now, old): (&Tree, &Tried), (then, new): (&Tree, &Tried)) -> Option<(Node, Node)> {
    let (mut was, mut is) = (old.published.clone()?, new.published.clone()?);
    (was.root, is.root) = overlays::to_both(cx, (was.root, is.root), &new.overlays);
    match (stages::converted(cx, now, was, Strictness::Strict), stages::converted(cx, then, is, Strictness::Strict)) {
        (Ok(was), Ok(is)) => Some((was, is)),
        _ => Some((old.converted.clone()?, new.converted.clone()?)),
    }
}

impl Known<'_> {
    /// The version the crate must get, with all that follows from it in `tree`.
    fn release(&self, new: &Built, tree: &mut Tree) -> Result<Release, Failure> {
        let package = &self.family.package;
        let from = self.present.version.clone();
        let before = self.before.built.as_ref().map(Built::table).transpose()?.map(|table| table.items);
        let after = new.table()?;
        let surface = Surface::compare(&self.present.items, &after.every_item());
        let (step, why) = self.step(&surface, new);
        let to = next_version(&from, step).ok_or_else(|| Failure::Message {
            code: "version",
            message: format!("`{from}`, the version of {package}, is none that another could follow"),
            help: "give the crate a version of three numbers".to_owned(),
        })?;
        let mut release = Release { from, to, step, why, surface, entry: String::new(), dependencies: Vec::new() };
        if release.step == Step::None {
            return Ok(release);
        }
        manifests::set_version(tree, package, &release.from, &release.to)?;
        let code: String = new.sources().collect();
        release.dependencies = manifests::add_dependencies(tree, package, &client::needs(&code))?;
        let path = Path::new("crates").join(package).join("CHANGELOG.md");
        let changelog = if tree.exists(&path) { tree.text(&path)? } else { format!("# Changelog of {package}\n\n") };
        let entry = Entry {
            version: &release.to,
            follows: self.follows(),
            surface: &release.surface,
            changes: self.differences.iter().flatten().flat_map(|both| &both.selected.changes).collect(),
            before: before.as_deref().unwrap_or_default(),
            after: &after.items,
            sources: &self.cx.sources,
        };
        tree.write(path, changelog::insert(&changelog, &entry));
        release.entry = entry.render();
        Ok(release)
    }

    /// The stricter of what the API asks for and what the crate's items ask for; why, from both.
    fn step(&self, surface: &Surface, new: &Built) -> (Step, Vec<String>) {
        let (mut step, reason) = surface.step();
        let mut why = Vec::new();
        if step > Step::None {
            why.push(format!("{step} by the crate's public items: {reason}"));
        }
        for (document, both) in self.family.documents.iter().zip(&self.differences) {
            let Some(both) = both else { continue };
            let worst = both.selected.changes.iter().min_by_key(|change| change.level());
            if let Some(change) = worst {
                let id = &document.id;
                why.push(format!(
                    "{} by document `{id}`: {}: {}",
                    both.selected.semver(),
                    change.subject,
                    change.message
                ));
            }
            step = step.max(both.selected.semver());
        }
        if step <= Step::Patch {
            let present = |text: &str| text == self.present.client || text == self.present.generated;
            let same = new.sources().all(present);
            step = if same { Step::None } else { Step::Patch };
            if why.is_empty() && !same {
                why.push("patch: no public item changes, but the generated code does".to_owned());
            }
        }
        (step, why)
    }

    /// What each new document is, for the changelog.
    fn follows(&self) -> Vec<String> {
        let version = |trial: &Trial, at: usize| -> Option<String> {
            let published = trial.documents.get(at)?.published.as_ref()?;
            published.root.get("info")?.get_str("version").map(str::to_owned)
        };
        let mut lines = Vec::new();
        for replacement in self.replacements {
            let file = replacement.target.strip_prefix(OPENAPI).unwrap_or(&replacement.target).display().to_string();
            let at = replacement.document;
            let versions = match (version(self.before, at), version(self.after, at)) {
                (Some(was), Some(is)) if was != is => format!(", version {is} (was {was})"),
                (_, Some(is)) => format!(", still version {is}"),
                _ => String::new(),
            };
            lines.push(format!("Follows the vendor's description `{file}`{versions}."));
        }
        lines
    }
}

/// Descriptions that were read and are not any more.
fn no_longer_read(before: &Inputs, after: &Inputs) -> Vec<PathBuf> {
    before.keys().filter(|path| path.starts_with(OPENAPI) && !after.contains_key(*path)).cloned().collect()
}

fn refusal(adoption: &Adoption) -> Failure {
    let plural = if adoption.problems == 1 {
        "1 problem stands".to_owned()
    } else {
        format!("{} problems stand", adoption.problems)
    };
    Failure::Message {
        code: "adopt",
        message: format!("{plural} in the way of this adoption of family {}; nothing was written", adoption.family),
        help: "repair what is listed above, in the overlays and in openapi/families.toml, and run the command again"
            .to_owned(),
    }
}
