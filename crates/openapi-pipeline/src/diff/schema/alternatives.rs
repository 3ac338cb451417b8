//! `oneOf` and `anyOf`: matches the alternatives of both sides.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Use, discriminator, link, pick, scalars, tags};
use crate::diff::engine::{Engine, Mode, Shown, Work};
use crate::diff::rules::{
    GENERATED_TYPE_CHANGED, REQUEST_BRANCH_ADDED, REQUEST_BRANCH_REMOVED, REQUEST_TYPE_NARROWED, REQUEST_TYPE_WIDENED,
    RESPONSE_BRANCH_ADDED, RESPONSE_BRANCH_REMOVED, RESPONSE_CLOSED_UNION_WIDENED, RESPONSE_TYPE_NARROWED,
    RESPONSE_TYPE_WIDENED,
};
use crate::diff::side::{Side, Site};
use crate::diff::view::{Union, View};

/// How many pairs of alternatives are weighed to match them.
const MAX_COMPARED: usize = 4_096;

/// Handles a plain union on one side only, if the other side has no union or allows anything. True if it did.
pub(super) fn one_side_only<'a>(engine: &mut Engine<'a>, work: &Work<'a>) -> bool {
    let (old, new) = (&work.old, &work.new);
    let is_union = (old.is_plain_union(), new.is_plain_union());
    match is_union {
        (true, false) if new.is_anything() => scalars::anything(engine, work),
        (false, true) if old.is_anything() => scalars::anything(engine, work),
        (true, false) if new.unions.is_empty() => {
            let branches: Vec<Site<'a>> = old.unions.iter().flat_map(|union| union.branches.clone()).collect();
            match like(engine, &branches, new, false) {
                Some(found) => {
                    branches
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| *at != found)
                        .for_each(|(_, gone)| removed(engine, work, *gone));
                    let branch = &branches[found..=found];
                    link(
                        engine,
                        work.unit,
                        work.direction,
                        (branch, Use::Item),
                        (&new.sites, Use::Item),
                        &work.label,
                        inner(work),
                    );
                }
                None => scalars::other_type(engine, work),
            }
        }
        (false, true) if old.unions.is_empty() => {
            let branches: Vec<Site<'a>> = new.unions.iter().flat_map(|union| union.branches.clone()).collect();
            match like(engine, &branches, old, true) {
                Some(found) => {
                    branches
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| *at != found)
                        .for_each(|(_, more)| added(engine, work, *more, false));
                    let branch = &branches[found..=found];
                    link(
                        engine,
                        work.unit,
                        work.direction,
                        (&old.sites, Use::Item),
                        (branch, Use::Item),
                        &work.label,
                        inner(work),
                    );
                }
                None => scalars::other_type(engine, work),
            }
        }
        _ => return false,
    }
    true
}

/// The alternative that is most like a schema without alternatives.
fn like<'a>(engine: &mut Engine<'a>, branches: &[Site<'a>], single: &View<'a>, in_new: bool) -> Option<usize> {
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

/// The likeness of two schemas; zero if they can't be the same one.
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

/// The context of an alternative: whether `null` is allowed was compared for the whole union.
fn inner(work: &Work<'_>) -> Mode {
    Mode { knows_null: true, ..work.mode }
}

pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let pairs = pairs_of_unions(engine, work);
    for (old, new) in &pairs {
        unions(engine, work, old, new);
    }
    let paired: HashSet<usize> = pairs.iter().flat_map(|(old, new)| [old.at.address(), new.at.address()]).collect();
    // A further `oneOf` beside the first rules out values that none of its alternatives takes.
    for more in work.new.unions.iter().filter(|more| !paired.contains(&more.at.address())) {
        one_more(engine, work, more.at, true);
    }
    for less in work.old.unions.iter().filter(|less| !paired.contains(&less.at.address())) {
        one_more(engine, work, less.at, false);
    }
    discriminator::compare(engine, work);
}

