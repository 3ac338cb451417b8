//! The changes made to a family's documents before they were merged.

use openapi_pipeline::lower::Strictness;
use openapi_pipeline::{Context, Node, Origin, Sources, Value, load, select};

use super::rendering::{Place, Touched};
use crate::build::{BuildError, Built};
use crate::config::Family;
use crate::stages;
use crate::stages::overlays::{self, Touch};
use crate::workspace::{Tree, in_openapi};

/// The documents of a family, with their overlays replayed action by action.
pub(super) struct Replay {
    /// Each document as it is merged.
    parts: Vec<Node>,
    /// The nodes touched by the actions of all overlays.
    touches: Vec<Touch>,
}

impl Replay {
    pub(super) fn of(cx: &mut Context, tree: &Tree, family: &Family) -> Result<Self, BuildError> {
        // The replay's own report is dropped: the build writes the same notes.
        let report = std::mem::take(&mut cx.report);
        let mut replay = Self { parts: Vec::new(), touches: Vec::new() };
        for document in &family.documents {
            let mut published = load::read(cx, tree, &in_openapi(&document.file.0))?;
            for (file, _) in &document.overlays {
                let overlay = load::parse(cx, tree, &in_openapi(file))?;
                let (changed, mut touches) = overlays::touched(cx, published.root, &overlay);
                published.root = changed;
                replay.touches.append(&mut touches);
            }
            let root = stages::converted(cx, tree, published, Strictness::Strict)?;
            replay.parts.push(select::select(cx, root, &document.select)?);
        }
        cx.report = report;
        Ok(replay)
    }

    /// The same place in the other documents of the family.
    pub(super) fn others(&self, cx: &Context, built: &Built, origin: Origin) -> Vec<Origin> {
        let Some(pointer) = pointer_to(&built.document, origin) else { return Vec::new() };
        let found = self.parts.iter().filter_map(|part| part.pointer(&pointer)).map(|node| node.origin);
        let name = |origin: Origin| cx.sources.name(origin.source());
        found.filter(|other| name(*other) != name(origin)).collect()
    }

    /// The uses of rules on an item or its parts, the overlays first.
    pub(super) fn touched(&self, cx: &Context, built: &Built, origin: Origin) -> Vec<Touched> {
        let item = FilePlace::of(&cx.sources, origin);
        let mut found = Vec::new();
        for note in &built.report.notes {
            let spot = FilePlace::of(&cx.sources, note.origin);
            let by_action = self.touches.iter().filter(|touch| FilePlace::of(&cx.sources, touch.action) == spot);
            let mut places = by_action.flat_map(|touch| &touch.places).map(|place| FilePlace::of(&cx.sources, *place));
            let touches = item.holds(&spot) || places.any(|place| item.holds(&place) || place.brought_in(&item, &spot));
            if touches {
                found.push(Touched {
                    rule: note.rule.name,
                    at: Place::of(&cx.sources, note.origin),
                    note: note.text.clone(),
                });
            }
        }
        found
    }
}

/// A place by file and pointer, since the replay reads files again and gives their nodes other origins.
#[derive(PartialEq, Eq)]
struct FilePlace {
    file: String,
    pointer: String,
}

impl FilePlace {
    fn of(sources: &Sources, origin: Origin) -> Self {
        Self { file: sources.name(origin.source()).to_owned(), pointer: sources.pointer(origin) }
    }

    /// Whether another place is this one or inside it.
    fn holds(&self, other: &Self) -> bool {
        let below = other.pointer.strip_prefix(self.pointer.as_str());
        self.file == other.file && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether an item lies in this place of the overlay, from which an action brought it in.
    fn brought_in(&self, item: &Self, action: &Self) -> bool {
        self.file == action.file && self.holds(item)
    }
}

/// The pointer to the node with this origin in the merged document.
fn pointer_to(document: &Node, origin: Origin) -> Option<String> {
    let mut open = vec![(String::from("#"), document)];
    while let Some((pointer, node)) = open.pop() {
        if node.origin == origin {
            return Some(pointer);
        }
        let below = |step: &str| format!("{pointer}/{}", openapi_pipeline::source::escape_pointer(step));
        match &node.value {
            Value::Object(members) => open.extend(members.iter().rev().map(|(key, member)| (below(key), member))),
            Value::Array(items) => {
                open.extend(items.iter().enumerate().rev().map(|(at, item)| (below(&at.to_string()), item)));
            }
            _ => {}
        }
    }
    None
}
