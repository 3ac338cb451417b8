//! The type names of the named schemas, one for each.

use std::collections::HashMap;

use crate::lower::rule;
use crate::lower::walk::components_mut;
use crate::lower::work::{RUNTIME, Work, reserved};
use crate::names::type_name;
use crate::vocabulary::layout::{Keys, component_of, each_ref_mut};
use crate::vocabulary::reference;
use crate::{Node, Object};

/// Renames schemas that would become a runtime type, or the same type as another schema. From here on the names are
/// kept with the document in work.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, names: taken, .. } = work;
    *taken = reserved();
    let mut renamed: HashMap<String, String> = HashMap::new();
    let mut named = Vec::new();
    components_mut(document, &mut |name, schema| named.push((type_name(name) != name, name.to_owned(), schema.origin)));
    // A component whose name already is a type name keeps it, wherever it stands: reordering a document renames
    // nothing.
    named.sort();
    let mut clashes = Vec::new();
    for (_, name, origin) in named {
        if !taken.take(type_name(&name), &name) {
            clashes.push((name, origin));
        }
    }
    for (name, origin) in clashes {
        let reserved = taken.holder(&type_name(&name)) == Some(RUNTIME);
        let wanted = if reserved { format!("{name}Schema") } else { name.clone() };
        let to = taken.allocate(&wanted, type_name);
        let rule = if reserved { &rule::RESERVED_NAME } else { &rule::UNIQUE_SCHEMA_NAME };
        cx.note(rule, origin, format!("`{name}` becomes `{to}`"));
        renamed.insert(name, to);
    }
    if let Some(components) = document.get_mut("components")
        && let Some(schemas) = components.get_mut("schemas").and_then(Node::as_object_mut)
    {
        let named = std::mem::take(schemas).into_iter();
        let named = named.map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema));
        components.set("schemas", named.collect::<Object>());
    }
    each_ref_mut(document, Keys::Fields, &mut |node| {
        let Some(text) = node.as_str() else { return };
        let Some(("schemas", name)) = component_of(text) else { return };
        let Some(to) = renamed.get(name.as_ref()) else { return };
        let below = text.strip_prefix(&reference(&name)).unwrap_or_default();
        *node = Node::new(format!("{}{below}", reference(to)), node.origin);
    });
}
