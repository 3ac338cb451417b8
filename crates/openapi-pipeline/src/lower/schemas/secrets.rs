//! Fields that hold secrets.

mod by_name;
mod parameters;

use crate::diagnostic::suggest::did_you_mean;
use crate::lower::plan::Strictness;
use crate::lower::rule;
use crate::lower::runtime_types::{SECRET, add_component, described, is_string_of, referred, replace, retype};
use crate::lower::walk::{Site, component};
use crate::lower::work::Work;
use crate::source::escape_pointer;
use crate::vocabulary::schemas;
use crate::{Diagnostic, Diagnostics, Node, Origin};

/// How many references and combinations lie between a schema and its property, at most.
const DEEPEST: usize = 16;

/// Gives the listed fields, and all strings of format `password`, the type of secrets.
pub(crate) fn run(work: &mut Work<'_>) -> Result<(), Diagnostics> {
    let Work { cx, document, plan, .. } = work;
    let mut problems = Diagnostics::default();
    let mut places = Vec::new();
    for (field, origin) in &plan.secrets {
        match locate(document, field) {
            Ok(found) => places.push((field, found)),
            Err((message, help)) => problems.push(unknown(message, help, *origin)),
        }
    }
    problems.into_result()?;
    for (field, (pointer, nullable)) in places {
        let Some(schema) = document.pointer_mut(&pointer) else { continue };
        if referred(schema).as_deref() == Some(SECRET) {
            continue;
        }
        let origin = schema.origin;
        cx.note(&rule::SECRET, origin, format!("`{field}` {}", described(schema, SECRET)));
        replace(schema, SECRET, nullable);
        add_component(document, SECRET, origin);
    }
    // Parameters are part of URLs and headers: their types must be printable.
    let at = |site: Site| !matches!(site, Site::Parameter | Site::Header);
    retype(cx, document, &rule::SECRET, SECRET, &at, &|schema| is_string_of(schema, "password"));
    if plan.strictness == Strictness::Lenient {
        by_name::mark(cx, document);
    }
    parameters::mark(cx, document, plan.strictness);
    Ok(())
}

fn unknown(message: String, help: String, origin: Option<Origin>) -> Diagnostic {
    let problem = Diagnostic::new("unknown-secret-field", message).help(help);
    match origin {
        Some(origin) => problem.at(origin, "listed here"),
        None => problem,
    }
}

/// The pointer to a listed field, and whether its target may be null; else a message and a help text.
fn locate(document: &Node, field: &str) -> Result<(String, bool), (String, String)> {
    let steps: Vec<&str> = field.split('.').collect();
    // Names of schemas may contain dots: the longest existing name wins.
    let named = (1..steps.len()).rev().find_map(|length| {
        let (name, rest) = steps.split_at_checked(length)?;
        let name = name.join(".");
        component(document, &name).is_some().then_some((name, rest))
    });
    let Some((name, properties)) = named else {
        let wanted = steps.first().copied().unwrap_or_default();
        let help = did_you_mean(wanted, "schema", &mut schemas(document).map(|(name, _)| name.as_str()));
        return Err((
            format!("`{field}` is no field: there is no schema `{wanted}`"),
            format!("{help} Fields are written as `Schema.property`."),
        ));
    };
    let mut pointer = format!("#/components/schemas/{}", escape_pointer(&name));
    for property in properties {
        let mut known = Vec::new();
        match find_property(document, &pointer, property, DEEPEST, &mut known) {
            Some(found) => pointer = found,
            None => {
                let help = did_you_mean(property, "property", &mut known.into_iter());
                return Err((format!("`{field}` is no field: there is no property `{property}`"), help));
            }
        }
    }
    match string_at(document, &pointer) {
        Some(nullable) => Ok((pointer, nullable)),
        None => {
            let help = "list a property whose `type` is `string`".to_owned();
            Err((format!("`{field}` is not a string, so it can't be a secret"), help))
        }
    }
}

/// The pointer to a property of the schema at `pointer`, also through references, arrays and combinations.
fn find_property<'a>(
    document: &'a Node,
    pointer: &str,
    property: &str,
    depth: usize,
    known: &mut Vec<&'a str>,
) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let schema = document.pointer(pointer)?;
    if let Some(target) = schema.get_str("$ref") {
        return find_property(document, target, property, depth, known);
    }
    known.extend(schema.members("properties").map(|(name, _)| name.as_str()));
    if schema.get("properties").is_some_and(|properties| properties.get(property).is_some()) {
        return Some(format!("{pointer}/properties/{}", escape_pointer(property)));
    }
    if schema.get("items").is_some() {
        return find_property(document, &format!("{pointer}/items"), property, depth, known);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for index in 0..schema.get(key).and_then(Node::as_array).map_or(0, <[Node]>::len) {
            let found = find_property(document, &format!("{pointer}/{key}/{index}"), property, depth, known);
            if found.is_some() {
                return found;
            }
        }
    }
    None
}

/// Whether the schema at `pointer` is a string, possibly by reference; if so, whether it may be null.
fn string_at(document: &Node, pointer: &str) -> Option<bool> {
    let mut schema = document.pointer(pointer)?;
    let mut nullable = false;
    for _ in 0..DEEPEST {
        nullable |= schema.is_true("nullable");
        if schema.get_str("type") == Some("string") {
            return Some(nullable);
        }
        schema = match (schema.get_str("$ref"), schema.get("allOf").and_then(Node::as_array)) {
            (Some(target), _) => document.pointer(target)?,
            (None, Some([only])) => only,
            _ => return None,
        };
    }
    None
}
