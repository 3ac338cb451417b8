//! Matches the operations of both documents, and compares each as a whole.

use std::collections::HashMap;

use super::change::Subject;
use super::engine::{Engine, Shown, UnitId};
use super::lifecycle::{self, Stability, Sunset};
use super::moved::Moved;
use super::path::anonymous;
use super::rules::{
    EXTERNAL_DOCS_CHANGED, OPERATION_ADDED, OPERATION_CALLBACKS_CHANGED, OPERATION_DEPRECATED,
    OPERATION_DOCUMENTATION_CHANGED, OPERATION_ID_CHANGED, OPERATION_METHOD_CHANGED, OPERATION_PATH_CHANGED,
    OPERATION_REMOVED, OPERATION_REMOVED_AFTER_SUNSET, OPERATION_STABILITY_LOWERED, OPERATION_STABILITY_RAISED,
    OPERATION_SUNSET_CHANGED, OPERATION_TAGS_CHANGED, OPERATION_UNDEPRECATED, PATH_PARAMETER_RENAMED,
};
use super::side::{Operation, Side, Site};
use super::{bodies, documentation, incoming, parameters, responses, security, servers, unconverted};
use crate::names::snake;
use crate::report::signature;
use crate::vocabulary::layout::{is_method, tags};
use crate::vocabulary::template::placeholders;

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

impl Pair<'_> {
    /// The subject and the old name of an operation that has another name now.
    pub(super) fn former(&self) -> Option<(Subject, String)> {
        let (old, new) = (self.old.as_ref()?.name(), self.new.as_ref()?.name());
        (old != new).then_some((Subject::Operation(new), old))
    }

    /// How stable the operation was, or is if it is new.
    pub(super) fn stability(&self) -> Option<Stability> {
        let operation = self.old.as_ref().or(self.new.as_ref())?;
        stability(operation)
    }
}

fn stability(operation: &Operation<'_>) -> Option<Stability> {
    Stability::of(operation.site.node).or_else(|| Stability::of(operation.item.node))
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

/// Compares a pair.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, pair: &Pair<'a>) {
    let (old, new) = match (&pair.old, &pair.new) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => {
            let message = format!("{} is new", new.name());
            return engine.found(unit, &OPERATION_ADDED, None, Shown::new(new.site, text_of(new)), message);
        }
        (Some(old), None) => return removed(engine, unit, old),
        (None, None) => return,
    };
    place(engine, unit, old, new);
    identity(engine, unit, old, new);
    about(engine, unit, old, new);
    lifecycle_of(engine, unit, old, new);
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
    if !unconverted::contradictions(engine, unit, old.site, new.site) {
        bodies::compare(engine, unit, old.site, new.site);
    }
    incoming::callbacks(engine, unit, old.site, new.site);
    responses::compare(engine, unit, old.site, new.site);
}

/// An operation that is gone: out of the blue, or because its announced end has come.
fn removed<'a>(engine: &mut Engine<'a>, unit: UnitId, old: &Operation<'a>) {
    let is_deprecated = documentation::is_set(old.site, "deprecated");
    let sunset = lifecycle::sunset(old.site).filter(|_| is_deprecated);
    let (rule, when) = match sunset {
        Some(Sunset { date: Some(date), .. }) if engine.is_reached(date) => {
            (&OPERATION_REMOVED_AFTER_SUNSET, format!(", as announced for {date}"))
        }
        Some(Sunset { date: Some(date), .. }) => (&OPERATION_REMOVED, format!(" before its sunset, {date}")),
        Some(Sunset { text, date: None, .. }) => (&OPERATION_REMOVED, format!("; its sunset `{text}` is no date")),
        None if is_deprecated => (&OPERATION_REMOVED, "; it was deprecated without a date".to_owned()),
        None => (&OPERATION_REMOVED, String::new()),
    };
    let message = format!("{} is gone{when}", old.name());
    engine.found(unit, rule, Shown::new(old.site, text_of(old)), None, message);
}

/// The stability and the sunset of an operation.
fn lifecycle_of<'a>(engine: &mut Engine<'a>, unit: UnitId, old: &Operation<'a>, new: &Operation<'a>) {
    let (before, after) = (stability(old), stability(new));
    if before != after {
        let name = |stability: Option<Stability>| stability.map_or("stable", Stability::name);
        // Stable operations come last.
        let is_lowered = after.is_some_and(|after| before.is_none_or(|before| after < before));
        let rule = if is_lowered { &OPERATION_STABILITY_LOWERED } else { &OPERATION_STABILITY_RAISED };
        let message = format!("the operation was {} and is {}", name(before), name(after));
        let shown = (Shown::new(old.site, name(before)), Shown::new(new.site, name(after)));
        engine.found(unit, rule, shown.0, shown.1, message);
    }
    let (before, after) = (lifecycle::sunset(old.site), lifecycle::sunset(new.site));
    let text = |sunset: &Option<Sunset<'a>>| sunset.as_ref().map_or("no sunset", |sunset| sunset.text);
    let (was, is) = (text(&before), text(&after));
    if was != is {
        let message = match (&before, &after) {
            (None, _) => format!("the operation ends on {is}"),
            (_, None) => format!("the operation no longer ends on {was}"),
            _ => format!("the operation ended on {was} and ends on {is}"),
        };
        let at =
            |sunset: Option<Sunset<'a>>, operation: &Operation<'a>| sunset.map_or(operation.site, |sunset| sunset.at);
        let shown = (Shown::new(at(before, old), was), Shown::new(at(after, new), is));
        engine.found(unit, &OPERATION_SUNSET_CHANGED, shown.0, shown.1, message);
    }
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
