//! Types that are one of several things, without a name that says which: the one that fits best is taken, not the first.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Field, Fields, Ident, Item, ItemEnum, Type, Variant, parse_quote};

use super::attributes::{derives, remove_derive};
use super::enums::wire_value;
use super::secrets::wire_name;

/// Gives such enums a `Deserialize` that loses as little as possible. Runs before enums are opened: a tag has one value.
pub(super) fn take_the_best(items: &mut Vec<Item>) {
    let known = Known(items.iter().filter_map(|item| Some((name(item)?.to_string(), item))).collect());
    let read = |(at, item)| Some((at, deserialize(ambiguous(item)?, &known)));
    let added: Vec<(usize, Item)> = items.iter().enumerate().filter_map(read).collect();
    for (at, deserialize) in added {
        if let Some(Item::Enum(item)) = items.get_mut(at) {
            remove_derive(&mut item.attrs, "Deserialize");
        }
        items.push(deserialize);
    }
}

/// The structs and enums by their names.
struct Known<'a>(HashMap<String, &'a Item>);

impl<'a> Known<'a> {
    /// The generated type of this name, also behind an `Option`.
    fn item_of(&self, ty: &Type) -> Option<&'a Item> {
        let ty = super::structs::option_inner(ty).unwrap_or(ty);
        let Type::Path(path) = ty else { return None };
        self.0.get(&path.path.get_ident()?.to_string()).copied()
    }
}

fn name(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        _ => None,
    }
}

/// An enum whose values don't say which of its variants they are.
fn ambiguous(item: &Item) -> Option<&ItemEnum> {
    match item {
        Item::Enum(item)
            if is_untagged(&item.attrs)
                && derives(&item.attrs, "Deserialize")
                && item.variants.iter().filter(|variant| !is_scalar(variant)).count() > 1 =>
        {
            Some(item)
        }
        _ => None,
    }
}

fn is_untagged(attrs: &[Attribute]) -> bool {
    let mut found = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            found |= meta.path.is_ident("untagged");
            Ok(())
        });
    }
    found
}

/// Whether a variant holds one text, number or flag: serde tells those apart by themselves.
fn is_scalar(variant: &Variant) -> bool {
    const SCALARS: [&str; 20] = [
        "String",
        "bool",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "u8",
        "u16",
        "u32",
        "u64",
        "NonZeroU32",
        "NonZeroU64",
        "Uuid",
        "IpAddr",
        "Ipv4Addr",
        "Ipv6Addr",
        "Timestamp",
        "Secret",
    ];
    match &variant.fields {
        Fields::Unit => true,
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => match fields.unnamed.first().map(|field| &field.ty) {
            Some(Type::Path(path)) => {
                path.path.segments.last().is_some_and(|last| SCALARS.iter().any(|name| last.ident == name))
            }
            _ => false,
        },
        _ => false,
    }
}

fn deserialize(item: &ItemEnum, known: &Known<'_>) -> Item {
    let ident = &item.ident;
    let container: Vec<&Attribute> = item.attrs.iter().filter(|attr| attr.path().is_ident("serde")).collect();
    let alternatives = item.variants.iter().map(|variant| alternative(variant, &container, known));
    parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                ::client_runtime::codegen::deserialize_best(deserializer, &[#(#alternatives),*])
            }
        }
    }
}

/// A variant on its own, as serde reads it.
fn alternative(variant: &Variant, container: &[&Attribute], known: &Known<'_>) -> TokenStream {
    let name = &variant.ident;
    let mut alone = variant.clone();
    alone.attrs.retain(|attr| attr.path().is_ident("serde"));
    alone.fields.iter_mut().for_each(|field| field.attrs.retain(|attr| attr.path().is_ident("serde")));
    let bindings: Vec<Ident> = match &variant.fields {
        Fields::Named(fields) => fields.named.iter().filter_map(|field| field.ident.clone()).collect(),
        other => (0..other.len()).map(|at| format_ident!("field_{at}")).collect(),
    };
    let shape = match &variant.fields {
        Fields::Named(_) => quote!({ #(#bindings),* }),
        Fields::Unnamed(_) => quote!((#(#bindings),*)),
        Fields::Unit => quote!(),
    };
    let tags = tags(variant, known).into_iter().map(|(name, text)| quote!((#name, #text)));
    quote! {
        ::client_runtime::codegen::Alternative::new(&[#(#tags),*], |value| {
            #[derive(::serde::Deserialize)]
            #(#container)*
            enum Alone {
                #alone
            }
            let Alone::#name #shape = <Alone as ::serde::Deserialize>::deserialize(value)?;
            Ok(Self::#name #shape)
        })
    }
}

/// The members of what a variant holds that can have one value only.
fn tags(variant: &Variant, known: &Known<'_>) -> Vec<(String, String)> {
    let fields: Vec<&Field> = match &variant.fields {
        Fields::Named(fields) => fields.named.iter().collect(),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            let inner = fields.unnamed.first().and_then(|field| known.item_of(&field.ty));
            match inner {
                Some(Item::Struct(item)) => item.fields.iter().collect(),
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    };
    let tag = |field: &Field| match known.item_of(&field.ty)? {
        Item::Enum(item) if item.variants.len() == 1 => {
            let only = item.variants.first().filter(|only| matches!(only.fields, Fields::Unit))?;
            Some((wire_name(field)?, wire_value(only)))
        }
        _ => None,
    };
    fields.into_iter().filter_map(tag).collect()
}
