//! Stage 5: merges the documents of a family into one. Disagreements are reported, unless a rule settles them.
//!
//! Documentation (titles, descriptions, examples, extensions) and the order of sets (`required`, `enum`) never make a
//! conflict. All conflicts are found before anything is merged, so that one run shows the whole work to do.

mod components;
mod paths;
mod root;
mod settle;
#[cfg(test)]
mod tests;

use crate::report::Rule;
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Origin};

mod rule {
    crate::report::define_rules! {
        FIRST_DOCUMENT = "first-document-only": "`info`, `externalDocs` and root extensions come from the first document.";
        SERVERS = "servers-from-one-document": "The family's servers come from one document; those of the others are left out.";
        NAMED_SERVERS = "named-servers": "The family's list of servers names those of the documents, and adds others.";
        SERVERS_UNDER_PATHS = "servers-under-paths": "Where documents differ in their servers, and none is named for all, those of later ones move under their paths.";
        SECURITY = "security-into-operations": "Where documents differ in their root `security`, it moves into the operations, so that each keeps its own.";
        PATH_LEVEL = "path-level-into-operations": "Parameters and servers of a path that several documents have move into its operations.";
        PLACEHOLDERS = "placeholder-names": "Where documents name the placeholders of a path differently, the names of the first one are taken.";
        MERGED_EQUAL = "merged-equal": "A component or operation that several documents have in the same form becomes one.";
        KEPT = "kept-component": "A merge rule keeps one document's component for all.";
        RENAMED = "renamed-component": "A merge rule gives one document's component another name.";
        TAGS = "merged-tags": "Tags of the same name become one, described as in the first document.";
    }
}

/// All rules of this stage.
pub fn rules() -> &'static [&'static Rule] {
    rule::ALL
}

/// A document that takes part in a merge.
#[derive(Clone, Debug)]
pub struct Part {
    /// The name families.toml gives it, such as `legacy`.
    pub id: String,
    /// The 3.0.3 document.
    pub root: Node,
}

/// A rule that settles a conflict between documents over a component.
#[derive(Clone, Debug)]
pub struct MergeRule {
    /// Section and name, such as `schemas/HTTPValidationError`.
    pub component: String,
    /// The action that settles the conflict.
    pub action: MergeAction,
    /// The place of the rule in families.toml.
    pub origin: Option<Origin>,
}

/// The action of a [`MergeRule`].
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

/// A server that a dialect can't express: Swagger 2.0 has one host, and no names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedServer {
    /// Its base URL. A slash at the end makes no difference.
    pub url: String,
    /// Its name.
    pub name: String,
    /// The place of the entry in families.toml.
    pub origin: Origin,
}

/// The settings of a merge.
#[derive(Clone, Debug, Default)]
pub struct MergePlan {
    /// The family's name, for help texts that show lines of families.toml.
    pub family: String,
    /// The document that the servers are taken from. By default it is the first one that has servers, and the paths of
    /// documents with other servers keep their own.
    pub servers_from: Option<String>,
    /// Servers that the documents don't declare, and names for those that they declare.
    pub servers: Vec<NamedServer>,
    /// Rules for conflicts.
    pub rules: Vec<MergeRule>,
}

/// Merges the documents in order.
///
/// # Errors
///
/// All conflicts between the documents and all stale merge rules together; or a passed limit.
pub fn merge(cx: &mut Context, mut parts: Vec<Part>, plan: &MergePlan) -> Result<Node, Diagnostics> {
    let Some(first) = parts.first() else {
        return Err(Diagnostic::new("no-documents", format!("the family `{}` has no documents", plan.family)).into());
    };
    let mut merged = Node::new(Object::default(), first.root.origin);

    let mut problems = Diagnostics::default();
    let settled = settle::settle(&parts, plan, &mut problems);
    components::check(&parts, plan, &settled, &mut problems);
    let servers = root::choose_servers(&parts, plan, &mut problems);
    settle::apply(cx, &mut parts, &settled);
    root::spread_security(cx, &mut parts);
    if plan.servers_from.is_none() {
        root::spread_servers(cx, &mut parts, servers);
    }
    paths::check_operation_ids(&parts, &mut problems);
    let paths = paths::merge(cx, &mut parts, &mut problems);
    problems.into_result()?;

    let components = components::merge(cx, &mut parts, &settled);
    root::merge(cx, &mut merged, &mut parts, servers, &plan.servers);
    merged.set("paths", paths);
    if !components.is_empty() {
        merged.set("components", components);
    }
    cx.within_limits()?;
    Ok(merged)
}
