//! The next release of the crate: its version, by what changed, and its CHANGELOG entry.

use std::borrow::Cow;

use client_codegen::items::{self, Item};
use client_codegen::provenance::Sourced;
use client_codegen::{Aliases, CrateSource};
use openapi_pipeline::diff::{Step, next_version};

use super::changelog::{self, Entry};
use super::exports;
use super::kept;
use super::renames::{self, Renames};
use super::surface::Surface;
use super::{Known, Trial};
use crate::build::{self, Built};
use crate::diff::{code, plain};
use crate::failure::Failure;
use crate::workspace::{OPENAPI, Tree, crate_folder};
use crate::{client, manifests};

/// The rules about names alone.
const NAMES: [&str; 3] = ["operation-id-changed", "server-renamed", "type-renamed"];

/// The crate at present.
pub(super) struct Present {
    version: String,
    client: String,
    generated: String,
    items: Vec<Item>,
}

impl Present {
    /// From the committed sources, since the overlays may have changed after they were generated.
    pub(super) fn read(now: &Tree, package: &str) -> Result<Self, Failure> {
        let source = |file: &str| now.text(&crate_folder(package).join("src").join(file));
        let (client, generated) = (source("client.rs")?, source("generated.rs")?);
        let items = items::of_source(&client, &generated).map_err(|error| Failure::Message {
            code: "not-rust",
            message: format!("the sources of {package} can't be parsed: {error}"),
            help: "`cargo xtask generate` writes them anew".to_owned(),
        })?;
        Ok(Self { version: manifests::version(now, package)?, client, generated, items })
    }
}

/// The release that an adoption leads to.
pub(super) struct Release {
    pub(super) from: String,
    /// The next version; the present one if nothing in the crate changes.
    pub(super) to: String,
    pub(super) step: Step,
    /// The reasons for that step.
    pub(super) why: Vec<String>,
    pub(super) surface: Surface,
    /// The names that changed, and stay as aliases.
    pub(super) renames: Renames,
    /// All aliases of the crate.
    pub(super) aliases: Aliases,
    pub(super) entry: String,
    /// The dependencies that the manifest lacked.
    pub(super) dependencies: Vec<&'static str>,
}

