//! Properties that all alternatives of a schema have: stated beside the alternatives as well, they add nothing.

use std::rc::Rc;

use crate::diff::engine::Engine;
use crate::diff::view::{Others, View};

/// How many alternatives are looked at; of more, nothing is known.
const MOST: usize = 1_000;

/// How deep alternatives of alternatives are followed.
const DEEPEST: usize = 4;

/// An alternative that has none itself, below those that it is an alternative of.
type Leaf<'a> = Vec<Rc<View<'a>>>;

/// The alternatives of a schema: those of each `oneOf` and `anyOf`.
#[derive(Default)]
pub(super) struct Branches<'a> {
    unions: Vec<Vec<Leaf<'a>>>,
}

impl<'a> Branches<'a> {
    pub(super) fn of(engine: &mut Engine<'a>, view: &View<'a>, is_new: bool) -> Self {
        let mut left = MOST;
        Self::below(engine, view, is_new, DEEPEST, &mut left).unwrap_or_default()
    }

    fn below(engine: &mut Engine<'a>, view: &View<'a>, is_new: bool, depth: usize, left: &mut usize) -> Option<Self> {
        let mut all = Self::default();
        for union in &view.unions {
            let mut leaves = Vec::new();
            for branch in &union.branches {
                *left = left.checked_sub(1)?;
                let own = if is_new { engine.new_view(&[*branch]) } else { engine.old_view(&[*branch]) };
                let below = match depth.checked_sub(1) {
                    Some(depth) => Self::below(engine, &own, is_new, depth, left)?,
                    None => Self::default(),
                };
                match below.unions.into_iter().next() {
                    Some(inner) => leaves.extend(inner.into_iter().map(|mut leaf| {
                        leaf.push(Rc::clone(&own));
                        leaf
                    })),
                    None => leaves.push(vec![own]),
                }
            }
            all.unions.push(leaves);
        }
        Some(all)
    }

    fn all(&self, is_said: impl Fn(&View<'a>) -> bool) -> bool {
        self.unions.iter().any(|leaves| leaves.iter().all(|leaf| leaf.iter().any(|view| is_said(view))))
    }

    /// Whether every alternative describes a property.
    pub(super) fn declare(&self, name: &str) -> bool {
        self.all(|view| view.properties.contains_key(name))
    }

    /// Whether every alternative requires a property.
    pub(super) fn require(&self, name: &str) -> bool {
        self.all(|view| view.required.contains_key(name))
    }

    /// Whether every alternative is of a type.
    pub(super) fn are_of_kind(&self, kind: &str) -> bool {
        self.all(|view| view.is_kind(kind) || kind == "number" && view.is_kind("integer"))
    }

    /// Whether what stands beside the alternatives adds to them, so that each is merged with it.
    pub(super) fn are_merged(&self, view: &View<'a>) -> bool {
        view.properties.keys().any(|name| !self.declare(name))
            || view.required.keys().any(|name| !self.require(name))
            || !view.bounds.is_empty()
            || matches!(view.others, Others::Like(_))
    }
}
