//! A difference as annotations of a GitHub workflow: a command of the runner in each line.

use std::path::Path;

use openapi_pipeline::diff::{Change, Level};

use super::hidden::{SHOWN, is_hidden};
use super::outline::{counts, some, step, subject_name};
use super::{Compared, repeats};

/// The number of operations named; the others are counted.
const MOST_NAMES: usize = 3;

pub(super) fn render(compared: &Compared) -> String {
    // GitHub shows the first annotations of each kind, so the worst come first.
    let mut changes: Vec<&Change> =
        compared.difference.changes.iter().filter(|change| change.level() != Level::Documentation).collect();
    changes.sort_by_key(|change| order(compared, change));
    let (shared, single) = repeats::split(changes);
    let single = single.into_iter().map(|change| vec![change]);
    let mut groups: Vec<Vec<&Change>> = shared.into_iter().chain(single).collect();
    groups.sort_by_key(|group| group.first().map(|change| order(compared, change)));
    let mut lines: Vec<String> = groups.iter().filter_map(|group| annotation(compared, group)).collect();
    lines.push(format!("{}; semver: {}", counts(compared), step(compared)));
    lines.join("\n")
}

fn order(compared: &Compared, change: &Change) -> (bool, Level) {
    (compared.accepted.reason(change).is_some(), change.level())
}

/// The annotation of a change, at the first of the places where it is found.
fn annotation(compared: &Compared, changes: &[&Change]) -> Option<String> {
    let (change, others) = changes.split_first()?;
    let reason = compared.accepted.reason(change);
    let command = match change.level() {
        _ if reason.is_some() => "notice",
        Level::Breaking => "error",
        Level::Source => "warning",
        Level::Compatible | Level::Documentation => "notice",
    };
    let mut properties = vec![format!("title={}", property(change.rule.name))];
    let place = change.origin().map(|origin| compared.cx.sources.place(origin));
    let mut message = format!("{}: {}", subject_name(compared, &change.subject), change.message);
    if let Some(place) = place {
        // GitHub can show annotations only at files of the repository, not at those of a revision or an address.
        if Path::new(&place.file).is_file() {
            let at = [("file", place.file), ("line", place.line.to_string()), ("col", place.column.to_string())];
            properties.splice(0..0, at.iter().map(|(name, value)| format!("{name}={}", property(value))));
        } else {
            message.push_str(&format!(" ({place})"));
        }
    }
    if let Some(reason) = reason {
        message.push_str(&format!("\naccepted: {reason}"));
    }
    let used =
        change.operations.iter().filter(|name| **name != change.subject.to_string()).cloned().collect::<Vec<_>>();
    if !used.is_empty() {
        message.push_str(&format!("\nused by {}", some(&used, MOST_NAMES)));
    }
    message.push_str(&format!("\nfingerprint {}", change.fingerprint));
    if !others.is_empty() {
        let also: Vec<String> =
            others.iter().map(|change| format!("{} ({})", change.subject, change.fingerprint)).collect();
        message.push_str(&format!("\nthe same in {}", some(&also, MOST_NAMES)));
    }
    Some(format!("::{command} {}::{}", properties.join(","), data(&message)))
}

/// The message of a command.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            _ if is_hidden(char) => out.push(SHOWN),
            _ => out.push(char),
        }
    }
    out
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_a_workflow_command() {
        assert_eq!(
            data("a%0A::b\r\n::error::c, d\u{1b}[0m\u{202e}"),
            "a%250A::b%0D%0A::error::c, d\u{fffd}[0m\u{fffd}"
        );
        assert_eq!(property("a,line=1::b\n%3A"), "a%2Cline=1%3A%3Ab%0A%253A");
    }
}
