//! The Rust names of the generated items: each is given once, here, by one allocator.
//!
//! [`assign`] takes a lowered document. It names the operations and the items derived from them, the types with their fields
//! and variants, and the servers. In the document that it returns, every type is a component under its Rust name, and the
//! id of every operation is the name of its method. Names of fields, variants and arguments are in tables beside it, because
//! the document has their names on the wire. [`credentials`] names the methods of the builder.
//!
//! progenitor and typify turn any name into an identifier. They leave these names unchanged: each is a fixed point of their
//! conversions (see `case`). client-codegen reads the names in their output back all the same.
//!
//! Earlier stages need distinct names too, for the components that they make; they use the same functions, and the same
//! allocator (`scope`).

mod case;
mod kept;
mod operations;
mod pins;
mod scope;
mod servers;
mod things;
mod types;
mod values;
mod words;

pub(crate) use case::{constant, item, lower_camel, marks};
pub use case::{snake, type_name};
pub use kept::{Kept, Lost, keep};
pub use operations::{OperationNames, ParameterNames, constant_of, credentials};
pub use pins::{NameError, Pins, Thing};
pub(crate) use scope::Scope;
pub use scope::free;
pub use types::TypeNames;
pub(crate) use values::value_name;
pub(crate) use words::{CLIENT, RUNTIME_TYPES, TYPES};

use std::collections::BTreeMap;

use crate::Node;

/// A document with its names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Named {
    /// The document: every type is a component under its name, and every operation has its method as its id.
    pub document: Node,
    /// The names of fields and variants, by the names of their types.
    pub types: BTreeMap<String, TypeNames>,
    /// The names of the operations, in their order.
    pub operations: Vec<OperationNames>,
    /// The names of the servers, in their order; `None` for a server whose address is not absolute.
    pub servers: Vec<Option<String>>,
    /// The source of each type, with its name.
    made: Vec<(Thing, String)>,
}

/// The names of the servers of a document, where nothing is pinned; `None` for one whose address is not absolute.
pub(crate) fn server_names(document: &Node, title: &str) -> Vec<Option<String>> {
    servers::name(document, title, &Pins::default()).unwrap_or_default()
}

/// Names everything in a lowered document. A pinned thing gets the name of its pin.
///
/// # Errors
///
/// When a pin can't be used: it is not a name of that kind, or two things of one scope have the same.
pub fn assign(document: &Node, title: &str, pins: &Pins) -> Result<Named, NameError> {
    let mut document = document.clone();
    let operations = operations::name(&mut document, pins)?;
    let types::Types { inside: types, made } = types::name(&mut document, pins)?;
    let servers = servers::name(&document, title, pins)?;
    Ok(Named { document, types, operations, servers, made })
}
