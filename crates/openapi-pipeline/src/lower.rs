//! Stage 6: rewrites constructs that the generator rejects or misreads. Each lowering has a name; [`rules`] lists them.
//!
//! The work is an array of passes (`PASSES`): first the errors of the document are reported in our own words; then
//! references outside schemas are resolved, operations are brought into shape, inline bodies become components, and at
//! last schemas are rewritten, when each has the name that users will see.
//!
//! For a summary, [`left_out`] lists the operations that were removed.

mod bodies;
mod compose;
mod direction;
mod discriminators;
mod document;
mod facts;
mod hoist;
mod inline;
mod lint;
mod merge_schemas;
mod nullable;
mod numbers;
mod operations;
mod overlap;
mod parameters;
mod redact;
mod repair;
mod responses;
mod rule;
mod runtime_types;
mod schemas;
mod secrets;
mod security;
mod store;
#[cfg(test)]
mod tests;
mod unions;
mod validation;
mod values;
mod walk;

pub use crate::report::Construct;
pub use schemas::pattern_flags;

use crate::names::type_name;
use crate::report::{Note, Report, Rule};
use crate::vocabulary::reach::prune_components;
use crate::{Context, Diagnostic, Diagnostics, Node, Origin};
use facts::Fact;

/// The rules this stage works by.
pub fn rules() -> &'static [&'static Rule] {
    rule::ALL
}

/// The operations that lowering left out, with the reason.
pub fn left_out(report: &Report) -> impl Iterator<Item = &Note> {
    report.notes.iter().filter(|note| note.rule == &rule::LEAVE_OUT)
}

/// Notes that the generator made any JSON value of a type; the place is that of the schema it is named after.
pub fn note_free_form(cx: &mut Context, document: &Node, ty: &str) {
    let schemas = document.get("components").into_iter().flat_map(|components| components.members("schemas"));
    let named = schemas.filter(|(name, _)| ty.starts_with(&type_name(name)));
    let origin = named.max_by_key(|(name, _)| name.len()).map_or(document.origin, |(_, schema)| schema.origin);
    cx.note(&rule::FREE_FORM, origin, format!("`{ty}`: the parts of its schema contradict one another"));
}

/// Notes that the field of a property has another name than its own, since another property's field has that one.
pub fn note_second_name(cx: &mut Context, origin: Origin, (wire, field): (&str, &str), first: &str) {
    cx.note(&rule::PROPERTY_COLLISION, origin, format!("`{wire}` is `{field}`: `{first}` has the plain name"));
}

/// Notes how an optional property of a request treats null: only a PATCH can send it.
pub fn note_null(cx: &mut Context, origin: Origin, field: &str, clearable: bool) {
    match clearable {
        true => cx.note(&rule::CLEARABLE, origin, format!("`{field}` is absent, null or a value")),
        false => cx.note(&rule::NULL_AS_ABSENT, origin, format!("`{field}` is absent or a value")),
    }
}

/// The settings of lowering.
#[derive(Clone, Debug, Default)]
pub struct LowerPlan {
    /// Fields that hold secrets, as `Schema.property` or `Schema.property.property`; each with the place that lists it.
    pub secrets: Vec<(String, Option<Origin>)>,
    /// The treatment of contradictions.
    pub strictness: Strictness,
}

/// The treatment of a document that contradicts itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Contradictions are errors, since overlays can repair them; secrets are listed.
    #[default]
    Strict,
    /// Contradictions are settled by rules, since no overlay repairs the document; a field named like a secret is one.
    Lenient,
}

/// The state of a pass besides the document.
struct Work<'a> {
    cx: &'a mut Context,
    plan: &'a LowerPlan,
    /// The document before references outside schemas were resolved.
    original: Option<Node>,
}

