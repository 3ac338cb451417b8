//! The entry for a crate's CHANGELOG.

use std::collections::BTreeMap;

use client_codegen::items::{Item, Kind};
use client_codegen::provenance::Sourced;
use openapi_pipeline::Sources;
use openapi_pipeline::diff::{Change, Level, Subject};
use openapi_pipeline::source::unescape_pointer;

use super::surface::Surface;
use crate::diff::{code, plain};

/// The contents of an entry.
pub(super) struct Entry<'a> {
    /// The version, which becomes the heading.
    pub(super) version: &'a str,
    /// The documents that changed, in a sentence each.
    pub(super) follows: Vec<String>,
    /// The changes of the crate's public items.
    pub(super) surface: &'a Surface,
    /// The names that changed and stay as aliases, in a sentence each.
    pub(super) renames: Vec<String>,
    /// The aliases of earlier versions that end.
    pub(super) ended: Vec<String>,
    /// The parts that have another name, in a sentence each.
    pub(super) lost: Vec<String>,
    /// The changes of the API.
    pub(super) changes: Vec<&'a Change>,
    /// The items of the present crate; empty if its description doesn't build any more.
    pub(super) before: &'a [Sourced],
    /// The items of the new crate.
    pub(super) after: &'a [Sourced],
    /// The files that the items come from.
    pub(super) sources: &'a Sources,
}

impl Entry<'_> {
    /// The entry with its heading.
    pub(super) fn render(&self) -> String {
        format!("## [{}] - unreleased\n\n{}", self.version, self.body())
    }

    fn body(&self) -> String {
        let mut text = self.follows.join("\n") + "\n";
        for (title, lines) in self.sections() {
            if !lines.is_empty() {
                text.push_str(&format!("\n### {title}\n\n{}\n", lines.join("\n")));
            }
        }
        text
    }

    fn sections(&self) -> [(&'static str, Vec<String>); 4] {
        let operations = self.operations();
        let describe = |item: &Item| match operations.get(item.path.as_str()) {
            Some(operation) => format!("{}: {}", code(&item.path), code(operation)),
            None => code(&item.path),
        };
        let added: Vec<String> =
            self.surface.added_outright().into_iter().map(|item| format!("- {}", describe(item))).collect();
        let ended = self.ended.iter().map(|path| format!("- **Breaking:** {}, which was deprecated", code(path)));
        let removed: Vec<String> = self
            .surface
            .removed_outright()
            .into_iter()
            .map(|item| format!("- **Breaking:** {}", code(&item.path)))
            .chain(ended)
            .collect();
        let deprecated = self.surface.changed.iter().filter(|(was, is)| is.deprecated && !was.deprecated);
        let deprecated: Vec<String> = deprecated
            .map(|(_, is)| format!("- {}", describe(is)))
            .chain(self.renames.iter().map(|renamed| format!("- {}; the old name is an alias.", plain(renamed))))
            .collect();
        let mut changed: Vec<String> = self.surface.changed.iter().filter_map(|(was, is)| declared(was, is)).collect();
        changed.extend(self.lost.iter().map(|line| format!("- **Breaking:** {}.", plain(line))));
        let shown = self.shown_by_items();
        let hidden = |change: &&&Change| !shown.iter().any(|pointer| is_below(&change.pointer, pointer));
        changed.extend(
            self.of_level(Level::Breaking)
                .filter(hidden)
                .map(line)
                .map(|line| line.replacen("- ", "- **Breaking:** ", 1)),
        );
        if [&added, &removed, &deprecated, &changed].iter().all(|lines| lines.is_empty()) {
            changed.extend(self.of_level(Level::Compatible).map(line));
        }
        if [&added, &removed, &deprecated, &changed].iter().all(|lines| lines.is_empty()) {
            let documented = self.changes.iter().any(|change| change.level() == Level::Documentation);
            let nothing = if documented { "- Documentation only." } else { "- Nothing that callers could notice." };
            changed.push(nothing.to_owned());
        }
        [("Added", added), ("Changed", changed), ("Deprecated", deprecated), ("Removed", removed)]
    }

    fn of_level(&self, level: Level) -> impl Iterator<Item = &&Change> + '_ {
        self.changes.iter().filter(move |change| change.level() == level)
    }

    /// The pointers of removed and redeclared items: a change of the API at one of these needs no second line.
    fn shown_by_items(&self) -> Vec<String> {
        let told = |kind, path: &str| {
            self.surface.removed.iter().any(|item| item.kind == kind && item.path == path)
                || self.surface.changed.iter().any(|(was, _)| was.kind == kind && was.path == path)
        };
        let both = self.before.iter().chain(self.after);
        both.filter(|one| matches!(one.item.kind, Kind::Field | Kind::Variant | Kind::Method) && one.described)
            .filter(|one| told(one.item.kind, &one.item.path))
            .map(|one| self.sources.pointer(one.origin))
            .collect()
    }

    /// Method and path of each operation, by the name of the client's method.
    fn operations(&self) -> BTreeMap<&str, String> {
        let methods = self.after.iter().filter(|one| one.item.kind == Kind::Method && one.described);
        let methods = methods.filter(|one| one.item.parent() == Some("Client"));
        methods
            .filter_map(|one| {
                let pointer = self.sources.pointer(one.origin);
                let (path, method) = pointer.strip_prefix("#/paths/")?.split_once('/')?;
                Some((one.item.path.as_str(), format!("{} {}", method.to_uppercase(), unescape_pointer(path))))
            })
            .collect()
    }
}

fn line(change: &&Change) -> String {
    let message = change.message.trim_end_matches('.');
    if change.subject == Subject::Document {
        let mut letters = message.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        return format!("- {}.", plain(&(first.collect::<String>() + letters.as_str())));
    }
    format!("- {}: {}.", code(&change.subject.to_string()), plain(message))
}

fn is_below(pointer: &str, other: &str) -> bool {
    pointer.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn declared(was: &Item, is: &Item) -> Option<String> {
    if was.declaration == is.declaration {
        return None;
    }
    let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { code(text) };
    Some(format!("- **Breaking:** {} is {}, was {}.", code(&is.path), shown(&is.declaration), shown(&was.declaration)))
}

/// The changelog with the entry on top: under a heading of its own, or under `Unreleased` where there is one.
pub(super) fn insert(changelog: &str, entry: &Entry<'_>) -> String {
    let lines: Vec<&str> = changelog.lines().collect();
    let first = lines.iter().position(|line| line.starts_with("## ")).unwrap_or(lines.len());
    let collects = lines.get(first).is_some_and(|line| line.to_lowercase().starts_with("## [unreleased]"));
    let (at, text) = if collects { (first + 1, format!("\n{}", entry.body())) } else { (first, entry.render() + "\n") };
    let (before, behind) = lines.split_at(at);
    let gap = match before.last() {
        None => "",
        // The text after the heading `Unreleased` brings its empty line.
        Some(last) if collects || last.trim().is_empty() => "\n",
        Some(_) => "\n\n",
    };
    let head = before.join("\n") + gap;
    let tail = behind.join("\n");
    let all = format!("{head}{text}{tail}");
    all.trim_end().to_owned() + "\n"
}
