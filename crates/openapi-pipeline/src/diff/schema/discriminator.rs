//! Discriminators: the property that tells alternatives apart, and the meaning of its values.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::matching::match_up;
use super::tags::{self, branches, constants, own_value, target};
use super::{Use, link, pick};
use crate::diff::engine::{Engine, Mode, Proof, Shown, Work};
use crate::diff::rules::{
    GENERATED_TYPE_CHANGED, REQUEST_DISCRIMINATOR_CHANGED, REQUEST_DISCRIMINATOR_VALUE_ADDED,
    REQUEST_DISCRIMINATOR_VALUE_CHANGED, REQUEST_DISCRIMINATOR_VALUE_REMOVED, RESPONSE_DISCRIMINATOR_CHANGED,
    RESPONSE_DISCRIMINATOR_VALUE_ADDED, RESPONSE_DISCRIMINATOR_VALUE_CHANGED, RESPONSE_DISCRIMINATOR_VALUE_REMOVED,
    TYPE_RENAMED,
};
use crate::diff::side::{Side, Site};
use crate::diff::view::View;

pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (Some(old), Some(new)) = (work.old.discriminator, work.new.discriminator) else {
        return came_or_went(engine, work);
    };
    if !is_own(&work.old, old) && !is_own(&work.new, new) {
        return;
    }
    let (before, after) = (old.node.get_str("propertyName"), new.node.get_str("propertyName"));
    if before != after {
        let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_CHANGED, &RESPONSE_DISCRIMINATOR_CHANGED);
        let text = |name: Option<&str>| name.unwrap_or("nothing").to_owned();
        let message = format!("alternatives of {} are distinguished by `{}`", work.label, text(after));
        return engine.found(work.unit, rule, Shown::new(old, text(before)), Shown::new(new, text(after)), message);
    }
    mappings(engine, work, old, new);
}

fn came_or_went<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (old, new) = (work.old.discriminator, work.new.discriminator);
    // Without alternatives on both sides, the change is one of the alternatives.
    if old.is_none() == new.is_none() || work.old.unions.is_empty() || work.new.unions.is_empty() {
        return;
    }
    // Where each alternative lists its own values, these and the types are the same without a discriminator.
    let is_implied = match old {
        Some(_) => tags::are_implied(&engine.old, &work.old),
        None => tags::are_implied(&engine.new, &work.new),
    };
    if is_implied {
        return;
    }
    let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_CHANGED, &RESPONSE_DISCRIMINATOR_CHANGED);
    let how = if new.is_some() { "by a property" } else { "by their form alone" };
    let message = format!("alternatives of {} are distinguished {how}", work.label);
    let nothing = |view: &View<'a>| Shown::new(view.at, "no discriminator");
    let before = old.map_or_else(|| nothing(&work.old), Shown::value);
    let after = new.map_or_else(|| nothing(&work.new), Shown::value);
    engine.found(work.unit, rule, before, after, message);
}

/// Compares the targets of discriminator values that are no alternatives: of a mapping, or schemas made of this one.
pub(super) fn subtypes<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (Some(old), Some(new)) = (work.old.discriminator, work.new.discriminator) else { return };
    let (before, after) = (targets(&engine.old, &work.old, old), targets(&engine.new, &work.new, new));
    let unknown =
        |all: &BTreeMap<String, Target<'a>>, others: &BTreeMap<String, Target<'a>>| -> Vec<(String, Site<'a>)> {
            let children = all.iter().filter(|(value, target)| !target.is_mapped && !others.contains_key(*value));
            children.map(|(value, target)| (value.clone(), target.at)).collect()
        };
    let (gone, more) = (unknown(&before, &after), unknown(&after, &before));
    let sites = |all: &[(String, Site<'a>)]| -> Vec<Site<'a>> { all.iter().map(|(_, at)| *at).collect() };
    // A child that has another name is named by another value.
    let renamed = match_up(engine, &sites(&gone), &sites(&more));
    for (was, is) in &renamed {
        let ((was, old), (is, new)) = (&gone[*was], &more[*is]);
        let values = |value: &str| BTreeSet::from([value.to_owned()]);
        tags::moved(engine, work, (*old, values(was)), (*new, values(is)));
        pair(engine, work, is, (*old, *new));
    }
    for (value, target) in &before {
        if let Some(other) = after.get(value) {
            pair(engine, work, value, (target.at, other.at));
        }
    }
    for (_, (value, at)) in gone.iter().enumerate().filter(|(at, _)| !renamed.iter().any(|(was, _)| was == at)) {
        let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_VALUE_REMOVED, &RESPONSE_DISCRIMINATOR_VALUE_REMOVED);
        let message = format!("`{value}` no longer names a kind of {}", work.label);
        engine.found(work.unit, rule, Shown::new(*at, value), None, message);
    }
    for (_, (value, at)) in more.iter().enumerate().filter(|(at, _)| !renamed.iter().any(|(_, is)| is == at)) {
        let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_VALUE_ADDED, &RESPONSE_DISCRIMINATOR_VALUE_ADDED);
        let message = format!("`{value}` names a kind of {}", work.label);
        engine.found(work.unit, rule, None, Shown::new(*at, value), message);
    }
    variants(engine, work, &before, &after);
}

