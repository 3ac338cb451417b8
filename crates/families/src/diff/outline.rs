//! A difference in the order in which people read it.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapi_pipeline::diff::{Change, Difference, Level, Rule, Subject};

use super::Compared;

/// How many operations must share a change for it to be shown once for all of them.
const SHARED_BY: usize = 4;

/// Changes that need no explanation one by one, but a list: their rules, what to call them, and whether what was and what
/// is says more than where it is.
const LISTED: [(&str, &str, bool); 5] = [
    ("operation-removed", "operations that are gone", false),
    ("operation-added", "operations that are new", false),
    ("operation-path-changed", "operations at another path", true),
    ("operation-id-changed", "operations with another id", true),
    ("type-renamed", "schemas with another name", true),
];

/// Changes of one kind.
pub(super) struct List<'a> {
    pub(super) title: &'static str,
    /// Whether what was and what is says more than where it is.
    pub(super) shows_values: bool,
    pub(super) changes: Vec<&'a Change>,
}

/// A difference, sorted.
pub(super) struct Outline<'a> {
    /// What needs no explanation one by one.
    pub(super) lists: Vec<List<'a>>,
    /// What is the same in many operations.
    pub(super) shared: Vec<Vec<&'a Change>>,
    /// The rest, by what it belongs to.
    pub(super) groups: IndexMap<&'a Subject, Vec<&'a Change>>,
    /// How often each rule was used, the worst first.
    pub(super) rules: Vec<(&'static Rule, usize)>,
}

impl<'a> Outline<'a> {
    /// Sorts the changes; those of documentation are only counted.
    pub(super) fn of(difference: &'a Difference) -> Self {
        let mut counts: BTreeMap<(Level, &'static str), (&'static Rule, usize)> = BTreeMap::new();
        let empty = |(_, title, shows_values)| List { title, shows_values, changes: Vec::new() };
        let mut lists = LISTED.map(empty);
        let mut alike: IndexMap<(&str, &str), Vec<&Change>> = IndexMap::new();
        for change in &difference.changes {
            counts.entry((change.level(), change.rule.name)).or_insert((change.rule, 0)).1 += 1;
            // What many operations share is shown once.
            let is_shared = change.rule.name == "operation-path-changed" && !change.message.contains('/');
            let list = LISTED.iter().position(|(name, ..)| *name == change.rule.name && !is_shared);
            if let Some(list) = list.and_then(|at| lists.get_mut(at)) {
                list.changes.push(change);
            } else if change.level() != Level::Documentation {
                alike.entry((change.rule.name, &change.message)).or_default().push(change);
            }
        }
        let lists = lists.into_iter().filter(|list| !list.changes.is_empty()).collect();
        let is_operation = |change: &&Change| matches!(change.subject, Subject::Operation(_));
        let (mut shared, single): (Vec<Vec<&Change>>, Vec<Vec<&Change>>) = alike
            .into_values()
            .partition(|changes| changes.iter().filter(|change| is_operation(change)).count() >= SHARED_BY);
        shared.sort_by_key(|changes| (changes.first().map(|change| change.level()), std::cmp::Reverse(changes.len())));
        let mut single: Vec<&Change> = single.into_iter().flatten().collect();
        // The changes came in order, and each knows its subject.
        let order: BTreeMap<*const Change, usize> =
            difference.changes.iter().enumerate().map(|(at, change)| (std::ptr::from_ref(change), at)).collect();
        single.sort_by_key(|change| order.get(&std::ptr::from_ref(*change)).copied());
        let mut groups: IndexMap<&Subject, Vec<&Change>> = IndexMap::new();
        for change in single {
            groups.entry(&change.subject).or_default().push(change);
        }
        Self { lists, shared, groups, rules: counts.into_values().collect() }
    }
}

/// A level as people read it.
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Breaking => "breaking",
        Level::Source => "code only",
        Level::Compatible => "compatible",
        Level::Documentation => "documentation",
    }
}

/// The counts in a sentence.
pub(super) fn counts(difference: &Difference) -> String {
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
    format!("{} {changes}: {}", difference.changes.len(), parts.join(", "))
}

/// What was not compared, a line for each rule that dropped it.
pub(super) fn not_compared(compared: &Compared) -> Vec<String> {
    let mut rules: BTreeMap<&str, (usize, &openapi_pipeline::Rule)> = BTreeMap::new();
    for note in &compared.not_compared {
        rules.entry(note.rule.name).or_insert((0, note.rule)).0 += 1;
    }
    rules.values().map(|(count, rule)| format!("{count} x {}: {}", rule.name, rule.summary)).collect()
}

/// Some operations by name, the others by number.
pub(super) fn some(operations: &[String], most: usize) -> String {
    let named: Vec<&str> = operations.iter().take(most).map(String::as_str).collect();
    match operations.len().saturating_sub(most) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// `file:line:column` of a change, in the new description if it is there.
pub(super) fn place(compared: &Compared, change: &Change) -> String {
    change.origin().map(|origin| compared.cx.sources.place(origin).to_string()).unwrap_or_default()
}
