//! From a merged and lowered OpenAPI document to the source of a client crate.
//!
//! [`generate`] runs progenitor on the document, polishes what it wrote (private client, additive types, harmless
//! docs) into `generated.rs`, and emits the crate's one public `Client` into `client.rs`.
//!
//! Architecture invariant: no text of a description becomes code. Names go through `heck` and `syn`, texts through
//! [`docs::harmless`], everything else through token trees.

use std::collections::BTreeMap;
use std::path::Path;

use openapi_pipeline::{Node, Origin, Sources};

pub mod docs;
mod emit;
mod engine;
mod error;
mod guard;
pub mod items;
mod model;
mod names;
pub mod outline;
mod polish;
pub mod provenance;
mod reach;
mod render;

pub use error::CodegenError;
pub use guard::{Culprit, Guarded, culprits, generate_guarded};

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
    pub server_by_token_region: Vec<(String, String)>,
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
    /// Whether an operation takes a token.
    pub takes_token: bool,
    /// The methods of the builder that take what operations need beside a token.
    pub credentials: Vec<String>,
    /// The public items, and where each comes from, in the order of the source.
    pub items: Vec<provenance::Sourced>,
    /// The traits that public types implement, by hand or by a derive.
    pub impls: Vec<items::Item>,
    /// The types that became any JSON value, because the parts of their schema contradict one another.
    pub opened: Vec<String>,
    /// The fields that are not called what the names of their members become, since another member has that name.
    pub second_names: Vec<SecondName>,
    /// The optional members that may be null, of what is sent.
    pub null_members: Vec<NullMember>,
}

/// An optional member that may be null, of something that is sent.
#[derive(Clone, Debug)]
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

/// Generates the two source files of a family crate from its merged document.
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
    /// It is an error, since an overlay can mend its schema.
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
    let api = model::Api::read(document, spec)?;
    let mut raw = engine::run(document)?;
    let opened = polish::uninhabited(&raw);
    match (uninhabited, opened.first()) {
        (_, None) => {}
        (Uninhabited::Open, Some(_)) => polish::open_uninhabited(&mut raw),
        (Uninhabited::Refused, Some(name)) => return Err(CodegenError::Uninhabited(name.clone())),
    }
    let twins = polish::tell_fields_apart(&mut raw);
    let reach = reach::Reach::of(&raw, &api)?;
    let provenance::Origins { places: origins, nullable } = provenance::origins(document, &api, &raw)?;
    let second_names = twins.into_iter().map(|twin| second_name(twin, document, &origins)).collect();
    let (mut polished, null_members) = polish::polish(raw, &reach, &nullable)?;
    let null_members = null_members.into_iter().map(|one| null_member(one, document, &origins)).collect();
    polish::secrets::assert_fields(document, &polished)?;
    let mut client = emit::client(&api, &polished)?;
    let (items, impls) = provenance::table(document, &api, origins, &client, &polished);
    provenance::write_into(&mut client, &mut polished, &items, descriptions);
    Ok(CrateSource {
        types: polish::public_types(&polished),
        operations: api.operations.len(),
        has_server: !api.servers.is_empty(),
        takes_token: api.operations.iter().any(|operation| operation.security.token().is_some()),
        credentials: api.credentials.iter().map(|credential| credential.method.clone()).collect(),
        items,
        impls,
        opened,
        second_names,
        null_members,
        generated: render::file(polished, spec, "the types, and the private layer under the client"),
        client: render::file(client, spec, "the public client"),
    })
}

fn second_name(twin: polish::Twin, document: &Node, origins: &BTreeMap<String, Origin>) -> SecondName {
    let polish::Twin { owner, field, wire, first } = twin;
    let field = format!("{owner}::{field}");
    SecondName { origin: place(&field, document, origins), field, wire, first }
}

fn null_member(one: polish::NullMember, document: &Node, origins: &BTreeMap<String, Origin>) -> NullMember {
    let polish::NullMember { field, clearable } = one;
    NullMember { origin: place(&field, document, origins), field, clearable }
}

/// Where a field is described. What has no origin of its own belongs to what it is a part of.
fn place(field: &str, document: &Node, origins: &BTreeMap<String, Origin>) -> Origin {
    let owner = field.rsplit_once("::").map_or(field, |(owner, _)| owner);
    let known = [field, owner].into_iter().find_map(|path| origins.get(&format!("types::{path}")));
    known.copied().unwrap_or(document.origin)
}
