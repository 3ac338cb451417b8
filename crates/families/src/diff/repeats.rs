//! Finds changes that repeat one another, so that reports show them once.

use std::collections::HashMap;

use indexmap::IndexMap;
use openapi_pipeline::diff::{Change, Fingerprint, Level};

/// How often a change must be found for it to be shown once for all.
const SHARED_BY: usize = 4;

/// Changes with their numbers in the order of the difference.
type Numbered<'a> = Vec<(usize, &'a Change)>;

/// Splits changes into those that are found many times, a group for each, and the others in their order.
pub(super) fn split<'a>(changes: Vec<&'a Change>) -> (Vec<Vec<&'a Change>>, Vec<&'a Change>) {
    let mut alike: IndexMap<(&str, Level, &str), Numbered<'a>> = IndexMap::new();
    for (at, change) in changes.into_iter().enumerate() {
        alike.entry((change.rule.name, change.level(), &change.message)).or_default().push((at, change));
    }
    let (shared, single): (Vec<_>, Vec<_>) = alike.into_values().partition(|group| group.len() >= SHARED_BY);
    let mut single: Numbered<'a> = single.into_iter().flatten().collect();
    single.sort_by_key(|(at, _)| *at);
    (shared.into_iter().map(changes_of).collect(), changes_of(single))
}

fn changes_of(list: Numbered<'_>) -> Vec<&Change> {
    list.into_iter().map(|(_, change)| change).collect()
}

/// For each change that repeats another, the first of its kind.
pub(super) fn first_of_repeated(changes: &[Change]) -> HashMap<Fingerprint, &Change> {
    let (shared, _) = split(changes.iter().collect());
    let repeated = shared.into_iter().filter_map(|group| Some((*group.first()?, group)));
    repeated
        .flat_map(|(first, group)| group.into_iter().skip(1).map(move |change| (change.fingerprint, first)))
        .collect()
}
