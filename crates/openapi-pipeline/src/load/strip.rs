//! Takes out of a description what is not for its author to decide.

use super::position::{Position, walk_mut};
use crate::{Context, Node, Rule};

/// Removes `x-rust-type`: the generator would emit whatever type it names, so a description could choose Rust code.
pub const STRIP_RUST_TYPE: Rule = Rule {
    name: "strip-rust-type",
    summary: "`x-rust-type` is removed, because a description must not choose which Rust types are used",
};

const KEY: &str = "x-rust-type";

/// Strips the whole document. What only looks so in an example stays; `check` sees to it that nothing refers there.
pub(super) fn strip(cx: &mut Context, root: &mut Node) {
    walk_mut(root, Position::Root, &mut |object| {
        if let Some(removed) = object.remove(KEY) {
            cx.note(&STRIP_RUST_TYPE, removed.origin, format!("removed `{KEY}`"));
        }
    });
}
