//! What changed between two descriptions, by meaning, and what each change breaks.
//!
//! Both documents are compared as OpenAPI 3.0.3, after [`crate::convert`] and before anything is selected or lowered. How
//! something is written makes no difference: references are followed, `allOf` is read as one schema, and the many ways to
//! allow `null` are one. Requests and responses are judged in opposite directions, because a caller writes the one and
//! reads the other; a schema that is used in both is judged in both.
//!
//! A pair of schemas is compared once for each direction, however many operations reach it, and pairs wait in a queue
//! rather than on the stack. So the work is bounded by the number of pairs, and recursion in a description is no danger.

mod bodies;
mod change;
mod documentation;
mod engine;
mod operations;
mod parameters;
mod responses;
mod rules;
mod schema;
mod security;
mod servers;
mod side;
mod view;

pub use change::{Breaks, Change, Difference, Direction, Level, Rule, Seen, Step, Subject, next_version};

use crate::{Context, Node};

/// Compares two documents that were converted to OpenAPI 3.0.3. `cx` knows the places of both.
pub fn diff(cx: &Context, old: &Node, new: &Node) -> Difference {
    engine::Engine::new(cx, old, new).run()
}

/// The catalogue of all changes that are told apart.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}
