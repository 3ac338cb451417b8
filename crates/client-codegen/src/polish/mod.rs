//! The changes to progenitor's output.

use std::collections::BTreeSet;

use syn::{File, Item};

use crate::CodegenError;
use crate::model::Api;
use crate::reach::{Reach, types_module};
use crate::unions::Unions;

mod attributes;
mod client;
mod docs;
mod enums;
mod lists;
mod nulls;
mod numbers;
mod options;
mod patterns;
pub(crate) mod secrets;
mod structs;
mod syntax;
mod template;
mod uninhabited;
mod unions;
mod wires;

pub(crate) use docs::{doc_attributes, doc_line};
pub(crate) use nulls::NullMember;

/// Applies every polish, in an order in which none disturbs another; also returns the optional properties of sent types
/// that may be null.
pub(crate) fn polish(
    mut file: File,
    api: &Api,
    reach: &Reach,
    nullable: &BTreeSet<String>,
    unions: &Unions,
) -> Result<(File, Vec<NullMember>), CodegenError> {
    let mut null_members = Vec::new();
    wires::cut(&mut file, &api.operations);
    client::polish(&mut file);
    types_module(&file)?;
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && module.ident == "types"
            && let Some((_, items)) = &mut module.content
        {
            options::bring_outside(items);
            patterns::spell_out(items);
            lists::tell_empty_from_absent(items);
            null_members.extend(nulls::tell_from_nothing(items, reach, nullable));
            unions::read_what_they_say(items, unions);
            enums::keep_unknown_values(items, reach);
            numbers::keep_unknown_values(items, reach);
            structs::make_additive(items, reach);
            attributes::polish(items, reach);
        }
    }
    docs::make_harmless(&mut file);
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && module.ident == "types"
            && let Some((_, items)) = &mut module.content
        {
            attributes::document_the_rest(items);
        }
    }
    Ok((file, null_members))
}

/// The types without values.
pub(crate) fn uninhabited(file: &File) -> Vec<String> {
    let items = types_module(file).ok().and_then(|module| module.content.as_ref()).map(|(_, items)| items.as_slice());
    uninhabited::names(items.unwrap_or_default())
}

/// Turns the types without values into any JSON value.
pub(crate) fn open_uninhabited(file: &mut File) {
    for item in &mut file.items {
        if let Item::Mod(module) = item
            && module.ident == "types"
            && let Some((_, items)) = &mut module.content
        {
            uninhabited::open(items);
        }
    }
}

/// How many public types the crate has.
pub(crate) fn public_types(file: &File) -> usize {
    let items = types_module(file).ok().and_then(|module| module.content.as_ref()).map(|(_, items)| items.as_slice());
    items
        .unwrap_or_default()
        .iter()
        .filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_) | Item::Type(_)))
        .count()
}
