//! Matches the operations of both documents, and compares each as a whole.

use std::collections::HashMap;

use super::engine::{Engine, Shown, UnitId};
use super::moved::Moved;
use super::rules::{
    EXTERNAL_DOCS_CHANGED, OPERATION_ADDED, OPERATION_CALLBACKS_CHANGED, OPERATION_DEPRECATED,
    OPERATION_DOCUMENTATION_CHANGED, OPERATION_ID_CHANGED, OPERATION_METHOD_CHANGED, OPERATION_PATH_CHANGED,
    OPERATION_REMOVED, OPERATION_TAGS_CHANGED, OPERATION_UNDEPRECATED, PATH_PARAMETER_RENAMED,
};
use super::side::{Operation, Side, Site};
use super::{beside, bodies, documentation, incoming, parameters, responses, security, servers};
use crate::names::snake;
use crate::report::signature;
use crate::vocabulary::layout::{is_method, tags};
use crate::vocabulary::template::{placeholders, without_names};

/// An operation of both documents, or of one only.
pub(super) struct Pair<'a> {
    old: Option<Operation<'a>>,
    new: Option<Operation<'a>>,
}

impl Pair<'_> {
    /// The name of the operation: the new one, if it still exists.
    pub(super) fn name(&self) -> String {
        self.new.as_ref().or(self.old.as_ref()).map(Operation::name).unwrap_or_default()
    }
}

/// The operations of both documents.
pub(super) struct Matched<'a> {
    /// In the order of the new document; removed operations come last.
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) old: usize,
    pub(super) new: usize,
}

/// Matches operations: by method and path, whatever the placeholders' names; then by id.
pub(super) fn match_up<'a>(old: &Side<'a>, new: &Side<'a>, moved: Moved<'a>) -> Matched<'a> {
    let (old, new) = (operations(old, moved.old), operations(new, moved.new));
    let mut partners: Vec<Option<usize>> = vec![None; new.len()];
    let mut is_taken = vec![false; old.len()];
    let keys: [fn(&Operation<'_>) -> Option<String>; 4] = [
        |operation| Some(signature(operation.method, &operation.full_path())),
        |operation| Some(signature(operation.method, &anonymous(&operation.full_path()))),
        |operation| Some(format!("{} {}", operation.method, operation.id()?)),
        |operation| operation.id().map(str::to_owned),
    ];
    for key in keys {
        let mut free: HashMap<String, usize> = HashMap::new();
        for (number, operation) in old.iter().enumerate().filter(|(number, _)| !is_taken[*number]) {
            if let Some(key) = key(operation) {
                free.entry(key).or_insert(number);
            }
        }
        for (operation, partner) in new.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            if let Some(number) = key(operation).and_then(|key| free.remove(&key)) {
                is_taken[number] = true;
                *partner = Some(number);
            }
        }
    }
    let counts = (old.len(), new.len());
    let still =
        new.into_iter().zip(partners).map(|(new, partner)| Pair { old: partner.map(|at| old[at]), new: Some(new) });
    let gone =
        old.iter().zip(&is_taken).filter(|(_, taken)| !**taken).map(|(old, _)| Pair { old: Some(*old), new: None });
    let pairs = still.chain(gone).enumerate().map(|(number, pair)| Pair {
        old: pair.old.map(|operation| operation.owned_by(number)),
        new: pair.new.map(|operation| operation.owned_by(number)),
    });
    Matched { pairs: pairs.collect(), old: counts.0, new: counts.1 }
}

fn operations<'a>(side: &Side<'a>, prefix: &'a str) -> Vec<Operation<'a>> {
    let mut all = Vec::new();
    for (path, item) in side.root.members("paths") {
        let item = side.resolve(item);
        for (method, node) in item.node.as_object().into_iter().flatten() {
            if is_method(method) && node.as_object().is_some() {
                all.push(Operation { path, prefix, method, item, site: item.at(node) });
            }
        }
    }
    all
}

/// The path without the names of its placeholders and without a slash at its end.
fn anonymous(path: &str) -> String {
    without_names(path.trim_end_matches('/'))
}

/// Compares a pair.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, pair: &Pair<'a>) {
    let (old, new) = match (&pair.old, &pair.new) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => {
            let message = format!("{} is new", new.name());
            return engine.found(unit, &OPERATION_ADDED, None, Shown::new(new.site, text_of(new)), message);
        }
        (Some(old), None) => {
            let message = format!("{} is gone", old.name());
            return engine.found(unit, &OPERATION_REMOVED, Shown::new(old.site, text_of(old)), None, message);
        }
        (None, None) => return,
    };
    place(engine, unit, old, new);
    identity(engine, unit, old, new);
    about(engine, unit, old, new);
    let own_servers = |operation: &Operation<'a>| {
        [operation.site, operation.item].into_iter().find(|site| site.node.get("servers").is_some())
    };
    if own_servers(old).is_some() || own_servers(new).is_some() {
        let (before, after) =
            (own_servers(old).unwrap_or(engine.old.root), own_servers(new).unwrap_or(engine.new.root));
        servers::compare(engine, unit, before, after);
    }
    security::compare(engine, unit, old.site, new.site);
    parameters::compare(engine, unit, old, new, &renamed(old, new));
    if !beside::contradictions(engine, unit, old.site, new.site) {
        bodies::compare(engine, unit, old.site, new.site);
    }
    incoming::callbacks(engine, unit, old.site, new.site);
    responses::compare(engine, unit, old.site, new.site);
}

