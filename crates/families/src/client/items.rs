//! The origins of a crate's public items, for programs.

use client_codegen::provenance::{Sourced, Table};
use openapi_pipeline::{Place, Sources};
use serde::{Deserialize, Serialize};

/// An item, and the place in the description that it was generated from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ItemPlace {
    /// Its path in the crate, such as `types::User::name`.
    pub(crate) item: String,
    /// `struct`, `field`, `enum`, `variant`, `method`, `constant` or `type`.
    pub(crate) kind: String,
    /// Its type or signature.
    pub(crate) declaration: String,
    /// The file.
    pub(crate) document: String,
    /// JSON pointer into the file, as it was published.
    pub(crate) pointer: String,
}

impl ItemPlace {
    /// Whether it is a type generated from a schema.
    pub(crate) fn is_type(&self) -> bool {
        let name = self.item.strip_prefix("types::");
        matches!(self.kind.as_str(), "struct" | "enum" | "type") && name.is_some_and(|name| !name.contains("::"))
    }

    fn of(one: &Sourced, sources: &Sources) -> Self {
        let Place { file, pointer, .. } = sources.place(one.origin);
        Self {
            item: one.item.path.clone(),
            kind: one.item.kind.name().to_owned(),
            declaration: one.item.declaration.clone(),
            document: file,
            pointer,
        }
    }
}

/// The items that stem from the description.
pub(crate) fn of(table: &Table, sources: &Sources) -> Vec<ItemPlace> {
    let described = table.items.iter().filter(|one| one.described);
    described.map(|one| ItemPlace::of(one, sources)).collect()
}

/// The items that stem from the description, as JSON.
pub(super) fn render(table: &Table, sources: &Sources) -> String {
    let items = of(table, sources);
    // Structs of strings can't fail to serialize.
    serde_json::to_string_pretty(&items).unwrap_or_default() + "\n"
}