fn pair<'a>(engine: &mut Engine<'a>, work: &Work<'a>, value: &str, (old, new): (Site<'a>, Site<'a>)) {
    let label = format!("{} of `{value}`", work.label);
    let mode = Mode { proof: Proof::Nothing, ..work.mode };
    let (old, new) = ((&[old][..], Use::Item), (&[new][..], Use::Item));
    link(engine, work.unit, work.direction, old, new, &label, mode);
}

/// A schema with children is an enum of them, and itself.
fn variants<'a>(
    engine: &mut Engine<'a>,
    work: &Work<'a>,
    before: &BTreeMap<String, Target<'a>>,
    after: &BTreeMap<String, Target<'a>>,
) {
    if !work.old.unions.is_empty() || !work.new.unions.is_empty() {
        return;
    }
    let names = |targets: &BTreeMap<String, Target<'a>>| -> BTreeSet<String> {
        targets.values().map(|target| target.name.clone()).collect()
    };
    let (was, is) = (names(before), names(after));
    let mut renamed: BTreeSet<&str> = BTreeSet::new();
    for (value, old) in before {
        let Some(new) = after.get(value).filter(|new| !was.contains(&new.name) && !is.contains(&old.name)) else {
            continue;
        };
        if renamed.insert(&old.name) {
            let message = format!("`{}` became `{}`", old.name, new.name);
            let (old, new) = (Shown::new(old.at, &old.name), Shown::new(new.at, &new.name));
            engine.found_for_code(work.unit, &TYPE_RENAMED, old, new, message);
        }
    }
    let mut changed = |message: String, old: &str, new: &str| {
        let at = |view: &View<'a>| view.parts.first().copied().unwrap_or(view.at);
        let (old, new) = (Shown::new(at(&work.old), old), Shown::new(at(&work.new), new));
        engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
    };
    match (was.is_empty(), is.is_empty()) {
        (true, false) => {
            changed(format!("{} was one type and is one of several", work.label), "one type", "one of several");
        }
        (false, true) => {
            changed(format!("{} was one of several types and is one", work.label), "one of several", "one type");
        }
        _ => {
            for name in was.difference(&is).filter(|name| !renamed.contains(name.as_str())) {
                changed(format!("{} has no variant for `{name}` any more", work.label), name, "no such variant");
            }
        }
    }
}

/// The target of a discriminator value.
struct Target<'a> {
    at: Site<'a>,
    name: String,
    /// Whether a mapping names it.
    is_mapped: bool,
}

/// Whether a schema is told apart by a discriminator: only one that it has itself makes it a parent, and its children
/// repeat that.
fn is_own<'a>(view: &View<'a>, discriminator: Site<'a>) -> bool {
    let own = view.parts.first().and_then(|part| part.get("discriminator"));
    !view.unions.is_empty() || own.map(Site::address) == Some(discriminator.address())
}

