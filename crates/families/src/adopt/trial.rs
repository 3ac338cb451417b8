//! A family run through the pipeline as far as it goes: a problem that stops a stage is noted, and the rest goes on
//! without the cause, so that one run shows all problems.

use openapi_pipeline::load::{Files, Published};
use openapi_pipeline::lower::Strictness;
use openapi_pipeline::merge::{MergePlan, Part};
use openapi_pipeline::names::Pins;
use openapi_pipeline::report::Note;
use openapi_pipeline::select::Selection;
use openapi_pipeline::{Context, Diagnostic, Diagnostics, Node, Origin, Report, load, lower, merge, select};

use crate::build::{self, BuildError, Built};
use crate::config::{DocumentConfig, Family};
use crate::diff::Described;
use crate::stages::{self, mention, overlays};
use crate::workspace::{Inputs, Recording, Tree, in_openapi};

/// The rules of the conversion that drop parts of calls.
const DROPPING: [&str; 10] = [
    "drop-additional-operations",
    "drop-contains",
    "drop-dependent-keyword",
    "drop-if-then-else",
    "drop-item-schema",
    "drop-mutual-tls",
    "drop-property-names",
    "drop-query-method",
    "drop-querystring-parameter",
    "drop-webhooks",
];

/// The outcome for a family.
pub(super) struct Trial {
    /// Its documents, in their order.
    pub(super) documents: Vec<Tried>,
    /// The merged and lowered document, if no problem prevented it.
    pub(super) lowered: Option<Node>,
    /// The crate, once it was asked for, if no problem prevented it.
    pub(super) built: Option<Built>,
    /// The report of the pipeline.
    report: Report,
    /// The problems found.
    pub(super) problems: Problems,
    /// The files that were read.
    pub(super) read: Inputs,
}

impl Trial {
    /// Builds the crate, with the names that are kept.
    pub(super) fn build(&mut self, cx: &mut Context, family: &Family, pins: &Pins) {
        let Some(lowered) = &self.lowered else { return };
        let others = std::mem::replace(&mut cx.report, std::mem::take(&mut self.report));
        match build::emit(cx, family, lowered, pins) {
            Ok(built) => {
                self.report = built.report.clone();
                self.built = Some(built);
            }
            Err(BuildError::Input(found)) => self.problems.documents.0.extend(found.0),
            Err(BuildError::Codegen(error)) => self.problems.codegen = Some(error.to_string()),
        }
        let own = std::mem::replace(&mut cx.report, others);
        if self.built.is_none() {
            self.report = own;
        }
    }

    /// The notes of the conversion about dropped parts of the family's documents.
    pub(super) fn dropped(&self) -> impl Iterator<Item = &Note> {
        self.report.notes.iter().filter(|note| DROPPING.contains(&note.rule.name))
    }

    /// The fields that are named like secrets and aren't listed.
    pub(super) fn unlisted_secrets(&self) -> Vec<String> {
        self.lowered.as_ref().map(|lowered| build::unlisted_secrets(&self.report, lowered)).unwrap_or_default()
    }
}

/// The outcome for a document.
pub(super) struct Tried {
    /// A short description; `None` if the document could not be read.
    pub(super) described: Option<Described>,
    /// As published, without its overlays.
    pub(super) published: Option<Published>,
    /// Its overlays.
    pub(super) overlays: Vec<Node>,
    /// With its overlays, in its own dialect.
    pub(super) overlaid: Option<Node>,
    /// With its overlays, in 3.0.3.
    pub(super) converted: Option<Node>,
    /// Its selected part, with its overlays.
    pub(super) selected: Option<Node>,
}

/// The problems, grouped by the input that has to change.
#[derive(Default)]
pub(super) struct Problems {
    /// A description that can't be read, or contradicts itself.
    pub(super) documents: Diagnostics,
    /// Overlay actions that don't match any more.
    pub(super) overlays: Diagnostics,
    /// Selections that select nothing.
    pub(super) selections: Diagnostics,
    /// Merge rules that settle nothing, and conflicts that no rule settles.
    pub(super) merge: Diagnostics,
    /// Secrets that don't exist.
    pub(super) secrets: Diagnostics,
    /// The error of the generator.
    pub(super) codegen: Option<String>,
}

impl Problems {
    pub(super) fn is_empty(&self) -> bool {
        self.sections().iter().all(|(_, problems)| problems.0.is_empty()) && self.codegen.is_none()
    }

    pub(super) fn count(&self) -> usize {
        self.sections().iter().map(|(_, problems)| problems.0.len()).sum::<usize>()
            + usize::from(self.codegen.is_some())
    }

