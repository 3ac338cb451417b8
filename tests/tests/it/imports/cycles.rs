//! Sets of files that all reach one another by imports.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Arrows;

/// The maximal cycles: sets of more than one file.
pub(super) fn of(arrows: &Arrows) -> Vec<BTreeSet<PathBuf>> {
    let mut cycles: Vec<BTreeSet<PathBuf>> = Vec::new();
    for file in arrows.keys() {
        if cycles.iter().any(|cycle| cycle.contains(file)) {
            continue;
        }
        let there = reached(arrows, file);
        let cycle: BTreeSet<PathBuf> =
            there.into_iter().filter(|other| reached(arrows, other).contains(file)).collect();
        if cycle.len() > 1 {
            cycles.push(cycle);
        }
    }
    cycles
}

fn reached(arrows: &Arrows, from: &PathBuf) -> BTreeSet<PathBuf> {
    let (mut reached, mut open) = (BTreeSet::from([from.clone()]), vec![from]);
    while let Some(file) = open.pop() {
        for next in arrows.get(file).into_iter().flat_map(|all| all.keys()) {
            if reached.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    reached
}
