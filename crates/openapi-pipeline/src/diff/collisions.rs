//! Names that become one in Rust: with a further operation or component, another one can get the name.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::engine::{DOCUMENT, Engine, Shown};
use super::rules::{OPERATION_ID_CHANGED, TYPE_RENAMED};
use super::side::{Side, Site};
use crate::names::{snake, type_name};
use crate::vocabulary::layout::METHODS;

/// Compares the names that operations and components wish for.
pub(super) fn compare(engine: &mut Engine<'_>) {
    let (before, after) = (ids(&engine.old), ids(&engine.new));
    for (name, (known, new)) in collisions(&before, &after, snake) {
        let message = format!("the method `{name}` of `{}` can be that of `{}`", known.0, new.0);
        let shown = (Shown::new(known.1, known.0), Shown::new(new.1, new.0));
        engine.found(DOCUMENT, &OPERATION_ID_CHANGED, shown.0, shown.1, message);
    }
    let (before, after) = (components(&engine.old), components(&engine.new));
    for (name, (known, new)) in collisions(&before, &after, type_name) {
        let message = format!("the type `{name}` of `{}` can be that of `{}`", known.0, new.0);
        let shown = (Shown::new(known.1, known.0), Shown::new(new.1, new.0));
        engine.found(DOCUMENT, &TYPE_RENAMED, shown.0, shown.1, message);
    }
}

type Named<'a> = (&'a str, Site<'a>);

fn ids<'a>(side: &Side<'a>) -> Vec<Named<'a>> {
    let items = side.root.members("paths").map(|(_, item)| side.resolve(item));
    let operations = items.flat_map(|item| METHODS.iter().filter_map(move |method| item.get(method)));
    operations.filter_map(|operation| Some((operation.node.get_str("operationId")?, operation))).collect()
}

fn components<'a>(side: &Side<'a>) -> Vec<Named<'a>> {
    side.root.get("components").into_iter().flat_map(|components| components.members("schemas")).collect()
}

/// The names that one of the old things had alone, and shares with a new one now.
fn collisions<'a>(
    before: &[Named<'a>],
    after: &[Named<'a>],
    rust: fn(&str) -> String,
) -> IndexMap<String, (Named<'a>, Named<'a>)> {
    let mut old: HashMap<String, Vec<Named<'a>>> = HashMap::new();
    for named in before {
        old.entry(rust(named.0)).or_default().push(*named);
    }
    let still: HashSet<&str> = after.iter().map(|(name, _)| *name).collect();
    let mut found: IndexMap<String, (Named<'a>, Named<'a>)> = IndexMap::new();
    for named in after {
        let name = rust(named.0);
        let Some([known]) = old.get(&name).map(Vec::as_slice) else { continue };
        if known.0 != named.0 && still.contains(known.0) {
            found.entry(name).or_insert((*known, *named));
        }
    }
    found
}
