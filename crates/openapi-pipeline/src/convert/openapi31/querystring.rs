//! Parameters that are the whole query string, which only OpenAPI 3.2 has.

use std::collections::HashMap;

use crate::convert::refs;
use crate::convert::rules::DROP_QUERYSTRING_PARAMETER;
use crate::report::Construct;
use crate::vocabulary::layout::METHODS;
use crate::{Context, Node};

pub(super) fn drop_all(cx: &mut Context, root: &mut Node) {
    let shared = take_shared(cx, root);
    let Some(paths) = root.get_mut("paths").and_then(Node::as_object_mut) else { return };
    for (path, item) in paths {
        let whole_path = drop_parameters(cx, item, &shared);
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let this_one = drop_parameters(cx, operation, &shared);
            if whole_path || this_one {
                // Without the query string that it requires, the call would be wrong.
                let origin = operation.origin;
                let reason = "it requires the whole query string as one parameter";
                cx.note(&DROP_QUERYSTRING_PARAMETER, origin, format!("{method} {path} is left out: {reason}"));
                cx.leave_out((method, path), Construct::ParameterLocation, origin, reason);
                if let Some(operation) = item.remove(method)
                    && let Some(unconverted) = cx.unconverted()
                {
                    unconverted.keep_part(format!("{} {path}", method.to_uppercase()), &operation);
                }
            }
        }
    }
}

/// Removes the shared parameters that are the whole query string; returns whether each is required.
fn take_shared(cx: &mut Context, root: &mut Node) -> HashMap<String, bool> {
    let mut found = HashMap::new();
    let section = root.get_mut("components").and_then(|components| components.get_mut("parameters"));
    let Some(parameters) = section.and_then(Node::as_object_mut) else { return found };
    parameters.retain(|name, parameter| {
        let is_kept = !is_querystring(parameter);
        if !is_kept {
            cx.note(&DROP_QUERYSTRING_PARAMETER, parameter.origin, format!("dropped the shared parameter {name}"));
            super::keep_part(cx, "the query string", parameter);
            found.insert(refs::reference(&["components", "parameters", name]), is_required(parameter));
        }
        is_kept
    });
    found
}

/// Removes such parameters from an array. True when one of them was required.
fn drop_parameters(cx: &mut Context, holder: &mut Node, shared: &HashMap<String, bool>) -> bool {
    let mut required = false;
    let Some(parameters) = holder.get_mut("parameters").and_then(Node::as_array_mut) else { return false };
    parameters.retain(|parameter| {
        let referred = parameter.get_str("$ref").and_then(|target| shared.get(target)).copied();
        let Some(is_required) = referred.or(is_querystring(parameter).then(|| is_required(parameter))) else {
            return true;
        };
        cx.note(&DROP_QUERYSTRING_PARAMETER, parameter.origin, "dropped a parameter that is the whole query string");
        super::keep_part(cx, "the query string", parameter);
        required |= is_required;
        false
    });
    required
}

fn is_querystring(parameter: &Node) -> bool {
    parameter.get_str("in") == Some("querystring")
}

fn is_required(parameter: &Node) -> bool {
    parameter.is_true("required")
}
