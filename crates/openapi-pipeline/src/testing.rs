//! Documents for tests, written as JSON, with a place of its own for every node.

use serde_json::{Value as Json, json};

use crate::source::SourceId;
use crate::source::Step;
use crate::{Context, Diagnostics, Node, Object, Origin, Value};

/// A tree whose origins have the right pointers.
pub(crate) fn tree(cx: &mut Context, name: &str, json: &Json) -> Node {
    let text = serde_json::to_string_pretty(json).unwrap();
    let source = cx.sources.add(name, text);
    build(cx, source, json, None, Step::Root)
}

fn build(cx: &mut Context, source: SourceId, json: &Json, parent: Option<Origin>, step: Step) -> Node {
    let origin = cx.sources.mark(source, 0..1, parent, step);
    let value: Value = match json {
        Json::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| build(cx, source, item, Some(origin), Step::Index(index as u32)))
            .collect::<Vec<_>>()
            .into(),
        Json::Object(members) => members
            .iter()
            .map(|(key, item)| (key.clone(), build(cx, source, item, Some(origin), Step::Key(key.clone()))))
            .collect::<Object>()
            .into(),
        scalar => Node::from_json(scalar, origin).value,
    };
    Node { value, origin }
}

/// A document of these paths and components.
pub(crate) fn document(paths: Json, components: Json) -> Json {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Test", "version": "1"},
        "paths": paths,
        "components": components,
    })
}

/// The rules used so far with the pointers they were used at.
pub(crate) fn uses<'a>(cx: &'a Context, rule: &str) -> Vec<&'a str> {
    let notes = cx.report.notes.iter().filter(|note| note.rule.name == rule);
    notes.map(|note| note.pointer.as_str()).collect()
}

/// Code and pointer of every problem.
pub(crate) fn codes(cx: &Context, problems: &Diagnostics) -> Vec<(&'static str, String)> {
    let pointer = |at: &Option<(Origin, String)>| at.as_ref().map_or(String::new(), |(at, _)| cx.sources.pointer(*at));
    problems.0.iter().map(|problem| (problem.code, pointer(&problem.primary))).collect()
}
