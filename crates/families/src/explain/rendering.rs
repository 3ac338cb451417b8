//! The explanation of an item, as text and as JSON.

use openapi_pipeline::{Origin, Sources};
use serde::Serialize;

/// The explanation of an item.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// Its path, with the crate.
    pub item: String,
    /// `struct`, `field`, `enum`, `variant`, `method`, `constant` or `type`.
    pub kind: &'static str,
    /// Its type or signature.
    pub declaration: String,
    /// Whether the description declares it. Otherwise every client has the item, and its place is the description as a whole.
    pub described: bool,
    /// Its places: first the one it was generated from, then the same place in other documents of the family.
    pub made_from: Vec<Place>,
    /// The uses of rules on it or its parts.
    pub touched_by: Vec<Touched>,
    /// Its fields or variants.
    pub parts: Vec<Part>,
}

/// A place in a description or in an overlay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, relative to the workspace.
    pub document: String,
    /// JSON pointer into the file, as it was published.
    pub pointer: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1.
    pub column: usize,
}

/// A use of a rule.
#[derive(Clone, Debug, Serialize)]
pub struct Touched {
    /// The name of the rule.
    pub rule: &'static str,
    /// The place of the overlay action, or the place that the rule was used at.
    pub at: Place,
    /// The change made by the rule.
    pub note: String,
}

/// A part of an item.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Its path, with the crate.
    pub item: String,
    /// Its type.
    pub declaration: String,
    /// The place it was generated from.
    pub made_from: Place,
}

impl Place {
    pub(super) fn of(sources: &Sources, origin: Origin) -> Self {
        let openapi_pipeline::Place { file, line, column, pointer, .. } = sources.place(origin);
        Self { document: file, pointer, line, column }
    }

    fn shown(&self) -> String {
        format!("{}:{}:{}", self.document, self.line, self.column)
    }
}

/// The items as JSON, for programs.
pub fn json(explained: &[Explained]) -> String {
    // Strings and numbers can't fail to serialize.
    serde_json::to_string_pretty(explained).unwrap_or_default()
}

/// The items for a terminal, a line for each.
pub fn table(explained: &[Explained]) -> String {
    let width = |of: &dyn Fn(&Explained) -> usize| explained.iter().map(of).max().unwrap_or(0);
    let place = |one: &Explained| one.made_from.first().map(Place::shown).unwrap_or_default();
    let (items, kinds, places) =
        (width(&|one| one.item.len()), width(&|one| one.kind.len()), width(&|one| place(one).len()));
    let mut lines = Vec::new();
    for one in explained {
        let from = match one.made_from.first() {
            Some(from) if one.described => from.pointer.as_str(),
            _ => "(every client has it)",
        };
        lines.push(format!("{:<items$}  {:<kinds$}  {:<places$}  {from}", one.item, one.kind, place(one)));
    }
    lines.join("\n")
}

/// The items for a terminal, each with its parts and the rules that touched it.
pub fn text(explained: &[Explained]) -> String {
    explained.iter().map(one).collect::<Vec<_>>().join("\n\n")
}

fn one(explained: &Explained) -> String {
    let Explained { item, kind, declaration, described, made_from, touched_by, parts } = explained;
    let mut lines = vec![format!("{kind} {item} {declaration}").trim_end().to_owned()];
    if !described {
        lines.push("  no description speaks of it: every client has it".to_owned());
        return lines.join("\n");
    }
    for (at, place) in made_from.iter().enumerate() {
        let word = if at == 0 { "from" } else { "also" };
        lines.push(format!("  {word}  {}  {}", place.shown(), place.pointer));
    }
    if !touched_by.is_empty() {
        lines.push("  touched by".to_owned());
        let width = touched_by.iter().map(|touched| touched.rule.len()).max().unwrap_or(0);
        for Touched { rule, at, note } in touched_by {
            lines.push(format!("    {rule:<width$}  {}  {note}", at.shown()));
        }
    }
    if !parts.is_empty() {
        lines.push("  parts".to_owned());
        let name = |part: &Part| part.item.rsplit("::").next().unwrap_or_default().to_owned();
        let names = parts.iter().map(|part| name(part).len()).max().unwrap_or(0);
        let types = parts.iter().map(|part| part.declaration.len()).max().unwrap_or(0);
        for part in parts {
            let line = format!("    {:<names$}  {:<types$}  {}", name(part), part.declaration, part.made_from.shown());
            lines.push(format!("{line}  {}", part.made_from.pointer));
        }
    }
    lines.join("\n")
}
