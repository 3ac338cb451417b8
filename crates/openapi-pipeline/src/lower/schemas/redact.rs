//! Free-form properties of error bodies: servers echo requests there, passwords included.

use std::collections::HashMap;

use crate::lower::rule;
use crate::lower::runtime_types::{REDACTED, add_component, aliases, described, referred, replace};
use crate::lower::walk::{Site, children_mut, components_mut, error_schemas, operation_schemas_mut};
use crate::lower::work::Work;
use crate::vocabulary::layout::each_operation_mut;
use crate::{Context, Node, Origin, Value};

/// Gives free-form parts of error schemas a type that doesn't show them.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let in_errors = error_schemas(document);
    let aliases = aliases(document, &is_free_form);
    let mut work = Redaction { cx, aliases, used: None };
    components_mut(document, &mut |name, schema| {
        if in_errors.contains(name) {
            children_mut(schema, &mut |site, child| work.visit(site, child));
        }
    });
    each_operation_mut(document, &mut |_, _, operation| {
        operation_schemas_mut(operation, &mut |site, schema| {
            if site == Site::Error {
                work.visit(site, schema);
            }
        });
    });
    if let Some(origin) = work.used {
        add_component(document, REDACTED, origin);
    }
}

struct Redaction<'a> {
    cx: &'a mut Context,
    /// Free-form components, and whether they may be null.
    aliases: HashMap<String, bool>,
    used: Option<Origin>,
}

impl Redaction<'_> {
    fn visit(&mut self, site: Site, schema: &mut Node) {
        let alias = referred(schema).and_then(|name| self.aliases.get(&name)).copied();
        // Within `allOf` and `not` an open schema restricts another one, rather than describing a value.
        if site != Site::Constraint && is_free_form(schema) || alias.is_some() {
            self.cx.note(&rule::REDACT, schema.origin, described(schema, REDACTED));
            replace(schema, REDACTED, alias.unwrap_or(false));
            self.used = Some(schema.origin);
            return;
        }
        children_mut(schema, &mut |site, child| self.visit(site, child));
    }
}

/// An object of any properties, or any value at all.
fn is_free_form(schema: &Node) -> bool {
    let Some(members) = schema.as_object() else { return false };
    members.iter().all(|(key, node)| match key.as_str() {
        "type" => node.as_str() == Some("object"),
        "properties" => node.as_object().is_some_and(|properties| properties.is_empty()),
        "required" => node.as_array().is_some_and(<[Node]>::is_empty),
        "additionalProperties" => match &node.value {
            Value::Bool(open) => *open,
            _ => is_free_form(node),
        },
        "description" | "title" | "nullable" | "deprecated" | "readOnly" | "writeOnly" | "externalDocs" | "xml" => true,
        "minProperties" | "maxProperties" => true,
        _ => false,
    })
}
