//! Paths and their operations.

use std::collections::HashSet;

use crate::convert::TwoBodies;
use crate::convert::rules::{SWAGGER_PATH_BODY, SWAGGER_REF, SWAGGER_SHARED_BODY, SWAGGER_SHARED_RESPONSE};
use crate::convert::swagger2::{Shared, body, parameters, put, responses, security, strings};
use crate::report::Construct;
use crate::vocabulary::layout::METHODS;
use crate::{Context, Diagnostics, Node, Value};

pub(super) fn convert_paths(cx: &mut Context, shared: &Shared, paths: &mut Node, problems: &mut Diagnostics) {
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        if path.starts_with("x-") {
            continue;
        }
        let of_path = take_parameters(cx, shared, item);
        let (mut bodies, rest): (Vec<_>, Vec<_>) = of_path.into_iter().partition(body::is_body_or_form);
        keep_parameters(cx, item, rest);
        for parameter in &bodies {
            cx.note(&SWAGGER_PATH_BODY, parameter.origin, format!("pushed into the operations of {path}"));
        }
        let mut methods = METHODS.iter().filter(|method| item.get(method).is_some()).count();
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            methods -= 1;
            let inherited = match methods {
                0 => std::mem::take(&mut bodies),
                _ => bodies.iter().map(|body| cx.copy(body)).collect(),
            };
            let Err(problem) = convert_operation(cx, shared, operation, inherited) else { continue };
            match shared.two_bodies {
                TwoBodies::Refused => problems.push(problem),
                TwoBodies::LeftOut => {
                    let second = problem.primary.map_or(operation.origin, |(origin, _)| origin);
                    item.remove(method);
                    cx.leave_out((method, path), Construct::TwoBodies, second, problem.message);
                }
            }
        }
    }
}

fn convert_operation(
    cx: &mut Context,
    shared: &Shared,
    operation: &mut Node,
    inherited: Vec<Node>,
) -> Result<(), crate::Diagnostic> {
    let consumes = strings(operation, "consumes").or_else(|| shared.consumes.clone());
    let produces = strings(operation, "produces").or_else(|| shared.produces.clone());
    operation.remove("consumes");
    operation.remove("produces");
    shared.servers.of_operation(cx, operation);

    let own = take_parameters(cx, shared, operation);
    let (own_bodies, rest): (Vec<_>, Vec<_>) = own.into_iter().partition(body::is_body_or_form);
    keep_parameters(cx, operation, rest);
    let bodies = overridden(inherited, own_bodies);
    let as_written = cx.unconverted().map(|_| Node::new(bodies.clone(), operation.origin));
    match (body::convert(cx, bodies, consumes), as_written) {
        (Ok(Some(request_body)), _) => put(operation, "requestBody", request_body),
        (Ok(None), _) => {}
        // Only this operation can't be called; the others are still compared.
        (Err(problem), Some(as_written)) => {
            if let Some(unconverted) = cx.unconverted() {
                unconverted.contradiction(operation.origin, problem.message, as_written);
            }
        }
        (Err(problem), None) => return Err(problem),
    }
    convert_responses(cx, shared, operation, produces.as_deref());
    if let Some(security) = operation.get_mut("security") {
        security::rename_requirements(&shared.names, security);
    }
    Ok(())
}

/// A body of the operation replaces that of its path; form parameters replace those of the same name.
fn overridden(inherited: Vec<Node>, own: Vec<Node>) -> Vec<Node> {
    let is_body = |parameter: &Node| parameter.get_str("in") == Some("body");
    let has_body = own.iter().any(is_body);
    let names: HashSet<&str> = own.iter().filter_map(|parameter| parameter.get_str("name")).collect();
    let is_replaced = |parameter: &Node| match parameter.get_str("name") {
        _ if is_body(parameter) => has_body,
        Some(name) => names.contains(name),
        None => false,
    };
    let mut all: Vec<Node> = inherited.into_iter().filter(|parameter| !is_replaced(parameter)).collect();
    all.extend(own);
    all
}

/// Takes the parameters out of a path or operation. References to shared parameters stay, except for bodies and form
/// parameters; those and the targets at other places, which get another layout there, are copied.
fn take_parameters(cx: &mut Context, shared: &Shared, holder: &mut Node) -> Vec<Node> {
    if !matches!(holder.get("parameters"), Some(Node { value: Value::Array(_), .. })) {
        return Vec::new();
    }
    let Some(Node { value: Value::Array(mut parameters), .. }) = holder.remove("parameters") else { return Vec::new() };
    for parameter in &mut parameters {
        let Some(target) = parameter.get_str("$ref").map(str::to_owned) else { continue };
        match shared.parameter(&target) {
            Some(behind) if body::is_body_or_form(behind) => {
                cx.note(&SWAGGER_SHARED_BODY, parameter.origin, format!("copied {target} here"));
                *parameter = Node { origin: parameter.origin, ..cx.copy(behind) };
            }
            Some(_) => {
                if let Some(new) = shared.names.translate(&target, "parameters") {
                    cx.note(&SWAGGER_REF, parameter.origin, format!("{target} became {new}"));
                    parameter.set("$ref", new);
                }
            }
            None => {
                if let Some(behind) = shared.lookup(&target) {
                    cx.note(&SWAGGER_REF, parameter.origin, format!("copied {target} here"));
                    *parameter = cx.copy(behind);
                }
            }
        }
    }
    parameters
}

fn keep_parameters(cx: &mut Context, holder: &mut Node, mut parameters: Vec<Node>) {
    if parameters.is_empty() {
        return;
    }
    for parameter in parameters.iter_mut().filter(|parameter| parameter.get_str("$ref").is_none()) {
        parameters::convert(cx, parameter);
    }
    holder.set("parameters", parameters);
}

fn convert_responses(cx: &mut Context, shared: &Shared, operation: &mut Node, produces: Option<&[String]>) {
    let Some(responses) = operation.get_mut("responses").and_then(Node::as_object_mut) else { return };
    for (status, response) in responses {
        if status.starts_with("x-") {
            continue;
        }
        let Some(target) = response.get_str("$ref").map(str::to_owned) else {
            responses::convert(cx, response, produces);
            continue;
        };
        let same_media_types = produces == shared.produces.as_deref();
        match shared.response(&target) {
            Some(behind) if !same_media_types && behind.get("schema").is_some() => {
                cx.note(&SWAGGER_SHARED_RESPONSE, response.origin, format!("copied {target} here"));
                *response = cx.copy(behind);
                responses::convert(cx, response, produces);
            }
            Some(_) => {
                if let Some(new) = shared.names.translate(&target, "responses") {
                    cx.note(&SWAGGER_REF, response.origin, format!("{target} became {new}"));
                    response.set("$ref", new);
                }
            }
            None => {
                if let Some(behind) = shared.lookup(&target) {
                    cx.note(&SWAGGER_REF, response.origin, format!("copied {target} here"));
                    *response = cx.copy(behind);
                    responses::convert(cx, response, produces);
                }
            }
        }
    }
}