/// A step of lowering.
struct Pass {
    name: &'static str,
    /// The facts that must hold before it.
    needs: &'static [Fact],
    /// The facts that hold from then on.
    gives: &'static [Fact],
    run: fn(&mut Work<'_>, &mut Node) -> Result<(), Diagnostics>,
}

/// A pass that can't fail.
macro_rules! pass {
    ($name:literal, $needs:expr => $gives:expr, |$work:ident, $doc:ident| $run:expr) => {
        Pass {
            name: $name,
            needs: &$needs,
            gives: &$gives,
            run: |$work, $doc| {
                $run;
                Ok(())
            },
        }
    };
    ($name:literal, $needs:expr => $gives:expr, try |$work:ident, $doc:ident| $run:expr) => {
        Pass { name: $name, needs: &$needs, gives: &$gives, run: |$work, $doc| $run }
    };
}

/// All passes, in their order.
const PASSES: &[Pass] = {
    use Fact::{BareReferences, DistinctTypes, Identified, Merged, References, SchemaReferences, Told};
    &[
        pass!("root", [] => [], try |work, doc| document::root(work.cx, doc)),
        pass!("drop-what-nobody-reads", [] => [], |work, doc| document::drop_examples_and_extensions(work.cx, doc)),
        pass!("discriminators", [] => [], |work, doc| discriminators::spell_out(work.cx, doc)),
        pass!("prune", [] => [], |work, doc| prune_components(work.cx, doc, &rule::PRUNE)),
        pass!("check-references", [] => [References], try |_work, doc| lint::references(doc).into_result()),
        pass!("unique-names", [References] => [DistinctTypes], |work, doc| runtime_types::unique_names(work.cx, doc)),
        pass!("shared-bodies", [References, DistinctTypes] => [], |work, doc| hoist::shared_bodies(work.cx, doc)),
        pass!("inline-references", [References] => [], try |work, doc| {
            work.original = Some(inline::references(work.cx, doc)?);
            Ok(())
        }),
        pass!("deep-references", [References, DistinctTypes] => [SchemaReferences], |work, doc| {
            if let Some(original) = work.original.take() {
                hoist::deep_references(work.cx, doc, &original);
            }
        }),
        pass!("path-level", [SchemaReferences] => [], |work, doc| operations::push_path_level(work.cx, doc)),
        pass!("servers", [] => [], |work, doc| operations::adopt_servers(work.cx, doc)),
        pass!("repair-operations", [SchemaReferences] => [], |work, doc| {
            if work.plan.strictness == Strictness::Lenient {
                repair::operations(work.cx, doc);
            }
        }),
        pass!("check-operations", [SchemaReferences] => [], try |work, doc| lint::operations(work.cx, doc).into_result()),
        pass!("security", [] => [], |work, doc| security::schemes(work.cx, doc)),
        pass!("identify", [] => [Identified], |work, doc| operations::identify(work.cx, doc)),
        pass!("shape", [Identified, SchemaReferences] => [], |work, doc| {
            operations::shape(work.cx, doc, work.plan.strictness);
        }),
        pass!("name-bodies", [Identified, DistinctTypes] => [], |work, doc| hoist::bodies(work.cx, doc)),
        pass!("name-path-parameters", [Identified, DistinctTypes] => [], |work, doc| hoist::path_parameters(work.cx, doc)),
        pass!("keywords", [SchemaReferences] => [BareReferences], |work, doc| schemas::rewrite(work.cx, doc)),
        pass!("merge-parts", [BareReferences, DistinctTypes] => [Merged], try |work, doc| {
            compose::merge_parts(work.cx, doc, work.plan.strictness)?;
            schemas::widths(work.cx, doc);
            Ok(())
        }),
        pass!("tell-alternatives", [Merged, DistinctTypes] => [Told], |work, doc| unions::settle(work.cx, doc)),
        pass!("untyped-bounds", [Merged, Told] => [], |work, doc| schemas::drop_untyped_bounds(work.cx, doc)),
        pass!("directions", [Merged, Told] => [], |work, doc| direction::relax(work.cx, doc)),
        pass!("secrets", [Merged, Told] => [], try |work, doc| secrets::mark(work.cx, doc, work.plan)),
        pass!("timestamps", [Merged, Told] => [], |work, doc| runtime_types::timestamps(work.cx, doc)),
        pass!("lenient-formats", [Merged, Told] => [], |work, doc| runtime_types::lenient(work.cx, doc)),
        // Before the search for free-form properties: without validation, a closed property of an error becomes one.
        pass!("strip-validation", [Merged] => [], |work, doc| validation::strip_from_responses(work.cx, doc)),
        pass!("redact", [Merged] => [], |work, doc| redact::free_form(work.cx, doc)),
        pass!("unlisted-secrets", [Merged] => [], |work, doc| {
            secrets::look_for_unlisted(work.cx, doc, work.plan.strictness);
        }),
        pass!("nullable-components", [Merged] => [], |work, doc| nullable::move_to_uses(work.cx, doc)),
        pass!("prune-again", [] => [], |work, doc| prune_components(work.cx, doc, &rule::PRUNE)),
        pass!("sort", [] => [], |_work, doc| document::sort_schemas(doc)),
    ]
};

/// Lowers a merged 3.0.3 document to the constructs that the generator takes.
///
/// # Errors
///
/// When the document has errors that no pass may repair.
///
/// # Panics
///
/// In debug builds, when `PASSES` is in the wrong order.
pub fn lower(cx: &mut Context, mut document: Node, plan: &LowerPlan) -> Result<Node, Diagnostics> {
    let mut work = Work { cx, plan, original: None };
    let mut given = Vec::new();
    for pass in PASSES {
        debug_assert!(pass.needs.iter().all(|fact| given.contains(fact)), "`{}` comes too early", pass.name);
        (pass.run)(&mut work, &mut document)?;
        given.extend(pass.gives);
        validate(pass.name, pass.gives, &document)?;
    }
    validate("the last", &given, &document)?;
    Ok(document)
}

/// In debug builds, an error if a fact that the pass gives doesn't hold.
fn validate(pass: &str, facts: &[Fact], document: &Node) -> Result<(), Diagnostics> {
    let broken =
        facts.iter().filter(|_| cfg!(debug_assertions)).find_map(|fact| Some((fact, fact.violation(document)?)));
    let Some((fact, (origin, what))) = broken else { return Ok(()) };
    Err(Diagnostic::new("lowering", format!("after the pass `{pass}`, `{fact:?}` doesn't hold: {what}"))
        .at(origin, "it was made of this")
        .help("this is a fault of the pipeline, not of the document")
        .into())
}

#[cfg(test)]
mod order {
    use super::{Fact, PASSES};

    /// Each pass comes after the passes that give the facts it needs.
    #[test]
    fn passes_are_in_order() {
        let mut given: Vec<Fact> = Vec::new();
        let mut names = std::collections::HashSet::new();
        for pass in PASSES {
            assert!(names.insert(pass.name), "{} stands twice", pass.name);
            for fact in pass.needs {
                assert!(given.contains(fact), "{} needs {fact:?}, which no earlier pass gives", pass.name);
            }
            given.extend(pass.gives);
        }
    }
}