fn targets<'a>(side: &Side<'a>, view: &View<'a>, discriminator: Site<'a>) -> BTreeMap<String, Target<'a>> {
    if !is_own(view, discriminator) {
        return BTreeMap::new();
    }
    let branches = branches(side, view);
    let mut all = BTreeMap::new();
    let mut mapped = HashSet::new();
    for (value, reference) in discriminator.members("mapping") {
        let Some(name) = target(reference) else { continue };
        if let Some(at) = side.schema(&name).filter(|_| !branches.contains(name.as_str())) {
            all.insert(value.to_owned(), Target { at, name: name.clone(), is_mapped: true });
        }
        mapped.insert(name);
    }
    let name = view.name.filter(|_| view.unions.is_empty());
    for child in name.map(|name| side.children(name)).unwrap_or_default() {
        if let Some(at) = side.schema(&child).filter(|_| !mapped.contains(&child)) {
            all.entry(own_value(at, &child)).or_insert(Target { at, name: child, is_mapped: false });
        }
    }
    all
}

fn mappings<'a>(engine: &mut Engine<'a>, work: &Work<'a>, old: Site<'a>, new: Site<'a>) {
    // Without a mapping, a value means the alternative that lists it, or else the component of its name. A mapping entry
    // that agrees adds nothing.
    let entry = |mapping: Site<'a>, value: &str| mapping.get("mapping").and_then(|mapping| mapping.get(value));
    let meaning = |mapping: Site<'a>, value: &str| entry(mapping, value).and_then(target);
    let (old_branches, new_branches) = (branches(&engine.old, &work.old), branches(&engine.new, &work.new));
    let tag = old.node.get_str("propertyName").unwrap_or_default();
    let (old_implied, new_implied) =
        (constants(&engine.old, &old_branches, tag), constants(&engine.new, &new_branches, tag));
    let implied =
        |constants: &HashMap<String, Option<&'a str>>, branches: &HashSet<&'a str>, value: &str| match constants
            .get(value)
        {
            Some(name) => name.map(str::to_owned),
            None => branches.contains(value).then(|| value.to_owned()),
        };
    for (value, site) in old.members("mapping") {
        let before = target(site);
        let after = meaning(new, value).or_else(|| implied(&new_implied, &new_branches, value));
        match after {
            // If the alternative itself was removed, only that is reported.
            None if before.as_deref().is_some_and(|name| new_branches.contains(name)) || new_branches.is_empty() => {
                let rule =
                    pick(work.direction, &REQUEST_DISCRIMINATOR_VALUE_REMOVED, &RESPONSE_DISCRIMINATOR_VALUE_REMOVED);
                let message = format!("`{value}` no longer names an alternative of {}", work.label);
                engine.found(work.unit, rule, Shown::new(site, value), None, message);
            }
            Some(after) if before.as_ref() != Some(&after) => {
                let was = before.as_deref().unwrap_or_default();
                let is_same_by_renaming = match new_branches.is_empty() {
                    true => engine.new.schema(was).is_none() && engine.old.schema(&after).is_none(),
                    false => !new_branches.contains(was) && !old_branches.contains(after.as_str()),
                };
                if !is_same_by_renaming {
                    let rule = pick(
                        work.direction,
                        &REQUEST_DISCRIMINATOR_VALUE_CHANGED,
                        &RESPONSE_DISCRIMINATOR_VALUE_CHANGED,
                    );
                    let message = format!("`{value}` names another alternative of {}", work.label);
                    let at = entry(new, value).unwrap_or(new);
                    let before = before.unwrap_or_default();
                    engine.found(work.unit, rule, Shown::new(site, before), Shown::new(at, after), message);
                }
            }
            _ => {}
        }
    }
    for (value, site) in new.members("mapping").filter(|(value, _)| entry(old, value).is_none()) {
        let after = target(site).unwrap_or_default();
        let was_implied = implied(&old_implied, &old_branches, value).as_deref() == Some(&*after);
        // If the alternative itself is new, only that is reported.
        if !was_implied && (old_branches.contains(after.as_str()) || old_branches.is_empty()) {
            let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_VALUE_ADDED, &RESPONSE_DISCRIMINATOR_VALUE_ADDED);
            let message = format!("`{value}` names an alternative of {}", work.label);
            engine.found(work.unit, rule, None, Shown::new(site, value), message);
        }
    }
}
