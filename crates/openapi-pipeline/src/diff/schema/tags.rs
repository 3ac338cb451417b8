//! The discriminator values of alternatives: those of a mapping, the constants that an alternative lists, or its name.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::pick;
use crate::diff::engine::{Engine, Shown, Work};
use crate::diff::rule::Direction;
use crate::diff::rules::{REQUEST_DISCRIMINATOR_VALUE_CHANGED, RESPONSE_DISCRIMINATOR_VALUE_CHANGED};
use crate::diff::side::{Side, Site};
use crate::diff::view::View;
use crate::vocabulary::layout::component_of;
use crate::vocabulary::named_by;

/// The names of the alternatives that are components.
pub(super) fn branches<'a>(side: &Side<'a>, view: &View<'a>) -> HashSet<&'a str> {
    view.unions.iter().flat_map(|union| &union.branches).filter_map(|branch| side.follow(*branch).1).collect()
}

/// The component that an entry of a mapping means.
pub(super) fn target(entry: Site<'_>) -> Option<String> {
    component_of(entry.node.as_str()?).map(|(_, name)| name.into_owned())
}

/// The value that means a component where nothing else is said.
pub(super) fn own_value(site: Site<'_>, name: &str) -> String {
    site.node.get_str("x-ms-discriminator-value").unwrap_or(name).to_owned()
}

/// The values of all alternatives of both sides.
pub(super) struct Values<'a> {
    old: Tags<'a>,
    new: Tags<'a>,
}

impl<'a> Values<'a> {
    /// The values, where one property tells the alternatives apart on both sides.
    pub(super) fn of(engine: &Engine<'a>, work: &Work<'a>) -> Option<Self> {
        let (old, new) = (Tags::of(&engine.old, &work.old)?, Tags::of(&engine.new, &work.new)?);
        (old.tag == new.tag).then_some(Self { old, new })
    }

    /// Compares those of an alternative that both sides have: without one in common, callers write or read another.
    pub(super) fn compare(&self, engine: &mut Engine<'a>, work: &Work<'a>, old: Site<'a>, new: Site<'a>) {
        let (Some(before), Some(after)) = (engine.old.follow(old).1, engine.new.follow(new).1) else { return };
        // A value that requests no longer allow is reported as a change of the value.
        if before == after && work.direction == Direction::Request {
            return;
        }
        let (was, is) = (self.old.values(&engine.old, before), self.new.values(&engine.new, after));
        let (Some((was, were_constants)), Some((is, are_constants))) = (was, is) else { return };
        // A different constant is reported as a change of the property.
        let is_property = before == after && were_constants && are_constants;
        if is_property || was.is_empty() || is.is_empty() || !was.is_disjoint(&is) {
            return;
        }
        moved(engine, work, (old, was), (new, is));
    }
}

/// Records that the same alternative has other values.
pub(super) fn moved<'a>(
    engine: &mut Engine<'a>,
    work: &Work<'a>,
    (old, was): (Site<'a>, BTreeSet<String>),
    (new, is): (Site<'a>, BTreeSet<String>),
) {
    let rule = pick(work.direction, &REQUEST_DISCRIMINATOR_VALUE_CHANGED, &RESPONSE_DISCRIMINATOR_VALUE_CHANGED);
    let text = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>().join("`, `");
    let (was, is) = (text(was), text(is));
    let message = format!("an alternative of {} is named by `{is}`; it was named by `{was}`", work.label);
    engine.found(work.unit, rule, Shown::new(old, was), Shown::new(new, is), message);
}

/// Whether every alternative lists the values of its tag itself, and no other one's; a mapping says the same.
pub(super) fn are_implied<'a>(side: &Side<'a>, view: &View<'a>) -> bool {
    let tag = view.discriminator.and_then(|discriminator| discriminator.node.get_str("propertyName"));
    let (Some(tag), Some(discriminator)) = (tag, view.discriminator) else { return false };
    let mut known: HashMap<String, Option<&'a str>> = HashMap::new();
    for branch in view.unions.iter().flat_map(|union| &union.branches) {
        let values = listed(side, *branch, tag, 0);
        if values.is_empty() || !requires(side, *branch, tag, 0) {
            return false;
        }
        let name = side.follow(*branch).1;
        if values.into_iter().any(|value| known.insert(value, name).is_some()) {
            return false;
        }
    }
    discriminator.members("mapping").all(|(value, entry)| {
        let name = known.get(value).copied().flatten();
        name.is_some() && name == target(entry).as_deref()
    })
}

