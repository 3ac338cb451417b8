//! A difference in the order in which reports show it.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use openapi_pipeline::diff::{Change, Difference, Direction, Level, Rule, Step, Subject};

use super::{Compared, repeats};

/// Rules whose changes are shown as a list: the rule, the title of the list, and whether the old and the new value are
/// shown instead of the place.
const LISTED: [(&str, &str, bool); 6] = [
    ("operation-removed", "operations that are gone", false),
    ("operation-removed-after-sunset", "operations that are gone after their sunset", false),
    ("operation-added", "operations that are new", false),
    ("operation-path-changed", "operations at another path", true),
    ("operation-id-changed", "operations with another id", true),
    ("type-renamed", "schemas with another name", true),
];

/// Changes of one rule.
pub(super) struct List<'a> {
    pub(super) title: &'static str,
    /// Whether the old and the new value are shown instead of the subject.
    pub(super) shows_values: bool,
    pub(super) changes: Vec<&'a Change>,
}

/// A difference, sorted.
pub(super) struct Outline<'a> {
    /// The changes shown as lists.
    pub(super) lists: Vec<List<'a>>,
    /// The changes that many operations or components share.
    pub(super) shared: Vec<Vec<&'a Change>>,
    /// The other changes, by subject.
    pub(super) groups: IndexMap<&'a Subject, Vec<&'a Change>>,
    /// The number of changes by each rule, the worst first.
    pub(super) rules: Vec<(Level, &'static Rule, usize)>,
}

impl<'a> Outline<'a> {
    /// Sorts the changes; those of documentation are only counted.
    pub(super) fn of(difference: &'a Difference) -> Self {
        let mut counts: BTreeMap<(Level, &'static str), (Level, &'static Rule, usize)> = BTreeMap::new();
        let empty = |(_, title, shows_values)| List { title, shows_values, changes: Vec::new() };
        let mut lists = LISTED.map(empty);
        let mut others: Vec<&Change> = Vec::new();
        for change in &difference.changes {
            counts.entry((change.level(), change.rule.name)).or_insert((change.level(), change.rule, 0)).2 += 1;
            // A new path that is the same change in many operations goes to `shared` instead.
            let is_shared = change.rule.name == "operation-path-changed" && !change.message.contains('/');
            let list = LISTED.iter().position(|(name, ..)| *name == change.rule.name && !is_shared);
            if let Some(list) = list.and_then(|at| lists.get_mut(at)) {
                list.changes.push(change);
            } else if change.level() != Level::Documentation {
                others.push(change);
            }
        }
        let lists = lists.into_iter().filter(|list| !list.changes.is_empty()).collect();
        let (mut shared, single) = repeats::split(others);
        shared.sort_by_key(|changes| (changes.first().map(|change| change.level()), std::cmp::Reverse(changes.len())));
        let mut groups: IndexMap<&Subject, Vec<&Change>> = IndexMap::new();
        for change in single {
            groups.entry(&change.subject).or_default().push(change);
        }
        Self { lists, shared, groups, rules: counts.into_values().collect() }
    }
}

/// The name of what changes belong to, and the one that it had.
pub(super) fn subject_name(compared: &Compared, subject: &Subject) -> String {
    match compared.difference.former.get(subject) {
        Some(former) => format!("{subject} (was {former})"),
        None => subject.to_string(),
    }
}

/// The operations that changes matter to, each once.
pub(super) fn users(changes: &[&Change]) -> Vec<String> {
    let all = changes.iter().flat_map(|change| &change.operations);
    all.collect::<IndexSet<_>>().into_iter().cloned().collect()
}

/// The name of a level for people.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Breaking => "breaking",
        Level::Source => "code only",
        Level::Compatible => "compatible",
        Level::Documentation => "documentation",
    }
}

/// The way that the changed part travels, as the beginning of a message: `request: `, or nothing.
pub(super) fn direction(change: &Change) -> String {
    match change.rule.direction {
        Direction::Request | Direction::Response => format!("{}: ", change.rule.direction.name()),
        _ => String::new(),
    }
}

/// The name of a change's rule, and its level where another one was set.
pub(super) fn rule(change: &Change) -> String {
    match change.level() == change.rule.level {
        true => change.rule.name.to_owned(),
        false => format!("{}, by default {}", change.rule.name, level(change.rule.level)),
    }
}

/// The remarks on a change in a list, besides its name: when an operation is gone, and a level that was set.
pub(super) fn remark(change: &Change) -> String {
    let when = change.message.split_once(" is gone").map_or("", |(_, when)| when.trim_start_matches([',', ';', ' ']));
    let set = match change.level() == change.rule.level {
        true => String::new(),
        false => format!("{}, by default {}", level(change.level()), level(change.rule.level)),
    };
    [when, set.as_str()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("; ")
}

/// The step of the version, as far as the descriptions were compared.
pub(super) fn step(compared: &Compared) -> String {
    match compared.difference.semver() {
        Step::None if !compared.not_compared.is_empty() => "see what was not compared".to_owned(),
        step => step.to_string(),
    }
}

/// The numbers of changes as a phrase.
pub(super) fn counts(compared: &Compared) -> String {
    let difference = &compared.difference;
    if difference.is_empty() {
        return "no change".to_owned();
    }
    let parts = Level::ALL.iter().filter_map(|level| {
        let what = match level {
            Level::Breaking => "breaking",
            Level::Source => "breaking in Rust code only",
            Level::Compatible => "compatible",
            Level::Documentation => "of documentation",
        };
        match difference.count(*level) {
            0 => None,
            count => Some(format!("{count} {what}")),
        }
    });
    let parts: Vec<String> = parts.collect();
    let changes = if difference.changes.len() == 1 { "change" } else { "changes" };
    let accepted = match compared.accepted.count(&difference.changes) {
        0 => String::new(),
        count => format!("; {count} accepted"),
    };
    format!("{} {changes}: {}{accepted}", difference.changes.len(), parts.join(", "))
}

/// The dropped parts that were not compared, a line for each rule that dropped some.
pub(super) fn not_compared(compared: &Compared) -> Vec<String> {
    let mut rules: BTreeMap<&str, (usize, &openapi_pipeline::Rule)> = BTreeMap::new();
    for note in &compared.not_compared {
        rules.entry(note.rule.name).or_insert((0, note.rule)).0 += 1;
    }
    rules.values().map(|(count, rule)| format!("{count} x {}: {}", rule.name, rule.summary)).collect()
}

/// The names of the first operations, and the number of the others.
pub(super) fn some(operations: &[String], most: usize) -> String {
    let named: Vec<&str> = operations.iter().take(most).map(String::as_str).collect();
    match operations.len().saturating_sub(most) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// `file:line:column` of a change, in the new description if its thing is there.
pub(super) fn place(compared: &Compared, change: &Change) -> String {
    change.origin().map(|origin| compared.cx.sources.place(origin).to_string()).unwrap_or_default()
}