impl Known<'_> {
    /// The version the crate must get. Version, dependencies and CHANGELOG are written to `tree`.
    pub(super) fn release(&self, new: &Built, tree: &mut Tree) -> Result<Release, Failure> {
        let package = &self.family.package;
        let from = self.present.version.clone();
        let after = new.table()?;
        let items = after.every_item();
        let own = self.present.items.iter().filter(|item| !renames::is_alias(&self.past.aliases, item));
        let own: Vec<Item> = own.cloned().collect();
        let places = match (&self.before.lowered, &self.after.lowered) {
            (Some(before), Some(after)) => renames::places(before, after),
            _ => Vec::new(),
        };
        let renames = Renames::find((&own, &self.present.client), (&items, &new.source.client), &places);
        let renamed: Vec<Item> = own.iter().map(|item| renames.renamed(item)).collect();
        let surface = Surface::compare(&renamed, &items);
        let is_there = |path: &str| items.iter().any(|item| item.path == path);
        // A release that breaks calls needs no names of before.
        let kept = if self.breaks_calls { Aliases::default() } else { self.past.aliases.clone() };
        let mut aliases = renames.aliases(kept, "", &is_there);
        let ended = aliases.ended(&renames.without_taken_back(&self.past.aliases));
        let (mut step, mut why) = self.step(&surface, &renames, (&new.source, &aliases))?;
        if let Some(name) = ended.first() {
            step = Step::Major;
            why.push(format!("major by the crate's public items: `{name}` was deprecated, and is gone"));
        }
        if let Some(line) = kept::lost(&self.kept).next() {
            step = Step::Major;
            why.push(format!("major by the crate's public items: {line}"));
        }
        let to = next_version(&from, step).ok_or_else(|| Failure::Message {
            code: "version",
            message: format!("`{from}`, the version of {package}, is none that another could follow"),
            help: "give the crate a version of three numbers".to_owned(),
        })?;
        aliases.new_since(&to);
        let mut release =
            Release { from, to, step, why, surface, renames, aliases, entry: String::new(), dependencies: Vec::new() };
        if release.step == Step::None {
            return Ok(release);
        }
        manifests::set_version(tree, package, &release.from, &release.to)?;
        release.dependencies = manifests::add_dependencies(tree, package, &client::needs(&new.source))?;
        let library = crate_folder(package).join("src/lib.rs");
        if let Some(changed) = exports::with_answers(&tree.text(&library)?, new.source.has_answers) {
            tree.write(library, changed);
        }
        let path = crate_folder(package).join("CHANGELOG.md");
        let changelog = if tree.exists(&path) { tree.text(&path)? } else { format!("# Changelog of {package}\n\n") };
        let entry = Entry {
            version: &release.to,
            follows: self.follows(),
            surface: &release.surface,
            renames: release.renames.lines().collect(),
            ended,
            lost: kept::lost(&self.kept).collect(),
            changes: self.differences.iter().flatten().flat_map(|both| &both.selected.changes).collect(),
            before: &self.items_before(&release.surface),
            after: &after.items,
            sources: &self.cx.sources,
        };
        tree.write(path, changelog::insert(&changelog, &entry));
        release.entry = entry.render();
        Ok(release)
    }

    /// The items of the present crate, if some of them are gone or have changed: where they came from shows which changes
    /// of the API their removal tells already. None if the present description doesn't build any more.
    fn items_before(&self, surface: &Surface) -> Vec<Sourced> {
        if surface.removed.is_empty() && surface.changed.is_empty() {
            return Vec::new();
        }
        let origins = self
            .before
            .lowered
            .as_ref()
            .and_then(|lowered| build::origins(self.family, lowered, &self.past.kept.pins).ok());
        origins.map(|origins| origins.of_items(self.present.items.clone()).items).unwrap_or_default()
    }

    /// The larger of the steps required by the changes of the API and of the crate's items, with the reasons for both.
    fn step(
        &self,
        surface: &Surface,
        renames: &Renames,
        (source, aliases): (&CrateSource, &Aliases),
    ) -> Result<(Step, Vec<String>), Failure> {
        let (mut step, reason) = surface.step();
        let mut why = Vec::new();
        if let Some(line) = renames.lines().next() {
            step = step.max(Step::Minor);
            if reason.is_empty() {
                why.push(format!("minor by the crate's public items: {line}"));
            }
        }
        if step > Step::None && !reason.is_empty() {
            why.push(format!("{step} by the crate's public items: {reason}"));
        }
        for (document, both) in self.family.documents.iter().zip(&self.differences) {
            let Some(both) = both else { continue };
            // Renames are judged by the public items, which show what they mean for callers.
            let others = both.selected.changes.iter().filter(|change| !NAMES.contains(&change.rule.name));
            if let Some(change) = others.min_by_key(|change| change.level()) {
                let (id, by) = (&document.id, change.level().step());
                why.push(format!("{by} by document `{id}`: {}: {}", change.subject, change.message));
                step = step.max(by);
            }
        }
        if step <= Step::Patch {
            let mut source = Cow::Borrowed(source);
            if !aliases.is_empty() {
                let added = aliases.add_to(source.to_mut());
                added.map_err(|error| Failure::Codegen { family: self.family.name.clone(), error })?;
            }
            let same = (&source.client, &source.generated) == (&self.present.client, &self.present.generated);
            step = if same { Step::None } else { Step::Patch };
            if why.is_empty() && !same {
                why.push("patch: no public item changes, but the generated code does".to_owned());
            }
        }
        Ok((step, why))
    }

    /// A line on the version of each new document, for the changelog.
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
                (Some(was), Some(is)) if was != is => format!(", version {} (was {})", plain(&is), plain(&was)),
                (_, Some(is)) => format!(", still version {}", plain(&is)),
                _ => String::new(),
            };
            lines.push(format!("Follows the vendor's description {}{versions}.", code(&file)));
        }
        lines
    }
}
