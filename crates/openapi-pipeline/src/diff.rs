//! The changes between two descriptions, by meaning, and what each breaks.
//!
//! Both documents are compared as OpenAPI 3.0.3, after [`crate::convert`] and before selection and lowering. Notation
//! makes no difference: references are followed, `allOf` is read as one schema, and the many ways to allow `null` are
//! one. Requests and responses are compared in opposite directions, because a caller writes the one and reads the
//! other; a schema that is used in both is compared in both.
//!
//! A pair of schemas is compared once for each direction, however many operations reach it, and pairs wait in a queue
//! rather than on the stack. So the work is bounded by the number of pairs, and recursion in a description is no danger.

mod action;
mod bodies;
mod change;
mod collisions;
mod documentation;
mod engine;
mod fingerprint;
mod hash;
mod implied;
mod incoming;
mod level;
mod lifecycle;
mod mirrors;
mod moved;
mod number;
mod operations;
mod parameters;
mod path;
mod pattern;
mod policy;
mod responses;
mod rule;
mod rules;
mod schema;
mod security;
mod servers;
mod side;
mod subset;
mod unconverted;
mod view;
mod xml;

pub use action::Action;
pub use change::{Change, Difference, Seen, Subject};
pub use fingerprint::{Fingerprint, MalformedFingerprint};
pub use level::{Breaks, Level, Step, UnknownName, next_version};
pub use lifecycle::{Date, MalformedDate, Stability};
pub use mirrors::MissingMirror;
pub use policy::{MalformedScope, Policy, Scope, rule_named};
pub use rule::{Area, Direction, Rule};

use crate::{Context, Node};
use engine::{DOCUMENT, Engine, Operations};
use moved::Moved;
use operations::Pair;

/// Compares two documents that were converted to OpenAPI 3.0.3. `cx` has the sources of both.
pub fn diff(cx: &Context, old: &Node, new: &Node) -> Difference {
    diff_with(cx, old, new, &Policy::default())
}

/// [`diff`] with levels of one's own.
pub fn diff_with(cx: &Context, old: &Node, new: &Node, policy: &Policy) -> Difference {
    let mut engine = Engine::new(cx, old, new, policy);
    let (before, after) = (engine.old.root, engine.new.root);
    documentation::of_document(&mut engine, DOCUMENT, before, after);
    let moved = Moved::between(&engine.old, &engine.new);
    servers::of_document(&mut engine, DOCUMENT, (moved.old, moved.new));
    security::schemes(&mut engine, DOCUMENT);
    collisions::compare(&mut engine);
    unconverted::parts(&mut engine);
    incoming::webhooks(&mut engine);
    let matched = operations::match_up(&engine.old, &engine.new, moved);
    let first = engine.operations(matched.pairs.len());
    for (number, pair) in matched.pairs.iter().enumerate() {
        operations::compare(&mut engine, first + number, pair);
    }
    while let Some(work) = engine.next() {
        schema::compare(&mut engine, work);
    }
    let names: Vec<String> = matched.pairs.iter().map(Pair::name).collect();
    let stability: Vec<Option<Stability>> = matched.pairs.iter().map(Pair::stability).collect();
    let mut former = engine.former();
    former.extend(matched.pairs.iter().filter_map(Pair::former));
    let changes = engine.collect(first, &Operations { names: &names, stability: &stability });
    Difference { changes, old_operations: matched.old, new_operations: matched.new, former }
}

/// The catalogue of all changes that are told apart.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}

/// Every rule that another one lets expect, and that is not in the catalogue, with the reason.
pub fn missing_mirrors() -> Vec<MissingMirror> {
    mirrors::missing()
}
