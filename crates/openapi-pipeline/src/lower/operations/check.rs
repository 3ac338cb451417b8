//! Reports errors of operations that no pass can repair. The generator would report some in its own words, and others not
//! at all.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::suggest::did_you_mean;
use crate::lower::rule;
use crate::lower::work::Work;
use crate::report::signature;
use crate::vocabulary::layout::each_operation_mut;
use crate::vocabulary::template::checked_placeholders;
use crate::{Context, Diagnostic, Diagnostics, Node};

/// Checks paths, parameters and responses of every operation. Makes path parameters required on the way.
pub(crate) fn run(work: &mut Work<'_>) -> Result<(), Diagnostics> {
    let Work { cx, document, .. } = work;
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
    problems.into_result()
}

fn path_parameters(cx: &mut Context, problems: &mut Diagnostics, path: &str, here: &str, operation: &mut Node) {
    let origin = operation.origin;
    let placeholders = match checked_placeholders(path) {
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
    for parameter in operation.elements_mut("parameters") {
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
        } else if !parameter.is_true("required") {
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

fn duplicate_parameters(problems: &mut Diagnostics, here: &str, operation: &Node) {
    let mut seen: HashMap<(&str, &str), &Node> = HashMap::new();
    for parameter in operation.elements("parameters") {
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
