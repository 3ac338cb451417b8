//! Stage 6: rewrites constructs that the generator rejects or misreads. Each lowering has a name; [`rules`] lists them.
//!
//! Lowering is an array of passes (`PASSES`). First, errors of the document are reported. Then references outside schemas are
//! resolved, operations are brought into shape, and inline bodies become components. At last schemas are rewritten, when
//! each has the name that users will see.
//!
//! Architecture invariant: a pass is a module of `document`, `operations` or `schemas`, entered by its `run` at its place
//! in the array, and imports from no other pass. What passes share is directly in `lower`.

mod annotations;
mod extensions;
mod facts;
mod labels;
mod numbers;
mod pattern;
mod plan;
mod rule;
mod runtime_types;
mod secret_names;
mod servers;
#[cfg(test)]
mod tests;
mod values;
mod walk;
mod work;

/// Passes over the document as a whole: its root, its references, and the names of its components.
mod document {
    pub(super) mod discriminators;
    pub(super) mod extras;
    pub(super) mod inline;
    pub(super) mod names;
    pub(super) mod prune;
    pub(super) mod references;
    pub(super) mod root;
    pub(super) mod shared_bodies;
    pub(super) mod sort;
}

/// Passes over the operations: the form of each, those that are left out, and names for their inline schemas.
mod operations {
    pub(super) mod adopt_servers;
    pub(super) mod check;
    pub(super) mod identify;
    pub(super) mod name_bodies;
    pub(super) mod name_parameters;
    pub(super) mod path_level;
    pub(super) mod repair;
    pub(super) mod security;
    pub(super) mod shape;
}

/// Passes over the schemas, when each has the name that users will see.
mod schemas {
    pub(super) mod directions;
    pub(super) mod formats;
    pub(super) mod keywords;
    pub(super) mod merge_parts;
    pub(super) mod nullable;
    pub(super) mod redact;
    pub(super) mod secrets;
    pub(super) mod unions;
    pub(super) mod unlisted_secrets;
    pub(super) mod untyped_bounds;
    pub(super) mod validation;
    pub(super) mod widths;
}

pub use crate::report::Construct;
pub use pattern::pattern_flags;
pub use plan::{LowerPlan, Strictness};

use crate::names::{Scope, type_name};
use crate::report::Rule;
use crate::vocabulary::schemas;
use crate::{Context, Diagnostic, Diagnostics, Node, Origin};
use facts::Fact;
use work::Work;

/// All rules of this stage.
pub fn rules() -> &'static [&'static Rule] {
    rule::ALL
}

/// Records that the generator made a type an alias of any JSON value. The place is the schema that the type is named after.
pub fn note_free_form(cx: &mut Context, document: &Node, ty: &str) {
    let named = schemas(document).filter(|(name, _)| ty.starts_with(&type_name(name)));
    let origin = named.max_by_key(|(name, _)| name.len()).map_or(document.origin, |(_, schema)| schema.origin);
    cx.note(&rule::FREE_FORM, origin, format!("`{ty}`: the parts of its schema contradict one another"));
}

/// Records that the field of a property has a number behind its name, since another property has the plain name.
pub fn note_second_name(cx: &mut Context, origin: Origin, (wire, field): (&str, &str), first: &str) {
    cx.note(&rule::PROPERTY_COLLISION, origin, format!("`{wire}` is `{field}`: `{first}` has the plain name"));
}

/// Records whether an optional property of a request can be sent as null, as a PATCH can, or is left out instead.
pub fn note_null(cx: &mut Context, origin: Origin, field: &str, clearable: bool) {
    match clearable {
        true => cx.note(&rule::CLEARABLE, origin, format!("`{field}` is absent, null or a value")),
        false => cx.note(&rule::NULL_AS_ABSENT, origin, format!("`{field}` is absent or a value")),
    }
}

