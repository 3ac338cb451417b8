//! The settings of a generation: the name and behaviour of the crate, and the files that its document was made from.

use std::path::Path;

use openapi_pipeline::Sources;
use openapi_pipeline::names::Pins;

/// The name and the behaviour of a crate, as far as its document doesn't define them.
#[derive(Clone, Debug)]
pub struct CrateSpec {
    /// The name of the API, such as `svix`: the `family` of the client's operations and errors.
    pub family: String,
    /// The name of the vendor in prose, such as `Svix`.
    pub title: String,
    /// The command that generates the crate, for the header of the generated files.
    pub command: String,
    /// The path of the lowered document, for the same header.
    pub document: String,
    /// The server to call by the region that a static token ends in: `("eu", "https://api.eu.svix.com")`.
    ///
    /// The region `*` stands for all other tokens, and for clients that were given neither a static token nor a server.
    /// Without it, these call the first server of the document.
    pub server_by_token_region: Vec<(String, String)>,
    /// Rust names that are fixed, whatever name the description would give the item.
    pub pins: Pins,
}

/// The descriptions that a document was made from, so that each item can name its place in them.
#[derive(Clone, Copy, Debug)]
pub struct Descriptions<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// The folder that paths in documentation are relative to; of a file elsewhere only the name is shown.
    pub root: &'a Path,
}
