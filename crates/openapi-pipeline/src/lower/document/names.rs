//! The type names of the named schemas, one for each.

use std::collections::HashMap;

use crate::lower::rule;
use crate::lower::walk::components_mut;
use crate::lower::work::{RUNTIME, Work, reserved};
use crate::names::type_name;
use crate::vocabulary::rename_schemas;

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
    rename_schemas(document, &renamed);
}