/// A step of lowering.
struct Pass {
    /// The module, which has no other entry.
    name: &'static str,
    /// The facts that must hold before it.
    needs: &'static [Fact],
    /// The facts that hold from then on.
    gives: &'static [Fact],
    run: fn(&mut Work<'_>) -> Result<(), Diagnostics>,
}

/// The pass of a module; `try` if it can fail.
macro_rules! pass {
    ($folder:ident::$module:ident, $needs:expr => $gives:expr) => {
        pass!(@ $folder::$module, $needs => $gives, |work| {
            $folder::$module::run(work);
            Ok(())
        })
    };
    (try $folder:ident::$module:ident, $needs:expr => $gives:expr) => {
        pass!(@ $folder::$module, $needs => $gives, $folder::$module::run)
    };
    (@ $folder:ident::$module:ident, $needs:expr => $gives:expr, $run:expr) => {
        Pass { name: concat!(stringify!($folder), "::", stringify!($module)), needs: &$needs, gives: &$gives, run: $run }
    };
}

/// All passes, in their order.
const PASSES: &[Pass] = {
    use Fact::{BareReferences, DistinctAlternatives, DistinctTypes, Identified, Merged, References, SchemaReferences};
    &[
        pass!(try document::root, [] => []),
        pass!(document::extras, [] => []),
        pass!(document::discriminators, [] => []),
        pass!(document::prune, [] => []),
        pass!(try document::references, [] => [References]),
        pass!(document::names, [References] => [DistinctTypes]),
        pass!(document::shared_bodies, [References, DistinctTypes] => []),
        pass!(try document::inline, [References, DistinctTypes] => [SchemaReferences]),
        pass!(operations::path_level, [SchemaReferences] => []),
        pass!(operations::adopt_servers, [] => []),
        pass!(operations::repair, [SchemaReferences] => []),
        pass!(try operations::check, [SchemaReferences] => []),
        pass!(operations::security, [] => []),
        pass!(operations::identify, [] => [Identified]),
        pass!(operations::shape, [Identified, SchemaReferences] => []),
        pass!(operations::name_bodies, [Identified, DistinctTypes] => []),
        pass!(operations::name_parameters, [Identified, DistinctTypes] => []),
        pass!(schemas::keywords, [SchemaReferences] => [BareReferences]),
        pass!(try schemas::merge_parts, [BareReferences, DistinctTypes] => [Merged]),
        pass!(schemas::widths, [Merged] => []),
        pass!(schemas::unions, [Merged, DistinctTypes] => [DistinctAlternatives]),
        pass!(schemas::untyped_bounds, [Merged, DistinctAlternatives] => []),
        pass!(schemas::directions, [Merged, DistinctAlternatives] => []),
        pass!(try schemas::secrets, [Merged, DistinctAlternatives] => []),
        pass!(schemas::formats, [Merged, DistinctAlternatives] => []),
        // Before the search for free-form properties: without validation, a closed property of an error becomes one.
        pass!(schemas::validation, [Merged] => []),
        pass!(schemas::redact, [Merged] => []),
        pass!(schemas::unlisted_secrets, [Merged] => []),
        pass!(schemas::nullable, [Merged] => []),
        // Once more: parts that were merged, and operations that were left out, no longer use their components. Before
        // that, what nobody uses must neither be an error nor take a name.
        pass!(document::prune, [] => []),
        pass!(document::sort, [] => []),
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
pub fn lower(cx: &mut Context, document: Node, plan: &LowerPlan) -> Result<Node, Diagnostics> {
    let mut work = Work { cx, plan, document, names: Scope::default() };
    let mut given = Vec::new();
    for pass in PASSES {
        debug_assert!(pass.needs.iter().all(|fact| given.contains(fact)), "`{}` comes too early", pass.name);
        (pass.run)(&mut work)?;
        given.extend(pass.gives);
        validate(pass.name, pass.gives, &work.document)?;
    }
    validate("the last", &given, &work.document)?;
    Ok(work.document)
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

    /// The pass that runs again, for the reason given in the list.
    const AGAIN: &str = "document::prune";

    /// Each pass comes after the passes that give the facts it needs, and each module is entered once.
    #[test]
    fn passes_are_in_order() {
        let mut given: Vec<Fact> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for pass in PASSES {
            for fact in pass.needs {
                assert!(given.contains(fact), "{} needs {fact:?}, which no earlier pass gives", pass.name);
            }
            given.extend(pass.gives);
            names.push(pass.name);
        }
        names.sort_unstable();
        let again: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert_eq!(again, [AGAIN], "a module is the pass of one place in the list");
    }
}
