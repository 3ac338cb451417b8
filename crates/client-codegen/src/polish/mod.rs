//! What is changed in progenitor's output before anybody sees it.

use syn::{File, Item};

use crate::CodegenError;
use crate::reach::{Reach, types_module};

mod attributes;
mod client;
mod docs;
mod enums;
mod patterns;
pub(crate) mod secrets;
mod structs;

pub(crate) use docs::doc_attributes;

/// Applies every polish, in an order in which none disturbs another.
pub(crate) fn polish(mut file: File, reach: &Reach) -> Result<File, CodegenError> {
    client::make_private(&mut file);
    client::drop_api_version(&mut file);
    patterns::spell_out(&mut file);
    types_module(&file)?;
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && module.ident == "types"
            && let Some((_, items)) = &mut module.content
        {
            enums::keep_unknown_values(items, reach);
            structs::make_additive(items, reach);
            attributes::polish(items, reach);
        }
    }
    docs::make_harmless(&mut file);
    Ok(file)
}

/// How many types a user of the crate sees.
pub(crate) fn public_types(file: &File) -> usize {
    let items = types_module(file).ok().and_then(|module| module.content.as_ref()).map(|(_, items)| items.as_slice());
    items
        .unwrap_or_default()
        .iter()
        .filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Type(_)))
        .count()
}
