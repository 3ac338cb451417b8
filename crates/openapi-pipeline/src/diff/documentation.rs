//! Documentation: for human readers, without effect on requests and responses.

use super::engine::{Engine, Shown, UnitId, Work};
use super::number::canonical;
use super::rule::Rule;
use super::rules::{EXTERNAL_DOCS_CHANGED, INFO_CHANGED, SCHEMA_DOCUMENTATION_CHANGED, TAGS_CHANGED};
use super::side::Site;
use super::view::Constant;
use crate::Value;

/// Compares the parts of a document that are documentation only.
pub(super) fn of_document<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    for (key, rule) in [("info", &INFO_CHANGED), ("tags", &TAGS_CHANGED), ("externalDocs", &EXTERNAL_DOCS_CHANGED)] {
        let (before, after) = (old.get(key), new.get(key));
        let text = |site: Option<Site<'_>>| site.map(says).unwrap_or_default();
        if text(before) == text(after) {
            continue;
        }
        // Reports the changed part, which is more precise than the whole.
        let members = [before, after].into_iter().flatten().filter_map(|site| site.node.as_object());
        let mut names = members.flat_map(|members| members.keys()).filter(|name| !name.starts_with("x-"));
        let part = |site: Option<Site<'a>>, name: &str| site.and_then(|site| site.get(name));
        let changed = names.find(|name| text(part(before, name)) != text(part(after, name)));
        let (shown, what) = match changed {
            Some(name) => ((part(before, name), part(after, name)), format!("{key}.{name}")),
            None => ((before, after), key.to_owned()),
        };
        engine.found(
            unit,
            rule,
            shown.0.map(Shown::value),
            shown.1.map(Shown::value),
            format!("`{what}` reads differently"),
        );
    }
}

/// The documentation in a value: without extensions, which are for tools, and without empty strings.
fn says(site: Site<'_>) -> String {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members
                    .retain(|key, member| !key.starts_with("x-") && !member.is_null() && member.as_str() != Some(""));
                members.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            serde_json::Value::String(text) => *text = text.trim().to_owned(),
            _ => {}
        }
    }
    let mut value = site.node.to_json();
    strip(&mut value);
    match value {
        serde_json::Value::Object(members) if members.is_empty() => String::new(),
        serde_json::Value::Array(items) if items.is_empty() => String::new(),
        value => value.to_string(),
    }
}

/// Compares strings of two nodes and records one change for all of them.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    rule: &'static Rule,
    pair: (Site<'a>, Site<'a>),
    keys: &[&str],
    label: &str,
) {
    let of = |site: Site<'a>| keys.iter().map(|key| (*key, site.get(key))).collect::<Vec<_>>();
    changed(engine, unit, rule, pair, of(pair.0), of(pair.1), label);
}

/// Compares the documentation of a pair of schemas.
pub(super) fn of_schema<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    const KEYS: [&str; 4] = ["title", "description", "example", "externalDocs"];
    let old = KEYS.iter().map(|key| (*key, work.old.keyword(key))).collect();
    let new = KEYS.iter().map(|key| (*key, work.new.keyword(key))).collect();
    let pair = (work.old.at, work.new.at);
    changed(engine, work.unit, &SCHEMA_DOCUMENTATION_CHANGED, pair, old, new, &work.label);
    of_constants(engine, work);
}

/// Compares the documentation of alternatives that are read as listed values.
fn of_constants<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let text = |constant: &Constant<'a>| {
        ["title", "description"].map(|key| constant.at.get(key).map(says).unwrap_or_default())
    };
    for constant in &work.new.constants {
        let value = canonical(constant.value);
        let known = work.old.constants.iter().find(|known| canonical(known.value) == value);
        if let Some(known) = known.filter(|known| text(known) != text(constant)) {
            let message = format!("the documentation of a value of {} reads differently", work.label);
            let shown =
                (Shown::new(known.at, text(known).join(" ")), Shown::new(constant.at, text(constant).join(" ")));
            return engine.found(work.unit, &SCHEMA_DOCUMENTATION_CHANGED, shown.0, shown.1, message);
        }
    }
}

fn changed<'a, 'k>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    rule: &'static Rule,
    pair: (Site<'a>, Site<'a>),
    old: Vec<(&'k str, Option<Site<'a>>)>,
    new: Vec<(&'k str, Option<Site<'a>>)>,
    label: &str,
) {
    let text = |site: Option<Site<'_>>| site.map(says).unwrap_or_default();
    let different: Vec<_> =
        old.iter().zip(&new).filter(|((_, before), (_, after))| text(*before) != text(*after)).collect();
    let Some(((_, before), (_, after))) = different.first() else { return };
    let names: Vec<&str> = different.iter().map(|((key, _), _)| *key).collect();
    let verb = if names.len() == 1 { "reads" } else { "read" };
    let message = format!("{} of {label} {verb} differently", names.join(" and "));
    let nothing = |site: Site<'a>| Shown::new(site, "");
    let before = before.map_or_else(|| nothing(pair.0), Shown::value);
    let after = after.map_or_else(|| nothing(pair.1), Shown::value);
    engine.found(unit, rule, before, after, message);
}

/// Compares the examples of a parameter, a body or a response: `example` and `examples` are two ways to give them.
pub(super) fn examples<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    rule: &'static Rule,
    (old, new): (Site<'a>, Site<'a>),
    label: &str,
) {
    let of = |site: Site<'a>| -> Vec<String> {
        let listed = site.members("examples").map(|(_, example)| example.get("value").unwrap_or(example));
        let mut texts: Vec<String> =
            site.get("example").into_iter().chain(listed).map(|site| site.node.to_json().to_string()).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    if of(old) != of(new) {
        let at = |site: Site<'a>| site.get("example").or_else(|| site.get("examples")).map(Shown::value);
        let before = at(old).unwrap_or_else(|| Shown::new(old, ""));
        let after = at(new).unwrap_or_else(|| Shown::new(new, ""));
        engine.found(unit, rule, before, after, format!("the examples of {label} are different"));
    }
}

/// Whether a boolean is true.
pub(super) fn is_set(site: Site<'_>, key: &str) -> bool {
    matches!(site.node.get(key).map(|node| &node.value), Some(Value::Bool(true)))
}