fn text_of(operation: &Operation<'_>) -> String {
    operation.id().map_or_else(|| operation.name(), str::to_owned)
}

/// The placeholders of the path whose name changed, by their old names.
fn renamed<'a>(old: &Operation<'a>, new: &Operation<'a>) -> HashMap<&'a str, &'a str> {
    if anonymous(&old.full_path()) != anonymous(&new.full_path()) {
        return HashMap::new();
    }
    let pairs = placeholders(old.path).into_iter().zip(placeholders(new.path));
    pairs.filter(|(before, after)| before != after).collect()
}

fn place<'a>(engine: &mut Engine<'a>, unit: UnitId, old: &Operation<'a>, new: &Operation<'a>) {
    if old.method != new.method {
        let (before, after) = (old.method.to_uppercase(), new.method.to_uppercase());
        let message = format!("the method was {before} and is {after}");
        let shown = (Shown::new(old.site, before), Shown::new(new.site, after));
        engine.found(unit, &OPERATION_METHOD_CHANGED, shown.0, shown.1, message);
    }
    let has_slash = |path: &str| path.len() > 1 && path.ends_with('/');
    let message = match (has_slash(old.path), has_slash(new.path)) {
        _ if anonymous(&old.full_path()) != anonymous(&new.full_path()) => {
            Some(format!("the path was {} and is {}", old.path, new.path))
        }
        (true, false) => Some("the path lost the slash at its end".to_owned()),
        (false, true) => Some("the path has a slash at its end".to_owned()),
        _ => None,
    };
    if let Some(message) = message {
        let shown = (Shown::new(old.site, old.path), Shown::new(new.site, new.path));
        engine.found(unit, &OPERATION_PATH_CHANGED, shown.0, shown.1, message);
    }
    let mut names: Vec<(&str, &str)> = renamed(old, new).into_iter().collect();
    names.sort_unstable();
    for (before, after) in names {
        let message = format!("the placeholder `{before}` of the path is called `{after}`");
        let shown = (Shown::new(old.site, before), Shown::new(new.site, after));
        engine.found(unit, &PATH_PARAMETER_RENAMED, shown.0, shown.1, message);
    }
}

/// The generated method is named after the id, or after method and path where there is none.
fn identity<'a>(engine: &mut Engine<'a>, unit: UnitId, old: &Operation<'a>, new: &Operation<'a>) {
    let is_other = match (old.id(), new.id()) {
        (Some(before), Some(after)) => snake(before) != snake(after),
        (None, None) => old.name() != new.name(),
        _ => true,
    };
    if !is_other {
        return;
    }
    let (before, after) = (text_of(old), text_of(new));
    let message = format!("the operation was called `{before}` and is called `{after}`");
    let at = |operation: &Operation<'a>| operation.site.get("operationId").unwrap_or(operation.site);
    let shown = (Shown::new(at(old), before), Shown::new(at(new), after));
    engine.found(unit, &OPERATION_ID_CHANGED, shown.0, shown.1, message);
}

fn about<'a>(engine: &mut Engine<'a>, unit: UnitId, old: &Operation<'a>, new: &Operation<'a>) {
    let is_deprecated = (documentation::is_set(old.site, "deprecated"), documentation::is_set(new.site, "deprecated"));
    let shown = |site: Site<'a>, text: &str| Shown::new(site.get("deprecated").unwrap_or(site), text);
    match is_deprecated {
        (false, true) => {
            let (old, new) = (shown(old.site, "not deprecated"), shown(new.site, "deprecated"));
            engine.found(unit, &OPERATION_DEPRECATED, old, new, "the operation is deprecated".to_owned());
        }
        (true, false) => {
            let (old, new) = (shown(old.site, "deprecated"), shown(new.site, "not deprecated"));
            engine.found(unit, &OPERATION_UNDEPRECATED, old, new, "the operation is no longer deprecated".to_owned());
        }
        _ => {}
    }
    let pair = (old.site, new.site);
    let keys = ["summary", "description"];
    documentation::compare(engine, unit, &OPERATION_DOCUMENTATION_CHANGED, pair, &keys, "the operation");
    documentation::compare(engine, unit, &EXTERNAL_DOCS_CHANGED, pair, &["externalDocs"], "the operation");
    documentation::compare(engine, unit, &OPERATION_CALLBACKS_CHANGED, pair, &["callbacks"], "the operation");
    let sorted = |operation: &Operation<'a>| {
        let mut tags: Vec<&str> = tags(operation.site.node).collect();
        tags.sort_unstable();
        tags
    };
    if sorted(old) != sorted(new) {
        let message = "the operation has other tags".to_owned();
        let shown = |operation: &Operation<'a>| {
            let at = operation.site.get("tags").unwrap_or(operation.site);
            Shown::new(at, sorted(operation).join(", "))
        };
        engine.found(unit, &OPERATION_TAGS_CHANGED, shown(old), shown(new), message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_without_placeholder_names_and_trailing_slashes() {
        assert_eq!(anonymous("/a/{b}/c{d}.{e}/"), "/a/{}/c{}.{}");
        assert_eq!(anonymous("/a/{b"), "/a/{b");
        assert_eq!(anonymous("/"), "");
        assert_eq!(placeholders("/a/{b}/{c}.{d}"), ["b", "c", "d"]);
        assert_eq!(placeholders("/a/{b"), [""; 0]);
    }
}
