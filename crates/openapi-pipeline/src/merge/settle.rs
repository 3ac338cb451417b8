//! The merge rules: checked against the documents, so that none goes stale, then applied.

use std::collections::HashMap;

use super::{MergeAction, MergePlan, MergeRule, Part, rule};
use crate::diagnostic::suggest::did_you_mean;
use crate::vocabulary::compare::{Renames, Side, difference, renamed};
use crate::vocabulary::layout::{self, Keys, each_ref_mut};
use crate::{Context, Diagnostic, Diagnostics, Node};

/// The resolved merge rules.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// The new names, for each document.
    pub(crate) renames: Vec<Renames>,
    /// The document whose component is kept, by section and final name.
    pub(crate) kept: HashMap<(String, String), usize>,
}

/// Resolves the rules; a rule that names nothing or settles nothing is a problem.
pub(crate) fn settle(parts: &[Part], plan: &MergePlan, problems: &mut Diagnostics) -> Settled {
    let mut settled = Settled { renames: vec![Renames::new(); parts.len()], kept: HashMap::new() };
    let mut known = Vec::new();
    for rule in &plan.rules {
        match resolve(parts, rule) {
            Ok(found) => known.push((rule, found)),
            Err(problem) => problems.push(problem),
        }
    }
    for (rule, (part, section, name)) in &known {
        if let MergeAction::Rename { to, .. } = &rule.action {
            let to = to.replace("{name}", name);
            if let Some(problem) = check_new_name(parts, &settled, rule, section, &to) {
                problems.push(problem);
                continue;
            }
            settled.renames[*part].insert(((*section).to_owned(), (*name).to_owned()), to);
        }
    }
    for (rule, (part, section, name)) in &known {
        let key = ((*section).to_owned(), (*name).to_owned());
        let needed = match &rule.action {
            MergeAction::Keep { .. } => keeps_something(parts, &settled, &key),
            MergeAction::Rename { .. } => renames_something(parts, &settled, *part, &key),
        };
        if !needed {
            let message = format!("the documents agree about `{}`, so this merge rule settles nothing", rule.component);
            problems.push(stale(rule, message).help("remove the rule"));
        } else if matches!(rule.action, MergeAction::Keep { .. }) && settled.kept.insert(key, *part).is_some() {
            let message = format!("two merge rules say which `{}` to keep", rule.component);
            problems.push(stale(rule, message).help("keep one of the rules"));
        }
    }
    settled
}

/// The document of a rule, and the section and name of its component.
fn resolve<'a>(parts: &[Part], rule: &'a MergeRule) -> Result<(usize, &'a str, &'a str), Diagnostic> {
    let (MergeAction::Keep { document } | MergeAction::Rename { document, .. }) = &rule.action;
    let Some((section, name)) = rule.component.split_once('/') else {
        let message = format!("`{}` is not a section and a name", rule.component);
        return Err(stale(rule, message).help("write it as `schemas/Name`"));
    };
    let Some(part) = parts.iter().position(|part| part.id == *document) else {
        let help = did_you_mean(document, "document", &mut parts.iter().map(|part| part.id.as_str()));
        return Err(stale(rule, format!("the family has no document `{document}`")).help(help));
    };
    if component(&parts[part], section, name).is_none() {
        let names = parts[part].root.get("components").into_iter().flat_map(|sections| sections.members(section));
        let help = did_you_mean(name, section, &mut names.map(|(name, _)| name.as_str()));
        return Err(stale(rule, format!("the document `{document}` has no component `{}`", rule.component)).help(help));
    }
    Ok((part, section, name))
}

