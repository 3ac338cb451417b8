//! The report of an adoption, for people.

use std::collections::HashSet;

use openapi_pipeline::diff::{Change, Difference, Level, Step};

use super::{Known, Release, kept};
use crate::diff::{Accepted, Compared, inert};
use crate::manifests;
use crate::workspace::Tree;

/// The whole report. `now` is the present workspace, `tree` the new one.
pub(super) fn render(known: &mut Known<'_>, now: &Tree, tree: &Tree) -> String {
    let mut lines = documents(known);
    for at in 0..known.differences.len() {
        difference(known, at, &mut lines);
    }
    problems(known, &mut lines);
    unlisted(known, &mut lines);
    match &known.release {
        Some(release) => crate_changes(known, release, &mut lines),
        None => heading(&mut lines, "the crate: not known before the problems above are solved"),
    }
    if known.after.problems.is_empty() {
        files(known, now, tree, &mut lines);
    }
    lines.iter().flat_map(|lines| lines.split('\n')).map(inert).collect::<Vec<String>>().join("\n")
}

fn heading(lines: &mut Vec<String>, title: &str) {
    lines.push(String::new());
    lines.push(format!("== {title}"));
}

fn documents(known: &Known<'_>) -> Vec<String> {
    let family = known.family;
    let mut lines = vec![format!("family {}, crate {}", family.name, family.package)];
    for replacement in known.replacements {
        let Some(document) = family.documents.get(replacement.document) else { continue };
        lines.push(format!(
            "  {} is taken for document `{}` ({}), and becomes {}",
            replacement.given,
            document.id,
            replacement.why,
            replacement.target.display()
        ));
    }
    lines
}

/// The difference of one document; nothing for a document without a difference that no file was given for.
fn difference(known: &mut Known<'_>, at: usize, lines: &mut Vec<String>) {
    let Some(document) = known.family.documents.get(at) else { return };
    let given = known.replacements.iter().any(|replacement| replacement.document == at);
    let Some(both) = known.differences.get(at).and_then(Option::as_ref) else {
        if given {
            heading(lines, &format!("document `{}`: it can't be compared, see below", document.id));
        }
        return;
    };
    if !given && both.whole.is_empty() {
        return;
    }
    let outside = (!document.select.is_empty()).then(|| outside(&both.selected, &both.whole));
    heading(lines, &format!("document `{}`: what changes in what the family uses", document.id));
    let (old, new) = (&known.before.documents[at].described, &known.after.documents[at].described);
    let (Some(old), Some(new)) = (old.clone(), new.clone()) else { return };
    let compared = Compared {
        accepted: Accepted::default(),
        cx: std::mem::take(&mut known.cx),
        old,
        new,
        difference: both.selected.clone(),
        not_compared: both.not_compared.clone(),
    };
    lines.push(compared.text());
    known.cx = compared.cx;
    lines.extend(outside);
}

/// One line about the changes outside of the selection.
fn outside(selected: &Difference, whole: &Difference) -> String {
    let key = |change: &Change| (change.rule.name, change.pointer.clone(), change.message.clone());
    let inside: HashSet<_> = selected.changes.iter().map(key).collect();
    let rest: Vec<&Change> = whole.changes.iter().filter(|change| !inside.contains(&key(change))).collect();
    if rest.is_empty() {
        return "outside of the selection: no change".to_owned();
    }
    let counts = Level::ALL.iter().filter_map(|level| {
        let count = rest.iter().filter(|change| change.level() == *level).count();
        (count > 0).then(|| format!("{count} {level}"))
    });
    let of_rule = |name: &str| rest.iter().filter(|change| change.rule.name == name).count();
    let operations = format!("operations: {} new, {} gone", of_rule("operation-added"), of_rule("operation-removed"));
    format!(
        "outside of the selection: {} changes ({}); {operations}",
        rest.len(),
        counts.collect::<Vec<_>>().join(", ")
    )
}

fn problems(known: &Known<'_>, lines: &mut Vec<String>) {
    let problems = &known.after.problems;
    if problems.is_empty() {
        heading(lines, "overlays, selections, merge rules and secrets: all of them still fit");
        return;
    }
    for (title, found) in problems.sections() {
        if !found.0.is_empty() {
            heading(lines, &format!("{title}: {}", found.0.len()));
            lines.push(found.render(&known.cx.sources, known.cx.limits(), false));
        }
    }
    if let Some(error) = &problems.codegen {
        heading(lines, "the generator fails");
        lines.push(error.clone());
    }
}

