//! Removes from a description what its author must not decide.

use super::position::{Position, walk_mut};
use super::rules::STRIP_RUST_TYPE;
use crate::{Context, Node};

/// The generator would emit any type that this names, so a description could choose Rust code.
const KEY: &str = "x-rust-type";

/// Strips the whole document. The key stays in examples, as data; `check` refuses references into examples.
pub(super) fn strip(cx: &mut Context, root: &mut Node) {
    walk_mut(root, Position::Root, &mut |object, _| {
        if let Some(removed) = object.remove(KEY) {
            cx.note(&STRIP_RUST_TYPE, removed.origin, format!("removed `{KEY}`"));
        }
    });
}
