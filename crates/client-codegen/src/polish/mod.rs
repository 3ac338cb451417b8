//! The changes to progenitor's output.

use std::collections::BTreeSet;

use syn::File;

use crate::CodegenError;
use crate::model::Api;
use crate::reach::{Reach, type_name, types, types_mut};
use crate::unions::Unions;

mod attributes;
mod checked;
mod client;
mod collections;
mod docs;
mod enums;
mod nulls;
mod numbers;
mod options;
mod paths;
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
    wires::cut(&mut file, &api.operations);
    client::polish(&mut file);
    let items = types_mut(&mut file)?;
    paths::spell_out(items);
    options::bring_outside(items);
    patterns::spell_out(items);
    checked::read_unchecked(items, reach);
    collections::tell_empty_from_absent(items);
    let null_members = nulls::tell_from_nothing(items, reach, nullable);
    unions::read_what_they_say(items, unions);
    enums::keep_unknown_values(items, reach, &unions.compared);
    numbers::keep_unknown_values(items, reach);
    structs::make_additive(items, reach, unions);
    attributes::polish(items, reach);
    docs::make_harmless(&mut file);
    attributes::document_the_rest(types_mut(&mut file)?);
    Ok((file, null_members))
}

/// The types without values.
pub(crate) fn uninhabited(file: &File) -> Vec<String> {
    uninhabited::names(types(file).unwrap_or_default())
}

/// Turns the types without values into any JSON value.
pub(crate) fn open_uninhabited(file: &mut File) {
    if let Ok(items) = types_mut(file) {
        uninhabited::open(items);
    }
}

/// How many public types the crate has.
pub(crate) fn public_types(file: &File) -> usize {
    types(file).unwrap_or_default().iter().filter_map(type_name).count()
}