/// Matches the unions of both sides: equal ones, then those with the same keyword, then the rest.
fn pairs_of_unions<'w, 'a>(engine: &mut Engine<'a>, work: &'w Work<'a>) -> Vec<(&'w Union<'a>, &'w Union<'a>)> {
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

fn one_more<'a>(engine: &mut Engine<'a>, work: &Work<'a>, at: Site<'a>, is_new: bool) {
    let (rule, old, new, message) = if is_new {
        let rule = pick(work.direction, &REQUEST_TYPE_NARROWED, &RESPONSE_TYPE_NARROWED);
        (rule, Shown::new(work.old.at, "no alternatives"), Shown::value(at), "is restricted to alternatives")
    } else {
        let rule = pick(work.direction, &REQUEST_TYPE_WIDENED, &RESPONSE_TYPE_WIDENED);
        (rule, Shown::value(at), Shown::new(work.new.at, "no alternatives"), "is no longer restricted to alternatives")
    };
    engine.found(work.unit, rule, old, new, format!("{} {message}", work.label));
}

fn unions<'a>(engine: &mut Engine<'a>, work: &Work<'a>, old: &Union<'a>, new: &Union<'a>) {
    let matched = match_up(engine, &old.branches, &new.branches);
    let gone: Vec<Site<'a>> = unmatched(&old.branches, matched.iter().map(|(old, _)| *old));
    let more: Vec<Site<'a>> = unmatched(&new.branches, matched.iter().map(|(_, new)| *new));
    let values = tags::Values::of(engine, work);
    for (before, after) in &matched {
        if let Some(values) = &values {
            values.compare(engine, work, old.branches[*before], new.branches[*after]);
        }
        let (before, after) = (&old.branches[*before..=*before], &new.branches[*after..=*after]);
        let label = format!("an alternative of {}", work.label);
        link(engine, work.unit, work.direction, (before, Use::Item), (after, Use::Item), &label, inner(work));
    }
    gone.iter().for_each(|branch| removed(engine, work, *branch));
    let is_open = is_open(&engine.old, work, old);
    // The type of a single union keeps the variant that a further constant selects.
    let is_alone = old.keyword == "oneOf" && work.old.unions.len() == 1 && !more.is_empty();
    let constants = Some(&old.branches).filter(|_| is_alone).and_then(|all| tags::telling(&engine.old, all));
    for branch in &more {
        let tells = constants.as_ref().is_some_and(|constants| constants.tell(&engine.new, *branch));
        added(engine, work, *branch, is_open || tells);
    }
    several(engine, work, old, new);
    let order_is_kept = matched.windows(2).all(|pair| pair.first().map(|pair| pair.1) < pair.last().map(|pair| pair.1));
    if !gone.is_empty() || !more.is_empty() || !order_is_kept {
        variants(engine, work, old, new);
    }
}

/// Several objects of an `anyOf` can hold at once: the enum has a variant for that, unless a discriminator chooses one.
fn several<'a>(engine: &mut Engine<'a>, work: &Work<'a>, old: &Union<'a>, new: &Union<'a>) {
    let mut has_several = |union: &Union<'a>, view: &View<'a>, is_new: bool| {
        let mut is_object = |branch: &Site<'a>| match is_new {
            true => engine.new_view(&[*branch]).is_kind("object"),
            false => engine.old_view(&[*branch]).is_kind("object"),
        };
        let objects = union.branches.iter().filter(|branch| is_object(branch)).take(2).count();
        union.keyword == "anyOf" && view.discriminator.is_none() && objects > 1
    };
    if has_several(old, &work.old, false) && !has_several(new, &work.new, true) {
        let message = format!("{} has no variant for several alternatives at once any more", work.label);
        let shown = (Shown::new(old.at, old.keyword), Shown::new(new.at, new.keyword));
        engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, shown.0, shown.1, message);
    }
}

