//! What a generation is given besides the document.

use std::path::Path;

use openapi_pipeline::Sources;
use openapi_pipeline::names::Pins;

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
    /// The region `*` stands for all others, and for clients that were given neither a static token nor a server.
    /// Without it, these call the first server of the document.
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
