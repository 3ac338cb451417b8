//! Discriminators: the property that tells alternatives apart, and the meaning of its values.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Use, link, pick};
use crate::diff::engine::{Engine, Mode, Proof, Shown, Work};
use crate::diff::rules::{
    GENERATED_TYPE_CHANGED, REQUEST_DISCRIMINATOR_CHANGED, REQUEST_DISCRIMINATOR_VALUE_ADDED,
    REQUEST_DISCRIMINATOR_VALUE_CHANGED, REQUEST_DISCRIMINATOR_VALUE_REMOVED, RESPONSE_DISCRIMINATOR_CHANGED,
    RESPONSE_DISCRIMINATOR_VALUE_ADDED, RESPONSE_DISCRIMINATOR_VALUE_CHANGED, RESPONSE_DISCRIMINATOR_VALUE_REMOVED,
};
use crate::diff::side::{Side, Site};
use crate::diff::view::View;
use crate::vocabulary::layout::component_of;
use crate::vocabulary::named_by;

pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (Some(old), Some(new)) = (work.old.discriminator, work.new.discriminator) else {
        return came_or_went(engine, work);
    };
    let (before, after) = (old.node.get_str("propertyName"), new.node.get_str("propertyName"));
    if before != after {
        let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_CHANGED, &RESPONSE_DISCRIMINATOR_CHANGED);
        let text = |name: Option<&str>| name.unwrap_or("nothing").to_owned();
        let message = format!("alternatives of {} are told apart by `{}`", work.label, text(after));
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
    let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_CHANGED, &RESPONSE_DISCRIMINATOR_CHANGED);
    let how = if new.is_some() { "by a property" } else { "by their form alone" };
    let message = format!("alternatives of {} are told apart {how}", work.label);
    let nothing = |view: &View<'a>| Shown::new(view.at, "no discriminator");
    let before = old.map_or_else(|| nothing(&work.old), Shown::value);
    let after = new.map_or_else(|| nothing(&work.new), Shown::value);
    engine.found(work.unit, rule, before, after, message);
}

/// Compares the targets of discriminator values that are no alternatives: of a mapping, or schemas made of this one.
pub(super) fn subtypes<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (Some(old), Some(new)) = (work.old.discriminator, work.new.discriminator) else { return };
    let (before, after) = (targets(&engine.old, &work.old, old), targets(&engine.new, &work.new, new));
    for (value, target) in &before {
        match after.get(value) {
            Some(other) => {
                let label = format!("{} of `{value}`", work.label);
                let mode = Mode { proof: Proof::Nothing, ..work.mode };
                let (old, new) = ((&[target.at][..], Use::Item), (&[other.at][..], Use::Item));
                link(engine, work.unit, work.direction, old, new, &label, mode);
            }
            None if !target.is_mapped => {
                let rule =
                    pick(work.direction, &REQUEST_DISCRIMINATOR_VALUE_REMOVED, &RESPONSE_DISCRIMINATOR_VALUE_REMOVED);
                let message = format!("`{value}` no longer names a kind of {}", work.label);
                engine.found(work.unit, rule, Shown::new(target.at, value), None, message);
            }
            None => {}
        }
    }
    for (value, target) in after.iter().filter(|(value, target)| !target.is_mapped && !before.contains_key(*value)) {
        let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_VALUE_ADDED, &RESPONSE_DISCRIMINATOR_VALUE_ADDED);
        let message = format!("`{value}` names a kind of {}", work.label);
        engine.found(work.unit, rule, None, Shown::new(target.at, value), message);
        if before.is_empty() && work.old.unions.is_empty() {
            let message = format!("{} was one type and is one of several", work.label);
            let (old, new) = (Shown::new(work.old.at, "one type"), Shown::new(work.new.at, "one of several"));
            engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
        }
    }
}

/// The target of a discriminator value.
struct Target<'a> {
    at: Site<'a>,
    /// Whether a mapping names it.
    is_mapped: bool,
}

