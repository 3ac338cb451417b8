//! Generates the two source files of a client from a document.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use openapi_pipeline::names::{self, Named};
use openapi_pipeline::{Node, Origin};

use crate::background::Background;
use crate::error::CodegenError;
use crate::provenance::{self, Lines, Provenance};
use crate::source::{CrateSource, NullMember, SecondName};
use crate::spec::{CrateSpec, Descriptions};
use crate::{emit, engine, model, polish, reach, render, unions};

/// Generates the two source files of a client crate from a lowered document.
///
/// # Errors
///
/// When the document isn't one that `openapi_pipeline::lower` returns, or contains constructs that can't be generated.
/// progenitor panics on constructs that it doesn't know; such a panic is an error with its message, and prints nothing.
///
/// # Panics
///
/// No document causes a panic. To capture those of progenitor, the first generation of a process installs a panic hook,
/// and leaves it there: it hides the panics of progenitor, and passes all others to the hook that was there before. A
/// program with a hook of its own has to set it earlier, or to call the hook that it replaces.
pub fn generate(
    document: &Node,
    spec: &CrateSpec,
    descriptions: Descriptions<'_>,
) -> Result<CrateSource, CodegenError> {
    generate_with(document, spec, descriptions, Uninhabited::Refused)
}

/// The origins of the items that [`generate`] would make, without the source. It takes a third of the time.
///
/// # Errors
///
/// When the document isn't one that `openapi_pipeline::lower` returns, or progenitor fails on it.
pub fn origins(document: &Node, spec: &CrateSpec) -> Result<Provenance, CodegenError> {
    let named = names::assign(document, &spec.title, &spec.pins)?;
    let api = model::Api::read(&named, spec)?;
    let raw = engine::run(&named, &api.operations)?;
    let types = provenance::origins(&named.document, &api, &raw)?;
    Ok(Provenance::new(&named.document, provenance::of_description(&named.document, &api), types.places))
}

/// The treatment of a type that no value can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uninhabited {
    /// Such a type is an error, since an overlay can repair its schema.
    Refused,
    /// Such a type becomes any JSON value.
    Open,
}

pub(crate) fn generate_with(
    document: &Node,
    spec: &CrateSpec,
    descriptions: Descriptions<'_>,
    uninhabited: Uninhabited,
) -> Result<CrateSource, CodegenError> {
    let named = names::assign(document, &spec.title, &spec.pins)?;
    let document = &named.document;
    let api = model::Api::read(&named, spec)?;
    let described = provenance::of_description(document, &api);
    let lines = Lines::new(&described, descriptions);
    let (api, lines) = (&api, &lines);
    // If progenitor fails, the rest is given up, so that the search for culprits begins at once.
    let failed = &AtomicBool::new(false);
    let (types, client) = thread::scope(|scope| -> Result<_, CodegenError> {
        // The client is as much work as all the rest: one half is generated while progenitor runs, the other while its
        // types are polished.
        let by_description =
            Background::start(scope, move || emit::ByDescription::of(api, lines, &|| failed.load(Ordering::Relaxed)))?;
        let raw = engine::run(&named, &api.operations).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
        let heads = emit::Heads::of(api, &raw)?;
        let by_methods = Background::start(scope, move || emit::ByMethods::of(api, &heads, lines))?;
        let types = Types::of(raw, document, api, descriptions, uninhabited)?;
        Ok((types, by_methods.outcome()?.with(by_description.outcome()?)))
    })?;
    let provenance = Provenance::new(document, described, types.origins);
    let null_member = |one: polish::NullMember| {
        let polish::NullMember { field, clearable } = one;
        NullMember { origin: provenance.place(&field), field, clearable }
    };
    Ok(CrateSource {
        types: types.public,
        operations: api.operations.len(),
        has_server: !api.servers.is_empty(),
        has_answers: emit::has_answers(api),
        takes_token: api.operations.iter().any(|operation| operation.security.token().is_some()),
        credentials: api.credentials.iter().map(|credential| credential.method.clone()).collect(),
        opened: types.opened,
        second_names: second_names(&named, &provenance),
        null_members: types.null_members.into_iter().map(null_member).collect(),
        generated: render::file(&[types.text], spec, "the types, and the private layer under the client"),
        client: render::file(&client, spec, "the public client"),
        provenance,
    })
}

/// The fields that can't have their plain names, since other properties have them.
fn second_names(named: &Named, provenance: &Provenance) -> Vec<SecondName> {
    let mut found = Vec::new();
    for (owner, names) in &named.types {
        for (wire, field) in &names.fields {
            let plain = names::snake(wire);
            if plain == *field {
                continue;
            }
            if let Some((first, _)) = names.fields.iter().find(|(_, other)| **other == plain) {
                let field = format!("{owner}::{field}");
                let origin = provenance.place(&field);
                found.push(SecondName { origin, field, wire: wire.clone(), first: first.clone() });
            }
        }
    }
    found.sort_by(|one, other| one.field.cmp(&other.field));
    found
}

/// The types and the private layer under the client, and the changes that were made to them.
struct Types {
    text: String,
    public: usize,
    origins: BTreeMap<String, Origin>,
    opened: Vec<String>,
    null_members: Vec<polish::NullMember>,
}

impl Types {
    /// Polishes progenitor's output.
    fn of(
        mut raw: syn::File,
        document: &Node,
        api: &model::Api,
        descriptions: Descriptions<'_>,
        uninhabited: Uninhabited,
    ) -> Result<Self, CodegenError> {
        let opened = polish::uninhabited(&raw);
        match (uninhabited, opened.first()) {
            (_, None) => {}
            (Uninhabited::Open, Some(_)) => polish::open_uninhabited(&mut raw),
            (Uninhabited::Refused, Some(name)) => return Err(CodegenError::Uninhabited(name.clone())),
        }
        let reach = reach::Reach::of(&raw, api)?;
        let provenance::Origins { places: origins, nullable } = provenance::origins(document, api, &raw)?;
        let unions = unions::of_document(document);
        let (mut polished, null_members) = polish::polish(raw, api, &reach, &nullable, &unions)?;
        polish::secrets::assert_fields(document, &polished)?;
        Lines::new(&origins, descriptions).add_to_generated(&mut polished);
        let (text, public) = (render::text(&polished), polish::public_types(&polished));
        Ok(Self { text, public, origins, opened, null_members })
    }
}
