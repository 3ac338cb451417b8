//! Stage 6: rewrites what the generator can't take, or takes wrongly. Each lowering has a name; [`rules`] lists them.
//!
//! The order matters, and is the order of [`lower`]: first whatever is wrong with the document is reported in our own
//! words; then references outside schemas are resolved, operations are brought into shape, inline bodies become
//! components, and at last schemas are rewritten, when each has the name under which users will meet it.
//!
//! What the caller needs for a summary is in the report: [`left_out`] lists the operations that are not there any more.

mod bodies;
mod circles;
mod construct;
mod direction;
mod distribute;
mod document;
mod hoist;
mod inline;
mod inline_types;
mod lint;
mod mend;
pub(crate) mod names;
mod nullable;
mod operations;
mod overrides;
mod parameters;
mod properties;
mod redact;
mod responses;
mod rule;
mod runtime_types;
mod schemas;
mod secrets;
mod security;
mod store;
#[cfg(test)]
mod tests;
mod validation;
mod values;
mod walk;

pub use construct::Construct;

use crate::report::{Note, Report, Rule};
use crate::select::prune::prune_components;
use crate::{Context, Diagnostics, Node, Origin};

/// The rules this stage works by.
pub fn rules() -> &'static [&'static Rule] {
    rule::ALL
}

/// The operations that lowering left out, with the reason.
pub fn left_out(report: &Report) -> impl Iterator<Item = &Note> {
    report.notes.iter().filter(|note| note.rule == &rule::LEAVE_OUT)
}

/// Notes that the generator made any JSON value of a type; the place is that of the schema it is named after.
pub fn note_free_form(cx: &mut Context, document: &Node, type_name: &str) {
    let schemas = document.get("components").into_iter().flat_map(|components| components.members("schemas"));
    let named = schemas.filter(|(name, _)| type_name.starts_with(&names::pascal(name)));
    let origin = named.max_by_key(|(name, _)| name.len()).map_or(document.origin, |(_, schema)| schema.origin);
    cx.note(&rule::FREE_FORM, origin, format!("`{type_name}`: the parts of its schema contradict one another"));
}

/// Notes that a member got a field of another name than its own becomes, since another member has that one.
pub fn note_second_name(cx: &mut Context, origin: Origin, (wire, field): (&str, &str), first: &str) {
    cx.note(&rule::PROPERTY_COLLISION, origin, format!("`{wire}` is `{field}`: `{first}` has the plain name"));
}

/// Notes what becomes of null in an optional member of a request: only as part of a PATCH can it be sent.
pub fn note_null(cx: &mut Context, origin: Origin, field: &str, clearable: bool) {
    match clearable {
        true => cx.note(&rule::CLEARABLE, origin, format!("`{field}` is absent, null or a value")),
        false => cx.note(&rule::NULL_AS_ABSENT, origin, format!("`{field}` is absent or a value")),
    }
}

/// What lowering needs to know besides the document.
#[derive(Clone, Debug, Default)]
pub struct LowerPlan {
    /// Fields that hold secrets, as `Schema.property` or `Schema.property.property`; each with the place it was written at.
    pub secrets: Vec<(String, Option<Origin>)>,
    /// Who looks after the document.
    pub care: Care,
}

/// Whether somebody mends a document with overlays, or it is taken as its vendor left it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Care {
    /// It is mended: what contradicts itself is an error, and secrets are listed.
    #[default]
    Curated,
    /// Nobody mends it: what contradicts itself is settled by rule, and what is named like a secret is one.
    AsPublished,
}

/// Lowers a merged 3.0.3 document to what the generator takes.
pub fn lower(cx: &mut Context, mut document: Node, plan: &LowerPlan) -> Result<Node, Diagnostics> {
    let doc = &mut document;
    document::root(cx, doc)?;
    document::drop_examples_and_extensions(cx, doc);
    prune_components(cx, doc, &rule::PRUNE);
    lint::references(doc).into_result()?;

    runtime_types::unique_names(cx, doc);
    hoist::shared_bodies(cx, doc);
    let original = inline::references(cx, doc)?;
    hoist::deep_references(cx, doc, &original);
    operations::push_path_level(cx, doc);
    operations::adopt_servers(cx, doc);
    if plan.care == Care::AsPublished {
        mend::operations(cx, doc);
    }
    lint::operations(cx, doc).into_result()?;
    security::schemes(cx, doc);
    operations::identify(cx, doc);
    operations::shape(cx, doc, plan.care);

    hoist::bodies(cx, doc);
    hoist::path_parameters(cx, doc);
    schemas::rewrite(cx, doc);
    direction::relax(cx, doc);
    circles::break_up(cx, doc);
    overrides::settle(cx, doc);
    distribute::into_alternatives(cx, doc);

    secrets::mark(cx, doc, plan)?;
    runtime_types::timestamps(cx, doc);
    runtime_types::lenient(cx, doc);
    // First, since an error's member that was closed is free-form without its validation.
    validation::strip_from_responses(cx, doc);
    redact::free_form(cx, doc);
    secrets::look_for_unlisted(cx, doc, plan.care);
    properties::name_types(cx, doc);
    inline_types::tell_apart(cx, doc);
    nullable::move_to_uses(cx, doc);

    prune_components(cx, doc, &rule::PRUNE);
    document::sort_schemas(doc);
    Ok(document)
}
