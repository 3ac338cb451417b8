//! Alternatives that each list values and have no other constraint: together they are one enum.

use std::collections::HashMap;

use super::is_remark;
use crate::diff::number::canonical;
use crate::diff::side::{Side, Site};
use crate::vocabulary::kind_of;
use crate::{Node, Value};

/// The greatest depth of nested alternatives.
const MAX_DEPTH: usize = 4;

/// How many values may be listed that way.
const MAX_VALUES: usize = 4_096;

/// A listed value, and the alternative that lists it.
#[derive(Clone, Copy, Debug)]
pub(in crate::diff) struct Constant<'a> {
    pub(in crate::diff) value: &'a Node,
    pub(in crate::diff) at: Site<'a>,
}

/// The values of alternatives, if these only list values. `is_one`: a value of two alternatives belongs to neither.
pub(super) fn of<'a>(side: &Side<'a>, is_one: bool, branches: &[Site<'a>]) -> Option<Vec<Constant<'a>>> {
    union(side, is_one, branches, 0)
}

fn union<'a>(side: &Side<'a>, is_one: bool, branches: &[Site<'a>], depth: usize) -> Option<Vec<Constant<'a>>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut all = Vec::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for branch in branches {
        let found = branch_values(side, *branch, depth)?;
        for constant in &found {
            *counts.entry(canonical(constant.value)).or_default() += 1;
        }
        all.extend(found);
        if all.len() > MAX_VALUES {
            return None;
        }
    }
    if is_one {
        all.retain(|constant| counts.get(&canonical(constant.value)) == Some(&1));
    }
    Some(all)
}

fn branch_values<'a>(side: &Side<'a>, branch: Site<'a>, depth: usize) -> Option<Vec<Constant<'a>>> {
    let site = side.resolve(branch);
    let members = site.node.as_object()?;
    let restricts = || members.keys().filter(|key| !is_remark(key)).map(String::as_str);
    if let Some(values) = site.get("enum").filter(|_| restricts().all(|key| matches!(key, "type" | "enum"))) {
        let kind = site.node.get_str("type");
        let fits = |value: &&Node| match kind {
            None => true,
            Some("number") => matches!(value.value, Value::Number(_)),
            Some(kind) => kind_of(value) == kind,
        };
        let listed = values.node.as_array().unwrap_or_default().iter();
        let values = listed.filter(|value| value.value != Value::Null).filter(fits);
        return Some(values.map(|value| Constant { value, at: site }).collect());
    }
    let mut keywords = restricts();
    let keyword = keywords.next().filter(|_| keywords.next().is_none())?;
    let parts: Vec<Site<'a>> = site.elements(keyword).collect();
    match (keyword, parts.as_slice()) {
        ("allOf", [only]) if depth < MAX_DEPTH => branch_values(side, *only, depth + 1),
        ("oneOf" | "anyOf", branches) if branches.len() > 1 => union(side, keyword == "oneOf", branches, depth + 1),
        _ => None,
    }
}
