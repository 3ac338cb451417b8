//! Matches the unions of both sides, and their alternatives.

use std::collections::{HashMap, VecDeque};

use crate::diff::engine::{Engine, Work};
use crate::diff::side::{Side, Site};
use crate::diff::view::{Union, View};

/// How many pairs of alternatives are compared to match them.
const MAX_COMPARED: usize = 4_096;

/// Matches the unions of both sides: equal ones, then those with the same keyword, then the rest.
pub(super) fn pairs_of_unions<'w, 'a>(
    engine: &mut Engine<'a>,
    work: &'w Work<'a>,
) -> Vec<(&'w Union<'a>, &'w Union<'a>)> {
    let (old, new) = (&work.old.unions, &work.new.unions);
    let mut matcher = Matcher { pairs: Vec::new(), old: vec![false; old.len()], new: vec![false; new.len()] };
    if old.len() > 1 || new.len() > 1 {
        let mut hashes = std::mem::take(&mut engine.hashes);
        let mut number = |side: &Side<'a>, union: &Union<'a>| {
            let branches = union.branches.iter().map(|branch| hashes.of(side, *branch));
            (union.keyword, branches.fold(0, u64::wrapping_add))
        };
        let old_numbers: Vec<_> = old.iter().map(|union| number(&engine.old, union)).collect();
        let new_numbers: Vec<_> = new.iter().map(|union| number(&engine.new, union)).collect();
        matcher.by_key(old_numbers.iter().map(Some), new_numbers.iter().map(Some));
        // The same alternatives below the other keyword.
        let bare = |numbers: Vec<(&'static str, u64)>| numbers.into_iter().map(|(_, number)| Some(number));
        matcher.by_key(bare(old_numbers), bare(new_numbers));
        engine.hashes = hashes;
        matcher.by_key(old.iter().map(|union| Some(union.keyword)), new.iter().map(|union| Some(union.keyword)));
    }
    matcher.by_key(old.iter().map(|_| Some(())), new.iter().map(|_| Some(())));
    matcher.pairs.sort_unstable();
    matcher.pairs.iter().filter_map(|(a, b)| Some((old.get(*a)?, new.get(*b)?))).collect()
}

/// Pairs of matching alternatives, in the order of the old ones.
pub(super) fn match_up<'a>(engine: &mut Engine<'a>, old: &[Site<'a>], new: &[Site<'a>]) -> Vec<(usize, usize)> {
    let mut matcher = Matcher { pairs: Vec::new(), old: vec![false; old.len()], new: vec![false; new.len()] };
    let name = |side: &Side<'a>, site: &Site<'a>| side.follow(*site).1;
    matcher.by_key(old.iter().map(|site| name(&engine.old, site)), new.iter().map(|site| name(&engine.new, site)));
    let mut hashes = std::mem::take(&mut engine.hashes);
    let old_hashes: Vec<u64> = old.iter().map(|site| hashes.of(&engine.old, *site)).collect();
    let new_hashes: Vec<u64> = new.iter().map(|site| hashes.of(&engine.new, *site)).collect();
    engine.hashes = hashes;
    matcher.by_key(old_hashes.into_iter().map(Some), new_hashes.into_iter().map(Some));
    let free = |taken: &[bool]| taken.iter().filter(|taken| !**taken).count();
    if free(&matcher.old).saturating_mul(free(&matcher.new)) <= MAX_COMPARED {
        matcher.by_similarity(engine, old, new);
    }
    matcher.pairs.sort_unstable();
    matcher.pairs
}

/// Finds partners; no alternative has two.
struct Matcher {
    pairs: Vec<(usize, usize)>,
    /// Whether an old or a new alternative has a partner.
    old: Vec<bool>,
    new: Vec<bool>,
}

impl Matcher {
    fn by_key<K: Eq + std::hash::Hash>(
        &mut self,
        old: impl Iterator<Item = Option<K>>,
        new: impl Iterator<Item = Option<K>>,
    ) {
        let mut free: HashMap<K, VecDeque<usize>> = HashMap::new();
        for (at, key) in new.enumerate().filter(|(at, _)| !self.new[*at]) {
            if let Some(key) = key {
                free.entry(key).or_default().push_back(at);
            }
        }
        for (at, key) in old.enumerate() {
            let partner = key.filter(|_| !self.old[at]).and_then(|key| free.get_mut(&key)?.pop_front());
            if let Some(partner) = partner {
                self.pair(at, partner);
            }
        }
    }

    fn by_similarity<'a>(&mut self, engine: &mut Engine<'a>, old: &[Site<'a>], new: &[Site<'a>]) {
        let mut scored = Vec::new();
        for (a, before) in old.iter().enumerate().filter(|(at, _)| !self.old[*at]) {
            for (b, after) in new.iter().enumerate().filter(|(at, _)| !self.new[*at]) {
                let score = similarity(&engine.old_view(&[*before]), &engine.new_view(&[*after]));
                if score > 0 {
                    scored.push((std::cmp::Reverse(score), a, b));
                }
            }
        }
        scored.sort_unstable();
        for (_, a, b) in scored {
            if !self.old[a] && !self.new[b] {
                self.pair(a, b);
            }
        }
    }

    fn pair(&mut self, old: usize, new: usize) {
        self.old[old] = true;
        self.new[new] = true;
        self.pairs.push((old, new));
    }
}

/// The alternative that is most like a schema without alternatives.
pub(super) fn like<'a>(
    engine: &mut Engine<'a>,
    branches: &[Site<'a>],
    single: &View<'a>,
    in_new: bool,
) -> Option<usize> {
    let mut best = None;
    for (at, branch) in branches.iter().enumerate().take(MAX_COMPARED) {
        let view = if in_new { engine.new_view(&[*branch]) } else { engine.old_view(&[*branch]) };
        let score = similarity(&view, single);
        if score > best.map_or(0, |(_, score)| score) {
            best = Some((at, score));
        }
    }
    best.map(|(at, _)| at)
}

/// The similarity of two schemas; zero if they can't be the same one.
fn similarity(old: &View<'_>, new: &View<'_>) -> usize {
    if old.name.is_some() && old.name == new.name {
        return usize::MAX;
    }
    let (Some((before, _)), Some((after, _))) = (old.kind, new.kind) else { return 0 };
    let are_numbers = [before, after].iter().all(|kind| matches!(*kind, "integer" | "number"));
    if before != after && !are_numbers {
        return 0;
    }
    if before != after {
        return 1;
    }
    if before != "object" {
        return 2;
    }
    let shared = old.properties.keys().filter(|name| new.properties.contains_key(*name)).count();
    let all = old.properties.len() + new.properties.len() - shared;
    // Objects with less than half of their properties in common are unrelated.
    if 2 * shared >= all { 1 + shared } else { 0 }
}
