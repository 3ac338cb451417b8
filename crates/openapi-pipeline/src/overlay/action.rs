//! The model of a checked overlay.

use super::target::Target;
use crate::{Node, Origin};

/// A checked overlay.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    pub(super) version: Version,
    /// The document named by `extends`, and the place of that.
    pub(super) extends: Option<(&'a str, Origin)>,
    pub(super) actions: Vec<Action<'a>>,
}

/// The versions of the specification that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1_0,
    V1_1,
}

/// One action.
#[derive(Debug)]
pub(super) struct Action<'a> {
    /// The place of the action itself.
    pub(super) origin: Origin,
    pub(super) target: Target<'a>,
    pub(super) change: Change<'a>,
}

/// The change that an action makes.
#[derive(Debug)]
pub(super) enum Change<'a> {
    Update(&'a Node),
    /// Merges the node that the expression selects into the target.
    Copy(Target<'a>),
    Remove {
        ignored_update: bool,
    },
}
