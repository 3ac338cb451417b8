//! A difference for a terminal.

use openapi_pipeline::diff::{Change, Seen, Step, Subject};

use super::hidden::visible;
use super::outline::{
    List, Outline, counts, direction, level, not_compared, place, remark, rule, some, subject_name, users,
};
use super::{Compared, Described};

/// The number of operations named; the others are counted.
const MOST_NAMES: usize = 3;

pub(super) fn render(compared: &Compared) -> String {
    let difference = &compared.difference;
    let outline = Outline::of(difference);
    let mut lines = vec![described("old", &compared.old), described("new", &compared.new)];
    for list in &outline.lists {
        heading(&mut lines, list.title, &list.changes);
        lines.extend(list.changes.iter().map(|change| listed(compared, list, change)));
    }
    if !outline.shared.is_empty() {
        heading(&mut lines, "in many places", outline.shared.iter().flatten());
        for changes in &outline.shared {
            let Some(first) = changes.first() else { continue };
            lines.push(entry(first, &format!("({} places)", changes.len())));
            let name = |change: &&Change| format!("{} {}", change.subject, change.fingerprint.short());
            let names: Vec<String> = changes.iter().map(name).collect();
            lines.push(format!("              {}", some(&names, MOST_NAMES)));
            for change in changes {
                let Some(reason) = compared.accepted.reason(change) else { continue };
                lines.push(format!("              accepted for {}: {reason}", change.subject));
            }
        }
    }
    for (subject, changes) in &outline.groups {
        heading(&mut lines, &title(compared, subject, changes), changes);
        for change in changes {
            lines.push(entry(change, &end(compared, change)));
            values(&mut lines, change);
            if let Some(reason) = compared.accepted.reason(change) {
                lines.push(format!("              accepted: {reason}"));
            }
        }
    }
    if !outline.rules.is_empty() {
        lines.push(String::new());
        let width = outline.rules.iter().map(|(_, rule, _)| rule.name.len()).max().unwrap_or(0);
        for (of, rule, count) in &outline.rules {
            lines.push(format!("{count:>5} x {:<13} {:<width$}  {}", level(*of), rule.name, rule.summary));
        }
    }
    let dropped = not_compared(compared);
    if !dropped.is_empty() {
        lines.push(String::new());
        lines.push("not compared, because OpenAPI 3.0 has no place for it:".to_owned());
        lines.extend(dropped.iter().map(|line| format!("  {line}")));
    }
    lines.push(String::new());
    lines.push(counts(compared));
    let is_known = dropped.is_empty() || difference.semver() != Step::None;
    // Where parts were not compared, the result must not claim that nothing changed.
    lines.push(if is_known { step(difference.semver()) } else { "semver: see what was not compared" }.to_owned());
    lines.iter().map(|line| inert(line)).collect::<Vec<String>>().join("\n")
}

/// A line without what a terminal would obey, or the runner of a workflow that prints it: `::` at its begin, and `##[`.
pub(crate) fn inert(line: &str) -> String {
    let line = visible(line).replace("##[", "# #[");
    match line.trim_start() {
        command if command.starts_with("::") => line.replacen("::", ": :", 1),
        _ => line,
    }
}

/// Where a change is, and its fingerprint.
fn end(compared: &Compared, change: &Change) -> String {
    format!("{}  {}", place(compared, change), change.fingerprint.short())
}

/// A change of a list in aligned columns; long values extend beyond them.
fn listed(compared: &Compared, list: &List<'_>, change: &Change) -> String {
    let text = |seen: &Option<Seen>| seen.as_ref().map(|seen| seen.text.clone()).unwrap_or_default();
    let reason = compared.accepted.reason(change).map(|reason| format!("  accepted: {reason}")).unwrap_or_default();
    let remark = Some(remark(change)).filter(|remark| !remark.is_empty()).map(|remark| format!("  {remark}"));
    let end = format!("{}{}{reason}", end(compared, change), remark.unwrap_or_default());
    if list.shows_values {
        return format!("  {:<48} -> {:<48} {end}", text(&change.old), text(&change.new));
    }
    let name = change.subject.to_string();
    let id = Some(text(if change.in_new { &change.new } else { &change.old })).filter(|id| *id != name);
    format!("  {name:<72} {:<40} {end}", id.unwrap_or_default())
}

fn described(word: &str, description: &Described) -> String {
    format!("{word}: {} ({})", description.file, description.facts())
}

fn heading<'c>(lines: &mut Vec<String>, title: &str, changes: impl IntoIterator<Item = &'c &'c Change>) {
    lines.push(String::new());
    lines.push(format!("{title}: {}", changes.into_iter().count()));
}

/// The subject of a group, and for a component the operations that use it.
fn title(compared: &Compared, subject: &Subject, changes: &[&Change]) -> String {
    let name = subject_name(compared, subject);
    if !matches!(subject, Subject::Component(_)) {
        return name;
    }
    let operations = users(changes);
    match operations.len() {
        1 => format!("{name} (in {})", some(&operations, 1)),
        count => format!("{name} (in {count} operations: {})", some(&operations, MOST_NAMES)),
    }
}

fn entry(change: &Change, end: &str) -> String {
    let direction = direction(change);
    format!("  {:<11} {direction}{}  [{}]  {end}", level(change.level()), change.message, rule(change))
}

/// The old and the new value, unless the message has them.
fn values(lines: &mut Vec<String>, change: &Change) {
    let (Some(old), Some(new)) = (&change.old, &change.new) else { return };
    let says = |text: &str| text.is_empty() || change.message.contains(text);
    if old.text != new.text && !(says(&old.text) && says(&new.text)) {
        lines.push(format!("              {} -> {}", old.text, new.text));
    }
}

/// The version step as a line of the output.
pub(super) fn step(step: Step) -> &'static str {
    match step {
        Step::None => "semver: none, there is nothing to release",
        Step::Patch => "semver: patch",
        Step::Minor => "semver: minor",
        Step::Major => "semver: major",
    }
}
