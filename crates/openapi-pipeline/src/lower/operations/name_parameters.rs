//! Constrained inline path parameters become components.

use std::collections::HashMap;

use crate::Node;
use crate::lower::rule;
use crate::lower::work::{Parts, Work};
use crate::names::type_name;
use crate::vocabulary::compare::equivalent;
use crate::vocabulary::layout::each_operation_of;
use crate::vocabulary::{is_constrained_string, reference};

/// Gives all parameters of a name with the same constraints one component.
pub(crate) fn run(work: &mut Work<'_>) {
    let Some(Parts { cx, paths, mut store }) = work.parts() else { return };
    let mut variants: HashMap<String, Vec<String>> = HashMap::new();
    each_operation_of(paths, &mut |_, _, operation| {
        let id = type_name(operation.get_str("operationId").unwrap_or_default());
        for parameter in operation.elements_mut("parameters") {
            if parameter.get_str("in") != Some("path") {
                continue;
            }
            let name = type_name(parameter.get_str("name").unwrap_or_default());
            let Some(schema) = parameter.get_mut("schema").filter(|schema| is_constrained_string(schema)) else {
                continue;
            };
            let known = variants.entry(name.clone()).or_default();
            if known.is_empty() && store.schemas.contains_key(&name) {
                known.push(name.clone());
            }
            let shared =
                known.iter().find(|known| store.schemas.get(*known).is_some_and(|same| equivalent(same, schema)));
            let origin = schema.origin;
            let target = match shared {
                Some(shared) => shared.clone(),
                None => {
                    let free = store.names.holder(&name).is_none();
                    let wanted = if free { name.clone() } else { format!("{id}{name}") };
                    let added = store.add(&wanted, schema.clone());
                    known.push(added.clone());
                    added
                }
            };
            cx.note(&rule::HOIST_PATH_PARAMETER, origin, format!("becomes `{target}`"));
            *schema = Node::object(origin).with("$ref", reference(&target));
        }
    });
}
