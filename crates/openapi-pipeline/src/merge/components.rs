//! Components: conflicts found before the merge, then the union.

use indexmap::IndexMap;

use super::settle::Settled;
use super::{MergePlan, Part, rule};
use crate::names::type_name;
use crate::vocabulary::compare::{Difference, Side, difference};
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Value};

/// Reports every component that two documents have under one name in different forms, unless a rule settles it.
pub(crate) fn check(parts: &[Part], plan: &MergePlan, settled: &Settled, problems: &mut Diagnostics) {
    let mut seen: IndexMap<(&str, &str), (usize, &Node)> = IndexMap::new();
    for (index, part) in parts.iter().enumerate() {
        for (section, name, node) in components_of(&part.root) {
            let key = (section.to_owned(), name.to_owned());
            if settled.renames[index].contains_key(&key) || settled.kept.contains_key(&key) {
                continue;
            }
            let Some((first, first_node)) = seen.get(&(section, name)).copied() else {
                seen.insert((section, name), (index, node));
                continue;
            };
            let left = Side { node: first_node, renames: &settled.renames[first] };
            let right = Side { node, renames: &settled.renames[index] };
            if let Some(found) = difference(left, right) {
                let component = format!("{section}/{name}");
                let sides = [(&parts[first].id, first_node), (&part.id, node)];
                problems.push(conflict(plan, &component, sides, &found));
            }
        }
    }
}

fn conflict(plan: &MergePlan, component: &str, sides: [(&String, &Node); 2], found: &Difference) -> Diagnostic {
    let [(first, first_node), (second, second_node)] = sides;
    let message = format!("`{first}` and `{second}` have different components `{component}`");
    let family = if plan.family.is_empty() { "NAME" } else { &plan.family };
    let help = format!(
        "say in families.toml which one is meant, or give one of them another name:\n\
         [[families.{family}.merge]]\n\
         component = \"{component}\"\n\
         keep = \"{first}\"\n\
         # or instead of `keep`, to have both:\n\
         # rename = \"{}{{name}}\"\n\
         # of = \"{second}\"",
        type_name(second)
    );
    Diagnostic::new("component-conflict", message)
        .at(found.right.origin.unwrap_or(second_node.origin), found.right.describe(second, &found.pointer))
        .related(found.left.origin.unwrap_or(first_node.origin), found.left.describe(first, &found.pointer))
        .help(help)
}

/// Takes the components of all documents; those of a kept document win. Called when no conflict is left.
pub(crate) fn merge(cx: &mut Context, parts: &mut [Part], settled: &Settled) -> Object {
    let mut sections = Object::default();
    let mut merged_equal: IndexMap<(String, String), Vec<String>> = IndexMap::new();
    for (index, part) in parts.iter_mut().enumerate() {
        let (origin, id) = (part.root.origin, &part.id);
        let Some(Node { value: Value::Object(components), .. }) = part.root.remove("components") else { continue };
        for (section, members) in components {
            let Value::Object(members) = members.value else { continue };
            let target = sections.entry(section.clone()).or_insert_with(|| Node::object(origin));
            let Some(target) = target.as_object_mut() else { continue };
            for (name, node) in members {
                let key = (section.clone(), name.clone());
                let kept = settled.kept.get(&key).copied();
                if kept == Some(index) {
                    let text = format!("`{section}/{name}` is the one of `{id}` for all documents");
                    cx.note(&rule::KEPT, node.origin, text);
                } else if kept.is_none() && target.contains_key(&name) {
                    merged_equal.entry(key).or_default().push(id.clone());
                    continue;
                } else if kept.is_some() && target.contains_key(&name) {
                    continue;
                }
                target.insert(name, node);
            }
        }
    }
    for ((section, name), documents) in merged_equal {
        if let Some(node) = sections.get(&section).and_then(|members| members.get(&name)) {
            let text = format!("`{section}/{name}` of `{}` is the same", documents.join("`, `"));
            cx.note(&rule::MERGED_EQUAL, node.origin, text);
        }
    }
    sections
}

fn components_of(root: &Node) -> impl Iterator<Item = (&str, &str, &Node)> {
    root.members("components").filter(|(section, _)| !section.starts_with("x-")).flat_map(|(section, members)| {
        let members = members.as_object().into_iter().flatten();
        members.map(move |(name, node)| (section.as_str(), name.as_str(), node))
    })
}