/// New fields that might have to be listed as secrets. They don't keep an adoption from being written.
fn unlisted(known: &Known<'_>, lines: &mut Vec<String>) {
    let before = known.before.unlisted_secrets();
    let new: Vec<String> = known.after.unlisted_secrets().into_iter().filter(|field| !before.contains(field)).collect();
    if !new.is_empty() {
        heading(lines, "new fields that are named like secrets, and not listed in openapi/families.toml");
        lines.extend(new.iter().map(|field| format!("  {field}")));
    }
}

fn crate_changes(known: &Known<'_>, release: &Release, lines: &mut Vec<String>) {
    let package = &known.family.package;
    let surface = &release.surface;
    let title = format!("public items of {package}");
    if surface.is_empty() {
        heading(lines, &format!("{title}: no change"));
    } else {
        let (added, removed) = (surface.added.len(), surface.removed.len());
        heading(lines, &format!("{title}: {added} added, {} changed, {removed} removed", surface.changed.len()));
        for item in surface.removed_outright() {
            lines.push(format!("  - {}", shown(item)));
        }
        for (was, is) in &surface.changed {
            lines.push(format!("  ~ {}", changed(was, is)));
        }
        for item in surface.added_outright() {
            lines.push(format!("  + {}", shown(item)));
        }
    }
    if !release.renames.is_empty() {
        heading(lines, "names that changed, and stay as deprecated aliases");
        lines.extend(release.renames.lines().map(|line| format!("  {line}")));
    }
    let (limits, unbridged) = release.renames.gaps();
    lines.extend(limits.iter().map(|line| format!("  {line}")));
    for (title, found) in [
        ("names that changed, and can't stay as aliases", unbridged.to_vec()),
        ("names of parts that would change, and stay", kept::lines(&known.kept).collect()),
        ("names of parts that can't stay", kept::lost(&known.kept).collect()),
    ] {
        if !found.is_empty() {
            heading(lines, title);
            lines.extend(found.iter().map(|line| format!("  {line}")));
        }
    }
    if known.after.problems.is_empty() {
        heading(lines, &format!("version of {package}"));
    } else {
        heading(lines, &format!("version of {package}, as far as the problems above let it be known"));
    }
    if release.step == Step::None {
        lines.push(format!("{} stays: the generated code is the same", release.from));
        return;
    }
    lines.push(format!("{} -> {} ({})", release.from, release.to, release.step));
    lines.extend(release.why.iter().map(|why| inert(&format!("  {why}"))));
    if !release.dependencies.is_empty() {
        lines.push(format!("  the crate needs more than before: {}", release.dependencies.join(", ")));
    }
    heading(lines, "CHANGELOG.md");
    lines.push(release.entry.trim_end().to_owned());
}

fn shown(item: &client_codegen::items::Item) -> String {
    format!("{} {}", item.path, item.declaration).trim_end().to_owned()
}

fn changed(was: &client_codegen::items::Item, is: &client_codegen::items::Item) -> String {
    if was.declaration != is.declaration {
        return format!("{}: {} -> {}", is.path, was.declaration, is.declaration);
    }
    let what = match (was.deprecated, is.deprecated) {
        (false, true) => "is deprecated",
        (true, false) => "is not deprecated any more",
        _ if is.can_grow => "can grow: callers can't list all its parts any more",
        _ => "lists all its parts",
    };
    format!("{} {what}", is.path)
}

fn files(known: &Known<'_>, now: &Tree, tree: &Tree, lines: &mut Vec<String>) {
    let changes = tree.changes();
    let mut written: Vec<String> = changes
        .iter()
        .filter(|(path, text)| now.text(path).ok().as_deref() != Some(*text))
        .map(|(path, _)| format!("  {}{}", path.display(), if now.exists(path) { "" } else { " (new)" }))
        .collect();
    written.extend(tree.gone().map(|path| format!("  {} (removed: nothing refers to it any more)", path.display())));
    if written.is_empty() {
        heading(lines, "nothing to write: this is what we have");
        return;
    }
    let condition = if known.options.write { "" } else { ", with --write" };
    heading(lines, &format!("files to write{condition}: {}", written.len()));
    lines.extend(written);
}

/// The steps left to the user after writing.
pub(super) fn next(known: &Known<'_>, tree: &Tree) -> String {
    let package = &known.family.package;
    let mut lines = Vec::new();
    heading(&mut lines, "written; next");
    lines.push("  INSTA_UPDATE=always cargo test --workspace --test it -- snapshots".to_owned());
    lines.push(format!("      then read the difference under tests/snapshots/{}", known.family.name));
    lines.push(format!("  cargo test --package {package}"));
    let dependents = manifests::dependents(tree, package);
    if !dependents.is_empty() {
        lines.push(format!("  cargo test for what depends on it: {}", dependents.join(", ")));
    }
    lines.push(format!("  read crates/{package}/CHANGELOG.md: say there what a user of the crate has to do"));
    lines.join("\n")
}
