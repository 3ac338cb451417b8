//! From a merged and lowered OpenAPI document to the source of a client crate.
//!
//! [`generate`] runs progenitor on the document, polishes what it wrote (private client, additive types, harmless
//! docs) into `generated.rs`, and emits the crate's one public `Client` into `client.rs`.
//!
//! Architecture invariant: no text of a description becomes code. Names go through `heck` and `syn`, texts through
//! [`docs::harmless`], everything else through token trees.

use openapi_pipeline::Node;

pub mod docs;
mod emit;
mod engine;
mod error;
mod model;
mod names;
pub mod outline;
mod polish;
mod reach;
mod render;

pub use error::CodegenError;

/// What a crate is called and how it behaves, besides what its document says.
#[derive(Clone, Debug)]
pub struct CrateSpec {
    /// Name of the family in families.toml, such as `svix`.
    pub family: String,
    /// Name of the vendor for prose, such as `Svix`.
    pub title: String,
    /// Where the merged document lies, for the header of the generated files.
    pub document: String,
    /// Server by the region a static token ends in: `("eu", "https://api.eu.svix.com")`.
    pub server_by_token_region: Vec<(String, String)>,
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
}

/// Generates the two source files of a family crate from its merged document.
pub fn generate(document: &Node, spec: &CrateSpec) -> Result<CrateSource, CodegenError> {
    let api = model::Api::read(document, spec)?;
    let raw = engine::run(document)?;
    let reach = reach::Reach::of(&raw, &api)?;
    let polished = polish::polish(raw, &reach)?;
    polish::secrets::assert_fields(document, &polished)?;
    let client = emit::client(&api, &polished)?;
    Ok(CrateSource {
        types: polish::public_types(&polished),
        operations: api.operations.len(),
        generated: render::file(polished, spec, "the types, and the private layer under the client"),
        client: render::file(client, spec, "the public client"),
    })
}
