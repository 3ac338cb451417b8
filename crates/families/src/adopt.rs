//! Adopts a new description of a vendor: shows what it changes for a family and its crate, and takes it over.
//!
//! [`prepare`] builds the family twice in memory, from the present and from the new descriptions, and reports the
//! differences. Only [`Adoption::write`] puts the new state on disk, all files or none.

mod assign;
mod changelog;
mod exports;
mod fixes;
mod kept;
mod release;
mod renames;
mod report;
mod surface;
mod trial;

use std::path::{Path, PathBuf};

use openapi_pipeline::diff::{self, Difference, Level, Policy};
use openapi_pipeline::lower::Strictness;
use openapi_pipeline::names::Kept;
use openapi_pipeline::report::Note;
use openapi_pipeline::{Context, Node, select};

use crate::build;
use crate::config::{Families, Family};
use crate::failure::Failure;
use crate::generate::regenerate;
use crate::lock::{LOCK, fingerprint};
use crate::policy;
use crate::renames::Past;
use crate::stack::{both, with_deep_stack};
use crate::stages::{self, overlays};
use crate::workspace::{FAMILIES, Inputs, OPENAPI, Tree, Workspace};
pub use fixes::{Fixes, is_free};

use assign::Replacement;
use release::{Present, Release};
use trial::{Trial, Tried};

/// The settings of an adoption: the family, and the new descriptions of its vendor.
#[derive(Clone, Debug)]
pub struct Options {
    /// The family, as in openapi/families.toml.
    pub family: String,
    /// The new descriptions, as `FILE` or `ID=FILE`. One with an id replaces that document of the family; one without
    /// replaces the document that it has the most operations in common with. Files that it refers to must lie beside it or
    /// below.
    pub files: Vec<String>,
    /// Whether the adoption is going to be written; the report says so.
    pub write: bool,
    /// Whether to look for corrections, if the descriptions contradict themselves.
    pub fix: bool,
}

/// An adoption in memory: the report about it, and the workspace as it would be.
#[derive(Debug)]
pub struct Adoption {
    /// The report to show before writing.
    pub report: String,
    /// The steps left to the user, to show after writing.
    pub next: String,
    /// The number of problems that keep it from being written.
    pub problems: usize,
    /// The new version of the crate; `None` if the crate stays as it is.
    pub version: Option<String>,
    /// Corrections for a new description that contradicts itself, if they were looked for and found.
    pub fixes: Option<Fixes>,
    /// The workspace as it would be.
    pub tree: Tree,
    family: String,
}

impl Adoption {
    /// Writes all changed files or none; files that nothing reads any more are removed last.
    ///
    /// # Errors
    ///
    /// When there are problems, and when a file can't be written.
    pub fn write(&self, workspace: &Workspace) -> Result<(), Failure> {
        if self.problems > 0 {
            return Err(self.refusal());
        }
        self.tree.changes().write_and_remove(workspace.root(), Path::new(LOCK), self.tree.gone())?;
        fingerprint::record(workspace);
        Ok(())
    }

    fn refusal(&self) -> Failure {
        let plural = if self.problems == 1 {
            "1 problem stands".to_owned()
        } else {
            format!("{} problems stand", self.problems)
        };
        Failure::Message {
            code: "adopt",
            message: format!("{plural} in the way of this adoption of family {}; nothing was written", self.family),
            help:
                "repair what is listed above, in the overlays and in openapi/families.toml, and run the command again"
                    .to_owned(),
        }
    }
}

/// All facts of an adoption, for the report.
struct Known<'a> {
    cx: Context,
    options: &'a Options,
    family: &'a Family,
    replacements: &'a [Replacement],
    before: &'a Trial,
    present: &'a Present,
    /// The names of its past that the present crate has.
    past: &'a Past,
    after: &'a Trial,
    /// The names of the present crate that the next one keeps.
    kept: Kept,
    /// The difference of each document: in its selected part, and in all of it.
    differences: Vec<Option<Differences>>,
    /// Whether calls of the present crate can fail, whatever its items are called.
    breaks_calls: bool,
    release: Option<Release>,
}

/// The differences of one document.
struct Differences {
    selected: Difference,
    whole: Difference,
    /// The notes about parts that were dropped, and so not compared.
    not_compared: Vec<Note>,
}

/// Prepares an adoption in memory, and writes nothing.
///
/// An overlay, a selection, a merge rule or a secret that no longer fits is no error here: the report names it, and
/// [`Adoption::write`] fails.
///
/// # Errors
///
/// When there is no such family, its present state is unusable, a new description can't be read, or it isn't clear which
/// document it replaces.
pub fn prepare(workspace: &Workspace, options: &Options) -> Result<Adoption, Failure> {
    with_deep_stack(workspace.root(), || in_memory(workspace, options))
}

