//! `oneOf` and `anyOf`: compares the alternatives of both sides.

use std::collections::HashSet;

use super::matching::{like, match_up, pairs_of_unions};
use super::{Use, discriminator, link, pick, scalars, tags};
use crate::diff::engine::{Engine, Mode, Shown, Work};
use crate::diff::rules::{
    GENERATED_TYPE_CHANGED, REQUEST_BRANCH_ADDED, REQUEST_BRANCH_REMOVED, REQUEST_TYPE_NARROWED, REQUEST_TYPE_WIDENED,
    RESPONSE_BRANCH_ADDED, RESPONSE_BRANCH_REMOVED, RESPONSE_CLOSED_UNION_WIDENED, RESPONSE_TYPE_NARROWED,
    RESPONSE_TYPE_WIDENED,
};
use crate::diff::side::{Side, Site};
use crate::diff::view::{Union, View};

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
