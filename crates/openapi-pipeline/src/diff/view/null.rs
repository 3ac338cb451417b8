//! Whether a schema allows `null`, and the place that allows it.

use super::parts::only_annotates;
use crate::diff::side::{Side, Site};

/// The greatest depth of the search.
const MAX_NULLABLE_DEPTH: usize = 16;

/// The place that allows `null`. The outermost `nullable` overrides `allOf`, as most authors mean it; one alternative
/// is enough.
pub(super) fn nullable<'a>(side: &Side<'a>, sites: &[Site<'a>], depth: usize) -> Option<Site<'a>> {
    let mut found = None;
    for site in sites {
        found = Some(allows_null(side, *site, depth)?);
    }
    found
}

fn allows_null<'a>(side: &Side<'a>, site: Site<'a>, depth: usize) -> Option<Site<'a>> {
    if depth > MAX_NULLABLE_DEPTH {
        return None;
    }
    let site = side.resolve(site);
    if let Some(word) = site.get("nullable") {
        return (word.node.as_bool() == Some(true)).then_some(word);
    }
    if site.node.get("type").is_some() {
        return None;
    }
    let parts: Vec<Site<'a>> = site.elements("allOf").collect();
    if !parts.is_empty() {
        // A `nullable` in a part without constraints is meant for the whole.
        let of_all = parts.iter().find(|part| only_annotates(**part) && part.get("nullable").is_some());
        return match of_all.and_then(|part| part.get("nullable")) {
            Some(word) => (word.node.as_bool() == Some(true)).then_some(word),
            None => nullable(side, &parts, depth + 1),
        };
    }
    if only_annotates(site) {
        return Some(site);
    }
    // The number of branches is limited, so that nested alternatives can't take forever.
    let mut branches = ["oneOf", "anyOf"].into_iter().flat_map(|key| site.elements(key)).take(64);
    branches.find_map(|branch| allows_null(side, branch, depth + MAX_NULLABLE_DEPTH / 4))
}
