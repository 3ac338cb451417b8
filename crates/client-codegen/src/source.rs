//! What a generation results in.

use openapi_pipeline::Origin;

use crate::error::CodegenError;
use crate::provenance::{Provenance, Table};

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
    pub fn table(&self) -> Result<Table, CodegenError> {
        self.provenance.table(&self.client, &self.generated)
    }
}
