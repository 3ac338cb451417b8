//! A difference for a pull request.

use openapi_pipeline::diff::{Change, Level, Step, Subject};

use super::outline::{Outline, counts, level, not_compared, place, some};
use super::{Compared, Described};

/// The number of operations named; the others are counted.
const MOST_NAMES: usize = 3;

pub(super) fn render(compared: &Compared) -> String {
    let difference = &compared.difference;
    let outline = Outline::of(difference);
    let mut lines = vec![
        format!("### {} → {}", described(&compared.old), described(&compared.new)),
        String::new(),
        format!("{}. **semver: {}**", counts(compared), step(compared)),
    ];
    for list in &outline.lists {
        heading(&mut lines, list.title, list.changes.len());
        lines.extend(list.changes.iter().map(|change| {
            let what = match (&change.old, &change.new) {
                (Some(old), Some(new)) if list.shows_values => format!("{} → {}", code(&old.text), code(&new.text)),
                _ => code(&change.subject.to_string()),
            };
            format!("- {what} {}", code(&change.fingerprint.to_string()) + &accepted(compared, change))
        }));
    }
    if !outline.shared.is_empty() {
        heading(&mut lines, "in many operations", outline.shared.len());
        table(&mut lines);
        for changes in &outline.shared {
            let names: Vec<String> = changes.iter().map(|change| code(&change.subject.to_string())).collect();
            let Some(first) = changes.first() else { continue };
            lines.push(row(first, &some(&names, MOST_NAMES), "below"));
        }
        for changes in &outline.shared {
            let Some(first) = changes.first() else { continue };
            lines.push(String::new());
            lines.push(format!("Fingerprints of {} in each operation:", code(first.rule.name)));
            lines.push(String::new());
            lines.extend(changes.iter().map(|change| {
                let fingerprint = code(&change.fingerprint.to_string());
                format!("- {} {fingerprint}{}", code(&change.subject.to_string()), accepted(compared, change))
            }));
        }
    }
    for (subject, changes) in &outline.groups {
        let name = match subject {
            Subject::Document => "the document".to_owned(),
            named => code(&named.to_string()),
        };
        heading(&mut lines, &name, changes.len());
        table(&mut lines);
        lines.extend(changes.iter().map(|change| {
            let fingerprint = code(&change.fingerprint.to_string()) + &accepted(compared, change);
            row(change, &code(&place(compared, change)), &fingerprint)
        }));
    }
    let documentation = difference.count(Level::Documentation);
    if documentation > 0 {
        lines.push(String::new());
        let changes = if documentation == 1 { "change of documentation is" } else { "changes of documentation are" };
        lines.push(format!("{documentation} {changes} not listed."));
    }
    let dropped = not_compared(compared);
    if !dropped.is_empty() {
        lines.push(String::new());
        lines.push("Not compared, because OpenAPI 3.0 has no place for it:".to_owned());
        lines.push(String::new());
        lines.extend(dropped.iter().map(|line| format!("- {line}")));
    }
    lines.join("\n")
}

/// What follows for the version, as far as it was compared.
fn step(compared: &Compared) -> String {
    match compared.difference.semver() {
        Step::None if !compared.not_compared.is_empty() => "see what was not compared".to_owned(),
        step => step.to_string(),
    }
}

fn described(description: &Described) -> String {
    let Described { file, dialect, operations } = description;
    format!("{} ({}, {operations} operation{})", code(file), plain(dialect), if *operations == 1 { "" } else { "s" })
}

fn heading(lines: &mut Vec<String>, title: &str, count: usize) {
    lines.push(String::new());
    lines.push(format!("#### {title} ({count})"));
    lines.push(String::new());
}

fn table(lines: &mut Vec<String>) {
    lines.push("| | what | rule | where | fingerprint |".to_owned());
    lines.push("|---|---|---|---|---|".to_owned());
}

fn row(change: &Change, place: &str, fingerprint: &str) -> String {
    let direction = match change.rule.direction.name() {
        way @ ("request" | "response") => format!("{way}: "),
        _ => String::new(),
    };
    let mark = if change.level() == Level::Breaking { "**breaking**" } else { level(change.level()) };
    format!("| {mark} | {direction}{} | {} | {place} | {fingerprint} |", plain(&change.message), code(change.rule.name))
}

/// Why a change is accepted, if it is.
fn accepted(compared: &Compared, change: &Change) -> String {
    compared.accepted.reason(change).map(|reason| format!(" **accepted**: {}", plain(reason))).unwrap_or_default()
}

/// A string of a description, escaped so that it doesn't format the page.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    let balanced = text.matches('`').count().is_multiple_of(2);
    for char in text.chars() {
        match char {
            '`' if balanced => {
                in_code = !in_code;
                out.push(char);
            }
            '|' => out.push_str("\\|"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '!' | '&' | '@' | '~' if !in_code => {
                out.push('\\');
                out.push(char);
            }
            '\n' | '\r' => out.push(' '),
            _ => out.push(char),
        }
    }
    out
}

/// A string as a code span.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ").replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}
