//! Errors that no lowering can repair, reported before the generator would do so in its own words, or not at all.

use std::collections::{HashMap, HashSet};

use super::rule;
use crate::diagnostic::suggest::did_you_mean;
use crate::report::signature;
use crate::vocabulary::layout::{Keys, component_of, each_operation_mut, each_ref};
use crate::{Context, Diagnostic, Diagnostics, Node};

/// References without a target, or out of the document.
pub(crate) fn references(document: &Node) -> Diagnostics {
    let mut problems = Diagnostics::default();
    let mut found = HashSet::new();
    each_ref(document, Keys::Fields, &mut |reference| {
        let Some(text) = reference.as_str() else {
            let problem = Diagnostic::new("invalid-ref", "a `$ref` must be a string");
            problems.push(problem.at(reference.origin, "this is not a string").help("write `#/components/…`"));
            return;
        };
        let target = match component_of(text) {
            Some((section, name)) if !text.starts_with('#') => format!("#/components/{section}/{name}"),
            _ => text.to_owned(),
        };
        if found.contains(text) {
            return;
        }
        if document.pointer(&target).is_some() && target.starts_with('#') {
            found.insert(text);
            return;
        }
        problems.push(dangling(document, reference, text));
    });
    problems
}

fn dangling(document: &Node, reference: &Node, text: &str) -> Diagnostic {
    if text.contains('/') && !text.starts_with('#') {
        return Diagnostic::new("external-ref", format!("`{text}` leads out of the document"))
            .at(reference.origin, "only references within the document are left at this stage")
            .help("loading bundles files below the root folder; put the file there, or its content here");
    }
    let help = match component_of(text) {
        Some((section, name)) => {
            let names = document.get("components").into_iter().flat_map(|sections| sections.members(section));
            did_you_mean(&name, section, &mut names.map(|(name, _)| name.as_str()))
        }
        None => "refer to something below `#/components`".to_owned(),
    };
    Diagnostic::new("dangling-ref", format!("nothing stands at `{text}`"))
        .at(reference.origin, "this reference leads nowhere")
        .help(format!("{help} An overlay can add what is missing, or remove the reference."))
}

/// Checks paths, parameters and responses of every operation. Makes path parameters required on the way.
pub(crate) fn operations(cx: &mut Context, document: &mut Node) -> Diagnostics {
    let mut problems = Diagnostics::default();
    each_operation_mut(document, &mut |path, method, operation| {
        let here = signature(method, path);
        path_parameters(cx, &mut problems, path, &here, operation);
        duplicate_parameters(&mut problems, &here, operation);
        if operation.get("responses").and_then(Node::as_object).is_none_or(|responses| responses.is_empty()) {
            problems.push(
                Diagnostic::new("operation-without-responses", format!("`{here}` has no responses"))
                    .at(operation.origin, "this operation doesn't say what it answers")
                    .help(
                        "add its success response with an overlay, such as `responses: {\"204\": {description: \"\"}}`",
                    ),
            );
        }
    });
    problems
}

fn path_parameters(cx: &mut Context, problems: &mut Diagnostics, path: &str, here: &str, operation: &mut Node) {
    let origin = operation.origin;
    let placeholders = match placeholders(path) {
        Ok(placeholders) => placeholders,
        Err(why) => {
            let problem = Diagnostic::new("invalid-path", format!("the path of `{here}` {why}"));
            problems.push(problem.at(origin, "of this operation").help("a path is `/`, text and `{placeholders}`"));
            return;
        }
    };
    let mut seen = HashSet::new();
    for name in &placeholders {
        if !seen.insert(*name) {
            let problem =
                Diagnostic::new("duplicate-placeholder", format!("the path of `{here}` has `{{{name}}}` twice"));
            problems.push(problem.at(origin, "of this operation").help("give the two placeholders names of their own"));
        }
    }
    for parameter in operation.get_mut("parameters").and_then(Node::as_array_mut).into_iter().flatten() {
        if parameter.get_str("in") != Some("path") {
            continue;
        }
        let name = parameter.get_str("name").unwrap_or_default().to_owned();
        if !seen.remove(name.as_str()) && !placeholders.contains(&name.as_str()) {
            problems.push(
                Diagnostic::new(
                    "path-parameter-without-placeholder",
                    format!("the path of `{here}` has no `{{{name}}}`"),
                )
                .at(parameter.origin, format!("the path parameter `{name}`"))
                .help(did_you_mean(&name, "placeholder", &mut placeholders.iter().copied())),
            );
        } else if parameter.get("required").and_then(Node::as_bool) != Some(true) {
            cx.note(&rule::PATH_PARAMETER_REQUIRED, parameter.origin, format!("`{name}` of `{here}`"));
            parameter.set("required", true);
        }
    }
    for name in placeholders.into_iter().filter(|name| seen.contains(name)) {
        let message = format!("`{here}` has no parameter for `{{{name}}}`");
        let help =
            format!("add it with an overlay: `{{name: {name}, in: path, required: true, schema: {{type: string}}}}`");
        problems.push(
            Diagnostic::new("placeholder-without-parameter", message)
                .at(origin, "this operation's parameters don't fill its path")
                .help(help),
        );
    }
}

/// The names between braces.
pub(crate) fn placeholders(path: &str) -> Result<Vec<&str>, &'static str> {
    if !path.starts_with('/') {
        return Err("doesn't begin with a slash");
    }
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or("has a `{` without `}`")?;
        if before.contains('}') || name.is_empty() || name.contains(['{', '/']) {
            return Err("has braces that don't fit together");
        }
        names.push(name);
        rest = behind;
    }
    if rest.contains('}') { Err("has a `}` without `{`") } else { Ok(names) }
}

fn duplicate_parameters(problems: &mut Diagnostics, here: &str, operation: &Node) {
    let mut seen: HashMap<(&str, &str), &Node> = HashMap::new();
    for parameter in operation.get("parameters").and_then(Node::as_array).unwrap_or_default() {
        let (Some(name), Some(place)) = (parameter.get_str("name"), parameter.get_str("in")) else {
            problems.push(
                Diagnostic::new("incomplete-parameter", format!("a parameter of `{here}` has no `name` or no `in`"))
                    .at(parameter.origin, "this parameter")
                    .help("say where the parameter travels: `in: path`, `query`, `header` or `cookie`"),
            );
            continue;
        };
        match seen.get(&(name, place)) {
            Some(first) => problems.push(
                Diagnostic::new("duplicate-parameter", format!("`{here}` has the {place} parameter `{name}` twice"))
                    .at(parameter.origin, "again here")
                    .related(first.origin, "first here")
                    .help("remove one of them with an overlay"),
            ),
            None => {
                seen.insert((name, place), parameter);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_are_names_between_braces() {
        assert_eq!(placeholders("/a/{b}/{c}:d"), Ok(vec!["b", "c"]));
        assert_eq!(placeholders("/"), Ok(vec![]));
        for path in ["a", "/{a", "/a}", "/{}", "/{a/b}", "/}{"] {
            assert!(placeholders(path).is_err(), "{path}");
        }
    }
}
