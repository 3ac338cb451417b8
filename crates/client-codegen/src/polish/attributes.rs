//! Attributes of every type: `#[non_exhaustive]`, a JSON Schema behind a feature, and for the bodies of errors a `Debug` that
//! shows nothing of them.

use openapi_pipeline::names;
use syn::ext::IdentExt;
use syn::{Attribute, Field, Fields, Item, Type, Variant, parse_quote};

use super::docs::doc_line;
use super::enums::{renamed, wire_value};
use super::template::{NAME, Template};
use crate::reach::Reach;

pub(super) fn polish(items: &mut Vec<Item>, reach: &Reach) {
    let mut silent = Vec::new();
    for item in items.iter_mut() {
        if let Item::Struct(item) = item {
            item.fields.iter_mut().for_each(document);
        }
        if let Item::Enum(item) = item {
            let built = reach.request.contains(&item.ident.to_string());
            item.variants.iter_mut().for_each(|variant| polish_variant(variant, built));
        }
        let (ident, attrs, named) = match item {
            Item::Struct(item) => (&item.ident, &mut item.attrs, matches!(item.fields, Fields::Named(_))),
            Item::Enum(item) => (&item.ident, &mut item.attrs, true),
            _ => continue,
        };
        if named {
            attrs.push(parse_quote!(#[non_exhaustive]));
        }
        if derives(attrs, "Serialize") {
            attrs.push(parse_quote!(#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]));
        }
        let name = ident.to_string();
        if reach.error.contains(&name) && !reach.request.contains(&name) && remove_derive(attrs, "Debug") {
            silent.push(ident.clone());
        }
    }
    let debug = silent_debug();
    items.extend(silent.iter().map(|ident| debug.of(ident)));
}

/// The type that an item implements the trait of this name for.
pub(super) fn implementor(item: &Item, name: &str) -> Option<String> {
    let Item::Impl(block) = item else { return None };
    let (path, _) = block.trait_.as_ref()?;
    match &*block.self_ty {
        Type::Path(ty) if path.segments.last()?.ident == name => Some(ty.path.get_ident()?.to_string()),
        _ => None,
    }
}

/// A field the description says nothing about is documented by its name; by that of the member, where that is another
/// than its case makes it.
fn document(field: &mut Field) {
    if let Some(name) = &field.ident {
        let wire = renamed(&field.attrs).filter(|wire| name.unraw() != names::snake(wire));
        name_it(&wire.unwrap_or_else(|| name.to_string()), &mut field.attrs);
    }
}

/// Documents every item by its name that is left without documentation: a description may be empty once it is harmless.
pub(super) fn document_the_rest(items: &mut [Item]) {
    for item in items {
        match item {
            Item::Struct(item) => {
                name_it(&item.ident.to_string(), &mut item.attrs);
                item.fields.iter_mut().for_each(document);
            }
            Item::Enum(item) => {
                name_it(&item.ident.to_string(), &mut item.attrs);
                for variant in &mut item.variants {
                    name_it(&variant.ident.to_string(), &mut variant.attrs);
                    variant.fields.iter_mut().for_each(document);
                }
            }
            Item::Type(item) => name_it(&item.ident.to_string(), &mut item.attrs),
            _ => {}
        }
    }
}

fn name_it(name: &str, attrs: &mut Vec<Attribute>) {
    if !attrs.iter().any(|attr| attr.path().is_ident("doc")) {
        attrs.insert(0, doc_line(&format!("`{name}`")));
    }
}

/// The same for a variant: those of values are documented by these, and typify names those of a `oneOf` after what they
/// hold. One with fields can grow, unless callers build it.
fn polish_variant(variant: &mut Variant, built: bool) {
    variant.fields.iter_mut().for_each(document);
    if !built && matches!(variant.fields, Fields::Named(_)) {
        variant.attrs.push(parse_quote!(#[non_exhaustive]));
    }
    name_it(&wire_value(variant), &mut variant.attrs);
}

/// Servers echo requests in their error messages, passwords included, so error bodies are never printed by `{:?}`.
fn silent_debug() -> Template {
    Template(parse_quote! {
        impl ::std::fmt::Debug for Silent {
            /// Shows the type only: the body of an error may repeat the request, secrets included.
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#NAME).finish_non_exhaustive()
            }
        }
    })
}

/// Whether a `derive` names a trait.
pub(super) fn derives(attrs: &[Attribute], name: &str) -> bool {
    derived(attrs).iter().any(|path| is_named(path, name))
}

/// Removes a trait from the `derive`s; returns whether it was there.
pub(super) fn remove_derive(attrs: &mut Vec<Attribute>, name: &str) -> bool {
    let all = derived(attrs);
    let kept: Vec<&syn::Path> = all.iter().filter(|path| !is_named(path, name)).collect();
    let found = kept.len() != all.len();
    if found {
        // The new `derive` takes the place of the first one: helper attributes such as `serde` must come after their
        // derive.
        let at = attrs.iter().position(|attr| attr.path().is_ident("derive")).unwrap_or(0);
        attrs.retain(|attr| !attr.path().is_ident("derive"));
        if !kept.is_empty() {
            attrs.insert(at, parse_quote!(#[derive(#(#kept),*)]));
        }
    }
    found
}

fn derived(attrs: &[Attribute]) -> Vec<syn::Path> {
    let mut paths = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("derive")) {
        // progenitor's output has no `derive` that doesn't parse; it wouldn't compile either.
        let _ = attr.parse_nested_meta(|meta| {
            paths.push(meta.path);
            Ok(())
        });
    }
    paths
}

fn is_named(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}
