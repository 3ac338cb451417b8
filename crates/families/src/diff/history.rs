//! The versions of a description in the history of a git repository, each compared with the one before.

mod referred;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use openapi_pipeline::diff::{Date, Difference, Level, Policy, Step, diff_with};
use openapi_pipeline::{Context, Diagnostics, convert, load};
use schemars::JsonSchema;
use serde::Serialize;

use super::hidden::visible;
use super::json::Counts;
use super::revision::{Commit, Revision, commits, next_change};
use crate::description::text_file;
use crate::failure::Failure;
use crate::policy;
use crate::stack::with_deep_stack;
use referred::Noting;

/// The digits of a commit that are shown.
const SHORT: usize = 10;

/// The settings of a history: a description in a git repository, and the levels.
#[derive(Clone, Debug, Default)]
pub struct HistoryOptions {
    /// The description, a path in a git repository. The file may have been removed since.
    pub file: PathBuf,
    /// The folder that holds it and all files it refers to; by default its own.
    pub root: Option<PathBuf>,
    /// The file with levels in place of the rules' own, in the format of `openapi/diff.toml`.
    pub config: Option<PathBuf>,
}

/// The versions of a description.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HistoryReport {
    /// The file as the user named it.
    pub file: String,
    /// Its versions on the main line of the current branch, the latest one first.
    pub versions: Vec<Version>,
}

/// A version of a description, and what changed since the one before.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Version {
    /// The full hash of the commit that has it first.
    pub revision: String,
    /// The day of the commit, such as `2026-03-31`.
    pub date: String,
    /// The file's path from the repository's folder.
    pub path: String,
    /// `breaking`, `source`, `compatible`, `documentation` or `none`, by the worst change; `first` for the first version,
    /// `gone` where the file was removed, and `unreadable` where it is no description.
    pub verdict: String,
    /// The step that the version of a crate generated from it has to take: `none`, `patch`, `minor` or `major`; `null`
    /// where nothing was compared.
    pub semver: Option<String>,
    /// The number of changes, by level; `null` where nothing was compared.
    pub counts: Option<Counts>,
    /// The problem, if it is unreadable.
    pub problem: Option<String>,
}

impl HistoryReport {
    /// A line for each version.
    pub fn text(&self) -> String {
        if self.versions.is_empty() {
            return format!("{}: no version", self.file);
        }
        self.versions.iter().map(Version::line).collect::<Vec<_>>().join("\n")
    }

    /// The report for programs, as docs/diff-history.schema.json describes it.
    pub fn json(&self) -> String {
        // Strings, numbers and arrays can't fail to serialize.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The JSON Schema of the report.
    pub fn schema() -> String {
        let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Self)).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Version {
    fn new(commit: &Commit, verdict: &str) -> Self {
        Self {
            revision: commit.id.clone(),
            date: commit.date.clone(),
            path: commit.path.clone(),
            verdict: verdict.to_owned(),
            semver: None,
            counts: None,
            problem: None,
        }
    }

    fn line(&self) -> String {
        let counted = |counts: &Counts| {
            let of = [
                (counts.breaking, Level::Breaking),
                (counts.source, Level::Source),
                (counts.compatible, Level::Compatible),
                (counts.documentation, Level::Documentation),
            ];
            let some = of.iter().filter(|(count, _)| *count > 0).map(|(count, level)| format!("{count} {level}"));
            some.collect::<Vec<_>>().join(", ")
        };
        let said = self.counts.as_ref().map(counted).or_else(|| self.problem.clone()).unwrap_or_default();
        let revision: String = self.revision.chars().take(SHORT).collect();
        let step = self.semver.as_deref().unwrap_or("-");
        let line = format!("{}  {revision}  {:<13}  {step:<5}  {said}", self.date, self.verdict);
        visible(line.trim_end())
    }
}

/// Compares each version of a description with the one before.
///
/// A version that can't be read is listed as such, and the next one is compared with the last that could. Sunsets are
/// compared with the day of the commit.
///
/// # Errors
///
/// When there is no git repository, no version of the file in it, or the levels can't be read.
pub fn history(options: &HistoryOptions) -> Result<HistoryReport, Failure> {
    with_deep_stack(&options.file, || {
        let mut cx = Context::new();
        let levels = options.config.as_deref().map_or(Ok(Policy::default()), |file| {
            text_file(&mut cx, file, "--config takes a file such as openapi/diff.toml; docs/diff.md describes it")
                .and_then(|source| policy::parse(&mut cx, source))
        });
        let found = levels.and_then(|levels| Ok((levels, commits(&options.file)?)));
        let (levels, (folder, commits)) =
            found.map_err(|problems| Failure::Input { problems, sources: std::mem::take(&mut cx.sources) })?;
        let mut history = History {
            folder: &folder,
            root: options.root.as_deref(),
            levels: &levels,
            last: None,
            versions: Vec::new(),
        };
        let mut ends: Vec<&str> = commits.iter().map(|commit| commit.id.as_str()).collect();
        ends.insert(0, "HEAD");
        for (commit, end) in commits.iter().zip(ends).rev() {
            let compared = history.compare(commit, end);
            compared.map_err(|problems| Failure::Input { problems, sources: std::mem::take(&mut cx.sources) })?;
        }
        history.versions.reverse();
        Ok(HistoryReport { file: options.file.display().to_string(), versions: history.versions })
    })
}

/// The versions so far, the first one first.
struct History<'a> {
    folder: &'a Path,
    root: Option<&'a Path>,
    levels: &'a Policy,
    /// The last version that could be read.
    last: Option<Commit>,
    versions: Vec<Version>,
}

