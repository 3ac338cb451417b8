//! The input of a generation besides the document.

use std::path::Path;

use openapi_pipeline::Sources;
use openapi_pipeline::names::Pins;

/// Name and behaviour of a crate, as far as its document doesn't define them.
#[derive(Clone, Debug)]
pub struct CrateSpec {
    /// Name of the family in families.toml, such as `svix`.
    pub family: String,
    /// Name of the vendor for prose, such as `Svix`.
    pub title: String,
    /// The command that generates it, for the header of the generated files.
    pub command: String,
    /// The path of the merged document, for the same header.
    pub document: String,
    /// Server by the region a static token ends in: `("eu", "https://api.eu.svix.com")`.
    ///
    /// The region `*` stands for all others, and for clients that were given neither a static token nor a server.
    /// Without it, these call the first server of the document.
    pub server_by_token_region: Vec<(String, String)>,
    /// Names that must stay what they were, whatever the description would make of them now.
    pub pins: Pins,
}

/// The descriptions that a merged document was made from, so that each item can say where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Descriptions<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// The folder that their paths are relative to; of a file elsewhere only the name is shown.
    pub root: &'a Path,
}
