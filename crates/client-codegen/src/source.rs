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
    /// How many operations the client has.
    pub operations: usize,
    /// How many public types there are.
    pub types: usize,
    /// Whether the document names a server, so that a client needs no other.
    pub has_server: bool,
    /// Whether an operation has several answers, in a module `answers` beside `errors`.
    pub has_answers: bool,
    /// Whether an operation takes a token.
    pub takes_token: bool,
    /// The methods of the builder that set credentials beside the token.
    pub credentials: Vec<String>,
    /// Where the public items come from.
    pub provenance: Provenance,
    /// The types that became any JSON value, because the parts of their schema contradict one another.
    pub opened: Vec<String>,
    /// The fields that don't have the plain names of their properties, since another property has that name.
    pub second_names: Vec<SecondName>,
    /// The optional properties that may be null, in types that are sent.
    pub null_members: Vec<NullMember>,
}

/// An optional property that may be null, in a type that is sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NullMember {
    /// Where it is described.
    pub origin: Origin,
    /// Its field, such as `Change::name`.
    pub field: String,
    /// Whether null can be sent: only in a PATCH does it mean anything else than absence.
    pub clearable: bool,
}

/// A field with a name of its own, since the plain name belongs to another property.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecondName {
    /// Where the property is described.
    pub origin: Origin,
    /// The field, such as `User::created_at_2`.
    pub field: String,
    /// The property's name on the wire.
    pub wire: String,
    /// The name on the wire of the property that has the plain name.
    pub first: String,
}

impl CrateSource {
    /// The public items of the crate, and where each comes from.
    ///
    /// # Errors
    ///
    /// When the source can't be read back.
    pub fn table(&self) -> Result<Table, CodegenError> {
        self.provenance.table(&self.client, &self.generated)
    }
}