    /// The problems under their headings.
    pub(super) fn sections(&self) -> [(&'static str, &Diagnostics); 5] {
        [
            ("the description has problems", &self.documents),
            ("overlay actions that no longer match", &self.overlays),
            ("selections that select nothing", &self.selections),
            ("merge rules that settle nothing, and conflicts without a rule", &self.merge),
            ("secrets that don't exist", &self.secrets),
        ]
    }
}

impl Tried {
    /// Whether an operation is selected.
    pub(super) fn selects(&self, path: &str, method: &str) -> bool {
        let item = self.selected.as_ref().and_then(|root| root.get("paths")?.get(path));
        item.is_some_and(|item| item.get(method).is_some())
    }
}

/// Tries a family in a workspace as it would be after the adoption, to its merged and lowered document.
pub(super) fn run(tree: &Tree, cx: &mut Context, family: &Family) -> Trial {
    // The report must not contain the notes of an earlier trial.
    cx.report = Report::default();
    let files = Recording::new(tree);
    let mut problems = Problems::default();
    let documents: Vec<Tried> =
        family.documents.iter().map(|document| one(cx, &files, document, &mut problems)).collect();
    let parts: Option<Vec<Part>> = family
        .documents
        .iter()
        .zip(&documents)
        .map(|(config, tried)| Some(Part { id: config.id.clone(), root: tried.selected.clone()? }))
        .collect();
    let merged = parts.and_then(|parts| merged(cx, &parts, &family.merge, &mut problems));
    let lowered = merged.and_then(|merged| lowered(cx, merged, family, &mut problems));
    let report = std::mem::take(&mut cx.report);
    Trial { documents, lowered, built: None, report, problems, read: files.read.into_inner() }
}

fn one(cx: &mut Context, files: &dyn Files, document: &DocumentConfig, problems: &mut Problems) -> Tried {
    let mut tried = Tried {
        described: None,
        published: None,
        overlays: Vec::new(),
        overlaid: None,
        converted: None,
        selected: None,
    };
    let path = in_openapi(&document.file.0);
    let published = match load::read(cx, files, &path) {
        Ok(published) => published,
        Err(found) => {
            problems.documents.0.extend(mention(found, document.file.1).0);
            return tried;
        }
    };
    tried.described = Some(Described::of(path.display().to_string(), &published.root));
    tried.published = Some(published.clone());
    let mut overlaid = published;
    for (file, origin) in &document.overlays {
        match load::parse(cx, files, &in_openapi(file)) {
            Ok(overlay) => {
                let (done, found) = overlays::as_far_as_it_goes(cx, overlaid.root, &overlay);
                problems.overlays.0.extend(found.0);
                overlaid.root = done;
                tried.overlays.push(overlay);
            }
            Err(found) => problems.overlays.0.extend(mention(found, *origin).0),
        }
    }
    tried.overlaid = Some(overlaid.root.clone());
    match stages::converted(cx, files, overlaid, Strictness::Strict) {
        Ok(root) => {
            tried.selected = selected(cx, &root, &document.select, problems);
            tried.converted = Some(root);
        }
        Err(found) => problems.documents.0.extend(found.0),
    }
    tried
}

fn selected(cx: &mut Context, root: &Node, selection: &Selection, problems: &mut Problems) -> Option<Node> {
    let mut wanted = selection.clone();
    let found = match select::select(cx, root.clone(), &wanted) {
        Ok(selected) => return Some(selected),
        Err(found) => found,
    };
    let bad = places(&found);
    problems.selections.0.extend(found.0);
    let works = |criterion: &(String, Option<Origin>)| criterion.1.is_none_or(|origin| !bad.contains(&origin));
    for list in [&mut wanted.tags, &mut wanted.paths, &mut wanted.operations] {
        list.retain(works);
    }
    if wanted.tags.is_empty() && wanted.paths.is_empty() && wanted.operations.is_empty() {
        // A selection without criteria would keep everything, but the criteria removed above matched nothing.
        return Some(select::subset(root, |_, _| false));
    }
    select::select(cx, root.clone(), &wanted).ok()
}

fn merged(cx: &mut Context, parts: &[Part], plan: &MergePlan, problems: &mut Problems) -> Option<Node> {
    let mut plan = plan.clone();
    loop {
        let found = match merge::merge(cx, parts.to_vec(), &plan) {
            Ok(merged) => return Some(merged),
            Err(found) => found,
        };
        let bad = places(&found);
        let before = plan.rules.len();
        plan.rules.retain(|rule| rule.origin.is_none_or(|origin| !bad.contains(&origin)));
        let conflict = found.0.iter().any(|problem| !is_about(problem, "stale-merge-rule"));
        problems.merge.0.extend(found.0);
        if conflict || plan.rules.len() == before {
            return None;
        }
    }
}

fn lowered(cx: &mut Context, merged: Node, family: &Family, problems: &mut Problems) -> Option<Node> {
    let mut plan = family.lower.clone();
    loop {
        let found = match lower::lower(cx, merged.clone(), &plan) {
            Ok(lowered) => return Some(lowered),
            Err(found) => found,
        };
        let bad = places(&found);
        let before = plan.secrets.len();
        plan.secrets.retain(|(_, origin)| origin.is_none_or(|origin| !bad.contains(&origin)));
        let (secrets, others): (Vec<Diagnostic>, Vec<Diagnostic>) =
            found.0.into_iter().partition(|problem| is_about(problem, "unknown-secret-field"));
        problems.secrets.0.extend(secrets);
        let stop = !others.is_empty() || plan.secrets.len() == before;
        problems.documents.0.extend(others);
        if stop {
            return None;
        }
    }
}

fn is_about(problem: &Diagnostic, code: &str) -> bool {
    problem.code == code
}

fn places(problems: &Diagnostics) -> Vec<Origin> {
    problems.0.iter().filter_map(|problem| problem.primary.as_ref().map(|(origin, _)| *origin)).collect()
}