impl History<'_> {
    /// Adds the version of a commit, and those of the commits before `end` that only change what it refers to.
    fn compare(&mut self, commit: &Commit, end: &str) -> Result<(), Diagnostics> {
        let mut next = Some(commit.clone());
        while let Some(commit) = next {
            let mut read = BTreeSet::new();
            let version = version(self, &commit, &mut read);
            let is_readable = !["gone", "unreadable"].contains(&version.verdict.as_str());
            self.versions.push(version);
            // A description of one file has no version but those of the file.
            let refers = read.iter().any(|file| *file != commit.path);
            next = if refers { next_change(self.folder, &commit, end, &read)? } else { None };
            if is_readable {
                self.last = Some(commit);
            }
        }
        Ok(())
    }
}

/// The version of a commit. `read` gets the files that it reads.
fn version(history: &History<'_>, commit: &Commit, read: &mut BTreeSet<String>) -> Version {
    if commit.is_gone {
        return Version::new(commit, "gone");
    }
    let mut levels = history.levels.clone();
    commit.date.parse::<Date>().into_iter().for_each(|date| levels.at(date));
    match compare(history, &levels, commit, read) {
        Ok(None) => Version::new(commit, "first"),
        Ok(Some(difference)) => Version {
            semver: Some(difference.semver().name().to_owned()),
            counts: Some(Counts::of(&difference, 0)),
            ..Version::new(commit, difference.level().map_or(Step::None.name(), Level::name))
        },
        Err(problems) => {
            let first = problems.0.first().map(|problem| problem.message.clone());
            Version { problem: first, ..Version::new(commit, "unreadable") }
        }
    }
}

/// The difference to the version before, if there is one.
fn compare(
    history: &History<'_>,
    levels: &Policy,
    commit: &Commit,
    read: &mut BTreeSet<String>,
) -> Result<Option<Difference>, Diagnostics> {
    let mut cx = Context::new().for_comparison();
    let mut open = |commit: &Commit, asked: &mut BTreeSet<String>| -> Result<_, Diagnostics> {
        let (files, path) = Revision::open(history.folder, &commit.id, &commit.path, history.root)?;
        let files = Noting::new(files);
        let document = load::load(&mut cx, &files, &path);
        *asked = files.asked();
        convert::to_v3_0(&mut cx, document?)
    };
    let new = open(commit, read)?;
    let Some(last) = &history.last else { return Ok(None) };
    let old = open(last, &mut BTreeSet::new())?;
    Ok(Some(diff_with(&cx, &old, &new, levels)))
}