fn in_memory(workspace: &Workspace, options: &Options) -> Result<Adoption, Failure> {
    let now = Tree::new(workspace);
    let (mut cx, families, _) = build::families(&now)?;
    let family = families.named(&options.family)?;
    let replacements = assign::assign(&now, family, &options.files)?;
    // To parse the sources of the present crate takes as long as to make them.
    let present = || Present::read(&now, &family.package);
    let (present, before) = both(workspace.root(), present, || trial::run(&now, &mut cx, family));
    // The overlays and secrets may be written for the new description already, but the old one must be readable.
    if !before.problems.documents.0.is_empty() {
        return Err(Failure::Input { problems: before.problems.documents, sources: cx.sources });
    }
    let present = present?;

    let mut tree = now.clone();
    take_over(&mut tree, &cx, family, &replacements)?;
    let after_families = parse_families(&mut cx, &tree)?;
    let after_family = after_families.families.iter().find(|one| one.name == family.name).unwrap_or(family);
    let mut after = trial::run(&tree, &mut cx, after_family);
    let policy = levels(&mut cx, &now)?;
    let differences = compare(&mut cx, family, (&now, &before), (&tree, &after), &policy);

    let past = renames::present(&now, family)?;
    let breaks_calls = breaks_calls(&differences);
    let kept = kept::keep(&family.title, (&before, &past.kept.pins), &after, breaks_calls);
    after.build(&mut cx, after_family, &kept.pins);
    let mut known = Known {
        cx,
        options,
        family,
        replacements: &replacements,
        before: &before,
        present: &present,
        past: &past,
        after: &after,
        kept,
        differences,
        breaks_calls,
        release: None,
    };
    if let Some(built) = &after.built {
        known.release = Some(known.release(built, &mut tree)?);
    }
    if known.after.problems.is_empty() {
        let aliases = known.release.as_ref().map(|release| release.aliases.clone()).unwrap_or_default();
        let mut read = after.read.clone();
        renames::write(&mut tree, family, (&aliases, &known.kept.pins), &mut read);
        let aliased = after.built.as_ref().filter(|_| !aliases.is_empty());
        let aliased = aliased.map(|built| built.clone().with(&aliases)).transpose();
        let aliased = aliased.map_err(|error| error.into_failure(family, std::mem::take(&mut known.cx.sources)))?;
        let built = aliased.as_ref().or(after.built.as_ref());
        let inputs = regenerate(&mut tree, built.map(|built| (built, &read)))?;
        for path in no_longer_read(&before.read, &inputs) {
            tree.remove(&path);
        }
    }
    let has_problems = !known.after.problems.documents.0.is_empty();
    let fixes = if options.fix && has_problems { fixes::find(&tree, &family.name)? } else { None };
    let version = known.release.as_ref().filter(|release| release.from != release.to).map(|release| release.to.clone());
    let problems = known.after.problems.count();
    Ok(Adoption {
        report: report::render(&mut known, &now, &tree),
        next: report::next(&known, &tree),
        problems,
        version,
        fixes,
        family: family.name.clone(),
        tree,
    })
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
    // From the end, so that an edit doesn't shift the spans of those still to come.
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

/// The workspace's own levels, and sunsets as of today.
fn levels(cx: &mut Context, now: &Tree) -> Result<Policy, Failure> {
    let file = Path::new(policy::POLICY);
    let mut policy = if now.exists(file) {
        let source = cx.sources.add(policy::POLICY, now.text(file)?);
        policy::parse(cx, source)
            .map_err(|problems| Failure::Input { problems, sources: std::mem::take(&mut cx.sources) })?
    } else {
        Policy::default()
    };
    policy.at(policy::today());
    Ok(policy)
}

fn breaks_calls(differences: &[Option<Differences>]) -> bool {
    let mut changes = differences.iter().flatten().flat_map(|both| &both.selected.changes);
    changes.any(|change| change.level() == Level::Breaking)
}

/// Both sides are corrected by the overlay actions that fit both. The selected part of each side is selected by its own
/// trial.
fn compare(
    cx: &mut Context,
    family: &Family,
    (now, before): (&Tree, &Trial),
    (then, after): (&Tree, &Trial),
    policy: &Policy,
) -> Vec<Option<Differences>> {
    let pairs = before.documents.iter().zip(&after.documents);
    pairs
        .zip(&family.documents)
        .map(|((old, new), config)| {
            cx.keep_for_comparison(true);
            let corrected = corrected(cx, (now, old), (then, new));
            cx.keep_for_comparison(false);
            let Corrected { was, is, is_whole } = corrected?;
            let selected = |root, tried: &Tried| select::subset(root, |path, method| tried.selects(path, method));
            let (mut old, mut new) = (selected(&was, old), selected(&is, new));
            select::share_schemes([&mut old, &mut new], [&was, &is]);
            let selected = diff::diff_with(cx, &old, &new, policy);
            let is_all = config.select.is_empty();
            let whole = if is_all { selected.clone() } else { diff::diff_with(cx, &was, &is, policy) };
            let dropped = [before, after].into_iter().filter(|_| !is_whole).flat_map(Trial::dropped);
            let not_compared = dropped.cloned().collect();
            Some(Differences { selected, whole, not_compared })
        })
        .collect()
}

/// Two documents in 3.0.3.
struct Corrected {
    was: Node,
    is: Node,
    /// Whether the parts that OpenAPI 3.0 has no place for were kept beside them.
    is_whole: bool,
}

/// Two documents in 3.0.3, corrected by the same overlay actions. Where a document is only valid with a correction that
/// the other one doesn't need, each keeps its own corrections.
fn corrected(cx: &mut Context, (now, old): (&Tree, &Tried), (then, new): (&Tree, &Tried)) -> Option<Corrected> {
    let (mut was, mut is) = (old.published.clone()?, new.published.clone()?);
    (was.root, is.root) = overlays::to_both(cx, (was.root, is.root), &new.overlays);
    match (stages::converted(cx, now, was, Strictness::Strict), stages::converted(cx, then, is, Strictness::Strict)) {
        (Ok(was), Ok(is)) => Some(Corrected { was, is, is_whole: true }),
        _ => Some(Corrected { was: old.converted.clone()?, is: new.converted.clone()?, is_whole: false }),
    }
}

/// Descriptions that were inputs before and are no inputs any more.
fn no_longer_read(before: &Inputs, after: &Inputs) -> Vec<PathBuf> {
    before.keys().filter(|path| path.starts_with(OPENAPI) && !after.contains_key(*path)).cloned().collect()
}