fn unmatched<'a>(branches: &[Site<'a>], matched: impl Iterator<Item = usize>) -> Vec<Site<'a>> {
    let matched: HashSet<usize> = matched.collect();
    branches.iter().enumerate().filter(|(at, _)| !matched.contains(at)).map(|(_, branch)| *branch).collect()
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

fn removed<'a>(engine: &mut Engine<'a>, work: &Work<'a>, branch: Site<'a>) {
    let rule = pick(work.direction, &REQUEST_BRANCH_REMOVED, &RESPONSE_BRANCH_REMOVED);
    let text = branch_text(engine.old.follow(branch).1, branch);
    let message = format!("{} is no longer {text}", work.label);
    engine.found(work.unit, rule, Shown::new(branch, text), None, message);
}

/// Whether the type that was generated for a union keeps values of a kind that it doesn't know: those of which a
/// discriminator says what they are.
fn is_open<'a>(old: &Side<'a>, work: &Work<'a>, union: &Union<'a>) -> bool {
    let property = work.old.discriminator.and_then(|discriminator| discriminator.node.get_str("propertyName"));
    let are_named = union.branches.iter().all(|branch| old.follow(*branch).1.is_some());
    let are_several = union.branches.len() > 1;
    property.is_some() && are_named && are_several && union.keyword == "oneOf" && work.old.unions.len() == 1
}

fn added<'a>(engine: &mut Engine<'a>, work: &Work<'a>, branch: Site<'a>, is_open: bool) {
    let response = if is_open { &RESPONSE_BRANCH_ADDED } else { &RESPONSE_CLOSED_UNION_WIDENED };
    let rule = pick(work.direction, &REQUEST_BRANCH_ADDED, response);
    let text = branch_text(engine.new.follow(branch).1, branch);
    let message = format!("{} can be {text}", work.label);
    engine.found(work.unit, rule, None, Shown::new(branch, text), message);
}

fn branch_text(name: Option<&str>, branch: Site<'_>) -> String {
    match (name, branch.node.get_str("title"), branch.node.get_str("type")) {
        (Some(name), ..) => format!("`{name}`"),
        (None, Some(title), _) => format!("`{title}`"),
        (None, None, Some(kind)) => format!("of type {kind}"),
        (None, None, None) => "another alternative".to_owned(),
    }
}

/// The names of the variants depend on all of them: on their common beginning, or on their order.
fn variants<'a>(engine: &mut Engine<'a>, work: &Work<'a>, old: &Union<'a>, new: &Union<'a>) {
    let names = |side: &Side<'a>, union: &Union<'a>| -> Option<Vec<&'a str>> {
        union.branches.iter().map(|branch| side.follow(*branch).1).collect()
    };
    let (before, after) = (names(&engine.old, old), names(&engine.new, new));
    let is_additive = match (before, after) {
        (Some(before), Some(after)) => {
            let known: HashSet<&str> = after.iter().copied().collect();
            before.iter().all(|name| known.contains(name)) && common_words(&before) == common_words(&after)
        }
        // Unnamed variants are numbered, so that an added, removed or moved one may rename the others.
        _ => false,
    };
    if !is_additive {
        let message = format!("the variants of {} have other names", work.label);
        let text = |union: &Union<'a>| match union.branches.len() {
            1 => "1 alternative".to_owned(),
            count => format!("{count} alternatives"),
        };
        let (old, new) = (Shown::new(old.at, text(old)), Shown::new(new.at, text(new)));
        engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
    }
}

/// How many leading words all names share: the generator leaves them out of the variants' names.
fn common_words(names: &[&str]) -> usize {
    use heck::ToKebabCase;
    let words: Vec<Vec<String>> =
        names.iter().map(|name| name.to_kebab_case().split('-').map(str::to_owned).collect()).collect();
    let Some((first, others)) = words.split_first() else { return 0 };
    (0..first.len()).take_while(|at| others.iter().all(|words| words.get(*at) == first.get(*at))).count()
}
