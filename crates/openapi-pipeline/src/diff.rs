//! The changes between two descriptions, by meaning, and what each breaks.
//!
//! [`diff()`] returns the changes, each with the rule that it falls under and a [`Level`]. `docs/diff.md` lists the rules and
//! says how changes are judged.
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

/// Compares two documents that were converted to OpenAPI 3.0.3 with `cx`.
///
/// Parts that OpenAPI 3.0 has no place for are compared if `cx` is [for comparison](Context::for_comparison).
///
/// ```
/// use std::path::Path;
///
/// use openapi_pipeline::diff::{Level, diff};
/// use openapi_pipeline::load::{MemoryFiles, load};
/// use openapi_pipeline::{Context, convert};
///
/// let old = r#"{"openapi": "3.1.0", "info": {"title": "Doors", "version": "1"}, "paths": {
///     "/doors": {"get": {"operationId": "listDoors", "responses": {"204": {"description": "None."}}}}}}"#;
/// let new = old.replace("get", "put");
/// let files = MemoryFiles::new().with("old.json", old).with("new.json", new);
///
/// let mut cx = Context::new().for_comparison();
/// let mut read = |path: &str| {
///     load(&mut cx, &files, Path::new(path)).and_then(|document| convert::to_v3_0(&mut cx, document))
/// };
/// let (old, new) = (read("old.json")?, read("new.json")?);
///
/// let difference = diff(&cx, &old, &new);
/// assert_eq!(difference.level(), Some(Level::Breaking));
/// assert_eq!(difference.changes[0].rule.name, "operation-method-changed");
/// # Ok::<(), openapi_pipeline::Diagnostics>(())
/// ```
pub fn diff(cx: &Context, old: &Node, new: &Node) -> Difference {
    diff_with(cx, old, new, &Policy::default())
}

/// Like [`diff`], with levels from a [`Policy`] in place of the catalogue's.
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

/// All rules: the kinds of changes that are told apart.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}

/// The rules that the catalogue leaves out though it has their mirror, each with the reason.
pub fn missing_mirrors() -> Vec<MissingMirror> {
    mirrors::missing()
}
