//! The result of a generation.

use openapi_pipeline::Origin;

use crate::error::CodegenError;
use crate::provenance::{Provenance, Table};

/// The generated files of a crate, and facts about them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CrateSource {
    /// `src/generated.rs`: the types, and progenitor's client as a private layer.
    pub generated: String,
    /// `src/client.rs`: the public client.
    pub client: String,
    /// The number of operations of the client.
    pub operations: usize,
    /// The number of public types.
    pub types: usize,
    /// Whether the document names a server. Otherwise a client has to be given one.
    pub has_server: bool,
    /// Whether an operation has several success responses: then the client has a module `answers` beside `errors`.
    pub has_answers: bool,
    /// Whether an operation takes a token.
    pub takes_token: bool,
    /// The methods of the builder that set credentials beside the token.
    pub credentials: Vec<String>,
    /// The origins of the public items.
    pub provenance: Provenance,
    /// The types that are aliases of any JSON value, because the parts of their schemas contradict one another.
    pub opened: Vec<String>,
    /// The fields with a number behind their name, since another property has the plain name.
    pub second_names: Vec<SecondName>,
    /// The optional properties that may be null, in types that are sent.
    pub null_members: Vec<NullMember>,
}

/// An optional property that may be null, in a type that requests send.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NullMember {
    /// The place of the property in the description.
    pub origin: Origin,
    /// The field, such as `Change::name`.
    pub field: String,
    /// Whether null can be sent. Only in the body of a PATCH does null differ from absence.
    pub clearable: bool,
}

/// A field with a number behind its name, since another property has the plain name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecondName {
    /// The place of the property in the description.
    pub origin: Origin,
    /// The field, such as `User::created_at_2`.
    pub field: String,
    /// The property's name on the wire.
    pub wire: String,
    /// The name on the wire of the property that has the plain name.
    pub first: String,
}

impl CrateSource {
    /// The public items of the crate, each with its origin.
    ///
    /// # Errors
    ///
    /// When the source can't be read back.
    pub fn table(&self) -> Result<Table, CodegenError> {
        self.provenance.table(&self.client, &self.generated)
    }
}