/// The values of the property by which the alternatives of a `oneOf` are told apart without a discriminator.
pub(super) struct Constants<'a> {
    tag: &'a str,
    known: BTreeSet<String>,
}

/// The first property of which each of several alternatives lists values of its own.
pub(super) fn telling<'a>(side: &Side<'a>, branches: &[Site<'a>]) -> Option<Constants<'a>> {
    let first = branches.first().filter(|_| branches.len() > 1)?;
    let told_by = |tag: &'a str| {
        let mut known = BTreeSet::new();
        let tells = branches.iter().all(|branch| {
            let values: BTreeSet<String> = listed(side, *branch, tag, 0).into_iter().collect();
            !values.is_empty() && values.into_iter().all(|value| !is_boolean(&value) && known.insert(value))
        });
        tells.then_some(Constants { tag, known })
    };
    side.resolve(*first).members("properties").find_map(|(name, _)| told_by(name))
}

impl Constants<'_> {
    /// Whether a further alternative requires other values of that property.
    pub(super) fn tell<'a>(&self, side: &Side<'a>, branch: Site<'a>) -> bool {
        let values = listed(side, branch, self.tag, 0);
        let are_new = !values.is_empty() && values.iter().all(|value| !self.known.contains(value));
        are_new && requires(side, branch, self.tag, 0)
    }
}

/// Booleans are all known.
fn is_boolean(value: &str) -> bool {
    matches!(value, "true" | "false")
}

fn requires<'a>(side: &Side<'a>, site: Site<'a>, tag: &str, depth: usize) -> bool {
    let site = side.resolve(site);
    site.elements("required").any(|name| name.node.as_str() == Some(tag))
        || depth < DEEPEST && site.elements("allOf").any(|part| requires(side, part, tag, depth + 1))
}

/// The values of the alternatives of one side, by their names.
struct Tags<'a> {
    /// The property that holds the value.
    tag: &'a str,
    mapped: HashMap<String, BTreeSet<String>>,
    constants: HashMap<&'a str, BTreeSet<String>>,
}

impl<'a> Tags<'a> {
    fn of(side: &Side<'a>, view: &View<'a>) -> Option<Self> {
        let discriminator = view.discriminator?;
        let tag = discriminator.node.get_str("propertyName")?;
        let mut mapped: HashMap<String, BTreeSet<String>> = HashMap::new();
        for (value, entry) in discriminator.members("mapping") {
            if let Some(name) = target(entry) {
                mapped.entry(name).or_default().insert(value.to_owned());
            }
        }
        let mut listed: HashMap<&'a str, BTreeSet<String>> = HashMap::new();
        for (value, name) in constants(side, &branches(side, view), tag) {
            if let Some(name) = name {
                listed.entry(name).or_default().insert(value);
            }
        }
        Some(Self { tag, mapped, constants: listed })
    }

    /// The values of an alternative, unless it has alternatives of its own, and whether it lists them all itself.
    fn values(&self, side: &Side<'a>, name: &str) -> Option<(BTreeSet<String>, bool)> {
        let site = side.resolve(side.schema(name)?);
        if ["oneOf", "anyOf"].iter().any(|key| site.node.get(key).is_some()) {
            return None;
        }
        let mapped = self.mapped.get(name).cloned().unwrap_or_default();
        let are_constants = mapped.is_empty();
        let mut values = mapped;
        values.extend(self.constants.get(name).cloned().unwrap_or_default());
        if values.is_empty() && listed(side, site, self.tag, 0).is_empty() {
            return Some((BTreeSet::from([own_value(site, name)]), false));
        }
        Some((values, are_constants))
    }
}

/// How deep an alternative is searched for the values of its tag.
const DEEPEST: usize = 8;

/// The values that alternatives list of the tag, each with its alternative; with none, where several list it.
pub(super) fn constants<'a>(
    side: &Side<'a>,
    branches: &HashSet<&'a str>,
    tag: &str,
) -> HashMap<String, Option<&'a str>> {
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
