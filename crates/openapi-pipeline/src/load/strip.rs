//! Takes out of a description what is not for its author to decide.

use super::position::{Position, walk_mut};
use super::rules::STRIP_RUST_TYPE;
use crate::{Context, Node};

/// The generator would emit whatever type it names, so a description could choose Rust code.
const KEY: &str = "x-rust-type";

/// Strips the whole document. What only looks so in an example stays; `check` sees to it that nothing refers there.
pub(super) fn strip(cx: &mut Context, root: &mut Node) {
    walk_mut(root, Position::Root, &mut |object, _| {
        if let Some(removed) = object.remove(KEY) {
            cx.note(&STRIP_RUST_TYPE, removed.origin, format!("removed `{KEY}`"));
        }
    });
}
