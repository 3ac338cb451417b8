//! From a merged and lowered OpenAPI document to the source of a client crate.
//!
//! [`generate`] runs progenitor on the document, polishes what it wrote (private client, additive types, harmless
//! docs) into `generated.rs`, and emits the crate's one public `Client` into `client.rs`.
//!
//! A generation sees to the panics of progenitor by a panic hook of the process: see [`generate`].
//!
//! Architecture invariant: no text of a description becomes code. Names go through `openapi_pipeline::names`, texts through
//! [`docs::harmless`], everything else through token trees.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use openapi_pipeline::names::{self, Named, Pins};
use openapi_pipeline::{Node, Origin, Sources};

mod background;
pub mod docs;
mod emit;
mod engine;
mod error;
mod given;
mod guard;
pub mod items;
mod model;
pub mod outline;
mod panic_capture;
mod polish;
pub mod provenance;
mod reach;
mod render;
mod size;
mod unions;
mod view;
mod wiring;

pub use engine::view;
pub use error::CodegenError;
pub use guard::{Culprit, Guarded, culprits, generate_guarded};
pub use provenance::Provenance;
pub use size::{check_size, operations_by_size};

use background::Background;
use provenance::Lines;

/// How much stack a thread needs that generates a client. How much a description may nest is bounded, but what the generator
/// makes of a level is not small.
pub const STACK: usize = 256 << 20;

/// What a crate is called and how it behaves, besides what its document says.
#[derive(Clone, Debug)]
pub struct CrateSpec {
    /// Name of the family in families.toml, such as `svix`.
    pub family: String,
    /// Name of the vendor for prose, such as `Svix`.
    pub title: String,
    /// The command that generates it, for the header of the generated files.
    pub command: String,
    /// Where the merged document lies, for the same.
    pub document: String,
    /// Server by the region a static token ends in: `("eu", "https://api.eu.svix.com")`.
    ///
    /// The region `*` stands for all others, and for clients that were given neither a static token nor a server. Without
    /// it, these call the first server of the document.
    pub server_by_token_region: Vec<(String, String)>,
    /// Names that are to stay what they were, whatever the description would make of them now.
    pub pins: Pins,
}

/// The descriptions that a merged document was made from, so that each item can say where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Descriptions<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// The folder that their paths are shown below; of a file that lies elsewhere only the name is shown.
    pub root: &'a Path,
}

/// The generated files of a crate, and what is in them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CrateSource {
    /// `src/generated.rs`: the types, and progenitor's client as a private layer.
    pub generated: String,
    /// `src/client.rs`: the public client.
    pub client: String,
    /// How many operations the client has.
    pub operations: usize,
    /// How many public types there are.
    pub types: usize,
    /// Whether the document names a server that can be called without further ado.
    pub has_server: bool,
    /// Whether an operation has several answers, in a module `answers` beside `errors`.
    pub has_answers: bool,
    /// Whether an operation takes a token.
    pub takes_token: bool,
    /// The methods of the builder that take what operations need beside a token.
    pub credentials: Vec<String>,
    /// Where the public items come from.
    pub provenance: Provenance,
    /// The types that became any JSON value, because the parts of their schema contradict one another.
    pub opened: Vec<String>,
    /// The fields that are not called what the names of their members become, since another member has that name.
    pub second_names: Vec<SecondName>,
    /// The optional members that may be null, of what is sent.
    pub null_members: Vec<NullMember>,
}

/// An optional member that may be null, of something that is sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NullMember {
    /// Where it is described.
    pub origin: Origin,
    /// Its field, such as `Change::name`.
    pub field: String,
    /// Whether null can be sent: only as part of a PATCH does it say anything else than absence.
    pub clearable: bool,
}

/// A field that got a name of its own, since two members become one field.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecondName {
    /// Where the member is described.
    pub origin: Origin,
    /// The field, such as `User::created_at_2`.
    pub field: String,
    /// The member's name on the wire.
    pub wire: String,
    /// The name on the wire of the member that has the field.
    pub first: String,
}

impl CrateSource {
    /// The public items of the crate, and where each comes from.
    ///
    /// # Errors
    ///
    /// When the source can't be read back.
    pub fn table(&self) -> Result<provenance::Table, CodegenError> {
        self.provenance.table(&self.client, &self.generated)
    }
}

/// Generates the two source files of a family crate from its merged document.
///
/// # Errors
///
/// When the document isn't what the pipeline promises, or holds what can't be generated. progenitor panics on what it
/// doesn't know; such a panic is an error with its message, and prints nothing.
///
/// # Panics
///
/// Not because of a document. The first generation of a process installs a panic hook over the one it finds, and leaves
/// it there: it keeps the panics of progenitor silent on the thread that runs it, and hands on all others. A program
/// with a hook of its own sets it before, or calls the one it replaces.
pub fn generate(
    document: &Node,
    spec: &CrateSpec,
    descriptions: Descriptions<'_>,
) -> Result<CrateSource, CodegenError> {
    generate_with(document, spec, descriptions, Uninhabited::Refused)
}

/// What becomes of a type that no value can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Uninhabited {
    /// It is an error, since an overlay can repair its schema.
    Refused,
    /// It is any JSON value.
    Open,
}

fn generate_with(
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
    // Where progenitor fails, nobody waits for the rest: culprits are looked for at once.
    let failed = &AtomicBool::new(false);
    let (types, client) = thread::scope(|scope| -> Result<_, CodegenError> {
        // The client is as much work as all the rest: one half is made while progenitor runs, the other while its types
        // are polished.
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

/// The fields whose plain names other members have.
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

/// The types and the private layer under the client, and what happened to them.
struct Types {
    text: String,
    public: usize,
    origins: BTreeMap<String, Origin>,
    opened: Vec<String>,
    null_members: Vec<polish::NullMember>,
}

impl Types {
    /// From progenitor's output.
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

/// The examples of the README, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