fn check_new_name(parts: &[Part], settled: &Settled, rule: &MergeRule, section: &str, to: &str) -> Option<Diagnostic> {
    let legal = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_' | '-');
    if to.is_empty() || !to.chars().all(legal) {
        let message = format!("`{to}` can't be the name of a component");
        return Some(stale(rule, message).help("use letters, digits, `.`, `_` and `-`"));
    }
    let existing = parts.iter().find_map(|part| Some((part, component(part, section, to)?)));
    let promised = settled.renames.iter().flatten().any(|((of, _), name)| of == section && name == to);
    if existing.is_none() && !promised {
        return None;
    }
    let mut problem = Diagnostic::new("rename-collides", format!("there is already a component `{section}/{to}`"))
        .help("choose a name no document uses, for instance with another prefix");
    if let Some(origin) = rule.origin {
        problem = problem.at(origin, "this rename");
    }
    if let Some((part, node)) = existing {
        problem = problem.related(node.origin, format!("`{}` has it here", part.id));
    }
    Some(problem)
}

fn keeps_something(parts: &[Part], settled: &Settled, key: &(String, String)) -> bool {
    let mut sides = sides(parts, settled, key);
    let Some(first) = sides.next() else { return false };
    sides.any(|other| difference(first, other).is_some())
}

/// Whether the component would be in conflict without its rename. References to itself are read under its old name.
fn renames_something(parts: &[Part], settled: &Settled, part: usize, key: &(String, String)) -> bool {
    let mut renames = settled.renames[part].clone();
    renames.remove(key);
    let Some(node) = component(&parts[part], &key.0, &key.1) else { return false };
    sides(parts, settled, key).any(|other| difference(Side { node, renames: &renames }, other).is_some())
}

/// The components that keep this name, one for each document that has it.
fn sides<'a>(parts: &'a [Part], settled: &'a Settled, key: &'a (String, String)) -> impl Iterator<Item = Side<'a>> {
    parts
        .iter()
        .zip(&settled.renames)
        .filter(|(_, renames)| !renames.contains_key(key))
        .filter_map(|(part, renames)| Some(Side { node: component(part, &key.0, &key.1)?, renames }))
}

/// A component of a document.
pub(crate) fn component<'a>(part: &'a Part, section: &str, name: &str) -> Option<&'a Node> {
    layout::component(&part.root, section, name)
}

fn stale(rule: &MergeRule, message: String) -> Diagnostic {
    let problem = Diagnostic::new("stale-merge-rule", message);
    match rule.origin {
        Some(origin) => problem.at(origin, "this rule"),
        None => problem,
    }
}

/// Applies the renames: components, references to them, discriminator mappings, security requirements.
pub(crate) fn apply(cx: &mut Context, parts: &mut [Part], settled: &Settled) {
    for (part, renames) in parts.iter_mut().zip(&settled.renames) {
        if renames.is_empty() {
            continue;
        }
        each_ref_mut(&mut part.root, Keys::Fields, &mut |reference| {
            if let Some(to) = reference.as_str().and_then(|text| renamed(text, renames)) {
                *reference = Node::new(to, reference.origin);
            }
        });
        rename_requirements(&mut part.root, renames);
        layout::each_operation_mut(&mut part.root, &mut |_, _, operation| rename_requirements(operation, renames));
        let Some(sections) = part.root.get_mut("components").and_then(Node::as_object_mut) else { continue };
        for (section, members) in sections.iter_mut() {
            let Some(members) = members.as_object_mut() else { continue };
            *members = std::mem::take(members)
                .into_iter()
                .map(|(name, node)| match renames.get(&(section.clone(), name.clone())) {
                    Some(to) => {
                        let text = format!("`{section}/{name}` of `{}` becomes `{to}`", part.id);
                        cx.note(&rule::RENAMED, node.origin, text);
                        (to.clone(), node)
                    }
                    None => (name, node),
                })
                .collect();
        }
    }
}

/// `security` names schemes by keys, not by references.
fn rename_requirements(node: &mut Node, renames: &Renames) {
    let Some(requirements) = node.get_mut("security").and_then(Node::as_array_mut) else { return };
    for requirement in requirements.iter_mut().filter_map(Node::as_object_mut) {
        *requirement = std::mem::take(requirement)
            .into_iter()
            .map(|(name, scopes)| {
                let to = renames.get(&("securitySchemes".to_owned(), name.clone())).cloned();
                (to.unwrap_or(name), scopes)
            })
            .collect();
    }
}