fn targets<'a>(side: &Side<'a>, view: &View<'a>, discriminator: Site<'a>) -> BTreeMap<String, Target<'a>> {
    // Only a schema with a discriminator of its own is a parent: its children repeat the discriminator.
    let own = view.parts.first().and_then(|part| part.get("discriminator"));
    if view.unions.is_empty() && own.map(Site::address) != Some(discriminator.address()) {
        return BTreeMap::new();
    }
    let branches: HashSet<&str> =
        view.unions.iter().flat_map(|union| &union.branches).filter_map(|branch| side.follow(*branch).1).collect();
    let mut all = BTreeMap::new();
    let mut mapped = HashSet::new();
    for (value, reference) in discriminator.members("mapping") {
        let name = reference.node.as_str().and_then(component_of).map(|(_, name)| name.into_owned());
        let Some(name) = name else { continue };
        if let Some(at) = side.schema(&name).filter(|_| !branches.contains(name.as_str())) {
            all.insert(value.to_owned(), Target { at, is_mapped: true });
        }
        mapped.insert(name);
    }
    let name = view.name.filter(|_| view.unions.is_empty());
    for child in name.map(|name| side.children(name)).unwrap_or_default() {
        if let Some(at) = side.schema(&child).filter(|_| !mapped.contains(&child)) {
            all.entry(child).or_insert(Target { at, is_mapped: false });
        }
    }
    all
}

fn mappings<'a>(engine: &mut Engine<'a>, work: &Work<'a>, old: Site<'a>, new: Site<'a>) {
    // Without a mapping, a value means the alternative that lists it, or else the component of its name. A mapping entry
    // that agrees adds nothing.
    let target =
        |site: Site<'a>| -> Option<String> { component_of(site.node.as_str()?).map(|(_, name)| name.into_owned()) };
    let entry = |mapping: Site<'a>, value: &str| mapping.get("mapping").and_then(|mapping| mapping.get(value));
    let meaning = |mapping: Site<'a>, value: &str| entry(mapping, value).and_then(target);
    let branches = |view: &View<'a>, side: &Side<'a>| -> HashSet<&'a str> {
        view.unions.iter().flat_map(|union| &union.branches).filter_map(|branch| side.follow(*branch).1).collect()
    };
    let (old_branches, new_branches) = (branches(&work.old, &engine.old), branches(&work.new, &engine.new));
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
                let is_same_by_renaming = !new_branches.contains(before.as_deref().unwrap_or_default())
                    && !old_branches.contains(after.as_str())
                    && !new_branches.is_empty();
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

/// How deep an alternative is searched for the values of its tag.
const DEEPEST: usize = 8;

/// The values that alternatives list of the tag, each with its alternative; with none, where several list it.
fn constants<'a>(side: &Side<'a>, branches: &HashSet<&'a str>, tag: &str) -> HashMap<String, Option<&'a str>> {
    let mut all = HashMap::new();
    for name in branches {
        let Some(site) = side.schema(name) else { continue };
        for value in listed(side, site, tag, 0) {
            all.entry(value)
                .and_modify(|other: &mut Option<&str>| *other = other.filter(|other| other == name))
                .or_insert(Some(*name));
        }
    }
    all
}

fn listed<'a>(side: &Side<'a>, site: Site<'a>, tag: &str, depth: usize) -> Vec<String> {
    let site = side.resolve(site);
    let property = site.get("properties").and_then(|properties| properties.get(tag)).map(|site| side.resolve(site));
    let constants = property.into_iter().flat_map(|property| property.get("const"));
    let values = property.into_iter().flat_map(|property| property.elements("enum"));
    let mut all: Vec<String> = constants.chain(values).filter_map(|value| named_by(value.node)).collect();
    if depth < DEEPEST {
        // A parent with a discriminator lists the values of all its children.
        let parts = site.elements("allOf").filter(|part| side.resolve(*part).get("discriminator").is_none());
        all.extend(parts.flat_map(|part| listed(side, part, tag, depth + 1)));
    }
    all
}
